//===- Softmax.cpp - Softmax of rows --------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules S3 to S6, and D2 to D4.
//
//===----------------------------------------------------------------------===//

#include "Exponential.h"
#include "PackedSum.h"
#include "Patterns.h"
#include "PublishedExponential.h"
#include "RowBuilder.h"
#include "Rules.h"
#include "SoftmaxExponential.h"

#include "iquant/Support/Shapes.h"

using namespace mlir;
using namespace mlir::iquant;

namespace {

/// Lowers one softmax; what the rules name has the same name here.
class SoftmaxLowering {
public:
  SoftmaxLowering(ImplicitLocOpBuilder &b, SoftmaxOp op, Value input);

  /// S3, and the components of S5.
  Value lowerToFixed();
  SmallVector<Value> lowerToCodes();

private:
  /// The largest of every row, and what published exponentials need of a row.
  void findRows();

  /// E, in 16 bits, of an element of a row, and g of S5, in 16 or 32 bits;
  /// `inBody` is any value of the body.
  Int exponential(Int x, ArrayRef<Int> row) const;
  Int shift(Int inBody, ArrayRef<Int> row) const;

  /// What a body makes of E, in `width` bits, and the sum Z of E.
  struct Results {
    Value elements, sum;
  };
  Results exponentials(unsigned width,
                       function_ref<Int(Int, ArrayRef<Int>)> body);

  ImplicitLocOpBuilder &b;
  SoftmaxOp op;
  Value input;
  /// What the elements of a row read; the largest one first.
  SmallVector<Value> ofRows;
  RowBuilder rows;
  std::optional<SoftmaxExponential> tables;
  std::optional<PublishedExponential> published;
};

} // namespace

SoftmaxLowering::SoftmaxLowering(ImplicitLocOpBuilder &b, SoftmaxOp op,
                                 Value input)
    : b(b), op(op), input(input), rows(b, input),
      published(op.getExponential()) {
  if (!published)
    tables.emplace(b, op);
  findRows();
}

void SoftmaxLowering::findRows() {
  SmallVector<Accumulator> accumulators = {{32, INT32_MIN}};
  if (published)
    accumulators.push_back({32, INT32_MAX});
  ofRows =
      rows.reduce(accumulators, rows.whole(input), [&](ArrayRef<Int> elements) {
        Int x = elements[0];
        SmallVector<Int> results = {max(x, elements[1])};
        if (published)
          results.push_back(min(x, elements[2]));
        return results;
      });
  if (!published)
    return;
  int64_t f = op.getInput().getType().getExponent();
  SmallVector<unsigned> widths(published->getNumNumbers() + 1, 32);
  SmallVector<Value> numbers =
      rows.perRow(widths, ofRows, [&](Int most, Int least) {
        SmallVector<Int> numbers = published->numbers(
            most.like(1 << 15), most.like(15 + f), most - least);
        Int largest = published->evaluate(most.like(0), numbers);
        numbers.push_back(max(bits(largest) - 8, 0));
        return numbers;
      });
  ofRows.pop_back();
  llvm::append_range(ofRows, numbers);
}

Int SoftmaxLowering::exponential(Int x, ArrayRef<Int> row) const {
  if (tables)
    return tables->evaluate(tables->codeOf(x, row[0]));
  return published->evaluate(row[0] - x, row.drop_front()).trunc(16);
}

Int SoftmaxLowering::shift(Int inBody, ArrayRef<Int> row) const {
  if (published)
    return row.back();
  int64_t bits = llvm::bit_width<uint64_t>(tables->getLargest());
  return inBody.like(std::max<int64_t>(bits - 8, 0));
}

SoftmaxLowering::Results
SoftmaxLowering::exponentials(unsigned width,
                              function_ref<Int(Int, ArrayRef<Int>)> body) {
  SmallVector<Access> inputs = {rows.whole(input)};
  for (Value ofRow : ofRows)
    inputs.push_back(rows.row(ofRow));
  if (std::optional<PackedSum> form = op.getPackedSum()) {
    Value codes = rows.perElement(
        8, inputs, [&](Int x, Int most) { return tables->codeOf(x, most); });
    Value elements = rows.perElement(width, rows.whole(codes), [&](Int code) {
      return body(tables->evaluate(code), /*row=*/{});
    });
    return {elements, addPackedCodes(b, codes, *op.getTable(), *form)};
  }
  Value destination =
      tensor::EmptyOp::create(b, sizesOf(b, input), b.getIntegerType(width));
  auto results = rows.updateAndReduce(
      destination, Accumulator{32, 0}, inputs, [&](ArrayRef<Int> elements) {
        ArrayRef<Int> row = elements.slice(1, ofRows.size());
        Int e = exponential(elements[0], row), sum = elements.back();
        return SmallVector<Int>{body(e, row), sum + e.zext(32)};
      });
  return {results[0], results[1]};
}

Value SoftmaxLowering::lowerToFixed() {
  Results e = exponentials(16, [](Int e, ArrayRef<Int>) { return e; });
  int64_t f = op.getInput().getType().getExponent();
  auto factors = rows.perRow({64, 32}, e.sum, [&](Int sum) {
    sum = sum.zext(64);
    Int t = bits(sum) + 30;
    return SmallVector<Int>{(1 << t) / sum, (t - f).trunc(32)};
  });
  // At most 2^f: no saturation.
  return rows.perElement(
      32, {rows.whole(e.elements), rows.row(factors[0]), rows.row(factors[1])},
      [](Int e, Int factor, Int s) {
        return rshr(e.zext(64) * factor, s.zext(64)).trunc(32);
      });
}

SmallVector<Value> SoftmaxLowering::lowerToCodes() {
  int64_t channels = op.getInput().getType().getShape().size() - 1;
  // With g = 0 nothing is added.
  bool isNarrow = tables && tables->getLargest() <= UINT8_MAX;
  Results codes = exponentials(8, [&](Int e, ArrayRef<Int> row) {
    if (isNarrow)
      return e.trunc(8);
    // At most 255: floor((2 * dither + 1) * 2^g / 2^9).
    Int g = shift(e, row).trunc(16);
    Int added = ushr(dither(e, channels).trunc(8).zext(16), 8 - g);
    return umin(ushr(e + added, g), 255).trunc(8);
  });
  SmallVector<Value> inputs = {codes.sum};
  if (published)
    llvm::append_range(inputs, ofRows);
  auto scales = rows.perRow({32, 32, 32}, inputs, [&](ArrayRef<Int> elements) {
    Int sum = elements[0];
    Int g = shift(sum, elements.drop_front()).zext(64);
    Dyadic scale = dyadic(1 << g, sum.zext(64));
    return SmallVector<Int>{scale.multiplier, scale.exponent, sum.like(0)};
  });
  return {codes.elements, scales[0], scales[1], scales[2]};
}

static SmallVector<Value> lowerSoftmax(SoftmaxOp op,
                                       LowerOp<SoftmaxOp>::Adaptor adaptor,
                                       ImplicitLocOpBuilder &b) {
  SoftmaxLowering lowering(b, op, codesOf(adaptor.getInput()));
  if (isa<DynType>(op.getType()))
    return lowering.lowerToCodes();
  return {lowering.lowerToFixed()};
}

void mlir::iquant::populateSoftmaxPatterns(const TypeConverter &converter,
                                           RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerSoftmax);
}
