//===- TensorOpsTest.cpp - The tensor dialect, interpreted ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterFixture.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant::reference;

namespace {

class TensorOpsTest : public InterpreterTest {};

TEST_F(TensorOpsTest, MakingTensors) {
  auto results = run(R"mlir(
    func.func @main(%n: index, %x: i32)
        -> (tensor<?x2xi32>, tensor<2xi32>, tensor<?xindex>) {
      %0 = tensor.splat %x[%n] : tensor<?x2xi32>
      %1 = tensor.from_elements %x, %x : tensor<2xi32>
      %2 = tensor.generate %n {
        ^bb0(%i: index):
          %3 = arith.muli %i, %i : index
          tensor.yield %3 : index
      } : tensor<?xindex>
      return %0, %1, %2 : tensor<?x2xi32>, tensor<2xi32>, tensor<?xindex>
    })mlir",
                     {index(3), i32({}, {7})});
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].getTensor(), i32({3, 2}, {7, 7, 7, 7, 7, 7}));
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{7, 7}));
  EXPECT_EQ(ints(results[2]), (std::vector<int64_t>{0, 1, 4}));
}

TEST_F(TensorOpsTest, EmptyIsNotZero) {
  auto results = run(R"mlir(
    func.func @main(%n: index) -> (tensor<?xi8>, tensor<2xf32>) {
      %0 = tensor.empty(%n) : tensor<?xi8>
      %1 = tensor.empty() : tensor<2xf32>
      return %0, %1 : tensor<?xi8>, tensor<2xf32>
    })mlir",
                     {index(2)});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{0x5A, 0x5A}));
  EXPECT_TRUE(std::isnan(floats(results[1])[0]));
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%n: index) {
      %0 = tensor.empty(%n) : tensor<?xi8>
      return
    })mlir",
                        {index(-2)}),
            "'tensor.empty' op expects sizes that are not negative, got -2\n");
}

TEST_F(TensorOpsTest, Elements) {
  constexpr StringLiteral kModule = R"mlir(
    func.func @main(%t: tensor<2x2xi32>, %i: index)
        -> (i32, tensor<2x2xi32>, tensor<2x2xi32>) {
      %one = arith.constant 1 : index
      %0 = tensor.extract %t[%i, %one] : tensor<2x2xi32>
      %1 = tensor.insert %0 into %t[%one, %i] : tensor<2x2xi32>
      return %0, %1, %t : i32, tensor<2x2xi32>, tensor<2x2xi32>
    })mlir";
  Tensor t = i32({2, 2}, {1, 2, 3, 4});
  auto results = run(kModule, {t, index(0)});
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{2}));
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{1, 2, 2, 4}));
  EXPECT_EQ(results[2].getTensor(), t);
  EXPECT_EQ(runForError(kModule, {t, index(2)}),
            "'tensor.extract' op has an index of [2, 1] into a tensor of shape "
            "[2, 2]\n");
  EXPECT_EQ(runForError(kModule, {t, index(-1)}),
            "'tensor.extract' op has an index of [-1, 1] into a tensor of "
            "shape [2, 2]\n");
}

TEST_F(TensorOpsTest, Slices) {
  auto results = run(R"mlir(
    func.func @main(%t: tensor<3x4xi32>, %s: tensor<2xi32>, %i: index)
        -> (tensor<2x2xi32>, tensor<?xi32>, tensor<3x4xi32>) {
      %0 = tensor.extract_slice %t[1, 0] [2, 2] [1, 2]
          : tensor<3x4xi32> to tensor<2x2xi32>
      %1 = tensor.extract_slice %t[%i, 1] [1, %i] [1, 1]
          : tensor<3x4xi32> to tensor<?xi32>
      %2 = tensor.insert_slice %s into %t[%i, 0] [1, 2] [1, 3]
          : tensor<2xi32> into tensor<3x4xi32>
      return %0, %1, %2 : tensor<2x2xi32>, tensor<?xi32>, tensor<3x4xi32>
    })mlir",
                     {i32({3, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}),
                      i32({2}, {-1, -2}), index(2)});
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{4, 6, 8, 10}));
  EXPECT_EQ(results[1].getTensor(), i32({2}, {9, 10}));
  EXPECT_EQ(ints(results[2]),
            (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7, -1, 9, 10, -2}));
}

TEST_F(TensorOpsTest, SlicesOutsideAreDiagnosed) {
  constexpr StringLiteral kModule = R"mlir(
    func.func @main(%t: tensor<4xi32>, %o: index, %n: index, %s: index) {
      %0 = tensor.extract_slice %t[%o] [%n] [%s]
          : tensor<4xi32> to tensor<?xi32>
      return
    })mlir";
  Tensor t = i32({4}, {1, 2, 3, 4});
  run(kModule, {t, index(3), index(2), index(-3)});
  run(kModule, {t, index(4), index(0), index(1)});
  EXPECT_EQ(runForError(kModule, {t, index(1), index(2), index(3)}),
            "'tensor.extract_slice' op selects 2 elements from 1 in steps of "
            "3, outside of a dimension of 4\n");
  EXPECT_EQ(runForError(kModule, {t, index(-1), index(2), index(1)}),
            "'tensor.extract_slice' op selects 2 elements from -1 in steps of "
            "1, outside of a dimension of 4\n");
  EXPECT_EQ(runForError(kModule, {t, index(1), index(2), index(-3)}),
            "'tensor.extract_slice' op selects 2 elements from 1 in steps of "
            "-3, outside of a dimension of 4\n");
}

TEST_F(TensorOpsTest, PadAndConcat) {
  auto results = run(R"mlir(
    func.func @main(%t: tensor<1x2xi32>, %u: tensor<1x?xi32>)
        -> (tensor<2x4xi32>, tensor<1x?xi32>, tensor<2x2xi32>) {
      %zero = arith.constant 9 : i32
      %0 = tensor.pad %t low[1, 0] high[0, 2] {
        ^bb0(%i: index, %j: index):
          tensor.yield %zero : i32
      } : tensor<1x2xi32> to tensor<2x4xi32>
      %1 = tensor.concat dim(1) %t, %u
          : (tensor<1x2xi32>, tensor<1x?xi32>) -> tensor<1x?xi32>
      %2 = tensor.concat dim(0) %t, %t
          : (tensor<1x2xi32>, tensor<1x2xi32>) -> tensor<2x2xi32>
      return %0, %1, %2 : tensor<2x4xi32>, tensor<1x?xi32>, tensor<2x2xi32>
    })mlir",
                     {i32({1, 2}, {1, 2}), i32({1, 3}, {3, 4, 5})});
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{9, 9, 9, 9, 1, 2, 9, 9}));
  EXPECT_EQ(results[1].getTensor(), i32({1, 5}, {1, 2, 3, 4, 5}));
  EXPECT_EQ(results[2].getTensor(), i32({2, 2}, {1, 2, 1, 2}));
}

TEST_F(TensorOpsTest, SizesThatDisagreeAtRunTime) {
  Tensor t = i32({1, 2}, {1, 2});
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%a: tensor<?x2xi32>, %b: tensor<?x2xi32>) {
      %0 = tensor.concat dim(1) %a, %b
          : (tensor<?x2xi32>, tensor<?x2xi32>) -> tensor<?x4xi32>
      return
    })mlir",
                        {t, i32({2, 2}, {1, 2, 3, 4})}),
            "'tensor.concat' op expects inputs that agree outside of dimension "
            "1, got [1, 2] and [2, 2]\n");
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%a: tensor<?x2xi32>, %n: index) {
      %0 = tensor.insert_slice %a into %a[0, 0] [%n, 2] [1, 1]
          : tensor<?x2xi32> into tensor<?x2xi32>
      return
    })mlir",
                        {t, index(0)}),
            "'tensor.insert_slice' op expects a source of the sizes [0, 2], "
            "got [1, 2]\n");
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%a: tensor<1x2xi32>, %n: index) {
      %c0 = arith.constant 0 : i32
      %0 = tensor.pad %a low[0, 0] high[0, %n] {
        ^bb0(%i: index, %j: index):
          tensor.yield %c0 : i32
      } : tensor<1x2xi32> to tensor<1x?xi32>
      return
    })mlir",
                        {t, index(-1)}),
            "'tensor.pad' op expects a padding that is not negative, got 0 and "
            "-1\n");
}

TEST_F(TensorOpsTest, Shapes) {
  auto results =
      run(R"mlir(
    func.func @main(%t: tensor<?x6xi32>, %n: index)
        -> (index, tensor<?x2x3xi32>, tensor<?xi32>, tensor<3x?xi32>,
            tensor<2x6xi32>, tensor<?x6xf32>) {
      %c0 = arith.constant 0 : index
      %0 = tensor.dim %t, %c0 : tensor<?x6xi32>
      %1 = tensor.expand_shape %t [[0], [1, 2]] output_shape [%n, 2, 3]
          : tensor<?x6xi32> into tensor<?x2x3xi32>
      %2 = tensor.collapse_shape %t [[0, 1]] : tensor<?x6xi32> into tensor<?xi32>
      %s = arith.constant dense<[3, 4]> : tensor<2xi32>
      %3 = tensor.reshape %t(%s) : (tensor<?x6xi32>, tensor<2xi32>)
          -> tensor<3x?xi32>
      %4 = tensor.cast %t : tensor<?x6xi32> to tensor<2x6xi32>
      %5 = tensor.bitcast %t : tensor<?x6xi32> to tensor<?x6xf32>
      return %0, %1, %2, %3, %4, %5
          : index, tensor<?x2x3xi32>, tensor<?xi32>, tensor<3x?xi32>,
            tensor<2x6xi32>, tensor<?x6xf32>
    })mlir",
          {i32({2, 6}, SmallVector<int32_t>(12, 0x3F800000)), index(2)});
  ASSERT_EQ(results.size(), 6u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{2}));
  EXPECT_EQ(results[1].getTensor().getShape(), ArrayRef<int64_t>({2, 2, 3}));
  EXPECT_EQ(results[2].getTensor().getShape(), ArrayRef<int64_t>({12}));
  EXPECT_EQ(results[3].getTensor().getShape(), ArrayRef<int64_t>({3, 4}));
  EXPECT_EQ(results[4].getTensor().getShape(), ArrayRef<int64_t>({2, 6}));
  EXPECT_EQ(floats(results[5])[11], 1);
}

TEST_F(TensorOpsTest, ShapesThatDoNotFit) {
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%t: tensor<?xi32>) {
      %0 = tensor.cast %t : tensor<?xi32> to tensor<3xi32>
      return
    })mlir",
                        {i32({2}, {1, 2})}),
            "'tensor.cast' op at run time expects tensor<3xi32>, got a tensor "
            "of shape [2] and element type 'i32'\n");
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%t: tensor<?xi32>, %n: index) {
      %0 = tensor.expand_shape %t [[0, 1]] output_shape [%n, 2]
          : tensor<?xi32> into tensor<?x2xi32>
      return
    })mlir",
                        {i32({2}, {1, 2}), index(3)}),
            "'tensor.expand_shape' op changes the shape [2] to [3, 2], another "
            "number of elements\n");
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%t: tensor<?xi32>, %i: index) {
      %0 = tensor.dim %t, %i : tensor<?xi32>
      return
    })mlir",
                        {i32({2}, {1, 2}), index(1)}),
            "'tensor.dim' op has no dimension 1 in a tensor of rank 1\n");
}

} // namespace
