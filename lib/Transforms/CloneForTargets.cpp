//===- CloneForTargets.cpp - A module for each processor ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/TargetList.h"
#include "iquant/Transforms/Passes.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_CLONEFORTARGETS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

namespace {
struct CloneForTargets
    : public iquant::impl::CloneForTargetsBase<CloneForTargets> {
  using CloneForTargetsBase::CloneForTargetsBase;

  void runOnOperation() override {
    if (llvm::Error error = clone(getOperation())) {
      emitError(getOperation().getLoc()) << llvm::toString(std::move(error));
      signalPassFailure();
    }
  }

private:
  llvm::Error clone(ModuleOp module);
};
} // namespace

llvm::Error CloneForTargets::clone(ModuleOp module) {
  auto targets = describeTargetList({triple, cpu, features}, &getContext());
  if (!targets)
    return targets.takeError();
  auto baseline = createTargetMachine(getBaseline(targets->front().target));
  if (!baseline)
    return baseline.takeError();

  OwningOpRef<ModuleOp> original = ModuleOp::create(module.getLoc());
  original->getBodyRegion().takeBody(module.getBodyRegion());
  module.getBodyRegion().emplaceBlock();
  StringRef attribute = LLVM::LLVMDialect::getTargetAttrName();
  for (const ListedTarget &target : *targets) {
    ModuleOp copy = original->clone();
    copy.setSymName(target.name);
    copy->setAttr(attribute, target.target);
    module.push_back(copy);
  }
  module->setAttr(attribute, describeTarget(**baseline, &getContext()));
  return llvm::Error::success();
}
