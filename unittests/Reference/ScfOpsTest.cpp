//===- ScfOpsTest.cpp - scf and affine, interpreted -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterFixture.h"

using namespace mlir;
using namespace mlir::iquant::reference;

namespace {

class ScfOpsTest : public InterpreterTest {};

TEST_F(ScfOpsTest, ForCarriesValues) {
  constexpr StringLiteral kModule = R"mlir(
    func.func @main(%lb: index, %ub: index, %step: index) -> (index, i32) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : i32
      %0:2 = scf.for %i = %lb to %ub step %step
          iter_args(%sum = %c0, %n = %c1) -> (index, i32) {
        %1 = arith.addi %sum, %i : index
        %2 = arith.addi %n, %n : i32
        scf.yield %1, %2 : index, i32
      }
      return %0#0, %0#1 : index, i32
    })mlir";
  auto results = run(kModule, {index(2), index(9), index(3)});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{2 + 5 + 8}));
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{8}));
  results = run(kModule, {index(9), index(2), index(3)});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{1}));
  EXPECT_EQ(runForError(kModule, {index(2), index(9), index(0)}),
            "'scf.for' op expects a positive step, got 0\n");
}

TEST_F(ScfOpsTest, ForallFillsParts) {
  constexpr StringLiteral kModule = R"mlir(
    func.func @main(%first: tensor<14xi32>, %second: tensor<2xi32>, %n: index,
                    %step: index) -> (tensor<14xi32>, tensor<2xi32>) {
      %0:2 = scf.forall (%i, %j) = (1, 0) to (%n, 2) step (%step, 1)
          shared_outs(%a = %first, %b = %second)
          -> (tensor<14xi32>, tensor<2xi32>) {
        %at = arith.addi %i, %j : index
        %c7 = arith.constant 7 : index
        %behind = arith.addi %at, %c7 : index
        %value = arith.index_cast %at : index to i32
        %part = tensor.from_elements %value : tensor<1xi32>
        scf.forall.in_parallel {
          tensor.parallel_insert_slice %part into %a[%at] [1] [1]
              : tensor<1xi32> into tensor<14xi32>
          tensor.parallel_insert_slice %part into %a[%behind] [1] [1]
              : tensor<1xi32> into tensor<14xi32>
          tensor.parallel_insert_slice %part into %b[%j] [1] [1]
              : tensor<1xi32> into tensor<2xi32>
        }
      }
      return %0#0, %0#1 : tensor<14xi32>, tensor<2xi32>
    })mlir";
  Tensor first = i32({14}, std::vector<int32_t>(14, 9)),
         second = i32({2}, {8, 8});
  auto results = run(kModule, {first, second, index(6), index(3)});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(ints(results[0]),
            (std::vector<int64_t>{9, 1, 2, 9, 4, 5, 9, 9, 1, 2, 9, 4, 5, 9}));
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{4, 5}));
  // Without a step, what was there stays.
  results = run(kModule, {first, second, index(0), index(3)});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{8, 8}));
  EXPECT_EQ(runForError(kModule, {first, second, index(6), index(0)}),
            "'scf.forall' op expects positive steps, got 0\n");
}

TEST_F(ScfOpsTest, NestedLoopsReadOuterValues) {
  auto results = run(R"mlir(
    func.func @main(%n: index) -> index {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %0 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %c0) -> index {
        %1 = scf.for %j = %c0 to %i step %c1 iter_args(%b = %a) -> index {
          %2 = arith.muli %i, %j : index
          %3 = arith.addi %b, %2 : index
          scf.yield %3 : index
        }
        scf.yield %1 : index
      }
      return %0 : index
    })mlir",
                     {index(4)});
  ASSERT_EQ(results.size(), 1u);
  // 2 * 1 + 3 * (1 + 2)
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{11}));
}

TEST_F(ScfOpsTest, IfChoosesARegion) {
  constexpr StringLiteral kModule = R"mlir(
    func.func @main(%c: i1, %x: i32) -> i32 {
      %0 = scf.if %c -> i32 {
        scf.yield %x : i32
      } else {
        %1 = arith.muli %x, %x : i32
        scf.yield %1 : i32
      }
      scf.if %c {
        cf.assert %c, "reached without the condition"
      }
      return %0 : i32
    })mlir";
  Type i1 = IntegerType::get(&context, 1);
  for (int64_t c : {0, 1}) {
    auto results = run(kModule, {Tensor::integerScalar(c, i1), i32({}, {5})});
    ASSERT_EQ(results.size(), 1u);
    EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{c ? 5 : 25}));
  }
}

TEST_F(ScfOpsTest, WhileEndsWithTheConditionsOperands) {
  // The number of halvings until 1 remains.
  auto results = run(R"mlir(
    func.func @main(%x: i32) -> (i32, i32) {
      %c0 = arith.constant 0 : i32
      %c1 = arith.constant 1 : i32
      %0:2 = scf.while (%a = %x, %n = %c0) : (i32, i32) -> (i32, i32) {
        %1 = arith.cmpi sgt, %a, %c1 : i32
        scf.condition(%1) %n, %a : i32, i32
      } do {
      ^bb0(%n: i32, %a: i32):
        %2 = arith.shrsi %a, %c1 : i32
        %3 = arith.addi %n, %c1 : i32
        scf.yield %2, %3 : i32, i32
      }
      return %0#0, %0#1 : i32, i32
    })mlir",
                     {i32({}, {40})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{5}));
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{1}));
}

TEST_F(ScfOpsTest, AffineMaps) {
  auto results = run(R"mlir(
    func.func @main(%x: index, %y: index)
        -> (index, index, index, index) {
      %0 = affine.apply affine_map<(d0)[s0] -> (d0 * 3 + s0 - 1)>(%x)[%y]
      %1 = affine.apply affine_map<(d0, d1) -> (d0 floordiv 4 + d0 ceildiv 4
                                                + d0 mod 4)>(%x, %y)
      %2 = affine.min affine_map<(d0, d1) -> (d0, d1, 5)>(%x, %y)
      %3 = affine.max affine_map<(d0, d1) -> (d0, d1, 5)>(%x, %y)
      return %0, %1, %2, %3 : index, index, index, index
    })mlir",
                     {index(-7), index(10)});
  ASSERT_EQ(results.size(), 4u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{-12}));
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{-2 - 1 + 1}));
  EXPECT_EQ(ints(results[2]), (std::vector<int64_t>{-7}));
  EXPECT_EQ(ints(results[3]), (std::vector<int64_t>{10}));
}

TEST_F(ScfOpsTest, AffineDivisionByASymbol) {
  constexpr StringLiteral kModule = R"mlir(
    func.func @main(%x: index, %y: index) -> index {
      %0 = affine.apply affine_map<(d0)[s0] -> (d0 floordiv s0)>(%x)[%y]
      return %0 : index
    })mlir";
  EXPECT_EQ(ints(run(kModule, {index(-7), index(2)})[0]),
            (std::vector<int64_t>{-4}));
  EXPECT_EQ(runForError(kModule, {index(-7), index(0)}),
            "'affine.apply' op divides by a number that is not positive in "
            "affine_map<(d0)[s0] -> (d0 floordiv s0)>\n");
}

} // namespace
