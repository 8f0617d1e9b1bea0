//===- Mask.cpp - Masks of attention, judged by their values --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mask that depends on an argument is one if, whatever truth value an element
// of the argument has, the values are those of a mask.
//
//===----------------------------------------------------------------------===//

#include "Attention.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// The most elements of a mask that are looked at.
static constexpr int64_t kMaxMask = int64_t(1) << 20;
/// How many terms a mask consists of at most.
static constexpr unsigned kBudget = 256;
/// The largest number that an element is compared with.
static constexpr double kMaxNumber = 1 << 30;
/// What masks in an argument of floats.
static constexpr double kLowest = -3e38;

/// The value of a sum whose terms are constants.
static std::optional<double> evaluate(Reader &reader, const Sum &sum,
                                      SmallVector<int64_t> &values) {
  double result = sum.number;
  for (const Product &product : sum.products) {
    double value = product.number;
    for (const Factor &factor : product.factors) {
      auto base = reader.evaluate(factor.term, values);
      if (!base)
        return std::nullopt;
      value *= std::pow(*base, factor.power);
    }
    result += value;
  }
  return result;
}

/// All terms that say what is added to scores, or taken away.
static SmallVector<Term> getTerms(const Parts &parts) {
  SmallVector<Term> terms;
  for (const Product &product : parts.mask.products)
    for (const Factor &factor : product.factors)
      terms.push_back(factor.term);
  for (auto &[condition, masks] : parts.selects)
    terms.push_back(condition);
  return terms;
}

namespace {
/// What terms are computed from.
struct Origins {
  /// The elements that are no constants.
  SmallVector<Term> unknown;
  /// Numbers that an element may be compared with.
  llvm::SmallSetVector<int64_t, 4> numbers;
};
} // namespace

/// Collects what a term is computed from; fails where there are too many terms.
static LogicalResult collect(Reader &reader, const Term &term, Origins &origins,
                             unsigned &budget) {
  if (budget-- == 0)
    return failure();
  Term head = reader.look(term);
  Node node = reader.read(head);
  if (node.kind == Kind::Leaf && !matchPattern(head.value, m_Constant()) &&
      !llvm::is_contained(origins.unknown, head))
    origins.unknown.push_back(head);
  if (node.kind == Kind::Number && node.number == std::floor(node.number) &&
      std::abs(node.number) <= kMaxNumber)
    origins.numbers.insert(static_cast<int64_t>(node.number));
  for (const Term &operand : node.operands)
    if (failed(collect(reader, operand, origins, budget)))
      return failure();
  return success();
}

namespace {
/// Which keys count for which queries, row by row.
using Valid = SmallVector<bool>;
} // namespace

/// Evaluates a mask; none where its values are not known, not those of a mask,
/// or not the same for all batches and heads.
static std::optional<Valid> getValid(Site &site, const Parts &parts) {
  Reader &reader = site.getReader();
  IndexSpace &space = site.getSpace();
  if (llvm::any_of(getTerms(parts), [&](const Term &term) {
        return reader.dependsOn(term, parts.head) ||
               reader.dependsOn(term, parts.batch);
      }))
    return std::nullopt;
  SmallVector<int64_t> values;
  auto set = [&](AffineExpr variable, int64_t value) {
    auto dim = dyn_cast<AffineDimExpr>(variable);
    if (!dim)
      return;
    values.resize(std::max<size_t>(values.size(), dim.getPosition() + 1));
    values[dim.getPosition()] = value;
  };
  Valid valid;
  for (int64_t query = 0; query < space.getExtent(parts.queryPosition);
       ++query) {
    for (int64_t key = 0; key < space.getExtent(parts.keyPosition); ++key) {
      set(parts.queryPosition, query);
      set(parts.keyPosition, key);
      auto added = evaluate(reader, parts.mask, values);
      if (!added || (*added != 0 && !(*added <= kMasked)))
        return std::nullopt;
      bool counts = *added == 0;
      for (auto &[condition, masks] : parts.selects) {
        auto value = reader.evaluate(condition, values);
        if (!value)
          return std::nullopt;
        counts &= (*value != 0) != masks;
      }
      valid.push_back(counts);
    }
  }
  return valid;
}

/// The mask that this is for every query; none where a query has no key: other
/// IR divides zero by zero there, or counts all keys.
static std::optional<Mask> getMask(Site &site, const Parts &parts,
                                   const Valid &valid) {
  int64_t queries = site.getSpace().getExtent(parts.queryPosition);
  int64_t keys = site.getSpace().getExtent(parts.keyPosition);
  bool all = !llvm::is_contained(valid, false), causal = queries <= keys;
  for (int64_t query = 0; query < queries; ++query) {
    ArrayRef<bool> row = ArrayRef(valid).slice(query * keys, keys);
    if (!llvm::is_contained(row, true))
      return std::nullopt;
    for (auto [key, counts] : llvm::enumerate(row))
      causal &= counts == (static_cast<int64_t>(key) <= query + keys - queries);
  }
  Mask mask;
  mask.causal = causal && !all;
  if (causal || all)
    return mask;
  if (site.getSpace().getExtent(parts.batch) != 1)
    return std::nullopt;
  mask.valid = DenseElementsAttr::get(
      RankedTensorType::get({1, queries, keys}, site.getBuilder().getI1Type()),
      ArrayRef<bool>(valid));
  return mask;
}

/// Whether a condition says `key > query`, or `key <= query` where it does not
/// mask, for all of them.
static bool isCausal(Site &site, const Parts &parts, const Term &condition,
                     bool masks) {
  Reader &reader = site.getReader();
  Node compare = reader.read(condition);
  if (compare.kind != Kind::Less && compare.kind != Kind::LessEqual)
    return false;
  AffineExpr lhs = reader.getIndex(compare.operands[0]);
  AffineExpr rhs = reader.getIndex(compare.operands[1]);
  if (!lhs || !rhs)
    return false;
  // It holds from this on: rhs - lhs - (1 or 0) >= 0.
  AffineExpr found = rhs - lhs - (compare.kind == Kind::Less ? 1 : 0);
  AffineExpr expected = masks ? parts.keyPosition - parts.queryPosition - 1
                              : parts.queryPosition - parts.keyPosition;
  IndexSpace &space = site.getSpace();
  return space.simplify(found) == space.simplify(expected);
}

/// The causal mask of as many queries and keys as there may be: one condition,
/// which selects scores or what is added to them.
static std::optional<Mask> getCausalMask(Site &site, const Parts &parts) {
  Reader &reader = site.getReader();
  Mask mask;
  mask.causal = mask.isFromStart = true;
  if (parts.mask.number != 0)
    return std::nullopt;
  if (parts.mask.products.empty() && parts.selects.size() == 1) {
    auto [condition, masks] = parts.selects[0];
    return isCausal(site, parts, condition, masks) ? std::optional(mask)
                                                   : std::nullopt;
  }
  if (parts.mask.products.size() != 1 || !parts.mask.products[0].isTerm() ||
      !parts.selects.empty())
    return std::nullopt;
  Node select = reader.read(parts.mask.products[0].factors[0].term);
  if (select.kind != Kind::Select)
    return std::nullopt;
  auto ifTrue = getNumber(reader, select.operands[1]);
  auto ifFalse = getNumber(reader, select.operands[2]);
  bool masks = ifTrue && *ifTrue <= kMasked && ifFalse == 0;
  bool keeps = ifFalse && *ifFalse <= kMasked && ifTrue == 0;
  return (masks || keeps) && isCausal(site, parts, select.operands[0], masks)
             ? std::optional(mask)
             : std::nullopt;
}

/// Whether a mask that depends on an element is, for these values of it, the
/// same one where the element lets keys count, and leaves none where it does
/// not. A value other than 0 and 1 may be none that the formula is for.
static std::optional<Mask> getMaskFor(Site &site, const Parts &parts,
                                      const Term &unknown,
                                      ArrayRef<double> values,
                                      llvm::function_ref<bool(double)> counts) {
  std::optional<Valid> some;
  for (double value : values) {
    site.getReader().assume(unknown, value);
    std::optional<Valid> valid = getValid(site, parts);
    site.getReader().assume({});
    if (!valid && value != 0 && value != 1)
      continue;
    bool isRight = valid && (counts(value) ? !some || *some == *valid
                                           : !llvm::is_contained(*valid, true));
    if (!isRight)
      return std::nullopt;
    if (counts(value))
      some = valid;
  }
  std::optional<Mask> mask =
      some ? ::getMask(site, parts, *some) : std::nullopt;
  if (!mask || mask->valid)
    return std::nullopt;
  mask->unknown = unknown;
  return mask;
}

/// Judges a mask that depends on one element of an argument.
static std::optional<Mask> getMaskOf(Site &site, const Parts &parts,
                                     const Origins &origins) {
  const Term &unknown = origins.unknown[0];
  Type type = getElementTypeOrSelf(unknown.value.getType());
  if (isa<FloatType>(type))
    return getMaskFor(site, parts, unknown, {0, kLowest},
                      [](double value) { return value > kMasked; });
  auto numbers = origins.numbers;
  numbers.insert(0);
  numbers.insert(1);
  for (int64_t number : numbers)
    for (bool countsIfEqual : {false, true}) {
      SmallVector<double> values = {0, 1};
      if (!type.isInteger(1))
        for (int64_t other : numbers)
          llvm::append_values(values, other - 1.0, 1.0 * other, other + 1.0);
      auto mask = getMaskFor(site, parts, unknown, values, [&](double value) {
        return (value == number) == countsIfEqual;
      });
      if (!mask)
        continue;
      mask->value = number;
      mask->countsIfEqual = countsIfEqual;
      return mask;
    }
  return std::nullopt;
}

std::optional<Mask> raise::getMask(Site &site, const Parts &parts,
                                   std::string &reason) {
  IndexSpace &space = site.getSpace();
  SmallVector<Term> terms = getTerms(parts);
  if (terms.empty() && parts.mask.number == 0)
    return Mask();
  int64_t queries = space.getExtent(parts.queryPosition);
  int64_t keys = space.getExtent(parts.keyPosition);
  reason = "what is added to its scores is no mask of known values";
  if (ShapedType::isDynamic(queries) || ShapedType::isDynamic(keys))
    return getCausalMask(site, parts);
  if (queries * keys > kMaxMask)
    return std::nullopt;
  unsigned budget = kBudget;
  Origins origins;
  for (const Term &term : terms)
    if (failed(collect(site.getReader(), term, origins, budget)))
      return std::nullopt;
  if (origins.unknown.empty()) {
    std::optional<Valid> valid = getValid(site, parts);
    return valid ? ::getMask(site, parts, *valid) : std::nullopt;
  }
  // What is computed may be anything; truth values are what they are.
  Value unknown = origins.unknown[0].value;
  Type type = getElementTypeOrSelf(unknown.getType());
  if (origins.unknown.size() != 1 ||
      !isa<RankedTensorType>(unknown.getType()) ||
      !(type.isInteger(1) || isParameter(unknown)))
    return std::nullopt;
  if (isa<FloatType>(type) && !site.takesMaskArguments()) {
    reason = "what is added to its scores is a mask only if the option "
             "mask-arguments says so";
    return std::nullopt;
  }
  if (!isa<FloatType>(type) && !type.isSignlessInteger())
    return std::nullopt;
  return getMaskOf(site, parts, origins);
}

FailureOr<Value> raise::createMask(Site &site, const Parts &parts,
                                   const Mask &mask) {
  ImplicitLocOpBuilder &builder = site.getBuilder();
  if (mask.valid)
    return Value(arith::ConstantOp::create(builder, mask.valid));
  if (!mask.unknown)
    return Value();
  Indices indices = {parts.batch};
  if (site.getReader().dependsOn(mask.unknown, parts.queryPosition))
    indices.push_back(parts.queryPosition);
  indices.push_back(parts.keyPosition);
  SmallVector<int64_t> shape;
  for (AffineExpr index : indices)
    shape.push_back(site.getSpace().getExtent(index));
  Value tensor = site.getRepeated(mask.unknown, indices, shape);
  if (!tensor)
    return failure();
  auto type = cast<RankedTensorType>(tensor.getType());
  auto splat = [&](TypedAttr value) {
    return arith::ConstantOp::create(
        builder, SplatElementsAttr::get(type, Attribute(value)));
  };
  if (isa<FloatType>(type.getElementType()))
    return Value(arith::CmpFOp::create(
        builder, arith::CmpFPredicate::OGT, tensor,
        splat(builder.getFloatAttr(type.getElementType(), kMasked))));
  if (type.getElementType().isInteger(1) &&
      mask.countsIfEqual == (mask.value != 0))
    return tensor;
  return Value(arith::CmpIOp::create(
      builder,
      mask.countsIfEqual ? arith::CmpIPredicate::eq : arith::CmpIPredicate::ne,
      tensor,
      splat(builder.getIntegerAttr(type.getElementType(), mask.value))));
}
