//===- TensorTest.cpp - A dense tensor value ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterFixture.h"

#include "mlir/IR/AsmState.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant::reference;

namespace {

class TensorTest : public InterpreterTest {
protected:
  Tensor constant(StringRef text) {
    auto attribute =
        dyn_cast_or_null<ElementsAttr>(parseAttribute(text, &context));
    EXPECT_TRUE(attribute) << text.str();
    auto tensor = Tensor::fromAttribute(attribute);
    EXPECT_TRUE(succeeded(tensor)) << text.str();
    return *tensor;
  }
};

TEST_F(TensorTest, IntegersAreSignExtended) {
  for (unsigned width : {1, 3, 8, 16, 24, 32, 48, 64}) {
    Tensor tensor({2}, IntegerType::get(&context, width));
    tensor.setInt(0, -1);
    tensor.setInt(1, (int64_t(1) << (width - 1)) |
                         (width == 64 ? 0 : 1ull << width));
    EXPECT_EQ(tensor.getRawData().size(),
              2 * std::max<size_t>(1, llvm::PowerOf2Ceil(width) / 8));
    EXPECT_EQ(tensor.getInt(0), -1) << width;
    EXPECT_EQ(tensor.getUnsigned(0), ~uint64_t(0) >> (64 - width)) << width;
    EXPECT_EQ(tensor.getInt(1), INT64_MIN >> (64 - width)) << width;
    EXPECT_EQ(tensor.getUnsigned(1), uint64_t(1) << (width - 1)) << width;
  }
  Tensor flag({1}, IntegerType::get(&context, 1));
  flag.setInt(0, -1);
  EXPECT_EQ(flag.data<int8_t>()[0], 1);
}

TEST_F(TensorTest, FloatsAreRounded) {
  double third = 1.0 / 3;
  auto round = [&](Type type) {
    return Tensor::floatScalar(third, type).getFloat();
  };
  EXPECT_EQ(round(Float64Type::get(&context)), third);
  EXPECT_EQ(round(Float32Type::get(&context)), 1.0f / 3);
  EXPECT_EQ(round(Float16Type::get(&context)), 1365 * std::ldexp(1, -12));
  EXPECT_EQ(round(BFloat16Type::get(&context)), 171 * std::ldexp(1, -9));
  // Ties go to even.
  EXPECT_EQ(Tensor::floatScalar(257, BFloat16Type::get(&context)).getFloat(),
            256);
  EXPECT_EQ(Tensor::floatScalar(259, BFloat16Type::get(&context)).getFloat(),
            260);
  EXPECT_EQ(Tensor::floatScalar(1e6, Float16Type::get(&context)).getFloat(),
            INFINITY);
}

TEST_F(TensorTest, CopiesShareUntilWritten) {
  Tensor a = i32({2}, {1, 2}), b = a;
  EXPECT_EQ(a.getRawData().data(), b.getRawData().data());
  b.setInt(0, 7);
  EXPECT_EQ(ints(a), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(ints(b), (std::vector<int64_t>{7, 2}));
  EXPECT_NE(a, b);
  b.setInt(0, 1);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, a.reshape({1, 2}));
}

TEST_F(TensorTest, ConstantsAreRead) {
  EXPECT_EQ(ints(constant("dense<[1, -2, 3]> : tensor<3xi16>")),
            (std::vector<int64_t>{1, -2, 3}));
  EXPECT_EQ(ints(constant("dense<-5> : tensor<2x2xi32>")),
            (std::vector<int64_t>{-5, -5, -5, -5}));
  EXPECT_EQ(ints(constant("dense<[true, false, true]> : tensor<3xi1>")),
            (std::vector<int64_t>{-1, 0, -1}));
  EXPECT_EQ(constant("dense<true> : tensor<1xi1>").data<int8_t>()[0], 1);
  EXPECT_EQ(ints(constant("dense<[7, -8]> : tensor<2xi4>")),
            (std::vector<int64_t>{7, -8}));
  EXPECT_EQ(ints(constant("dense<[7, -8]> : tensor<2xi24>")),
            (std::vector<int64_t>{7, -8}));
  EXPECT_EQ(ints(constant("dense<[3, 4]> : tensor<2xindex>")),
            (std::vector<int64_t>{3, 4}));
  EXPECT_EQ(floats(constant("dense<[0.5, -1.5]> : tensor<2xbf16>")),
            (std::vector<double>{0.5, -1.5}));
  EXPECT_EQ(floats(constant("dense<2.5> : tensor<2xf64>")),
            (std::vector<double>{2.5, 2.5}));
}

TEST_F(TensorTest, ResourcesAreNotCopied) {
  static const int32_t elements[] = {4, -5, 6};
  AsmResourceBlob blob =
      UnmanagedAsmResourceBlob::allocateInferAlign(ArrayRef(elements));
  auto type = RankedTensorType::get({3}, IntegerType::get(&context, 32));
  auto attribute = DenseResourceElementsAttr::get(type, "w", std::move(blob));
  auto tensor = Tensor::fromAttribute(attribute);
  ASSERT_TRUE(succeeded(tensor));
  EXPECT_EQ(tensor->getRawData().data(),
            reinterpret_cast<const char *>(elements));
  EXPECT_EQ(ints(*tensor), (std::vector<int64_t>{4, -5, 6}));
  // A write goes to a copy.
  tensor->setInt(0, 9);
  EXPECT_EQ(elements[0], 4);
  EXPECT_EQ(tensor->getInt(0), 9);
}

TEST_F(TensorTest, ResourceOfAnotherSizeIsRefused) {
  static const int32_t elements[] = {4, -5};
  AsmResourceBlob blob =
      UnmanagedAsmResourceBlob::allocateInferAlign(ArrayRef(elements));
  auto type = RankedTensorType::get({3}, IntegerType::get(&context, 32));
  EXPECT_TRUE(failed(Tensor::fromAttribute(
      DenseResourceElementsAttr::get(type, "short", std::move(blob)))));
}

TEST_F(TensorTest, IndicesInRowMajorOrder) {
  Tensor tensor({2, 3}, IntegerType::get(&context, 8));
  std::vector<int64_t> positions;
  forEachIndex(tensor.getShape(), [&](ArrayRef<int64_t> indices) {
    positions.push_back(tensor.getPosition(indices));
  });
  EXPECT_EQ(positions, (std::vector<int64_t>{0, 1, 2, 3, 4, 5}));
  int64_t count = 0;
  auto note = [&](ArrayRef<int64_t>) { ++count; };
  forEachIndex({}, note);
  EXPECT_EQ(count, 1);
  forEachIndex({3, 0}, note);
  EXPECT_EQ(count, 1);
}

} // namespace
