//===- IQuantOpsTest.cpp - The iquant dialect, interpreted ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the ops cut values into rows, groups and heads; the rules themselves
// have their own tests. Integer results are held against the float semantics
// of the same op of the transformer dialect.
//
//===----------------------------------------------------------------------===//

#include "InterpreterFixture.h"
#include "RandomRows.h"

#include "iquant/Reference/Rules.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

namespace {

class IQuantOpsTest : public InterpreterTest {
protected:
  Type type(StringRef text) { return parseType(text, &context); }

  Tensor random32(ArrayRef<int64_t> shape, double size) {
    Tensor tensor(shape, IntegerType::get(&context, 32));
    for (int32_t &element : tensor.mutableData<int32_t>())
      element = std::clamp(size * random.normal(), -2e9, 2e9);
    return tensor;
  }

  Tensor random16(ArrayRef<int64_t> shape) {
    Tensor tensor(shape, IntegerType::get(&context, 16));
    for (int16_t &element : tensor.mutableData<int16_t>())
      element = random.between(-30000, 30000);
    return tensor;
  }

  /// A weight as rule V3 makes it.
  RuntimeValue randomWeight(int64_t N, int64_t K) {
    IntegerType i32 = IntegerType::get(&context, 32);
    Tensor codes({N, K}, IntegerType::get(&context, 8));
    Tensor m({N}, i32), e({N}, i32), sums({N}, i32);
    for (int64_t n = 0; n < N; ++n) {
      int64_t sum = 0;
      for (int64_t k = 0; k < K; ++k) {
        int64_t code = random.between(-127, 127);
        codes.setInt(n * K + k, code);
        sum += code;
      }
      m.setInt(n, random.between(32768, 65535));
      e.setInt(n, random.between(20, 24));
      sums.setInt(n, sum);
    }
    return RuntimeValue(SmallVector<Tensor, 1>{codes, m, e, sums});
  }

  /// The signal-to-noise ratio of a value in dB.
  static double snr(const Tensor &result, const Tensor &exact) {
    EXPECT_EQ(result.getShape(), exact.getShape());
    double signal = 0, noise = 1e-30;
    for (int64_t i = 0; i < exact.getNumElements(); ++i) {
      double error = result.getFloat(i) - exact.getFloat(i);
      signal += exact.getFloat(i) * exact.getFloat(i);
      noise += error * error;
    }
    return 10 * std::log10(signal / noise);
  }

  Random random;
};

//===----------------------------------------------------------------------===//
// Values and their components
//===----------------------------------------------------------------------===//

TEST_F(IQuantOpsTest, ComposeAndDecomposeChangeNothing) {
  Tensor q = integers<int8_t>({1, 2}, {5, -6}), m = i32({1}, {40000}),
         e = i32({1}, {-16}), z = i32({1}, {255});
  auto results = run(R"mlir(
    func.func @main(%q: tensor<1x2xi8>, %m: tensor<1xi32>, %e: tensor<1xi32>,
                    %z: tensor<1xi32>)
        -> (tensor<1x2xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) {
      %0 = iquant.compose %q, %m, %e, %z
          : (tensor<1x2xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>)
          -> !iquant.dyn<1x2xui8>
      %1:4 = iquant.decompose %0 : (!iquant.dyn<1x2xui8>)
          -> (tensor<1x2xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>)
      return %1#0, %1#1, %1#2, %1#3
          : tensor<1x2xi8>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>
    })mlir",
                     {q, m, e, z});
  ASSERT_EQ(results.size(), 4u);
  EXPECT_EQ(results[0].getTensor(), q);
  EXPECT_EQ(results[1].getTensor(), m);
  EXPECT_EQ(results[2].getTensor(), e);
  EXPECT_EQ(results[3].getTensor(), z);
}

TEST_F(IQuantOpsTest, RealNumbersOfValues) {
  Tensor m = i32({2}, {32768, 49152}), e = i32({2}, {15, 15});
  Tensor q = integers<int8_t>({2, 2}, {10, -1, 4, -2});
  auto numbers = [&](RuntimeValue value, StringRef typeText) {
    return floats(getRealNumbers(value, type(typeText)));
  };
  // The code -1 is 255 without a sign.
  EXPECT_EQ(
      numbers(RuntimeValue(SmallVector<Tensor, 1>{q, m, e, i32({2}, {8, 0})}),
              "!iquant.dyn<2x2xui8>"),
      (std::vector<double>{2, 247, 6, 381}));
  EXPECT_EQ(numbers(RuntimeValue(SmallVector<Tensor, 1>{q, m, e}),
                    "!iquant.dyn<2x2xsi8>"),
            (std::vector<double>{10, -1, 6, -3}));
  EXPECT_EQ(
      numbers(RuntimeValue(SmallVector<Tensor, 1>{q, m, e, i32({2}, {9, 2})}),
              "!iquant.weight<2x2xsi8>"),
      (std::vector<double>{10, -1, 6, -3}));
  EXPECT_EQ(numbers(i32({2}, {3, -4}), "!iquant.fixed<2xi32, 1>"),
            (std::vector<double>{1.5, -2}));
  EXPECT_EQ(numbers(i32({2}, {3, -4}), "tensor<2xi32>"),
            (std::vector<double>{3, -4}));
}

TEST_F(IQuantOpsTest, QuantizeByRowAndByGroup) {
  Tensor x = random32({3, 4}, 1e5);
  ArrayRef<int32_t> elements = x.data<int32_t>();
  auto results = run(R"mlir(
    func.func @main(%x: !iquant.fixed<?x4xi32, 16>)
        -> (!iquant.dyn<?x4xui8>, !iquant.dyn<?x4xsi8, 2>) {
      %0 = iquant.quantize %x
          : !iquant.fixed<?x4xi32, 16> -> !iquant.dyn<?x4xui8>
      %1 = iquant.quantize %x
          : !iquant.fixed<?x4xi32, 16> -> !iquant.dyn<?x4xsi8, 2>
      return %0, %1 : !iquant.dyn<?x4xui8>, !iquant.dyn<?x4xsi8, 2>
    })mlir",
                     {x});
  ASSERT_EQ(results.size(), 2u);
  ArrayRef<Tensor> rows = results[0].getComponents();
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[1].getShape(), ArrayRef<int64_t>({3}));
  for (int64_t r = 0; r < 3; ++r) {
    QuantizedRow row = quantizeAsymmetric(elements.slice(4 * r, 4), 16);
    for (int64_t c = 0; c < 4; ++c)
      EXPECT_EQ(rows[0].getUnsigned(4 * r + c), uint64_t(row.codes[c]));
    EXPECT_EQ(rows[1].getInt(r), row.scale.multiplier);
    EXPECT_EQ(rows[2].getInt(r), row.scale.exponent);
    EXPECT_EQ(rows[3].getInt(r), row.zeroPoint);
  }
  ArrayRef<Tensor> groups = results[1].getComponents();
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[1].getShape(), ArrayRef<int64_t>({3, 2}));
  for (int64_t g = 0; g < 6; ++g) {
    QuantizedRow group = quantizeSymmetric(elements.slice(2 * g, 2), 16);
    EXPECT_EQ(groups[0].getInt(2 * g), group.codes[0]);
    EXPECT_EQ(groups[0].getInt(2 * g + 1), group.codes[1]);
    EXPECT_EQ(groups[1].getInt(g), group.scale.multiplier);
    EXPECT_EQ(groups[2].getInt(g), group.scale.exponent);
  }
}

TEST_F(IQuantOpsTest, DequantizeInvertsQuantize) {
  Tensor x = random32({2, 6}, 1e5);
  auto results = run(R"mlir(
    func.func @main(%x: !iquant.fixed<2x6xi32, 16>)
        -> (!iquant.fixed<2x6xi32, 16>, !iquant.fixed<2x6xi32, 12>) {
      %0 = iquant.quantize %x
          : !iquant.fixed<2x6xi32, 16> -> !iquant.dyn<2x6xui8>
      %1 = iquant.dequantize %0
          : !iquant.dyn<2x6xui8> -> !iquant.fixed<2x6xi32, 16>
      %2 = iquant.quantize %x
          : !iquant.fixed<2x6xi32, 16> -> !iquant.dyn<2x6xsi8, 3>
      %3 = iquant.dequantize %2
          : !iquant.dyn<2x6xsi8, 3> -> !iquant.fixed<2x6xi32, 12>
      return %1, %3
          : !iquant.fixed<2x6xi32, 16>, !iquant.fixed<2x6xi32, 12>
    })mlir",
                     {x});
  ASSERT_EQ(results.size(), 2u);
  for (int64_t i = 0; i < 12; ++i) {
    EXPECT_NEAR(results[0].getTensor().getInt(i), x.getInt(i), 5e5 / 127);
    EXPECT_NEAR(results[1].getTensor().getInt(i) * 16, x.getInt(i), 5e5 / 127);
  }
}

TEST_F(IQuantOpsTest, RescaleAddAndArgmax) {
  auto results = run(R"mlir(
    func.func @main(%x: !iquant.fixed<2x2xi32, 1>)
        -> (!iquant.fixed<2x2xi32, 0>, !iquant.fixed<2x2xi32, 1>,
            tensor<2xi32>) {
      %0 = iquant.rescale %x
          : !iquant.fixed<2x2xi32, 1> -> !iquant.fixed<2x2xi32, 0>
      %1 = iquant.add %x, %x : !iquant.fixed<2x2xi32, 1>
      %2 = iquant.argmax %x : (!iquant.fixed<2x2xi32, 1>) -> tensor<2xi32>
      return %0, %1, %2 : !iquant.fixed<2x2xi32, 0>,
          !iquant.fixed<2x2xi32, 1>, tensor<2xi32>
    })mlir",
                     {i32({2, 2}, {3, -3, INT32_MIN, INT32_MAX})});
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(ints(results[0]),
            (std::vector<int64_t>{2, -1, INT32_MIN / 2, 1 << 30}));
  EXPECT_EQ(ints(results[1]),
            (std::vector<int64_t>{6, -6, INT32_MIN, INT32_MAX}));
  EXPECT_EQ(ints(results[2]), (std::vector<int64_t>{0, 1}));
}

//===----------------------------------------------------------------------===//
// Linear and embedding
//===----------------------------------------------------------------------===//

TEST_F(IQuantOpsTest, LinearMatchesTheRule) {
  constexpr StringLiteral kModule = R"mlir(
    func.func @main(%x: !iquant.fixed<2x3x40xi32, 16>,
                    %w: !iquant.weight<5x40xsi8>,
                    %b: !iquant.fixed<5xi32, 18>)
        -> (!iquant.dyn<2x3x40xui8>, !iquant.fixed<2x3x5xi32, 18>,
            !iquant.dyn<2x3x40xsi8>, !iquant.fixed<2x3x5xi32, 18>) {
      %0 = iquant.quantize %x
          : !iquant.fixed<2x3x40xi32, 16> -> !iquant.dyn<2x3x40xui8>
      %1 = iquant.linear %0, %w bias %b
          : (!iquant.dyn<2x3x40xui8>, !iquant.weight<5x40xsi8>,
             !iquant.fixed<5xi32, 18>) -> !iquant.fixed<2x3x5xi32, 18>
      %2 = iquant.quantize %x
          : !iquant.fixed<2x3x40xi32, 16> -> !iquant.dyn<2x3x40xsi8>
      %3 = iquant.linear %2, %w
          : (!iquant.dyn<2x3x40xsi8>, !iquant.weight<5x40xsi8>)
          -> !iquant.fixed<2x3x5xi32, 18>
      return %0, %1, %2, %3
          : !iquant.dyn<2x3x40xui8>, !iquant.fixed<2x3x5xi32, 18>,
            !iquant.dyn<2x3x40xsi8>, !iquant.fixed<2x3x5xi32, 18>
    })mlir";
  RuntimeValue weight = randomWeight(5, 40);
  Tensor bias = random32({5}, 1e4);
  auto results = run(kModule, {random32({2, 3, 40}, 1e5), weight, bias});
  ASSERT_EQ(results.size(), 4u);
  auto check = [&](int64_t which, bool hasZeroPoint, bool hasBias) {
    ArrayRef<Tensor> x = results[which].getComponents();
    ArrayRef<Tensor> w = weight.getComponents();
    for (int64_t r = 0; r < 6; ++r)
      for (int64_t n = 0; n < 5; ++n) {
        int64_t acc = 0;
        for (int64_t k = 0; k < 40; ++k) {
          int64_t q = hasZeroPoint ? int64_t(x[0].getUnsigned(40 * r + k)) -
                                         x[3].getInt(r)
                                   : x[0].getInt(40 * r + k);
          acc += q * w[0].getInt(40 * n + k);
        }
        EXPECT_EQ(results[which + 1].getTensor().getInt(5 * r + n),
                  linear(acc, {x[1].getInt(r), x[2].getInt(r)},
                         {w[1].getInt(n), w[2].getInt(n)}, 18,
                         hasBias ? bias.getInt(n) : 0));
      }
  };
  check(0, /*hasZeroPoint=*/true, /*hasBias=*/true);
  check(2, /*hasZeroPoint=*/false, /*hasBias=*/false);
}

TEST_F(IQuantOpsTest, LinearReportsAnOverflow) {
  // 70000 products of 255 and 127 are more than 2^31.
  constexpr int64_t K = 70000;
  Tensor x({1, K}, IntegerType::get(&context, 8));
  Tensor w({1, K}, IntegerType::get(&context, 8));
  llvm::fill(x.mutableData<uint8_t>(), 255);
  llvm::fill(w.mutableData<int8_t>(), 127);
  Tensor one = i32({1}, {32768}), fifteen = i32({1}, {15});
  std::string error = runForError(
      R"mlir(
    func.func @main(%x: !iquant.dyn<1x70000xui8>,
                    %w: !iquant.weight<1x70000xsi8>)
        -> !iquant.fixed<1x1xi32, 0> {
      %0 = iquant.linear %x, %w
          : (!iquant.dyn<1x70000xui8>, !iquant.weight<1x70000xsi8>)
          -> !iquant.fixed<1x1xi32, 0>
      return %0 : !iquant.fixed<1x1xi32, 0>
    })mlir",
      {RuntimeValue(SmallVector<Tensor, 1>{x, one, fifteen, i32({1}, {0})}),
       RuntimeValue(
           SmallVector<Tensor, 1>{w, one, fifteen, i32({1}, {127 * K})})});
  EXPECT_EQ(error, "'iquant.linear' op has a sum of products of 2266950000 in "
                   "row 0, channel 0, which does not fit 32 bits\n");
}

TEST_F(IQuantOpsTest, EmbeddingClampsIds) {
  RuntimeValue table = randomWeight(3, 4);
  auto results = run(R"mlir(
    func.func @main(%i: tensor<2x2xi64>, %t: !iquant.weight<3x4xsi8>)
        -> !iquant.fixed<2x2x4xi32, 16> {
      %0 = iquant.embedding %i, %t
          : (tensor<2x2xi64>, !iquant.weight<3x4xsi8>)
          -> !iquant.fixed<2x2x4xi32, 16>
      return %0 : !iquant.fixed<2x2x4xi32, 16>
    })mlir",
                     {integers<int64_t>({2, 2}, {1, -5, 99, 2}), table});
  ASSERT_EQ(results.size(), 1u);
  ArrayRef<Tensor> w = table.getComponents();
  for (auto [row, id] : llvm::enumerate(ArrayRef<int64_t>{1, 0, 2, 2}))
    for (int64_t c = 0; c < 4; ++c)
      EXPECT_EQ(results[0].getTensor().getInt(4 * row + c),
                embedding(w[0].getInt(4 * id + c),
                          {w[1].getInt(id), w[2].getInt(id)}, 16));
}

//===----------------------------------------------------------------------===//
// Norms and elementwise ops, against the transformer dialect
//===----------------------------------------------------------------------===//

TEST_F(IQuantOpsTest, NormsMatchFloat) {
  Tensor x = random32({3, 64}, 3e5), g = random16({64}), b = random16({64});
  auto real = [&](const Tensor &tensor, StringRef typeText) {
    return getRealNumbers(tensor, type(typeText));
  };
  auto exact = run(
      R"mlir(
    func.func @main(%x: tensor<3x64xf64>, %g: tensor<64xf64>,
                    %b: tensor<64xf64>)
        -> (tensor<3x64xf64>, tensor<3x64xf64>) {
      %0 = transformer.rms_norm %x scale %g {epsilon = 1.0e-5}
          : (tensor<3x64xf64>, tensor<64xf64>) -> tensor<3x64xf64>
      %1 = transformer.layer_norm %x scale %g shift %b {epsilon = 1.0e-5}
          : (tensor<3x64xf64>, tensor<64xf64>, tensor<64xf64>)
          -> tensor<3x64xf64>
      return %0, %1 : tensor<3x64xf64>, tensor<3x64xf64>
    })mlir",
      {real(x, "!iquant.fixed<3x64xi32, 16>"),
       real(g, "!iquant.fixed<64xi16, 14>"),
       real(b, "!iquant.fixed<64xi16, 15>")});
  auto results = run(
      R"mlir(
    func.func @main(%x: !iquant.fixed<3x64xi32, 16>,
                    %g: !iquant.fixed<64xi16, 14>,
                    %b: !iquant.fixed<64xi16, 15>)
        -> (!iquant.dyn<3x64xui8>, !iquant.fixed<3x64xi32, 20>,
            !iquant.dyn<3x64xui8>, !iquant.fixed<3x64xi32, 20>) {
      %0 = iquant.rms_norm %x scale %g {epsilon = 42950}
          : (!iquant.fixed<3x64xi32, 16>, !iquant.fixed<64xi16, 14>)
          -> !iquant.dyn<3x64xui8>
      %1 = iquant.rms_norm %x scale %g {epsilon = 42950}
          : (!iquant.fixed<3x64xi32, 16>, !iquant.fixed<64xi16, 14>)
          -> !iquant.fixed<3x64xi32, 20>
      %2 = iquant.layer_norm %x scale %g shift %b {epsilon = 42950}
          : (!iquant.fixed<3x64xi32, 16>, !iquant.fixed<64xi16, 14>,
             !iquant.fixed<64xi16, 15>) -> !iquant.dyn<3x64xui8>
      %3 = iquant.layer_norm %x scale %g shift %b {epsilon = 42950}
          : (!iquant.fixed<3x64xi32, 16>, !iquant.fixed<64xi16, 14>,
             !iquant.fixed<64xi16, 15>) -> !iquant.fixed<3x64xi32, 20>
      return %0, %1, %2, %3
          : !iquant.dyn<3x64xui8>, !iquant.fixed<3x64xi32, 20>,
            !iquant.dyn<3x64xui8>, !iquant.fixed<3x64xi32, 20>
    })mlir",
      {x, g, b});
  ASSERT_EQ(exact.size(), 2u);
  ASSERT_EQ(results.size(), 4u);
  for (int64_t i = 0; i < 4; ++i) {
    StringRef typeText =
        i % 2 ? "!iquant.fixed<3x64xi32, 20>" : "!iquant.dyn<3x64xui8>";
    double ratio = snr(getRealNumbers(results[i], type(typeText)),
                       exact[i / 2].getTensor());
    // 255 steps over about six deviations, or 20 fraction bits of which the
    // 16 bits of k leave 17.
    EXPECT_GT(ratio, i % 2 ? 90 : 38);
  }
}

TEST_F(IQuantOpsTest, ElementwiseMatchesFloat) {
  Tensor x = random32({4, 32}, 2e5), y = random32({4, 32}, 1e5);
  auto exact = run(
      R"mlir(
    func.func @main(%x: tensor<4x32xf64>, %y: tensor<4x32xf64>)
        -> (tensor<4x32xf64>, tensor<4x32xf64>, tensor<4x32xf64>,
            tensor<4x32xf64>, tensor<4x32xf64>) {
      %0 = transformer.silu %x : tensor<4x32xf64>
      %1 = transformer.swiglu %x, %y : tensor<4x32xf64>
      %2 = transformer.gelu %x<erf> : tensor<4x32xf64>
      %3 = transformer.gelu %x<tanh> : tensor<4x32xf64>
      %4 = transformer.softmax %x : tensor<4x32xf64>
      return %0, %1, %2, %3, %4
          : tensor<4x32xf64>, tensor<4x32xf64>, tensor<4x32xf64>,
            tensor<4x32xf64>, tensor<4x32xf64>
    })mlir",
      {getRealNumbers(x, type("!iquant.fixed<4x32xi32, 16>")),
       getRealNumbers(y, type("!iquant.fixed<4x32xi32, 14>"))});
  auto results = run(
      R"mlir(
    !x = !iquant.fixed<4x32xi32, 16>
    func.func @main(%x: !x, %y: !iquant.fixed<4x32xi32, 14>)
        -> (!x, !x, !x, !x, !x) {
      %0 = iquant.silu %x : !x
      %1 = iquant.swiglu %x, %y : (!x, !iquant.fixed<4x32xi32, 14>) -> !x
      %2 = iquant.gelu %x<erf> : !x
      %3 = iquant.gelu %x<tanh> : !x
      %4 = iquant.softmax %x : !x
      return %0, %1, %2, %3, %4 : !x, !x, !x, !x, !x
    })mlir",
      {x, y});
  ASSERT_EQ(exact.size(), 5u);
  ASSERT_EQ(results.size(), 5u);
  for (int64_t i = 0; i < 5; ++i)
    // The sigmoid has 15 bits; the softmax's codes are 12/255 apart.
    EXPECT_GT(
        snr(getRealNumbers(results[i], type("!iquant.fixed<4x32xi32, 16>")),
            exact[i].getTensor()),
        i == 4 ? 36 : 80)
        << i;
}

//===----------------------------------------------------------------------===//
// Rope and attention, against the transformer dialect
//===----------------------------------------------------------------------===//

TEST_F(IQuantOpsTest, RopeMatchesFloat) {
  // Three rows from position 2 on; the last is past the tables of four.
  Tensor x = random32({2, 3, 8}, 1e5);
  Tensor frequencies = f32({2}, {1.0f, 0.25f});
  Tensor cosine({4, 2}, IntegerType::get(&context, 16));
  Tensor sine({4, 2}, IntegerType::get(&context, 16));
  for (int64_t p = 0; p < 4; ++p)
    for (int64_t i = 0; i < 2; ++i) {
      double angle = p * frequencies.getFloat(i);
      cosine.setInt(2 * p + i, rotationEntry(std::cos(angle)));
      sine.setInt(2 * p + i, rotationEntry(std::sin(angle)));
    }
  for (StringRef pairing : {"half", "interleaved"}) {
    auto exact = run(
        (R"mlir(
    func.func @main(%x: tensor<2x3x8xf64>, %f: tensor<2xf32>)
        -> tensor<2x3x8xf64> {
      %o = arith.constant 2 : index
      %0 = transformer.rope %x<)mlir" +
         pairing + R"mlir(> by %f at %o
          {heads = 2, max_positions = 4}
          : (tensor<2x3x8xf64>, tensor<2xf32>, index) -> tensor<2x3x8xf64>
      return %0 : tensor<2x3x8xf64>
    })mlir")
            .str(),
        {getRealNumbers(x, type("!iquant.fixed<2x3x8xi32, 16>")), frequencies});
    auto results = run((R"mlir(
    func.func @main(%x: !iquant.fixed<2x3x8xi32, 16>,
                    %c: !iquant.fixed<4x2xi16, 14>,
                    %s: !iquant.fixed<4x2xi16, 14>)
        -> !iquant.fixed<2x3x8xi32, 16> {
      %o = arith.constant 2 : index
      %0 = iquant.rope %x<)mlir" +
                        pairing + R"mlir(> by %c, %s at %o {heads = 2}
          : (!iquant.fixed<2x3x8xi32, 16>, !iquant.fixed<4x2xi16, 14>,
             !iquant.fixed<4x2xi16, 14>, index)
          -> !iquant.fixed<2x3x8xi32, 16>
      return %0 : !iquant.fixed<2x3x8xi32, 16>
    })mlir")
                           .str(),
                       {x, cosine, sine});
    ASSERT_EQ(exact.size(), 1u);
    ASSERT_EQ(results.size(), 1u);
    for (int64_t batch = 0; batch < 2; ++batch)
      for (int64_t c = 0; c < 16; ++c) {
        int64_t i = batch * 24 + c;
        EXPECT_NEAR(std::ldexp(results[0].getTensor().getInt(i), -16),
                    exact[0].getTensor().getFloat(i), 4e-4);
      }
    // The row past the tables reads their last row, that of the row before.
    auto entry = [&](int64_t i) { return 3 * 2 + i; };
    auto [a, b] = rotate(x.getInt(16), x.getInt(pairing == "half" ? 18 : 17),
                         cosine.getInt(entry(0)), sine.getInt(entry(0)), 14);
    EXPECT_EQ(results[0].getTensor().getInt(16), a);
    EXPECT_EQ(results[0].getTensor().getInt(pairing == "half" ? 18 : 17), b);
  }
}

TEST_F(IQuantOpsTest, RopeRefusesANegativeOffset) {
  std::string error = runForError(
      R"mlir(
    func.func @main(%x: !iquant.fixed<1x2xi32, 16>,
                    %t: !iquant.fixed<4x1xi16, 14>, %o: index)
        -> !iquant.fixed<1x2xi32, 16> {
      %0 = iquant.rope %x<half> by %t, %t at %o {heads = 1}
          : (!iquant.fixed<1x2xi32, 16>, !iquant.fixed<4x1xi16, 14>,
             !iquant.fixed<4x1xi16, 14>, index) -> !iquant.fixed<1x2xi32, 16>
      return %0 : !iquant.fixed<1x2xi32, 16>
    })mlir",
      {i32({1, 2}, {1, 2}), random16({4, 1}), index(-1)});
  EXPECT_EQ(
      error,
      "'iquant.rope' op expects an offset that is not negative, got -1\n");
}

/// Four query heads on two key heads of 16 channels, 3 queries, 7 keys.
constexpr StringLiteral kAttention = R"mlir(
    func.func @exact(%q: tensor<2x3x64xf64>, %k: tensor<2x7x32xf64>,
                    %v: tensor<2x7x32xf64>, %m: tensor<MASKxi1>)
        -> tensor<2x3x64xf64> {
      %0 = transformer.attention %q, %k, %v mask %m
          {heads = 4, kv_heads = 2, causal}
          : (tensor<2x3x64xf64>, tensor<2x7x32xf64>, tensor<2x7x32xf64>,
             tensor<MASKxi1>) -> tensor<2x3x64xf64>
      return %0 : tensor<2x3x64xf64>
    }
    func.func @quantized(%q: !iquant.fixed<2x3x64xi32, 16>,
                    %k: !iquant.fixed<2x7x32xi32, 16>,
                    %v: !iquant.fixed<2x7x32xi32, 16>, %m: tensor<MASKxi1>)
        -> !iquant.fixed<2x3x64xi32, 16> {
      %0 = iquant.quantize %q
          : !iquant.fixed<2x3x64xi32, 16> -> !iquant.dyn<2x3x64xsi8, 16>
      %1 = iquant.quantize %k
          : !iquant.fixed<2x7x32xi32, 16> -> !iquant.dyn<2x7x32xsi8, 16>
      %2 = iquant.quantize %v
          : !iquant.fixed<2x7x32xi32, 16> -> !iquant.dyn<2x7x32xsi8, 16>
      // 255 / 12 / sqrt(16) = 43520 * 2^-13.
      %3 = iquant.attention %0, %1, %2 mask %m
          {heads = 4, kv_heads = 2, causal,
           scale_multiplier = 43520, scale_exponent = 13}
          : (!iquant.dyn<2x3x64xsi8, 16>, !iquant.dyn<2x7x32xsi8, 16>,
             !iquant.dyn<2x7x32xsi8, 16>, tensor<MASKxi1>)
          -> !iquant.fixed<2x3x64xi32, 16>
      return %3 : !iquant.fixed<2x3x64xi32, 16>
    })mlir";

TEST_F(IQuantOpsTest, AttentionMatchesFloat) {
  Tensor q = random32({2, 3, 64}, 1e5), k = random32({2, 7, 32}, 1e5),
         v = random32({2, 7, 32}, 1e5);
  auto real = [&](const Tensor &tensor) {
    return getRealNumbers(tensor, type("!iquant.fixed<1xi32, 16>"));
  };
  for (bool perQuery : {false, true}) {
    SmallVector<int64_t> shape = {2, 7};
    if (perQuery)
      shape = {2, 3, 7};
    Tensor mask(shape, IntegerType::get(&context, 1));
    for (int64_t i = 0; i < mask.getNumElements(); ++i)
      mask.setInt(i, random.between(0, 3) != 0);
    std::string text = kAttention.str();
    StringRef sizes = perQuery ? "2x3x7" : "2x7";
    for (size_t at; (at = text.find("MASK")) != std::string::npos;)
      text.replace(at, 4, sizes);
    module = parseSourceString<ModuleOp>(text, &context);
    ASSERT_TRUE(module) << diagnostics;
    Interpreter interpreter(*module);
    auto exact = interpreter.call("exact", {real(q), real(k), real(v), mask});
    auto result = interpreter.call("quantized", {q, k, v, mask});
    ASSERT_TRUE(succeeded(exact) && succeeded(result)) << diagnostics;
    // 8-bit codes of q, k and v leave about 40 dB each, the weights 35 dB. A
    // wrong head, key or mask would leave next to nothing.
    EXPECT_GT(
        snr(getRealNumbers(result->front(), type("!iquant.fixed<1xi32, 16>")),
            exact->front().getTensor()),
        30);
  }
}

TEST_F(IQuantOpsTest, AttentionCorners) {
  // The first query sees no key at all, the second one only.
  Tensor mask = Tensor::fromArray<char>({2, 2}, IntegerType::get(&context, 1),
                                        {0, 0, 0, 1});
  Tensor codes = integers<int8_t>({2, 1}, {100, 127});
  Tensor m = i32({2}, {32768, 32768}), e = i32({2}, {22, 22});
  RuntimeValue x(SmallVector<Tensor, 1>{codes, m, e});
  auto results = run(R"mlir(
    func.func @main(%x: !iquant.dyn<2x1xsi8>, %m: tensor<2x2xi1>)
        -> !iquant.fixed<2x1xi32, 20> {
      %0 = iquant.attention %x, %x, %x mask %m
          {heads = 1, kv_heads = 1, scale_multiplier = 43520,
           scale_exponent = 11}
          : (!iquant.dyn<2x1xsi8>, !iquant.dyn<2x1xsi8>, !iquant.dyn<2x1xsi8>,
             tensor<2x2xi1>) -> !iquant.fixed<2x1xi32, 20>
      return %0 : !iquant.fixed<2x1xi32, 20>
    })mlir",
                     {x, mask});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].getTensor().getInt(0), 0);
  // p = floor((65025 * 32768 + (167 + 89) mod 256 * 2^16 + 2^15) / 2^24) = 127
  // of 127.002: 127 / 127.002 * 127 / 128 of a unit of 2^20.
  EXPECT_NEAR(results[0].getTensor().getInt(1),
              127 * 127 / 127.002 / 128 * (1 << 20), 1);
}

//===----------------------------------------------------------------------===//
// Rule V2
//===----------------------------------------------------------------------===//

TEST_F(IQuantOpsTest, ComposedValuesKeepTheirRanges) {
  constexpr StringLiteral kDyn = R"mlir(
    func.func @main(%q: tensor<1x2xi8>, %m: tensor<1xi32>, %e: tensor<1xi32>) {
      %0 = iquant.compose %q, %m, %e
          : (tensor<1x2xi8>, tensor<1xi32>, tensor<1xi32>)
          -> !iquant.dyn<1x2xsi8>
      return
    })mlir";
  auto q = [&](int8_t code) { return integers<int8_t>({1, 2}, {0, code}); };
  auto scalar = [&](int32_t value) { return i32({1}, {value}); };
  run(kDyn, {q(-127), scalar(32768), scalar(62)});
  EXPECT_EQ(runForError(kDyn, {q(-128), scalar(32768), scalar(62)}),
            "'iquant.compose' op at run time expects symmetric codes in -127 "
            ".. 127 (rule V2), got "
            "-128\n");
  EXPECT_EQ(runForError(kDyn, {q(0), scalar(32767), scalar(62)}),
            "'iquant.compose' op at run time expects multipliers in 32768 .. "
            "65535 (rule V2), got "
            "32767\n");
  EXPECT_EQ(runForError(kDyn, {q(0), scalar(32768), scalar(63)}),
            "'iquant.compose' op at run time expects exponents in -16 .. 62 "
            "(rule V2), got 63\n");

  constexpr StringLiteral kWeight = R"mlir(
    func.func @main(%w: !iquant.weight<1x2xsi8>) { return })mlir";
  auto weight = [&](int8_t code, int32_t exponent, int32_t sum) {
    return RuntimeValue(SmallVector<Tensor, 1>{q(code), scalar(32768),
                                               scalar(exponent), scalar(sum)});
  };
  run(kWeight, {weight(5, 47, 5)});
  EXPECT_EQ(runForError(kWeight, {weight(5, 47, 6)}),
            "'func.func' op argument 0 expects 5 as the sum of the codes of "
            "channel 0 (rule "
            "V2), got 6\n");
  EXPECT_EQ(runForError(kWeight, {weight(-128, 47, -128)}),
            "'func.func' op argument 0 expects weight codes in -127 .. 127 "
            "(rule V2), got "
            "-128\n");
  EXPECT_EQ(runForError(kWeight, {weight(5, 48, 5)}),
            "'func.func' op argument 0 expects exponents in 0 .. 47 (rule V2), "
            "got 48\n");
}

TEST_F(IQuantOpsTest, ShapesThatDisagreeAtRunTime) {
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%x: !iquant.fixed<?x2xi32, 16>,
                    %y: !iquant.fixed<?x2xi32, 16>) {
      %0 = iquant.add %x, %y : !iquant.fixed<?x2xi32, 16>
      return
    })mlir",
                        {random32({1, 2}, 9), random32({2, 2}, 9)}),
            "'iquant.add' op expects operands of one shape at run time, got "
            "[1, 2] and [2, 2]\n");
}

} // namespace
