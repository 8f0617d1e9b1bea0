//===- Quantize.cpp - One quantization per value and form -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

/// A quantization of `value` to `type`: what it was dequantized from, or the
/// existing one if there is one. A new one stands right after the value, so
/// that it dominates every later user.
Value to_iquant::getQuantized(OpBuilder &builder, Location loc, Value value,
                              DynType type) {
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  if (dequantize && dequantize.getInput().getType() == type)
    return dequantize.getInput();
  for (Operation *user : value.getUsers()) {
    auto quantize = dyn_cast<QuantizeOp>(user);
    if (quantize && quantize.getType() == type && !quantize.getRanges())
      return quantize;
  }
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointAfterValue(value);
  return QuantizeOp::create(builder, loc, type, value, /*ranges=*/nullptr);
}

DynType to_iquant::getRowType(Type type, const IntegerParameters &parameters) {
  MLIRContext *context = type.getContext();
  ArrayRef<int64_t> shape = getShape(type);
  return DynType::get(context, shape,
                      IntegerType::get(context, 8, IntegerType::Unsigned),
                      parameters.getGroup(shape.back()));
}

Value to_iquant::getQuantizedRows(OpBuilder &builder, Location loc, Value value,
                                  const IntegerParameters &parameters) {
  return getQuantized(builder, loc, value,
                      getRowType(value.getType(), parameters));
}

DynType to_iquant::getGroupType(Type type, int64_t group) {
  MLIRContext *context = type.getContext();
  return DynType::get(context, getShape(type),
                      IntegerType::get(context, 8, IntegerType::Signed), group);
}

Value to_iquant::getQuantizedGroups(OpBuilder &builder, Location loc,
                                    Value value, int64_t group) {
  if (isa<DynType>(value.getType()))
    return value;
  return getQuantized(builder, loc, value,
                      getGroupType(value.getType(), group));
}
