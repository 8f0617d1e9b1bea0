//===- DifferentialTest.cpp - Compiled code against the rules -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs random programs of one op through the whole CPU pipeline and the JIT,
// and through the reference interpreter: every bit must be the same.
//
//===----------------------------------------------------------------------===//

#include "ExecutableRegistry.h"

#include "Support/RandomCases.h"
#include "dialects/IQuant/IQuant.h"
#include "iquant/Reference/Interpreter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::testing;
using reference::RuntimeValue;

/// Cases of every op that are compiled together, and the threads that run each
/// such batch.
static constexpr unsigned kBatch = 50, kThreads[] = {1, 2, 3, 7};

namespace {
class DifferentialTest : public ::testing::TestWithParam<StringLiteral> {
protected:
  DifferentialTest() : context(makeExecutableRegistry()) {
    context.loadDialect<IQuantDialect, func::FuncDialect>();
    context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
      diagnostics += diagnostic.str() + "\n";
    });
  }

  /// The name of the function of a case in its batch.
  static std::string nameOf(unsigned seed) {
    return "case" + std::to_string(seed);
  }

  MLIRContext context;
  std::string diagnostics;
};
} // namespace

TEST_P(DifferentialTest, CompiledCodeKeepsEveryBit) {
  for (auto [position, threads] : llvm::enumerate(kThreads)) {
    unsigned first = position * kBatch;
    OwningOpRef<ModuleOp> batch(ModuleOp::create(UnknownLoc::get(&context)));
    std::vector<RandomCase> cases;
    std::vector<SmallVector<RuntimeValue>> expected;
    for (unsigned seed = first; seed < first + kBatch; ++seed) {
      cases.push_back(makeRandomCase(context, GetParam(), seed));
      auto module = parseSourceString<ModuleOp>(cases.back().module, &context);
      ASSERT_TRUE(module) << diagnostics << cases.back().module;
      auto results =
          reference::Interpreter(*module).call("main", cases.back().arguments);
      ASSERT_TRUE(succeeded(results)) << diagnostics << cases.back().module;
      expected.push_back(std::move(*results));
      auto function = module->lookupSymbol<func::FuncOp>("main");
      function.setSymName(nameOf(seed));
      function->moveBefore(batch->getBody(), batch->getBody()->end());
    }

    auto executable =
        Executable::compile(*batch, /*hostFunctions=*/{}, threads);
    ASSERT_TRUE(succeeded(executable)) << diagnostics;
    for (unsigned i = 0; i < kBatch; ++i) {
      SCOPED_TRACE("seed " + std::to_string(first + i) + ", " +
                   std::to_string(threads) + " threads\n" + cases[i].module);
      auto actual = (*executable)->call(nameOf(first + i), cases[i].arguments);
      ASSERT_TRUE(succeeded(actual)) << diagnostics;
      ASSERT_EQ(actual->size(), expected[i].size());
      for (auto [left, right] : llvm::zip_equal(*actual, expected[i]))
        EXPECT_TRUE(left == right);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Ops, DifferentialTest, ::testing::ValuesIn(getRandomCaseOps()),
    [](const ::testing::TestParamInfo<StringLiteral> &info) {
      return info.param.str();
    });
