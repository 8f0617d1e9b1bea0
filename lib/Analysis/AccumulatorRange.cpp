//===- AccumulatorRange.cpp - How large integer sums can become -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the bounds on the sums that docs/Numerics.md keeps in fixed
// widths.
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/AccumulatorRange.h"

#include "dialects/IQuant/IQuant.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::iquant;

/// The elements of a constant tensor of `i8`, one for all if it is a splat.
static std::optional<ArrayRef<int8_t>> getCodes(Value tensor) {
  Attribute constant;
  if (!matchPattern(tensor, m_Constant(&constant)))
    return std::nullopt;
  ArrayRef<char> bytes;
  if (auto dense = dyn_cast<DenseIntElementsAttr>(constant)) {
    bytes = dense.getRawData();
  } else if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return std::nullopt;
    bytes = blob->getData();
  }
  if (bytes.empty())
    return std::nullopt;
  return ArrayRef(reinterpret_cast<const int8_t *>(bytes.data()), bytes.size());
}

uint64_t mlir::iquant::getLargestSum(ArrayRef<int8_t> codes,
                                     bool isAsymmetric) {
  uint64_t positive = 0, negative = 0;
  for (int code : codes)
    (code > 0 ? positive : negative) += std::abs(code);
  return isAsymmetric ? kLargestAsymmetric * std::max(positive, negative)
                      : kLargestSymmetric * (positive + negative);
}

std::optional<uint64_t> mlir::iquant::getLargestSum(Value weight,
                                                    bool isAsymmetric) {
  auto compose = weight.getDefiningOp<ComposeOp>();
  auto type = dyn_cast<WeightType>(weight.getType());
  if (!compose || !type)
    return std::nullopt;
  std::optional<ArrayRef<int8_t>> codes =
      getCodes(compose.getComponents().front());
  size_t group = type.getSumGroup(), numGroups = type.getNumGroups();
  if (!codes)
    return std::nullopt;
  if (codes->size() == 1)
    return numGroups * getLargestSum(SmallVector<int8_t>(group, codes->front()),
                                     isAsymmetric);
  uint64_t largest = 0;
  while (codes->size() >= group) {
    uint64_t channel = 0;
    for (size_t g = 0; g < numGroups; ++g, codes = codes->drop_front(group))
      channel += getLargestSum(codes->take_front(group), isAsymmetric);
    largest = std::max(largest, channel);
  }
  return largest;
}
