//===- Exponential.cpp - The table exponential ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exponential.h"

#include "RowBuilder.h"
#include "Rules.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;

/// `round(first * e^(-step * i))` for `i` in 0 .. 15.
static SmallVector<int64_t> tabulate(double first, double step) {
  SmallVector<int64_t> entries;
  for (int i = 0; i < 16; ++i)
    entries.push_back(std::lround(first * std::exp(-step * i)));
  return entries;
}

SmallVector<int64_t> mlir::iquant::getCoarseExponentials() {
  return tabulate(65280, 12.0 * 16 / 255);
}

SmallVector<int64_t> mlir::iquant::getFineExponentials() {
  return tabulate(255, 12.0 / 255);
}

Value mlir::iquant::createTable(ImplicitLocOpBuilder &builder,
                                ArrayRef<int64_t> entries, int64_t heads) {
  SmallVector<int64_t> shape(1, entries.size() / heads);
  if (heads > 1)
    shape.insert(shape.begin(), heads);
  auto type = RankedTensorType::get(shape, builder.getI32Type());
  auto elements = llvm::to_vector_of<int32_t>(entries);
  return arith::ConstantOp::create(
      builder, DenseElementsAttr::get(type, ArrayRef<int32_t>(elements)));
}

ExponentialTables::ExponentialTables(ImplicitLocOpBuilder &builder,
                                     std::optional<TableAttr> tables)
    : lastStep(tables ? tables->getLastStep() : 255),
      isDithered(tables && tables->isDithered()) {
  if (tables) {
    int64_t heads = tables->getHeads();
    entries = createTable(builder, tables->getEntries(), heads);
    if (tables->getThresholds())
      for (int64_t code = 1; code < tables->getNumCodes(); ++code)
        thresholds.push_back(createTable(
            builder, llvm::map_to_vector(llvm::seq(heads), [&](int64_t head) {
              return tables->getThresholdsOf(head)[code - 1];
            })));
    return;
  }
  entries = createTable(builder, getCoarseExponentials());
  fine = createTable(builder, getFineExponentials());
}

Int mlir::iquant::dither(Int inBody, int64_t dimension) {
  return (positionAlong(inBody, dimension) * 167 + 89) & 255;
}

Int mlir::iquant::codeDither(Int inBody, int64_t dimension) {
  return (((positionAlong(inBody, dimension) * 7 + 3) & 15) << 1) + 1;
}

/// Bits that are left to the last rounding, which adds to them: a half, or one
/// of sixteen odd numbers of 32nds.
static int64_t roundedBits(bool isDithered) { return isDithered ? 5 : 1; }

CodeScale ExponentialTables::scaleOf(Int multiplier, Int k) const {
  k = max(k, 0);
  Int low = min(k, 23);
  Int alignment = min(k - low, 31);
  Int cap = 1 << min(max(k - 7, 0), 31);
  int64_t rounded = roundedBits(isDithered);
  return {multiplier, cap, alignment, max(low, rounded) - rounded};
}

Int ExponentialTables::codeOf(Int difference, CodeScale scale,
                              int64_t dimension,
                              std::optional<Int> head) const {
  Int half = ushr(1 << scale.alignment, 1);
  Int aligned = ushr(umin(difference, scale.cap) + half, scale.alignment);
  // The product fills 32 bits, so the rounding must not add to all of it: the
  // last places are rounded after the shift by fewer. A shift by less than
  // these in all, where that is wrong, has the code 0 or the last either way.
  Int product = ushr(aligned * scale.multiplier, scale.shift);
  Int added = isDithered ? codeDither(difference, dimension) : product.like(1);
  Int step = umin(ushr(product + added, roundedBits(isDithered)), lastStep);
  if (thresholds.empty())
    return step;
  Int code = step.like(0);
  for (Value threshold : thresholds)
    code =
        code + lessEqual(entryAt(threshold, head.value_or(code.like(0))), step)
                   .zext(32);
  return code;
}

Int mlir::iquant::entryAt(Value table, Int position, std::optional<Int> head) {
  ImplicitLocOpBuilder &b = position.getBuilder();
  SmallVector<Value> indices;
  if (head)
    indices.push_back(head->toIndex());
  indices.push_back(position.toIndex());
  return Int(b, tensor::ExtractOp::create(b, table, indices));
}

Int ExponentialTables::lookUp(Int code, std::optional<Int> head) const {
  if (!fine)
    return entryAt(entries, code, head);
  return ushr(entryAt(entries, ushr(code, 4)) * entryAt(fine, code & 15), 8);
}
