//===- PackedSumTest.cpp - Packed sums of exponentials, compiled ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs softmax and attention with every form of rule S6, compiled and in the
// interpreter, on 500 rows of each number of bits: all give the same bits.
//
//===----------------------------------------------------------------------===//

#include "ExecutableRegistry.h"

#include "dialects/IQuant/IQuant.h"
#include "iquant/Reference/Interpreter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace mlir::iquant;
using reference::RuntimeValue;
using reference::Tensor;

static constexpr StringLiteral kForms[] = {
    "", "packed_sum = #iquant.packed_sum<table>, ",
    "packed_sum = #iquant.packed_sum<counts>, "};

namespace {
class PackedSumTest : public ::testing::TestWithParam<int64_t> {
protected:
  PackedSumTest() : context(makeExecutableRegistry()), random(GetParam()) {
    context.loadDialect<IQuantDialect, func::FuncDialect>();
  }

  int64_t from(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }
  Tensor integers(ArrayRef<int64_t> shape, unsigned width,
                  function_ref<int64_t()> element);
  /// A row of one of the kinds that a softmax may meet.
  void fillRow(MutableArrayRef<int32_t> row);
  Tensor rows(int64_t count, int64_t length);
  RuntimeValue quantized(int64_t positions, int64_t heads, int64_t width);
  Tensor mask(int64_t queries, int64_t keys);

  /// The attribute of a table.
  std::string table(int64_t heads);
  /// Calls the functions of `module`, which differ in their form, with the same
  /// arguments, compiled and not.
  void expectSame(StringRef module,
                  ArrayRef<SmallVector<RuntimeValue>> arguments);

  MLIRContext context;
  std::mt19937_64 random;
};
} // namespace

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

Tensor PackedSumTest::integers(ArrayRef<int64_t> shape, unsigned width,
                               function_ref<int64_t()> element) {
  Tensor tensor(shape, IntegerType::get(&context, width));
  for (int64_t i = 0, end = tensor.getNumElements(); i < end; ++i)
    tensor.setInt(i, element());
  return tensor;
}

void PackedSumTest::fillRow(MutableArrayRef<int32_t> row) {
  switch (from(0, 5)) {
  case 0: // All masked, or all equal.
    return llvm::fill(row, from(0, 1) ? INT32_MIN : from(-1000, 1000));
  case 1: // One valid.
    llvm::fill(row, INT32_MIN);
    row[from(0, row.size() - 1)] = from(INT32_MIN, INT32_MAX);
    return;
  case 2: // All that 32 bits hold.
    for (int32_t &element : row)
      element = from(INT32_MIN, INT32_MAX);
    return;
  default:
    std::normal_distribution<double> scores(0, from(0, 50));
    for (int32_t &element : row)
      element = std::lround(std::ldexp(scores(random), 14));
  }
}

Tensor PackedSumTest::rows(int64_t count, int64_t length) {
  Tensor tensor({count, length}, IntegerType::get(&context, 32));
  MutableArrayRef<int32_t> elements = tensor.mutableData<int32_t>();
  for (int64_t row = 0; row < count; ++row)
    fillRow(elements.slice(row * length, length));
  return tensor;
}

RuntimeValue PackedSumTest::quantized(int64_t positions, int64_t heads,
                                      int64_t width) {
  SmallVector<Tensor, 1> components = {
      integers({positions, heads * width}, 8, [&] { return from(-127, 127); }),
      integers({positions, heads}, 32, [&] { return from(32768, 65535); }),
      integers({positions, heads}, 32, [&] { return from(18, 22); })};
  return RuntimeValue(std::move(components));
}

Tensor PackedSumTest::mask(int64_t queries, int64_t keys) {
  Tensor tensor({queries, keys}, IntegerType::get(&context, 1));
  for (int64_t query = 0; query < queries; ++query) {
    int64_t kind = from(0, 3), only = from(0, keys - 1);
    for (int64_t key = 0; key < keys; ++key)
      tensor.setInt(query * keys + key, kind == 0   ? 0
                                        : kind == 1 ? key == only
                                        : kind == 2 ? 1
                                                    : from(0, 1));
  }
  return tensor;
}

std::string PackedSumTest::table(int64_t heads) {
  SmallVector<int64_t> multipliers, exponents, entries;
  for (int64_t head = 0; head < heads; ++head) {
    multipliers.push_back(from(32768, 65535));
    exponents.push_back(from(14, 18));
    int64_t largest = from(0, 2) ? 255 : 65280;
    entries.push_back(largest);
    for (int64_t code = 1; code < int64_t(1) << GetParam(); ++code)
      entries.push_back(from(0, largest));
  }
  auto list = [](ArrayRef<int64_t> numbers) {
    return llvm::formatv("[{0:$[, ]}]",
                         llvm::make_range(numbers.begin(), numbers.end()))
        .str();
  };
  return llvm::formatv("table = #iquant.table<bits = {0}, multiplier = {1}, "
                       "exponent = {2}, entries = {3}{4}>",
                       GetParam(), list(multipliers), list(exponents),
                       list(entries),
                       from(0, 1) ? ", rounding = dithered" : "");
}

//===----------------------------------------------------------------------===//
// Tests
//===----------------------------------------------------------------------===//

void PackedSumTest::expectSame(StringRef text,
                               ArrayRef<SmallVector<RuntimeValue>> arguments) {
  auto module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module);
  auto names = llvm::map_to_vector(
      module->getOps<func::FuncOp>(),
      [](func::FuncOp function) { return function.getSymName().str(); });
  std::vector<SmallVector<RuntimeValue>> expected;
  for (const SmallVector<RuntimeValue> &given : arguments)
    for (auto [position, name] : llvm::enumerate(names)) {
      auto results = reference::Interpreter(*module).call(name, given);
      ASSERT_TRUE(succeeded(results));
      if (position == 0)
        expected.push_back(std::move(*results));
      else
        EXPECT_TRUE(results->front() == expected.back().front()) << name;
    }
  auto executable = Executable::compile(*module);
  ASSERT_TRUE(succeeded(executable));
  for (auto [given, results] : llvm::zip_equal(arguments, expected))
    for (const std::string &name : names) {
      auto actual = (*executable)->call(name, given);
      ASSERT_TRUE(succeeded(actual));
      EXPECT_TRUE(actual->front() == results.front()) << name;
    }
}

TEST_P(PackedSumTest, SoftmaxKeepsEveryBit) {
  SmallVector<int64_t> lengths = {1, 2, 3, 4, 5, 127, 128, 5000};
  while (lengths.size() < 20)
    lengths.push_back(from(1, 5000));
  for (auto [position, length] : llvm::enumerate(lengths)) {
    std::string input =
        llvm::formatv("!iquant.fixed<?x{0}xi32, 14>", length).str();
    std::string result = position % 4 == 0
                             ? input
                             : llvm::formatv("!iquant.dyn<?x{0}xui8>", length);
    std::string module, attribute = table(/*heads=*/1);
    for (auto [form, prefix] : llvm::enumerate(kForms))
      module +=
          llvm::formatv("func.func @form{0}(%x: {1}) -> {2} {{\n"
                        "  %0 = iquant.softmax %x {{{3}{4}} : ({1}) -> {2}\n"
                        "  return %0 : {2}\n}\n",
                        form, input, result, prefix, attribute);
    SCOPED_TRACE(module);
    expectSame(module, {{RuntimeValue(rows(25, length))}});
  }
}

TEST_P(PackedSumTest, AttentionKeepsEveryBit) {
  constexpr int64_t heads = 2, width = 4, queries = 32;
  std::string module, attribute = table(heads);
  for (auto [form, prefix] : llvm::enumerate(kForms))
    module += llvm::formatv(
        "func.func @form{0}(%q: !iquant.dyn<?x8xsi8, 4>, "
        "%k: !iquant.dyn<?x4xsi8, 4>, %v: !iquant.dyn<?x4xsi8, 4>, "
        "%m: tensor<?x?xi1>) -> !iquant.fixed<?x8xi32, 16> {{\n"
        "  %0 = iquant.attention %q, %k, %v mask %m {{heads = 2 : i64, "
        "kv_heads = 1 : i64, {1}{2}} : (!iquant.dyn<?x8xsi8, 4>, "
        "!iquant.dyn<?x4xsi8, 4>, !iquant.dyn<?x4xsi8, 4>, tensor<?x?xi1>) -> "
        "!iquant.fixed<?x8xi32, 16>\n"
        "  return %0 : !iquant.fixed<?x8xi32, 16>\n}\n",
        form, prefix, attribute);
  SCOPED_TRACE(module);
  std::vector<SmallVector<RuntimeValue>> arguments;
  for (int64_t keys : {1l, 3l, 4l, from(1, 100), from(1, 1000), from(1, 5000)})
    arguments.push_back({quantized(queries, heads, width),
                         quantized(keys, 1, width), quantized(keys, 1, width),
                         RuntimeValue(mask(queries, keys))});
  expectSame(module, arguments);
}

INSTANTIATE_TEST_SUITE_P(Bits, PackedSumTest, ::testing::Values(2, 3, 4));
