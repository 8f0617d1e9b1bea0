//===- LinearTest.cpp - The corners of compiled linears -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random programs seldom meet the scales at which a product saturates, or
// rounds to nothing, and never the largest sums. Here every pair of exponents
// meets sums of every size, compiled and in the interpreter.
//
//===----------------------------------------------------------------------===//

#include "ExecutableRegistry.h"

#include "dialects/IQuant/IQuant.h"
#include "iquant/Reference/Interpreter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"

#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace mlir::iquant;
using reference::RuntimeValue;
using reference::Tensor;

/// As many as one tile of the weight has.
static constexpr int64_t kOutputs = 8;

namespace {
struct Shape {
  /// Of each group.
  int64_t inputs;
  int64_t groups;
  int64_t resultExponent;
};

class LinearTest : public ::testing::TestWithParam<Shape> {
protected:
  LinearTest() : context(makeExecutableRegistry()) {
    context.loadDialect<IQuantDialect, func::FuncDialect>();
    Shape shape = GetParam();
    std::string source = llvm::formatv(R"mlir(
      !x = !iquant.dyn<?x{1}xui8, {2}>
      !w = !iquant.weight<{0}x{1}xsi8, {2}, #iquant.tiles<8x2>>
      !bias = !iquant.fixed<{0}xi32, {3}>
      !result = !iquant.fixed<?x{0}xi32, {3}>
      func.func @main(%x: !x, %w: !w, %bias: !bias) -> !result {{
        %0 = iquant.linear %x, %w bias %bias : (!x, !w, !bias) -> !result
        return %0 : !result
      })mlir",
                                       kOutputs, shape.inputs * shape.groups,
                                       shape.inputs, shape.resultExponent);
    module = parseSourceString<ModuleOp>(source, &context);
  }

  int64_t from(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }
  Tensor integers(ArrayRef<int64_t> shape, unsigned width,
                  function_ref<int64_t(int64_t position)> element) {
    Tensor tensor(shape, IntegerType::get(&context, width));
    for (int64_t i = 0, end = tensor.getNumElements(); i < end; ++i)
      tensor.setInt(i, element(i));
    return tensor;
  }
  /// Rows of the largest, the least and of random codes, each with the same
  /// `exponents`.
  RuntimeValue rows(ArrayRef<int64_t> exponents);
  RuntimeValue weight(int64_t exponent);

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::mt19937_64 random;
};
} // namespace

RuntimeValue LinearTest::rows(ArrayRef<int64_t> exponents) {
  int64_t inputs = GetParam().inputs, groups = GetParam().groups;
  int64_t count = 3 * exponents.size(), width = inputs * groups;
  SmallVector<Tensor, 1> components = {
      integers({count, width}, 8,
               [&](int64_t i) {
                 int64_t kind = i / width % 3;
                 return kind == 0 ? 255 : kind == 1 ? 0 : from(0, 255);
               }),
      integers(
          {count}, 32,
          [&](int64_t) { return from(0, 1) ? 65535 : from(32768, 65535); }),
      // The first group decides, the others are up to 31 finer.
      integers({count, groups}, 32,
               [&](int64_t i) {
                 int64_t smallest = exponents[i / groups / 3];
                 return i % groups == 0
                            ? smallest
                            : std::min<int64_t>(smallest + from(0, 33), 62);
               }),
      integers({count, groups}, 32, [&](int64_t i) {
        int64_t kind = i / groups % 3;
        return kind == 0 ? 0 : kind == 1 ? 255 : from(0, 255);
      })};
  return RuntimeValue(std::move(components));
}

RuntimeValue LinearTest::weight(int64_t exponent) {
  int64_t inputs = GetParam().inputs, groups = GetParam().groups;
  int64_t steps = inputs * groups / 2;
  // Channels of the largest, the least and of random codes, in tiles.
  Tensor codes = integers({1, steps, kOutputs, 2}, 8, [&](int64_t i) {
    int64_t channel = i / 2 % kOutputs;
    return channel == 0 ? 127 : channel == 1 ? -127 : from(-127, 127);
  });
  Tensor sums = integers({kOutputs, groups}, 32, [&](int64_t i) {
    int64_t channel = i / groups, group = i % groups, sum = 0;
    for (int64_t k = group * inputs; k < (group + 1) * inputs; ++k)
      sum += codes.getInt((k / 2 * kOutputs + channel) * 2 + k % 2);
    return sum;
  });
  SmallVector<Tensor, 1> components = {
      codes,
      integers(
          {kOutputs}, 32,
          [&](int64_t) { return from(0, 1) ? 65535 : from(32768, 65535); }),
      integers({kOutputs}, 32, [&](int64_t) { return exponent; }), sums};
  return RuntimeValue(std::move(components));
}

TEST_P(LinearTest, EveryScaleKeepsEveryBit) {
  ASSERT_TRUE(module);
  OwningOpRef<ModuleOp> lowered = module->clone();
  auto executable = Executable::compile(*lowered);
  ASSERT_TRUE(succeeded(executable));
  // Wide rows take the interpreter long.
  int64_t step = GetParam().inputs > 1000 ? 13 : 1;
  SmallVector<int64_t> exponents;
  for (int64_t exponent = -16; exponent <= 62; exponent += step)
    exponents.push_back(exponent);
  for (int64_t exponent = 0; exponent <= 47; exponent += step) {
    Tensor bias = integers({kOutputs}, 32, [&](int64_t) {
      return from(0, 1) ? from(-1000, 1000) : from(INT32_MIN, INT32_MAX);
    });
    SmallVector<RuntimeValue> arguments = {rows(exponents), weight(exponent),
                                           RuntimeValue(bias)};
    auto expected = reference::Interpreter(*module).call("main", arguments);
    auto actual = (*executable)->call("main", arguments);
    ASSERT_TRUE(succeeded(expected) && succeeded(actual));
    ASSERT_TRUE(actual->front() == expected->front())
        << "with weights of exponent " << exponent;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, LinearTest,
                         ::testing::Values(Shape{2, 1, 14}, Shape{2, 3, 0},
                                           Shape{96, 2, 30}, Shape{96, 2, 14},
                                           // The largest sums.
                                           Shape{66310, 1, 14},
                                           Shape{33154, 2, 14}));
