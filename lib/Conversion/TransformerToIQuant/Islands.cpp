//===- Islands.cpp - What stays in floats among integers ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values pass between floats and fixed point by rule F8, in `f64`, which holds
// every code and every limit exactly.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

bool FloatIslands::contains(Operation *op) const {
  for (; op; op = op->getParentOp())
    if (ops.contains(op))
      return true;
  return false;
}

bool to_iquant::isFloatSource(Operation *op) {
  return op &&
         (op->hasTrait<OpTrait::ConstantLike>() || isa<tensor::EmptyOp>(op)) &&
         containsFloat(op->getResult(0).getType());
}

void to_iquant::separateIslands(ModuleOp module, FloatIslands &islands) {
  module.walk([&](Operation *source) {
    if (!isFloatSource(source) || islands.contains(source))
      return;
    Operation *copy = nullptr;
    for (OpOperand &use : llvm::make_early_inc_range(source->getUses())) {
      if (!islands.contains(use.getOwner()))
        continue;
      if (!copy) {
        copy = OpBuilder(source).clone(*source);
        islands.insert(copy);
      }
      use.set(copy->getResult(0));
    }
    if (copy && source->use_empty())
      source->erase();
  });
}

//===----------------------------------------------------------------------===//
// From fixed point to floats and back
//===----------------------------------------------------------------------===//

static Value createNumber(OpBuilder &builder, Location loc, double value) {
  return arith::ConstantOp::create(builder, loc,
                                   builder.getF64FloatAttr(value));
}

/// Computes every element of a tensor of `type` from that of `input`.
static Value
createMap(OpBuilder &builder, Location loc, RankedTensorType type, Value input,
          function_ref<Value(OpBuilder &, Location, Value)> compute) {
  Value init = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, input),
      type.getElementType());
  auto map = linalg::MapOp::create(
      builder, loc, input, init,
      [&](OpBuilder &nested, Location at, ValueRange in) {
        linalg::YieldOp::create(nested, at, compute(nested, at, in.front()));
      });
  return map->getResult(0);
}

/// `q * 2^-f`, rounded to the type of the island.
static Value createFloats(OpBuilder &builder, RankedTensorType type,
                          ValueRange inputs, Location loc) {
  auto fixed = dyn_cast<FixedType>(inputs.front().getType());
  if (!fixed)
    return Value();
  auto components = cast<RankedTensorType>(fixed.getComponents().front());
  Value codes = DecomposeOp::create(builder, loc, components, inputs.front())
                    .getResult(0);
  Value unit =
      createNumber(builder, loc, std::ldexp(1.0, -fixed.getExponent()));
  return createMap(
      builder, loc, type, codes,
      [&](OpBuilder &nested, Location at, Value code) -> Value {
        Value wide =
            arith::SIToFPOp::create(nested, at, nested.getF64Type(), code);
        Value number = arith::MulFOp::create(nested, at, wide, unit);
        return type.getElementType().isF64()
                   ? number
                   : arith::TruncFOp::create(nested, at, type.getElementType(),
                                             number);
      });
}

/// `sat32(round(x * 2^f))`, and the least code for what is no number.
static Value createCodes(OpBuilder &builder, FixedType type, ValueRange inputs,
                         Location loc) {
  auto source = dyn_cast<RankedTensorType>(inputs.front().getType());
  if (!source)
    return Value();
  auto components = cast<RankedTensorType>(type.getComponents().front());
  using Limits = std::numeric_limits<int32_t>;
  Value units = createNumber(builder, loc, std::ldexp(1.0, type.getExponent()));
  Value least = createNumber(builder, loc, Limits::min());
  Value most = createNumber(builder, loc, Limits::max());
  Value codes = createMap(
      builder, loc, components, inputs.front(),
      [&](OpBuilder &nested, Location at, Value x) -> Value {
        if (!source.getElementType().isF64())
          x = arith::ExtFOp::create(nested, at, nested.getF64Type(), x);
        x = arith::MulFOp::create(nested, at, x, units);
        x = math::RoundOp::create(nested, at, x);
        x = arith::MaxNumFOp::create(nested, at, x, least);
        x = arith::MinNumFOp::create(nested, at, x, most);
        return arith::FPToSIOp::create(nested, at, nested.getI32Type(), x);
      });
  return ComposeOp::create(builder, loc, type, codes);
}

void to_iquant::addIslandMaterializations(TypeConverter &converter) {
  converter.addSourceMaterialization(createFloats);
  converter.addTargetMaterialization(createCodes);
}
