//===- CompareCommand.cpp - quant-run compare -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Interprets the float and the integer form of a model on the same tokens and
// reports the error of every op that both name. The reference interpreter sees
// every value as it is; compiled code gives the same bits.
//
//===----------------------------------------------------------------------===//

#include "Attribution.h"
#include "Commands.h"
#include "QuantRun.h"
#include "Report.h"

#include "dialects/IQuant/IQuant.h"
#include "iquant/Support/Locations.h"

#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/ToolOutputFile.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;
using namespace mlir::iquant::reference;
using llvm::formatv;
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

/// Where an op came from: its file, and the line if there is one.
static std::string describeSource(Location location) {
  std::string text;
  location->walk([&](Location part) {
    auto file = dyn_cast<FileLineColLoc>(part);
    if (!file)
      return WalkResult::advance();
    text = file.getFilename().str();
    if (file.getLine() != 0)
      text += ":" + std::to_string(file.getLine());
    return WalkResult::interrupt();
  });
  return text;
}

/// Whether a value of this type says what an op of the model computed: a float
/// tensor, codes with their scales, or fixed point that is no parameter.
static bool isActivation(Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return isa<FloatType>(tensor.getElementType());
  if (auto fixed = dyn_cast<FixedType>(type))
    return fixed.getElementType().isInteger(32);
  return isa<DynType>(type);
}

namespace {

/// One of the two models, and what its function `forward` is called with.
struct Model {
  OwningOpRef<ModuleOp> module;
  SmallVector<RuntimeValue> arguments;
};

} // namespace

/// Loads a model for these tokens; fails after a message.
static FailureOr<Model> loadModel(const std::string &file, MLIRContext &context,
                                  ArrayRef<int32_t> ids) {
  Model model{loadModule(file, context).module, {}};
  if (!model.module)
    return failure();
  auto report = [](const std::string &where, llvm::Error error) {
    fail("'" + where + "': " + toString(std::move(error)));
    return failure();
  };
  llvm::Expected<TokenLimits> limits = getTokenLimits(*model.module);
  if (!limits)
    return report(file, limits.takeError());
  if (llvm::Error error = limits->check(ids))
    return report(idsFile, std::move(error));
  auto forward = model.module->lookupSymbol<func::FuncOp>("forward");
  auto arguments = makeTokenArguments(forward.getFunctionType(), ids);
  if (!arguments)
    return report(file, arguments.takeError());
  model.arguments = std::move(*arguments);
  return model;
}

/// The value of a named op as real numbers; nothing for other ops.
static std::optional<std::pair<StringRef, Tensor>>
getNamedValue(Operation *op, ArrayRef<RuntimeValue> results) {
  StringRef name = getLocationName(op->getLoc());
  if (name.empty() || results.size() != 1 ||
      op->hasTrait<OpTrait::ConstantLike>() ||
      !isActivation(op->getResult(0).getType()))
    return std::nullopt;
  return std::pair(name,
                   getRealNumbers(results.front(), op->getResult(0).getType()));
}

/// Runs both models. Several ops with one name stand for one op of the float
/// model; the value of the last of them counts.
static FailureOr<std::vector<OpError>> compare(const Model &reference,
                                               const Model &integer) {
  std::vector<OpError> ops;
  std::vector<Tensor> expected;
  std::vector<bool> isMeasured;
  llvm::StringMap<size_t> positions;
  auto remember = [&](Operation *op, ArrayRef<RuntimeValue>,
                      ArrayRef<RuntimeValue> results) {
    auto named = getNamedValue(op, results);
    if (!named || !positions.try_emplace(named->first, ops.size()).second)
      return;
    OpError &error = ops.emplace_back();
    error.name = named->first;
    error.kind = op->getName().stripDialect();
    error.source = describeSource(op->getLoc());
    expected.push_back(std::move(named->second));
    isMeasured.push_back(false);
  };
  Attribution attribution(*reference.module);
  bool isBroken = false;
  auto check = [&](Operation *op, ArrayRef<RuntimeValue> operands,
                   ArrayRef<RuntimeValue> results) {
    auto local = attribution.attribute(op, operands, results);
    isBroken |= failed(local);
    auto named = getNamedValue(op, results);
    if (!named || failed(local))
      return;
    auto found = positions.find(named->first);
    if (found == positions.end())
      return;
    size_t position = found->second;
    const Tensor &value = named->second;
    if (expected[position].getShape() != value.getShape())
      return;
    measure(expected[position].data<double>(), value.data<double>(),
            ops[position]);
    if (*local)
      ops[position].local = *local;
    isMeasured[position] = true;
  };
  for (auto [model, observer] :
       {std::pair<const Model &, Interpreter::Observer>(reference, remember),
        std::pair<const Model &, Interpreter::Observer>(integer, check)}) {
    Interpreter interpreter(*model.module);
    interpreter.setObserver(observer);
    if (failed(interpreter.call("forward", model.arguments)) || isBroken)
      return failure();
  }
  std::vector<OpError> measured;
  for (auto [op, counts] : llvm::zip_equal(ops, isMeasured))
    if (counts)
      measured.push_back(std::move(op));
  return measured;
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

static void printHeads(const Comparison &comparison) {
  std::vector<HeadOf> heads = findWorstHeads(comparison, worst);
  if (heads.empty())
    return;
  llvm::outs() << "\nThe worst heads: codes of the softmax, deviation of the "
                  "scores, probability beyond the clip, own error\n"
               << formatv("{0,-36} {1,4} {2,4} {3,8} {4,9} {5,9} {6,9}\n", "op",
                          "head", "bits", "clip", "deviation", "lost", "own");
  for (const HeadOf &head : heads)
    llvm::outs() << formatv("{0,-36} {1,4} {2,4} {3,8:f2} {4,9:f2} {5,8:f2}% "
                            "{6,9}\n",
                            head.op->name, head.number, head.get().bits,
                            head.get().clip, head.get().deviation,
                            100 * head.get().lostMass,
                            showDecibels(head.get().snr));
}

static void printTable(const Comparison &comparison) {
  llvm::outs()
      << "Signal to noise in dB; own: what an op loses by itself; all: "
         "with what came before it\n\n"
      << formatv("{0,-12} {1,5}  {2,19}  {3,19}\n", "kind", "ops",
                 "own: least, median", "all: least, median");
  for (const KindSummary &kind : summarizeKinds(comparison))
    llvm::outs() << formatv(
        "{0,-12} {1,5}  {2,9} {3,9}  {4,9} {5,9}\n", kind.kind, kind.count,
        kind.local ? showDecibels(kind.local->least) : "",
        kind.local ? showDecibels(kind.local->median) : "",
        showDecibels(kind.all.least), showDecibels(kind.all.median));
  llvm::outs() << "\nThe worst ops: own error, and each of its causes alone\n"
               << formatv("{0,-36} {1,-10} {2,9} {3,9} {4,10} {5,9}  {6,-13} "
                          "{7,9}\n",
                          "op", "kind", "own", "weight", "activation",
                          "approx.", "cause", "all");
  for (const OpError *op : findWorstOps(comparison, worst)) {
    auto show = [&](double LocalError::*ratio) {
      return op->local ? showDecibels(*op->local.*ratio) : "";
    };
    llvm::outs() << formatv(
        "{0,-36} {1,-10} {2,9} {3,9} {4,10} {5,9}  {6,-13} {7,9}\n", op->name,
        op->kind, show(&LocalError::snr), show(&LocalError::weight),
        show(&LocalError::activation), show(&LocalError::approximation),
        op->local ? op->local->getCause() : "", showDecibels(op->snr));
  }
  printHeads(comparison);
}

/// JSON has no infinity: an exact result has no ratio and an error of 0.
static llvm::json::Value toJson(double number) {
  return std::isfinite(number) ? llvm::json::Value(number) : nullptr;
}

static llvm::json::Value toJson(const HeadError &head) {
  return llvm::json::Object{{"bits", head.bits},
                            {"clip", head.clip},
                            {"weights", llvm::json::Array(head.weights)},
                            {"deviation", head.deviation},
                            {"lost_mass", head.lostMass},
                            {"snr_db", toJson(head.snr)},
                            {"histogram", llvm::json::Array(head.histogram)}};
}

/// What an op loses by itself; null where that is not known.
static llvm::json::Value toJson(const std::optional<LocalError> &error) {
  if (!error)
    return nullptr;
  llvm::json::Object object{{"snr_db", toJson(error->snr)},
                            {"weight_db", toJson(error->weight)},
                            {"activation_db", toJson(error->activation)},
                            {"approximation_db", toJson(error->approximation)},
                            {"cause", error->getCause()}};
  if (!error->heads.empty())
    object["heads"] = llvm::json::Array(llvm::map_range(
        error->heads, [](const HeadError &head) { return toJson(head); }));
  return object;
}

static llvm::json::Value toJson(const Comparison &comparison) {
  llvm::json::Array ops;
  for (const OpError &op : comparison.ops)
    ops.push_back(llvm::json::Object{{"name", op.name},
                                     {"kind", op.kind},
                                     {"source", op.source},
                                     {"snr_db", toJson(op.snr)},
                                     {"largest_error", toJson(op.largestError)},
                                     {"cosine", toJson(op.cosine)},
                                     {"local", toJson(op.local)}});
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
  FailureOr<Model> reference = loadModel(floatModel, context, *ids);
  if (failed(reference))
    return 1;
  FailureOr<Model> integer = loadModel(integerModel, context, *ids);
  if (failed(integer))
    return 1;
  FailureOr<std::vector<OpError>> ops = compare(*reference, *integer);
  if (failed(ops))
    return 1;
  Comparison comparison{floatModel, integerModel,
                        static_cast<int64_t>(ids->size()), std::move(*ops)};
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
