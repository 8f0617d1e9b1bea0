//===- Coders.cpp - Unsigned codes of rows in groups ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Coders.h"

using namespace mlir;
using namespace mlir::iquant;

Coders mlir::iquant::createCoders(const RowBuilder &groups, Value lo, Value hi,
                                  ArrayRef<Value> perRow,
                                  ScaleFunction getScale) {
  SmallVector<Value> inputs =
      groups.reduce(Accumulator{64, 0}, {groups.whole(lo), groups.whole(hi)},
                    [](Int lo, Int hi, Int range) {
                      return max(hi.sext(64) - lo.sext(64), range);
                    });
  Value range = inputs.front();
  llvm::append_range(inputs, perRow);
  auto rows = groups.perRow({32, 32, 32, 32}, inputs, [&](ArrayRef<Int> in) {
    // A row of zeros has the code 0 whatever it is multiplied with.
    Int range = max(in[0], 1);
    Int t = bits(range) + 22;
    Dyadic scale =
        unlessZero(equal(in[0], 0), getScale(range, in.drop_front()));
    return SmallVector<Int>{scale.multiplier, scale.exponent,
                            ((255 << t) / range).trunc(32), t.trunc(32)};
  });
  auto perGroup = groups.perElement(
      {32, 32, 32},
      {groups.whole(lo), groups.whole(hi), groups.row(range),
       groups.row(rows[1]), groups.row(rows[2]), groups.row(rows[3])},
      [](Int lo, Int hi, Int range, Int e, Int reciprocal, Int t) {
        lo = lo.sext(64);
        Int s = refinement(hi.sext(64) - lo, range);
        Int shift = t.zext(64) - s;
        Int zeroPoint = rshr(-lo * reciprocal.zext(64), shift);
        return SmallVector<Int>{min(e + s.trunc(32), 62), zeroPoint.trunc(32),
                                shift.trunc(32)};
      });
  return {rows[0], perGroup[0], perGroup[1], rows[2], perGroup[2]};
}
