//===- ModelFoldingTest.cpp - Foldings of a real model --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Folds SmolLM2 and compares the logits of a few tokens in double precision.
// Skipped where the model is missing.
//
//===----------------------------------------------------------------------===//

#include "FoldingFixture.h"

#include "iquant/Import/ImportModel.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/Verifier.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

namespace {

/// Lets everything but constants be f64, so that only what a folding does to
/// weights is rounded.
void widenActivations(ModuleOp module) {
  auto widen = [&](Type type) -> Type {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !isa<FloatType>(tensor.getElementType()))
      return type;
    return tensor.clone(Float64Type::get(module.getContext()));
  };
  module.walk([&](Operation *op) {
    if (op->hasTrait<OpTrait::ConstantLike>())
      return;
    for (Value result : op->getResults())
      result.setType(widen(result.getType()));
  });
  for (auto function : module.getOps<func::FuncOp>()) {
    SmallVector<Type> results =
        llvm::map_to_vector(function.getResultTypes(), widen);
    function.setType(FunctionType::get(module.getContext(),
                                       function.getArgumentTypes(), results));
  }
}

class ModelFoldingTest : public FoldingFixture {
protected:
  void SetUp() override {
    const char *given = std::getenv("IQUANT_MODEL");
    std::string path = given ? given : IQUANT_DEFAULT_MODEL;
    if (!llvm::sys::fs::exists(path))
      GTEST_SKIP() << "no " << path << "; run scripts/setup.sh";
    llvm::Expected<OwningOpRef<ModuleOp>> imported =
        importModel(path, &context);
    ASSERT_TRUE(bool(imported)) << toString(imported.takeError());
    module = std::move(*imported);
    widenActivations(*module);
    ASSERT_TRUE(succeeded(verify(*module))) << diagnostics;
  }

  double getChange(std::unique_ptr<Pass> pass) {
    return FoldingFixture::getChange(std::move(pass), "forward",
                                     {i32({1, 3}, {504, 3575, 282})});
  }
};

/// Weights have 24 bits, and their rounding adds up over 30 layers of sums of
/// 576 to 1536 products.
constexpr double kRounding = 1e-6;

TEST_F(ModelFoldingTest, NormScales) {
  EXPECT_LT(getChange(createTransformerFoldNormScale()), kRounding);
}

TEST_F(ModelFoldingTest, Rotations) {
  EXPECT_LT(getChange(createTransformerFoldRotation()), kRounding);
}

TEST_F(ModelFoldingTest, Scales) {
  observeAll(/*seed=*/0);
  TransformerFoldSmoothingOptions options;
  options.strategy = SmoothingStrategy::Alpha;
  EXPECT_LT(getChange(createTransformerFoldSmoothing(options)), kRounding);
}

} // namespace
