//===- SetTarget.cpp - What a module is compiled for ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/NativeCode.h"
#include "iquant/Transforms/Passes.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_SETTARGET
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

namespace {
struct SetTarget : public iquant::impl::SetTargetBase<SetTarget> {
  using SetTargetBase::SetTargetBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    StringRef name = LLVM::LLVMDialect::getTargetAttrName();
    bool isAsked = !triple.empty() || !cpu.empty() || !features.empty();
    if (!isAsked && module->hasAttr(name))
      return;
    auto machine = createTargetMachine({triple, cpu, features});
    if (!machine) {
      emitError(module.getLoc()) << llvm::toString(machine.takeError());
      return signalPassFailure();
    }
    module->setAttr(name, describeTarget(**machine, &getContext()));
  }
};
} // namespace
