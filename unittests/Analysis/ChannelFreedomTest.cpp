//===- ChannelFreedomTest.cpp - Maps of channels that nobody sees ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which channels of small programs may be scaled or rotated, and how together.
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/ChannelFreedom.h"

#include "dialects/Transformer/Transformer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::iquant;

namespace {

class ChannelFreedomTest : public ::testing::Test {
protected:
  ChannelFreedomTest() {
    context
        .loadDialect<arith::ArithDialect, func::FuncDialect,
                     tensor::TensorDialect, transformer::TransformerDialect>();
  }

  /// The places that two ops or more can take part in, one of them making a
  /// value. A place is the blocks
  /// of its values, "q[0 1] k[~0 ~1]", by the names of their locations: the
  /// number of a class, `~` before that of an inverse, `-` for a block that
  /// must stay.
  std::vector<std::string> getPlaces(StringRef text, MapFamily family) {
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module) << text.str();
    std::vector<std::string> result;
    ChannelFreedom freedom(*module, family);
    for (const MapPlace &place : freedom.getPlaces()) {
      if (place.producers.empty() ||
          place.producers.size() + place.consumers.size() < 2)
        continue;
      std::string line;
      llvm::raw_string_ostream out(line);
      for (Value value : place.values) {
        StringRef name = "?";
        if (auto named = dyn_cast<NameLoc>(value.getLoc()))
          name = named.getName();
        out << (line.empty() ? "" : " ") << name << '[';
        llvm::interleave(
            freedom.getBlocks(value),
            [&](ChannelFreedom::Block block) {
              if (block.classNumber < 0)
                out << '-';
              else
                out << (block.inverse ? "~" : "") << block.classNumber;
            },
            [&] { out << ' '; });
        out << ']';
      }
      if (place.keepsMean)
        out << " keeps the mean";
      if (place.obstacle)
        out << " since " << place.obstacle->reason;
      result.push_back(line);
    }
    return result;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

using Places = std::vector<std::string>;

/// A function whose arguments are no part of any place.
std::string function(StringRef body) {
  return ("func.func @f(%x: tensor<?x2xf32>, %frequencies: tensor<1xf32>, "
          "%offset: index) {\n"
          "%w42 = arith.constant dense<1.0> : tensor<4x2xf32>\n"
          "%w22 = arith.constant dense<1.0> : tensor<2x2xf32>\n"
          "%w24 = arith.constant dense<1.0> : tensor<2x4xf32>\n" +
          body + "\nreturn\n}")
      .str();
}

/// A linear from and to 2 or 4 channels, named like its result.
std::string linear(StringRef name, StringRef input, int from, int to) {
  return llvm::formatv(
      "%{0} = transformer.linear %{1}, %w{3}{2} : (tensor<?x{2}xf32>, "
      "tensor<{3}x{2}xf32>) -> tensor<?x{3}xf32> loc(\"{0}\")\n",
      name, input, from, to);
}

TEST_F(ChannelFreedomTest, ScalesPassTheUpOperandOfASwiGlu) {
  std::string text = function(
      linear("gate", "x", 2, 2) + linear("up", "x", 2, 2) +
      "%h = transformer.swiglu %gate, %up : tensor<?x2xf32> loc(\"h\")\n" +
      linear("down", "h", 2, 2));
  EXPECT_EQ(getPlaces(text, MapFamily::Scales), (Places{"up[0 1] h[0 1]"}));
  EXPECT_EQ(getPlaces(text, MapFamily::Rotations), Places());
}

TEST_F(ChannelFreedomTest, QueryHeadsShareTheScalesOfTheirValueHead) {
  std::string text = function(
      linear("q", "x", 2, 4) + linear("k", "x", 2, 2) + linear("v", "x", 2, 2) +
      "%a = transformer.attention %q, %k, %v {heads = 2 : i64, kv_heads = 1 : "
      "i64} : (tensor<?x4xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> "
      "tensor<?x4xf32> loc(\"a\")\n" +
      linear("o", "a", 4, 2));
  EXPECT_EQ(getPlaces(text, MapFamily::Scales),
            (Places{"q[0 1 0 1] k[~0 ~1]", "v[0 1] a[0 1 0 1]"}));
  EXPECT_EQ(getPlaces(text, MapFamily::Rotations),
            (Places{"q[0 0] k[0]", "v[0] a[0 0]"}));
}

TEST_F(ChannelFreedomTest, RopeTiesAPairOfChannels) {
  auto rope = [](StringRef name, StringRef input) {
    return llvm::formatv(
               "%{0} = transformer.rope %{1}<half> by %frequencies at %offset "
               "{{heads = 1 : i64, max_positions = 4 : i64} : "
               "(tensor<?x2xf32>, tensor<1xf32>, index) -> "
               "tensor<?x2xf32> loc(\"{0}\")\n",
               name, input)
        .str();
  };
  std::string text = function(
      linear("q", "x", 2, 2) + linear("k", "x", 2, 2) + rope("qr", "q") +
      rope("kr", "k") +
      "%a = transformer.attention %qr, %kr, %x {heads = 1 : i64, kv_heads = 1 "
      ": i64} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> "
      "tensor<?x2xf32>\n");
  EXPECT_EQ(getPlaces(text, MapFamily::Scales),
            (Places{"q[0 0] k[~0 ~0] qr[0 0] kr[~0 ~0]"}));
  EXPECT_EQ(getPlaces(text, MapFamily::Rotations), Places());
}

TEST_F(ChannelFreedomTest, AValueThatMeetsItselfHasNoScale) {
  std::string text = function(
      linear("q", "x", 2, 2) +
      "%a = transformer.attention %q, %q, %x {heads = 1 : i64, kv_heads = 1 : "
      "i64} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> "
      "tensor<?x2xf32> loc(\"a\")\n" +
      linear("r", "q", 2, 2));
  EXPECT_EQ(getPlaces(text, MapFamily::Scales),
            (Places{"q[- -] since 'transformer.attention' ties a scale to its "
                    "inverse, in function 'f', imported as 'a'"}));
  // A rotation is its own inverse transpose.
  EXPECT_EQ(getPlaces(text, MapFamily::Rotations), (Places{"q[0]"}));
}

TEST_F(ChannelFreedomTest, RotationsPassSumsAndNorms) {
  std::string text = function(
      linear("y", "x", 2, 2) + linear("z", "x", 2, 2) +
      "%s = transformer.add %y, %z : tensor<?x2xf32> loc(\"s\")\n"
      "%n = transformer.layer_norm %s {epsilon = 0.0} : (tensor<?x2xf32>) -> "
      "tensor<?x2xf32> loc(\"n\")\n" +
      linear("r", "n", 2, 2));
  EXPECT_EQ(getPlaces(text, MapFamily::Rotations),
            (Places{"y[0] z[0] s[0] n[0] keeps the mean"}));
  EXPECT_EQ(
      getPlaces(text, MapFamily::Scales),
      (Places{"y[- -] z[- -] s[- -] since 'transformer.layer_norm' neither "
              "passes nor absorbs a scale, in function 'f', imported as 'n'",
              "n[0 1]"}));
}

/// The stream is rotated head by head if an attention reads it as it is.
TEST_F(ChannelFreedomTest, TheSmallestBlocksDecide) {
  std::string text = function(
      linear("y", "x", 2, 4) + linear("z", "x", 2, 4) +
      "%s = transformer.add %y, %z : tensor<?x4xf32> loc(\"s\")\n" +
      linear("q", "x", 2, 4) + linear("k", "x", 2, 4) +
      "%a = transformer.attention %q, %k, %s {heads = 2 : i64, kv_heads = 2 : "
      "i64} : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> "
      "tensor<?x4xf32> loc(\"a\")\n" +
      linear("o", "a", 4, 2));
  EXPECT_EQ(getPlaces(text, MapFamily::Rotations),
            (Places{"y[0 1] z[0 1] s[0 1] a[0 1]", "q[0 1] k[0 1]"}));
}

TEST_F(ChannelFreedomTest, WhoAsksForASizeSeesNoChannels) {
  std::string text = function(linear("y", "x", 2, 2) +
                              "%c = arith.constant 0 : index\n"
                              "%d = tensor.dim %y, %c : tensor<?x2xf32>\n" +
                              linear("r", "y", 2, 2));
  EXPECT_EQ(getPlaces(text, MapFamily::Scales), (Places{"y[0 1]"}));
}

TEST_F(ChannelFreedomTest, WhatIsNoConstantAbsorbsNothing) {
  std::string text =
      "func.func @f(%x: tensor<?x2xf32>, %w: tensor<2x2xf32>) {\n"
      "%c = arith.constant dense<1.0> : tensor<2x2xf32>\n"
      "%y = transformer.linear %x, %c : (tensor<?x2xf32>, tensor<2x2xf32>) -> "
      "tensor<?x2xf32> loc(\"y\")\n"
      "%z = transformer.linear %y, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> "
      "tensor<?x2xf32>\n"
      "%r = transformer.linear %y, %c : (tensor<?x2xf32>, tensor<2x2xf32>) -> "
      "tensor<?x2xf32>\nreturn\n}";
  EXPECT_EQ(getPlaces(text, MapFamily::Rotations),
            (Places{"y[-] since 'transformer.linear' cannot take it into its "
                    "constants: expects a constant, in function 'f'"}));
}

TEST_F(ChannelFreedomTest, WhatCrossesTheBorderOfAFunctionStays) {
  std::string text =
      "func.func @f(%x: tensor<?x2xf32> loc(\"x\")) -> tensor<?x2xf32> {\n"
      "%c = arith.constant dense<1.0> : tensor<2x2xf32>\n"
      "%y = transformer.linear %x, %c : (tensor<?x2xf32>, tensor<2x2xf32>) -> "
      "tensor<?x2xf32> loc(\"y\")\n"
      "%z = transformer.linear %y, %c : (tensor<?x2xf32>, tensor<2x2xf32>) -> "
      "tensor<?x2xf32> loc(\"z\")\n"
      "%s = transformer.add %x, %z : tensor<?x2xf32> loc(\"s\")\n"
      "%r = transformer.linear %s, %c : (tensor<?x2xf32>, tensor<2x2xf32>) -> "
      "tensor<?x2xf32>\n"
      "return %y : tensor<?x2xf32>\n}";
  EXPECT_EQ(
      getPlaces(text, MapFamily::Scales),
      (Places{"x[- -] z[- -] s[- -] since it comes from outside, as argument 0 "
              "of 'func.func'",
              "y[- -] since 'func.return' neither passes nor absorbs a scale, "
              "in function 'f'"}));
}

} // namespace
