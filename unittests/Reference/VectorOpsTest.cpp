//===- VectorOpsTest.cpp - Vectors and matrix instructions, interpreted ---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterFixture.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::iquant::reference;

namespace {

class VectorOpsTest : public InterpreterTest {
protected:
  VectorOpsTest() {
    context.loadDialect<LLVM::LLVMDialect, vector::VectorDialect>();
  }
};

TEST_F(VectorOpsTest, Arrangements) {
  auto results = run(R"mlir(
    func.func @main(%x: tensor<2x3xi32>)
        -> (tensor<2x3xi32>, tensor<3xi32>, tensor<2x2xi32>, tensor<4xi32>,
            tensor<6xi32>) {
      %c0 = arith.constant 0 : index
      %p = arith.constant 0 : i32
      %v = vector.transfer_read %x[%c0, %c0], %p : tensor<2x3xi32>, vector<2x3xi32>
      %row = vector.extract %v[1] : vector<3xi32> from vector<2x3xi32>
      %rows = vector.broadcast %row : vector<3xi32> to vector<2x3xi32>
      %part = vector.extract_strided_slice %v
          {offsets = [0, 1], sizes = [2, 2], strides = [1, 1]}
          : vector<2x3xi32> to vector<2x2xi32>
      %mixed = vector.shuffle %row, %row [5, 0, 2, 3] : vector<3xi32>, vector<3xi32>
      %flat = vector.shape_cast %v : vector<2x3xi32> to vector<6xi32>
      %e0 = tensor.empty() : tensor<2x3xi32>
      %r0 = vector.transfer_write %rows, %e0[%c0, %c0] : vector<2x3xi32>, tensor<2x3xi32>
      %e1 = tensor.empty() : tensor<3xi32>
      %r1 = vector.transfer_write %row, %e1[%c0] : vector<3xi32>, tensor<3xi32>
      %e2 = tensor.empty() : tensor<2x2xi32>
      %r2 = vector.transfer_write %part, %e2[%c0, %c0] : vector<2x2xi32>, tensor<2x2xi32>
      %e3 = tensor.empty() : tensor<4xi32>
      %r3 = vector.transfer_write %mixed, %e3[%c0] : vector<4xi32>, tensor<4xi32>
      %e4 = tensor.empty() : tensor<6xi32>
      %r4 = vector.transfer_write %flat, %e4[%c0] : vector<6xi32>, tensor<6xi32>
      return %r0, %r1, %r2, %r3, %r4 : tensor<2x3xi32>, tensor<3xi32>,
          tensor<2x2xi32>, tensor<4xi32>, tensor<6xi32>
    })mlir",
                     {i32({2, 3}, {1, 2, 3, 4, 5, 6})});
  ASSERT_EQ(results.size(), 5u);
  EXPECT_EQ(results[0].getTensor(), i32({2, 3}, {4, 5, 6, 4, 5, 6}));
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{4, 5, 6}));
  EXPECT_EQ(results[2].getTensor(), i32({2, 2}, {2, 3, 5, 6}));
  EXPECT_EQ(ints(results[3]), (std::vector<int64_t>{6, 4, 6, 4}));
  EXPECT_EQ(ints(results[4]), (std::vector<int64_t>{1, 2, 3, 4, 5, 6}));
}

TEST_F(VectorOpsTest, BitCastPutsLowBitsFirst) {
  auto results = run(R"mlir(
    func.func @main(%x: i32) -> (i8, i8) {
      %v = vector.broadcast %x : i32 to vector<1xi32>
      %bytes = vector.bitcast %v : vector<1xi32> to vector<4xi8>
      %low = vector.extract %bytes[0] : i8 from vector<4xi8>
      %high = vector.extract %bytes[3] : i8 from vector<4xi8>
      return %low, %high : i8, i8
    })mlir",
                     {i32({}, {0x7F030201})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].getTensor().getInt(), 1);
  EXPECT_EQ(results[1].getTensor().getInt(), 0x7F);
}

TEST_F(VectorOpsTest, TransfersMayReachOutside) {
  constexpr StringLiteral kModule = R"mlir(
    func.func @main(%x: tensor<3xi32>, %i: index) -> tensor<3xi32> {
      %p = arith.constant 9 : i32
      %v = vector.transfer_read %x[%i], %p : tensor<3xi32>, vector<2xi32>
      %r = vector.transfer_write %v, %x[%i] : vector<2xi32>, tensor<3xi32>
      %c0 = arith.constant 0 : index
      %s = vector.transfer_write %v, %r[%c0] {in_bounds = [true]}
          : vector<2xi32>, tensor<3xi32>
      return %s : tensor<3xi32>
    })mlir";
  auto results = run(kModule, {i32({3}, {1, 2, 3}), index(2)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{3, 9, 3}));

  constexpr StringLiteral kInBounds = R"mlir(
    func.func @main(%x: tensor<3xi32>, %i: index) {
      %p = arith.constant 9 : i32
      %v = vector.transfer_read %x[%i], %p {in_bounds = [true]}
          : tensor<3xi32>, vector<2xi32>
      return
    })mlir";
  EXPECT_EQ(runForError(kInBounds, {i32({3}, {1, 2, 3}), index(2)}),
            "'vector.transfer_read' op reaches [3], outside of the shape "
            "[3]\n");
}

// The contraction of a matrix step, and the two instructions.
TEST_F(VectorOpsTest, SumsOfProducts) {
  auto results = run(R"mlir(
    func.func @main(%x: vector<2xi32>, %w: vector<3x2xi32>, %sums: vector<3xi32>)
        -> vector<3xi32> {
      %0 = vector.contract {
          indexing_maps = [affine_map<(n, k) -> (k)>, affine_map<(n, k) -> (n, k)>,
                           affine_map<(n, k) -> (n)>],
          iterator_types = ["parallel", "reduction"]}
          %x, %w, %sums : vector<2xi32>, vector<3x2xi32> into vector<3xi32>
      return %0 : vector<3xi32>
    })mlir",
                     {i32({2}, {10, 1}), i32({3, 2}, {1, 2, 3, 4, -5, 6}),
                      i32({3}, {100, 200, 300})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{112, 234, 256}));
}

TEST_F(VectorOpsTest, SumAndSmallestElement) {
  auto results = run(R"mlir(
    func.func @main(%x: vector<3xi32>) -> (i32, i32) {
      %0 = vector.reduction <minsi>, %x : vector<3xi32> into i32
      %1 = vector.reduction <add>, %x : vector<3xi32> into i32
      return %0, %1 : i32, i32
    })mlir",
                     {i32({3}, {4, -7, 2})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{-7}));
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{-1}));

  constexpr StringLiteral kProduct = R"mlir(
    func.func @main(%x: vector<3xi32>) -> i32 {
      %0 = vector.reduction <mul>, %x : vector<3xi32> into i32
      return %0 : i32
    })mlir";
  EXPECT_EQ(runForError(kProduct, {i32({3}, {4, -7, 2})}),
            "the reference interpreter does not know 'vector.reduction'\n");
}

TEST_F(VectorOpsTest, MatrixInstructions) {
  // 255 * -128 * 4 in the first lane, the operands' signs told apart.
  std::vector<int8_t> a(64, 0), b(64, 0);
  std::fill_n(a.begin(), 4, -1);
  std::fill_n(b.begin(), 4, -128);
  auto results = run(R"mlir(
    func.func @main(%sums: vector<16xi32>, %a: vector<64xi8>, %b: vector<64xi8>)
        -> vector<16xi32> {
      %0 = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%sums, %a, %b)
          : (vector<16xi32>, vector<64xi8>, vector<64xi8>) -> vector<16xi32>
      return %0 : vector<16xi32>
    })mlir",
                     {i32({16}, std::vector<int32_t>(16, 7)),
                      integers<int8_t>({64}, a), integers<int8_t>({64}, b)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ints(results[0])[0], 7 - 4 * 255 * 128);
  EXPECT_EQ(ints(results[0])[1], 7);

  // The same codes with sign and without, times a signed weight.
  results = run(R"mlir(
    func.func @main(%sums: vector<4xi32>, %a: vector<16xi8>, %b: vector<16xi8>)
        -> (vector<4xi32>, vector<4xi32>) {
      %0 = llvm.call_intrinsic "llvm.aarch64.neon.sdot"(%sums, %a, %b)
          : (vector<4xi32>, vector<16xi8>, vector<16xi8>) -> vector<4xi32>
      %1 = llvm.call_intrinsic "llvm.aarch64.neon.usdot"(%sums, %a, %b)
          : (vector<4xi32>, vector<16xi8>, vector<16xi8>) -> vector<4xi32>
      return %0, %1 : vector<4xi32>, vector<4xi32>
    })mlir",
                {i32({4}, {7, 7, 7, 7}),
                 integers<int8_t>({16}, ArrayRef(a).take_front(16)),
                 integers<int8_t>({16}, ArrayRef(b).take_front(16))});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{7 + 4 * 128, 7, 7, 7}));
  EXPECT_EQ(ints(results[1]),
            (std::vector<int64_t>{7 - 4 * 255 * 128, 7, 7, 7}));

  results = run(R"mlir(
    func.func @main(%a: vector<8xi16>, %b: vector<8xi16>) -> vector<4xi32> {
      %0 = llvm.call_intrinsic "llvm.x86.sse2.pmadd.wd"(%a, %b)
          : (vector<8xi16>, vector<8xi16>) -> vector<4xi32>
      return %0 : vector<4xi32>
    })mlir",
                {integers<int16_t>({8}, {1, 2, -3, 4, 0, 0, 255, 255}),
                 integers<int16_t>({8}, {5, 6, 7, 8, 9, 9, 127, 127})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{17, 11, 0, 64770}));
}

TEST_F(VectorOpsTest, Packs) {
  // Four elements of the first, four of the second, for each 128 bits; both
  // read a sign, and one has none left.
  std::vector<int32_t> a = {1, -2, 70000, -70000, 40000, 6, 7, 8},
                       b = {11, 12, 13, 14, 15, 16, 17, 18};
  auto results = run(R"mlir(
    func.func @main(%a: vector<8xi32>, %b: vector<8xi32>) -> (vector<16xi16>, vector<16xi16>) {
      %0 = llvm.call_intrinsic "llvm.x86.avx2.packssdw"(%a, %b)
          : (vector<8xi32>, vector<8xi32>) -> vector<16xi16>
      %1 = llvm.call_intrinsic "llvm.x86.avx2.packusdw"(%a, %b)
          : (vector<8xi32>, vector<8xi32>) -> vector<16xi16>
      return %0, %1 : vector<16xi16>, vector<16xi16>
    })mlir",
                     {integers<int32_t>({8}, a), integers<int32_t>({8}, b)});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(ints(results[0]),
            (std::vector<int64_t>{1, -2, 32767, -32768, 11, 12, 13, 14, 32767,
                                  6, 7, 8, 15, 16, 17, 18}));
  EXPECT_EQ(ints(results[1]),
            (std::vector<int64_t>{1, 0, -1, 0, 11, 12, 13, 14, int16_t(40000),
                                  6, 7, 8, 15, 16, 17, 18}));
}

TEST_F(VectorOpsTest, ByteSums) {
  // Bytes have no sign, and neither have their distances.
  auto results = run(R"mlir(
    func.func @main(%a: vector<16xi8>, %b: vector<16xi8>) -> vector<2xi64> {
      %0 = llvm.call_intrinsic "llvm.x86.sse2.psad.bw"(%a, %b)
          : (vector<16xi8>, vector<16xi8>) -> vector<2xi64>
      return %0 : vector<2xi64>
    })mlir",
                     {integers<int8_t>({16}, {-1, 2, 3, 0, 0, 0, 0, 1, -128, 0,
                                              0, 0, 0, 0, 0, 0}),
                      integers<int8_t>({16}, {0, 0, 5, 0, 0, 0, 0, 0, -1, 0, 0,
                                              0, 0, 0, 0, 1})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{255 + 2 + 2 + 1, 128}));
}

TEST_F(VectorOpsTest, ByteShuffles) {
  std::vector<int8_t> table(32), positions(32, 3);
  std::iota(table.begin(), table.end(), 100);
  // Zero by the top bit; past the 16 one of them wraps, the other is zero. The
  // upper half of a wide one has a table of its own.
  positions[0] = -1;
  positions[1] = 16 + 2;
  auto results =
      run(R"mlir(
    func.func @main(%t: vector<32xi8>, %p: vector<32xi8>, %t16: vector<16xi8>,
                    %p16: vector<16xi8>)
        -> (vector<32xi8>, vector<16xi8>, vector<16xi8>) {
      %0 = llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"(%t, %p)
          : (vector<32xi8>, vector<32xi8>) -> vector<32xi8>
      %1 = llvm.call_intrinsic "llvm.x86.ssse3.pshuf.b.128"(%t16, %p16)
          : (vector<16xi8>, vector<16xi8>) -> vector<16xi8>
      %2 = llvm.call_intrinsic "llvm.aarch64.neon.tbl1.v16i8"(%t16, %p16)
          : (vector<16xi8>, vector<16xi8>) -> vector<16xi8>
      return %0, %1, %2 : vector<32xi8>, vector<16xi8>, vector<16xi8>
    })mlir",
          {integers<int8_t>({32}, table), integers<int8_t>({32}, positions),
           integers<int8_t>({16}, ArrayRef(table).take_front(16)),
           integers<int8_t>({16}, ArrayRef(positions).take_front(16))});
  ASSERT_EQ(results.size(), 3u);
  std::vector<int64_t> expected(32, 103);
  expected[0] = 0;
  expected[1] = 102;
  std::fill(expected.begin() + 16, expected.end(), int8_t(119));
  EXPECT_EQ(ints(results[0]), expected);
  expected.resize(16);
  EXPECT_EQ(ints(results[1]), expected);
  expected[1] = 0;
  EXPECT_EQ(ints(results[2]), expected);
}

TEST_F(VectorOpsTest, UnknownInstruction) {
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%a: vector<4xi32>) {
      %0 = llvm.call_intrinsic "llvm.other"(%a) : (vector<4xi32>) -> vector<4xi32>
      return
    })mlir",
                        {i32({4}, {0, 0, 0, 0})}),
            "the reference interpreter does not know the intrinsic "
            "'llvm.other'\n");
}

} // namespace
