//===- CompareCommand.cpp - quant-run compare -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Interprets the float and the integer form of a model on the same tokens and
// reports the error of every op that both name. The reference interpreter sees
// every value as it is; compiled code gives the same bits.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "QuantRun.h"
#include "Report.h"

#include "dialects/IQuant/IQuant.h"
#include "iquant/Support/Locations.h"

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

/// Interprets `forward` and shows `see` the value of every named op.
static LogicalResult
observe(ModuleOp module, const RuntimeValue &ids,
        llvm::function_ref<void(Operation *, StringRef, Tensor)> see) {
  Interpreter interpreter(module);
  interpreter.setObserver([&](Operation *op, ArrayRef<RuntimeValue> results) {
    StringRef name = getLocationName(op->getLoc());
    if (name.empty() || results.size() != 1 ||
        op->hasTrait<OpTrait::ConstantLike>() ||
        !isActivation(op->getResult(0).getType()))
      return;
    see(op, name, getRealNumbers(results[0], op->getResult(0).getType()));
  });
  return interpreter.call("forward", ids);
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

static void measure(ArrayRef<double> expected, ArrayRef<double> actual,
                    OpError &error) {
  double signal = 0, noise = 0, other = 0, product = 0, largest = 0;
  for (auto [x, y] : llvm::zip_equal(expected, actual)) {
    signal += x * x;
    other += y * y;
    product += x * y;
    noise += (x - y) * (x - y);
    largest = std::max(largest, std::abs(x - y));
  }
  error.snr = noise == 0 ? INFINITY : 10 * std::log10(signal / noise);
  error.largestError = largest;
  error.cosine = noise == 0 ? 1 : product / std::sqrt(signal * other);
}

/// Runs both models. Several ops with one name stand for one op of the float
/// model; the value of the last of them counts.
static FailureOr<Comparison> compare(ModuleOp reference, ModuleOp integer,
                                     const RuntimeValue &ids) {
  Comparison comparison;
  comparison.floatModel = floatModel;
  comparison.integerModel = integerModel;
  comparison.tokens = ids.getTensor().getNumElements();

  llvm::StringMap<std::pair<size_t, Tensor>> expected;
  auto remember = [&](Operation *op, StringRef name, Tensor value) {
    auto [entry, isNew] =
        expected.try_emplace(name, comparison.ops.size(), std::move(value));
    if (!isNew)
      return;
    OpError error;
    error.name = name;
    error.kind = op->getName().stripDialect();
    error.source = describeSource(op->getLoc());
    error.snr = NAN;
    comparison.ops.push_back(std::move(error));
  };
  auto check = [&](Operation *, StringRef name, Tensor value) {
    auto found = expected.find(name);
    if (found == expected.end() ||
        found->second.second.getShape() != value.getShape())
      return;
    measure(found->second.second.data<double>(), value.data<double>(),
            comparison.ops[found->second.first]);
  };
  if (failed(observe(reference, ids, remember)) ||
      failed(observe(integer, ids, check)))
    return failure();
  llvm::erase_if(comparison.ops,
                 [](const OpError &op) { return std::isnan(op.snr); });
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
  RuntimeValue input(
      Tensor::fromArray<int32_t>({1, static_cast<int64_t>(ids->size())},
                                 IntegerType::get(&context, 32), *ids));
  FailureOr<Comparison> result = compare(*reference, *integer, input);
  if (failed(result))
    return 1;
  const Comparison &comparison = *result;
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
