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
static Value getQuantized(OpBuilder &builder, Location loc, Value value,
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

DynType to_iquant::getRowType(Type type) {
  MLIRContext *context = type.getContext();
  return DynType::get(context, getShape(type),
                      IntegerType::get(context, 8, IntegerType::Unsigned),
                      /*group=*/0);
}

Value to_iquant::getQuantizedRows(OpBuilder &builder, Location loc,
                                  Value value) {
  DynType type = getRowType(value.getType());
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  if (dequantize && dequantize.getInput().getType() == type)
    return dequantize.getInput();
  return getQuantized(builder, loc, value, type);
}

Value to_iquant::getQuantizedGroups(OpBuilder &builder, Location loc,
                                    Value value, int64_t group) {
  MLIRContext *context = builder.getContext();
  auto type =
      DynType::get(context, getShape(value.getType()),
                   IntegerType::get(context, 8, IntegerType::Signed), group);
  return getQuantized(builder, loc, value, type);
}
