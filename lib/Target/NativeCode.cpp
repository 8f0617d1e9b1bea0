//===- NativeCode.cpp - Machine code of lowered modules -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/NativeCode.h"

#include "VectorShifts.h"

#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"

using namespace mlir;
using namespace mlir::iquant;
using llvm::createStringError;

/// The names of all targets that LLVM was built with.
static std::string listTargets() {
  std::vector<std::string> names;
  for (const llvm::Target &target : llvm::TargetRegistry::targets())
    names.push_back(target.getName());
  llvm::sort(names);
  return llvm::join(names, ", ");
}

/// The features of this machine.
static std::string getHostFeatures() {
  llvm::SubtargetFeatures features;
  for (auto &[name, isThere] : llvm::sys::getHostCPUFeatures())
    features.AddFeature(name, isThere);
  return features.getString();
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
iquant::createTargetMachine(const CodeTarget &wanted) {
  llvm::InitializeAllTargetInfos();
  llvm::InitializeAllTargets();
  llvm::InitializeAllTargetMCs();
  llvm::InitializeAllAsmPrinters();
  // Of the assembly in functions that ask a processor what it has.
  llvm::InitializeAllAsmParsers();
  CodeTarget target = wanted;
  if (target.triple.empty()) {
    target.triple = llvm::sys::getProcessTriple();
    if (target.cpu.empty()) {
      target.cpu = llvm::sys::getHostCPUName();
      std::string own = std::move(target.features);
      target.features = getHostFeatures();
      if (!own.empty())
        target.features += "," + own;
    }
  }
  llvm::Triple triple(llvm::Triple::normalize(target.triple));
  std::string error;
  const llvm::Target *found = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!found)
    return createStringError("unknown target '" + target.triple +
                             "'; known are " + listTargets());
  // LLVM itself only warns about an unknown processor, and goes on without it.
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget(
      found->createMCSubtargetInfo(triple, "", ""));
  if (!target.cpu.empty() && !subtarget->isCPUStringValid(target.cpu))
    return createStringError("unknown processor '" + target.cpu +
                             "' of target '" + triple.str() + "'");
  std::unique_ptr<llvm::TargetMachine> machine(found->createTargetMachine(
      triple, target.cpu, target.features, llvm::TargetOptions(),
      llvm::Reloc::PIC_, std::nullopt, llvm::CodeGenOptLevel::Aggressive));
  if (!machine)
    return createStringError("cannot generate code for '" + triple.str() + "'");
  return machine;
}

LLVM::TargetAttr iquant::describeTarget(const llvm::TargetMachine &machine,
                                        MLIRContext *context) {
  std::string features;
  for (const llvm::SubtargetFeatureKV &feature :
       machine.getMCSubtargetInfo()->getEnabledProcessorFeatures())
    features += (features.empty() ? "+" : ",+") + std::string(feature.Key);
  return LLVM::TargetAttr::get(
      context, StringAttr::get(context, machine.getTargetTriple().str()),
      StringAttr::get(context, machine.getTargetCPU()),
      LLVM::TargetFeaturesAttr::get(context, features));
}

llvm::Expected<std::unique_ptr<llvm::Module>>
iquant::translateToLLVM(ModuleOp module, llvm::LLVMContext &context,
                        llvm::TargetMachine &machine) {
  std::unique_ptr<llvm::Module> result =
      translateModuleToLLVMIR(module, context);
  if (!result)
    return createStringError("the module cannot be translated to LLVM IR");
  result->setTargetTriple(machine.getTargetTriple());
  result->setDataLayout(machine.createDataLayout());
  auto optimise =
      makeOptimizingTransformer(/*optLevel=*/3, /*sizeLevel=*/0, &machine);
  if (llvm::Error error = optimise(result.get()))
    return std::move(error);
  expandVectorShifts(*result, machine);
  return std::move(result);
}

llvm::Error iquant::emitCode(llvm::Module &module, llvm::TargetMachine &machine,
                             llvm::CodeGenFileType type,
                             llvm::raw_pwrite_stream &out) {
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, out, /*DwoOut=*/nullptr, type))
    return createStringError("cannot write code of this kind for '" +
                             machine.getTargetTriple().str() + "'");
  passes.run(module);
  return llvm::Error::success();
}
