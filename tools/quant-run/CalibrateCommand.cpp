//===- CalibrateCommand.cpp - quant-run calibrate -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a float model on text, or any function on arrays, and writes what it saw
// of every value whose range matters. Compiled code hands its values to the
// recorder as it makes them.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "QuantRun.h"

#include "iquant/Calibration/Recorder.h"
#include "iquant/Conversion/Passes.h"
#include "iquant/Support/OutputFile.h"
#include "iquant/Support/Progress.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;
using namespace mlir::iquant::reference;
namespace cl = llvm::cl;

cl::SubCommand
    run::calibrateCommand("calibrate",
                          "collect statistics of a float model's values");

static cl::opt<std::string> model(cl::Positional, cl::Required,
                                  cl::desc("<module>"), cl::cat(category),
                                  cl::sub(calibrateCommand));
static cl::opt<std::string>
    idsFile("ids", cl::desc("Text for 'forward': token ids, one a line"),
            cl::value_desc("file"), cl::cat(category),
            cl::sub(calibrateCommand));
static cl::list<std::string>
    inputs("input",
           cl::desc("Array for the next argument, as .npy, instead of text; "
                    "those of further calls follow"),
           cl::value_desc("file"), cl::cat(category),
           cl::sub(calibrateCommand));
static cl::opt<std::string> functionName("function",
                                         cl::desc("Function to call on arrays"),
                                         cl::init("forward"), cl::cat(category),
                                         cl::sub(calibrateCommand));
static cl::opt<std::string> output("o", cl::Required,
                                   cl::desc("Where the statistics go, as JSON"),
                                   cl::value_desc("file"), cl::cat(category),
                                   cl::sub(calibrateCommand));
static cl::opt<unsigned> contextSize("context", cl::desc("Tokens of a window"),
                                     cl::init(512), cl::cat(category),
                                     cl::sub(calibrateCommand));
static cl::opt<unsigned>
    windows("windows", cl::desc("How many windows; 0 for all of the text"),
            cl::init(4), cl::cat(category), cl::sub(calibrateCommand));
static cl::opt<unsigned>
    rows("rows",
         cl::desc("How many rows of every linear's input, query and key "
                  "to keep"),
         cl::init(0), cl::cat(category), cl::sub(calibrateCommand));

static cl::opt<unsigned>
    sequences("sequences",
              cl::desc("Of how many windows to keep all queries, keys and "
                       "values"),
              cl::init(0), cl::cat(category), cl::sub(calibrateCommand));

namespace {
using Arguments = SmallVector<RuntimeValue>;

/// Which function is called, how often and with what.
struct Calls {
  StringRef function;
  size_t count;
  /// Fails with a sentence.
  std::function<llvm::Expected<Arguments>(size_t)> makeArguments;
};
} // namespace

/// Consecutive windows of the text of `ids`, which have to outlive the calls.
static llvm::Expected<Calls> makeTextCalls(ModuleOp module,
                                           ArrayRef<int32_t> ids) {
  llvm::Expected<TokenLimits> limits = getTokenLimits(module);
  if (!limits)
    return llvm::createStringError("'" + model +
                                   "': " + toString(limits.takeError()));
  auto text = cutWindows(ids, idsFile, *limits, contextSize, windows);
  if (!text)
    return text.takeError();
  FunctionType type =
      module.lookupSymbol<func::FuncOp>("forward").getFunctionType();
  auto makeArguments =
      [type, text = *text](size_t call) -> llvm::Expected<Arguments> {
    auto arguments = makeTokenArguments(type, text[call]);
    if (!arguments)
      return llvm::createStringError("'" + model +
                                     "': " + toString(arguments.takeError()));
    return arguments;
  };
  return Calls{"forward", text->size(), std::move(makeArguments)};
}

/// The arrays of one call after the other.
static llvm::Expected<Calls> makeArrayCalls(ModuleOp module) {
  auto function = module.lookupSymbol<func::FuncOp>(functionName);
  if (!function)
    return llvm::createStringError("'" + model + "': has no function '" +
                                   functionName + "'");
  FunctionType type = function.getFunctionType();
  size_t count = type.getNumInputs();
  if (count == 0 || inputs.size() % count != 0)
    return llvm::createStringError("expects an --input for each of the " +
                                   Twine(count) + " arguments of '" +
                                   functionName + "' in every call, got " +
                                   Twine(inputs.size()));
  return Calls{functionName, inputs.size() / count, [type, count](size_t call) {
                 return readArguments(
                     ArrayRef<std::string>(inputs).slice(call * count, count),
                     type.getInputs(), *type.getContext());
               }};
}

/// Runs the function, which takes an observer behind its arguments; fails after
/// a message.
static LogicalResult observe(Program &program, const Calls &calls,
                             Recorder &recorder, MLIRContext &context) {
  RuntimeValue observer(Tensor::integerScalar(
      reinterpret_cast<int64_t>(&recorder), IndexType::get(&context)));
  Progress progress("windows", calls.count);
  for (size_t call = 0; call < calls.count; ++call) {
    auto arguments = calls.makeArguments(call);
    if (!arguments) {
      fail(arguments.takeError());
      return failure();
    }
    arguments->push_back(observer);
    if (failed(program.call(std::move(*arguments))))
      return failure();
    progress.advance();
  }
  return success();
}

int run::runCalibrate(MLIRContext &context) {
  if (idsFile.empty() == inputs.empty())
    return fail("expects either --ids or --input");
  std::vector<int32_t> ids;
  if (!idsFile.empty()) {
    llvm::Expected<std::vector<int32_t>> read = readIds(idsFile);
    if (!read)
      return fail(read.takeError());
    ids = std::move(*read);
  }
  LoadedModule loaded = loadModule(model, context);
  ModuleOp module = loaded.module.get();
  if (!module)
    return 1;
  llvm::Expected<Calls> calls =
      inputs.empty() ? makeTextCalls(module, ids) : makeArrayCalls(module);
  if (!calls)
    return fail(calls.takeError());
  if (sequences > calls->count)
    return fail("expects at most the " + Twine(calls->count) +
                " windows as sequences to keep, got " + Twine(sequences));

  PassManager naming(&context), conversion(&context);
  // As the pipeline does that reads the statistics.
  naming.addPass(createRaiseToTransformer());
  naming.addPass(createTransformerInsertObservers());
  conversion.addPass(createConvertObserversToCalls());
  if (failed(naming.run(module)))
    return 1;
  FailureOr<std::unique_ptr<Recorder>> recorder =
      Recorder::create(module, rows, {contextSize, sequences, {}});
  if (failed(recorder) || failed(conversion.run(module)))
    return 1;
  FailureOr<std::unique_ptr<Program>> program =
      Program::load(std::move(loaded), calls->function, Engine::Jit,
                    Recorder::getHostFunctions());
  if (failed(program) ||
      failed(observe(**program, *calls, **recorder, context)))
    return 1;

  auto values = (*recorder)->getValues();
  if (!values)
    return fail("'" + model + "': " + toString(values.takeError()));
  CalibrationRun run = {llvm::sys::path::filename(model).str(),
                        static_cast<int64_t>(calls->count), contextSize};
  if (llvm::Error error = writeOutputFile(output, [&](llvm::raw_ostream &out) {
        writeStatistics(out, run, *values);
        return llvm::Error::success();
      }))
    return fail(std::move(error));
  return 0;
}
