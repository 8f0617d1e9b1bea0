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

Value mlir::iquant::createExponentialTable(ImplicitLocOpBuilder &builder) {
  // The product of two tables of 16 is tabulated: one look-up is what a loop
  // of scalar loads or gathers does best.
  SmallVector<int32_t> table;
  for (int code = 0; code < 255; ++code) {
    auto high = std::lround(65280 * std::exp(-12.0 * 16 * (code / 16) / 255));
    auto low = std::lround(255 * std::exp(-12.0 * (code % 16) / 255));
    table.push_back(high * low / 256);
  }
  table.push_back(0);
  auto type = RankedTensorType::get(256, builder.getIntegerType(32));
  return arith::ConstantOp::create(
      builder, DenseElementsAttr::get(type, ArrayRef<int32_t>(table)));
}

CodeScale mlir::iquant::codeScale(Int multiplier, Int k) {
  k = max(k, 0);
  Int low = min(k, 23);
  Int alignment = min(k - low, 31);
  Int cap = 1 << min(max(k - 7, 0), k.getWidth() == 32 ? 31 : 32);
  return {multiplier, cap, alignment, max(low, 1) - 1};
}

Int mlir::iquant::exponentialOf(Int difference, CodeScale scale, Value table) {
  ImplicitLocOpBuilder &b = difference.getBuilder();
  Int half = ushr(1 << scale.alignment, 1);
  Int aligned = ushr(umin(difference, scale.cap) + half, scale.alignment);
  // The product fills 32 bits, so the rounding must not add to all of it: the
  // last place is rounded after the shift by one less. A shift by 0 in all,
  // where that is wrong, has the code 0 or 255 either way.
  Int product = aligned * scale.multiplier;
  Int code = umin(ushr(ushr(product, scale.shift) + 1, 1), 255);
  Value e = tensor::ExtractOp::create(b, table, code.toIndex());
  return Int(b, e).zext(difference.getWidth());
}
