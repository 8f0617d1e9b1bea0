//===- InterfacesTest.cpp - How channel maps reach an op ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every transformer op answers to the interfaces of the foldings.
//
//===----------------------------------------------------------------------===//

#include "dialects/Transformer/Transformer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
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
    context.loadDialect<TransformerDialect, arith::ArithDialect,
                        func::FuncDialect>();
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
  numbers(llvm::ArrayRef<ChannelSink> sinks) {
    std::vector<std::pair<unsigned, int64_t>> result;
    for (const ChannelSink &sink : sinks)
      result.emplace_back(sink.operand->getOperandNumber(), sink.dimension);
    return result;
  }

  /// A tie as text: ports and channels, the kind of its maps, size of a group.
  static std::string describe(const ChannelTie &tie) {
    std::string text;
    llvm::raw_string_ostream out(text);
    auto port = [&](const ChannelPort &port, llvm::ArrayRef<int64_t> channels) {
      if (port.operand)
        out << port.operand->getOperandNumber();
      else
        out << "result";
      out << '[';
      llvm::interleave(channels, out, " ");
      out << ']';
    };
    port(tie.first, tie.firstChannels);
    out << (tie.dual ? " undoes " : " = ");
    port(tie.second, tie.secondChannels);
    const char *kinds[] = {"scalar", "diagonal", "mean-keeping", "rotation",
                           "linear"};
    out << ", " << kinds[static_cast<unsigned>(tie.kind)] << " of "
        << tie.groupSize;
    return text;
  }

  static std::vector<std::string> describe(llvm::ArrayRef<ChannelTie> ties) {
    std::vector<std::string> result;
    for (const ChannelTie &tie : ties)
      result.push_back(describe(tie));
    return result;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

using Sinks = std::vector<std::pair<unsigned, int64_t>>;
using Ties = std::vector<std::string>;

TEST_F(InterfacesTest, EmbeddingMapsTheColumnsOfItsTable) {
  auto op = parse<EmbeddingOp>(
      "%i: tensor<?xi32>, %t: tensor<9x4xf32>",
      "%0 = transformer.embedding %i, %t "
      ": (tensor<?xi32>, tensor<9x4xf32>) -> tensor<?x4xf32>");
  EXPECT_EQ(numbers(op.getOutputSinks()), (Sinks{{1, 1}}));
  EXPECT_TRUE(op.getInputSinks(op->getOpOperand(0)).empty());
  EXPECT_FALSE(op.getInputShiftSink(op->getOpOperand(0)));
}

TEST_F(InterfacesTest, LinearMapsWeightAndBias) {
  auto op = parse<LinearOp>(
      "%x: tensor<?x4xf32>, %w: tensor<3x4xf32>, %b: tensor<3xf32>",
      "%0 = transformer.linear %x, %w bias %b : (tensor<?x4xf32>, "
      "tensor<3x4xf32>, tensor<3xf32>) -> tensor<?x3xf32>");
  EXPECT_EQ(numbers(op.getInputSinks(op.getInputMutable())), (Sinks{{1, 1}}));
  EXPECT_EQ(numbers(op.getOutputSinks()), (Sinks{{1, 0}, {2, 0}}));
  EXPECT_TRUE(op.getInputSinks(op.getWeightMutable()).empty());
  std::optional<ShiftSink> sink = op.getInputShiftSink(op.getInputMutable());
  ASSERT_TRUE(sink);
  EXPECT_EQ(sink->weight, &op.getWeightMutable());
  EXPECT_EQ(sink->dimension, 1);
  ASSERT_EQ(sink->vector.size(), 1u);
  EXPECT_EQ(sink->vector[0].get(), op.getBias());
  EXPECT_FALSE(op.getInputShiftSink(op.getWeightMutable()));
}

TEST_F(InterfacesTest, LinearWithoutBiasHasPlaceForOne) {
  auto op =
      parse<LinearOp>("%x: tensor<?x4xf32>, %w: tensor<3x4xf32>",
                      "%0 = transformer.linear %x, %w : (tensor<?x4xf32>, "
                      "tensor<3x4xf32>) -> tensor<?x3xf32>");
  EXPECT_EQ(numbers(op.getOutputSinks()), (Sinks{{1, 0}}));
  EXPECT_TRUE(op.getInputShiftSink(op.getInputMutable())->vector.empty());
}

TEST_F(InterfacesTest, RmsNormWithoutScalePassesRotations) {
  auto with = parse<RmsNormOp>(
      "%x: tensor<?x4xf32>, %g: tensor<4xf32>",
      "%0 = transformer.rms_norm %x scale %g {epsilon = 0.0 : f64} : "
      "(tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>");
  EXPECT_TRUE(with.getChannelTies().empty());
  EXPECT_EQ(with.getChannelScale().size(), 1u);
  EXPECT_FALSE(with.getChannelShift());
  auto without = parse<RmsNormOp>(
      "%x: tensor<?x4xf32>", "%0 = transformer.rms_norm %x {epsilon = 0.0 : "
                             "f64} : (tensor<?x4xf32>) -> tensor<?x4xf32>");
  EXPECT_EQ(describe(without.getChannelTies()),
            (Ties{"0[0 1 2 3] = result[0 1 2 3], rotation of 4"}));
  EXPECT_TRUE(without.getChannelScale().empty());
}

TEST_F(InterfacesTest, LayerNormWithoutParametersPassesWhatKeepsTheMean) {
  auto both = parse<LayerNormOp>(
      "%x: tensor<?x4xf32>, %g: tensor<4xf32>, %b: tensor<4xf32>",
      "%0 = transformer.layer_norm %x scale %g shift %b {epsilon = 0.0 : f64} "
      ": (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>");
  EXPECT_TRUE(both.getChannelTies().empty());
  EXPECT_EQ(both.getChannelScale()[0].get(), both.getScale());
  EXPECT_EQ((*both.getChannelShift())[0].get(), both.getShift());
  auto shift = parse<LayerNormOp>(
      "%x: tensor<?x4xf32>, %b: tensor<4xf32>",
      "%0 = transformer.layer_norm %x shift %b {epsilon = 0.0 : f64} "
      ": (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>");
  EXPECT_TRUE(shift.getChannelTies().empty());
  auto none = parse<LayerNormOp>(
      "%x: tensor<?x4xf32>", "%0 = transformer.layer_norm %x {epsilon = 0.0 : "
                             "f64} : (tensor<?x4xf32>) -> tensor<?x4xf32>");
  EXPECT_EQ(describe(none.getChannelTies()),
            (Ties{"0[0 1 2 3] = result[0 1 2 3], mean-keeping of 4"}));
}

TEST_F(InterfacesTest, RopeTiesTheChannelsOfEachPair) {
  llvm::StringRef arguments =
      "%x: tensor<?x8xf32>, %f: tensor<2xf32>, %o: index";
  auto half = parse<RopeOp>(
      arguments, "%0 = transformer.rope %x<half> by %f at %o {heads = 2 : i64, "
                 "max_positions = 4 : i64} : (tensor<?x8xf32>, tensor<2xf32>, "
                 "index) -> tensor<?x8xf32>");
  EXPECT_EQ(
      describe(half.getChannelTies()),
      (Ties{"0[0 2 1 3 4 6 5 7] = result[0 2 1 3 4 6 5 7], scalar of 2"}));
  auto interleaved = parse<RopeOp>(
      arguments,
      "%0 = transformer.rope %x<interleaved> by %f at %o {heads = 2 : i64, "
      "max_positions = 4 : i64} : (tensor<?x8xf32>, tensor<2xf32>, "
      "index) -> tensor<?x8xf32>");
  EXPECT_EQ(
      describe(interleaved.getChannelTies()),
      (Ties{"0[0 1 2 3 4 5 6 7] = result[0 1 2 3 4 5 6 7], scalar of 2"}));
}

TEST_F(InterfacesTest, RotatePairsTiesPairsAsRopeDoes) {
  auto op = parse<RotatePairsOp>(
      "%x: tensor<?x8xf32>, %t: tensor<?x4xf32>",
      "%0 = transformer.rotate_pairs %x<half> by %t, %t {heads = 2 : i64} : "
      "(tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> "
      "tensor<?x8xf32>");
  EXPECT_EQ(
      describe(op.getChannelTies()),
      (Ties{"0[0 2 1 3 4 6 5 7] = result[0 2 1 3 4 6 5 7], scalar of 2"}));
}

TEST_F(InterfacesTest, AttentionTiesTheHeadsThatMeet) {
  auto grouped = parse<AttentionOp>(
      "%q: tensor<?x8xf32>, %k: tensor<?x4xf32>",
      "%0 = transformer.attention %q, %k, %k {heads = 4 : i64, kv_heads = 2 : "
      "i64} : (tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> "
      "tensor<?x8xf32>");
  EXPECT_EQ(
      describe(grouped.getChannelTies()),
      (Ties{"0[0 1 2 3 4 5 6 7] undoes 1[0 1 0 1 2 3 2 3], linear of 2",
            "2[0 1 0 1 2 3 2 3] = result[0 1 2 3 4 5 6 7], linear of 2"}));
}

TEST_F(InterfacesTest, SwiGluPassesScalesOfItsUpOperandOnly) {
  auto op = parse<SwiGluOp>("%g: tensor<?x2xf32>, %u: tensor<?x2xf32>",
                            "%0 = transformer.swiglu %g, %u : "
                            "tensor<?x2xf32>");
  EXPECT_EQ(describe(op.getChannelTies()),
            (Ties{"1[0 1] = result[0 1], diagonal of 2"}));
}

TEST_F(InterfacesTest, MulPassesScalesOfItsUpOperandOnly) {
  auto op = parse<MulOp>("%g: tensor<?x2xf32>, %u: tensor<?x2xf32>",
                         "%0 = transformer.mul %g, %u : tensor<?x2xf32>");
  EXPECT_EQ(describe(op.getChannelTies()),
            (Ties{"1[0 1] = result[0 1], diagonal of 2"}));
}

TEST_F(InterfacesTest, ScaleByOneFactorPassesEverything) {
  auto parseScale = [&](StringRef factors) {
    return parse<ScaleOp>(
        "%x: tensor<?x2xf32>",
        ("%f = arith.constant dense<" + factors +
         "> : tensor<2xf32> %0 = transformer.scale %x by %f : "
         "(tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>")
            .str());
  };
  EXPECT_EQ(describe(parseScale("4.0").getChannelTies()),
            (Ties{"0[0 1] = result[0 1], linear of 2"}));
  EXPECT_EQ(describe(parseScale("[4.0, 2.0]").getChannelTies()),
            (Ties{"0[0 1] = result[0 1], diagonal of 2"}));
}

TEST_F(InterfacesTest, AddAndObservePassEverything) {
  auto sum = parse<AddOp>("%x: tensor<?x2xf32>, %y: tensor<?x2xf32>",
                          "%0 = transformer.add %x, %y : tensor<?x2xf32>");
  EXPECT_EQ(describe(sum.getChannelTies()),
            (Ties{"0[0 1] = result[0 1], linear of 2",
                  "1[0 1] = result[0 1], linear of 2"}));
  auto observer =
      parse<ObserveOp>("%x: tensor<?x2xf32>",
                       "%0 = transformer.observe %x \"x\" : tensor<?x2xf32>");
  EXPECT_EQ(describe(observer.getChannelTies()),
            (Ties{"0[0 1] = result[0 1], linear of 2"}));
}

TEST_F(InterfacesTest, MeanPoolPassesEveryLinearMap) {
  auto op = parse<MeanPoolOp>("%x: tensor<?x?x2xf32>, %m: tensor<?x?xi1>",
                              "%0 = transformer.mean_pool %x mask %m : "
                              "(tensor<?x?x2xf32>, tensor<?x?xi1>) -> "
                              "tensor<?x2xf32>");
  EXPECT_EQ(describe(op.getChannelTies()),
            (Ties{"0[0 1] = result[0 1], linear of 2"}));
}

TEST_F(InterfacesTest, DynamicChannelsAreNotTied) {
  auto sum = parse<AddOp>("%x: tensor<?x?xf32>",
                          "%0 = transformer.add %x, %x : tensor<?x?xf32>");
  EXPECT_EQ(
      describe(sum.getChannelTies()),
      (Ties{"0[] = result[], linear of 0", "1[] = result[], linear of 0"}));
}

TEST_F(InterfacesTest, OpsThatBendChannelsDoNotImplementThem) {
  auto op = parse<SoftmaxOp>("%x: tensor<?x4xf32>",
                             "%0 = transformer.softmax %x : tensor<?x4xf32>");
  EXPECT_FALSE(isa<CommutesWithChannelMapOpInterface>(op.getOperation()));
  EXPECT_FALSE(isa<AbsorbsChannelMapOpInterface>(op.getOperation()));
  EXPECT_FALSE(isa<ScalesChannelsOpInterface>(op.getOperation()));
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
