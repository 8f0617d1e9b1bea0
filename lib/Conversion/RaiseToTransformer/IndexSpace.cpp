//===- IndexSpace.cpp - Indices with known ranges -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IndexSpace.h"

#include "mlir/Support/LLVM.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

namespace {
/// A constant plus multiples of variables, quotients and remainders.
struct LinearForm {
  int64_t constant = 0;
  llvm::MapVector<AffineExpr, int64_t> multiples;
};
} // namespace

AffineExpr IndexSpace::add(int64_t extent) {
  if (extent == 1)
    return getConstant(0);
  extents.push_back(extent);
  return getAffineDimExpr(extents.size() - 1, context);
}

int64_t IndexSpace::getExtent(AffineExpr variable) const {
  if (auto dim = dyn_cast<AffineDimExpr>(variable))
    return extents[dim.getPosition()];
  return 1;
}

std::optional<std::pair<int64_t, int64_t>>
IndexSpace::getRange(AffineExpr expr) const {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return {{constant.getValue(), constant.getValue()}};
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    int64_t extent = extents[dim.getPosition()];
    if (ShapedType::isDynamic(extent))
      return std::nullopt;
    return {{0, extent - 1}};
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  auto lhs = getRange(binary.getLHS()), rhs = getRange(binary.getRHS());
  if (expr.getKind() == AffineExprKind::Mod && rhs && rhs->first > 0 &&
      rhs->first == rhs->second)
    return {{0, rhs->first - 1}};
  if (!lhs || !rhs)
    return std::nullopt;
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return {{lhs->first + rhs->first, lhs->second + rhs->second}};
  case AffineExprKind::Mul: {
    auto [low, high] =
        std::minmax({lhs->first * rhs->first, lhs->first * rhs->second,
                     lhs->second * rhs->first, lhs->second * rhs->second});
    return {{low, high}};
  }
  case AffineExprKind::FloorDiv:
    if (rhs->first <= 0 || rhs->first != rhs->second)
      return std::nullopt;
    return {{llvm::divideFloorSigned(lhs->first, rhs->first),
             llvm::divideFloorSigned(lhs->second, rhs->first)}};
  default:
    return std::nullopt;
  }
}

/// Adds `factor * expr` to a form whose parts are simplified.
static void accumulate(LinearForm &form, AffineExpr expr, int64_t factor) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    form.constant += factor * constant.getValue();
    return;
  }
  if (auto binary = dyn_cast<AffineBinaryOpExpr>(expr)) {
    if (expr.getKind() == AffineExprKind::Add) {
      accumulate(form, binary.getLHS(), factor);
      return accumulate(form, binary.getRHS(), factor);
    }
    auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS());
    if (expr.getKind() == AffineExprKind::Mul && constant)
      return accumulate(form, binary.getLHS(), factor * constant.getValue());
  }
  form.multiples[expr] += factor;
}

/// The divisor of a quotient or remainder by a positive constant, else 0.
static int64_t getDivisor(AffineExpr expr, AffineExprKind kind) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary || expr.getKind() != kind)
    return 0;
  auto divisor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  return divisor && divisor.getValue() > 0 ? divisor.getValue() : 0;
}

/// k * n * (e floordiv n) + k * (e mod n) --> k * e
static bool recombine(const IndexSpace &space, LinearForm &form) {
  for (auto [remainder, factor] : form.multiples) {
    int64_t divisor = getDivisor(remainder, AffineExprKind::Mod);
    if (divisor == 0 || factor == 0)
      continue;
    AffineExpr whole = cast<AffineBinaryOpExpr>(remainder).getLHS();
    auto *quotient =
        form.multiples.find(space.simplify(whole.floorDiv(divisor)));
    if (quotient == form.multiples.end() ||
        quotient->second != factor * divisor)
      continue;
    quotient->second = 0;
    int64_t multiple = factor;
    form.multiples[remainder] = 0;
    accumulate(form, whole, multiple);
    return true;
  }
  return false;
}

/// An order of expressions: variables first, by their numbers.
static bool isBefore(AffineExpr lhs, AffineExpr rhs) {
  auto rank = [](AffineExpr expr) {
    return isa<AffineDimExpr>(expr) ? -1 : static_cast<int>(expr.getKind());
  };
  if (rank(lhs) != rank(rhs))
    return rank(lhs) < rank(rhs);
  if (auto dim = dyn_cast<AffineDimExpr>(lhs))
    return dim.getPosition() < cast<AffineDimExpr>(rhs).getPosition();
  if (auto constant = dyn_cast<AffineConstantExpr>(lhs))
    return constant.getValue() < cast<AffineConstantExpr>(rhs).getValue();
  auto left = dyn_cast<AffineBinaryOpExpr>(lhs);
  auto right = dyn_cast<AffineBinaryOpExpr>(rhs);
  if (!left || !right)
    return false;
  if (left.getLHS() != right.getLHS())
    return isBefore(left.getLHS(), right.getLHS());
  return isBefore(left.getRHS(), right.getRHS());
}

static AffineExpr build(const LinearForm &form, MLIRContext *context) {
  SmallVector<std::pair<AffineExpr, int64_t>> multiples(form.multiples.begin(),
                                                        form.multiples.end());
  llvm::sort(multiples, [](auto &lhs, auto &rhs) {
    return isBefore(lhs.first, rhs.first);
  });
  AffineExpr result = getAffineConstantExpr(form.constant, context);
  for (auto [expr, factor] : multiples)
    result = result + expr * factor;
  return result;
}

AffineExpr IndexSpace::simplify(AffineExpr expr) const {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return expr;
  AffineExpr lhs = simplify(binary.getLHS()), rhs = simplify(binary.getRHS());
  LinearForm form;
  if (expr.getKind() == AffineExprKind::Add) {
    accumulate(form, lhs, 1);
    accumulate(form, rhs, 1);
    while (recombine(*this, form)) {
    }
    return build(form, context);
  }
  auto constant = dyn_cast<AffineConstantExpr>(rhs);
  if (!constant)
    return expr;
  int64_t number = constant.getValue();
  if (expr.getKind() == AffineExprKind::Mul) {
    accumulate(form, lhs, number);
    return build(form, context);
  }
  if (number <= 0)
    return expr;

  // What is a multiple of the divisor leaves the quotient as a whole.
  LinearForm whole, rest;
  accumulate(form, lhs, 1);
  for (auto [part, factor] : form.multiples)
    (factor % number == 0 ? whole.multiples[part] : rest.multiples[part]) =
        factor % number == 0 ? factor / number : factor;
  whole.constant = llvm::divideFloorSigned(form.constant, number);
  rest.constant = llvm::mod(form.constant, number);
  AffineExpr remainder = build(rest, context);
  auto range = getRange(remainder);
  bool known = range && range->first >= 0 && range->second < number;
  if (expr.getKind() == AffineExprKind::Mod)
    return known ? remainder : getRemainder(remainder, number);
  if (expr.getKind() != AffineExprKind::FloorDiv)
    return expr;
  if (!known)
    accumulate(whole, getQuotient(remainder, number), 1);
  return build(whole, context);
}

AffineExpr IndexSpace::getRemainder(AffineExpr expr, int64_t divisor) const {
  int64_t multiple = getDivisor(expr, AffineExprKind::Mod);
  if (multiple == 0 || multiple % divisor != 0)
    return expr % divisor;
  return simplify(cast<AffineBinaryOpExpr>(expr).getLHS() % divisor);
}

AffineExpr IndexSpace::getQuotient(AffineExpr expr, int64_t divisor) const {
  if (int64_t inner = getDivisor(expr, AffineExprKind::FloorDiv))
    return simplify(
        cast<AffineBinaryOpExpr>(expr).getLHS().floorDiv(inner * divisor));
  int64_t multiple = getDivisor(expr, AffineExprKind::Mod);
  if (multiple == 0 || multiple % divisor != 0)
    return expr.floorDiv(divisor);
  AffineExpr whole = cast<AffineBinaryOpExpr>(expr).getLHS();
  return simplify(whole.floorDiv(divisor) % (multiple / divisor));
}

AffineExpr IndexSpace::join(ArrayRef<AffineExpr> indices,
                            ArrayRef<int64_t> sizes) const {
  AffineExpr place = getConstant(0);
  int64_t stride = 1;
  for (auto [index, size] : llvm::reverse(llvm::zip_equal(indices, sizes))) {
    if (size == 1)
      continue;
    // A dimension of unknown size is the outermost that counts.
    if (ShapedType::isDynamic(stride))
      return {};
    place = place + index * stride;
    stride = ShapedType::isDynamic(size) ? size : stride * size;
  }
  return simplify(place);
}

LogicalResult IndexSpace::split(AffineExpr place, ArrayRef<int64_t> sizes,
                                Indices &indices) const {
  Indices reversed;
  unsigned left = llvm::count_if(sizes, [](int64_t size) { return size != 1; });
  for (int64_t size : llvm::reverse(sizes)) {
    if (size == 1) {
      reversed.push_back(getConstant(0));
      continue;
    }
    if (--left == 0) {
      reversed.push_back(place);
      continue;
    }
    if (ShapedType::isDynamic(size) || size == 0)
      return failure();
    reversed.push_back(simplify(place % size));
    place = simplify(place.floorDiv(size));
  }
  indices.append(reversed.rbegin(), reversed.rend());
  return success();
}

bool raise::haveSameCount(ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs) {
  auto count = [](ArrayRef<int64_t> shape) {
    std::pair<int64_t, int64_t> staticAndDynamic = {1, 0};
    for (int64_t size : shape) {
      if (ShapedType::isDynamic(size))
        ++staticAndDynamic.second;
      else
        staticAndDynamic.first *= size;
    }
    return staticAndDynamic;
  };
  return count(lhs) == count(rhs);
}

std::optional<int64_t> raise::evaluateIndex(AffineExpr expr,
                                            ArrayRef<int64_t> values) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    if (dim.getPosition() >= values.size())
      return std::nullopt;
    return values[dim.getPosition()];
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  auto lhs = evaluateIndex(binary.getLHS(), values);
  auto rhs = evaluateIndex(binary.getRHS(), values);
  if (!lhs || !rhs)
    return std::nullopt;
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return *lhs + *rhs;
  case AffineExprKind::Mul:
    return *lhs * *rhs;
  case AffineExprKind::FloorDiv:
    return *rhs > 0 ? std::optional(llvm::divideFloorSigned(*lhs, *rhs))
                    : std::nullopt;
  case AffineExprKind::Mod:
    return *rhs > 0 ? std::optional<int64_t>(llvm::mod(*lhs, *rhs))
                    : std::nullopt;
  default:
    return std::nullopt;
  }
}
