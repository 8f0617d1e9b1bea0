//===- quant-compile.cpp - Modules as libraries ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles a module ahead of time: code, a C header, and the weights in a file
// of their own.
//
//===----------------------------------------------------------------------===//

#include "LinkLibrary.h"

#include "iquant/Pipelines/CpuPipeline.h"
#include "iquant/Registration.h"
#include "iquant/Support/OutputFile.h"
#include "iquant/Target/MachineCodeProof.h"
#include "iquant/Target/MatrixInstruction.h"
#include "iquant/Target/TargetList.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/OpenMP/OpenMPToLLVMIRTranslation.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace mlir::iquant;
namespace cl = llvm::cl;
using llvm::createStringError;

namespace {
enum class Kind { SharedLibrary, Object, Assembly, LlvmIr, Mlir, Header };

/// What the command line asks for, as values: the linker resets the options of
/// LLVM's command line.
struct Options {
  std::string input, output, prefix;
  std::vector<std::string> functions;
  Kind kind;
  bool openMP, prove;
  CodeTarget target;

  bool hasObject() const {
    return kind == Kind::SharedLibrary || kind == Kind::Object;
  }
};
} // namespace

static Options parseOptions(int argc, char **argv) {
  static cl::OptionCategory category("Compile options");
  static cl::opt<std::string> input(
      cl::Positional, cl::Required,
      cl::desc("<module, or machine code to prove>"), cl::cat(category));
  static cl::opt<std::string> output(
      "o", cl::value_desc("file"),
      cl::desc("Where the code goes; a library or object gets a .h and a "
               ".weights file beside it"),
      cl::cat(category));
  static cl::opt<Kind> kind(
      "emit", cl::desc("What to write:"),
      cl::values(
          clEnumValN(Kind::SharedLibrary, "so", "a shared library (default)"),
          clEnumValN(Kind::Object, "obj", "an object file"),
          clEnumValN(Kind::Assembly, "asm", "assembly"),
          clEnumValN(Kind::LlvmIr, "llvm", "LLVM IR as text"),
          clEnumValN(Kind::Mlir, "mlir", "LLVM dialect as text"),
          clEnumValN(Kind::Header, "header", "the C header alone")),
      cl::init(Kind::SharedLibrary), cl::cat(category));
  static cl::list<std::string> functions(
      "function", cl::CommaSeparated, cl::value_desc("name"),
      cl::desc("Functions that callers need; all public ones if not given"),
      cl::cat(category));
  static cl::opt<std::string> prefix(
      "prefix",
      cl::desc("What the names of all functions begin with; follows from the "
               "output's name if not given"),
      cl::value_desc("name"), cl::cat(category));
  static cl::opt<bool> openMP(
      "openmp",
      cl::desc("Let threads share loops, by calls of LLVM's OpenMP runtime, "
               "which programs then link"),
      cl::cat(category));
  static cl::opt<bool> prove(
      "prove",
      cl::desc("Fail if the machine code has a floating-point instruction; "
               "also of objects, libraries and programs that exist"),
      cl::cat(category));
  static cl::opt<std::string> triple(
      "target-triple", cl::desc("Target; this machine if not given"),
      cl::value_desc("triple"), cl::cat(category));
  static cl::opt<std::string> cpu(
      "target-cpu",
      cl::desc(
          "Processor of the target, perhaps with features, as "
          "generic+dotprod; or several, best first, as haswell,x86-64: the "
          "code of the first that can run is taken"),
      cl::value_desc("names"), cl::cat(category));
  static cl::opt<std::string> features(
      "target-features",
      cl::desc("Features of the target, of all its processors: +avx2,-fma"),
      cl::value_desc("list"), cl::cat(category));
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv,
      "Compiles a module of transformer or iquant IR to a library with a C "
      "header, and its weights to a file that the caller maps.\n");
  return {input, output, prefix, functions,
          kind,  openMP, prove,  {triple, cpu, features}};
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// `libsmollm2.so` gives `smollm2`; what C takes as no name becomes `_`.
static std::string getPrefix(const Options &options) {
  if (!options.prefix.empty())
    return options.prefix;
  StringRef stem = llvm::sys::path::stem(options.output);
  stem.consume_front("lib");
  if (stem == "-")
    return "model";
  std::string prefix;
  for (char c : stem)
    prefix += llvm::isAlnum(c) ? llvm::toLower(c) : '_';
  return llvm::isAlpha(prefix.front()) ? prefix : "model_" + prefix;
}

/// A file beside the output: `lib/libsmollm2.so` gives `lib/smollm2.h`.
static std::string getFileBeside(const Options &options, StringRef extension) {
  StringRef name = llvm::sys::path::stem(options.output);
  name.consume_front("lib");
  SmallString<128> path = llvm::sys::path::parent_path(options.output);
  llvm::sys::path::append(path, name + extension);
  return path.str().str();
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

static OwningOpRef<ModuleOp> loadModule(StringRef file, MLIRContext &context) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(file);
  if (!buffer) {
    llvm::WithColor::error(llvm::errs(), "quant-compile")
        << "'" << file << "': " << buffer.getError().message() << '\n';
    return nullptr;
  }
  // Resources of the module may alias the mapped file.
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(*sources, &context);
  return parseSourceFile<ModuleOp>(sources, &context);
}

/// Makes functions private that are not among those named, if any are.
static llvm::Error keepFunctions(ModuleOp module,
                                 ArrayRef<std::string> functions) {
  for (StringRef name : functions)
    if (!module.lookupSymbol<func::FuncOp>(name))
      return createStringError("the module has no function '" + name + "'");
  for (auto function : module.getOps<func::FuncOp>())
    if (!functions.empty() && function.isPublic() &&
        !llvm::is_contained(functions, function.getSymName()))
      function.setPrivate();
  return llvm::Error::success();
}

/// What the options ask for, or else what the module says that it is for.
static CodeTarget getCodeTarget(ModuleOp module, const Options &options) {
  const CodeTarget &asked = options.target;
  LLVM::TargetAttrInterface own = getTarget(module);
  if (!own || !asked.triple.empty() || !asked.cpu.empty() ||
      !asked.features.empty())
    return asked;
  auto features = dyn_cast_or_null<LLVM::TargetFeaturesAttr>(own.getFeatures());
  return {own.getTriple().str(), own.getChip().str(),
          features ? features.getFeaturesString() : ""};
}

/// With several processors, one that has no more than they all: functions for
/// others say so themselves.
static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createMachine(const CodeTarget &target, MLIRContext *context) {
  if (!isTargetList(target.cpu))
    return createTargetMachine(target);
  auto targets = describeTargetList(target, context);
  if (!targets)
    return targets.takeError();
  return createTargetMachine(getBaseline(targets->front().target));
}

static llvm::Error lower(ModuleOp module, const Options &options,
                         const CodeTarget &target,
                         const llvm::TargetMachine &machine) {
  if (llvm::Error error = keepFunctions(module, options.functions))
    return error;
  protectArguments(module);
  PassManager pm(module.getContext());
  pm.addPass(createSymbolDCEPass());
  CpuPipelineOptions pipeline;
  if (isTargetList(target.cpu)) {
    pipeline.triple = target.triple;
    pipeline.cpu = target.cpu;
    pipeline.features = target.features;
  } else {
    module->setAttr(LLVM::LLVMDialect::getTargetAttrName(),
                    describeTarget(machine, module.getContext()));
  }
  pipeline.cInterface = getPrefix(options);
  pipeline.threads = options.openMP;
  buildCpuPipeline(pm, pipeline);
  if (failed(pm.run(module)))
    return createStringError("'" + options.input + "' cannot be compiled");
  return llvm::Error::success();
}

static llvm::Error writeText(StringRef path, StringRef text) {
  return writeOutputFile(path, [&](llvm::raw_ostream &out) {
    out << text;
    return llvm::Error::success();
  });
}

static StringRef getHeader(ModuleOp module) {
  return module->getAttrOfType<StringAttr>("iquant.c_header").getValue();
}

static llvm::Error writeWeights(ModuleOp module, StringRef path) {
  ArrayRef<char> constants;
  if (auto pool =
          module->getAttrOfType<DenseResourceElementsAttr>("iquant.constants"))
    constants = pool.getRawHandle().getBlob()->getData();
  return writeOutputFile(path, [&](llvm::raw_ostream &out) {
    char header[64] = "IQWEIGHT";
    llvm::support::endian::write64le(
        header + 8,
        module->getAttrOfType<IntegerAttr>("iquant.build_id").getInt());
    out.write(header, sizeof header);
    out.write(constants.data(), constants.size());
    return llvm::Error::success();
  });
}

static bool isMachineCode(StringRef file) {
  llvm::file_magic magic;
  return !llvm::identify_magic(file, magic) && magic.is_object() &&
         magic != llvm::file_magic::bitcode;
}

/// Fails with every finding, one a line.
static llvm::Error prove(StringRef code, StringRef name) {
  auto findings = findFloatsInMachineCode({code, name});
  if (!findings)
    return findings.takeError();
  if (findings->empty())
    return llvm::Error::success();
  std::string message =
      "the code of '" + name.str() + "' is not proven integer-only";
  constexpr size_t most = 10;
  for (const MachineCodeFinding &finding :
       ArrayRef(*findings).take_front(std::min(most, findings->size())))
    message += "\n  " + finding.describe();
  if (findings->size() > most)
    message += "\n  and " + std::to_string(findings->size() - most) + " more";
  return createStringError(message);
}

/// What others linked of the code, perhaps with code of their own.
static llvm::Error proveFile(const Options &options) {
  if (!options.prove || !options.output.empty())
    return createStringError("'" + options.input +
                             "' is machine code: expects --prove and no -o");
  auto code = llvm::MemoryBuffer::getFile(options.input);
  if (!code)
    return createStringError(code.getError(), "'" + options.input + "': " +
                                                  code.getError().message());
  return prove((*code)->getBuffer(), options.input);
}

static llvm::Error writeCode(ModuleOp module, const Options &options,
                             llvm::TargetMachine &machine) {
  llvm::LLVMContext llvmContext;
  auto code = translateToLLVM(module, llvmContext, machine);
  if (!code)
    return code.takeError();
  if (options.kind == Kind::LlvmIr)
    return writeOutputFile(options.output, [&](llvm::raw_ostream &out) {
      (*code)->print(out, nullptr);
      return llvm::Error::success();
    });
  SmallString<0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  auto type = options.kind == Kind::Assembly
                  ? llvm::CodeGenFileType::AssemblyFile
                  : llvm::CodeGenFileType::ObjectFile;
  if (llvm::Error error = emitCode(**code, machine, type, stream))
    return error;
  std::string output = bytes.str().str();
  if (options.kind == Kind::SharedLibrary) {
    auto library = linkSharedLibrary(output, options.output);
    if (!library)
      return library.takeError();
    output = std::move(*library);
  }
  if (options.prove)
    if (llvm::Error error = prove(output, options.output))
      return error;
  // The library last: where it is, header and weights are.
  if (options.hasObject()) {
    if (llvm::Error error =
            writeText(getFileBeside(options, ".h"), getHeader(module)))
      return error;
    if (llvm::Error error =
            writeWeights(module, getFileBeside(options, ".weights")))
      return error;
  }
  return writeText(options.output, output);
}

static llvm::Error run(const Options &options) {
  if (isMachineCode(options.input))
    return proveFile(options);
  if (options.output.empty())
    return createStringError("expects a file for the code: -o");
  if (options.prove && !options.hasObject())
    return createStringError(
        "--prove looks at machine code: expects --emit=so or --emit=obj");
  if (options.hasObject() && options.output == "-")
    return createStringError("expects a file for code, header and weights, not "
                             "the standard output");
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerDialects(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerOpenMPDialectTranslation(registry);
  MLIRContext context(registry);
  context.loadDialect<LLVM::LLVMDialect>();
  OwningOpRef<ModuleOp> module = loadModule(options.input, context);
  if (!module)
    return createStringError("'" + options.input + "' cannot be read");
  CodeTarget target = getCodeTarget(*module, options);
  auto machine = createMachine(target, &context);
  if (!machine)
    return machine.takeError();
  if (options.kind == Kind::SharedLibrary &&
      !(*machine)->getTargetTriple().isOSBinFormatELF())
    return createStringError("expects a target with ELF files for a shared "
                             "library, got '" +
                             (*machine)->getTargetTriple().str() +
                             "'; --emit=obj gives an object");
  if (llvm::Error error = lower(*module, options, target, **machine))
    return error;
  if (options.kind == Kind::Header)
    return writeText(options.output, getHeader(*module));
  if (options.kind == Kind::Mlir) {
    // What other kinds write to a file of its own.
    (*module)->removeAttr("iquant.constants");
    return writeOutputFile(options.output, [&](llvm::raw_ostream &out) {
      module->print(out);
      return llvm::Error::success();
    });
  }
  return writeCode(*module, options, **machine);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  if (llvm::Error error = run(parseOptions(argc, argv))) {
    llvm::WithColor::error(llvm::errs(), "quant-compile")
        << llvm::toString(std::move(error)) << '\n';
    return 1;
  }
  return 0;
}
