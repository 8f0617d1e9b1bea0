//===- AccumulatorRange.cpp - How large integer sums can become -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the bounds on the sums that docs/Numerics.md keeps in fixed
// widths.
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/AccumulatorRange.h"

#include "iquant/Support/ConstantBytes.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::iquant;

uint64_t mlir::iquant::getMostCodes(TableAttr tables,
                                    std::optional<PackedSum> form) {
  uint64_t largest = *llvm::max_element(tables.getEntries().asArrayRef());
  uint64_t most = SumRange::inSigned(largest, 32).getLongest();
  if (form == PackedSum::Counts)
    return std::min(most,
                    SumRange::inSigned(/*largestTerm=*/1, 32).getLongest());
  if (form == PackedSum::Table) {
    uint64_t inByte = tables.getCodesPerByte();
    return SumRange::inSigned(inByte * largest, 32).getLongest() * inByte;
  }
  return most;
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
  Attribute constant;
  if (!matchPattern(compose.getComponents().front(), m_Constant(&constant)))
    return std::nullopt;
  std::optional<ArrayRef<char>> codes = getConstantBytes(constant);
  if (!codes)
    return std::nullopt;
  bool isSplat = codes->size() == 1;
  SmallVector<int8_t> group(type.getSumGroup());
  uint64_t largest = 0;
  for (int64_t n = 0; n < type.getShape()[0]; ++n) {
    uint64_t channel = 0;
    for (int64_t first = 0; first < type.getShape()[1]; first += group.size()) {
      for (auto [k, code] : llvm::enumerate(group))
        code = (*codes)[isSplat ? 0 : type.getCodePosition(n, first + k)];
      channel += getLargestSum(group, isAsymmetric);
    }
    largest = std::max(largest, channel);
  }
  return largest;
}
