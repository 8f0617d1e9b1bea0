//===- Executable.cpp - A module compiled for this machine ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BufferPool.h"
#include "OpenMP.h"

#include "dialects/IQuant/IQuant.h"
#include "dialects/Transformer/Transformer.h"
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

Executable::Signature::Signature(func::FuncOp function)
    : type(function.getFunctionType()), isCache(type.getNumInputs()),
      caches(type.getNumResults()) {
  for (Type input : type.getInputs())
    inputs.push_back(getComponents(input));
  for (unsigned result = 0; result < type.getNumResults(); ++result) {
    Attribute name = function.getResultAttr(result, transformer::kCache);
    for (unsigned i = 0; name && i < type.getNumInputs(); ++i)
      if (function.getArgAttr(i, transformer::kCache) == name)
        caches[result] = i;
    if (caches[result])
      isCache.set(*caches[result]);
    else
      llvm::append_range(returned, getComponents(type.getResult(result)));
  }
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
    result->signatures.try_emplace(function.getSymName(), function);
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
  for (auto &function : result->signatures) {
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

namespace {

/// What compiled code takes: a pointer to a pointer to each memref descriptor,
/// and to each scalar.
class Arguments {
public:
  /// The 64-bit words of a descriptor: two pointers, the offset, the sizes and
  /// the strides.
  static size_t countWords(size_t rank) { return 3 + 2 * rank; }

  void addScalar(const Tensor &scalar) {
    arguments.push_back({/*word=*/0, scalar.getRawData().data()});
  }
  void addTensor(ArrayRef<int64_t> shape, const void *data) {
    size_t first = addWords(countWords(shape.size()));
    words[first] = words[first + 1] = reinterpret_cast<int64_t>(data);
    int64_t stride = 1;
    for (size_t i = shape.size(); i-- > 0;) {
      words[first + 3 + i] = shape[i];
      words[first + 3 + shape.size() + i] = stride;
      stride *= shape[i];
    }
  }
  /// Words that the code fills.
  size_t addWords(size_t count) {
    size_t first = words.size();
    arguments.push_back({first, /*scalar=*/nullptr});
    words.resize(first + count);
    return first;
  }

  void call(void (*code)(void **)) {
    SmallVector<void *, 0> pointers(arguments.size()), packed(arguments.size());
    for (auto [argument, pointer, indirect] :
         llvm::zip_equal(arguments, pointers, packed)) {
      pointer = words.data() + argument.word;
      indirect = argument.scalar ? const_cast<char *>(argument.scalar)
                                 : static_cast<void *>(&pointer);
    }
    code(packed.data());
  }
  ArrayRef<int64_t> getWords() const { return words; }

private:
  struct Argument {
    size_t word;
    const char *scalar;
  };
  SmallVector<Argument, 0> arguments;
  SmallVector<int64_t, 0> words;
};

/// Takes over the buffers that a call returns; two results may share one.
class ResultBuffers {
public:
  /// The row-major tensor that a descriptor describes.
  Tensor take(ArrayRef<int64_t> words, RankedTensorType type) {
    std::shared_ptr<char[]> &owner = owners[words[0]];
    if (!owner)
      owner.reset(reinterpret_cast<char *>(words[0]),
                  [](char *memory) { freeBuffer(memory); });
    ArrayRef<int64_t> shape = words.slice(3, type.getRank());
    size_t width =
        Tensor(/*shape=*/{}, type.getElementType()).getRawData().size();
    auto *first = reinterpret_cast<char *>(words[1]) + words[2] * width;
    return Tensor::alias(shape, type.getElementType(),
                         {first, ShapedType::getNumElements(shape) * width},
                         owner);
  }

private:
  llvm::DenseMap<int64_t, std::shared_ptr<char[]>> owners;
};

} // namespace

FailureOr<SmallVector<RuntimeValue>>
Executable::call(StringRef function, SmallVector<RuntimeValue> arguments) {
  auto found = signatures.find(function);
  if (found == signatures.end())
    return emitError(location)
           << "has no public function '" << function << "' to call";
  const Signature &signature = found->second;
  FunctionType type = signature.type;
  if (arguments.size() != type.getNumInputs())
    return emitError(location)
           << "function '" << function << "' takes " << type.getNumInputs()
           << " arguments, got " << arguments.size();

  // The results, then the arguments, the pool last.
  Arguments passed;
  size_t resultWords = 0;
  for (Type component : signature.returned) {
    auto tensor = dyn_cast<RankedTensorType>(component);
    if (!tensor)
      return emitError(location) << "function '" << function
                                 << "' returns a value that is no tensor";
    resultWords += Arguments::countWords(tensor.getRank());
  }
  if (resultWords != 0)
    passed.addWords(resultWords);
  for (auto [index, argument] : llvm::enumerate(arguments)) {
    Type expected = type.getInput(index);
    ArrayRef<Type> components = signature.inputs[index];
    bool isCache = signature.isCache[index];
    if (std::optional<std::string> mismatch =
            isCache ? findShapeMismatch(argument, expected, components)
                    : findMismatch(argument, expected))
      return emitError(location) << "argument " << index << " of '" << function
                                 << "' " << *mismatch;
    if (!isa<RankedTensorType>(components.front())) {
      passed.addScalar(argument.getTensor());
      continue;
    }
    for (Tensor &tensor : argument.getMutableComponents())
      passed.addTensor(tensor.getShape(),
                       isCache ? tensor.getMutableRawData().data()
                               : tensor.getRawData().data());
  }
  passed.addTensor({static_cast<int64_t>(constants.size())}, constants.data());

  PoolScope scope(pool.get());
  passed.call(signature.code);

  SmallVector<RuntimeValue> values;
  ResultBuffers buffers;
  ArrayRef<int64_t> words = passed.getWords();
  for (auto [type, cache] :
       llvm::zip_equal(type.getResults(), signature.caches)) {
    if (cache) {
      values.push_back(std::move(arguments[*cache]));
      continue;
    }
    SmallVector<Tensor, 1> components;
    for (Type component : getComponents(type)) {
      auto tensor = cast<RankedTensorType>(component);
      size_t size = Arguments::countWords(tensor.getRank());
      components.push_back(buffers.take(words.take_front(size), tensor));
      words = words.drop_front(size);
    }
    values.push_back(RuntimeValue(std::move(components)));
  }
  return values;
}
