//===- FoldingFixture.h - Models before and after a folding -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the fixture that compares what a module computes before and after a
// pass.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_UNITTESTS_TRANSFORMS_FOLDINGFIXTURE_H
#define IQUANT_UNITTESTS_TRANSFORMS_FOLDINGFIXTURE_H

#include "ForeignOps.h"
#include "Reference/InterpreterFixture.h"

#include "mlir/Pass/PassManager.h"

namespace mlir::iquant {

class FoldingFixture : public reference::InterpreterTest {
protected:
  FoldingFixture() { context.loadDialect<foreign::ForeignDialect>(); }

  /// Runs a function of `module` before and after a pass, and gives the largest
  /// difference relative to the largest result.
  double getChange(std::unique_ptr<Pass> pass, StringRef function,
                   ArrayRef<reference::RuntimeValue> arguments) {
    std::vector<double> before = runModule(function, arguments);
    PassManager passes(&context);
    passes.addPass(std::move(pass));
    EXPECT_TRUE(succeeded(passes.run(*module))) << diagnostics;
    std::vector<double> after = runModule(function, arguments);
    double largest = 0, difference = 0;
    for (auto [x, y] : llvm::zip_equal(before, after)) {
      largest = std::max(largest, std::abs(x));
      difference = std::max(difference, std::abs(x - y));
    }
    return difference / largest;
  }

  /// The ops of a kind.
  template <typename OpTy> SmallVector<OpTy> ops() {
    SmallVector<OpTy> found;
    module->walk([&](OpTy op) { found.push_back(op); });
    return found;
  }

private:
  std::vector<double> runModule(StringRef function,
                                ArrayRef<reference::RuntimeValue> arguments) {
    OwningOpRef<ModuleOp> copy = module->clone();
    foreign::lowerForeignOps(*copy);
    reference::Interpreter interpreter(*copy);
    auto results = interpreter.call(function, arguments);
    EXPECT_TRUE(succeeded(results)) << diagnostics;
    return floats(results->front());
  }
};

} // namespace mlir::iquant

#endif // IQUANT_UNITTESTS_TRANSFORMS_FOLDINGFIXTURE_H
