//===- Softmax.cpp - Softmax of rows --------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules S3 and S4.
//
//===----------------------------------------------------------------------===//

#include "Exponential.h"
#include "Patterns.h"
#include "RowBuilder.h"
#include "Rules.h"

using namespace mlir;
using namespace mlir::iquant;

/// The scale of the codes of a softmax's differences.
static CodeScale codeScale(ImplicitLocOpBuilder &b, SoftmaxOp op,
                           const ExponentialTables &table) {
  int64_t f = op.getType().getExponent();
  if (std::optional<TableAttr> tables = op.getTable())
    return table.scaleOf(constant(b, 64, tables->getMultiplier()[0]),
                         constant(b, 64, tables->getExponent()[0] + f));
  Dyadic steps = dyadic(constant(b, 64, 255), constant(b, 64, 12));
  return table.scaleOf(steps.multiplier.zext(64), steps.exponent.sext(64) + f);
}

static SmallVector<Value> lowerSoftmax(SoftmaxOp op,
                                       LowerOp<SoftmaxOp>::Adaptor adaptor,
                                       ImplicitLocOpBuilder &b) {
  Value input = codesOf(adaptor.getInput());
  int64_t f = op.getInput().getType().getExponent();
  RowBuilder rows(b, input);
  Value most = rows.reduce(Accumulator{32, INT32_MIN}, rows.whole(input),
                           [](Int x, Int most) { return max(x, most); })
                   .front();

  // Differences have 32 bits and a sign to lose: 64 bits hold them.
  ExponentialTables table(b, op.getTable());
  CodeScale scale = codeScale(b, op, table);
  int64_t channels = op.getType().getShape().size() - 1;
  Value weights = rows.perElement(
      32, {rows.whole(input), rows.row(most)}, [&](Int x, Int most) {
        Int difference = most.sext(64) - x.sext(64);
        return table.lookUp(difference, scale, channels).trunc(32);
      });
  Value total = rows.reduce(Accumulator{32, 0}, rows.whole(weights),
                            [](Int e, Int sum) { return sum + e; })
                    .front();
  auto factors = rows.perRow({64, 32}, total, [&](Int sum) {
    sum = sum.zext(64);
    Int t = bits(sum) + 30;
    return SmallVector<Int>{(1 << t) / sum, (t - f).trunc(32)};
  });
  // At most 2^f: no saturation.
  return {rows.update(weights, {rows.row(factors[0]), rows.row(factors[1])},
                      [](Int factor, Int s, Int e) {
                        return rshr(e.zext(64) * factor, s.zext(64)).trunc(32);
                      })};
}

void mlir::iquant::populateSoftmaxPatterns(const TypeConverter &converter,
                                           RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerSoftmax);
}
