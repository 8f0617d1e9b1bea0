//===- PackContractionsTest.cpp - Packed products, executed ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops for the instruction of every target run here: behind them the
// target is this machine, which multiplies the tiles of others by arithmetic.
//
//===----------------------------------------------------------------------===//

#include "ExecutableRegistry.h"

#include "iquant/Transforms/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/ExecutionEngine/CRunnerUtils.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"

#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace mlir::iquant;

namespace {

struct Target {
  const char *name, *triple, *features;
};
void PrintTo(const Target &target, std::ostream *out) { *out << target.name; }

struct Form {
  bool isWeightedSum, isUnsigned;
  /// Columns of b; and of a and b the rows, or -1 if only a call knows them.
  int64_t width, rows, extent;
};

/// Codes with rows that are further apart than they are long, of which the
/// rest must stay as it is.
template <typename T> struct Matrix {
  static constexpr int64_t kGap = 3;
  Matrix(int64_t rows, int64_t columns)
      : rows(rows), columns(columns), stride(columns + kGap),
        elements(rows * stride) {}
  T &at(int64_t row, int64_t column) { return elements[row * stride + column]; }
  StridedMemRefType<T, 2> view() {
    return {elements.data(), elements.data(), 0, {rows, columns}, {stride, 1}};
  }
  int64_t rows, columns, stride;
  std::vector<T> elements;
};

class PackContractionsTest : public ::testing::TestWithParam<Target> {
protected:
  PackContractionsTest() : context(makeExecutableRegistry()) {
    context.loadDialect<func::FuncDialect, LLVM::LLVMDialect>();
    context.loadAllAvailableDialects();
  }

  /// Compiles the loops for the target, and expects that there are some.
  void compile(const Form &form);
  /// Compares with products one by one.
  void run(const Form &form, int64_t rows, int64_t extent);

  MLIRContext context;
  std::unique_ptr<ExecutionEngine> engine;
  std::mt19937 random;
};

} // namespace

static std::string makeProgram(const Form &form) {
  auto size = [](int64_t size) {
    return size < 0 ? std::string("?") : std::to_string(size);
  };
  auto type = [&](std::string rows, std::string columns, int bits) {
    return llvm::formatv("memref<{0}x{1}xi{2}, strided<[?, 1]>>", rows, columns,
                         bits)
        .str();
  };
  std::string rows = size(form.rows), extent = size(form.extent),
              width = size(form.width);
  return llvm::formatv(
             R"mlir(
    func.func @run(%a: {0}, %b: {1}, %c: {2}) attributes {{llvm.emit_c_interface} {{
      linalg.generic {{indexing_maps = [
          affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> ({3})>,
          affine_map<(m, n, k) -> (m, n)>],
          iterator_types = ["parallel", "parallel", "reduction"]}
          ins(%a, %b : {0}, {1}) outs(%c : {2}) {{
      ^bb0(%x: i8, %y: i8, %sum: i32):
        %p = arith.{4} %x : i8 to i32
        %q = arith.extsi %y : i8 to i32
        %product = arith.muli %p, %q : i32
        %next = arith.addi %sum, %product : i32
        linalg.yield %next : i32
      }
      return
    })mlir",
             type(rows, form.isWeightedSum ? extent : width, 8),
             type(extent, width, 8),
             type(rows, form.isWeightedSum ? width : extent, 32),
             form.isWeightedSum ? "k, n" : "n, k",
             form.isUnsigned ? "extui" : "extsi")
      .str();
}

void PackContractionsTest::compile(const Form &form) {
  auto module = parseSourceString<ModuleOp>(makeProgram(form), &context);
  ASSERT_TRUE(module);
  StringRef target = LLVM::LLVMDialect::getTargetAttrName();
  auto features = LLVM::TargetFeaturesAttr::get(&context, GetParam().features);
  (*module)->setAttr(target,
                     LLVM::TargetAttr::get(
                         &context, StringAttr::get(&context, GetParam().triple),
                         StringAttr::get(&context, "generic"), features));
  PassManager pack(&context);
  pack.addNestedPass<func::FuncOp>(createPackContractions());
  ASSERT_TRUE(succeeded(pack.run(*module)));
  bool hasSteps = false;
  module->walk([&](vector::ContractionOp) { hasSteps = true; });
  ASSERT_TRUE(hasSteps);

  (*module)->removeAttr(target);
  PassManager pm(&context);
  pm.addPass(createSetTarget());
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(createVectorizeContractions());
  functions.addPass(createSelectMatrixInstructions());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  ASSERT_TRUE(succeeded(pm.run(*module)));
  auto created = ExecutionEngine::create(*module);
  ASSERT_TRUE(bool(created)) << llvm::toString(created.takeError());
  engine = std::move(*created);
}

void PackContractionsTest::run(const Form &form, int64_t rows, int64_t extent) {
  SCOPED_TRACE(std::to_string(rows) + " rows, " + std::to_string(extent));
  Matrix<uint8_t> a(rows, form.isWeightedSum ? extent : form.width),
      b(extent, form.width);
  Matrix<int32_t> c(rows, form.isWeightedSum ? form.width : extent);
  for (auto *codes : {&a, &b})
    for (uint8_t &code : codes->elements)
      code = random() % 4 ? random() : 128 + random() % 2 * 127;
  for (int32_t &sum : c.elements)
    sum = random();
  Matrix<int32_t> expected = c;
  for (int64_t m = 0; m < rows; ++m)
    for (int64_t n = 0; n < c.columns; ++n)
      for (int64_t k = 0; k < a.columns; ++k) {
        uint8_t x = a.at(m, k),
                y = form.isWeightedSum ? b.at(k, n) : b.at(n, k);
        int32_t wide = form.isUnsigned ? int32_t(x) : int32_t(int8_t(x));
        uint32_t sum = expected.at(m, n);
        expected.at(m, n) = sum + uint32_t(wide * int8_t(y));
      }
  StridedMemRefType<uint8_t, 2> aView = a.view(), bView = b.view();
  StridedMemRefType<int32_t, 2> cView = c.view();
  llvm::Error error = engine->invoke("run", &aView, &bView, &cView);
  ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
  EXPECT_EQ(c.elements, expected.elements);
}

// Few rows and many, which the instruction's divide or not, in one block or
// several; full tiles and others, and less than one.
TEST_P(PackContractionsTest, OpenSizes) {
  for (bool isWeightedSum : {false, true})
    for (bool isUnsigned : {false, true}) {
      SCOPED_TRACE(isWeightedSum ? "weighted sum" : "product");
      Form form{isWeightedSum, isUnsigned, /*width=*/64, -1, -1};
      ASSERT_NO_FATAL_FAILURE(compile(form));
      for (int64_t rows : {1, 23, 24, 48, 101})
        for (int64_t extent : {1, 16, 67, 160, 203})
          run(form, rows, extent);
      run(form, 0, 64);
      run(form, 48, 0);
    }
}

TEST_P(PackContractionsTest, KnownSizes) {
  for (Form form :
       {Form{false, false, 192, 50, 65}, Form{true, true, 48, 50, 65},
        Form{false, false, 16, 48, 64}}) {
    ASSERT_NO_FATAL_FAILURE(compile(form));
    run(form, form.rows, form.extent);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Targets, PackContractionsTest,
    ::testing::Values(
        Target{"Avx512Vnni", "x86_64-unknown-linux-gnu", "+avx512vnni"},
        Target{"AvxVnni", "x86_64-unknown-linux-gnu", "+avxvnni"},
        Target{"Avx2", "x86_64-unknown-linux-gnu", "+avx2"},
        Target{"Sse2", "x86_64-unknown-linux-gnu", "+sse2"},
        Target{"I8mm", "aarch64-unknown-linux-gnu", "+i8mm"},
        Target{"Dotprod", "aarch64-unknown-linux-gnu", "+dotprod"},
        Target{"Neon", "aarch64-unknown-linux-gnu", "+neon"},
        Target{"Portable", "riscv64-unknown-linux-gnu", ""}),
    [](const auto &test) { return std::string(test.param.name); });
