//===- AccumulatorRangeTest.cpp - How large integer sums can become -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks the bounds on sums against sums.
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/AccumulatorRange.h"

#include "dialects/IQuant/IQuant.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "gtest/gtest.h"

#include <numeric>
#include <random>

using namespace mlir;
using namespace mlir::iquant;

namespace {

TEST(AccumulatorRange, LongestSumsOfTheContract) {
  auto longest = [](uint64_t term) {
    return SumRange::inSigned(term, 32).getLongest();
  };
  EXPECT_EQ(longest(kLargestAsymmetric * kLargestSymmetric), 66311u);
  EXPECT_EQ(longest(kLargestSymmetric * kLargestSymmetric), 133144u);
  // The contract says 32768, the power of two below.
  EXPECT_EQ(longest(kLargestExponential), 33025u);
  EXPECT_EQ(longest(kLargestProbability * kLargestSymmetric), 66311u);
}

TEST(AccumulatorRange, LongestSumFitsAndTheNextDoesNot) {
  for (uint64_t term : {1u, 3u, 255u, 32385u, 65025u, 2147483647u}) {
    SumRange range = SumRange::inSigned(term, 32);
    uint64_t longest = range.getLongest();
    EXPECT_TRUE(range.fits(longest));
    EXPECT_FALSE(range.fits(longest + 1));
    EXPECT_LE(term * longest, uint64_t(INT32_MAX));
    EXPECT_GT(term * (longest + 1), uint64_t(INT32_MAX));
  }
}

TEST(AccumulatorRange, PackedSumsFitUpToTheirMostCodes) {
  MLIRContext context;
  context.loadDialect<IQuantDialect>();
  Builder b(&context);
  for (int64_t largest : {1, 200, 255, 65280})
    for (unsigned bits : {2, 3, 4}) {
      SmallVector<int64_t> entries(1 << bits, 0);
      entries[0] = largest;
      auto tables = TableAttr::get(
          &context, bits, b.getDenseI64ArrayAttr(32768),
          b.getDenseI64ArrayAttr(15), b.getDenseI64ArrayAttr(entries),
          CodeRounding::Nearest, /*thresholds=*/{});
      uint64_t limit = INT32_MAX, inByte = tables.getCodesPerByte();
      uint64_t alone = getMostCodes(tables, std::nullopt);
      EXPECT_LE(alone * largest, limit);
      EXPECT_GT((alone + 1) * largest, limit);
      // Counts reach their own limit where a code weighs 1.
      EXPECT_EQ(getMostCodes(tables, PackedSum::Counts), alone);
      // One byte more is too much.
      uint64_t byTable = getMostCodes(tables, PackedSum::Table);
      EXPECT_EQ(byTable % inByte, 0u);
      EXPECT_LE(byTable * largest, limit);
      EXPECT_GT((byTable + inByte) * largest, limit);
    }
}

TEST(AccumulatorRange, ExtremeTerms) {
  EXPECT_TRUE(SumRange::inSigned(0, 32).fits(UINT64_MAX));
  EXPECT_EQ(SumRange::inSigned(uint64_t(1) << 31, 32).getLongest(), 0u);
  EXPECT_EQ(SumRange::inSigned(1, 64).getLongest(), uint64_t(INT64_MAX));
}

TEST(AccumulatorRange, LargestSumOfKnownCodes) {
  SmallVector<int8_t> codes = {127, -127, 100, -1};
  EXPECT_EQ(getLargestSum(codes, /*isAsymmetric=*/true), 255u * 227);
  EXPECT_EQ(getLargestSum(codes, /*isAsymmetric=*/false), 127u * 355);
  EXPECT_EQ(getLargestSum(ArrayRef<int8_t>(), /*isAsymmetric=*/true), 0u);
}

/// The largest magnitude among all partial sums of `terms`.
int64_t getLargestPartialSum(ArrayRef<int64_t> terms) {
  int64_t sum = 0, largest = 0;
  for (int64_t term : terms) {
    sum += term;
    largest = std::max(largest, std::abs(sum));
  }
  return largest;
}

TEST(AccumulatorRange, NoSumExceedsTheBoundInAnyOrder) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 2000; ++trial) {
    size_t channels = 1 + random() % 12;
    SmallVector<int8_t> codes(channels);
    for (int8_t &code : codes)
      code = int(random() % 255) - 127;
    // Inputs at the ends of their range, where the extremes are.
    int64_t zero = random() % 3 == 0 ? 0 : random() % 256;
    SmallVector<int64_t> product(channels), plain(channels), signedProduct;
    for (size_t k = 0; k < channels; ++k) {
      int64_t code = random() % 2 ? 255 : 0;
      product[k] = (code - zero) * codes[k];
      plain[k] = code * codes[k];
      signedProduct.push_back((code ? 127 : -127) * codes[k]);
    }
    for (auto *terms : {&product, &plain, &signedProduct})
      std::shuffle(terms->begin(), terms->end(), random);
    int64_t correction =
        zero * std::accumulate(codes.begin(), codes.end(), int64_t(0));
    int64_t bound = getLargestSum(codes, /*isAsymmetric=*/true);
    EXPECT_LE(getLargestPartialSum(product), bound);
    EXPECT_LE(getLargestPartialSum(plain), bound);
    EXPECT_LE(std::abs(correction), bound);
    EXPECT_LE(getLargestPartialSum(signedProduct),
              int64_t(getLargestSum(codes, /*isAsymmetric=*/false)));
  }
}

TEST(AccumulatorRange, BoundIsReached) {
  // All positive codes see 255, all negative ones 0, the zero point is 0.
  SmallVector<int8_t> codes = {5, -3, 7, -1};
  EXPECT_EQ(getLargestSum(codes, /*isAsymmetric=*/true), 255u * (5 + 7));
  codes = {-5, 3, -7, 1};
  EXPECT_EQ(getLargestSum(codes, /*isAsymmetric=*/true), 255u * (5 + 7));
}

/// A weight of 2 x 3 whose codes are the constant `codes`.
class WeightTest : public ::testing::Test {
protected:
  WeightTest() : builder(&context) {
    context.loadDialect<arith::ArithDialect, IQuantDialect>();
    module = ModuleOp::create(builder.getUnknownLoc());
    builder.setInsertionPointToStart(module->getBody());
  }

  Value makeWeight(TypedAttr codes, int64_t group = 0) {
    Location loc = builder.getUnknownLoc();
    auto perChannel = RankedTensorType::get(2, builder.getI32Type());
    Value scales = arith::ConstantOp::create(
        builder, loc, DenseElementsAttr::get(perChannel, int32_t(32768)));
    Value constant = arith::ConstantOp::create(builder, loc, codes);
    auto type = WeightType::get(
        &context, {2, 3}, IntegerType::get(&context, 8, IntegerType::Signed),
        group, /*tiles=*/{});
    Value sums = arith::ConstantOp::create(
        builder, loc,
        builder.getZeroAttr(
            RankedTensorType::get(type.getSumShape(), builder.getI32Type())));
    return ComposeOp::create(builder, loc, type,
                             ValueRange{constant, scales, scales, sums});
  }

  RankedTensorType getCodesType() {
    return RankedTensorType::get({2, 3}, builder.getI8Type());
  }

  MLIRContext context;
  OpBuilder builder;
  OwningOpRef<ModuleOp> module;
};

TEST_F(WeightTest, LargestOfAllChannels) {
  int8_t codes[] = {1, 2, 3, -9, 1, -1};
  Value weight = makeWeight(
      DenseElementsAttr::get(getCodesType(), ArrayRef<int8_t>(codes)));
  EXPECT_EQ(getLargestSum(weight, /*isAsymmetric=*/true), 255u * 10);
  EXPECT_EQ(getLargestSum(weight, /*isAsymmetric=*/false), 127u * 11);
}

TEST_F(WeightTest, GroupsHaveZeroPointsOfTheirOwn) {
  // All groups at once can be at the end that suits their codes.
  int8_t codes[] = {1, 2, 3, -9, 1, -1};
  Value weight = makeWeight(
      DenseElementsAttr::get(getCodesType(), ArrayRef<int8_t>(codes)),
      /*group=*/1);
  EXPECT_EQ(getLargestSum(weight, /*isAsymmetric=*/true), 255u * 11);
}

TEST_F(WeightTest, Splat) {
  TypedAttr codes = DenseElementsAttr::get(getCodesType(), int8_t(-4));
  EXPECT_EQ(getLargestSum(makeWeight(codes), /*isAsymmetric=*/true), 255u * 12);
  EXPECT_EQ(getLargestSum(makeWeight(codes, /*group=*/1),
                          /*isAsymmetric=*/true),
            255u * 12);
}

TEST_F(WeightTest, Resource) {
  int8_t codes[] = {1, 1, 1, 2, 2, 2};
  Value weight = makeWeight(DenseResourceElementsAttr::get(
      getCodesType(), "codes",
      UnmanagedAsmResourceBlob::allocateInferAlign(ArrayRef<int8_t>(codes))));
  EXPECT_EQ(getLargestSum(weight, /*isAsymmetric=*/true), 255u * 6);
}

TEST_F(WeightTest, CodesThatAreNotKnown) {
  Value weight = makeWeight(DenseElementsAttr::get(getCodesType(), int8_t(1)));
  auto compose = weight.getDefiningOp<ComposeOp>();
  Value other = module->getBody()->addArgument(getCodesType(), weight.getLoc());
  compose->setOperand(0, other);
  EXPECT_EQ(getLargestSum(weight, /*isAsymmetric=*/true), std::nullopt);
  EXPECT_EQ(getLargestSum(other, /*isAsymmetric=*/true), std::nullopt);
}

} // namespace
