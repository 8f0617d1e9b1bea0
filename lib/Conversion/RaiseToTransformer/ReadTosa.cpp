//===- ReadTosa.cpp - Terms of TOSA ops -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elementwise ops broadcast dimensions of size 1; an index of such a dimension
// is 0 in any case.
//
//===----------------------------------------------------------------------===//

#include "Term.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

static bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

static std::optional<Term> step(Reader &reader, tosa::ReshapeOp op,
                                const Term &term) {
  auto from = dyn_cast<RankedTensorType>(op.getInput1().getType());
  auto to = dyn_cast<RankedTensorType>(op.getType());
  if (!from || !to)
    return std::nullopt;
  AffineExpr place = reader.getSpace().join(term.at, to.getShape());
  Indices at;
  if (!place || failed(reader.getSpace().split(place, from.getShape(), at)))
    return std::nullopt;
  return reader.getElement(op.getInput1(), std::move(at));
}

static std::optional<Term> step(Reader &reader, tosa::TransposeOp op,
                                const Term &term) {
  Indices at(term.at.size());
  for (auto [index, dim] : llvm::zip_equal(term.at, op.getPerms()))
    at[dim] = index;
  return reader.getElement(op.getInput1(), std::move(at));
}

static std::optional<Term> step(Reader &reader, tosa::SliceOp op,
                                const Term &term) {
  // A part of unknown size cannot be told from the whole.
  auto type = dyn_cast<RankedTensorType>(op.getType());
  SmallVector<int64_t> begins;
  if (!type || !type.hasStaticShape() ||
      !tosa::getConstShapeValues(op.getStart().getDefiningOp(), begins) ||
      begins.size() != term.at.size())
    return std::nullopt;
  Indices at;
  for (auto [index, begin] : llvm::zip_equal(term.at, begins))
    at.push_back(index + begin);
  return reader.getElement(op.getInput1(), std::move(at));
}

static std::optional<Term> step(Reader &reader, tosa::TileOp op,
                                const Term &term) {
  auto type = dyn_cast<RankedTensorType>(op.getInput1().getType());
  if (!type || !type.hasStaticShape())
    return std::nullopt;
  Indices at;
  for (auto [index, size] : llvm::zip_equal(term.at, type.getShape()))
    at.push_back(size == 0 ? index : index % size);
  return reader.getElement(op.getInput1(), std::move(at));
}

static std::optional<Term> step(Reader &reader, tosa::GatherOp op,
                                const Term &term) {
  AffineExpr index = reader.getIndex(
      reader.getElement(op.getIndices(), {term.at[0], term.at[1]}, term.loops));
  if (!index)
    return std::nullopt;
  return reader.getElement(op.getValues(), {term.at[0], index, term.at[2]});
}

std::optional<Term> raise::stepTosa(Reader &reader, const Term &term) {
  Operation *op = term.value.getDefiningOp();
  if (!op || !isa<RankedTensorType>(term.value.getType()))
    return std::nullopt;
  return llvm::TypeSwitch<Operation *, std::optional<Term>>(op)
      .Case<tosa::ReshapeOp, tosa::TransposeOp, tosa::SliceOp, tosa::TileOp,
            tosa::GatherOp>([&](auto op) { return step(reader, op, term); })
      .Case([&](tosa::ConcatOp op) {
        return stepIntoPart(reader, op.getInput1(), op.getAxis(), term);
      })
      .Case([&](tosa::IdentityOp op) {
        return reader.getElement(op.getInput1(), term.at);
      })
      .Case([&](tosa::CastOp op) -> std::optional<Term> {
        if (!isFloat(op.getInput()) || !isFloat(op))
          return std::nullopt;
        return reader.getElement(op.getInput(), term.at);
      })
      .Default(std::nullopt);
}

static Kind getSimpleKind(Operation *op) {
  return llvm::TypeSwitch<Operation *, Kind>(op)
      .Case([](tosa::AddOp) { return Kind::Add; })
      .Case([](tosa::SubOp) { return Kind::Sub; })
      .Case([](tosa::MulOp op) { return isFloat(op) ? Kind::Mul : Kind::Leaf; })
      .Case([](tosa::NegateOp op) {
        return isFloat(op) ? Kind::Neg : Kind::Leaf;
      })
      .Case([](tosa::AbsOp) { return Kind::Abs; })
      .Case([](tosa::ReciprocalOp) { return Kind::Reciprocal; })
      .Case([](tosa::RsqrtOp) { return Kind::Rsqrt; })
      .Case([](tosa::ExpOp) { return Kind::Exp; })
      .Case([](tosa::LogOp) { return Kind::Log; })
      .Case([](tosa::TanhOp) { return Kind::Tanh; })
      .Case([](tosa::ErfOp) { return Kind::Erf; })
      .Case([](tosa::SigmoidOp) { return Kind::Sigmoid; })
      .Case([](tosa::SinOp) { return Kind::Sin; })
      .Case([](tosa::CosOp) { return Kind::Cos; })
      .Case([](tosa::MaximumOp) { return Kind::Max; })
      .Case([](tosa::MinimumOp) { return Kind::Min; })
      .Case([](tosa::SelectOp) { return Kind::Select; })
      .Case([](tosa::EqualOp) { return Kind::Equal; })
      .Case([](tosa::GreaterOp) { return Kind::Less; })
      .Case([](tosa::GreaterEqualOp) { return Kind::LessEqual; })
      .Case([](tosa::LogicalAndOp) { return Kind::And; })
      .Case([](tosa::LogicalOrOp) { return Kind::Or; })
      .Case([](tosa::CastOp op) {
        return isFloat(op) ? Kind::Convert : Kind::Leaf;
      })
      .Default(Kind::Leaf);
}

/// How many operands count; the rest are shifts and zero points.
static unsigned getArity(Kind kind) {
  switch (kind) {
  case Kind::Select:
    return 3;
  case Kind::Add:
  case Kind::Sub:
  case Kind::Mul:
  case Kind::Max:
  case Kind::Min:
  case Kind::Equal:
  case Kind::Less:
  case Kind::LessEqual:
  case Kind::And:
  case Kind::Or:
    return 2;
  default:
    return 1;
  }
}

template <typename ReduceOp>
static Node readReduction(Reader &reader, ReduceOp op, const Term &term,
                          Kind kind) {
  auto type = dyn_cast<RankedTensorType>(op.getInput().getType());
  if (!type)
    return {};
  Node node;
  node.kind = kind;
  node.variables = reader.getVariables(op, type.getDimSize(op.getAxis()));
  Indices at = term.at;
  at[op.getAxis()] = node.variables[0];
  node.operands.push_back(reader.getElement(op.getInput(), std::move(at)));
  return node;
}

static Node readMatMul(Reader &reader, tosa::MatMulOp op, const Term &term) {
  auto type = dyn_cast<RankedTensorType>(op.getA().getType());
  if (!type || !isFloat(op))
    return {};
  Node node;
  node.kind = Kind::ReduceDot;
  node.variables = reader.getVariables(op, type.getDimSize(2));
  AffineExpr k = node.variables[0];
  node.operands.push_back(
      reader.getElement(op.getA(), {term.at[0], term.at[1], k}));
  node.operands.push_back(
      reader.getElement(op.getB(), {term.at[0], k, term.at[2]}));
  return node;
}

/// The products of a kernel with every place of an image, which has its
/// channels last, where nothing is padded.
static Node readConvolution(Reader &reader, tosa::Conv2DOp op,
                            const Term &term) {
  auto weight = dyn_cast<RankedTensorType>(op.getWeight().getType());
  auto bias = dyn_cast<RankedTensorType>(op.getBias().getType());
  auto is = [](ArrayRef<int64_t> list, int64_t number) {
    return llvm::all_of(list, [&](int64_t x) { return x == number; });
  };
  if (!weight || !bias || !isFloat(op) || !is(op.getPad(), 0) ||
      !is(op.getDilation(), 1))
    return {};
  const Indices &loops =
      reader.getVariables(op, weight.getShape().drop_front());
  Node node;
  node.kind = Kind::ReduceDot;
  for (AffineExpr loop : loops)
    if (isa<AffineDimExpr>(loop))
      node.variables.push_back(loop);
  node.operands.push_back(reader.getElement(
      op.getInput(), {term.at[0], term.at[1] * op.getStride()[0] + loops[0],
                      term.at[2] * op.getStride()[1] + loops[1], loops[2]}));
  node.operands.push_back(reader.getElement(
      op.getWeight(), {term.at[3], loops[0], loops[1], loops[2]}));
  node.operands.push_back(reader.getElement(op.getBias(), {term.at[3]}));
  return node;
}

/// max(x, number), as a clamp without an upper limit.
static Node readClamp(Reader &reader, tosa::ClampOp op, const Term &term) {
  auto min = dyn_cast<FloatAttr>(op.getMinVal());
  auto max = dyn_cast<FloatAttr>(op.getMaxVal());
  if (!min || !max)
    return {};
  APFloat largest =
      APFloat::getLargest(max.getValue().getSemantics(), /*Negative=*/false);
  if (max.getValue() < largest)
    return {};
  Node node;
  node.kind = Kind::AtLeast;
  node.number = min.getValueAsDouble();
  node.operands.push_back(reader.getElement(op.getInput(), term.at));
  return node;
}

Node raise::readTosa(Reader &reader, const Term &term) {
  Operation *op = term.value.getDefiningOp();
  if (!isa<RankedTensorType>(term.value.getType()))
    return {};
  if (auto sum = dyn_cast<tosa::ReduceSumOp>(op))
    return readReduction(reader, sum, term, Kind::ReduceSum);
  if (auto max = dyn_cast<tosa::ReduceMaxOp>(op))
    return readReduction(reader, max, term, Kind::ReduceMax);
  if (auto product = dyn_cast<tosa::MatMulOp>(op))
    return readMatMul(reader, product, term);
  if (auto convolution = dyn_cast<tosa::Conv2DOp>(op))
    return readConvolution(reader, convolution, term);
  if (auto clamp = dyn_cast<tosa::ClampOp>(op))
    return readClamp(reader, clamp, term);

  Node node;
  if (auto gather = dyn_cast<tosa::GatherOp>(op)) {
    node.kind = Kind::Extract;
    node.table = gather.getValues();
    node.at = {term.at[0], AffineExpr(), term.at[2]};
    node.operands.push_back(
        reader.getElement(gather.getIndices(), {term.at[0], term.at[1]}));
    return node;
  }
  if (auto power = dyn_cast<tosa::PowOp>(op)) {
    Node exponent = reader.read(reader.getElement(power.getInput2(), term.at));
    if (exponent.kind != Kind::Number)
      return {};
    node.kind = Kind::Pow;
    node.number = exponent.number;
  } else {
    node.kind = getSimpleKind(op);
  }
  if (node.kind == Kind::Leaf)
    return node;
  for (Value operand : op->getOperands().take_front(getArity(node.kind)))
    node.operands.push_back(reader.getElement(operand, term.at));
  // a > b --> b < a
  if (node.kind == Kind::Less || node.kind == Kind::LessEqual)
    std::swap(node.operands[0], node.operands[1]);
  return node;
}
