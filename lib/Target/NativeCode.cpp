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

/// Takes the features that stand behind the name of a processor from there.
static CodeTarget separateFeatures(CodeTarget target) {
  SmallVector<StringRef> parts;
  StringRef(target.cpu).split(parts, '+');
  llvm::SubtargetFeatures features;
  for (StringRef part : ArrayRef(parts).drop_front())
    features.AddFeature(part);
  features.addFeaturesVector(
      llvm::SubtargetFeatures(target.features).getFeatures());
  target.features = features.getString();
  target.cpu = parts.front().str();
  return target;
}

/// The feature whose name is most like this one, itself if it is known.
static StringRef findNearest(StringRef name,
                             ArrayRef<llvm::SubtargetFeatureKV> known) {
  auto distance = [&](const llvm::SubtargetFeatureKV &feature) {
    return name.edit_distance(feature.Key);
  };
  const auto *nearest = llvm::min_element(
      known, [&](auto &a, auto &b) { return distance(a) < distance(b); });
  return nearest == known.end() ? "" : nearest->Key;
}

/// LLVM itself only warns about what it does not know, and goes on without it.
static llvm::Error checkNames(const CodeTarget &target,
                              const llvm::Triple &triple,
                              const llvm::MCSubtargetInfo &known) {
  if (!target.cpu.empty() && !known.isCPUStringValid(target.cpu)) {
    std::vector<std::string> names;
    for (const auto &processor : known.getAllProcessorDescriptions())
      names.push_back(processor.Key);
    return createStringError("unknown processor '" + target.cpu +
                             "' of target '" + triple.str() + "'; known are " +
                             llvm::join(names, ", "));
  }
  llvm::SubtargetFeatures features(target.features);
  for (StringRef feature : features.getFeatures()) {
    StringRef name = llvm::SubtargetFeatures::StripFlag(feature);
    StringRef nearest = findNearest(name, known.getAllProcessorFeatures());
    if (name != nearest)
      return createStringError("unknown feature '" + name + "' of target '" +
                               triple.str() + "'; the nearest is '" + nearest +
                               "'");
  }
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
iquant::createTargetMachine(const CodeTarget &wanted) {
  llvm::InitializeAllTargetInfos();
  llvm::InitializeAllTargets();
  llvm::InitializeAllTargetMCs();
  llvm::InitializeAllAsmPrinters();
  // Of the assembly in functions that ask a processor what it has.
  llvm::InitializeAllAsmParsers();
  const CodeTarget asked = separateFeatures(wanted);
  CodeTarget target = asked;
  if (target.triple.empty()) {
    target.triple = llvm::sys::getProcessTriple();
    if (target.cpu.empty()) {
      target.cpu = llvm::sys::getHostCPUName();
      target.features = getHostFeatures();
      if (!asked.features.empty())
        target.features += "," + asked.features;
    }
  }
  llvm::Triple triple(llvm::Triple::normalize(target.triple));
  std::string error;
  const llvm::Target *found = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!found)
    return createStringError("unknown target '" + target.triple +
                             "'; known are " + listTargets());
  std::unique_ptr<llvm::MCSubtargetInfo> known(
      found->createMCSubtargetInfo(triple, "", ""));
  if (llvm::Error error = checkNames(asked, triple, *known))
    return std::move(error);
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
