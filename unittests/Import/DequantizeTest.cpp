//===- DequantizeTest.cpp - The block formats of GGUF ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tests the arithmetic of the block formats on every scale and code.
//
//===----------------------------------------------------------------------===//

#include "iquant/Import/Dequantize.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/bit.h"
#include "gtest/gtest.h"

#include <array>
#include <cmath>

using namespace llvm;
using namespace mlir::iquant;

namespace {

using Floats = std::array<float, 32>;

void appendHalf(std::vector<char> &block, uint16_t half) {
  block.push_back(static_cast<char>(half & 0xff));
  block.push_back(static_cast<char>(half >> 8));
}

/// The value of a half by LLVM's own arithmetic.
float convertHalf(uint16_t half) {
  APFloat value(APFloat::IEEEhalf(), APInt(16, half));
  bool losesInfo;
  value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.convertToFloat();
}

/// A 4-bit block whose byte `i` is `16 * (15 - i) + i`: all codes, both halves.
void appendNibbles(std::vector<char> &block) {
  for (int i = 0; i < 16; ++i)
    block.push_back(static_cast<char>(16 * (15 - i) + i));
}

TEST(Dequantize, EveryScaleIsExact) {
  for (uint32_t half = 0; half <= UINT16_MAX; ++half) {
    std::vector<char> block;
    appendHalf(block, half);
    block.resize(34, 1);
    Floats result;
    dequantize(TensorFormat::Q8_0, block, result);
    float expected = convertHalf(half);
    if (std::isnan(expected))
      EXPECT_TRUE(std::isnan(result[0])) << half;
    else
      EXPECT_EQ(llvm::bit_cast<uint32_t>(result[0]),
                llvm::bit_cast<uint32_t>(expected))
          << half;
  }
}

TEST(Dequantize, Q8CodesAreSigned) {
  for (int code = -128; code < 128; ++code) {
    std::vector<char> block;
    appendHalf(block, 0x3800); // 0.5
    block.resize(34, static_cast<char>(code));
    Floats result;
    dequantize(TensorFormat::Q8_0, block, result);
    for (float value : result)
      EXPECT_EQ(value, 0.5f * code);
  }
}

TEST(Dequantize, Q4HasLowNibblesFirstAndSubtractsEight) {
  std::vector<char> block;
  appendHalf(block, 0x4000); // 2
  appendNibbles(block);
  Floats result;
  dequantize(TensorFormat::Q4_0, block, result);
  for (int i = 0; i < 16; ++i) {
    EXPECT_EQ(result[i], 2.0f * (i - 8));
    EXPECT_EQ(result[16 + i], 2.0f * (15 - i - 8));
  }
}

TEST(Dequantize, Q4WithMinimumRoundsTwice) {
  std::vector<char> block;
  appendHalf(block, 0x3555); // 0.333251953125
  appendHalf(block, 0x7bff); // 65504
  appendNibbles(block);
  Floats result;
  dequantize(TensorFormat::Q4_1, block, result);
  for (int i = 0; i < 16; ++i) {
    volatile float product = convertHalf(0x3555) * static_cast<float>(i);
    EXPECT_EQ(result[i], product + 65504.0f);
    EXPECT_EQ(result[31 - i], result[i]);
  }
}

TEST(Dequantize, BlocksFollowEachOther) {
  std::vector<char> blocks;
  for (uint16_t scale : {0x3c00, 0x4000, 0x4200}) { // 1, 2, 3
    appendHalf(blocks, scale);
    blocks.resize(blocks.size() + 32, 1);
  }
  std::vector<float> result(96);
  dequantize(TensorFormat::Q8_0, blocks, result);
  EXPECT_EQ(result[31], 1.0f);
  EXPECT_EQ(result[32], 2.0f);
  EXPECT_EQ(result[95], 3.0f);
}

} // namespace
