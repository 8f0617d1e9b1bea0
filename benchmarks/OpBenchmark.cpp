//===- OpBenchmark.cpp - Time the ops of a model one by one ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles a module of functions of one op each and times every function on
// random arguments, in processor time, so that other processes matter little.
// Dynamic sizes become --rows; the attribute `benchmark.calls` says how often a
// model calls the function.
//
//===----------------------------------------------------------------------===//

#include "ProcessorTime.h"
#include "RandomArguments.h"

#include "dialects/IQuant/IQuant.h"
#include "iquant/Runtime/Executable.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"

using namespace mlir;
using namespace mlir::iquant;
using reference::RuntimeValue;
namespace cl = llvm::cl;

static cl::OptionCategory category("Options");
static cl::opt<std::string> file(cl::Positional, cl::Required,
                                 cl::desc("<module>"), cl::cat(category));
static cl::opt<int64_t> rows("rows", cl::desc("Every dynamic size"),
                             cl::init(512), cl::cat(category));
static cl::opt<unsigned> repetitions("repetitions",
                                     cl::desc("How many calls to time"),
                                     cl::init(15), cl::cat(category));
static cl::opt<std::string> only("only",
                                 cl::desc("Time functions whose name has this "
                                          "in it"),
                                 cl::cat(category));

//===----------------------------------------------------------------------===//
// Timing
//===----------------------------------------------------------------------===//

namespace {
struct Row {
  std::string name;
  int64_t calls;
  /// Multiplications and additions of the linears in one call.
  double operations = 0;
  double seconds = 0;
};
} // namespace

static Row describe(func::FuncOp function) {
  Row row{function.getSymName().str(), 1};
  if (auto calls = function->getAttrOfType<IntegerAttr>("benchmark.calls"))
    row.calls = calls.getInt();
  function.walk([&](LinearOp op) {
    ArrayRef<int64_t> weight = op.getWeight().getType().getShape();
    int64_t size = getShape(op.getInput().getType()).front();
    row.operations += 2.0 * (ShapedType::isDynamic(size) ? rows : size) *
                      weight[0] * weight[1];
  });
  return row;
}

static LogicalResult time(Executable &executable,
                          const SmallVector<RuntimeValue> &arguments,
                          Row &row) {
  std::vector<double> samples;
  for (unsigned i = 0; i < repetitions; ++i) {
    double start = getProcessorSeconds();
    if (failed(executable.call(row.name, arguments)))
      return failure();
    samples.push_back(getProcessorSeconds() - start);
  }
  llvm::sort(samples);
  row.seconds = samples[samples.size() / 2];
  return success();
}

static void print(ArrayRef<Row> table) {
  double total = 0;
  for (const Row &row : table)
    total += row.seconds * row.calls;
  llvm::outs() << "op                       ms a call   calls        ms   share"
                  "   GOP/s\n";
  for (const Row &row : table) {
    double milliseconds = 1e3 * row.seconds;
    llvm::outs() << llvm::format("%-22s %11.3f %7lld %9.1f %6.1f%%",
                                 row.name.c_str(), milliseconds,
                                 (long long)row.calls, milliseconds * row.calls,
                                 100 * row.seconds * row.calls / total);
    if (row.operations != 0)
      llvm::outs() << llvm::format(" %7.1f",
                                   1e-9 * row.operations / row.seconds);
    llvm::outs() << '\n';
  }
  llvm::outs() << llvm::format("sum %46.1f\n", 1e3 * total);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "Times functions of one op each.\n");
  DialectRegistry registry;
  registerExecutableDialects(registry);
  MLIRContext context(registry);

  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(file, &context);
  if (!module)
    return 1;
  RandomArguments random(rows);
  std::vector<Row> table;
  std::vector<SmallVector<RuntimeValue>> arguments;
  for (auto function :
       llvm::make_early_inc_range(module->getOps<func::FuncOp>())) {
    if (!function.getSymName().contains(only)) {
      function.erase();
      continue;
    }
    arguments.push_back(random.make(function));
    table.push_back(describe(function));
  }
  FailureOr<std::unique_ptr<Executable>> executable =
      Executable::compile(*module);
  if (failed(executable))
    return 1;
  for (auto [row, given] : llvm::zip_equal(table, arguments))
    if (failed(time(**executable, given, row)))
      return 1;
  print(table);
  return 0;
}
