//===- Evaluate.cpp - Values of constant terms ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Masks, positions and tables are judged by their values, however they are
// computed.
//
//===----------------------------------------------------------------------===//

#include "Term.h"

#include "dialects/Transformer/Transformer.h"
#include "iquant/Support/ConstantBytes.h"
#include "iquant/Support/FloatElements.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Matchers.h"

#include "llvm/Support/Endian.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// Terms of models nest some twenty deep.
static constexpr unsigned kMaxDepth = 64;
/// The longest sum that is worth computing for one element.
static constexpr int64_t kMaxReduced = 1024;

double raise::toNumber(const APInt &integer) {
  return integer.getBitWidth() == 1
             ? static_cast<double>(integer.getZExtValue())
             : static_cast<double>(integer.getSExtValue());
}

/// The element of a constant tensor at a place in row-major order.
static std::optional<double> getConstantElement(ElementsAttr constant,
                                                int64_t place) {
  if (isa<FloatType>(constant.getElementType())) {
    auto values = FloatElements::get(
        constant, [](const Twine &) -> LogicalResult { return failure(); });
    if (failed(values))
      return std::nullopt;
    double value;
    values->read(place, value);
    return value;
  }
  if (auto dense = dyn_cast<DenseIntElementsAttr>(constant))
    return toNumber(dense.getValues<APInt>()[place]);
  std::optional<ArrayRef<char>> bytes = getConstantBytes(constant);
  if (!bytes || !constant.getElementType().isInteger())
    return std::nullopt;
  auto read = [&](auto zero) -> std::optional<double> {
    using T = decltype(zero);
    if ((place + 1) * sizeof(T) > bytes->size())
      return std::nullopt;
    return llvm::support::endian::read<T, llvm::endianness::native>(
        bytes->data() + place * sizeof(T));
  };
  switch (constant.getElementType().getIntOrFloatBitWidth()) {
  case 8:
    return read(int8_t());
  case 32:
    return read(int32_t());
  case 64:
    return read(int64_t());
  default:
    return std::nullopt;
  }
}

/// The element of a constant at known indices.
static std::optional<double> getElementOf(Value value,
                                          ArrayRef<int64_t> indices) {
  ElementsAttr constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return std::nullopt;
  ArrayRef<int64_t> shape = constant.getShapedType().getShape();
  int64_t place = 0;
  for (auto [index, size] : llvm::zip_equal(indices, shape)) {
    if (index < 0 || index >= size)
      return std::nullopt;
    place = place * size + index;
  }
  return getConstantElement(constant, place);
}

/// The value of an op of known operands.
static std::optional<double> compute(const Node &node, ArrayRef<double> in) {
  switch (node.kind) {
  case Kind::Add:
    return in[0] + in[1];
  case Kind::Sub:
    return in[0] - in[1];
  case Kind::Mul:
    return in[0] * in[1];
  case Kind::Div:
    return in[0] / in[1];
  case Kind::Neg:
    return -in[0];
  case Kind::Abs:
    return std::abs(in[0]);
  case Kind::Pow:
    return std::pow(in[0], node.number);
  case Kind::Exp:
    return std::exp(in[0]);
  case Kind::Exp2:
    return std::exp2(in[0]);
  case Kind::Log:
    return std::log(in[0]);
  case Kind::Sqrt:
    return std::sqrt(in[0]);
  case Kind::Rsqrt:
    return 1 / std::sqrt(in[0]);
  case Kind::Reciprocal:
    return 1 / in[0];
  case Kind::Tanh:
    return std::tanh(in[0]);
  case Kind::Erf:
    return std::erf(in[0]);
  case Kind::Sigmoid:
    return 1 / (1 + std::exp(-in[0]));
  case Kind::Sin:
    return std::sin(in[0]);
  case Kind::Cos:
    return std::cos(in[0]);
  case Kind::Max:
    return std::max(in[0], in[1]);
  case Kind::Min:
    return std::min(in[0], in[1]);
  case Kind::AtLeast:
    return std::max(in[0], node.number);
  case Kind::Convert:
    return in[0];
  case Kind::Less:
    return in[0] < in[1];
  case Kind::LessEqual:
    return in[0] <= in[1];
  case Kind::Equal:
    return in[0] == in[1];
  case Kind::NotEqual:
    return in[0] != in[1];
  case Kind::Select:
    return in[0] != 0 ? in[1] : in[2];
  case Kind::And:
    return in[0] != 0 && in[1] != 0;
  case Kind::Or:
    return in[0] != 0 || in[1] != 0;
  default:
    return std::nullopt;
  }
}

std::optional<double> Reader::evaluateReduction(const Node &node,
                                                SmallVector<int64_t> &values,
                                                unsigned depth) {
  // Over one variable, or over none where all dimensions have size 1.
  int64_t extent = 1;
  unsigned position = 0;
  if (node.variables.size() > 1)
    return std::nullopt;
  if (!node.variables.empty()) {
    extent = space.getExtent(node.variables[0]);
    if (auto variable = dyn_cast<AffineDimExpr>(node.variables[0]))
      position = variable.getPosition();
    if (ShapedType::isDynamic(extent) || extent > kMaxReduced)
      return std::nullopt;
    values.resize(std::max<size_t>(values.size(), position + 1));
  }
  std::optional<double> result;
  for (int64_t i = 0; i < extent; ++i) {
    if (extent != 1)
      values[position] = i;
    auto element = evaluate(node.operands[0], values, depth + 1);
    if (element && node.kind == Kind::ReduceDot) {
      auto factor = evaluate(node.operands[1], values, depth + 1);
      element = factor ? std::optional(*element * *factor) : std::nullopt;
    }
    if (!element)
      return std::nullopt;
    if (!result)
      result = element;
    else
      result = node.kind == Kind::ReduceMax ? std::max(*result, *element)
                                            : *result + *element;
  }
  size_t summed = node.kind == Kind::ReduceDot ? 2 : 1;
  if (result && node.operands.size() > summed) {
    auto start = evaluate(node.operands[summed], values, depth + 1);
    if (!start)
      return std::nullopt;
    return node.kind == Kind::ReduceMax ? std::max(*result, *start)
                                        : *result + *start;
  }
  return result;
}

std::optional<Term> raise::getRowId(const Term &element) {
  auto op = element.value.getDefiningOp<transformer::EmbeddingOp>();
  if (!op || !matchPattern(op.getTable(), m_Constant()))
    return std::nullopt;
  return inLoops({op.getIds(), Indices(ArrayRef(element.at).drop_back())},
                 element.loops);
}

const Reader::Step &Reader::getStep(const Term &term) {
  for (auto &[element, step] : steps[term.value])
    if (element == term)
      return *step;
  Term head = look(term);
  auto step = std::make_unique<Step>(Step{head, read(head)});
  return *steps[term.value].emplace_back(term, std::move(step)).second;
}

std::optional<double> Reader::evaluate(const Term &term,
                                       SmallVector<int64_t> &values,
                                       unsigned depth) {
  if (depth > kMaxDepth)
    return std::nullopt;
  const auto &[head, node] = getStep(term);
  if (assumed && head == assumed)
    return assumedValue;
  switch (node.kind) {
  case Kind::Number:
    return node.number;
  case Kind::Index: {
    std::optional<int64_t> index = evaluateIndex(node.index, values);
    return index ? std::optional<double>(*index) : std::nullopt;
  }
  case Kind::Leaf: {
    SmallVector<int64_t> indices;
    for (AffineExpr expr : head.at) {
      std::optional<int64_t> index = evaluateIndex(expr, values);
      if (!index)
        return std::nullopt;
      indices.push_back(*index);
    }
    if (!isa<RankedTensorType>(head.value.getType()))
      return std::nullopt;
    // Rows of a table of known numbers, raised already.
    if (std::optional<Term> row = getRowId(head)) {
      auto id = evaluate(*row, values, depth + 1);
      auto op = head.value.getDefiningOp<transformer::EmbeddingOp>();
      if (!id)
        return std::nullopt;
      return getElementOf(op.getTable(),
                          {static_cast<int64_t>(*id), indices.back()});
    }
    return getElementOf(head.value, indices);
  }
  case Kind::ReduceSum:
  case Kind::ReduceDot:
  case Kind::ReduceMax:
    return evaluateReduction(node, values, depth);
  default:
    break;
  }
  SmallVector<double, 3> operands;
  for (const Term &operand : node.operands) {
    std::optional<double> value = evaluate(operand, values, depth + 1);
    if (!value)
      return std::nullopt;
    operands.push_back(*value);
  }
  if (node.kind == Kind::Extract) {
    SmallVector<int64_t> indices;
    ArrayRef<double> unknown(operands);
    for (AffineExpr index : node.at) {
      std::optional<int64_t> known =
          index ? evaluateIndex(index, values)
                : static_cast<int64_t>(unknown.consume_front());
      if (!known)
        return std::nullopt;
      indices.push_back(*known);
    }
    return getElementOf(node.table, indices);
  }
  return compute(node, operands);
}
