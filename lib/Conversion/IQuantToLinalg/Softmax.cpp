//===- Softmax.cpp - Softmax of rows --------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules S3 to S6.
//
//===----------------------------------------------------------------------===//

#include "Exponential.h"
#include "PackedSum.h"
#include "Patterns.h"
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
  SoftmaxLowering(ImplicitLocOpBuilder &b, SoftmaxOp op, Value input)
      : b(b), op(op), input(input), rows(b, input), exponential(b, op) {
    most = rows.reduce(Accumulator{32, INT32_MIN}, rows.whole(input),
                       [](Int x, Int most) { return max(x, most); })
               .front();
  }

  /// S3, and the components of S5.
  Value lowerToFixed();
  SmallVector<Value> lowerToCodes();

private:
  /// What a body makes of E, in `width` bits, and the sum Z of E.
  struct Results {
    Value elements, sum;
  };
  Results exponentials(unsigned width, function_ref<Int(Int)> body);

  ImplicitLocOpBuilder &b;
  SoftmaxOp op;
  Value input, most;
  RowBuilder rows;
  SoftmaxExponential exponential;
};

} // namespace

SoftmaxLowering::Results
SoftmaxLowering::exponentials(unsigned width, function_ref<Int(Int)> body) {
  SmallVector<Access> inputs = {rows.whole(input), rows.row(most)};
  if (std::optional<PackedSum> form = op.getPackedSum()) {
    Value codes = rows.perElement(8, inputs, [&](Int x, Int most) {
      return exponential.codeOf(x, most);
    });
    Value elements = rows.perElement(width, rows.whole(codes), [&](Int code) {
      return body(exponential.evaluate(code));
    });
    return {elements, addPackedCodes(b, codes, *op.getTable(), *form)};
  }
  Value destination =
      tensor::EmptyOp::create(b, sizesOf(b, input), b.getIntegerType(width));
  auto results = rows.updateAndReduce(
      destination, Accumulator{32, 0}, inputs,
      [&](Int x, Int most, Int, Int sum) {
        Int e = exponential.evaluate(exponential.codeOf(x, most));
        return SmallVector<Int>{body(e), sum + e.zext(32)};
      });
  return {results[0], results[1]};
}

Value SoftmaxLowering::lowerToFixed() {
  Results e = exponentials(16, [](Int e) { return e; });
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
  int64_t g = std::max<int64_t>(
      llvm::bit_width<uint64_t>(exponential.getLargest()) - 8, 0);
  int64_t channels = op.getInput().getType().getShape().size() - 1;
  Results codes = exponentials(8, [&](Int e) {
    // At most 255: floor((2 * dither + 1) * 2^g / 2^9).
    Int added = ushr(dither(e, channels).trunc(16), 8 - g);
    return umin(ushr(e + added, g), 255).trunc(8);
  });
  auto scales = rows.perRow({32, 32, 32}, codes.sum, [&](Int sum) {
    Dyadic scale = dyadic(constant(sum.getBuilder(), 64, 1 << g), sum.zext(64));
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
