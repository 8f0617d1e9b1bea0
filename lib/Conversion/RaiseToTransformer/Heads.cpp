//===- Heads.cpp - Heads among the indices of a term ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Heads.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

std::optional<Indices> raise::getDigits(const IndexSpace &space,
                                        AffineExpr expr, int64_t size) {
  Indices digits;
  if (size == 1)
    return digits;
  SmallVector<std::pair<int64_t, AffineExpr>> strides;
  SmallVector<AffineExpr> open = {expr};
  while (!open.empty()) {
    AffineExpr part = open.pop_back_val();
    auto binary = dyn_cast<AffineBinaryOpExpr>(part);
    if (part.getKind() == AffineExprKind::Add) {
      open.push_back(binary.getLHS());
      open.push_back(binary.getRHS());
    } else if (isa<AffineDimExpr>(part)) {
      strides.push_back({1, part});
    } else if (part.getKind() == AffineExprKind::Mul &&
               isa<AffineDimExpr>(binary.getLHS()) &&
               isa<AffineConstantExpr>(binary.getRHS())) {
      strides.push_back({cast<AffineConstantExpr>(binary.getRHS()).getValue(),
                         binary.getLHS()});
    } else {
      return std::nullopt;
    }
  }
  llvm::sort(strides,
             [](auto &lhs, auto &rhs) { return lhs.first < rhs.first; });
  int64_t expected = 1;
  for (auto [stride, digit] : strides) {
    if (stride != expected)
      return std::nullopt;
    int64_t extent = space.getExtent(digit);
    // A dimension of unknown size has one digit, which has its size.
    if (ShapedType::isDynamic(extent) || ShapedType::isDynamic(size)) {
      if (strides.size() != 1 || extent != size)
        return std::nullopt;
      return Indices{digit};
    }
    expected *= extent;
    digits.push_back(digit);
  }
  if (expected != size)
    return std::nullopt;
  std::reverse(digits.begin(), digits.end());
  return digits;
}

/// The divisor of the first quotient or remainder of `variable`, else 0.
static int64_t findDivisor(AffineExpr expr, AffineExpr variable) {
  int64_t divisor = 0;
  expr.walk([&](AffineExpr part) {
    auto binary = dyn_cast<AffineBinaryOpExpr>(part);
    bool divides = binary && binary.getLHS() == variable &&
                   (part.getKind() == AffineExprKind::FloorDiv ||
                    part.getKind() == AffineExprKind::Mod);
    if (!divides || divisor != 0)
      return;
    if (auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS()))
      divisor = constant.getValue();
  });
  return divisor;
}

BatchAndHead raise::splitBatch(Site &site, const Term &element,
                               AffineExpr variable) {
  IndexSpace &space = site.getSpace();
  AffineExpr zero = space.getConstant(0);
  int64_t extent = space.getExtent(variable), heads = 0;
  SmallVector<Term> path;
  site.getReader().look(element, &path);
  for (const Term &step : path)
    for (AffineExpr index : step.at)
      if (heads == 0)
        heads = findDivisor(index, variable);
  if (heads <= 0 || ShapedType::isDynamic(extent) || extent % heads != 0)
    return {zero, variable, variable};
  AffineExpr batch = space.add(extent / heads), head = space.add(heads);
  return {batch, head, space.simplify(batch * heads + head)};
}

AffineExpr raise::getPackedHead(Site &site, const Term &element,
                                AffineExpr channel) {
  Term head = site.getReader().look(element);
  if (head.at.empty() || !isa<RankedTensorType>(head.value.getType()))
    return {};
  // A slice of the channels holds whole heads; which ones does not matter.
  int64_t width = site.getSpace().getExtent(channel);
  AffineExpr found;
  head.at.back().walk([&](AffineExpr part) {
    auto binary = dyn_cast<AffineBinaryOpExpr>(part);
    if (binary && part.getKind() == AffineExprKind::Mul &&
        isa<AffineDimExpr>(binary.getLHS()) &&
        binary.getRHS() == site.getSpace().getConstant(width))
      found = binary.getLHS();
  });
  return found;
}
