//===- PackedSum.cpp - Exponentials added up from packed codes ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A byte has codes that are equally far apart in their row, so that vectors of
// codes make a vector of bytes. Codes that fill no byte are added one by one.
//
//===----------------------------------------------------------------------===//

#include "PackedSum.h"

#include "Exponential.h"
#include "RowBuilder.h"

#include "iquant/Support/PackedCodes.h"
#include "iquant/Support/Shapes.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::iquant;

/// U of S6: for every set of bits what it adds to the entries of the codes that
/// have them.
static SmallVector<int64_t> getWeightsOfSets(ArrayRef<int64_t> entries) {
  SmallVector<int64_t> weights(entries);
  for (size_t bit = 1; bit < weights.size(); bit *= 2)
    for (size_t set = 0; set < weights.size(); ++set)
      if (set & bit)
        weights[set] -= weights[set ^ bit];
  return weights;
}

namespace {
class PackedSumLowering {
public:
  PackedSumLowering(ImplicitLocOpBuilder &builder, Value codes,
                    TableAttr tables, HeadFunction head)
      : b(builder), codes(codes), tables(tables), head(head),
        codesPerByte(tables.getCodesPerByte()), sizes(sizesOf(b, codes)) {
    Value count = value(sizes.back()), inByte = value(codesPerByte);
    numBytes = getAsOpFoldResult(b.createOrFold<arith::DivUIOp>(count, inByte));
    numPacked = b.createOrFold<arith::MulIOp>(value(numBytes), inByte);
  }

  Value lower(PackedSum form);

private:
  /// Codes of every row, from a position on.
  Value slice(Value first, OpFoldResult count);
  Value pack();
  /// The sums of the codes in bytes, and of those in none.
  Value sumByTable(Value bytes);
  Value sumByCounts(Value bytes);
  Value sumOfRest();
  /// N of S6 for every set of bits but the empty one.
  SmallVector<Value> count(Value bytes);

  /// A table made of that of each head.
  Value createTableOf(function_ref<SmallVector<int64_t>(ArrayRef<int64_t>)>);
  Value value(OpFoldResult index) {
    return getValueOrCreateConstantIndexOp(b, b.getLoc(), index);
  }
  Value value(int64_t index) {
    return arith::ConstantIndexOp::create(b, index);
  }

  ImplicitLocOpBuilder &b;
  Value codes;
  TableAttr tables;
  HeadFunction head;
  int64_t codesPerByte;
  SmallVector<OpFoldResult> sizes;
  /// How many bytes a row fills, and how many codes are in them.
  OpFoldResult numBytes;
  Value numPacked;
};
} // namespace

Value PackedSumLowering::slice(Value first, OpFoldResult count) {
  SmallVector<OpFoldResult> offsets(sizes.size(), b.getIndexAttr(0)),
      ones(sizes.size(), b.getIndexAttr(1)), wanted = sizes;
  offsets.back() = getAsOpFoldResult(first);
  wanted.back() = count;
  return tensor::ExtractSliceOp::create(b, codes, offsets, wanted, ones);
}

Value PackedSumLowering::pack() {
  SmallVector<OpFoldResult> ofBytes = sizes;
  ofBytes.back() = numBytes;
  RowBuilder rows(b, ofBytes);
  SmallVector<Access> parts;
  for (int64_t i = 0; i < codesPerByte; ++i) {
    Value first = b.createOrFold<arith::MulIOp>(value(numBytes), value(i));
    parts.push_back(rows.whole(slice(first, numBytes)));
  }
  return rows.perElement(8, parts, [&](ArrayRef<Int> codes) {
    Int byte = codes.back();
    for (Int code : llvm::reverse(codes.drop_back()))
      byte = (byte << tables.getBits()) + code;
    return byte;
  });
}

Value PackedSumLowering::createTableOf(
    function_ref<SmallVector<int64_t>(ArrayRef<int64_t>)> makeRow) {
  SmallVector<int64_t> rows;
  for (int64_t head = 0; head < tables.getHeads(); ++head)
    llvm::append_range(rows, makeRow(tables.getEntriesOf(head)));
  return createTable(b, rows, tables.getHeads());
}

Value PackedSumLowering::sumByTable(Value bytes) {
  Value sums = createTableOf([&](ArrayRef<int64_t> entries) {
    return getSumsOfBytes(entries, codesPerByte);
  });
  RowBuilder rows(b, bytes);
  return rows
      .reduce(Accumulator{32, 0}, rows.whole(bytes),
              [&](Int byte, Int sum) {
                return sum + entryAt(sums, byte, head(byte));
              })
      .front();
}

SmallVector<Value> PackedSumLowering::count(Value bytes) {
  RowBuilder rows(b, bytes);
  int64_t lowestBits = 0;
  for (int64_t i = 0; i < codesPerByte; ++i)
    lowestBits |= int64_t(1) << (i * tables.getBits());
  SmallVector<Accumulator> counts(tables.getNumCodes() - 1, {32, 0});
  return rows.reduce(counts, rows.whole(bytes), [&](ArrayRef<Int> elements) {
    Int byte = elements.front();
    // Of each code, whether it has all bits of a set; the first set is empty.
    SmallVector<Int> has = {byte};
    SmallVector<Int> counts;
    for (uint64_t set = 1; set < elements.size(); ++set) {
      uint64_t rest = set & (set - 1);
      Int bit = ushr(byte, llvm::countr_zero(set)) & lowestBits;
      has.push_back(rest ? has[rest] & bit : bit);
      Int count(byte.getBuilder(),
                math::CtPopOp::create(byte.getBuilder(), has.back()));
      counts.push_back(elements[set] + count.zext(32));
    }
    return counts;
  });
}

Value PackedSumLowering::sumByCounts(Value bytes) {
  Value weights = createTableOf(getWeightsOfSets);
  return RowBuilder(b, bytes)
      .perRow(32, count(bytes),
              [&](ArrayRef<Int> counts) {
                Int first = counts.front();
                std::optional<Int> ofHead = head(first);
                auto weightOf = [&](int64_t set) {
                  return entryAt(weights, first.like(set), ofHead).sext(64);
                };
                Int sum =
                    fromIndex(first.getBuilder(), 64, numPacked) * weightOf(0);
                for (auto [set, count] : llvm::enumerate(counts))
                  sum = sum + count.zext(64) * weightOf(set + 1);
                return sum.trunc(32);
              })
      .front();
}

Value PackedSumLowering::sumOfRest() {
  Value entries = createTableOf(
      [](ArrayRef<int64_t> entries) { return llvm::to_vector(entries); });
  Value count = b.createOrFold<arith::SubIOp>(value(sizes.back()), numPacked);
  Value rest = slice(numPacked, getAsOpFoldResult(count));
  RowBuilder rows(b, rest);
  return rows
      .reduce(Accumulator{32, 0}, rows.whole(rest),
              [&](Int code, Int sum) {
                return sum + entryAt(entries, code, head(code));
              })
      .front();
}

Value PackedSumLowering::lower(PackedSum form) {
  // Slices of nothing do not verify.
  std::optional<int64_t> known = getConstantIntValue(sizes.back());
  if (known && *known < codesPerByte)
    return sumOfRest();
  Value bytes = pack();
  Value sum = form == PackedSum::Table ? sumByTable(bytes) : sumByCounts(bytes);
  if (known && *known % codesPerByte == 0)
    return sum;
  return RowBuilder(b, bytes)
      .perRow(32, {sum, sumOfRest()}, [](Int x, Int y) { return x + y; })
      .front();
}

Value mlir::iquant::addPackedCodes(ImplicitLocOpBuilder &builder, Value codes,
                                   TableAttr tables, PackedSum form,
                                   HeadFunction head) {
  return PackedSumLowering(builder, codes, tables, head).lower(form);
}
