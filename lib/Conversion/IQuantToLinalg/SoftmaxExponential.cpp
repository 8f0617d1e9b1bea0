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
  k = std::max<int64_t>(k + op.getInput().getType().getExponent(), 0);
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

/// The nearest of `least .. most` in `width` bits.
static Int saturate(Int x, int64_t least, int64_t most, unsigned width) {
  return min(max(x, least), most).trunc(width);
}

/// The upper half of a product of unsigned 16 bits.
static Int upperHalf(Int x, Int y) {
  return ushr(x.zext(32) * y.zext(32), 16).trunc(16);
}

Int SoftmaxExponential::codeOf(Int element, Int most) const {
  // From this factor on the code is the last, whichever way it is rounded.
  // Elements are limited to where that is reached, so that up to this scale a
  // difference with what rounds it fits 32 bits, and its factor 16.
  int64_t limit = llvm::divideCeil(lastStep << 23, multiplier);
  int64_t left = std::max<int64_t>(23 - k, 0),
          right = std::clamp<int64_t>(k - 23, 0, 31),
          half = (int64_t(1) << right) >> 1;
  int64_t largest =
      (llvm::divideCeil(limit, int64_t(1) << left) << right) - half;
  unsigned width = k <= 38 ? 32 : 64;
  Int lowest = max(most.sext(64) - largest, INT32_MIN).trunc(32);
  Int difference = most.sext(width) + half - max(element, lowest).sext(width);
  // Vectors are narrowed in one step where that saturates.
  Int factor = saturate((difference >> right) << left, 0, UINT16_MAX, 16);
  if (left > 0)
    factor = umin(factor, limit);
  Int product =
      upperHalf(factor, factor.like(static_cast<int16_t>(multiplier)));
  // Seven bits are left to shift by: the last, or the last five, round. Codes
  // of all 8 bits are computed from -128 on, so that this saturates, too.
  int64_t offset = lastStep > INT8_MAX ? INT8_MIN : 0;
  Int added = given && given->isDithered()
                  ? codeDither(element, channels).trunc(16) << 2
                  : product.like(64);
  Int step =
      saturate((product + added + offset * 128) >> 7, INT8_MIN, INT8_MAX, 8);
  if (!given || !given->getThresholds())
    return step - offset;
  Int code = step.like(0);
  for (int64_t threshold : given->getThresholdsOf(0))
    code = code + less(step.like(threshold - 1 + offset), step).zext(8);
  return code;
}

Int SoftmaxExponential::evaluate(Int code) const {
  if (given)
    return lookUp(entries, code);
  Int a = lookUp(entries, ushr(code, 4)), b = lookUp(fine, code & 15);
  return upperHalf(a, b << 8);
}
