//===- IQuantFloatTest.cpp - iquant ops beside transformer ops ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Integer results are held against the float semantics of the same op of the
// transformer dialect: rows, heads, masks and positions must be the same ones.
//
//===----------------------------------------------------------------------===//

#include "IQuantFixture.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

namespace {

using IQuantFloatTest = IQuantOpsTest;

//===----------------------------------------------------------------------===//
// Norms and elementwise ops
//===----------------------------------------------------------------------===//

TEST_F(IQuantFloatTest, NormsMatchFloat) {
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

TEST_F(IQuantFloatTest, ElementwiseMatchesFloat) {
  Tensor x = random32({4, 32}, 2e5), y = random32({4, 32}, 1e5);
  auto exact = run(
      R"mlir(
    func.func @main(%x: tensor<4x32xf64>, %y: tensor<4x32xf64>)
        -> (tensor<4x32xf64>, tensor<4x32xf64>, tensor<4x32xf64>,
            tensor<4x32xf64>, tensor<4x32xf64>, tensor<4x32xf64>) {
      %0 = transformer.silu %x : tensor<4x32xf64>
      %1 = transformer.swiglu %x, %y : tensor<4x32xf64>
      %2 = transformer.gelu %x<erf> : tensor<4x32xf64>
      %3 = transformer.gelu %x<tanh> : tensor<4x32xf64>
      %4 = transformer.softmax %x : tensor<4x32xf64>
      %5 = transformer.softmax %x {clip = #transformer.clip<bits = 3,
          at = [-7.0], rounding = dithered, width = 16>} : tensor<4x32xf64>
      return %0, %1, %2, %3, %4, %5
          : tensor<4x32xf64>, tensor<4x32xf64>, tensor<4x32xf64>,
            tensor<4x32xf64>, tensor<4x32xf64>, tensor<4x32xf64>
    })mlir",
      {getRealNumbers(x, type("!iquant.fixed<4x32xi32, 16>")),
       getRealNumbers(y, type("!iquant.fixed<4x32xi32, 14>"))});
  auto results = run(
      R"mlir(
    !x = !iquant.fixed<4x32xi32, 16>
    func.func @main(%x: !x, %y: !iquant.fixed<4x32xi32, 14>)
        -> (!x, !x, !x, !x, !x, !x) {
      %0 = iquant.silu %x : !x
      %1 = iquant.swiglu %x, %y : (!x, !iquant.fixed<4x32xi32, 14>) -> !x
      %2 = iquant.gelu %x<erf> : !x
      %3 = iquant.gelu %x<tanh> : !x
      %4 = iquant.softmax %x : (!x) -> !x
      %5 = iquant.softmax %x {table = #iquant.table<bits = 3,
          multiplier = [32768], exponent = [15], entries = [65280, 24015, 8835,
          3250, 1196, 440, 162, 60], rounding = dithered>} : (!x) -> !x
      return %0, %1, %2, %3, %4, %5 : !x, !x, !x, !x, !x, !x
    })mlir",
      {x, y});
  ASSERT_EQ(exact.size(), 6u);
  ASSERT_EQ(results.size(), 6u);
  for (int64_t i = 0; i < 6; ++i)
    // The sigmoid has 15 bits; the softmax's codes are 12/255 apart.
    EXPECT_GT(
        snr(getRealNumbers(results[i], type("!iquant.fixed<4x32xi32, 16>")),
            exact[i].getTensor()),
        i == 4 ? 36 : 80)
        << i;
}

//===----------------------------------------------------------------------===//
// Rope and attention
//===----------------------------------------------------------------------===//

TEST_F(IQuantFloatTest, RopeMatchesFloat) {
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

TEST_F(IQuantFloatTest, RopeRefusesANegativeOffset) {
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

/// `text` with what stands at every occurrence of `from` replaced.
std::string replaceAll(std::string text, StringRef from, StringRef to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;
       at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

class AttentionFloatTest : public IQuantFloatTest {
protected:
  /// Runs `exact` and `quantized` of a module, and expects a ratio of signal to
  /// noise of `least` dB and more.
  void compareAttention(StringRef text, const Tensor &q, const Tensor &k,
                        const Tensor &v, const Tensor &mask, double least) {
    auto real = [&](const Tensor &tensor) {
      return getRealNumbers(tensor, type("!iquant.fixed<1xi32, 16>"));
    };
    module = parseSourceString<ModuleOp>(text, &context);
    ASSERT_TRUE(module) << diagnostics;
    Interpreter interpreter(*module);
    auto exact = interpreter.call("exact", {real(q), real(k), real(v), mask});
    auto result = interpreter.call("quantized", {q, k, v, mask});
    ASSERT_TRUE(succeeded(exact) && succeeded(result)) << diagnostics;
    EXPECT_GT(
        snr(getRealNumbers(result->front(), type("!iquant.fixed<1xi32, 16>")),
            exact->front().getTensor()),
        least);
  }
};

TEST_F(AttentionFloatTest, ClippedMatchesFloat) {
  Tensor q = random32({2, 3, 64}, 1e5), k = random32({2, 7, 32}, 1e5),
         v = random32({2, 7, 32}, 1e5);
  Tensor mask({2, 7}, IntegerType::get(&context, 1));
  for (int64_t i = 0; i < mask.getNumElements(); ++i)
    mask.setInt(i, random.between(0, 3) != 0);
  std::string text = replaceAll(kAttention.str(), "MASK", "2x7");
  text = replaceAll(std::move(text), "kv_heads = 2, causal}",
                    "kv_heads = 2, causal, clip = #transformer.clip<bits = 2, "
                    "at = [-2.0, -3.0, -4.0, -6.0]>}");
  text = replaceAll(
      std::move(text), "scale_multiplier = 43520, scale_exponent = 13",
      "table = #iquant.table<bits = 2, multiplier = [49152, 32768, 49152, "
      "32768], exponent = [17, 17, 18, 18], entries = [255, 131, 67, 35, 255, "
      "94, 35, 13, 255, 67, 18, 5, 255, 35, 5, 1]>");
  // Where the 8-bit codes of q and k move a score across a threshold, its
  // exponential changes by a factor of 2 to 7: one in fifty here.
  compareAttention(text, q, k, v, mask, /*least=*/20);
}

TEST_F(AttentionFloatTest, MatchesFloat) {
  Tensor q = random32({2, 3, 64}, 1e5), k = random32({2, 7, 32}, 1e5),
         v = random32({2, 7, 32}, 1e5);
  for (bool perQuery : {false, true}) {
    SmallVector<int64_t> shape = {2, 7};
    if (perQuery)
      shape = {2, 3, 7};
    Tensor mask(shape, IntegerType::get(&context, 1));
    for (int64_t i = 0; i < mask.getNumElements(); ++i)
      mask.setInt(i, random.between(0, 3) != 0);
    std::string text =
        replaceAll(kAttention.str(), "MASK", perQuery ? "2x3x7" : "2x7");
    // 8-bit codes of q, k and v leave about 40 dB each, the weights 35 dB. A
    // wrong head, key or mask would leave next to nothing.
    compareAttention(text, q, k, v, mask, /*least=*/30);
  }
}

TEST_F(IQuantFloatTest, AttentionCorners) {
  // The first query sees no key at all, the second one only.
  Tensor mask = Tensor::fromArray<char>({2, 2}, IntegerType::get(&context, 1),
                                        {0, 0, 0, 1});
  Tensor codes = integers<int8_t>({2, 1}, {100, 127});
  Tensor m = i32({2, 1}, {32768, 32768}), e = i32({2, 1}, {22, 22});
  RuntimeValue x(SmallVector<Tensor, 1>{codes, m, e});
  auto results = run(R"mlir(
    func.func @main(%x: !iquant.dyn<2x1xsi8, 1>, %m: tensor<2x2xi1>)
        -> !iquant.fixed<2x1xi32, 20> {
      %0 = iquant.attention %x, %x, %x mask %m
          {heads = 1, kv_heads = 1, scale_multiplier = 43520,
           scale_exponent = 11}
          : (!iquant.dyn<2x1xsi8, 1>, !iquant.dyn<2x1xsi8, 1>,
             !iquant.dyn<2x1xsi8, 1>, tensor<2x2xi1>) -> !iquant.fixed<2x1xi32, 20>
      return %0 : !iquant.fixed<2x1xi32, 20>
    })mlir",
                     {x, mask});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].getTensor().getInt(0), 0);
  // w = 65025 * 32768 has 31 bits, so g = 23 and p = 254 of 254.004:
  // 254 / 254.004 * 127 / 128 of a unit of 2^20.
  EXPECT_NEAR(results[0].getTensor().getInt(1),
              127 * 254 / 254.004 / 128 * (1 << 20), 1);
}

} // namespace
