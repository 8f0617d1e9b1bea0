//===- ClipSearchTest.cpp - The codes that serve a head best --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks the errors of coded heads against attention that is written out.
//
//===----------------------------------------------------------------------===//

#include "lib/Transforms/ClipSearch.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

#include <random>

using namespace mlir;
using namespace mlir::iquant;
using transformer::ClipAttr, transformer::ClipFloor, transformer::ClipRounding;

namespace {

class ClipSearchTest : public ::testing::Test {
protected:
  ClipSearchTest() {
    context.loadDialect<func::FuncDialect, transformer::TransformerDialect>();
    // Four query heads of two channels share two key heads.
    module = parseSourceString<ModuleOp>(
        R"mlir(
      func.func @f(%a: tensor<?x8xf32>, %b: tensor<?x4xf32>, %c: tensor<?x4xf32>) {
        %q = transformer.observe %a "q" : tensor<?x8xf32>
        %k = transformer.observe %b "k" : tensor<?x4xf32>
        %v = transformer.observe %c "v" : tensor<?x4xf32>
        %0 = transformer.attention %q, %k, %v {heads = 4, kv_heads = 2, causal}
          : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
        return
      })mlir",
        &context);
    module->walk([&](transformer::ObserveOp op) {
      op.setStatisticsAttr(makeStatistics(op.getObservedChannels()));
    });
    module->walk([&](transformer::AttentionOp op) { attention = op; });
  }

  /// Two texts of 40 random rows.
  transformer::StatisticsAttr makeStatistics(int64_t channels) {
    auto make = [&](ArrayRef<int64_t> shape) -> ElementsAttr {
      auto type = RankedTensorType::get(shape, Float32Type::get(&context));
      std::vector<float> elements(type.getNumElements());
      std::normal_distribution<float> normal(0, 1.5);
      for (float &element : elements)
        element = normal(random);
      return DenseElementsAttr::get(type, ArrayRef<float>(elements));
    };
    ElementsAttr any = make(channels);
    return transformer::StatisticsAttr::get(&context, 1, any, any, any, any,
                                            any, {}, make({2, 40, channels}));
  }

  HeadSample makeSample(int64_t head) {
    auto never = [](const Twine &reason) -> LogicalResult {
      ADD_FAILURE() << reason.str();
      return failure();
    };
    return *HeadSample::create(attention, head, never);
  }

  ClipAttr makeClip(ArrayRef<double> at, ClipRounding rounding,
                    unsigned bits = 2) {
    return ClipAttr::get(&context, bits, DenseF64ArrayAttr::get(&context, at),
                         ClipFloor::Zero, rounding, {}, 8, {});
  }

  /// One head's clip of 2 bits with thresholds, and any table.
  ClipAttr makeSteps(ClipRounding rounding, ArrayRef<int64_t> thresholds) {
    return ClipAttr::get(&context, 2, DenseF64ArrayAttr::get(&context, {-12}),
                         ClipFloor::Exponential, rounding,
                         DenseF64ArrayAttr::get(&context, {1, 0.5, 0.1, 0}), 8,
                         DenseI64ArrayAttr::get(&context, thresholds));
  }

  MLIRContext context;
  std::mt19937 random{1};
  OwningOpRef<ModuleOp> module;
  transformer::AttentionOp attention;
};

/// The squared error of attention's results, as its formula says.
double attend(const HeadSample &sample, ClipAttr clip, int64_t head,
              ArrayRef<int64_t> entries) {
  double error = 0;
  for (const HeadSample::Text &text : sample.getTexts())
    for (Eigen::Index row = 0; row < text.scores.rows(); ++row) {
      double sum = 0;
      Eigen::VectorXd result = Eigen::VectorXd::Zero(text.values.cols());
      for (Eigen::Index key = 0; key < text.seen[row]; ++key) {
        double weight = entries[clip.getCode(text.scores(row, key), head, key)];
        sum += weight;
        result += weight * text.values.row(key).transpose().cast<double>();
      }
      error += (result / sum - text.results.row(row).transpose().cast<double>())
                   .squaredNorm();
    }
  return error;
}

TEST_F(ClipSearchTest, SamplesQueriesWithTheKeysThatTheySee) {
  HeadSample sample = makeSample(0);
  ASSERT_EQ(sample.getTexts().size(), 2u);
  using Seen = std::vector<Eigen::Index>;
  EXPECT_EQ(sample.getTexts()[0].seen, (Seen{1, 9, 17, 25, 33}));
  EXPECT_EQ(sample.getTexts()[1].seen, (Seen{2, 10, 18, 26, 34}));
  for (const HeadSample::Text &text : sample.getTexts())
    for (Eigen::Index row = 0; row < text.scores.rows(); ++row)
      EXPECT_EQ(text.scores.row(row).head(text.seen[row]).maxCoeff(), 0);
  // The first query sees one key, and is its value.
  const HeadSample::Text &text = sample.getTexts()[0];
  EXPECT_EQ(text.results.row(0), text.values.row(0));
}

TEST_F(ClipSearchTest, HeadsShareKeysAndValues) {
  EXPECT_EQ(makeSample(0).getTexts()[1].values,
            makeSample(1).getTexts()[1].values);
  EXPECT_NE(makeSample(1).getTexts()[1].values,
            makeSample(2).getTexts()[1].values);
}

TEST_F(ClipSearchTest, ErrorsAreThoseOfAttention) {
  for (ClipRounding rounding : {ClipRounding::Nearest, ClipRounding::Dithered})
    for (int64_t head = 0; head < 4; ++head) {
      HeadSample sample = makeSample(head);
      ClipAttr clip = makeClip({-2, -3, -4, -6}, rounding);
      double expected = attend(sample, clip, head, clip.getEntries(head));
      EXPECT_NEAR(sample.getError(clip, head), expected, 1e-5 * expected);
    }
}

TEST_F(ClipSearchTest, BoundsMakeTheCodesOfTheirClip) {
  SmallVector<int64_t> bounds = {0, 5, 60, 140, 256},
                       entries = {255, 90, 20, 3};
  for (ClipRounding rounding : {ClipRounding::Nearest, ClipRounding::Dithered})
    for (int64_t head = 0; head < 4; ++head) {
      HeadSample sample = makeSample(head);
      SteppedHead stepped(sample, makeSteps(rounding, {5, 60, 140}));
      WeighedHead weighed(stepped, bounds, entries);
      auto attendWith = [&](ArrayRef<int64_t> thresholds,
                            ArrayRef<int64_t> weights) {
        return attend(sample, makeSteps(rounding, thresholds), 0, weights);
      };
      double expected = attendWith({5, 60, 140}, entries);
      EXPECT_NEAR(weighed.getError(), expected, 1e-4 * expected);
      // A threshold moves down, and then an entry up.
      WeighedHead::Change down = {60, 40, 90 - 20}, up = {40, 140, 30 - 20};
      expected = attendWith({5, 40, 140}, entries);
      EXPECT_NEAR(weighed.getErrorAfter(down), expected, 1e-4 * expected);
      weighed.apply(down);
      EXPECT_NEAR(weighed.getError(), expected, 1e-4 * expected);
      expected = attendWith({5, 40, 140}, {255, 90, 30, 3});
      EXPECT_NEAR(weighed.getErrorAfter(up), expected, 1e-4 * expected);
    }
}

TEST_F(ClipSearchTest, NoGivenClipIsBetterThanTheBest) {
  for (unsigned bits : {2, 3, 4})
    for (int64_t head = 0; head < 4; ++head) {
      HeadSample sample = makeSample(head);
      ClipAttr best =
          findBestClip(&context, sample, bits, ClipRounding::Nearest, 8);
      double error = sample.getError(best, 0);
      EXPECT_LT(error, 0.05 * sample.getEnergy());
      for (double at = -1; at >= -16; at *= 1.15) {
        ClipAttr clip = makeClip({at}, ClipRounding::Nearest, bits);
        EXPECT_LE(error, sample.getError(clip, 0));
      }
    }
}

} // namespace
