//===- LinalgOpsTest.cpp - Structured ops, interpreted --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterFixture.h"

using namespace mlir;
using namespace mlir::iquant::reference;

namespace {

class LinalgOpsTest : public InterpreterTest {};

TEST_F(LinalgOpsTest, GenericReduction) {
  auto results = run(
      R"mlir(
    func.func @main(%x: tensor<?x3xi8>, %init: tensor<?xi32>) -> tensor<?xi32> {
      %0 = linalg.generic {
          indexing_maps = [affine_map<(r, c) -> (r, c)>,
                           affine_map<(r, c) -> (r)>],
          iterator_types = ["parallel", "reduction"]}
          ins(%x : tensor<?x3xi8>) outs(%init : tensor<?xi32>) {
        ^bb0(%a: i8, %sum: i32):
          %1 = arith.extsi %a : i8 to i32
          %2 = arith.addi %sum, %1 : i32
          linalg.yield %2 : i32
      } -> tensor<?xi32>
      return %0 : tensor<?xi32>
    })mlir",
      {integers<int8_t>({2, 3}, {1, 2, 3, -4, -5, -6}), i32({2}, {100, 200})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{106, 185}));
}

TEST_F(LinalgOpsTest, IndexAndCapturedValues) {
  auto results = run(R"mlir(
    func.func @main(%k: index) -> tensor<2x3xindex> {
      %init = tensor.empty() : tensor<2x3xindex>
      %0 = linalg.generic {
          indexing_maps = [affine_map<(r, c) -> (r, c)>],
          iterator_types = ["parallel", "parallel"]}
          outs(%init : tensor<2x3xindex>) {
        ^bb0(%out: index):
          %r = linalg.index 0 : index
          %c = linalg.index 1 : index
          %1 = arith.muli %r, %k : index
          %2 = arith.addi %1, %c : index
          linalg.yield %2 : index
      } -> tensor<2x3xindex>
      return %0 : tensor<2x3xindex>
    })mlir",
                     {index(10)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{0, 1, 2, 10, 11, 12}));
}

TEST_F(LinalgOpsTest, SeveralResults) {
  auto results = run(R"mlir(
    func.func @main(%x: tensor<3xi32>, %lo: tensor<i32>, %hi: tensor<i32>)
        -> (tensor<i32>, tensor<i32>) {
      %0:2 = linalg.generic {
          indexing_maps = [affine_map<(c) -> (c)>, affine_map<(c) -> ()>,
                           affine_map<(c) -> ()>],
          iterator_types = ["reduction"]}
          ins(%x : tensor<3xi32>) outs(%lo, %hi : tensor<i32>, tensor<i32>) {
        ^bb0(%a: i32, %l: i32, %h: i32):
          %1 = arith.minsi %a, %l : i32
          %2 = arith.maxsi %a, %h : i32
          linalg.yield %1, %2 : i32, i32
      } -> (tensor<i32>, tensor<i32>)
      return %0#0, %0#1 : tensor<i32>, tensor<i32>
    })mlir",
                     {i32({3}, {4, -7, 2}), i32({}, {0}), i32({}, {0})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{-7}));
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{4}));
}

TEST_F(LinalgOpsTest, ResultsWithMapsOfTheirOwn) {
  auto results = run(R"mlir(
    func.func @main(%x: tensor<2x3xi32>)
        -> (tensor<2x3xi32>, tensor<3x2xi32>) {
      %a = tensor.empty() : tensor<2x3xi32>
      %b = tensor.empty() : tensor<3x2xi32>
      %0:2 = linalg.generic {
          indexing_maps = [affine_map<(r, c) -> (r, c)>,
                           affine_map<(r, c) -> (r, c)>,
                           affine_map<(r, c) -> (c, r)>],
          iterator_types = ["parallel", "parallel"]}
          ins(%x : tensor<2x3xi32>)
          outs(%a, %b : tensor<2x3xi32>, tensor<3x2xi32>) {
        ^bb0(%in: i32, %l: i32, %r: i32):
          linalg.yield %in, %in : i32, i32
      } -> (tensor<2x3xi32>, tensor<3x2xi32>)
      return %0#0, %0#1 : tensor<2x3xi32>, tensor<3x2xi32>
    })mlir",
                     {i32({2, 3}, {1, 2, 3, 4, 5, 6})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{1, 4, 2, 5, 3, 6}));
}

TEST_F(LinalgOpsTest, IndexAfterANestedOp) {
  auto results = run(R"mlir(
    func.func @main(%v: tensor<4xi32>) -> tensor<3xindex> {
      %init = tensor.empty() : tensor<3xindex>
      %0 = linalg.generic {
          indexing_maps = [affine_map<(i) -> (i)>],
          iterator_types = ["parallel"]} outs(%init : tensor<3xindex>) {
        ^bb0(%out: index):
          %1 = linalg.copy ins(%v : tensor<4xi32>) outs(%v : tensor<4xi32>)
              -> tensor<4xi32>
          %2 = linalg.index 0 : index
          linalg.yield %2 : index
      } -> tensor<3xindex>
      return %0 : tensor<3xindex>
    })mlir",
                     {i32({4}, {1, 2, 3, 4})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{0, 1, 2}));
}

TEST_F(LinalgOpsTest, NamedOps) {
  auto results =
      run(R"mlir(
    func.func @main(%a: tensor<2x3xi32>, %b: tensor<3x2xi32>)
        -> (tensor<2x2xi32>, tensor<3x2xi32>, tensor<2x3x2xi32>,
            tensor<2xi32>, tensor<2x3xi32>) {
      %zero = arith.constant 0 : i32
      %e22 = tensor.empty() : tensor<2x2xi32>
      %f22 = linalg.fill ins(%zero : i32) outs(%e22 : tensor<2x2xi32>)
          -> tensor<2x2xi32>
      %0 = linalg.matmul ins(%a, %b : tensor<2x3xi32>, tensor<3x2xi32>)
          outs(%f22 : tensor<2x2xi32>) -> tensor<2x2xi32>
      %e32 = tensor.empty() : tensor<3x2xi32>
      %1 = linalg.transpose ins(%a : tensor<2x3xi32>)
          outs(%e32 : tensor<3x2xi32>) permutation = [1, 0]
      %e232 = tensor.empty() : tensor<2x3x2xi32>
      %2 = linalg.broadcast ins(%a : tensor<2x3xi32>)
          outs(%e232 : tensor<2x3x2xi32>) dimensions = [2]
      %e2 = tensor.empty() : tensor<2xi32>
      %f2 = linalg.fill ins(%zero : i32) outs(%e2 : tensor<2xi32>)
          -> tensor<2xi32>
      %3 = linalg.reduce ins(%a : tensor<2x3xi32>) outs(%f2 : tensor<2xi32>)
          dimensions = [1] (%in: i32, %out: i32) {
            %5 = arith.addi %in, %out : i32
            linalg.yield %5 : i32
          }
      %e23 = tensor.empty() : tensor<2x3xi32>
      %4 = linalg.map { arith.subi }
          ins(%a, %a : tensor<2x3xi32>, tensor<2x3xi32>)
          outs(%e23 : tensor<2x3xi32>)
      return %0, %1, %2, %3, %4
          : tensor<2x2xi32>, tensor<3x2xi32>, tensor<2x3x2xi32>,
            tensor<2xi32>, tensor<2x3xi32>
    })mlir",
          {i32({2, 3}, {1, 2, 3, 4, 5, 6}), i32({3, 2}, {1, 0, 0, 1, 1, 1})});
  ASSERT_EQ(results.size(), 5u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{4, 5, 10, 11}));
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(ints(results[2]),
            (std::vector<int64_t>{1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}));
  EXPECT_EQ(ints(results[3]), (std::vector<int64_t>{6, 15}));
  EXPECT_EQ(ints(results[4]), (std::vector<int64_t>{0, 0, 0, 0, 0, 0}));
}

TEST_F(LinalgOpsTest, FloatMatmulRoundsEverySum) {
  // f32 sums lose the small addends one by one: the region says so.
  SmallVector<float> row(9, 0x1p-25f);
  row[0] = 1;
  auto results = run(R"mlir(
    func.func @main(%a: tensor<1x9xf32>, %b: tensor<9x1xf32>,
                    %c: tensor<1x1xf32>) -> tensor<1x1xf32> {
      %0 = linalg.matmul ins(%a, %b : tensor<1x9xf32>, tensor<9x1xf32>)
          outs(%c : tensor<1x1xf32>) -> tensor<1x1xf32>
      return %0 : tensor<1x1xf32>
    })mlir",
                     {f32({1, 9}, row), f32({9, 1}, SmallVector<float>(9, 1)),
                      f32({1, 1}, {0.0f})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(floats(results[0])[0], 1);
}

TEST_F(LinalgOpsTest, SizesThatDisagreeAtRunTime) {
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%a: tensor<?xi32>, %b: tensor<?xi32>) {
      %0 = linalg.add ins(%a, %a : tensor<?xi32>, tensor<?xi32>)
          outs(%b : tensor<?xi32>) -> tensor<?xi32>
      return
    })mlir",
                        {i32({2}, {1, 2}), i32({3}, {1, 2, 3})}),
            "'linalg.add' op has operands that disagree at run time on the "
            "size of loop 0, 2 and 3\n");
}

TEST_F(LinalgOpsTest, AccessOutsideOfAnOperand) {
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%a: tensor<?xi32>, %b: tensor<?xi32>) {
      %0 = linalg.generic {
          indexing_maps = [affine_map<(i) -> (i + 1)>, affine_map<(i) -> (i)>],
          iterator_types = ["parallel"]}
          ins(%a : tensor<?xi32>) outs(%b : tensor<?xi32>) {
        ^bb0(%x: i32, %y: i32):
          linalg.yield %x : i32
      } -> tensor<?xi32>
      return
    })mlir",
                        {i32({2}, {1, 2}), i32({2}, {1, 2})}),
            "'linalg.generic' op reads an operand of shape [2] at [2]\n");
}

TEST_F(LinalgOpsTest, ErrorsInsideOfARegionStopTheLoops) {
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%a: tensor<3xi32>) {
      %0 = linalg.div ins(%a, %a : tensor<3xi32>, tensor<3xi32>)
          outs(%a : tensor<3xi32>) -> tensor<3xi32>
      return
    })mlir",
                        {i32({3}, {1, 0, 0})}),
            "'arith.divsi' op divides 0 by zero\n");
}

} // namespace
