//===- RunCommand.cpp - quant-run run -------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls one function on arrays, or a language model on a prompt.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "QuantRun.h"

#include "dialects/IQuant/IQuant.h"
#include "iquant/Runtime/Npy.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;
using namespace mlir::iquant::reference;
namespace cl = llvm::cl;

cl::SubCommand run::runCommand("run", "call a function, or predict a token");

static cl::opt<std::string> model(cl::Positional, cl::Required,
                                  cl::desc("<module>"), cl::cat(category),
                                  cl::sub(runCommand));
static cl::opt<std::string> functionName("function",
                                         cl::desc("Function to call"),
                                         cl::init("forward"), cl::cat(category),
                                         cl::sub(runCommand));
static cl::list<std::string>
    inputs("input", cl::desc("Array for the next argument, as .npy"),
           cl::value_desc("file"), cl::cat(category), cl::sub(runCommand));
static cl::list<std::string>
    outputs("output",
            cl::desc("Where the next result goes, as .npy; without "
                     "it, results are printed"),
            cl::value_desc("file"), cl::cat(category), cl::sub(runCommand));
static cl::opt<std::string>
    idsFile("ids",
            cl::desc("Prompt of a language model: token ids, one a line; "
                     "prints the likeliest next tokens"),
            cl::value_desc("file"), cl::cat(category), cl::sub(runCommand));
static cl::opt<unsigned> top("top", cl::desc("How many next tokens to print"),
                             cl::init(5), cl::cat(category),
                             cl::sub(runCommand));
static cl::opt<bool> asJson("json", cl::desc("Print one JSON object"),
                            cl::cat(category), cl::sub(runCommand));
static cl::opt<Engine> engine(
    "engine", cl::desc("What runs the function"),
    cl::values(clEnumValN(Engine::Jit, "jit", "compiled for this machine"),
               clEnumValN(Engine::Reference, "reference",
                          "the reference interpreter")),
    cl::init(Engine::Jit), cl::cat(category), cl::sub(runCommand));

//===----------------------------------------------------------------------===//
// Results as text
//===----------------------------------------------------------------------===//

/// Prints `[[1, 2], [3, 4]]`.
static void printElements(llvm::raw_ostream &out, const Tensor &tensor,
                          ArrayRef<int64_t> shape, int64_t &position) {
  if (shape.empty()) {
    Type type = tensor.getElementType();
    if (isa<FloatType>(type))
      out << llvm::format("%.6g", tensor.getFloat(position++));
    else if (type.isInteger(1))
      out << (tensor.getInt(position++) ? "true" : "false");
    else
      out << tensor.getInt(position++);
    return;
  }
  out << '[';
  for (int64_t i = 0; i < shape.front(); ++i) {
    if (i != 0)
      out << ", ";
    printElements(out, tensor, shape.drop_front(), position);
  }
  out << ']';
}

/// One line per result; a value of an iquant type as the reals it stands for.
static void printResult(llvm::raw_ostream &out, const RuntimeValue &value,
                        Type type) {
  Tensor tensor = isa<FixedType, DynType, WeightType>(type)
                      ? getRealNumbers(value, type)
                      : value.getTensor();
  int64_t position = 0;
  out << type << ' ';
  printElements(out, tensor, tensor.getShape(), position);
  out << '\n';
}

//===----------------------------------------------------------------------===//
// The two forms of the command
//===----------------------------------------------------------------------===//

static int callFunction(MLIRContext &context) {
  LoadedModule loaded = loadModule(model, context);
  if (!loaded.module)
    return 1;
  FailureOr<std::unique_ptr<Program>> program =
      Program::load(std::move(loaded), functionName, engine);
  if (failed(program))
    return 1;
  FunctionType type = (*program)->getType();
  llvm::Expected<SmallVector<RuntimeValue>> arguments =
      readArguments(inputs, type.getInputs(), context);
  if (!arguments)
    return fail(arguments.takeError());
  if (!outputs.empty() && outputs.size() != type.getNumResults())
    return fail("expects one --output for each of the " +
                llvm::Twine(type.getNumResults()) + " results, got " +
                llvm::Twine(outputs.size()));
  FailureOr<SmallVector<RuntimeValue>> results =
      (*program)->call(std::move(*arguments));
  if (failed(results))
    return 1;
  for (auto [index, result] : llvm::enumerate(*results)) {
    if (outputs.empty()) {
      printResult(llvm::outs(), result, type.getResult(index));
      continue;
    }
    Tensor tensor = isa<RankedTensorType>(type.getResult(index))
                        ? result.getTensor()
                        : getRealNumbers(result, type.getResult(index));
    if (llvm::Error error = writeNpy(outputs[index], tensor))
      return fail(std::move(error));
  }
  return 0;
}

static int predict(MLIRContext &context) {
  FailureOr<std::unique_ptr<LanguageModel>> language =
      LanguageModel::load(model, context, engine);
  if (failed(language))
    return 1;
  llvm::Expected<std::vector<int32_t>> ids = readIds(idsFile);
  if (!ids)
    return fail(ids.takeError());
  if (llvm::Error error = (*language)->getLimits().check(*ids))
    return fail("'" + idsFile + "': " + toString(std::move(error)));
  FailureOr<Tensor> logits = (*language)->forward(*ids);
  if (failed(logits))
    return 1;

  int64_t size = (*language)->getLimits().vocabularySize;
  ArrayRef<double> last = logits->data<double>().take_back(size);
  double largest = *llvm::max_element(last), sum = 0;
  for (double value : last)
    sum += std::exp(value - largest);
  SmallVector<int32_t> order(size);
  std::iota(order.begin(), order.end(), 0);
  size_t count = std::min<size_t>(top, size);
  std::partial_sort(order.begin(), order.begin() + count, order.end(),
                    [&](int32_t a, int32_t b) {
                      return last[a] != last[b] ? last[a] > last[b] : a < b;
                    });
  llvm::json::Array list;
  for (int32_t id : ArrayRef(order).take_front(count)) {
    double probability = std::exp(last[id] - largest) / sum;
    if (asJson)
      list.push_back(llvm::json::Object{
          {"id", id}, {"logit", last[id]}, {"probability", probability}});
    else
      llvm::outs() << llvm::format("%6d  %9.4f  %.4f\n", id, last[id],
                                   probability);
  }
  if (asJson)
    llvm::outs() << llvm::json::Value(
                        llvm::json::Object{{"next", std::move(list)}})
                 << '\n';
  return 0;
}

int run::runFunction(MLIRContext &context) {
  return idsFile.empty() ? callFunction(context) : predict(context);
}
