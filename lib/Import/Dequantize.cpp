//===- Dequantize.cpp - Floats from the block formats of GGUF -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the exact meaning of the block formats as 32-bit floats.
//
//===----------------------------------------------------------------------===//

#include "iquant/Import/Dequantize.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/Endian.h"

// A fused multiply and add would round once where the format means twice.
#pragma STDC FP_CONTRACT OFF

using namespace llvm;

namespace mlir::iquant {

/// All block formats have 32 elements a block and begin with a 16-bit scale.
static constexpr size_t blockElements = 32;

static float readHalf(const char *bytes) {
  uint16_t half = support::endian::read16le(bytes);
  uint32_t sign = uint32_t(half & 0x8000) << 16;
  uint32_t exponent = half >> 10 & 0x1f, mantissa = half & 0x3ff;
  if (exponent == 0) {
    // Subnormal: an integer times 2^-24, which a float holds exactly.
    float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return llvm::bit_cast<float>(llvm::bit_cast<uint32_t>(magnitude) | sign);
  }
  // The exponent of infinity and NaN stays all ones, others change their bias.
  exponent = exponent == 0x1f ? 0xff : exponent + (127 - 15);
  return llvm::bit_cast<float>(sign | exponent << 23 | mantissa << 13);
}

static void dequantizeQ8_0(const char *block, float *result) {
  float scale = readHalf(block);
  for (size_t i = 0; i < blockElements; ++i)
    result[i] = scale * static_cast<float>(static_cast<int8_t>(block[2 + i]));
}

/// The codes of a 4-bit block: the low halves of all bytes, then the high ones.
template <typename Decode>
static void forEachNibble(const char *codes, float *result, Decode decode) {
  for (size_t i = 0; i < blockElements / 2; ++i) {
    uint8_t byte = codes[i];
    result[i] = decode(byte & 15);
    result[i + blockElements / 2] = decode(byte >> 4);
  }
}

static void dequantizeQ4_0(const char *block, float *result) {
  float scale = readHalf(block);
  forEachNibble(block + 2, result,
                [=](int code) { return scale * static_cast<float>(code - 8); });
}

static void dequantizeQ4_1(const char *block, float *result) {
  float scale = readHalf(block), minimum = readHalf(block + 2);
  forEachNibble(block + 4, result, [=](int code) {
    return scale * static_cast<float>(code) + minimum;
  });
}

template <size_t blockBytes, void (*dequantizeBlock)(const char *, float *)>
static void dequantizeBlocks(ArrayRef<char> bytes,
                             MutableArrayRef<float> result) {
  for (size_t block = 0; block < bytes.size() / blockBytes; ++block)
    dequantizeBlock(bytes.data() + block * blockBytes,
                    result.data() + block * blockElements);
}

bool isBlockFormat(TensorFormat format) {
  return format == TensorFormat::Q8_0 || format == TensorFormat::Q4_0 ||
         format == TensorFormat::Q4_1;
}

void dequantize(TensorFormat format, ArrayRef<char> bytes,
                MutableArrayRef<float> result) {
  switch (format) {
  case TensorFormat::Q8_0:
    return dequantizeBlocks<34, dequantizeQ8_0>(bytes, result);
  case TensorFormat::Q4_0:
    return dequantizeBlocks<18, dequantizeQ4_0>(bytes, result);
  case TensorFormat::Q4_1:
    return dequantizeBlocks<20, dequantizeQ4_1>(bytes, result);
  case TensorFormat::F32:
  case TensorFormat::F16:
  case TensorFormat::BF16:
  case TensorFormat::Other:
    llvm_unreachable("not a block format");
  }
}

} // namespace mlir::iquant
