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

#include <random>

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

  /// Puts an observer with random statistics on every row that is computed, of
  /// magnitudes from `least` on.
  void observeAll(unsigned seed, float least = 0) {
    std::mt19937 random(seed);
    SmallVector<Value> values;
    module->walk([&](Operation *op) {
      if (op->hasTrait<OpTrait::ConstantLike>())
        return;
      for (Value result : op->getResults())
        if (auto type = dyn_cast<RankedTensorType>(result.getType());
            type && isa<FloatType>(type.getElementType()))
          values.push_back(result);
    });
    for (auto [number, value] : llvm::enumerate(values)) {
      OpBuilder builder(&context);
      builder.setInsertionPointAfterValue(value);
      auto observer = transformer::ObserveOp::create(
          builder, value.getLoc(), value, "value." + std::to_string(number),
          makeStatistics(value, random, least));
      value.replaceAllUsesExcept(observer, observer);
    }
  }

  /// The ops of a kind.
  template <typename OpTy> SmallVector<OpTy> ops() {
    SmallVector<OpTy> found;
    module->walk([&](OpTy op) { found.push_back(op); });
    return found;
  }

private:
  transformer::StatisticsAttr makeStatistics(Value value, std::mt19937 &random,
                                             float least) {
    constexpr int64_t kRows = 8;
    std::lognormal_distribution<float> magnitude(0, 2);
    std::normal_distribution<float> normal;
    int64_t channels =
        cast<RankedTensorType>(value.getType()).getShape().back();
    std::vector<float> magnitudes(channels), rows(kRows * channels);
    for (float &element : magnitudes)
      element = least + (1 + least) * magnitude(random);
    for (auto [index, element] : llvm::enumerate(rows))
      element = normal(random) * magnitudes[index % channels];
    auto makeElements = [&](ArrayRef<int64_t> shape, ArrayRef<float> elements) {
      auto type = RankedTensorType::get(shape, Float32Type::get(&context));
      return DenseElementsAttr::get(type, elements);
    };
    ElementsAttr vector = makeElements(channels, magnitudes);
    return transformer::StatisticsAttr::get(
        &context, kRows, vector, vector, vector, vector, vector,
        makeElements({kRows, channels}, rows), /*sequences=*/{});
  }

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
