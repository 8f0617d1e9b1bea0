//===- CalibrateCommand.cpp - quant-run calibrate -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a float model on text and writes what it saw of every value whose range
// matters. Compiled code hands its values to the recorder as it makes them.
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
static cl::opt<std::string> idsFile("ids", cl::Required,
                                    cl::desc("Token ids, one a line"),
                                    cl::value_desc("file"), cl::cat(category),
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

/// Runs `forward`, which takes what `type` says and an observer, on every
/// window; fails after a message.
static LogicalResult observe(Program &program, FunctionType type,
                             Recorder &recorder,
                             ArrayRef<ArrayRef<int32_t>> text) {
  RuntimeValue observer(Tensor::integerScalar(
      reinterpret_cast<int64_t>(&recorder), IndexType::get(type.getContext())));
  Progress progress("windows", text.size());
  for (ArrayRef<int32_t> window : text) {
    auto arguments = makeTokenArguments(type, window);
    if (!arguments) {
      fail("'" + model + "': " + toString(arguments.takeError()));
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
  llvm::Expected<std::vector<int32_t>> ids = readIds(idsFile);
  if (!ids)
    return fail(ids.takeError());
  LoadedModule loaded = loadModule(model, context);
  ModuleOp module = loaded.module.get();
  if (!module)
    return 1;
  llvm::Expected<TokenLimits> limits = getTokenLimits(module);
  if (!limits)
    return fail("'" + model + "': " + toString(limits.takeError()));
  auto text = cutWindows(*ids, idsFile, *limits, contextSize, windows);
  if (!text)
    return fail(text.takeError());

  if (sequences > text->size())
    return fail("expects at most the " + Twine(text->size()) +
                " windows as sequences to keep, got " + Twine(sequences));

  FunctionType type =
      module.lookupSymbol<func::FuncOp>("forward").getFunctionType();
  PassManager naming(&context), conversion(&context);
  naming.addPass(createTransformerInsertObservers());
  conversion.addPass(createConvertObserversToCalls());
  if (failed(naming.run(module)))
    return 1;
  FailureOr<std::unique_ptr<Recorder>> recorder =
      Recorder::create(module, rows, {contextSize, sequences, {}});
  if (failed(recorder) || failed(conversion.run(module)))
    return 1;
  FailureOr<std::unique_ptr<Program>> program = Program::load(
      std::move(loaded), "forward", Engine::Jit, Recorder::getHostFunctions());
  if (failed(program) || failed(observe(**program, type, **recorder, *text)))
    return 1;

  auto values = (*recorder)->getValues();
  if (!values)
    return fail("'" + model + "': " + toString(values.takeError()));
  CalibrationRun run = {llvm::sys::path::filename(model).str(),
                        static_cast<int64_t>(text->size()), contextSize};
  if (llvm::Error error = writeOutputFile(output, [&](llvm::raw_ostream &out) {
        writeStatistics(out, run, *values);
        return llvm::Error::success();
      }))
    return fail(std::move(error));
  return 0;
}
