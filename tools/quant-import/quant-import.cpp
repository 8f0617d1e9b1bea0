//===- quant-import.cpp - Transformer IR from a checkpoint ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Turns a Hugging Face directory or a GGUF file into a module.
//
//===----------------------------------------------------------------------===//

#include "iquant/Import/ImportModel.h"
#include "iquant/Support/OutputFile.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/AsmState.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"

using namespace mlir;
namespace cl = llvm::cl;

namespace {
enum class OutputKind { BySuffix, Bytecode, Text };

struct Options {
  cl::OptionCategory category{"Import options"};
  cl::opt<std::string> source{cl::Positional, cl::Required,
                              cl::desc("<directory or .gguf file>"),
                              cl::cat(category)};
  cl::opt<std::string> output{
      "o", cl::Required, cl::value_desc("file"),
      cl::desc("Where the module goes; - is the standard output"),
      cl::cat(category)};
  cl::opt<OutputKind> kind{
      "emit",
      cl::desc("Form of the module; follows from the output's name "
               "if it is not given"),
      cl::values(clEnumValN(OutputKind::Bytecode, "mlirbc", "bytecode"),
                 clEnumValN(OutputKind::Text, "mlir", "text")),
      cl::init(OutputKind::BySuffix), cl::cat(category)};

  bool wantsText() const {
    if (kind != OutputKind::BySuffix)
      return kind == OutputKind::Text;
    return output == "-" || StringRef(output).ends_with(".mlir");
  }
};
} // namespace

/// Keeps the options of the code generators, which the shared LLVM library
/// brings along, out of --help; those that format text stay.
static void hideUnrelatedOptions(cl::OptionCategory &category) {
  registerAsmPrinterCLOptions();
  for (auto &[name, option] : cl::getRegisteredOptions())
    if (name.starts_with("mlir-"))
      option->addCategory(category);
  cl::HideUnrelatedOptions(category);
}

static llvm::Error writeModule(ModuleOp module, bool text,
                               llvm::raw_ostream &os) {
  if (text)
    module.print(os, OpPrintingFlags().enableDebugInfo());
  else if (failed(writeBytecodeToFile(module, os)))
    return llvm::createStringError(Twine("the bytecode was not written"));
  return llvm::Error::success();
}

static llvm::Error run(const Options &options) {
  MLIRContext context;
  llvm::Expected<OwningOpRef<ModuleOp>> module =
      iquant::importModel(options.source, &context);
  if (!module)
    return module.takeError();
  return iquant::writeOutputFile(options.output, [&](llvm::raw_ostream &os) {
    return writeModule(**module, options.wantsText(), os);
  });
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  Options options;
  hideUnrelatedOptions(options.category);
  cl::ParseCommandLineOptions(
      argc, argv,
      "Imports a Hugging Face directory (config.json and safetensors files of "
      "the LLaMA, Qwen2 or BERT family) or a GGUF file (LLaMA family) as "
      "transformer IR.\n");
  if (llvm::Error error = run(options)) {
    llvm::errs() << "quant-import: error: " << llvm::toString(std::move(error))
                 << "\n";
    return 1;
  }
  return 0;
}
