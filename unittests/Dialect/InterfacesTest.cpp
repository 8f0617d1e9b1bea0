//===- InterfacesTest.cpp - How channel scales reach an op ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every transformer op answers to the two interfaces of the foldings.
//
//===----------------------------------------------------------------------===//

#include "dialects/Transformer/Transformer.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::transformer;

namespace {

class InterfacesTest : public ::testing::Test {
protected:
  InterfacesTest() {
    context.loadDialect<TransformerDialect, func::FuncDialect>();
  }

  /// The first op of type `OpTy` in a function with this argument list and
  /// body.
  template <typename OpTy>
  OpTy parse(llvm::StringRef arguments, llvm::StringRef body) {
    std::string text =
        ("func.func @f(" + arguments + ") {\n" + body + "\nreturn\n}").str();
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module) << text;
    OpTy found;
    module->walk([&](OpTy op) {
      found = op;
      return WalkResult::interrupt();
    });
    EXPECT_TRUE(found) << text;
    return found;
  }

  /// The sinks as (operand number, dimension).
  static std::vector<std::pair<unsigned, int64_t>>
  numbers(llvm::ArrayRef<ScaleSink> sinks) {
    std::vector<std::pair<unsigned, int64_t>> result;
    for (const ScaleSink &sink : sinks)
      result.emplace_back(sink.operand->getOperandNumber(), sink.dimension);
    return result;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

using Sinks = std::vector<std::pair<unsigned, int64_t>>;

TEST_F(InterfacesTest, EmbeddingScalesTheColumnsOfItsTable) {
  auto op = parse<EmbeddingOp>(
      "%i: tensor<?xi32>, %t: tensor<9x4xf32>",
      "%0 = transformer.embedding %i, %t "
      ": (tensor<?xi32>, tensor<9x4xf32>) -> tensor<?x4xf32>");
  EXPECT_EQ(numbers(op.getOutputScaleSinks()), (Sinks{{1, 1}}));
  EXPECT_TRUE(op.getInputScaleSinks(op->getOpOperand(0)).empty());
}

TEST_F(InterfacesTest, LinearScalesWeightAndBias) {
  auto op = parse<LinearOp>(
      "%x: tensor<?x4xf32>, %w: tensor<3x4xf32>, %b: tensor<3xf32>",
      "%0 = transformer.linear %x, %w bias %b : (tensor<?x4xf32>, "
      "tensor<3x4xf32>, tensor<3xf32>) -> tensor<?x3xf32>");
  EXPECT_EQ(numbers(op.getInputScaleSinks(op.getInputMutable())),
            (Sinks{{1, 1}}));
  EXPECT_EQ(numbers(op.getOutputScaleSinks()), (Sinks{{1, 0}, {2, 0}}));
  EXPECT_TRUE(op.getInputScaleSinks(op.getWeightMutable()).empty());
}

TEST_F(InterfacesTest, LinearWithoutBiasScalesTheWeightAlone) {
  auto op =
      parse<LinearOp>("%x: tensor<?x4xf32>, %w: tensor<3x4xf32>",
                      "%0 = transformer.linear %x, %w : (tensor<?x4xf32>, "
                      "tensor<3x4xf32>) -> tensor<?x3xf32>");
  EXPECT_EQ(numbers(op.getOutputScaleSinks()), (Sinks{{1, 0}}));
}

TEST_F(InterfacesTest, RmsNormNeedsAScaleToAbsorbOne) {
  auto with = parse<RmsNormOp>(
      "%x: tensor<?x4xf32>, %g: tensor<4xf32>",
      "%0 = transformer.rms_norm %x scale %g {epsilon = 0.0 : f64} : "
      "(tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>");
  EXPECT_EQ(numbers(with.getOutputScaleSinks()), (Sinks{{1, 0}}));
  EXPECT_TRUE(with.getInputScaleSinks(with.getInputMutable()).empty());
  auto without = parse<RmsNormOp>(
      "%x: tensor<?x4xf32>", "%0 = transformer.rms_norm %x {epsilon = 0.0 : "
                             "f64} : (tensor<?x4xf32>) -> tensor<?x4xf32>");
  EXPECT_TRUE(without.getOutputScaleSinks().empty());
}

TEST_F(InterfacesTest, LayerNormScalesScaleAndShiftOrNothing) {
  auto both = parse<LayerNormOp>(
      "%x: tensor<?x4xf32>, %g: tensor<4xf32>, %b: tensor<4xf32>",
      "%0 = transformer.layer_norm %x scale %g shift %b {epsilon = 0.0 : f64} "
      ": (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>");
  EXPECT_EQ(numbers(both.getOutputScaleSinks()), (Sinks{{1, 0}, {2, 0}}));
  auto scale = parse<LayerNormOp>(
      "%x: tensor<?x4xf32>, %g: tensor<4xf32>",
      "%0 = transformer.layer_norm %x scale %g {epsilon = 0.0 : f64} "
      ": (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>");
  EXPECT_EQ(numbers(scale.getOutputScaleSinks()), (Sinks{{1, 0}}));
  // A shift alone cannot take the scale of the normalised row.
  auto shift = parse<LayerNormOp>(
      "%x: tensor<?x4xf32>, %b: tensor<4xf32>",
      "%0 = transformer.layer_norm %x shift %b {epsilon = 0.0 : f64} "
      ": (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>");
  EXPECT_TRUE(shift.getOutputScaleSinks().empty());
}

TEST_F(InterfacesTest, SwiGluCommutesWithItsUpOperandOnly) {
  auto op = parse<SwiGluOp>("%g: tensor<?x4xf32>, %u: tensor<?x4xf32>",
                            "%0 = transformer.swiglu %g, %u : "
                            "tensor<?x4xf32>");
  EXPECT_FALSE(op.commutesWithChannelScale(op.getGateMutable()));
  EXPECT_TRUE(op.commutesWithChannelScale(op.getUpMutable()));
}

TEST_F(InterfacesTest, AttentionCommutesWithItsValueWhenHeadsLineUp) {
  auto equal = parse<AttentionOp>(
      "%q: tensor<?x8xf32>, %k: tensor<?x8xf32>",
      "%0 = transformer.attention %q, %k, %k {heads = 2 : i64, kv_heads = 2 : "
      "i64} : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> "
      "tensor<?x8xf32>");
  EXPECT_FALSE(equal.commutesWithChannelScale(equal.getQueryMutable()));
  EXPECT_FALSE(equal.commutesWithChannelScale(equal.getKeyMutable()));
  EXPECT_TRUE(equal.commutesWithChannelScale(equal.getValueMutable()));
  auto grouped = parse<AttentionOp>(
      "%q: tensor<?x8xf32>, %k: tensor<?x4xf32>",
      "%0 = transformer.attention %q, %k, %k {heads = 2 : i64, kv_heads = 1 : "
      "i64} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> "
      "tensor<?x8xf32>");
  EXPECT_FALSE(grouped.commutesWithChannelScale(grouped.getValueMutable()));
}

TEST_F(InterfacesTest, ElementwiseOpsThatMixChannelsDoNotImplementThem) {
  auto op = parse<SoftmaxOp>("%x: tensor<?x4xf32>",
                             "%0 = transformer.softmax %x : tensor<?x4xf32>");
  EXPECT_FALSE(isa<CommutesWithChannelScaleOpInterface>(op.getOperation()));
  EXPECT_FALSE(isa<AbsorbsChannelScaleOpInterface>(op.getOperation()));
}

TEST_F(InterfacesTest, ScoreScaleDefaultsToTheHeadWidth) {
  auto plain = parse<AttentionOp>(
      "%q: tensor<?x8xf32>",
      "%0 = transformer.attention %q, %q, %q {heads = 2 : i64, kv_heads = 2 : "
      "i64} : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> "
      "tensor<?x8xf32>");
  EXPECT_EQ(plain.getHeadWidth(), 4);
  EXPECT_EQ(plain.getScoreScale(), 0.5);
  auto given = parse<AttentionOp>(
      "%q: tensor<?x8xf32>",
      "%0 = transformer.attention %q, %q, %q {heads = 2 : i64, kv_heads = 2 : "
      "i64, scale = 0.125 : f64} : (tensor<?x8xf32>, tensor<?x8xf32>, "
      "tensor<?x8xf32>) -> tensor<?x8xf32>");
  EXPECT_EQ(given.getScoreScale(), 0.125);
}

} // namespace
