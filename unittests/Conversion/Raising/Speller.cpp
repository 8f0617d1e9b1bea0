//===- Speller.cpp - Formulas as ops of other compilers -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Speller.h"
#include "Steps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"

using namespace mlir;
using namespace mlir::iquant::testing;

RankedTensorType Speller::getTensorType(ArrayRef<Dim> dims) const {
  return RankedTensorType::get(getShape(dims), type);
}

SmallVector<int64_t> Speller::getShape(ArrayRef<Dim> dims) const {
  return llvm::map_to_vector(dims, [&](Dim dim) { return getSize(dim); });
}

Value Speller::castElements(Value tensor, FloatType to) {
  return castScalar(b, b.getLoc(), tensor, to);
}

/// Mostly the type of the program; wider for sums of few bits.
FloatType Speller::pickComputeType(bool isReduction) {
  if (type.getWidth() == 16)
    return isReduction || chance.oneIn(2) ? b.getF32Type() : type;
  return chance.oneIn(6) ? b.getF64Type() : type;
}

//===----------------------------------------------------------------------===//
// Elementwise ops
//===----------------------------------------------------------------------===//

struct Speller::Region {
  /// What the op reads, and its place among the inputs by node.
  SmallVector<Spelled> inputs;
  llvm::DenseMap<const Formula::Node *, unsigned> places;
  /// Nodes that the body computes, and what they are there.
  llvm::DenseMap<const Formula::Node *, Value> computed;
};

void Speller::collect(const Formula &formula, Region &region, bool isRoot) {
  if (formula->kind == FormulaKind::Number ||
      region.computed.contains(formula.get()) ||
      region.places.contains(formula.get()))
    return;
  if (formula.isElementwise() && (isRoot || chance.oneIn(2))) {
    region.computed[formula.get()] = Value();
    for (const Formula &operand : formula->operands)
      collect(operand, region, /*isRoot=*/false);
    return;
  }
  region.places[formula.get()] = region.inputs.size();
  // The place is taken before others are written.
  region.inputs.emplace_back();
  Spelled input = spell(formula);
  region.inputs[region.places[formula.get()]] = input;
}

double Speller::round(double number) const {
  return FloatAttr::get(type, number).getValueAsDouble();
}

Value Speller::computeInBody(OpBuilder &body, const Formula &formula,
                             Region &region, ValueRange arguments,
                             FloatType computeType) {
  Location loc = b.getLoc();
  if (formula->kind == FormulaKind::Number)
    return createNumber(body, loc, computeType, round(formula->number));
  if (auto place = region.places.find(formula.get());
      place != region.places.end())
    return castScalar(body, loc, arguments[place->second], computeType);
  if (Value known = region.computed.lookup(formula.get()))
    return known;
  SmallVector<Value> operands;
  for (const Formula &operand : formula->operands)
    operands.push_back(
        computeInBody(body, operand, region, arguments, computeType));
  ImplicitLocOpBuilder inner(loc, body);
  Value result =
      createStep(inner, chance, formula->kind, operands, formula->number);
  region.computed[formula.get()] = result;
  return result;
}

Spelled Speller::spellGeneric(const Formula &formula, Region &region) {
  Dims loops = formula.getDims();
  FloatType computeType = pickComputeType(/*isReduction=*/false);
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (const Spelled &input : region.inputs) {
    inputs.push_back(input.tensor);
    maps.push_back(getMap(input, loops));
  }
  maps.push_back(b.getMultiDimIdentityMap(loops.size()));
  Value empty = tensor::EmptyOp::create(b, getShape(loops), type);
  SmallVector<utils::IteratorType> iterators(loops.size(),
                                             utils::IteratorType::parallel);
  auto op = linalg::GenericOp::create(
      b, empty.getType(), inputs, empty, maps, iterators,
      [&](OpBuilder &body, Location loc, ValueRange in) {
        Value result = computeInBody(body, formula, region, in, computeType);
        linalg::YieldOp::create(body, loc, castScalar(body, loc, result, type));
      });
  return {op.getResult(0), loops};
}

Spelled Speller::spellOnTensors(const Formula &formula, Region &region) {
  Dims dims = formula.getDims();
  SmallVector<Value> operands;
  for (const Formula &operand : formula->operands) {
    if (operand->kind == FormulaKind::Number) {
      operands.push_back(
          createNumber(b, b.getLoc(), getTensorType(dims), operand->number));
      continue;
    }
    const Spelled &input = region.inputs[region.places[operand.get()]];
    operands.push_back(castElements(arrange(input, dims), type));
  }
  if (chance.oneIn(3))
    if (Value named = createNamed(b, formula->kind, operands))
      return {named, dims};
  return {createStep(b, chance, formula->kind, operands, formula->number),
          dims};
}

Spelled Speller::spellTosa(const Formula &formula, Region &region) {
  Dims dims = formula.getDims();
  SmallVector<int64_t> units(dims.size(), 1);
  auto number = [&](double value) -> Value {
    auto tensor = RankedTensorType::get(units, type);
    return tosa::ConstOp::create(
        b, tensor, DenseElementsAttr::get(tensor, FloatAttr::get(type, value)));
  };
  SmallVector<Value> in;
  for (const Formula &operand : formula->operands) {
    if (operand->kind == FormulaKind::Number) {
      in.push_back(number(operand->number));
      continue;
    }
    const Spelled &input = region.inputs[region.places[operand.get()]];
    in.push_back(castElements(withUnits(input, dims), type));
  }
  Type result = getTensorType(dims);
  switch (formula->kind) {
  case FormulaKind::Neg:
    return {tosa::NegateOp::create(b, result, in[0]), dims};
  case FormulaKind::Exp:
    return {tosa::ExpOp::create(b, result, in[0]), dims};
  case FormulaKind::Log:
    return {tosa::LogOp::create(b, result, in[0]), dims};
  case FormulaKind::Rsqrt:
    return {tosa::RsqrtOp::create(b, result, in[0]), dims};
  case FormulaKind::Reciprocal:
    return {tosa::ReciprocalOp::create(b, result, in[0]), dims};
  case FormulaKind::Tanh:
    return {tosa::TanhOp::create(b, result, in[0]), dims};
  case FormulaKind::Erf:
    return {tosa::ErfOp::create(b, result, in[0]), dims};
  case FormulaKind::Sigmoid:
    return {tosa::SigmoidOp::create(b, result, in[0]), dims};
  case FormulaKind::Sin:
    return {tosa::SinOp::create(b, result, in[0]), dims};
  case FormulaKind::Cos:
    return {tosa::CosOp::create(b, result, in[0]), dims};
  case FormulaKind::Pow:
    return {tosa::PowOp::create(b, result, in[0], number(formula->number)),
            dims};
  case FormulaKind::Add:
    return {tosa::AddOp::create(b, result, in[0], in[1]), dims};
  case FormulaKind::Sub:
    return {tosa::SubOp::create(b, result, in[0], in[1]), dims};
  case FormulaKind::Max:
    return {tosa::MaximumOp::create(b, result, in[0], in[1]), dims};
  case FormulaKind::Mul: {
    auto shiftType = RankedTensorType::get({1}, b.getI8Type());
    Value shift = tosa::ConstOp::create(
        b, shiftType, DenseElementsAttr::get(shiftType, b.getI8IntegerAttr(0)));
    return {tosa::MulOp::create(b, result, in[0], in[1], shift), dims};
  }
  default:
    // TOSA has no division and no root.
    return spellOnTensors(formula, region);
  }
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

Value Speller::createStart(ArrayRef<int64_t> shape, FloatType elementType,
                           double value) {
  auto tensor = RankedTensorType::get(shape, elementType);
  if (chance.oneIn(2))
    return createNumber(b, b.getLoc(), tensor, value);
  Value number = createNumber(b, b.getLoc(), elementType, value);
  Value empty = tensor::EmptyOp::create(b, shape, elementType);
  return linalg::FillOp::create(b, number, empty).getResult(0);
}

/// What a maximum begins with.
static double getLowest(Chance &chance, FloatType type) {
  if (chance.oneIn(2))
    return -std::numeric_limits<double>::infinity();
  return FloatAttr::get(type, APFloat::getLargest(type.getFloatSemantics(),
                                                  /*Negative=*/true))
      .getValueAsDouble();
}

Spelled Speller::spellTosaReduction(const Formula &formula) {
  const Formula &operand = formula->operands[0];
  Dims dims = operand.getDims();
  Value input = castElements(withUnits(spell(operand), dims), type);
  auto axis =
      static_cast<uint32_t>(llvm::find(dims, formula->dim) - dims.begin());
  dims[axis] = kUnit;
  Type result = getTensorType(dims);
  if (formula->kind == FormulaKind::Sum)
    return {tosa::ReduceSumOp::create(b, result, input, axis), dims};
  return {tosa::ReduceMaxOp::create(b, result, input, axis), dims};
}

Spelled Speller::spellReduction(const Formula &formula) {
  if (type.isF32() && isTosa())
    return spellTosaReduction(formula);
  const Formula &operand = formula->operands[0];
  Dims loops = operand.getDims();
  bool isSum = formula->kind == FormulaKind::Sum;
  FloatType computeType = pickComputeType(isSum);
  double lowest = isSum ? 0 : getLowest(chance, computeType);
  Dims dims;
  bool keepsUnit = chance.oneIn(2);

  if (chance.oneIn(3)) {
    for (Dim dim : loops)
      if (dim != formula->dim)
        dims.push_back(dim);
    Value input = castElements(arrange(spell(operand), loops), computeType);
    Value start = createStart(getShape(dims), computeType, lowest);
    int64_t place = llvm::find(loops, formula->dim) - loops.begin();
    auto op = linalg::ReduceOp::create(
        b, input, start, place,
        [&](OpBuilder &body, Location loc, ValueRange in) {
          linalg::YieldOp::create(
              body, loc,
              createCombined(body, loc, chance, formula->kind, in[0], in[1]));
        });
    return {op->getResult(0), dims};
  }

  for (Dim dim : loops)
    if (dim != formula->dim)
      dims.push_back(dim);
    else if (keepsUnit)
      dims.push_back(kUnit);
  Region region;
  collect(operand, region, /*isRoot=*/chance.oneIn(2));
  chance.shuffle(loops);
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (const Spelled &input : region.inputs) {
    inputs.push_back(input.tensor);
    maps.push_back(getMap(input, loops));
  }
  Value start = createStart(getShape(dims), computeType, lowest);
  maps.push_back(getMap({start, dims}, loops, /*isResult=*/true));
  auto iterators = llvm::map_to_vector(loops, [&](Dim dim) {
    return dim == formula->dim ? utils::IteratorType::reduction
                               : utils::IteratorType::parallel;
  });
  auto op = linalg::GenericOp::create(
      b, start.getType(), inputs, start, maps, iterators,
      [&](OpBuilder &body, Location loc, ValueRange in) {
        Value element = computeInBody(body, operand, region, in, computeType);
        linalg::YieldOp::create(body, loc,
                                createCombined(body, loc, chance, formula->kind,
                                               element, in.back()));
      });
  return {op.getResult(0), dims};
}

//===----------------------------------------------------------------------===//
// Formulas
//===----------------------------------------------------------------------===//

static void addDims(const Formula &formula, Dims &dims) {
  for (Dim dim : formula->leaf.dims)
    if (dim != kUnit && !llvm::is_contained(dims, dim))
      dims.push_back(dim);
  for (const Formula &operand : formula->operands)
    for (Dim dim : operand.getDims())
      if (dim != formula->dim && !llvm::is_contained(dims, dim))
        dims.push_back(dim);
}

Dims Formula::getDims() const {
  Dims dims;
  addDims(*this, dims);
  llvm::sort(dims);
  return dims;
}

Spelled Speller::spell(const Formula &formula) {
  if (formula->kind == FormulaKind::Tensor)
    return formula->leaf;
  // Others write what several ops read again for each of them.
  if (auto found = written.find(formula.get());
      found != written.end() && !chance.oneIn(4))
    return found->second;
  Spelled result;
  if (!formula.isElementwise()) {
    result = spellReduction(formula);
  } else {
    Region region;
    collect(formula, region, /*isRoot=*/true);
    int64_t form = region.computed.size() == 1 ? chance.from(0, 2) : 0;
    if (form == 2 && usesTosa)
      result = spellTosa(formula, region);
    else if (form == 1)
      result = spellOnTensors(formula, region);
    else
      result = spellGeneric(formula, region);
  }
  written[formula.get()] = result;
  kept.push_back(formula);
  return result;
}

Value Speller::spell(const Formula &formula, ArrayRef<Dim> dims) {
  return castElements(arrange(spell(formula), dims), type);
}
