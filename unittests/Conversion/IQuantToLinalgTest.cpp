//===- IQuantToLinalgTest.cpp - Lowered ops against the rules -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Interprets random programs of one op before and after the lowering.
//
//===----------------------------------------------------------------------===//

#include "Support/RandomCases.h"
#include "dialects/IQuant/IQuant.h"
#include "iquant/Conversion/Passes.h"
#include "iquant/Reference/Interpreter.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::testing;
using reference::RuntimeValue;
using reference::Tensor;

namespace mlir::iquant::reference {
/// How a failed comparison shows a tensor.
static void PrintTo(const Tensor &tensor, std::ostream *out) {
  *out << showShape(tensor.getShape());
  for (int64_t i = 0, end = tensor.getNumElements(); i < end; ++i)
    *out << ' ' << tensor.getInt(i);
}
} // namespace mlir::iquant::reference

/// Cases of every op.
static constexpr unsigned kCases = 300;

namespace {
class LoweringTest : public ::testing::Test {
protected:
  LoweringTest() {
    context.loadDialect<IQuantDialect, func::FuncDialect>();
    context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
      diagnostics += diagnostic.str() + "\n";
    });
  }

  /// Runs `main` before and after the lowering, and compares every bit. With
  /// features of a processor, the lowering goes down to its instructions.
  void check(const RandomCase &test, StringRef triple = "",
             StringRef features = "") {
    SCOPED_TRACE(test.module);
    auto module = parseSourceString<ModuleOp>(test.module, &context);
    ASSERT_TRUE(module) << diagnostics;
    std::vector<Tensor> expected = run(*module, test.arguments);

    PassManager passes(&context);
    if (!triple.empty()) {
      SetTargetOptions target;
      target.triple = triple.str();
      target.features = features.str();
      passes.addPass(createSetTarget(target));
    }
    passes.addPass(createConvertIQuantToLinalg());
    passes.addPass(createCanonicalizerPass());
    if (!triple.empty())
      passes.addNestedPass<func::FuncOp>(createSelectMatrixInstructions());
    ASSERT_TRUE(succeeded(passes.run(*module))) << diagnostics;
    SmallVector<RuntimeValue> arguments;
    for (const RuntimeValue &argument : test.arguments)
      llvm::append_range(arguments, argument.getComponents());
    std::vector<Tensor> actual = run(*module, arguments);

    ASSERT_EQ(actual.size(), expected.size());
    for (size_t i = 0; i < actual.size(); ++i)
      ASSERT_EQ(actual[i], expected[i]) << "component " << i;
  }

  MLIRContext context;

private:
  /// The tensors that `main` returns, components one after the other.
  std::vector<Tensor> run(ModuleOp module, ArrayRef<RuntimeValue> arguments) {
    reference::Interpreter interpreter(module);
    auto results = interpreter.call("main", arguments);
    EXPECT_TRUE(succeeded(results)) << diagnostics;
    std::vector<Tensor> components;
    if (succeeded(results))
      for (const RuntimeValue &result : *results)
        llvm::append_range(components, result.getComponents());
    return components;
  }

  std::string diagnostics;
};

class IQuantToLinalgTest : public LoweringTest,
                           public ::testing::WithParamInterface<StringLiteral> {
};
} // namespace

TEST_P(IQuantToLinalgTest, KeepsEveryBit) {
  for (unsigned seed = 0; seed < kCases && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    check(makeRandomCase(context, GetParam(), seed));
  }
}

// Instructions that this machine may lack, as the interpreter knows them.
TEST_F(LoweringTest, LinearsOnMatrixInstructions) {
  constexpr StringLiteral x86 = "x86_64-linux-gnu", arm = "aarch64-linux-gnu";
  std::pair<StringRef, StringRef> targets[] = {
      {x86, "+sse2"},       {x86, "+avx2"}, {x86, "+avxvnni"},
      {x86, "+avx512vnni"}, {arm, "+neon"}, {arm, "+dotprod"},
      {arm, "+i8mm"}};
  for (auto [triple, features] : targets)
    for (unsigned seed = 0; seed < kCases / 2 && !HasFatalFailure(); ++seed) {
      SCOPED_TRACE((features + " seed " + Twine(seed)).str());
      check(makeRandomCase(context, "linear", seed), triple, features);
    }
}

INSTANTIATE_TEST_SUITE_P(Ops, IQuantToLinalgTest,
                         ::testing::ValuesIn(getRandomCaseOps().begin(),
                                             getRandomCaseOps().end()),
                         [](const auto &info) { return info.param.str(); });

// A quotient just below a power of two rounds to the multiplier 2^16, which is
// one bit too long (rule B6).
TEST_F(LoweringTest, MultiplierThatCarries) {
  Tensor x({2, 2}, IntegerType::get(&context, 32));
  x.setInt(0, (255 << 20) - 1);
  x.setInt(2, (127 << 20) - 1);
  check({R"mlir(
    func.func @main(%x: !iquant.fixed<2x2xi32, 14>)
        -> (!iquant.dyn<2x2xui8>, !iquant.dyn<2x2xsi8>) {
      %0 = iquant.quantize %x
          : !iquant.fixed<2x2xi32, 14> -> !iquant.dyn<2x2xui8>
      %1 = iquant.quantize %x
          : !iquant.fixed<2x2xi32, 14> -> !iquant.dyn<2x2xsi8>
      return %0, %1 : !iquant.dyn<2x2xui8>, !iquant.dyn<2x2xsi8>
    })mlir",
         {x}});
}

// Below the smallest scale there is none (rules N1 and N3).
TEST_F(LoweringTest, NormOfAlmostNothing) {
  Tensor x({1, 2}, IntegerType::get(&context, 32));
  x.setInt(0, 1);
  Tensor scale({2}, IntegerType::get(&context, 16));
  scale.setInt(0, 1);
  check({R"mlir(
    func.func @main(%x: !iquant.fixed<1x2xi32, 14>,
                    %g: !iquant.fixed<2xi16, 30>)
        -> (!iquant.dyn<1x2xui8>, !iquant.dyn<1x2xui8>) {
      %0 = iquant.rms_norm %x scale %g {epsilon = 1073741823 : i64}
          : (!iquant.fixed<1x2xi32, 14>, !iquant.fixed<2xi16, 30>)
          -> !iquant.dyn<1x2xui8>
      %1 = iquant.layer_norm %x scale %g {epsilon = 1073741823 : i64}
          : (!iquant.fixed<1x2xi32, 14>, !iquant.fixed<2xi16, 30>)
          -> !iquant.dyn<1x2xui8>
      return %0, %1 : !iquant.dyn<1x2xui8>, !iquant.dyn<1x2xui8>
    })mlir",
         {x, scale}});
}

// The reciprocal in the sigmoid is exact for every divisor that there is: the
// inputs stand for every argument with 12 fraction bits, and are large enough
// that the last bit of the sigmoid shows in the result.
TEST_F(LoweringTest, SigmoidOfEveryArgument) {
  constexpr int64_t kLargest = 1 << 16;
  Tensor x(kLargest + 1, IntegerType::get(&context, 32));
  for (int64_t y = 0; y <= kLargest; ++y)
    x.setInt(y, (y << 14) + (1 << 13) - 1);
  check({R"mlir(
    func.func @main(%x: !iquant.fixed<?xi32, 26>) -> !iquant.fixed<?xi32, 26> {
      %0 = iquant.silu %x : !iquant.fixed<?xi32, 26>
      return %0 : !iquant.fixed<?xi32, 26>
    })mlir",
         {x}});
}

// Products of a score and its scale fit 32 bits up to a width of the head, and
// take 64 past it; the largest of both, and keys of other exponents.
TEST_F(LoweringTest, ScoresOfWideHeads) {
  Builder b(&context);
  for (int64_t width : {1, 64, 520, 521, 2000}) {
    auto make = [&](int64_t rows, auto codeOf) {
      Tensor codes({rows, width}, b.getI8Type()),
          multiplier({rows, 1}, b.getI32Type()),
          exponent({rows, 1}, b.getI32Type());
      for (int64_t i = 0; i < rows * width; ++i)
        codes.setInt(i, codeOf(i / width));
      for (int64_t row = 0; row < rows; ++row) {
        multiplier.setInt(row, row % 2 ? 32768 + row : 65535);
        exponent.setInt(row, 20 + std::min<int64_t>(row / 2, 42));
      }
      return RuntimeValue(SmallVector<Tensor, 1>{codes, multiplier, exponent});
    };
    constexpr int64_t keys = 90;
    std::string kv =
                    llvm::formatv("!iquant.dyn<{0}x{1}xsi8, {1}>", keys, width),
                q = llvm::formatv("!iquant.dyn<1x{0}xsi8, {0}>", width),
                o = llvm::formatv("!iquant.fixed<1x{0}xi32, 14>", width);
    std::string text = llvm::formatv(R"mlir(
      func.func @main(%q: {0}, %k: {1}, %v: {1}) -> {2} {{
        %0 = iquant.attention %q, %k, %v {{heads = 1, kv_heads = 1,
            scale_multiplier = 40000, scale_exponent = 22}
            : ({0}, {1}, {1}) -> {2}
        return %0 : {2}
      })mlir",
                                     q, kv, o);
    auto value = make(keys, [](int64_t key) { return key - 40; });
    check({text,
           {make(1, [](int64_t) { return -127; }),
            make(keys, [](int64_t key) { return key % 3 ? 127 : -127; }),
            value}});
  }
}

// Every scale of a table, and differences next to where codes change and to
// where they are capped.
TEST_F(LoweringTest, SoftmaxOfEveryScale) {
  std::mt19937_64 random(1);
  for (int64_t f : {0, 14, 30})
    for (int64_t exponent = 0; exponent <= 62; ++exponent) {
      int64_t k = f + exponent, multiplier = 32768 + random() % 32768;
      SmallVector<int64_t> differences = {0, 1, UINT32_MAX};
      for (int64_t code = 1; code <= 5; ++code)
        for (int64_t near : {-1, 0, 1})
          differences.push_back(
              std::min(std::ldexp((code - 0.5) / multiplier, k), 0x1p40) +
              near);
      for (int64_t near : {-2, -1, 0, 1})
        for (int64_t place : {k - 7, k - 8, k - 24})
          differences.push_back(
              (int64_t(1) << std::clamp<int64_t>(place, 0, 40)) + near);
      Tensor x(differences.size(), IntegerType::get(&context, 32));
      for (auto [i, difference] : llvm::enumerate(differences))
        x.setInt(i, INT32_MAX - std::clamp<int64_t>(difference, 0, UINT32_MAX));
      for (StringRef rounding : {"nearest", "dithered"})
        check({llvm::formatv(R"mlir(
          func.func @main(%x: !iquant.fixed<{0}xi32, {1}>)
              -> (!iquant.fixed<{0}xi32, {1}>, !iquant.dyn<{0}xui8>) {{
            %0 = iquant.softmax %x {{table = #iquant.table<bits = 2,
                multiplier = [{2}], exponent = [{3}],
                entries = [511, 260, 90, 0], rounding = {4}>}
                : (!iquant.fixed<{0}xi32, {1}>) -> !iquant.fixed<{0}xi32, {1}>
            %1 = iquant.softmax %x {{table = #iquant.table<bits = 4,
                multiplier = [{2}], exponent = [{3}],
                entries = [255, 251, 240, 231, 200, 180, 140, 120, 100, 80, 60,
                           50, 40, 20, 10, 0], rounding = {4}>}
                : (!iquant.fixed<{0}xi32, {1}>) -> !iquant.dyn<{0}xui8>
            return %0, %1 : !iquant.fixed<{0}xi32, {1}>, !iquant.dyn<{0}xui8>
          })mlir",
                             differences.size(), f, multiplier, exponent,
                             rounding),
               {x}});
    }
}
