//===- SoftmaxExponential.cpp - Exponentials under one scale --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SoftmaxExponential.h"

#include "Exponential.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::iquant;

SoftmaxExponential::SoftmaxExponential(ImplicitLocOpBuilder &builder,
                                       SoftmaxOp op)
    : given(op.getTable()), multiplier(43520), k(11), lastStep(255),
      channels(op.getInput().getType().getShape().size() - 1) {
  if (given) {
    multiplier = given->getMultiplier()[0];
    k = given->getExponent()[0];
    lastStep = given->getLastStep();
    entries = createTable(builder, given->getEntries());
  } else {
    // The scale of S3 is dyadic(255, 12), as it stands above.
    entries = createTable(builder, getCoarseExponentials());
    fine = createTable(builder, getFineExponentials());
  }
  k += op.getInput().getType().getExponent();
}

int64_t SoftmaxExponential::getLargest() const {
  return given ? given->getEntries()[0] : 65025;
}

SoftmaxExponential::Table
SoftmaxExponential::createTable(ImplicitLocOpBuilder &builder,
                                ArrayRef<int64_t> entries) {
  auto type = RankedTensorType::get(entries.size(), builder.getI8Type());
  auto create = [&](unsigned shift) -> Value {
    auto bytes = llvm::map_to_vector(entries, [&](int64_t entry) {
      return static_cast<int8_t>(entry >> shift);
    });
    return arith::ConstantOp::create(
        builder, DenseElementsAttr::get(type, ArrayRef<int8_t>(bytes)));
  };
  bool isWide =
      llvm::any_of(entries, [](int64_t entry) { return entry > 255; });
  return {create(0), isWide ? create(8) : Value()};
}

Int SoftmaxExponential::lookUp(const Table &table, Int position) {
  ImplicitLocOpBuilder &b = position.getBuilder();
  auto byteOf = [&](Value bytes) {
    Value byte = tensor::ExtractOp::create(b, bytes, position.toIndex());
    return Int(b, byte).zext(16);
  };
  Int low = byteOf(table.low);
  return table.high ? low + (byteOf(table.high) << 8) : low;
}

/// The upper half of a product of unsigned 16 bits.
static Int upperHalf(Int x, Int y) {
  return ushr(x.zext(32) * y.zext(32), 16).trunc(16);
}

Int SoftmaxExponential::codeOf(Int element, Int most) const {
  // Differences fill 32 bits, and up to this scale so does what caps them.
  unsigned width = k <= 38 ? 32 : 64;
  Int difference = most.sext(width) - element.sext(width);
  // What is left of it has 16 bits, or is 2^16, whose code is the last as is
  // that of the number before: a difference is capped there.
  if (k < 23) {
    int64_t cap = int64_t(1) << std::max<int64_t>(k - 7, 0);
    difference = umin(umin(difference, cap) << (23 - k), 65535);
  } else {
    int64_t alignment = std::min<int64_t>(k - 23, 31),
            half = (int64_t(1) << alignment) >> 1;
    if (k < 40)
      difference = umin(difference, (int64_t(1) << (k - 7)) - half - 1);
    difference = ushr(difference + half, alignment);
  }
  // From a factor on the code is the last. As this limit and what is added to
  // the product have 16 bits, LLVM multiplies in 16 bits and not in 32.
  int64_t limit = llvm::divideCeil(lastStep << 23, multiplier);
  Int factor = umin(difference.trunc(16), limit);
  Int product =
      upperHalf(factor, factor.like(static_cast<int16_t>(multiplier)));
  // Seven bits are left to shift by: the last, or the last five, round.
  Int added = given && given->isDithered()
                  ? codeDither(element, channels).trunc(16) << 2
                  : product.like(64);
  Int step = ushr(product + added, 7).trunc(8);
  if (!given || !given->getThresholds())
    return step;
  Int code = step.like(0);
  for (int64_t threshold : given->getThresholdsOf(0))
    code = code +
           uless(step.like(static_cast<int8_t>(threshold - 1)), step).zext(8);
  return code;
}

Int SoftmaxExponential::evaluate(Int code) const {
  if (given)
    return lookUp(entries, code);
  Int a = lookUp(entries, ushr(code, 4)), b = lookUp(fine, code & 15);
  return upperHalf(a, b << 8);
}
