//===- Exponential.cpp - The table exponential ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exponential.h"

#include "Rules.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;

static Value createTable(ImplicitLocOpBuilder &builder, double first,
                         double step) {
  SmallVector<int32_t, 16> table;
  for (int entry = 0; entry < 16; ++entry)
    table.push_back(std::lround(first * std::exp(-step * entry)));
  auto type = RankedTensorType::get(16, builder.getIntegerType(32));
  return arith::ConstantOp::create(
      builder, DenseElementsAttr::get(type, ArrayRef<int32_t>(table)));
}

ExponentialTables
mlir::iquant::createExponentialTables(ImplicitLocOpBuilder &builder) {
  return {createTable(builder, 65280, 12.0 * 16 / 255),
          createTable(builder, 255, 12.0 / 255)};
}

CodeScale mlir::iquant::codeScale(Int multiplier, Int k) {
  k = max(k, 0);
  Int low = min(k, 23);
  Int alignment = min(k - low, 31);
  Int cap = 1 << min(max(k - 7, 0), k.getWidth() == 32 ? 31 : 32);
  return {multiplier, cap, alignment, max(low, 1) - 1};
}

/// The entry of a table at a position.
static Int lookUp(Value table, Int position) {
  ImplicitLocOpBuilder &b = position.getBuilder();
  return Int(b, tensor::ExtractOp::create(b, table, position.toIndex()));
}

Int mlir::iquant::exponentialOf(Int difference, CodeScale scale,
                                const ExponentialTables &tables) {
  Int half = ushr(1 << scale.alignment, 1);
  Int aligned = ushr(umin(difference, scale.cap) + half, scale.alignment);
  // The product fills 32 bits, so the rounding must not add to all of it: the
  // last place is rounded after the shift by one less. A shift by 0 in all,
  // where that is wrong, has the code 0 or 255 either way.
  Int product = aligned * scale.multiplier;
  Int code = umin(ushr(ushr(product, scale.shift) + 1, 1), 255);
  code = code.trunc(32);
  Int e = ushr(
      lookUp(tables.coarse, ushr(code, 4)) * lookUp(tables.fine, code & 15), 8);
  return e.zext(difference.getWidth());
}
