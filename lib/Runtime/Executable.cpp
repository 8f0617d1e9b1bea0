//===- Executable.cpp - A module compiled for this machine ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BufferPool.h"
#include "OpenMP.h"

#include "dialects/IQuant/IQuant.h"
#include "iquant/Pipelines/CpuPipeline.h"
#include "iquant/Registration.h"
#include "iquant/Runtime/LargePages.h"
#include "iquant/Target/MatrixInstruction.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/OpenMP/OpenMPToLLVMIRTranslation.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

void iquant::registerExecutableDialects(DialectRegistry &registry) {
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerDialects(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerOpenMPDialectTranslation(registry);
}

static std::unique_ptr<llvm::TargetMachine> makeHostMachine(ModuleOp module) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto host = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!host) {
    emitError(module.getLoc()) << "cannot find out this machine's processor: "
                               << llvm::toString(host.takeError());
    return nullptr;
  }
  auto machine = host->createTargetMachine();
  if (!machine) {
    emitError(module.getLoc()) << "cannot generate code for this machine: "
                               << llvm::toString(machine.takeError());
    return nullptr;
  }
  return std::move(*machine);
}

/// Checks that this machine has what the module is compiled for: code for
/// another would be an illegal instruction at best.
static LogicalResult checkTarget(ModuleOp module,
                                 const llvm::TargetMachine &host) {
  LLVM::TargetAttrInterface target = getTarget(module);
  if (!target)
    return success();
  llvm::Triple triple(target.getTriple());
  if (triple.getArch() != host.getTargetTriple().getArch())
    return emitError(module.getLoc())
           << "expects code for '" << host.getTargetTriple().str()
           << "', which runs this, got a module for '" << triple.str() << "'";
  for (auto &[feature, isThere] : llvm::sys::getHostCPUFeatures())
    if (std::string name = ("+" + feature).str();
        !isThere && hasFeature(target, name))
      return emitError(module.getLoc())
             << "expects code for '" << host.getTargetCPU()
             << "', which runs this, got a module that needs " << name;
  return success();
}

/// The function that takes descriptors by pointer.
static std::string getWrapperName(StringRef function) {
  return ("_mlir_ciface_" + function).str();
}

FailureOr<std::unique_ptr<Executable>>
Executable::compile(ModuleOp module, ArrayRef<HostFunction> hostFunctions,
                    unsigned threads) {
  std::unique_ptr<llvm::TargetMachine> machine = makeHostMachine(module);
  if (!machine || failed(checkTarget(module, *machine)))
    return failure();
  std::unique_ptr<Executable> result(new Executable(module.getLoc()));
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function.isPublic() || function.isExternal())
      continue;
    result->functions.try_emplace(function.getSymName(), function);
  }
  protectArguments(module);

  PassManager pm(module.getContext());
  CpuPipelineOptions options;
  options.threads = threads > 1;
  buildCpuPipeline(pm, options);
  if (failed(pm.run(module)))
    return failure();

  if (auto pool =
          module->getAttrOfType<DenseResourceElementsAttr>("iquant.constants"))
    result->constants = pool.getRawHandle().getBlob()->getData();
  adviseLargePages(result->constants);

  auto optimise =
      makeOptimizingTransformer(/*optLevel=*/3, /*sizeLevel=*/0, machine.get());
  ExecutionEngineOptions engineOptions;
  engineOptions.transformer = optimise;
  engineOptions.jitCodeGenOptLevel = llvm::CodeGenOptLevel::Aggressive;
  engineOptions.enableGDBNotificationListener = false;
  engineOptions.enablePerfNotificationListener = false;
  auto engine =
      ExecutionEngine::create(module, engineOptions, std::move(machine));
  if (!engine) {
    emitError(module.getLoc())
        << "cannot compile the module: " << llvm::toString(engine.takeError());
    return failure();
  }
  (*engine)->registerSymbols([&](llvm::orc::MangleAndInterner mangle) {
    llvm::orc::SymbolMap symbols;
    for (auto [name, address] : llvm::concat<const HostFunction>(
             hostFunctions, getOpenMPFunctions(), getBufferFunctions()))
      symbols[mangle(name)] = {llvm::orc::ExecutorAddr::fromPtr(address),
                               llvm::JITSymbolFlags::Callable};
    return symbols;
  });
  result->engine = std::move(*engine);
  if (threads > 1)
    result->pool = std::make_unique<ThreadPool>(threads);
  // Code is generated when somebody asks for it; the first call shall not wait.
  for (auto &function : result->functions) {
    auto code = result->engine->lookupPacked(getWrapperName(function.getKey()));
    if (!code) {
      emitError(module.getLoc()) << "cannot compile '" << function.getKey()
                                 << "': " << llvm::toString(code.takeError());
      return failure();
    }
    function.getValue().code = *code;
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

FailureOr<BoundCall> Executable::bind(StringRef function,
                                      SmallVector<RuntimeValue> arguments) {
  auto found = functions.find(function);
  if (found == functions.end())
    return emitError(location)
           << "has no public function '" << function << "' to call";
  BoundCall call(*found, location, pool.get());
  if (failed(call.bind(std::move(arguments), constants)))
    return failure();
  return call;
}

FailureOr<SmallVector<RuntimeValue>>
Executable::call(StringRef function, SmallVector<RuntimeValue> arguments) {
  FailureOr<BoundCall> call = bind(function, std::move(arguments));
  if (failed(call))
    return failure();
  SmallVector<RuntimeValue> computed = call->run();
  return call->getSignature().mergeResults(std::move(computed),
                                           call->release());
}
