//===- Quantize.cpp - One quantization per value and form -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

/// A quantization of `value` to `type`, the existing one if there is one. It
/// stands right after the value, so that it dominates every later user.
Value to_iquant::getQuantized(OpBuilder &builder, Location loc, Value value,
                              DynType type) {
  for (Operation *user : value.getUsers()) {
    auto quantize = dyn_cast<QuantizeOp>(user);
    if (quantize && quantize.getType() == type)
      return quantize;
  }
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointAfterValue(value);
  return QuantizeOp::create(builder, loc, type, value);
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
  DynType type = getRowType(value.getType(), parameters);
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  if (dequantize && dequantize.getInput().getType() == type)
    return dequantize.getInput();
  return getQuantized(builder, loc, value, type);
}
