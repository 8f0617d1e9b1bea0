//===- IQuantOpsTest.cpp - The iquant dialect, interpreted ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the ops cut values into rows and groups; the rules themselves have their
// own tests.
//
//===----------------------------------------------------------------------===//

#include "IQuantFixture.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

namespace {

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
  // Groups of one code: a multiplier per row, an exponent and zero point each.
  EXPECT_EQ(numbers(RuntimeValue(SmallVector<Tensor, 1>{
                        q, m, i32({2, 2}, {15, 16, 14, 15}),
                        i32({2, 2}, {8, 155, 0, 252})}),
                    "!iquant.dyn<2x2xui8, 1>"),
            (std::vector<double>{2, 50, 12, 3}));
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

TEST_F(IQuantOpsTest, QuantizeAndNormInUnsignedGroups) {
  Tensor x = random32({3, 6}, 1e5);
  for (int64_t i = 0; i < 3; ++i)
    x.setInt(i, x.getInt(i) / 100);
  auto results = run(R"mlir(
    func.func @main(%x: !iquant.fixed<?x6xi32, 16>)
        -> (!iquant.dyn<?x6xui8, 3>, !iquant.dyn<?x6xui8, 3>,
            !iquant.fixed<?x6xi32, 12>) {
      %0 = iquant.quantize %x
          : !iquant.fixed<?x6xi32, 16> -> !iquant.dyn<?x6xui8, 3>
      %1 = iquant.rms_norm %x {epsilon = 43}
          : (!iquant.fixed<?x6xi32, 16>) -> !iquant.dyn<?x6xui8, 3>
      %2 = iquant.dequantize %0
          : !iquant.dyn<?x6xui8, 3> -> !iquant.fixed<?x6xi32, 12>
      return %0, %1, %2 : !iquant.dyn<?x6xui8, 3>, !iquant.dyn<?x6xui8, 3>,
          !iquant.fixed<?x6xi32, 12>
    })mlir",
                     {x});
  ASSERT_EQ(results.size(), 3u);
  NormParameters parameters;
  parameters.epsilon = 43;
  for (int64_t which : {0, 1}) {
    ArrayRef<Tensor> value = results[which].getComponents();
    ASSERT_EQ(value.size(), 4u);
    EXPECT_EQ(value[1].getShape(), ArrayRef<int64_t>({3}));
    EXPECT_EQ(value[2].getShape(), ArrayRef<int64_t>({3, 2}));
    EXPECT_EQ(value[3].getShape(), ArrayRef<int64_t>({3, 2}));
    for (int64_t r = 0; r < 3; ++r) {
      ArrayRef<int32_t> row = x.data<int32_t>().slice(6 * r, 6);
      auto groups = which == 0
                        ? quantizeAsymmetric(row, 16, 3)
                        : quantizeNormedRow(rmsNormRow(row, parameters), 3);
      EXPECT_EQ(value[1].getInt(r), groups[0].scale.multiplier);
      for (int64_t g = 0; g < 2; ++g) {
        EXPECT_EQ(value[2].getInt(2 * r + g), groups[g].scale.exponent);
        EXPECT_EQ(value[3].getInt(2 * r + g), groups[g].zeroPoint);
        for (int64_t c = 0; c < 3; ++c) {
          int64_t i = 6 * r + 3 * g + c, code = groups[g].codes[c];
          EXPECT_EQ(value[0].getUnsigned(i), uint64_t(code));
          if (which == 0)
            EXPECT_EQ(
                results[2].getTensor().getInt(i),
                dequantize(code, groups[g].zeroPoint, groups[g].scale, 12));
        }
      }
    }
  }
  // The first group of the first row is a hundredth of the second.
  EXPECT_GE(results[0].getComponents()[2].getInt(0),
            results[0].getComponents()[2].getInt(1) + 4);
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

TEST_F(IQuantOpsTest, MeanPoolTakesTheValidRowsOfEverySequence) {
  auto results = run(R"mlir(
    func.func @main(%x: !iquant.fixed<2x2x2xi32, 1>, %m: tensor<2x2xi1>)
        -> !iquant.fixed<2x2xi32, 1> {
      %0 = iquant.mean_pool %x mask %m
          : (!iquant.fixed<2x2x2xi32, 1>, tensor<2x2xi1>)
          -> !iquant.fixed<2x2xi32, 1>
      return %0 : !iquant.fixed<2x2xi32, 1>
    })mlir",
                     {i32({2, 2, 2}, {1, INT32_MIN, 2, INT32_MIN, 9, 9, -7, 4}),
                      i1({2, 2}, {1, 1, 0, 1})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{2, INT32_MIN, -7, 4}));
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

TEST_F(IQuantOpsTest, LinearOfGroupsMatchesTheRule) {
  constexpr StringLiteral kModule = R"mlir(
    func.func @main(%x: !iquant.dyn<6x40xui8, 8>,
                    %w: !iquant.weight<5x40xsi8, 8>,
                    %b: !iquant.fixed<5xi32, 18>)
        -> !iquant.fixed<6x5xi32, 18> {
      %0 = iquant.linear %x, %w bias %b
          : (!iquant.dyn<6x40xui8, 8>, !iquant.weight<5x40xsi8, 8>,
             !iquant.fixed<5xi32, 18>) -> !iquant.fixed<6x5xi32, 18>
      return %0 : !iquant.fixed<6x5xi32, 18>
    })mlir";
  IntegerType i32Type = IntegerType::get(&context, 32);
  Tensor q({6, 40}, IntegerType::get(&context, 8)), m({6}, i32Type),
      e({6, 5}, i32Type), z({6, 5}, i32Type);
  for (int64_t i = 0; i < 240; ++i)
    q.setInt(i, random.between(0, 255));
  for (int64_t i = 0; i < 6; ++i)
    m.setInt(i, random.between(32768, 65535));
  for (int64_t i = 0; i < 30; ++i) {
    e.setInt(i, random.between(15, 22));
    z.setInt(i, random.between(0, 255));
  }
  // An exponent far from the others of its row, either way.
  e.setInt(0, 62);
  e.setInt(7, -16);
  RuntimeValue weight = randomWeight(5, 40, 8);
  Tensor bias = random32({5}, 1e4);
  auto results = run(kModule, {RuntimeValue(SmallVector<Tensor, 1>{q, m, e, z}),
                               weight, bias});
  ASSERT_EQ(results.size(), 1u);
  ArrayRef<Tensor> w = weight.getComponents();
  for (int64_t r = 0; r < 6; ++r) {
    int64_t E = 62;
    for (int64_t g = 0; g < 5; ++g)
      E = std::min(E, e.getInt(5 * r + g));
    for (int64_t n = 0; n < 5; ++n) {
      int64_t acc = 0;
      for (int64_t g = 0; g < 5; ++g) {
        int64_t sum = 0;
        for (int64_t k = 8 * g; k < 8 * g + 8; ++k)
          sum += (int64_t(q.getUnsigned(40 * r + k)) - z.getInt(5 * r + g)) *
                 w[0].getInt(40 * n + k);
        // Half up, by a division.
        double power =
            std::ldexp(1, std::min<int64_t>(e.getInt(5 * r + g) - E, 31));
        acc += std::floor(sum / power + 0.5);
      }
      EXPECT_EQ(results[0].getTensor().getInt(5 * r + n),
                linear(acc, {m.getInt(r), E}, {w[1].getInt(n), w[2].getInt(n)},
                       18, bias.getInt(n)));
    }
  }
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
  int64_t rows[] = {1, 0, 2, 2};
  for (auto [row, id] : llvm::enumerate(rows))
    for (int64_t c = 0; c < 4; ++c)
      EXPECT_EQ(results[0].getTensor().getInt(4 * row + c),
                embedding(w[0].getInt(4 * id + c),
                          {w[1].getInt(id), w[2].getInt(id)}, 16));
}

//===----------------------------------------------------------------------===//
// Corners
//===----------------------------------------------------------------------===//

TEST_F(IQuantOpsTest, RowsWithoutChannels) {
  auto results = run(R"mlir(
    func.func @main(%x: !iquant.fixed<2x0xi32, 16>)
        -> (!iquant.dyn<2x0xui8>, !iquant.fixed<2x0xi32, 8>,
            !iquant.dyn<2x0xui8>, !iquant.fixed<2x0xi32, 8>) {
      %0 = iquant.quantize %x
          : !iquant.fixed<2x0xi32, 16> -> !iquant.dyn<2x0xui8>
      %1 = iquant.dequantize %0
          : !iquant.dyn<2x0xui8> -> !iquant.fixed<2x0xi32, 8>
      %2 = iquant.rms_norm %x {epsilon = 1}
          : (!iquant.fixed<2x0xi32, 16>) -> !iquant.dyn<2x0xui8>
      %3 = iquant.layer_norm %x {epsilon = 1}
          : (!iquant.fixed<2x0xi32, 16>) -> !iquant.fixed<2x0xi32, 8>
      return %0, %1, %2, %3
          : !iquant.dyn<2x0xui8>, !iquant.fixed<2x0xi32, 8>,
            !iquant.dyn<2x0xui8>, !iquant.fixed<2x0xi32, 8>
    })mlir",
                     {i32({2, 0}, {})});
  ASSERT_EQ(results.size(), 4u);
  for (int64_t i : {0, 2}) {
    EXPECT_EQ(ints(results[i].getComponents()[1]),
              (std::vector<int64_t>{32768, 32768}));
    EXPECT_EQ(ints(results[i].getComponents()[2]),
              (std::vector<int64_t>{62, 62}));
  }
}

TEST_F(IQuantOpsTest, AttentionWithoutQueriesOrKeys) {
  constexpr StringLiteral kModule = R"mlir(
    func.func @main(%q: !iquant.fixed<?x2xi32, 16>,
                    %k: !iquant.fixed<?x2xi32, 16>)
        -> !iquant.fixed<?x2xi32, 16> {
      %0 = iquant.quantize %q
          : !iquant.fixed<?x2xi32, 16> -> !iquant.dyn<?x2xsi8, 2>
      %1 = iquant.quantize %k
          : !iquant.fixed<?x2xi32, 16> -> !iquant.dyn<?x2xsi8, 2>
      %2 = iquant.attention %0, %1, %1
          {heads = 1, kv_heads = 1, scale_multiplier = 43520,
           scale_exponent = 11}
          : (!iquant.dyn<?x2xsi8, 2>, !iquant.dyn<?x2xsi8, 2>, !iquant.dyn<?x2xsi8, 2>)
          -> !iquant.fixed<?x2xi32, 16>
      return %2 : !iquant.fixed<?x2xi32, 16>
    })mlir";
  auto results = run(kModule, {i32({1, 2}, {1, 2}), i32({0, 2}, {})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].getTensor(), i32({1, 2}, {0, 0}));
  results = run(kModule, {i32({0, 2}, {}), i32({1, 2}, {1, 2})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].getTensor(), i32({0, 2}, {}));
  EXPECT_EQ(
      runForError(kModule, {i32({1, 2}, {1, 2}), random32({32769, 2}, 9)}),
      "'iquant.attention' op expects at most 32768 keys, got 32769\n");
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
  EXPECT_EQ(
      runForError(R"mlir(
    func.func @main(%w: !iquant.weight<1x2xsi8, 1>) { return })mlir",
                  {RuntimeValue(SmallVector<Tensor, 1>{
                      q(5), scalar(32768), scalar(47), i32({1, 2}, {0, 4})})}),
      "'func.func' op argument 0 expects 5 as the sum of the codes of channel "
      "0 (rule V2), got 4\n");
  EXPECT_EQ(runForError(kWeight, {weight(-128, 47, -128)}),
            "'func.func' op argument 0 expects weight codes in -127 .. 127 "
            "(rule V2), got "
            "-128\n");
  EXPECT_EQ(runForError(kWeight, {weight(5, 48, 5)}),
            "'func.func' op argument 0 expects exponents in 0 .. 47 (rule V2), "
            "got 48\n");

  // The second tile's second input channel does not exist.
  constexpr StringLiteral kTiles = R"mlir(
    func.func @main(%w: !iquant.weight<1x3xsi8, #iquant.tiles<1x2>>) { return })mlir";
  auto tiles = [&](int8_t code) {
    return RuntimeValue(
        SmallVector<Tensor, 1>{integers<int8_t>({1, 2, 1, 2}, {1, 2, 3, code}),
                               scalar(32768), scalar(47), scalar(6)});
  };
  run(kTiles, {tiles(0)});
  EXPECT_EQ(
      runForError(kTiles, {tiles(4)}),
      "'func.func' op argument 0 expects codes of 0 between the channels' "
      "ends and those of their tiles (rule V2), got 1 others\n");
}

TEST_F(IQuantOpsTest, ScalesHaveTheRowsOfTheCodes) {
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%q: tensor<?x2xi8>, %m: tensor<?xi32>, %e: tensor<?x2xi32>) {
      %0 = iquant.compose %q, %m, %e, %e
          : (tensor<?x2xi8>, tensor<?xi32>, tensor<?x2xi32>, tensor<?x2xi32>)
          -> !iquant.dyn<?x2xui8, 1>
      return
    })mlir",
                        {integers<int8_t>({1, 2}, {0, 0}), i32({1}, {32768}),
                         i32({2, 2}, {0, 0, 0, 0})}),
            "'iquant.compose' op at run time expects scales of shape [1, 2] "
            "beside codes of shape [1, 2], got [2, 2]\n");
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
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%x: !iquant.fixed<?x2xi32, 16>, %m: tensor<?xi1>) {
      %0 = iquant.mean_pool %x mask %m
          : (!iquant.fixed<?x2xi32, 16>, tensor<?xi1>)
          -> !iquant.fixed<2xi32, 16>
      return
    })mlir",
                        {random32({3, 2}, 9), i1({2}, {1, 1})}),
            "'iquant.mean_pool' op expects a mask of shape [3], got [2]\n");
}

} // namespace
