//===- CompareCommand.cpp - quant-run compare -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the float and the integer form of a model on the same tokens and
// reports the error of every op that both name.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "QuantRun.h"
#include "Report.h"

#include "iquant/Support/Locations.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/ToolOutputFile.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;
using namespace mlir::iquant::reference;
namespace cl = llvm::cl;

cl::SubCommand
    run::compareCommand("compare",
                        "measure the error of every op of an integer model");

static cl::opt<std::string> floatModel(cl::Positional, cl::Required,
                                       cl::desc("<float module>"),
                                       cl::cat(category),
                                       cl::sub(compareCommand));
static cl::opt<std::string> integerModel(cl::Positional, cl::Required,
                                         cl::desc("<integer module>"),
                                         cl::cat(category),
                                         cl::sub(compareCommand));
static cl::opt<std::string> idsFile("ids", cl::Required,
                                    cl::desc("Token ids, one a line"),
                                    cl::value_desc("file"), cl::cat(category),
                                    cl::sub(compareCommand));
static cl::opt<std::string>
    htmlFile("html", cl::desc("Write a page with plot and table"),
             cl::value_desc("file"), cl::cat(category),
             cl::sub(compareCommand));
static cl::opt<unsigned> worst("worst",
                               cl::desc("How many of the worst ops to list"),
                               cl::init(10), cl::cat(category),
                               cl::sub(compareCommand));
static cl::opt<bool> asJson("json", cl::desc("Print one JSON object"),
                            cl::cat(category), cl::sub(compareCommand));

//===----------------------------------------------------------------------===//
// Values of both models
//===----------------------------------------------------------------------===//

namespace {

/// A model whose function returns every named value.
struct ExposedModel {
  std::unique_ptr<Program> program;
  SmallVector<RuntimeValue> results;
  /// Position of a named value among the results.
  llvm::StringMap<unsigned> positions;

  Tensor realNumbers(unsigned position) const {
    return getRealNumbers(results[position],
                          program->getType().getResult(position));
  }
};

} // namespace

/// Kind and source of every named op.
struct OpInfo {
  std::string kind, source;
};

static std::string describeSource(Location location) {
  std::string text;
  location->walk([&](Location part) {
    if (auto file = dyn_cast<FileLineColLoc>(part)) {
      text = file.getFilename().str();
      if (file.getLine() != 0)
        text += ":" + std::to_string(file.getLine());
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return text;
}

static llvm::StringMap<OpInfo> collectOps(ModuleOp module) {
  llvm::StringMap<OpInfo> ops;
  module.walk([&](Operation *op) {
    if (StringRef name = getLocationName(op->getLoc()); !name.empty())
      ops[name] = {op->getName().stripDialect().str(),
                   describeSource(op->getLoc())};
  });
  return ops;
}

static FailureOr<ExposedModel> runExposed(OwningOpRef<ModuleOp> module,
                                          const RuntimeValue &ids) {
  PassManager pm(module->getContext());
  pm.addNestedPass<func::FuncOp>(createExposeNamedValues());
  if (failed(pm.run(*module)))
    return failure();
  FailureOr<std::unique_ptr<Program>> program =
      Program::load(std::move(module), "forward", Engine::Jit);
  if (failed(program))
    return failure();
  FailureOr<SmallVector<RuntimeValue>> results = (*program)->call(ids);
  if (failed(results))
    return failure();
  ExposedModel model{std::move(*program), std::move(*results), {}};
  for (unsigned i = 0; i < model.results.size(); ++i)
    if (StringRef name = model.program->getResultName(i); !name.empty())
      model.positions[name] = i;
  return model;
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

static OpError measure(ArrayRef<double> expected, ArrayRef<double> actual) {
  double signal = 0, noise = 0, other = 0, product = 0, largest = 0;
  for (auto [x, y] : llvm::zip_equal(expected, actual)) {
    signal += x * x;
    other += y * y;
    product += x * y;
    noise += (x - y) * (x - y);
    largest = std::max(largest, std::abs(x - y));
  }
  OpError error;
  error.snr = noise == 0 ? INFINITY : 10 * std::log10(signal / noise);
  error.largestError = largest;
  error.cosine = noise == 0 ? 1 : product / std::sqrt(signal * other);
  return error;
}

static Comparison compare(const ExposedModel &reference,
                          const ExposedModel &integer,
                          const llvm::StringMap<OpInfo> &ops) {
  Comparison comparison;
  comparison.floatModel = floatModel;
  comparison.integerModel = integerModel;
  for (unsigned i = 0; i < reference.results.size(); ++i) {
    StringRef name = reference.program->getResultName(i);
    auto found = integer.positions.find(name);
    if (name.empty() || found == integer.positions.end())
      continue;
    Tensor expected = reference.realNumbers(i),
           actual = integer.realNumbers(found->second);
    if (expected.getShape() != actual.getShape())
      continue;
    OpError error = measure(expected.data<double>(), actual.data<double>());
    OpInfo info = ops.lookup(name);
    error.name = name;
    error.kind = info.kind;
    error.source = info.source;
    comparison.ops.push_back(std::move(error));
  }
  return comparison;
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

static void printTable(const Comparison &comparison) {
  llvm::MapVector<StringRef, SmallVector<double>> kinds;
  for (const OpError &op : comparison.ops)
    kinds[op.kind].push_back(op.snr);
  auto row = [](StringRef name, StringRef kind, const Twine &rest) {
    llvm::outs() << llvm::left_justify(name, 40) << ' '
                 << llvm::left_justify(kind, 12) << ' ' << rest << '\n';
  };
  llvm::outs() << "SNR in dB by kind of op: least, median, count\n";
  for (auto &[kind, snrs] : kinds) {
    llvm::sort(snrs);
    llvm::outs() << "  " << llvm::left_justify(kind, 12)
                 << llvm::right_justify(showDecibels(snrs.front()), 8)
                 << llvm::right_justify(showDecibels(snrs[snrs.size() / 2]), 8)
                 << llvm::format("%6zu\n", snrs.size());
  }
  SmallVector<const OpError *> order;
  for (const OpError &op : comparison.ops)
    order.push_back(&op);
  llvm::sort(order, [](const OpError *a, const OpError *b) {
    return a->snr != b->snr ? a->snr < b->snr : a < b;
  });
  llvm::outs() << "\nThe worst ops\n";
  row("op", "kind", "SNR, dB  largest error    cosine");
  for (const OpError *op :
       ArrayRef(order).take_front(std::min<size_t>(worst, order.size())))
    row(op->name, op->kind,
        llvm::formatv("{0,7}  {1,13:e2}  {2,8:f6}", showDecibels(op->snr),
                      op->largestError, op->cosine)
            .str());
}

static llvm::json::Value toJson(const Comparison &comparison) {
  llvm::json::Array ops;
  for (const OpError &op : comparison.ops) {
    llvm::json::Value snr = nullptr;
    if (std::isfinite(op.snr))
      snr = op.snr;
    ops.push_back(llvm::json::Object{{"name", op.name},
                                     {"kind", op.kind},
                                     {"source", op.source},
                                     {"snr_db", std::move(snr)},
                                     {"largest_error", op.largestError},
                                     {"cosine", op.cosine}});
  }
  return llvm::json::Object{{"float", comparison.floatModel},
                            {"integer", comparison.integerModel},
                            {"tokens", comparison.tokens},
                            {"ops", std::move(ops)}};
}

static int writeHtml(const Comparison &comparison) {
  std::string message;
  std::unique_ptr<llvm::ToolOutputFile> file =
      openOutputFile(htmlFile, &message);
  if (!file)
    return fail(message);
  writeReport(file->os(), comparison);
  file->keep();
  return 0;
}

int run::runCompare(MLIRContext &context) {
  llvm::Expected<std::vector<int32_t>> ids = readIds(idsFile);
  if (!ids)
    return fail(ids.takeError());
  OwningOpRef<ModuleOp> reference = loadModule(floatModel, context);
  OwningOpRef<ModuleOp> integer = loadModule(integerModel, context);
  if (!reference || !integer)
    return 1;
  for (ModuleOp module : {*reference, *integer}) {
    llvm::Expected<TokenLimits> limits = getTokenLimits(module);
    if (!limits)
      return fail(limits.takeError());
    if (llvm::Error error = limits->check(*ids))
      return fail("'" + idsFile + "': " + toString(std::move(error)));
  }
  llvm::StringMap<OpInfo> ops = collectOps(*reference);
  RuntimeValue input(
      Tensor::fromArray<int32_t>({1, static_cast<int64_t>(ids->size())},
                                 IntegerType::get(&context, 32), *ids));
  FailureOr<ExposedModel> first = runExposed(std::move(reference), input);
  if (failed(first))
    return 1;
  FailureOr<ExposedModel> second = runExposed(std::move(integer), input);
  if (failed(second))
    return 1;
  Comparison comparison = compare(*first, *second, ops);
  comparison.tokens = ids->size();
  if (comparison.ops.empty())
    return fail("the two models have no named op in common");
  if (!htmlFile.empty())
    if (int status = writeHtml(comparison))
      return status;
  if (asJson)
    llvm::outs() << toJson(comparison) << '\n';
  else
    printTable(comparison);
  return 0;
}
