//===- RaiseToTransformerTest.cpp - Raising random foreign models ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Raises compositions of ops, look-alikes and others, in random spellings: what
// is an op must be found, nothing else may be, and what comes of it, lowered
// again, must compute what the original did.
//
//===----------------------------------------------------------------------===//

#include "Raising/ForeignModel.h"

#include "dialects/Transformer/Transformer.h"
#include "iquant/Conversion/Passes.h"
#include "iquant/Reference/Interpreter.h"
#include "iquant/Registration.h"

#include "mlir/Conversion/TosaToArith/TosaToArith.h"
#include "mlir/Conversion/TosaToLinalg/TosaToLinalg.h"
#include "mlir/Conversion/TosaToTensor/TosaToTensor.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Iterators.h"
#include "mlir/IR/Verifier.h"
#include "mlir/InitAllDialects.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

#include <cmath>
#include <cstdlib>
#include <gtest/gtest.h>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::testing;
using reference::RuntimeValue;
using reference::Tensor;

/// How many models are tried, from which seed on, unless the environment says
/// otherwise.
static constexpr unsigned kModels = 2000, kFirstSeed = 0;

static unsigned getNumber(const char *variable, unsigned otherwise) {
  const char *text = std::getenv(variable);
  return text ? std::strtoul(text, nullptr, 10) : otherwise;
}

static std::string toString(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream(text) << module;
  return text;
}

static std::string toString(const OpCounts &counts) {
  std::string text;
  for (auto &[name, count] : counts)
    text += name + " " + std::to_string(count) + ", ";
  return text;
}

namespace {
class RaiseTest : public ::testing::Test {
protected:
  RaiseTest() {
    DialectRegistry registry;
    registerAllDialects(registry);
    iquant::registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    context.disableMultithreading();
    context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
      diagnostics += diagnostic.str() + "\n";
    });
  }

  void run(ModuleOp module,
           llvm::function_ref<void(OpPassManager &)> addPasses) {
    PassManager passes(&context);
    addPasses(passes);
    ASSERT_TRUE(succeeded(passes.run(module))) << diagnostics;
  }

  /// Makes plain linalg of all dialects that are raised or come of that, and
  /// runs it.
  std::optional<SmallVector<RuntimeValue>>
  lowerAndCall(ModuleOp module, ArrayRef<RuntimeValue> arguments) {
    IRRewriter rewriter(&context);
    module.walk([&](linalg::SoftmaxOp op) {
      rewriter.setInsertionPoint(op);
      auto replacement = op.decomposeOperation(rewriter);
      if (succeeded(replacement))
        rewriter.replaceOp(op, *replacement);
    });
    run(module, [](OpPassManager &passes) {
      passes.addPass(createConvertTransformerToLinalg());
      auto &ofFunction = passes.nest<func::FuncOp>();
      ofFunction.addPass(tosa::createTosaToLinalgNamed());
      ofFunction.addPass(tosa::createTosaToLinalg());
      ofFunction.addPass(createTosaToTensorPass());
      ofFunction.addPass(createTosaToArithPass());
      // Shapes that were operands have no use any more.
      passes.addPass(createCSEPass());
    });
    auto results = reference::Interpreter(module).call("main", arguments);
    if (failed(results))
      return std::nullopt;
    return std::move(*results);
  }

  /// A factor is one wherever it is, so nobody counts those. What was dead from
  /// the beginning stays, and so does what it reads, if nobody erases it.
  static OpCounts countOps(ModuleOp module) {
    module.walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
      if (isOpTriviallyDead(op))
        op->erase();
    });
    OpCounts counts;
    module.walk([&](Operation *op) {
      if (isa<transformer::TransformerDialect>(op->getDialect()) &&
          !isa<transformer::ScaleOp>(op))
        ++counts[op->getName().stripDialect().str()];
    });
    return counts;
  }

  MLIRContext context;
  std::string diagnostics;
};
} // namespace

/// The largest difference of two tensors, relative to the largest element.
/// Look-alikes may overflow, which both must.
static double getDifference(const Tensor &actual, const Tensor &expected) {
  double largest = 1, difference = 0;
  for (int64_t i = 0; i < expected.getNumElements(); ++i) {
    double wanted = expected.getFloat(i);
    if (std::isfinite(wanted) != std::isfinite(actual.getFloat(i)))
      return HUGE_VAL;
    if (!std::isfinite(wanted))
      continue;
    largest = std::max(largest, std::fabs(wanted));
    difference = std::max(difference, std::fabs(actual.getFloat(i) - wanted));
  }
  return difference / largest;
}

TEST_F(RaiseTest, RandomModelsKeepTheirMeaning) {
  unsigned first = getNumber("IQUANT_RAISE_SEED", kFirstSeed);
  unsigned count = getNumber("IQUANT_RAISE_MODELS", kModels);
  for (unsigned seed = first; seed < first + count; ++seed) {
    diagnostics.clear();
    ForeignModel model = makeForeignModel(context, seed);
    std::string text = toString(*model.module);
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text);
    ASSERT_TRUE(succeeded(verify(*model.module))) << diagnostics;
    OwningOpRef<ModuleOp> raised = model.module->clone();
    auto expected = lowerAndCall(*model.module, model.arguments);
    ASSERT_TRUE(expected) << diagnostics;

    run(*raised, [](OpPassManager &passes) {
      passes.addPass(createRaiseToTransformer());
      passes.addPass(createCSEPass());
    });
    std::string raisedText = toString(*raised);
    EXPECT_EQ(toString(countOps(*raised)), toString(model.ops)) << raisedText;
    auto actual = lowerAndCall(*raised, model.arguments);
    ASSERT_TRUE(actual) << diagnostics << raisedText;
    for (auto [result, wanted] : llvm::zip_equal(*actual, *expected))
      EXPECT_LE(getDifference(result.getTensor(), wanted.getTensor()),
                model.tolerance)
          << raisedText;
    if (HasFailure())
      return;
  }
}
