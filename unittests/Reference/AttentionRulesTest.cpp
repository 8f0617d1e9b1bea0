//===- AttentionRulesTest.cpp - Rotation, softmax and attention -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules P, S and A of docs/Numerics.md.
//
//===----------------------------------------------------------------------===//

#include "RandomRows.h"
#include "dialects/IQuant/IQuant.h"
#include "iquant/Reference/Rules.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;
using namespace mlir::iquant::reference;
using mlir::iquant::PackedSum;

namespace {

double real(Dyadic scale) {
  return std::ldexp(scale.multiplier, -scale.exponent);
}

//===----------------------------------------------------------------------===//
// P: rotary embedding
//===----------------------------------------------------------------------===//

using Pair = std::pair<int64_t, int64_t>;

TEST(AttentionRulesTest, P1ByHand) {
  // A quarter turn, and one of 60 degrees.
  EXPECT_EQ(rotate(100, 7, 0, 1 << 14, 14), (Pair{-7, 100}));
  EXPECT_EQ(rotate(1 << 16, 0, 1 << 13, 14189, 14), (Pair{1 << 15, 56756}));
  // Both ends saturate.
  EXPECT_EQ(rotate(INT32_MAX, INT32_MIN, 1 << 14, 1 << 14, 14),
            (Pair{INT32_MAX, -1}));
  EXPECT_EQ(rotate(INT32_MIN, INT32_MIN, 1 << 14, 1 << 14, 14).second,
            INT32_MIN);
}

TEST(AttentionRulesTest, P1TableEntries) {
  EXPECT_EQ(rotationEntry(1), 1 << 14);
  EXPECT_EQ(rotationEntry(std::ldexp(-0.5, -14)), -1);
  EXPECT_EQ(rotationEntry(std::ldexp(0.5, -14)), 1);
}

TEST(AttentionRulesTest, P2ByHand) {
  // Each channel has entries of its own.
  EXPECT_EQ(rotatePair(100, 7, {0, 1 << 14}, {1 << 13, 0}, 14), (Pair{-7, 4}));
  EXPECT_EQ(rotatePair(100, 7, {1 << 13, 0}, {0, -16384}, 14),
            (Pair{50, -100}));
  // Entries count as 31 bits, so that the largest sums fit.
  EXPECT_EQ(rotatePair(3, 0, {INT32_MAX, 0}, {0, INT32_MIN}, 30),
            (Pair{3, -3}));
  EXPECT_EQ(rotatePair(INT32_MIN, INT32_MIN, {INT32_MIN, INT32_MAX},
                       {INT32_MIN, INT32_MIN}, 0),
            (Pair{INT32_MAX, INT32_MAX}));
}

//===----------------------------------------------------------------------===//
// S: softmax
//===----------------------------------------------------------------------===//

TEST(AttentionRulesTest, S1OfEveryCode) {
  EXPECT_EQ(tableExponential(0), 65025);
  EXPECT_EQ(tableExponential(255), 0);
  for (int64_t c = 0; c < 255; ++c) {
    auto A = std::llround(65280 * std::exp(-12.0 * 16 * (c / 16) / 255));
    auto B = std::llround(255 * std::exp(-12.0 * (c % 16) / 255));
    EXPECT_EQ(tableExponential(c), A * B / 256);
    EXPECT_GE(tableExponential(c), tableExponential(c + 1));
    // B is rounded to 1/255 of a number above 126, A by half a unit.
    EXPECT_NEAR(tableExponential(c), 65025 * std::exp(-12.0 * c / 255),
                65025 * std::exp(-12.0 * c / 255) * 0.004 + 1.5);
  }
}

TEST(AttentionRulesTest, S2ByHand) {
  EXPECT_EQ(exponentialCode(0, 32768, 20), 0);
  EXPECT_EQ(exponentialCode(32, 32768, 20), 1);
  EXPECT_EQ(exponentialCode(15, 32768, 20), 0);
  EXPECT_EQ(exponentialCode(16, 32768, 20), 1);
  EXPECT_EQ(exponentialCode(1, 32768, 0), 255);
  EXPECT_EQ(exponentialCode(1, 32768, -40), 255);
  EXPECT_EQ(exponentialCode(0, 32768, -40), 0);
  EXPECT_EQ(exponentialCode((int64_t(1) << 32) - 1, 65535, 100), 0);
}

TEST(AttentionRulesTest, S2ErrorIsBounded) {
  Random random;
  for (int i = 0; i < 200000; ++i) {
    int64_t D = std::abs(random.magnitude(32)), k = random.between(-2, 60);
    int64_t M = random.between(1 << 15, (1 << 16) - 1);
    int64_t code = exponentialCode(D, M, k);
    double exact = D * std::ldexp(M, -std::max<int64_t>(k, 0));
    // Half a code, and what the 16 bits of the difference lose: one part in
    // 2^16 of the cap, which stands for 256 to 512 codes.
    EXPECT_NEAR(code, std::min(exact, 255.0), 0.51) << D << ' ' << k;
  }
}

TEST(AttentionRulesTest, S2PastTheCapIs255) {
  for (int64_t k = 0; k < 39; ++k)
    for (int64_t M : {32768, 65535}) {
      int64_t cap = int64_t(1) << std::max<int64_t>(k - 7, 0);
      EXPECT_EQ(exponentialCode(cap, M, k), 255) << k;
      EXPECT_EQ(exponentialCode((int64_t(1) << 32) - 1, M, k), 255) << k;
    }
}

TEST(AttentionRulesTest, S4ByHand) {
  SmallVector<int64_t> entries = {255, 79, 25, 8};
  ExponentialTable table = {{32768, 15}, entries};
  // A code for every 32.
  auto lookUp = [&](int64_t D, int64_t j = 0) {
    return table.lookUp(D, 32768, 20, j);
  };
  EXPECT_EQ(lookUp(0), 255);
  EXPECT_EQ(lookUp(15), 255);
  EXPECT_EQ(lookUp(16), 79);
  EXPECT_EQ(lookUp(48), 25);
  EXPECT_EQ(lookUp(79), 25);
  EXPECT_EQ(lookUp(80), 8);
  EXPECT_EQ(lookUp((int64_t(1) << 32) - 1), 8);
  table.isDithered = true;
  // Position 0 adds 7/32 of a code, position 4 31/32, position 11 1/32.
  EXPECT_EQ(lookUp(24, 0), 255);
  EXPECT_EQ(lookUp(25, 0), 79);
  EXPECT_EQ(lookUp(1, 11), 255);
  EXPECT_EQ(lookUp(30, 11), 255);
  EXPECT_EQ(lookUp(31, 11), 79);
  EXPECT_EQ(lookUp(0, 4), 255);
  EXPECT_EQ(lookUp(1, 4), 79);
  EXPECT_EQ(lookUp((int64_t(1) << 32) - 1, 4), 8);
}

TEST(AttentionRulesTest, S4ThresholdsByHand) {
  SmallVector<int64_t> entries = {255, 79, 25, 8}, thresholds = {1, 100, 255};
  ExponentialTable table = {
      {32768, 15}, entries, /*isDithered=*/false, thresholds};
  // A step for every 32.
  auto lookUp = [&](int64_t D) { return table.lookUp(D, 32768, 20, 0); };
  EXPECT_EQ(lookUp(15), 255);
  EXPECT_EQ(lookUp(16), 79);
  EXPECT_EQ(lookUp(100 * 32 - 17), 79);
  EXPECT_EQ(lookUp(100 * 32 - 16), 25);
  EXPECT_EQ(lookUp(255 * 32 - 17), 25);
  EXPECT_EQ(lookUp(255 * 32 - 16), 8);
  EXPECT_EQ(lookUp((int64_t(1) << 32) - 1), 8);
}

TEST(AttentionRulesTest, S4DitherIsRightOnAverage) {
  Random random;
  SmallVector<int64_t> codes = {1, 2, 3, 4, 5, 6, 7, 8};
  ExponentialTable table = {{32768, 15}, codes, /*isDithered=*/true};
  for (int i = 0; i < 20000; ++i) {
    int64_t k = random.between(15, 40), M = random.between(1 << 15, 65535);
    int64_t D = random.real(0, 1) * std::ldexp(7, k) / M;
    double sum = 0;
    for (int64_t j = 0; j < 16; ++j)
      sum += table.lookUp(D, M, k, 100 + j) - 1;
    // The thresholds are 1/16 apart, and the first one is half of that.
    EXPECT_NEAR(sum / 16, D * std::ldexp(M, -k), 1 / 32.0 + 0.01) << k;
  }
}

TEST(AttentionRulesTest, S4TakesAnyDifferenceAndScale) {
  SmallVector<int64_t> entries = {65280, 4, 3, 1};
  for (bool isDithered : {false, true}) {
    ExponentialTable table = {{32768, 15}, entries, isDithered};
    for (int64_t k = -5; k < 120; ++k)
      for (int64_t M : {32768, 65535})
        for (int64_t j = 0; j < 16; ++j) {
          EXPECT_EQ(table.lookUp(0, M, k, j), 65280);
          // Past the cap, which no difference exceeds from k = 39 on.
          if (k < 39)
            EXPECT_EQ(table.lookUp((int64_t(1) << 32) - 1, M, k, j), 1);
        }
  }
}

TEST(AttentionRulesTest, S3WithATable) {
  SmallVector<int64_t> entries = {3, 2, 1, 0};
  // A unit is a code.
  ExponentialTable table = {{32768, 15}, entries};
  EXPECT_EQ(softmax({5 << 16, 4 << 16, 3 << 16, 2 << 16}, 16, &table),
            (SmallVector<int64_t>{1 << 15, 21845, 10923, 0}));
  EXPECT_EQ(softmax({INT32_MIN, INT32_MAX}, 0, &table),
            (SmallVector<int64_t>{0, 1}));
  EXPECT_EQ(softmax({INT32_MIN}, 30, &table), (SmallVector<int64_t>{1 << 30}));
}

TEST(AttentionRulesTest, S3ByHand) {
  EXPECT_EQ(softmax({123}, 16), (SmallVector<int64_t>{1 << 16}));
  EXPECT_EQ(softmax({5, 5, 5, 5}, 16), SmallVector<int64_t>(4, 1 << 14));
  EXPECT_EQ(softmax({0, 13 << 16}, 16), (SmallVector<int64_t>{0, 1 << 16}));
  EXPECT_EQ(softmax({INT32_MIN, INT32_MAX}, 0), (SmallVector<int64_t>{0, 1}));
  EXPECT_EQ(softmax({INT32_MAX}, 30), (SmallVector<int64_t>{1 << 30}));
  // e^-4 at the largest exponent, where differences need 33 bits.
  EXPECT_NEAR(std::ldexp(softmax({INT32_MIN, INT32_MAX}, 30)[0], -30),
              1 / (1 + std::exp(4)), 5e-4);
  EXPECT_EQ(softmax(SmallVector<int32_t>(32768, 0), 30),
            SmallVector<int64_t>(32768, 1 << 15));
}

TEST(AttentionRulesTest, S6ByHand) {
  // The first byte has the codes 0, 2, 0 and 3, the second 1, 3, 1 and 3, and a
  // code is left. By counts: 8 * 7 - 5 * 2 - 4 * 4 + 3 * 2.
  SmallVector<int64_t> entries = {7, 5, 3, 3};
  SmallVector<int64_t> codes = {0, 1, 2, 3, 0, 1, 3, 3, 1};
  for (PackedSum form : {PackedSum::Table, PackedSum::Counts})
    EXPECT_EQ(addPackedCodes(codes, entries, form), 36 + 5);
}

TEST(AttentionRulesTest, S6IsThePlainSum) {
  std::mt19937_64 random(6);
  auto from = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int64_t bits : {2, 3, 4})
    for (int row = 0; row < 500; ++row) {
      SmallVector<int64_t> entries(1 << bits), codes(from(0, 5000));
      int64_t largest = row % 2 ? 65280 : 255, Z = 0;
      for (int64_t &entry : entries)
        entry = from(0, largest);
      for (int64_t &code : codes) {
        code = from(0, row % 3 ? entries.size() - 1 : 1);
        Z += entries[code];
      }
      EXPECT_EQ(addPackedCodes(codes, entries, PackedSum::Table), Z);
      EXPECT_EQ(addPackedCodes(codes, entries, PackedSum::Counts), Z);
    }
}

TEST(AttentionRulesTest, S5ByHand) {
  // Entries of 8 bits are the codes; their sum 6 makes the scale 1/6.
  SmallVector<int64_t> entries = {3, 2, 1, 0};
  ExponentialTable table = {{32768, 15}, entries};
  QuantizedRow row = quantizedSoftmax({5, 4, 3, 2}, 0, &table);
  EXPECT_EQ(row.codes, (SmallVector<int64_t>{3, 2, 1, 0}));
  EXPECT_EQ(row.scale.multiplier, 43691);
  EXPECT_EQ(row.scale.exponent, 18);
  EXPECT_EQ(row.zeroPoint, 0);
  // 65025 / 256 is 254.004: the dither of position 0 is 89 / 256.
  row = quantizedSoftmax({INT32_MAX, INT32_MIN}, 0);
  EXPECT_EQ(row.codes, (SmallVector<int64_t>{254, 0}));
  EXPECT_NEAR(std::ldexp(row.scale.multiplier, -row.scale.exponent),
              256 / 65025.0, 1e-6);
}

TEST(AttentionRulesTest, S5KeepsTheMassOnAverage) {
  Random random;
  for (int64_t f : {10, 20, 30}) {
    SmallVector<int32_t> x(4096);
    for (int32_t &element : x)
      element = std::clamp(std::ldexp(2 * random.normal(), f), -2147483648.0,
                           2147483647.0);
    QuantizedRow row = quantizedSoftmax(x, f);
    double scale = std::ldexp(row.scale.multiplier, -row.scale.exponent),
           total = 0;
    for (auto [code, exact] : llvm::zip_equal(row.codes, softmax(x, f))) {
      EXPECT_NEAR(code * scale, std::ldexp(exact, -f),
                  scale + std::ldexp(1, -f));
      total += code * scale;
    }
    EXPECT_NEAR(total, 1, 0.01);
  }
}

TEST(AttentionRulesTest, S3ErrorIsBounded) {
  Random random;
  for (int i = 0; i < 2000; ++i) {
    int64_t f = random.between(8, 30), K = random.between(1, 300);
    SmallVector<int32_t> x(K);
    double spread = random.real(0, 8);
    for (int32_t &element : x)
      element = std::clamp(std::ldexp(spread * random.normal(), f),
                           -2147483648.0, 2147483647.0);
    double sum = 0, largest = *llvm::max_element(x);
    for (double element : x)
      sum += std::exp(std::ldexp(element - largest, -f));
    int64_t total = 0;
    for (auto [element, result] : llvm::zip_equal(x, softmax(x, f))) {
      double exact = std::exp(std::ldexp(element - largest, -f)) / sum;
      // A code is off by half of 12/255, in the row's sum too; the table adds
      // 0.4 % and one or two units of 1/65025.
      EXPECT_NEAR(std::ldexp(result, -f), exact,
                  exact * 0.056 + 2 / 65025.0 + std::ldexp(1, -f));
      total += result;
    }
    EXPECT_NEAR(std::ldexp(total, -f), 1, K * std::ldexp(0.51, -f) + 1e-6);
  }
}

//===----------------------------------------------------------------------===//
// A: attention
//===----------------------------------------------------------------------===//

/// One head of a query with its keys.
struct Head {
  SmallVector<int8_t> query, keys, values;
  Dyadic queryScale;
  SmallVector<Dyadic> keyScales, valueScales;
  Dyadic scoreScale;
  int64_t width;

  SmallVector<KeyValue> getKeys() const {
    SmallVector<KeyValue> result;
    for (size_t j = 0; j < keyScales.size(); ++j)
      result.push_back({&keys[j * width], keyScales[j], &values[j * width],
                        valueScales[j], static_cast<int64_t>(j)});
    return result;
  }

  SmallVector<int64_t> run(int64_t f) const {
    return attention(query, queryScale, getKeys(), scoreScale, f);
  }
};

/// The exact softmax attention over the same codes.
SmallVector<double> attend(const Head &head, ArrayRef<KeyValue> keys) {
  SmallVector<double> scores, result(head.width, 0.0);
  double largest = -INFINITY, sum = 0;
  for (const KeyValue &key : keys) {
    double d = 0;
    for (int64_t c = 0; c < head.width; ++c)
      d += head.query[c] * key.key[c];
    scores.push_back(d * real(head.queryScale) * real(key.keyScale) *
                     real(head.scoreScale) * 12 / 255);
    largest = std::max(largest, scores.back());
  }
  for (auto [score, key] : llvm::zip_equal(scores, keys)) {
    double weight = std::exp(score - largest);
    sum += weight;
    for (int64_t c = 0; c < head.width; ++c)
      result[c] += weight * key.value[c] * real(key.valueScale);
  }
  for (double &element : result)
    element /= sum;
  return result;
}

/// A head of normally distributed numbers, quantized as the ops do.
Head randomHead(Random &random, int64_t width, int64_t count,
                double sharpness) {
  Head head;
  head.width = width;
  auto append = [&](double size, SmallVector<int8_t> &codes) {
    SmallVector<int32_t> x(width);
    for (int32_t &element : x)
      element = size * random.normal() * 65536;
    QuantizedRow row = quantizeSymmetric(x, 16);
    llvm::append_range(codes, row.codes);
    return row.scale;
  };
  head.queryScale = append(sharpness, head.query);
  for (int64_t j = 0; j < count; ++j) {
    head.keyScales.push_back(append(random.real(0.5, 2), head.keys));
    head.valueScales.push_back(append(random.real(0.5, 2), head.values));
  }
  int64_t root = isqrt(int64_t(width) << 40);
  head.scoreScale = dyadic(int64_t(255) << 20, 12 * root);
  return head;
}

TEST(AttentionRulesTest, A1AlignsScores) {
  // Two keys whose scales differ by 2^3: same product, an eighth of the score.
  int8_t codes[] = {100, 100};
  Dyadic large = {32768, 20}, small = {32768, 23};
  KeyValue keys[] = {{codes, large, codes, large, 0},
                     {codes, small, codes, large, 1}};
  Scores scores = attentionScores({codes, 2}, keys);
  EXPECT_EQ(scores.Ek, 20);
  EXPECT_EQ(scores.h, bits(127 * 127 * 2) - 14);
  EXPECT_EQ(scores.t[0], rshr(int64_t(20000) << 15, scores.h));
  EXPECT_EQ(scores.t[1], rshr(int64_t(20000) << 12, scores.h));
}

TEST(AttentionRulesTest, A1StaysBelow2To30) {
  for (int64_t width : {1, 2, 64, 128, 133144}) {
    SmallVector<int8_t> q(width, 127), k(width, -127);
    for (int64_t exponent : {-16, 0, 62}) {
      Dyadic scale = {65535, exponent};
      KeyValue keys[] = {{k.data(), scale, k.data(), scale, 0},
                         {q.data(), scale, q.data(), scale, 1}};
      for (int64_t t : attentionScores(q, keys).t)
        EXPECT_LT(std::abs(t), 1 << 30);
    }
  }
}

TEST(AttentionRulesTest, A2TakesCodesOfDifferences) {
  // The score scale 255/12 and unit scales: a difference of 1 is 21.25 codes.
  Scores scores = {{0, 1 << 16, -(1 << 24)}, /*Ek=*/16, /*h=*/0};
  SmallVector<int64_t> E =
      attentionExponentials(scores, {32768, 15}, dyadic(255, 12)).E;
  EXPECT_EQ(E[1], 65025);
  EXPECT_EQ(E[0], tableExponential(21));
  EXPECT_EQ(E[2], 0);
}

TEST(AttentionRulesTest, A2TakesTheScaleOfATable) {
  SmallVector<int64_t> entries = {255, 100, 50, 10};
  // Two codes for a difference of 1, whatever the score scale.
  ExponentialTable table = {dyadic(2, 1), entries};
  Scores scores = {{0, 1 << 16, -(1 << 15), -(1 << 24)},
                   /*Ek=*/16,
                   /*h=*/0,
                   /*positions=*/{3, 4, 7, 9}};
  auto [E, Z] = attentionExponentials(scores, {32768, 15}, {40000, 3}, &table);
  EXPECT_EQ(E, (SmallVector<int64_t>{50, 255, 10, 10}));
  EXPECT_EQ(Z, 325);
}

TEST(AttentionRulesTest, A3IsRightOnAverage) {
  // Over 256 positions the dither takes every value, so the weights of any
  // one exponential sum to 256 times it, up to the rounding of the sum. One
  // more key, the heaviest, fixes the unit of the weights.
  int8_t codes[] = {0};
  SmallVector<KeyValue> keys;
  for (int64_t j = 0; j < 257; ++j)
    keys.push_back({codes, {65535, 20}, codes, {65535, 20}, j});
  for (int64_t code = 0; code < 256; ++code) {
    SmallVector<int64_t> E(256, tableExponential(code));
    E.push_back(tableExponential(0));
    Weights weights = attentionWeights(E, keys);
    EXPECT_EQ(weights.g, 24);
    int64_t sum = 0;
    for (int64_t p : ArrayRef(weights.p).drop_back()) {
      EXPECT_GE(p, 0);
      EXPECT_LE(p, 255);
      sum += p;
    }
    EXPECT_NEAR(sum, tableExponential(code) * 65535.0 / 65536, 1);
  }
}

TEST(AttentionRulesTest, A3AlignsValues) {
  int8_t codes[] = {0};
  KeyValue keys[] = {{codes, {32768, 20}, codes, {65535, 10}, 0},
                     {codes, {32768, 20}, codes, {65535, 14}, 1},
                     {codes, {32768, 20}, codes, kZeroScale, 2}};
  Weights weights = attentionWeights({65025, 65025, 65025}, keys);
  EXPECT_EQ(weights.Ev, 10);
  // 65025 * 65535 / 2^24 = 253.99, a sixteenth of it, and nothing.
  EXPECT_EQ(weights.p[0], 254);
  EXPECT_EQ(weights.p[1], 15);
  EXPECT_EQ(weights.p[2], 0);
}

TEST(AttentionRulesTest, A3GivesTheHeaviestKeyAllBits) {
  // The key with the largest exponential has a small value: its weight must
  // not take the bits of the others.
  int8_t codes[] = {0};
  KeyValue keys[] = {{codes, {32768, 20}, codes, {32768, 22}, 0},
                     {codes, {32768, 20}, codes, {32768, 10}, 1}};
  Weights weights = attentionWeights({65025, 650}, keys);
  // w = 65025 * 8 and 650 * 32768, which has 25 bits.
  EXPECT_EQ(weights.g, 17);
  EXPECT_EQ(weights.p[0], 4);
  EXPECT_EQ(weights.p[1], 162);
}

TEST(AttentionRulesTest, A3DitherByHand) {
  // Position 0 adds 179 / 512 of a unit: just enough for 167 * 65535, which is
  // 0.6523 of a unit of 2^24.
  int8_t codes[] = {0};
  KeyValue small[] = {{codes, {32768, 20}, codes, {65535, 20}, 0},
                      {codes, {32768, 20}, codes, {65535, 20}, 1}};
  EXPECT_EQ(attentionWeights({167, 65025}, small).p[0], 1);
  EXPECT_EQ(attentionWeights({166, 65025}, small).p[0], 0);
  // 65025 * 33025 is 255.996 units of 2^23: no dither lifts it past 255.
  KeyValue large = {codes, {32768, 20}, codes, {33025, 20}, 0};
  Weights weights = attentionWeights({65025}, large);
  EXPECT_EQ(weights.g, 23);
  EXPECT_EQ(weights.p[0], 255);
}

TEST(AttentionRulesTest, A4MatchesSoftmaxAttention) {
  // Codes of the exponent are 12/255 apart: uniform noise of 1.4 % of a weight,
  // which leaves 37 dB. Rounding weights to units of 1/254 of the largest adds
  // 0.3 units a key, 34 dB where one key of 300 dominates. 35 dB come out.
  Random random;
  double signal = 0, noise = 0;
  for (int i = 0; i < 300; ++i) {
    Head head = randomHead(random, 64, random.between(1, 300),
                           std::exp(random.real(-2, 1.5)));
    SmallVector<double> exact = attend(head, head.getKeys());
    for (auto [result, value] : llvm::zip_equal(head.run(16), exact)) {
      double error = std::ldexp(result, -16) - value;
      signal += value * value;
      noise += error * error;
    }
  }
  EXPECT_GT(10 * std::log10(signal / noise), 34);
}

TEST(AttentionRulesTest, EqualScoresGiveTheMean) {
  Random random;
  Head head = randomHead(random, 16, 256, 1);
  llvm::fill(head.query, 0);
  head.queryScale = kZeroScale;
  llvm::fill(head.valueScales, Dyadic{65535, 20});
  SmallVector<int64_t> E =
      attentionExponentials(attentionScores(head.query, head.getKeys()),
                            kZeroScale, head.scoreScale)
          .E;
  EXPECT_EQ(E, SmallVector<int64_t>(256, 65025));
  SmallVector<double> mean = attend(head, head.getKeys());
  for (auto [result, value] : llvm::zip_equal(head.run(16), mean))
    // One unit of 254 in every weight.
    EXPECT_NEAR(std::ldexp(result, -16), value, 127 / 16.0 / 254);
}

TEST(AttentionRulesTest, ZeroRowsOfKeysAndValues) {
  Random random;
  Head head = randomHead(random, 8, 4, 1);
  // Zero keys with the scale of a zero row move nothing but their own score.
  Scores before = attentionScores(head.query, head.getKeys());
  std::fill_n(&head.keys[8], 8, 0);
  head.keyScales[1] = kZeroScale;
  Scores after = attentionScores(head.query, head.getKeys());
  EXPECT_EQ(after.Ek, before.Ek);
  EXPECT_EQ(after.t[1], 0);
  EXPECT_EQ(after.t[0], before.t[0]);
  // Nothing but zero values gives zero.
  llvm::fill(head.values, 0);
  llvm::fill(head.valueScales, kZeroScale);
  EXPECT_EQ(head.run(16), SmallVector<int64_t>(8, 0));
}

TEST(AttentionRulesTest, NoValidKeyGivesZero) {
  Random random;
  Head head = randomHead(random, 8, 0, 1);
  EXPECT_EQ(head.run(16), SmallVector<int64_t>(8, 0));
}

TEST(AttentionRulesTest, OneKeyGivesItsValue) {
  Random random;
  for (int i = 0; i < 1000; ++i) {
    Head head = randomHead(random, 8, 1, 1);
    for (auto [c, result] : llvm::enumerate(head.run(16)))
      // The only weight, 128 to 254, is off by one at most.
      EXPECT_NEAR(result,
                  std::ldexp(head.values[c] * real(head.valueScales[0]), 16),
                  std::ldexp(127 * real(head.valueScales[0]), 16) / 127 + 1);
  }
}

TEST(AttentionRulesTest, A4KeepsItsRangesAtTheLimits) {
  // As many keys as are allowed, all with the largest weight and value.
  constexpr int64_t kKeys = 32768;
  int8_t q[] = {127}, v[] = {-127};
  KeyValue key = {q, {65535, 62}, v, {65535, -16}, 0};
  SmallVector<KeyValue> keys(kKeys, key);
  for (int64_t j = 0; j < kKeys; ++j)
    keys[j].position = j;
  EXPECT_EQ(attention({q, 1}, {65535, -16}, keys, {65535, -16}, 30),
            SmallVector<int64_t>{INT32_MIN});
  for (KeyValue &small : keys)
    small.valueScale.exponent = 62;
  EXPECT_EQ(attention({q, 1}, {65535, -16}, keys, {65535, -16}, 0),
            SmallVector<int64_t>{0});
}

} // namespace
