//===- SelectByteShufflesTest.cpp - Tables in registers, interpreted ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Reference/Interpreter.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"

#include <random>

using namespace mlir;
using namespace mlir::iquant;
using reference::Tensor;

namespace {

/// A target, the bytes that an instruction of it takes, the width of a table's
/// elements and the bits of them that are not zero.
struct Case {
  StringRef triple, features;
  int64_t bytes;
  unsigned width, bits;
};

class SelectByteShufflesTest : public ::testing::TestWithParam<Case> {
protected:
  SelectByteShufflesTest() {
    context.loadDialect<arith::ArithDialect, func::FuncDialect,
                        memref::MemRefDialect, vector::VectorDialect,
                        LLVM::LLVMDialect>();
  }
  MLIRContext context;
};

} // namespace

// What replaces a gather finds what the table has, on instructions that this
// machine may lack.
TEST_P(SelectByteShufflesTest, FindsEveryEntry) {
  const Case &test = GetParam();
  std::mt19937 random(test.bytes * 100 + test.width + test.bits);
  for (int64_t entries : {16, 1, 5}) {
    std::vector<int64_t> table;
    std::string list;
    for (int64_t i = 0; i < entries; ++i) {
      uint64_t entry = random() & ((uint64_t(1) << test.bits) - 1);
      table.push_back(llvm::SignExtend64(entry, test.width));
      list += (i ? ", " : "") + std::to_string(table.back());
    }
    int64_t lanes = test.bytes * 8 / test.width;
    std::string text = llvm::formatv(R"mlir(
      memref.global "private" constant @table : memref<{0}xi{1}> = dense<[{3}]>
      func.func @main(%at: vector<{2}xi32>) -> vector<{2}xi{1}> {{
        %c0 = arith.constant 0 : index
        %all = arith.constant dense<true> : vector<{2}xi1>
        %none = arith.constant dense<0> : vector<{2}xi{1}>
        %table = memref.get_global @table : memref<{0}xi{1}>
        %i = arith.index_castui %at : vector<{2}xi32> to vector<{2}xindex>
        %found = vector.gather %table[%c0] [%i], %all, %none : memref<{0}xi{1}>,
          vector<{2}xindex>, vector<{2}xi1>, vector<{2}xi{1}> into vector<{2}xi{1}>
        return %found : vector<{2}xi{1}>
      })mlir",
                                     entries, test.width, lanes, list);
    SCOPED_TRACE(text);
    auto module = parseSourceString<ModuleOp>(text, &context);
    ASSERT_TRUE(module);
    PassManager passes(&context);
    SetTargetOptions target;
    target.triple = test.triple.str();
    target.features = test.features.str();
    passes.addPass(createSetTarget(target));
    passes.addNestedPass<func::FuncOp>(createSelectByteShuffles());
    passes.addPass(createCanonicalizerPass());
    ASSERT_TRUE(succeeded(passes.run(*module)));

    Tensor at({lanes}, IntegerType::get(&context, 32));
    for (int64_t i = 0; i < lanes; ++i)
      at.setInt(i, random() % entries);
    reference::Interpreter interpreter(*module);
    auto results = interpreter.call("main", {at});
    ASSERT_TRUE(succeeded(results));
    for (int64_t i = 0; i < lanes; ++i)
      EXPECT_EQ(results->front().getTensor().getInt(i), table[at.getInt(i)]);
  }
}

static std::vector<Case> makeCases() {
  constexpr StringLiteral x86 = "x86_64-linux-gnu", arm = "aarch64-linux-gnu";
  std::vector<Case> cases;
  for (auto [width, bits] :
       {std::pair(8u, 8u), {16u, 16u}, {32u, 8u}, {32u, 16u}, {32u, 32u}}) {
    cases.push_back({x86, "+ssse3", 16, width, bits});
    cases.push_back({x86, "+avx2", 32, width, bits});
    cases.push_back({x86, "+avx512bw", 64, width, bits});
    cases.push_back({arm, "+neon", 16, width, bits});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Targets, SelectByteShufflesTest,
                         ::testing::ValuesIn(makeCases()));
