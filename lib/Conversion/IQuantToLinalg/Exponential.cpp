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

static Value createTable(ImplicitLocOpBuilder &builder,
                         ArrayRef<int32_t> entries, int64_t heads = 1) {
  SmallVector<int64_t> shape(1, entries.size() / heads);
  if (heads > 1)
    shape.insert(shape.begin(), heads);
  auto type = RankedTensorType::get(shape, builder.getI32Type());
  return arith::ConstantOp::create(builder,
                                   DenseElementsAttr::get(type, entries));
}

/// A or B of S1.
static Value createTable(ImplicitLocOpBuilder &builder, double first,
                         double step) {
  SmallVector<int32_t, 16> entries;
  for (int entry = 0; entry < 16; ++entry)
    entries.push_back(std::lround(first * std::exp(-step * entry)));
  return createTable(builder, entries);
}

ExponentialTables::ExponentialTables(ImplicitLocOpBuilder &builder,
                                     std::optional<TableAttr> tables)
    : numCodes(tables ? tables->getNumCodes() : 256),
      largest(tables ? tables->getEntries()[0] : 65025),
      isDithered(tables && tables->isDithered()) {
  if (tables) {
    entries = createTable(
        builder, llvm::to_vector_of<int32_t>(tables->getEntries().asArrayRef()),
        tables->getHeads());
    return;
  }
  entries = createTable(builder, 65280, 12.0 * 16 / 255);
  fine = createTable(builder, 255, 12.0 / 255);
}

Int mlir::iquant::dither(Int inBody, int64_t dimension) {
  return (positionAlong(inBody, dimension) * 167 + 89) & 255;
}

/// Bits that are left to the last rounding, which adds to them: a half, or one
/// of sixteen odd numbers of 32nds.
static int64_t roundedBits(bool isDithered) { return isDithered ? 5 : 1; }

CodeScale ExponentialTables::scaleOf(Int multiplier, Int k) const {
  k = max(k, 0);
  Int low = min(k, 23);
  Int alignment = min(k - low, 31);
  Int cap = 1 << min(max(k - 7, 0), k.getWidth() == 32 ? 31 : 32);
  int64_t rounded = roundedBits(isDithered);
  return {multiplier, cap, alignment, max(low, rounded) - rounded};
}

Int ExponentialTables::codeOf(Int difference, CodeScale scale,
                              int64_t dimension) const {
  Int half = ushr(1 << scale.alignment, 1);
  Int aligned = ushr(umin(difference, scale.cap) + half, scale.alignment);
  // The product fills 32 bits, so the rounding must not add to all of it: the
  // last places are rounded after the shift by fewer. A shift by less than
  // these in all, where that is wrong, has the code 0 or the last either way.
  Int product = ushr(aligned * scale.multiplier, scale.shift);
  Int added = product.like(1);
  if (isDithered) {
    Int j = positionAlong(difference, dimension).zext(product.getWidth());
    added = (((j * 7 + 3) & 15) << 1) + 1;
  }
  Int code = umin(ushr(product + added, roundedBits(isDithered)), numCodes - 1);
  return code.trunc(32);
}

/// The entry of a table, or of the table of a head, at a position.
static Int entryAt(Value table, Int position,
                   std::optional<Int> head = std::nullopt) {
  ImplicitLocOpBuilder &b = position.getBuilder();
  SmallVector<Value> indices;
  if (head)
    indices.push_back(head->toIndex());
  indices.push_back(position.toIndex());
  return Int(b, tensor::ExtractOp::create(b, table, indices));
}

Int ExponentialTables::lookUp(Int difference, CodeScale scale,
                              int64_t dimension,
                              std::optional<Int> head) const {
  Int code = codeOf(difference, scale, dimension);
  Int e =
      fine ? ushr(entryAt(entries, ushr(code, 4)) * entryAt(fine, code & 15), 8)
           : entryAt(entries, code, head);
  return e.zext(difference.getWidth());
}
