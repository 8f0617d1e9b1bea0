//===- TransformerOpsTest.cpp - The transformer dialect, interpreted ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values worked out by hand; f32 unless a test is about rounding.
//
//===----------------------------------------------------------------------===//

#include "InterpreterFixture.h"
#include "iquant/Reference/Rules.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant::reference;

namespace {

class TransformerOpsTest : public InterpreterTest {
protected:
  void expectNear(const RuntimeValue &value, ArrayRef<double> expected,
                  double tolerance = 1e-6) {
    std::vector<double> elements = floats(value);
    ASSERT_EQ(elements.size(), expected.size());
    for (auto [element, exact] : llvm::zip_equal(elements, expected))
      EXPECT_NEAR(element, exact, tolerance);
  }
};

TEST_F(TransformerOpsTest, Embedding) {
  auto results =
      run(R"mlir(
    func.func @main(%i: tensor<4xi32>, %t: tensor<3x2xf32>) -> tensor<4x2xf32> {
      %0 = transformer.embedding %i, %t
          : (tensor<4xi32>, tensor<3x2xf32>) -> tensor<4x2xf32>
      return %0 : tensor<4x2xf32>
    })mlir",
          {i32({4}, {1, -1, 2, 7}), f32({3, 2}, {0, 1, 2, 3, 4, 5})});
  ASSERT_EQ(results.size(), 1u);
  expectNear(results[0], {2, 3, 0, 1, 4, 5, 4, 5});
}

/// The result has the type of the activations that begin there.
TEST_F(TransformerOpsTest, EmbeddingWidens) {
  auto results = run(R"mlir(
    func.func @main(%i: tensor<1xi32>, %t: tensor<2x2xf32>) -> tensor<1x2xf64> {
      %0 = transformer.embedding %i, %t
          : (tensor<1xi32>, tensor<2x2xf32>) -> tensor<1x2xf64>
      return %0 : tensor<1x2xf64>
    })mlir",
                     {i32({1}, {1}), f32({2, 2}, {0, 1, 2.5, 3})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_TRUE(results[0].getTensor().getElementType().isF64());
  expectNear(results[0], {2.5, 3});
}

TEST_F(TransformerOpsTest, Linear) {
  auto results =
      run(R"mlir(
    func.func @main(%x: tensor<2x?x2xf32>, %w: tensor<3x2xf32>,
                    %b: tensor<3xf32>)
        -> (tensor<2x?x3xf32>, tensor<2x?x3xf32>) {
      %0 = transformer.linear %x, %w
          : (tensor<2x?x2xf32>, tensor<3x2xf32>) -> tensor<2x?x3xf32>
      %1 = transformer.linear %x, %w bias %b
          : (tensor<2x?x2xf32>, tensor<3x2xf32>, tensor<3xf32>)
          -> tensor<2x?x3xf32>
      return %0, %1 : tensor<2x?x3xf32>, tensor<2x?x3xf32>
    })mlir",
          {f32({2, 1, 2}, {1, 2, 3, 4}), f32({3, 2}, {1, 0, 0, 1, 1, -1}),
           f32({3}, {10, 20, 30})});
  ASSERT_EQ(results.size(), 2u);
  expectNear(results[0], {1, 2, -1, 3, 4, -1});
  expectNear(results[1], {11, 22, 29, 13, 24, 29});
}

TEST_F(TransformerOpsTest, LinearRoundsOnceAtTheEnd) {
  // 1 + 8 * 2^-9 is 1 when every bf16 sum is rounded.
  Type bf16 = BFloat16Type::get(&context);
  Tensor x({1, 9}, bf16), w({1, 9}, bf16);
  for (int64_t k = 0; k < 9; ++k) {
    x.setFloat(k, k == 0 ? 1 : std::ldexp(1, -9));
    w.setFloat(k, 1);
  }
  auto results = run(R"mlir(
    func.func @main(%x: tensor<1x9xbf16>, %w: tensor<1x9xbf16>)
        -> tensor<1x1xbf16> {
      %0 = transformer.linear %x, %w
          : (tensor<1x9xbf16>, tensor<1x9xbf16>) -> tensor<1x1xbf16>
      return %0 : tensor<1x1xbf16>
    })mlir",
                     {x, w});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(floats(results[0])[0], 1.015625);
}

TEST_F(TransformerOpsTest, Norms) {
  auto results =
      run(R"mlir(
    func.func @main(%x: tensor<1x2xf32>, %g: tensor<2xf32>, %b: tensor<2xf32>)
        -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>,
            tensor<1x2xf32>) {
      %0 = transformer.rms_norm %x {epsilon = 0.0}
          : (tensor<1x2xf32>) -> tensor<1x2xf32>
      %1 = transformer.rms_norm %x scale %g {epsilon = 4.5}
          : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
      %2 = transformer.layer_norm %x {epsilon = 0.0}
          : (tensor<1x2xf32>) -> tensor<1x2xf32>
      %3 = transformer.layer_norm %x scale %g shift %b {epsilon = 7.0}
          : (tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
      return %0, %1, %2, %3 : tensor<1x2xf32>, tensor<1x2xf32>,
          tensor<1x2xf32>, tensor<1x2xf32>
    })mlir",
          {f32({1, 2}, {1, 7}), f32({2}, {2, 3}), f32({2}, {0.5, -0.5})});
  ASSERT_EQ(results.size(), 4u);
  // The mean square is 25, with epsilon 29.5; mean 4, variance 9, with
  // epsilon 16.
  expectNear(results[0], {0.2, 1.4});
  expectNear(results[1], {2 / std::sqrt(29.5), 21 / std::sqrt(29.5)});
  expectNear(results[2], {-1, 1});
  expectNear(results[3], {-1, 1.75});
}

TEST_F(TransformerOpsTest, RopePairings) {
  // Rows at positions 1 and 2; pair 0 turns by a quarter a step, pair 1 not.
  for (StringRef pairing : {"half", "interleaved"}) {
    auto results =
        run((R"mlir(
    func.func @main(%x: tensor<2x8xf32>, %f: tensor<2xf32>) -> tensor<2x8xf32> {
      %o = arith.constant 1 : index
      %0 = transformer.rope %x<)mlir" +
             pairing + R"mlir(> by %f at %o
          {heads = 2, max_positions = 4}
          : (tensor<2x8xf32>, tensor<2xf32>, index) -> tensor<2x8xf32>
      return %0 : tensor<2x8xf32>
    })mlir")
                .str(),
            {f32({2, 8}, {1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8}),
             f32({2}, {float(M_PI / 2), 0})});
    ASSERT_EQ(results.size(), 1u);
    if (pairing == "half")
      expectNear(results[0],
                 {-3, 2, 1, 4, -7, 6, 5, 8, -1, 2, -3, 4, -5, 6, -7, 8});
    else
      expectNear(results[0],
                 {-2, 1, 3, 4, -6, 5, 7, 8, -1, -2, 3, 4, -5, -6, 7, 8});
  }
}

TEST_F(TransformerOpsTest, Softmax) {
  float infinity = INFINITY;
  auto results = run(R"mlir(
    func.func @main(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
      %0 = transformer.softmax %x : tensor<3x2xf32>
      return %0 : tensor<3x2xf32>
    })mlir",
                     {f32({3, 2}, {0, float(std::log(3)), 5, -infinity,
                                   -infinity, -infinity})});
  ASSERT_EQ(results.size(), 1u);
  expectNear(results[0], {0.25, 0.75, 1, 0, 0, 0});
}

TEST_F(TransformerOpsTest, ClippedSoftmax) {
  // Codes are a unit apart. Position 0 rounds up from 25/32 on, 2 from 29/32, 3
  // from 15/32 and 4 from 1/32.
  auto results = run(R"mlir(
    func.func @main(%x: tensor<2x5xf32>)
        -> (tensor<2x5xf32>, tensor<2x5xf32>) {
      %0 = transformer.softmax %x {clip = #transformer.clip<bits = 2,
          at = [-3.0], table = [1.0, 0.6, 0.2, 0.0]>} : tensor<2x5xf32>
      %1 = transformer.softmax %x {clip = #transformer.clip<bits = 2,
          at = [-3.0], rounding = dithered, table = [1.0, 0.6, 0.2, 0.0],
          width = 16>} : tensor<2x5xf32>
      return %0, %1 : tensor<2x5xf32>, tensor<2x5xf32>
    })mlir",
                     {f32({2, 5}, {4.15f, 5, 4.15f, 2.7f, 0, -INFINITY,
                                   -INFINITY, 1, 0, -1.2f})});
  ASSERT_EQ(results.size(), 2u);
  double a = 1 / 2.4, b = 1 / 1.8;
  expectNear(results[0],
             {0.6 * a, a, 0.6 * a, 0.2 * a, 0, 0, 0, b, 0.6 * b, 0.2 * b});
  a = 1 / 2.8, b = 1 / 1.6;
  expectNear(results[1], {0.6 * a, a, a, 0.2 * a, 0, 0, 0, b, 0.6 * b, 0});
}

TEST_F(TransformerOpsTest, CodesOfEightBitsAreThoseOfIntegers) {
  auto clip = cast<transformer::ClipAttr>(
      parseAttribute("#transformer.clip<bits = 8, at = [-12.0]>", &context));
  SmallVector<int64_t> entries = clip.getEntries(/*head=*/0);
  ASSERT_EQ(entries.size(), 256u);
  for (auto [code, entry] : llvm::enumerate(entries))
    EXPECT_EQ(entry, tableExponential(code)) << code;
  EXPECT_EQ(clip.getEntryUnit(), entries.front());
}

TEST_F(TransformerOpsTest, AttentionIsCausalWithACache) {
  // One query and three keys, two query heads on one key head of width 1.
  auto results = run(R"mlir(
    func.func @main(%q: tensor<2x2xf32>, %k: tensor<3x1xf32>,
                    %v: tensor<3x1xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
      %0 = transformer.attention %q, %k, %v {heads = 2, kv_heads = 1, causal}
          : (tensor<2x2xf32>, tensor<3x1xf32>, tensor<3x1xf32>)
          -> tensor<2x2xf32>
      %1 = transformer.attention %q, %k, %v
          {heads = 2, kv_heads = 1, scale = 0.0}
          : (tensor<2x2xf32>, tensor<3x1xf32>, tensor<3x1xf32>)
          -> tensor<2x2xf32>
      return %0, %1 : tensor<2x2xf32>, tensor<2x2xf32>
    })mlir",
                     {f32({2, 2}, {0, 1, 0, 1}),
                      f32({3, 1}, {0, float(std::log(2)), float(std::log(5))}),
                      f32({3, 1}, {1, 2, 6})});
  ASSERT_EQ(results.size(), 2u);
  // Query 0 sees two keys: means of (1, 2) with the weights 1 1 and 1 2; query
  // 1 sees all: (1, 2, 6) with 1 1 1 and 1 2 5.
  expectNear(results[0], {1.5, 5.0 / 3, 3, 35.0 / 8});
  expectNear(results[1], {3, 3, 3, 3});
}

TEST_F(TransformerOpsTest, AttentionReadsACacheUpToItsQueries) {
  // Scores of 0, so the result is the mean of the valid values. The rows of the
  // cache from position 3 on are no keys.
  constexpr StringLiteral kModule = R"mlir(
    func.func @main(%q: tensor<2x1xf32>, %v: tensor<?x1xf32>, %at: index)
        -> (tensor<2x1xf32>, tensor<2x1xf32>) {
      %0 = transformer.attention %q, %v, %v at %at
          {heads = 1, kv_heads = 1, causal}
          : (tensor<2x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, index)
          -> tensor<2x1xf32>
      %1 = transformer.attention %q, %v, %v at %at {heads = 1, kv_heads = 1}
          : (tensor<2x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, index)
          -> tensor<2x1xf32>
      return %0, %1 : tensor<2x1xf32>, tensor<2x1xf32>
    })mlir";
  Tensor query = f32({2, 1}, {0, 0}), cache = f32({5, 1}, {1, 3, 8, 99, 99});
  auto results = run(kModule, {query, cache, index(1)});
  ASSERT_EQ(results.size(), 2u);
  expectNear(results[0], {2, 4});
  expectNear(results[1], {4, 4});
  for (int64_t offset : {-1, 4})
    EXPECT_EQ(runForError(kModule, {query, cache, index(offset)}),
              "'transformer.attention' op expects its 2 queries among the 5 "
              "keys, got the offset " +
                  std::to_string(offset) + "\n");
}

TEST_F(TransformerOpsTest, UpdateCacheWritesRowsOfEveryBatch) {
  constexpr StringLiteral kModule = R"mlir(
    func.func @main(%c: tensor<?x?x1xf32>, %r: tensor<?x?x1xf32>, %at: index)
        -> tensor<?x?x1xf32> {
      %0 = transformer.update_cache %c, %r at %at
          : (tensor<?x?x1xf32>, tensor<?x?x1xf32>, index) -> tensor<?x?x1xf32>
      return %0 : tensor<?x?x1xf32>
    })mlir";
  Tensor cache = f32({2, 3, 1}, {1, 2, 3, 4, 5, 6});
  auto results = run(kModule, {cache, f32({2, 2, 1}, {7, 8, 9, 0}), index(1)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].getTensor(), f32({2, 3, 1}, {1, 7, 8, 4, 9, 0}));
  EXPECT_EQ(cache, f32({2, 3, 1}, {1, 2, 3, 4, 5, 6}));
  results = run(kModule, {cache, f32({2, 0, 1}, {}), index(3)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].getTensor(), cache);

  for (int64_t offset : {-1, 2})
    EXPECT_EQ(runForError(kModule,
                          {cache, f32({2, 2, 1}, {7, 8, 9, 0}), index(offset)}),
              "'transformer.update_cache' op expects a place among the 3 rows "
              "of the cache, got 2 rows at the offset " +
                  std::to_string(offset) + "\n");
  EXPECT_EQ(runForError(kModule, {cache, f32({1, 2, 1}, {7, 8}), index(0)}),
            "'transformer.update_cache' op expects rows of shape [2, 2, 1], as "
            "the cache has, got [1, 2, 1]\n");
}

TEST_F(TransformerOpsTest, AttentionGroupsQueryHeads) {
  // Four query heads of two channels: the first two read key head 0, the
  // others key head 1.
  auto results =
      run(R"mlir(
    func.func @main(%q: tensor<1x8xf32>, %k: tensor<1x4xf32>)
        -> tensor<1x8xf32> {
      %0 = transformer.attention %q, %k, %k {heads = 4, kv_heads = 2}
          : (tensor<1x8xf32>, tensor<1x4xf32>, tensor<1x4xf32>)
          -> tensor<1x8xf32>
      return %0 : tensor<1x8xf32>
    })mlir",
          {f32({1, 8}, {0, 0, 0, 0, 0, 0, 0, 0}), f32({1, 4}, {1, 2, 3, 4})});
  ASSERT_EQ(results.size(), 1u);
  expectNear(results[0], {1, 2, 1, 2, 3, 4, 3, 4});
}

TEST_F(TransformerOpsTest, AttentionMasks) {
  Type i1 = IntegerType::get(&context, 1);
  auto results =
      run(R"mlir(
    func.func @main(%q: tensor<2x2x1xf32>, %v: tensor<2x2x1xf32>,
                    %m: tensor<2x2xi1>, %n: tensor<2x2x2xi1>)
        -> (tensor<2x2x1xf32>, tensor<2x2x1xf32>) {
      %0 = transformer.attention %q, %q, %v mask %m {heads = 1, kv_heads = 1}
          : (tensor<2x2x1xf32>, tensor<2x2x1xf32>, tensor<2x2x1xf32>,
             tensor<2x2xi1>) -> tensor<2x2x1xf32>
      %1 = transformer.attention %q, %q, %v mask %n {heads = 1, kv_heads = 1}
          : (tensor<2x2x1xf32>, tensor<2x2x1xf32>, tensor<2x2x1xf32>,
             tensor<2x2x2xi1>) -> tensor<2x2x1xf32>
      return %0, %1 : tensor<2x2x1xf32>, tensor<2x2x1xf32>
    })mlir",
          {f32({2, 2, 1}, {0, 0, 0, 0}), f32({2, 2, 1}, {1, 3, 5, 9}),
           Tensor::fromArray<char>({2, 2}, i1, {1, 1, 0, 1}),
           Tensor::fromArray<char>({2, 2, 2}, i1, {1, 0, 0, 1, 0, 0, 1, 1})});
  ASSERT_EQ(results.size(), 2u);
  expectNear(results[0], {2, 2, 9, 9});
  expectNear(results[1], {1, 3, 0, 7});
}

TEST_F(TransformerOpsTest, Elementwise) {
  auto results = run(R"mlir(
    func.func @main(%x: tensor<3xf32>, %y: tensor<3xf32>)
        -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>,
            tensor<3xf32>, tensor<3xf32>) {
      %0 = transformer.add %x, %y : tensor<3xf32>
      %1 = transformer.silu %x : tensor<3xf32>
      %2 = transformer.swiglu %x, %y : tensor<3xf32>
      %3 = transformer.gelu %x<erf> : tensor<3xf32>
      %4 = transformer.gelu %x<tanh> : tensor<3xf32>
      %5 = transformer.observe %x "x" : tensor<3xf32>
      return %0, %1, %2, %3, %4, %5
          : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>,
            tensor<3xf32>, tensor<3xf32>
    })mlir",
                     {f32({3}, {0, 1, -1}), f32({3}, {2, -3, 4})});
  ASSERT_EQ(results.size(), 6u);
  expectNear(results[0], {2, -2, 3});
  expectNear(results[1], {0, 0.7310586, -0.2689414});
  expectNear(results[2], {0, -2.1931758, -1.0757657});
  expectNear(results[3], {0, 0.8413447, -0.1586553});
  expectNear(results[4], {0, 0.8411920, -0.1588080});
  expectNear(results[5], {0, 1, -1});
}

TEST_F(TransformerOpsTest, Products) {
  auto results = run(R"mlir(
    func.func @main(%x: tensor<3xf32>, %y: tensor<3xf32>)
        -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
      %0 = transformer.mul %x, %y : tensor<3xf32>
      %1 = transformer.scale %x by %y
          : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      %2 = transformer.relu %x : tensor<3xf32>
      %3 = transformer.gelu %x<sigmoid> : tensor<3xf32>
      return %0, %1, %2, %3
          : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
    })mlir",
                     {f32({3}, {0, 1, -1}), f32({3}, {2, -3, 4})});
  ASSERT_EQ(results.size(), 4u);
  expectNear(results[0], {0, -3, -4});
  expectNear(results[1], {0, -3, -4});
  expectNear(results[2], {0, 1, 0});
  expectNear(results[3], {0, 0.8457957, -0.1542043});
}

TEST_F(TransformerOpsTest, Argmax) {
  auto results = run(R"mlir(
    func.func @main(%x: tensor<2x3xf32>) -> tensor<2xi32> {
      %0 = transformer.argmax %x : (tensor<2x3xf32>) -> tensor<2xi32>
      return %0 : tensor<2xi32>
    })mlir",
                     {f32({2, 3}, {1, 5, 5, 3, 2, 1})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{1, 0}));
}

TEST_F(TransformerOpsTest, MeanPool) {
  // A row that does not count may hold anything; the last sequence has no
  // other.
  auto results = run(
      R"mlir(
    func.func @main(%x: tensor<3x2x2xf32>, %m: tensor<3x2xi1>)
        -> tensor<3x2xf32> {
      %0 = transformer.mean_pool %x mask %m
          : (tensor<3x2x2xf32>, tensor<3x2xi1>) -> tensor<3x2xf32>
      return %0 : tensor<3x2xf32>
    })mlir",
      {f32({3, 2, 2}, {1, -2, 2, 5, 7, 8, NAN, INFINITY, NAN, NAN, NAN, NAN}),
       i1({3, 2}, {1, 1, 1, 0, 0, 0})});
  ASSERT_EQ(results.size(), 1u);
  expectNear(results[0], {1.5, 1.5, 7, 8, 0, 0});
}

TEST_F(TransformerOpsTest, ShapesThatDisagreeAtRunTime) {
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%q: tensor<?x2xf32>, %k: tensor<?x2xf32>,
                    %v: tensor<?x2xf32>) {
      %0 = transformer.attention %q, %k, %v {heads = 1, kv_heads = 1, causal}
          : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>)
          -> tensor<?x2xf32>
      return
    })mlir",
                        {f32({2, 2}, {0, 0, 0, 0}), f32({1, 2}, {0, 0}),
                         f32({1, 2}, {0, 0})}),
            "'transformer.attention' op expects a causal attention to have no "
            "more queries than keys, got 2 queries and 1 keys\n");
}

} // namespace
