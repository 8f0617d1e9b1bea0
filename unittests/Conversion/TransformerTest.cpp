//===- TransformerTest.cpp - Both conversions against the float ops -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Interprets small programs of transformer ops before and after a conversion:
// the float lowering must agree up to rounding, the integer form up to a noise
// that follows from its numbers of bits.
//
//===----------------------------------------------------------------------===//

#include "dialects/Transformer/Transformer.h"
#include "dialects/IQuant/IQuant.h"
#include "iquant/Conversion/Passes.h"
#include "iquant/Reference/Interpreter.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace mlir::iquant;
using reference::RuntimeValue;
using reference::Tensor;

/// Fraction bits of activations.
static constexpr int64_t kExponent = 14;

namespace {
/// A program: constants, and a function of the values `%a0`, `%a1`, ...
struct Program {
  std::string name;
  /// Shape and element type of each argument.
  std::vector<std::pair<std::vector<int64_t>, std::string>> arguments;
  /// The body, in which `$W<shape>` is a random constant of that shape, and
  /// whose last value `%r` is the result.
  std::string body;
  std::string resultType;
  /// Largest error of the float lowering relative to the largest result.
  double tolerance;
  /// Least signal-to-noise ratio of the integer form, in dB; none when it has
  /// no integer form.
  std::optional<double> leastSnr;
};

/// How a failed test shows a program.
void PrintTo(const Program &program, std::ostream *out) {
  *out << program.body;
}
} // namespace

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

/// A sum of 64 products in f32 is off by at most 64 * 2^-24 = 4e-6 of the sum
/// of their magnitudes, which is about 8 results.
static constexpr double kFloat = 3e-5;
/// One unit in the last place.
static constexpr double kHalf = 1.0 / 1024, kBrain = 1.0 / 128;

// The noise of an 8-bit code is 1/12 of its step squared. Normal numbers in
// groups of 16 to 64 have a largest magnitude of 2 to 3 deviations, hence a
// step of 1/42 deviation: 43 dB below the signal, for a weight as for an
// activation (whose range is twice that, for 255 steps). A product has both
// noises: 40 dB. Three dB are left for the luck of the draw.
static constexpr double kCodes = 40, kProduct = 37;
// Parameters and tables of 14 and more bits are 80 dB and more below the
// signal, so are the 2^-14 of activations.
static constexpr double kFixed = 80;

static std::vector<Program> getPrograms() {
  using Argument = std::pair<std::vector<int64_t>, std::string>;
  Argument x64 = {{2, 5, 64}, "tensor<2x?x64xf32>"};
  std::string t64 = "tensor<2x?x64xf32>";
  return {
      {"Embedding",
       {{{3, 4}, "tensor<?x4xi32>"}},
       "$W<7x64> "
       "%r = transformer.embedding %a0, %w : (tensor<?x4xi32>, "
       "tensor<7x64xf32>) -> tensor<?x4x64xf32>",
       "tensor<?x4x64xf32>",
       0,
       kCodes},
      {"Linear",
       {x64},
       "$W<32x64> "
       "%r = transformer.linear %a0, %w : (tensor<2x?x64xf32>, "
       "tensor<32x64xf32>) -> tensor<2x?x32xf32>",
       "tensor<2x?x32xf32>",
       kFloat,
       kProduct},
      {"LinearWithBias",
       {x64},
       "$W<64x64> %b = arith.constant dense<0.5> : tensor<64xf32> "
       "%r = transformer.linear %a0, %w bias %b : (tensor<2x?x64xf32>, "
       "tensor<64x64xf32>, tensor<64xf32>) -> tensor<2x?x64xf32>",
       t64,
       kFloat,
       kProduct},
      {"LinearHalf",
       {{{5, 64}, "tensor<?x64xf16>"}},
       "$W<32x64> "
       "%r = transformer.linear %a0, %w : (tensor<?x64xf16>, "
       "tensor<32x64xf32>) -> tensor<?x32xf16>",
       "tensor<?x32xf16>",
       kHalf,
       std::nullopt},
      {"LinearArguments",
       {{{5, 64}, "tensor<?x64xf32>"},
        {{32, 64}, "tensor<32x64xbf16>"},
        {{32}, "tensor<32xf64>"}},
       "%r = transformer.linear %a0, %a1 bias %a2 : (tensor<?x64xf32>, "
       "tensor<32x64xbf16>, tensor<32xf64>) -> tensor<?x32xf32>",
       "tensor<?x32xf32>",
       kFloat,
       std::nullopt},
      {"RmsNorm",
       {x64},
       "$W<64> "
       "%r = transformer.rms_norm %a0 scale %w {epsilon = 1.0e-5} : "
       "(tensor<2x?x64xf32>, tensor<64xf32>) -> tensor<2x?x64xf32>",
       t64,
       kFloat,
       kFixed},
      {"RmsNormThenLinear",
       {x64},
       "$W<64x64> "
       "%n = transformer.rms_norm %a0 {epsilon = 1.0e-5} : "
       "(tensor<2x?x64xf32>) -> tensor<2x?x64xf32> "
       "%r = transformer.linear %n, %w : (tensor<2x?x64xf32>, "
       "tensor<64x64xf32>) -> tensor<2x?x64xf32>",
       t64,
       kFloat,
       kProduct},
      {"LayerNorm",
       {x64},
       "$W<64> "
       "%r = transformer.layer_norm %a0 scale %w shift %w {epsilon = 0.01} : "
       "(tensor<2x?x64xf32>, tensor<64xf32>, tensor<64xf32>) -> "
       "tensor<2x?x64xf32>",
       t64,
       kFloat,
       kFixed},
      {"LayerNormBrain",
       {{{5, 64}, "tensor<5x64xbf16>"}},
       "%r = transformer.layer_norm %a0 {epsilon = 0.01} : "
       "(tensor<5x64xbf16>) -> tensor<5x64xbf16>",
       "tensor<5x64xbf16>",
       kBrain,
       std::nullopt},
      {"RopeHalf",
       {x64, {{}, "index"}},
       "$W<8> "
       "%r = transformer.rope %a0<half> by %w at %a1 {heads = 4, "
       "max_positions = 32} : (tensor<2x?x64xf32>, tensor<8xf32>, index) -> "
       "tensor<2x?x64xf32>",
       t64,
       kFloat,
       kFixed},
      {"RopeInterleaved",
       {x64, {{}, "index"}},
       "$W<8> "
       "%r = transformer.rope %a0<interleaved> by %w at %a1 {heads = 4, "
       "max_positions = 32} : (tensor<2x?x64xf32>, tensor<8xf32>, index) -> "
       "tensor<2x?x64xf32>",
       t64,
       kFloat,
       kFixed},
      {"RopeFrequenciesAsArgument",
       {x64, {{8}, "tensor<8xf32>"}, {{}, "index"}},
       "%r = transformer.rope %a0<half> by %a1 at %a2 {heads = 4, "
       "max_positions = 32} : (tensor<2x?x64xf32>, tensor<8xf32>, index) -> "
       "tensor<2x?x64xf32>",
       t64,
       kFloat,
       std::nullopt},
      {"RopeAtPositions",
       {x64, {{2, 5}, "tensor<2x?xi64>"}},
       "$W<8> "
       "%r = transformer.rope %a0<half> by %w at %a1 {heads = 4, "
       "max_positions = 32} : (tensor<2x?x64xf32>, tensor<8xf32>, "
       "tensor<2x?xi64>) -> tensor<2x?x64xf32>",
       t64,
       kFloat,
       kFixed},
      {"RopeAtPositionsOfOneBatch",
       {x64, {{5}, "tensor<?xi64>"}},
       "$W<8> "
       "%r = transformer.rope %a0<interleaved> by %w at %a1 {heads = 4, "
       "max_positions = 32} : (tensor<2x?x64xf32>, tensor<8xf32>, "
       "tensor<?xi64>) -> tensor<2x?x64xf32>",
       t64,
       kFloat,
       kFixed},
      {"RotatePairs",
       {x64, {{5, 16}, "tensor<?x16xf32>"}, {{5, 16}, "tensor<?x16xf32>"}},
       "%r = transformer.rotate_pairs %a0<half> by %a1, %a2 {heads = 4} : "
       "(tensor<2x?x64xf32>, tensor<?x16xf32>, tensor<?x16xf32>) -> "
       "tensor<2x?x64xf32>",
       t64,
       kFloat,
       kFixed},
      {"RotatePairsOfAllBatches",
       {x64,
        {{2, 5, 16}, "tensor<2x?x16xf32>"},
        {{2, 5, 16}, "tensor<2x?x16xf32>"}},
       "%r = transformer.rotate_pairs %a0<interleaved> by %a1, %a2 {heads = 4} "
       ": (tensor<2x?x64xf32>, tensor<2x?x16xf32>, tensor<2x?x16xf32>) -> "
       "tensor<2x?x64xf32>",
       t64,
       kFloat,
       kFixed},
      // The codes of a softmax are steps of 12/255 in the exponent: up to
      // 2.4 % of each weight, 1.4 % on average, 37 dB.
      {"Softmax",
       {{{2, 3, 64}, "tensor<2x?x64xf32>"}},
       "%r = transformer.softmax %a0 : tensor<2x?x64xf32>",
       t64,
       kFloat,
       36},
      // Weights of 37 dB and dithered to 8 bits, values of 43 dB; scores whose
      // error, 1 % of a deviation, changes a weight by as much.
      {"Attention",
       {x64,
        {{2, 5, 32}, "tensor<2x?x32xf32>"},
        {{2, 5, 32}, "tensor<2x?x32xf32>"}},
       "%r = transformer.attention %a0, %a1, %a2 {heads = 4, kv_heads = 2, "
       "causal} : (tensor<2x?x64xf32>, tensor<2x?x32xf32>, "
       "tensor<2x?x32xf32>) -> tensor<2x?x64xf32>",
       t64,
       kFloat,
       34},
      {"AttentionWithMask",
       {x64,
        {{2, 9, 64}, "tensor<2x9x64xf32>"},
        {{2, 9, 64}, "tensor<2x9x64xf32>"},
        {{2, 9}, "tensor<2x9xi1>"}},
       "%r = transformer.attention %a0, %a1, %a2 mask %a3 {heads = 4, "
       "kv_heads = 4, scale = 0.125} : (tensor<2x?x64xf32>, "
       "tensor<2x9x64xf32>, tensor<2x9x64xf32>, tensor<2x9xi1>) -> "
       "tensor<2x?x64xf32>",
       t64,
       kFloat,
       34},
      // More queries than a block has, and a cache before them.
      {"AttentionOfManyQueries",
       {{{70, 16}, "tensor<?x16xf32>"},
        {{75, 16}, "tensor<?x16xf32>"},
        {{75, 16}, "tensor<?x16xf32>"},
        {{70, 75}, "tensor<?x?xi1>"}},
       "%r = transformer.attention %a0, %a1, %a2 mask %a3 {heads = 2, "
       "kv_heads = 2, causal} : (tensor<?x16xf32>, tensor<?x16xf32>, "
       "tensor<?x16xf32>, tensor<?x?xi1>) -> tensor<?x16xf32>",
       "tensor<?x16xf32>",
       kFloat,
       33},
      {"Silu",
       {x64},
       "%r = transformer.silu %a0 : tensor<2x?x64xf32>",
       t64,
       kFloat,
       75},
      {"SwiGlu",
       {x64, x64},
       "%r = transformer.swiglu %a0, %a1 : tensor<2x?x64xf32>",
       t64,
       kFloat,
       75},
      // Rule G3 is off by 1.1e-4 at most, the signal is about 0.6.
      {"GeluErf",
       {x64},
       "%r = transformer.gelu %a0<erf> : tensor<2x?x64xf32>",
       t64,
       kFloat,
       75},
      {"GeluTanh",
       {x64},
       "%r = transformer.gelu %a0<tanh> : tensor<2x?x64xf32>",
       t64,
       kFloat,
       75},
      {"GeluSigmoid",
       {x64},
       "%r = transformer.gelu %a0<sigmoid> : tensor<2x?x64xf32>",
       t64,
       kFloat,
       75},
      {"Relu",
       {x64},
       "%r = transformer.relu %a0 : tensor<2x?x64xf32>",
       t64,
       kFloat,
       kFixed},
      {"Mul",
       {x64, x64},
       "%r = transformer.mul %a0, %a1 : tensor<2x?x64xf32>",
       t64,
       kFloat,
       75},
      // The factor has 15 bits.
      {"Scale",
       {x64},
       "%f = arith.constant dense<55.4256> : tensor<64xf32> "
       "%r = transformer.scale %a0 by %f : (tensor<2x?x64xf32>, "
       "tensor<64xf32>) -> tensor<2x?x64xf32>",
       t64,
       kFloat,
       75},
      // Two thirds of the elements are within the first range.
      {"Clamp",
       {x64},
       "%r = transformer.clamp %a0 to [1.0, 4.0] : tensor<2x?x64xf32>",
       t64,
       kFloat,
       38},
      {"Add",
       {x64, x64},
       "%o = transformer.observe %a0 \"x\" : tensor<2x?x64xf32> "
       "%r = transformer.add %o, %a1 : tensor<2x?x64xf32>",
       t64,
       kFloat,
       kFixed},
      {"MeanPool",
       {{{2, 9, 64}, "tensor<2x?x64xf32>"}, {{2, 9}, "tensor<2x?xi1>"}},
       "%r = transformer.mean_pool %a0 mask %a1 : (tensor<2x?x64xf32>, "
       "tensor<2x?xi1>) -> tensor<2x64xf32>",
       "tensor<2x64xf32>",
       kFloat,
       kFixed},
      {"MeanPoolBrain",
       {{{2, 9, 64}, "tensor<2x9x64xbf16>"}, {{2, 9}, "tensor<2x9xi1>"}},
       "%r = transformer.mean_pool %a0 mask %a1 : (tensor<2x9x64xbf16>, "
       "tensor<2x9xi1>) -> tensor<2x64xbf16>",
       "tensor<2x64xbf16>",
       kBrain,
       std::nullopt},
      {"Argmax",
       {x64},
       "%r = transformer.argmax %a0 : (tensor<2x?x64xf32>) -> tensor<2x?xi32>",
       "tensor<2x?xi32>",
       0,
       300},
  };
}

//===----------------------------------------------------------------------===//
// Fixture
//===----------------------------------------------------------------------===//

namespace {
class TransformerTest : public ::testing::TestWithParam<Program> {
protected:
  TransformerTest() {
    context.loadDialect<transformer::TransformerDialect, IQuantDialect,
                        arith::ArithDialect, func::FuncDialect>();
    context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
      diagnostics += diagnostic.str() + "\n";
    });
  }

  /// Makes the program's module and arguments from the seed.
  void makeCase(unsigned seed) {
    random.seed(seed);
    const Program &program = GetParam();
    std::string text = "func.func @main(";
    for (auto [index, argument] : llvm::enumerate(program.arguments))
      text += (index ? ", %a" : "%a") + std::to_string(index) + ": " +
              argument.second;
    text += ") -> " + program.resultType + " {\n" + expand(program.body) +
            "\nreturn %r : " + program.resultType + "\n}";
    module = parseSourceString<ModuleOp>(text, &context);
    ASSERT_TRUE(module) << diagnostics << text;
    arguments.clear();
    for (const auto &[shape, type] : program.arguments)
      arguments.push_back(makeArgument(shape, mlir::parseType(type, &context)));
  }

  /// The result of the module as it is now.
  RuntimeValue run(ArrayRef<RuntimeValue> values) {
    reference::Interpreter interpreter(*module);
    auto results = interpreter.call("main", values);
    EXPECT_TRUE(succeeded(results)) << diagnostics;
    return succeeded(results) ? results->front() : RuntimeValue();
  }

  void convert(std::unique_ptr<Pass> pass) {
    PassManager passes(&context);
    passes.addPass(std::move(pass));
    passes.addPass(createCanonicalizerPass());
    ASSERT_TRUE(succeeded(passes.run(*module))) << diagnostics;
  }

  /// Exact, since arguments are multiples of the unit.
  Tensor toFixed(const Tensor &values) {
    Tensor fixed(values.getShape(), IntegerType::get(&context, 32));
    for (int64_t i = 0, end = values.getNumElements(); i < end; ++i)
      fixed.setInt(i, std::llround(std::ldexp(values.getFloat(i), kExponent)));
    return fixed;
  }

  Type getResultType() {
    return module->lookupSymbol<func::FuncOp>("main").getResultTypes()[0];
  }

  MLIRContext context;
  std::string diagnostics;
  OwningOpRef<ModuleOp> module;
  SmallVector<RuntimeValue> arguments;

private:
  /// The body with its `$W<shape>` as the definition of `%w`.
  std::string expand(StringRef body) {
    auto [before, rest] = body.split("$W<");
    if (rest.empty())
      return body.str();
    auto [shape, after] = rest.split('>');
    SmallVector<StringRef> sizes;
    shape.split(sizes, 'x');
    int64_t count = 1;
    for (StringRef size : sizes)
      count *= std::stoll(size.str());
    std::vector<float> values(count);
    for (float &value : values)
      value = normal(random);
    std::string hex = "0x";
    hex += llvm::toHex(ArrayRef<uint8_t>(
        reinterpret_cast<const uint8_t *>(values.data()), 4 * count));
    return (before + "%w = arith.constant dense<\"" + hex + "\"> : tensor<" +
            shape + "xf32> " + after)
        .str();
  }

  /// Ids a little past the table, masks with rows of nothing, positions, and
  /// normal numbers, all of them multiples of the unit of activations, which
  /// every float type here can hold for small magnitudes.
  Tensor makeArgument(ArrayRef<int64_t> shape, Type type) {
    Tensor tensor(shape, getElementTypeOrSelf(type));
    Type element = tensor.getElementType();
    for (int64_t i = 0, end = tensor.getNumElements(); i < end; ++i) {
      if (element.isInteger(1))
        tensor.setInt(i, i / shape.back() % 2 != 0 && random() % 4 != 0);
      else if (element.isIndex() || element.isInteger(64))
        tensor.setInt(i, random() % 8);
      else if (element.isInteger(32))
        tensor.setInt(i, static_cast<int64_t>(random() % 11) - 2);
      else
        tensor.setFloat(i, std::round(std::ldexp(normal(random), 6)) / 64);
    }
    return tensor;
  }

  std::mt19937 random;
  std::normal_distribution<float> normal;
};
} // namespace

//===----------------------------------------------------------------------===//
// Tests
//===----------------------------------------------------------------------===//

TEST_P(TransformerTest, LinalgAgreesUpToRounding) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ASSERT_NO_FATAL_FAILURE(makeCase(seed));
    Type type = getResultType();
    Tensor expected = getRealNumbers(run(arguments), type);
    ASSERT_NO_FATAL_FAILURE(convert(createConvertTransformerToLinalg()));
    Tensor actual = getRealNumbers(run(arguments), type);
    ASSERT_EQ(actual.getShape(), expected.getShape());
    double largest = 0;
    for (int64_t i = 0; i < expected.getNumElements(); ++i)
      largest = std::max(largest, std::fabs(expected.getFloat(i)));
    for (int64_t i = 0; i < expected.getNumElements(); ++i)
      ASSERT_NEAR(actual.getFloat(i), expected.getFloat(i),
                  GetParam().tolerance * largest)
          << "element " << i;
  }
}

TEST_P(TransformerTest, IntegersAreAsNearAsTheirBits) {
  if (!GetParam().leastSnr)
    GTEST_SKIP() << "has arguments that must be constant, or half precision";
  double signal = 0, noise = 0;
  for (unsigned seed = 0; seed < 5; ++seed) {
    ASSERT_NO_FATAL_FAILURE(makeCase(seed));
    Tensor expected = getRealNumbers(run(arguments), getResultType());
    ConvertTransformerToIQuantOptions options;
    options.exponent = kExponent;
    ASSERT_NO_FATAL_FAILURE(convert(createConvertTransformerToIQuant(options)));
    for (RuntimeValue &argument : arguments)
      if (isa<FloatType>(argument.getTensor().getElementType()))
        argument = toFixed(argument.getTensor());
    Tensor actual = getRealNumbers(run(arguments), getResultType());
    ASSERT_EQ(actual.getShape(), expected.getShape());
    for (int64_t i = 0; i < expected.getNumElements(); ++i) {
      double value = expected.getFloat(i);
      signal += value * value;
      noise += (actual.getFloat(i) - value) * (actual.getFloat(i) - value);
    }
  }
  EXPECT_GE(10 * std::log10(signal / noise), *GetParam().leastSnr);
}

INSTANTIATE_TEST_SUITE_P(Programs, TransformerTest,
                         ::testing::ValuesIn(getPrograms()),
                         [](const auto &info) { return info.param.name; });
