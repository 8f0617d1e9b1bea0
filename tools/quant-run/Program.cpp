//===- Program.cpp - Models and functions run by either engine ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "QuantRun.h"

#include "dialects/IQuant/IQuant.h"
#include "iquant/Reference/Rules.h"
#include "iquant/Runtime/Npy.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/WithColor.h"

#include <cmath>

#ifdef __GLIBC__
#include <malloc.h>
#endif

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;
using namespace mlir::iquant::reference;

int run::fail(const llvm::Twine &message) {
  llvm::WithColor::error(llvm::errs(), "quant-run") << message << '\n';
  return 1;
}

int run::fail(llvm::Error error) { return fail(toString(std::move(error))); }

LoadedModule run::loadModule(StringRef file, MLIRContext &context) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(
      file, /*IsText=*/false, /*RequiresNullTerminator=*/true);
  if (!buffer) {
    fail("'" + file + "': " + buffer.getError().message());
    return {};
  }
  // The source manager is shared with the module, whose resources may alias the
  // mapped file.
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(*sources, &context);
  return {parseSourceFile<ModuleOp>(sources, &context), sources};
}

llvm::Expected<std::vector<int32_t>> run::readIds(StringRef file) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(file, /*IsText=*/true);
  if (!buffer)
    return llvm::createStringError("'" + file.str() +
                                   "': " + buffer.getError().message());
  std::vector<int32_t> ids;
  for (llvm::line_iterator line(**buffer); !line.is_at_eof(); ++line) {
    int32_t id;
    if (line->trim().getAsInteger(10, id))
      return llvm::createStringError(
          "'" + file.str() + "', line " + std::to_string(line.line_number()) +
          ": expects a token id, got '" + line->str() + "'");
    ids.push_back(id);
  }
  return ids;
}

/// Floats as fixed point (rule F4); other tensors as they are.
static llvm::Expected<Tensor> toFixed(Tensor tensor, FixedType type,
                                      StringRef file) {
  if (!isa<FloatType>(tensor.getElementType()))
    return tensor;
  Tensor result(tensor.getShape(), type.getElementType());
  for (int64_t i = 0, size = tensor.getNumElements(); i < size; ++i) {
    double number = tensor.getFloat(i);
    if (std::isnan(number))
      return llvm::createStringError("'" + file +
                                     "': expects numbers, got NaN as element " +
                                     llvm::Twine(i));
    result.setInt(i, fixedPoint(number, type.getExponent()));
  }
  return result;
}

llvm::Expected<SmallVector<RuntimeValue>>
run::readArguments(ArrayRef<std::string> files, TypeRange types,
                   MLIRContext &context) {
  SmallVector<RuntimeValue> arguments;
  for (auto [i, file] : llvm::enumerate(files)) {
    llvm::Expected<Tensor> tensor = readNpy(file, context);
    auto fixed = i < types.size() ? dyn_cast<FixedType>(types[i]) : FixedType();
    if (tensor && fixed && fixed.getElementType().isInteger(32))
      tensor = toFixed(std::move(*tensor), fixed, file);
    if (!tensor)
      return tensor.takeError();
    arguments.push_back(RuntimeValue(*tensor));
  }
  return arguments;
}

//===----------------------------------------------------------------------===//
// Program
//===----------------------------------------------------------------------===//

/// More than any machine has, and few enough to be created.
static constexpr unsigned kMostThreads = 1024;

/// Frees the constants that lie in the file of a module, and with the last of
/// them the file.
static void dropConstants(const llvm::SourceMgr &file, MLIRContext *context) {
  StringRef bytes = file.getMemoryBuffer(file.getMainFileID())->getBuffer();
  auto liesInFile = [&](const AsmResourceBlob *blob) {
    return blob && blob->getData().begin() >= bytes.begin() &&
           blob->getData().end() <= bytes.end();
  };
  auto &resources = DenseResourceElementsHandle::getManagerInterface(context);
  std::vector<std::string> names;
  resources.getBlobManager().getBlobMap([&](const auto &entries) {
    for (const auto &entry : entries)
      if (liesInFile(entry.getValue().getBlob()))
        names.push_back(entry.getKey().str());
  });
  for (const std::string &name : names)
    resources.update(name, UnmanagedAsmResourceBlob::allocateWithAlign(
                               /*data=*/{}, /*align=*/1));
}

/// Frees what compiled code does not need: the module, the weights as they were
/// before they were packed, and the free memory that compilation leaves.
static void releaseModule(LoadedModule loaded) {
  if (loaded.file)
    dropConstants(*loaded.file, loaded.module->getContext());
  loaded = {};
#ifdef __GLIBC__
  malloc_trim(/*pad=*/0);
#endif
}

FailureOr<std::unique_ptr<Program>>
Program::load(LoadedModule loaded, StringRef name, Engine engine,
              ArrayRef<HostFunction> hostFunctions) {
  ModuleOp module = *loaded.module;
  auto function = module.lookupSymbol<func::FuncOp>(name);
  if (!function || function.isExternal()) {
    fail("the module has no function '" + name + "' with a body");
    return failure();
  }
  std::unique_ptr<Program> program(new Program(function));
  if (engine == Engine::Reference) {
    program->interpreter = std::make_unique<Interpreter>(module);
    program->module = std::move(loaded.module);
    return program;
  }
  unsigned threads = getThreads();
  if (threads == 0 || threads > kMostThreads) {
    fail("expects 1 to " + llvm::Twine(kMostThreads) + " of --threads, got " +
         llvm::Twine(threads));
    return failure();
  }
  for (auto other : module.getOps<func::FuncOp>())
    if (other != function)
      other.setPrivate();
  PassManager pm(function.getContext());
  pm.addPass(createSymbolDCEPass());
  if (failed(pm.run(module)))
    return failure();
  FailureOr<std::unique_ptr<Executable>> executable =
      Executable::compile(module, hostFunctions, threads);
  if (failed(executable))
    return failure();
  program->executable = std::move(*executable);
  releaseModule(std::move(loaded));
  return program;
}

FailureOr<SmallVector<RuntimeValue>>
Program::call(SmallVector<RuntimeValue> arguments) {
  if (interpreter)
    return interpreter->call(name, arguments);
  return executable->call(name, std::move(arguments));
}

LogicalResult Program::bind(SmallVector<RuntimeValue> arguments) {
  if (interpreter) {
    boundArguments = std::move(arguments);
    return success();
  }
  FailureOr<BoundCall> call = executable->bind(name, std::move(arguments));
  if (failed(call))
    return failure();
  boundCall = std::move(*call);
  return success();
}

LogicalResult Program::replace(unsigned index, RuntimeValue argument) {
  if (boundCall)
    return boundCall->replace(index, std::move(argument));
  boundArguments[index] = std::move(argument);
  return success();
}

FailureOr<SmallVector<RuntimeValue>> Program::run() {
  if (boundCall)
    return boundCall->run();
  FailureOr<SmallVector<RuntimeValue>> results =
      interpreter->call(name, boundArguments);
  if (failed(results))
    return failure();
  SmallVector<RuntimeValue> computed;
  for (auto [result, cache] : llvm::zip_equal(*results, signature.caches))
    if (cache)
      boundArguments[*cache] = std::move(result);
    else
      computed.push_back(std::move(result));
  return computed;
}

SmallVector<RuntimeValue> Program::release() {
  if (!boundCall)
    return std::move(boundArguments);
  SmallVector<RuntimeValue> arguments = boundCall->release();
  boundCall.reset();
  return arguments;
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

llvm::Expected<TokenLimits> run::getTokenLimits(ModuleOp module) {
  auto function = module.lookupSymbol<func::FuncOp>("forward");
  auto attribute = [&](StringRef name) {
    auto value =
        function ? function->getAttrOfType<IntegerAttr>(name) : IntegerAttr();
    return value ? value.getInt() : 0;
  };
  TokenLimits limits{attribute("transformer.context_length"),
                     attribute("transformer.vocabulary_size")};
  if (limits.contextLength <= 0 || limits.vocabularySize <= 0)
    return llvm::createStringError(
        "is no language model: it has no function 'forward' with the "
        "attributes 'transformer.context_length' and "
        "'transformer.vocabulary_size'");
  return limits;
}

llvm::Error TokenLimits::check(ArrayRef<int32_t> ids) const {
  if (ids.empty())
    return llvm::createStringError("expects at least one token id, got none");
  if (static_cast<int64_t>(ids.size()) > contextLength)
    return llvm::createStringError(
        "the model's context holds " + std::to_string(contextLength) +
        " tokens, got " + std::to_string(ids.size()));
  for (auto [position, id] : llvm::enumerate(ids))
    if (id < 0 || id >= vocabularySize)
      return llvm::createStringError("token " + std::to_string(position) +
                                     " has the id " + std::to_string(id) +
                                     ", but the vocabulary has the ids 0 to " +
                                     std::to_string(vocabularySize - 1));
  return llvm::Error::success();
}

llvm::Expected<std::vector<ArrayRef<int32_t>>>
run::cutWindows(ArrayRef<int32_t> ids, StringRef file,
                const TokenLimits &limits, unsigned context, unsigned count) {
  if (context == 0)
    return llvm::createStringError("expects a context of at least 1 token");
  unsigned available = ids.size() / context;
  if (count == 0)
    count = available;
  if (count == 0 || count > available)
    return llvm::createStringError(
        "'" + file + "' has " + llvm::Twine(ids.size()) + " ids, which is " +
        llvm::Twine(available) + " windows of " + llvm::Twine(context) +
        ", not " + llvm::Twine(count));
  std::vector<ArrayRef<int32_t>> windows;
  for (unsigned i = 0; i < count; ++i) {
    windows.push_back(ids.slice(size_t(i) * context, context));
    if (llvm::Error error = limits.check(windows.back()))
      return llvm::createStringError("'" + file + "', window " +
                                     llvm::Twine(i) + ": " +
                                     toString(std::move(error)));
  }
  return windows;
}

llvm::Expected<SmallVector<RuntimeValue>>
run::makeTokenArguments(FunctionType type, ArrayRef<int32_t> ids) {
  int64_t length = ids.size();
  SmallVector<RuntimeValue> arguments;
  bool needsIds = true;
  for (auto [index, input] : llvm::enumerate(type.getInputs())) {
    auto tensor = dyn_cast<RankedTensorType>(input);
    Type element = tensor ? tensor.getElementType() : Type();
    if (!tensor || tensor.getRank() != 2 ||
        !(element.isInteger(32) || element.isInteger(1)))
      return llvm::createStringError(
          llvm::formatv("argument {0} of 'forward' has the type {1}, but a "
                        "model takes ids, types of tokens (?x?xi32) and masks "
                        "(?x?xi1)",
                        index, input));
    Tensor argument({1, length}, element);
    for (int64_t i = 0; i < length; ++i)
      if (element.isInteger(1))
        argument.setInt(i, 1);
      else if (needsIds)
        argument.setInt(i, ids[i]);
    needsIds = needsIds && !element.isInteger(32);
    arguments.push_back(RuntimeValue(argument));
  }
  return arguments;
}

//===----------------------------------------------------------------------===//
// LanguageModel
//===----------------------------------------------------------------------===//

FailureOr<std::unique_ptr<LanguageModel>>
LanguageModel::load(StringRef file, MLIRContext &context, Engine engine) {
  LoadedModule loaded = loadModule(file, context);
  if (!loaded.module)
    return failure();
  auto model = std::make_unique<LanguageModel>();
  llvm::Expected<TokenLimits> limits = getTokenLimits(*loaded.module);
  if (!limits) {
    fail("'" + file + "': " + toString(limits.takeError()));
    return failure();
  }
  model->limits = *limits;
  FailureOr<std::unique_ptr<Program>> program =
      Program::load(std::move(loaded), "forward", engine);
  if (failed(program))
    return failure();
  model->program = std::move(*program);
  return model;
}

FailureOr<Tensor> LanguageModel::forward(ArrayRef<int32_t> ids) {
  MLIRContext *context = program->getType().getContext();
  Tensor input =
      Tensor::fromArray<int32_t>({1, static_cast<int64_t>(ids.size())},
                                 IntegerType::get(context, 32), ids);
  FailureOr<SmallVector<RuntimeValue>> results =
      program->call({RuntimeValue(input)});
  if (failed(results))
    return failure();
  Tensor logits =
      getRealNumbers(results->front(), program->getType().getResult(0));
  return logits.reshape(
      {static_cast<int64_t>(ids.size()), limits.vocabularySize});
}
