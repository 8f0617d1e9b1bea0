//===- WeightsTest.cpp - Float constants to integers ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules V3, F4 and P1 against definitions written for exactness, not speed.
//
//===----------------------------------------------------------------------===//

#include "iquant/Conversion/Weights.h"
#include "iquant/Reference/Rules.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include "llvm/ADT/SmallVector.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

using namespace mlir;
using namespace mlir::iquant;

namespace {

/// Keeps the last reason.
struct Reasons {
  std::string text;

  LogicalResult operator()(const Twine &reason) {
    text = reason.str();
    return failure();
  }
};

/// The integer form of one weight.
struct Quantized {
  Quantized(int64_t channels, int64_t width, int64_t groups = 1)
      : codes(channels * width), multipliers(channels), exponents(channels),
        codeSums(channels * groups) {}

  LogicalResult compute(MLIRContext &context, Attribute weight,
                        Decline decline) {
    FailureOr<FloatElements> elements = FloatElements::get(weight, decline);
    if (failed(elements))
      return failure();
    return quantizeWeight(&context, *elements,
                          {codes, multipliers, exponents, codeSums}, decline);
  }

  std::vector<int8_t> codes;
  std::vector<int32_t> multipliers, exponents, codeSums;
};

class WeightsTest : public testing::Test {
protected:
  template <typename T>
  DenseElementsAttr dense(ArrayRef<int64_t> shape, Type type,
                          ArrayRef<T> values) {
    return DenseElementsAttr::get(RankedTensorType::get(shape, type), values);
  }
  DenseElementsAttr dense32(ArrayRef<int64_t> shape, ArrayRef<float> values) {
    return dense<float>(shape, Float32Type::get(&context), values);
  }
  DenseElementsAttr dense64(ArrayRef<int64_t> shape, ArrayRef<double> values) {
    return dense<double>(shape, Float64Type::get(&context), values);
  }
  FloatElements elements(Attribute attribute) {
    return *FloatElements::get(attribute, reasons);
  }

  MLIRContext context;
  Reasons reasons;
};

/// Whether `a * 2^-e` is at least as near to `value` as `b * 2^-g`, and nearer
/// if `strictly`; in exact arithmetic, since all parts are short.
bool isNearer(long double value, long double a, long double b, bool strictly) {
  long double distanceA = std::fabs(a - value);
  long double distanceB = std::fabs(b - value);
  return strictly ? distanceA < distanceB : distanceA <= distanceB;
}

TEST_F(WeightsTest, NearestDyadicHasNoNearerNeighbour) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-40, 40), mantissa(1, 2);
  for (int i = 0; i < 20000; ++i) {
    // Floats of 24 bits, so that 80-bit distances are exact enough: a quotient
    // by 127 is never nearer to a tie than 2^-32 of itself.
    double value = static_cast<float>(
        std::ldexp(mantissa(random), static_cast<int>(exponent(random))));
    DyadicScale scale = nearestDyadic(value, 127);
    ASSERT_GE(scale.multiplier, 1 << 15);
    ASSERT_LT(scale.multiplier, 1 << 16);
    long double exact = static_cast<long double>(value) / 127;
    auto dyadic = [&](long double multiplier) {
      return std::ldexp(multiplier, -scale.exponent);
    };
    long double chosen = dyadic(scale.multiplier);
    // Below 2^15 the unit halves.
    long double below =
        dyadic(scale.multiplier == 1 << 15 ? 32767.5L : scale.multiplier - 1);
    ASSERT_TRUE(isNearer(exact, chosen, below, false)) << value;
    ASSERT_TRUE(isNearer(exact, chosen, dyadic(scale.multiplier + 1), true))
        << value;
  }
}

TEST_F(WeightsTest, NearestDyadicAtTheEdges) {
  auto expect = [](double value, uint32_t divisor, int32_t multiplier,
                   int32_t exponent) {
    DyadicScale scale = nearestDyadic(value, divisor);
    EXPECT_EQ(scale.multiplier, multiplier) << value << " / " << divisor;
    EXPECT_EQ(scale.exponent, exponent) << value << " / " << divisor;
  };
  expect(1.0, 1, 1 << 15, 15);
  expect(127.0, 127, 1 << 15, 15);
  // Just below a power of two rounds up to it, the next unit decides.
  expect(std::nextafter(1.0, 0.0), 1, 1 << 15, 15);
  expect(65535.5, 1, 1 << 15, -1);
  expect(65535.25, 1, 65535, 0);
  // A tie goes up.
  expect(32768.5, 1, 32769, 0);
  expect(65537.0, 1, 32769, -1);
  expect(std::numeric_limits<double>::denorm_min(), 1, 1 << 15, 1074 + 15);
  expect(std::numeric_limits<double>::max(), 1, 1 << 15, -1024 + 15);
}

TEST_F(WeightsTest, CodesRoundHalfAwayFromZero) {
  // The scale is 1: codes are the rounded weights.
  double ties[] = {127,
                   0.5,
                   -0.5,
                   1.5,
                   -1.5,
                   125.5,
                   std::nextafter(0.5, 0),
                   -std::nextafter(2.5, 0),
                   -127,
                   126.49999999999999};
  int expected[] = {127, 1, -1, 2, -2, 126, 0, -2, -127, 126};
  Quantized quantized(1, 10);
  ASSERT_TRUE(
      succeeded(quantized.compute(context, dense64({1, 10}, ties), reasons)));
  EXPECT_EQ(quantized.multipliers[0], 1 << 15);
  EXPECT_EQ(quantized.exponents[0], 15);
  int sum = 0;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(quantized.codes[i], expected[i]) << ties[i];
    sum += expected[i];
  }
  EXPECT_EQ(quantized.codeSums[0], sum);
}

TEST_F(WeightsTest, CodesAreExactOnRandomWeights) {
  constexpr int64_t kChannels = 97, kWidth = 131;
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  std::vector<float> weights(kChannels * kWidth);
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] =
        std::ldexp(normal(random), static_cast<int>(i / kWidth % 20) - 15);
  Quantized quantized(kChannels, kWidth);
  ASSERT_TRUE(succeeded(quantized.compute(
      context, dense32({kChannels, kWidth}, weights), reasons)));
  for (size_t i = 0; i < weights.size(); ++i) {
    int64_t n = i / kWidth;
    // All of it is exact: a weight has 24 bits, a code and a half 8, m 16.
    long double magnitude =
        std::ldexp(std::fabs((long double)weights[i]), quantized.exponents[n]);
    long double code = std::abs(quantized.codes[i]);
    long double m = quantized.multipliers[n];
    ASSERT_LT(magnitude, (code + 0.5L) * m) << weights[i];
    ASSERT_GE(magnitude, (code - 0.5L) * m) << weights[i];
    if (quantized.codes[i] != 0) {
      ASSERT_EQ(quantized.codes[i] < 0, weights[i] < 0);
    }
  }
}

TEST_F(WeightsTest, AgreesWithTheReference) {
  // Doubles of all 53 bits, at the edges of codes and anywhere else.
  constexpr int64_t kChannels = 200, kWidth = 64;
  std::mt19937_64 random(4);
  std::normal_distribution<double> normal;
  std::vector<double> weights(kChannels * kWidth);
  for (int64_t n = 0; n < kChannels; ++n) {
    MutableArrayRef<double> row(&weights[n * kWidth], kWidth);
    row[0] = std::ldexp(normal(random), static_cast<int>(random() % 20) - 15);
    reference::Dyadic scale = reference::weightScale(std::fabs(row[0]));
    for (double &weight : row.drop_front()) {
      double edge = static_cast<int>(random() % 254) - 127 + 0.5;
      weight = std::ldexp(edge * scale.multiplier, -scale.exponent);
      for (uint64_t steps = random() % 3; steps > 0; --steps)
        weight = std::nextafter(weight, random() % 2 ? 1 : -1);
      if (std::fabs(weight) > std::fabs(row[0]))
        weight = row[0] / 3;
    }
  }
  Quantized quantized(kChannels, kWidth);
  ASSERT_TRUE(succeeded(quantized.compute(
      context, dense64({kChannels, kWidth}, weights), reasons)));
  for (int64_t n = 0; n < kChannels; ++n) {
    reference::Dyadic scale =
        reference::weightScale(std::fabs(weights[n * kWidth]));
    ASSERT_EQ(quantized.multipliers[n], scale.multiplier);
    ASSERT_EQ(quantized.exponents[n], scale.exponent);
    for (int64_t i = n * kWidth; i < (n + 1) * kWidth; ++i)
      ASSERT_EQ(quantized.codes[i], reference::weightCode(weights[i], scale))
          << weights[i];
  }
}

TEST_F(WeightsTest, SumsOfGroups) {
  Quantized quantized(2, 4, /*groups=*/2);
  ASSERT_TRUE(succeeded(quantized.compute(
      context, dense32({2, 4}, {127, -3, 5, 0, 1, 2, -126, -127}), reasons)));
  EXPECT_EQ(quantized.codeSums, (std::vector<int32_t>{124, 5, 3, -253}));
}

TEST_F(WeightsTest, ZeroChannelHasScaleOne) {
  Quantized quantized(2, 2);
  ASSERT_TRUE(succeeded(quantized.compute(
      context, dense32({2, 2}, {0.0f, -0.0f, 1.0f, -1.0f}), reasons)));
  EXPECT_EQ(quantized.multipliers[0], 1 << 15);
  EXPECT_EQ(quantized.exponents[0], 15);
  EXPECT_EQ(quantized.codes, (std::vector<int8_t>{0, 0, 127, -127}));
}

TEST_F(WeightsTest, ThreadsDoNotShow) {
  constexpr int64_t kChannels = 1000, kWidth = 33;
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<float> weights(kChannels * kWidth);
  for (float &weight : weights)
    weight = normal(random);
  DenseElementsAttr attribute = dense32({kChannels, kWidth}, weights);
  Quantized parallel(kChannels, kWidth), sequential(kChannels, kWidth);
  ASSERT_TRUE(context.isMultithreadingEnabled());
  ASSERT_TRUE(succeeded(parallel.compute(context, attribute, reasons)));
  context.disableMultithreading();
  ASSERT_TRUE(succeeded(sequential.compute(context, attribute, reasons)));
  EXPECT_EQ(parallel.codes, sequential.codes);
  EXPECT_EQ(parallel.multipliers, sequential.multipliers);
  EXPECT_EQ(parallel.exponents, sequential.exponents);
  EXPECT_EQ(parallel.codeSums, sequential.codeSums);
}

TEST_F(WeightsTest, FirstBadChannelIsReported) {
  float inf = std::numeric_limits<float>::infinity();
  Quantized quantized(3, 1);
  EXPECT_TRUE(failed(quantized.compute(
      context, dense32({3, 1}, {1.0f, -inf, 1e30f}), reasons)));
  EXPECT_EQ(reasons.text,
            "expects finite weights, got -inf in output channel 1");
}

TEST_F(WeightsTest, ReadsEveryHalf) {
  // All 65536 numbers of both 16-bit types, against APFloat.
  for (Type type :
       {Type(Float16Type::get(&context)), Type(BFloat16Type::get(&context))}) {
    std::vector<uint16_t> bits(65536);
    for (size_t i = 0; i < bits.size(); ++i)
      bits[i] = i;
    auto attribute = DenseElementsAttr::getFromRawBuffer(
        RankedTensorType::get({65536}, type),
        ArrayRef<char>(reinterpret_cast<const char *>(bits.data()), 131072));
    std::vector<double> values(65536);
    elements(attribute).read(0, values);
    const llvm::fltSemantics &semantics =
        cast<FloatType>(type).getFloatSemantics();
    for (size_t i = 0; i < bits.size(); ++i) {
      double expected =
          APFloat(semantics, APInt(16, bits[i])).convertToDouble();
      if (std::isnan(expected)) {
        ASSERT_TRUE(std::isnan(values[i])) << i;
        continue;
      }
      ASSERT_EQ(values[i], expected) << i;
      ASSERT_EQ(std::signbit(values[i]), std::signbit(expected)) << i;
    }
  }
}

TEST_F(WeightsTest, ReadsResourcesAndSplats) {
  float values[] = {1, 2, 3, 4};
  auto type = RankedTensorType::get({4}, Float32Type::get(&context));
  auto resource = DenseResourceElementsAttr::get(
      type, "values",
      HeapAsmResourceBlob::allocateAndCopyInferAlign<float>(values));
  double read[2];
  elements(resource).read(2, read);
  EXPECT_EQ(read[0], 3);
  EXPECT_EQ(read[1], 4);
  elements(dense32({4}, {5.0f})).read(2, read);
  EXPECT_EQ(read[0], 5);
  EXPECT_EQ(read[1], 5);
}

TEST_F(WeightsTest, Fixed32RoundsAndSaturates) {
  int32_t fixed[6];
  ASSERT_TRUE(succeeded(toFixed32(
      elements(dense64({6}, {1.0, -0.125, 0.125, 0.1249, 1e300, -1e300})),
      /*exponent=*/2, fixed, reasons)));
  EXPECT_EQ(ArrayRef<int32_t>(fixed),
            ArrayRef<int32_t>({4, -1, 1, 0, 2147483647, -2147483647 - 1}));
}

TEST_F(WeightsTest, Fixed16TakesTheLargestExponent) {
  auto exponentOf = [&](ArrayRef<double> values) {
    SmallVector<int16_t> fixed(values.size());
    return toFixed16(
        elements(dense64({static_cast<int64_t>(values.size())}, values)), fixed,
        reasons);
  };
  EXPECT_EQ(*exponentOf({0.0, 0.0}), 30);
  EXPECT_EQ(*exponentOf({1.0, 0.5}), 14);
  EXPECT_EQ(*exponentOf({-1.0, 0.5}), 15);
  // 32767.49 rounds into range, 32767.5 does not.
  EXPECT_EQ(*exponentOf({32767.49}), 0);
  EXPECT_TRUE(failed(exponentOf({32767.5})));
  EXPECT_EQ(reasons.text, "expects parameters that fit 16 bits, got 32767.5");
  EXPECT_EQ(*exponentOf({-32768.49}), 0);
}

TEST_F(WeightsTest, RotationTables) {
  int16_t cosine[6], sine[6];
  ASSERT_TRUE(succeeded(computeRotation(elements(dense64({2}, {M_PI / 3, 0})),
                                        cosine, sine, reasons)));
  EXPECT_EQ(ArrayRef<int16_t>(cosine),
            ArrayRef<int16_t>({16384, 16384, 8192, 16384, -8192, 16384}));
  EXPECT_EQ(ArrayRef<int16_t>(sine),
            ArrayRef<int16_t>({0, 0, 14189, 0, 14189, 0}));
}

} // namespace
