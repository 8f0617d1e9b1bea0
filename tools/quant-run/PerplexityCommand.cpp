//===- PerplexityCommand.cpp - quant-run perplexity -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Perplexity of a language model on token ids: consecutive windows, of which
// the second half is scored, so that every scored token has a long context.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "QuantRun.h"

#include "iquant/Support/Progress.h"
#include "iquant/Support/Stopwatch.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;
using namespace mlir::iquant::reference;
namespace cl = llvm::cl;

cl::SubCommand run::perplexityCommand("perplexity",
                                      "score a language model on text");

static cl::opt<std::string> model(cl::Positional, cl::Required,
                                  cl::desc("<module>"), cl::cat(category),
                                  cl::sub(perplexityCommand));
static cl::opt<std::string> idsFile("ids", cl::Required,
                                    cl::desc("Token ids, one a line"),
                                    cl::value_desc("file"), cl::cat(category),
                                    cl::sub(perplexityCommand));
static cl::opt<unsigned> contextSize("context", cl::desc("Tokens of a window"),
                                     cl::init(512), cl::cat(category),
                                     cl::sub(perplexityCommand));
static cl::opt<unsigned>
    windows("windows", cl::desc("How many windows; 0 for all of the text"),
            cl::init(4), cl::cat(category), cl::sub(perplexityCommand));
static cl::opt<bool> asJson("json", cl::desc("Print one JSON object"),
                            cl::cat(category), cl::sub(perplexityCommand));

/// Sum of the negative log-likelihoods of the second half of a window, and how
/// many tokens that is.
static std::pair<double, int64_t> score(const Tensor &logits,
                                        ArrayRef<int32_t> ids) {
  int64_t size = logits.getDim(1), first = ids.size() / 2;
  ArrayRef<double> values = logits.data<double>();
  double total = 0;
  for (int64_t token = first; token < static_cast<int64_t>(ids.size());
       ++token) {
    ArrayRef<double> row = values.slice((token - 1) * size, size);
    double largest = *llvm::max_element(row), sum = 0;
    for (double value : row)
      sum += std::exp(value - largest);
    total += largest + std::log(sum) - row[ids[token]];
  }
  return {total, static_cast<int64_t>(ids.size()) - first};
}

int run::runPerplexity(MLIRContext &context) {
  llvm::Expected<std::vector<int32_t>> ids = readIds(idsFile);
  if (!ids)
    return fail(ids.takeError());
  if (contextSize < 2)
    return fail("expects a context of at least 2 tokens, got " +
                llvm::Twine(contextSize));
  FailureOr<std::unique_ptr<LanguageModel>> language =
      LanguageModel::load(model, context, Engine::Jit);
  if (failed(language))
    return 1;
  auto cut =
      cutWindows(*ids, idsFile, (*language)->getLimits(), contextSize, windows);
  if (!cut)
    return fail(cut.takeError());

  double total = 0, seconds = 0;
  int64_t scored = 0;
  Progress progress("windows", cut->size());
  for (ArrayRef<int32_t> window : *cut) {
    Stopwatch watch;
    FailureOr<Tensor> logits = (*language)->forward(window);
    if (failed(logits))
      return 1;
    seconds += watch.getSeconds();
    auto [loss, tokens] = score(*logits, window);
    total += loss;
    scored += tokens;
    progress.advance(
        llvm::formatv("perplexity {0:f3}", std::exp(total / scored)).str());
  }
  size_t count = cut->size();
  double perplexity = std::exp(total / scored);
  double speed = count * contextSize / seconds;
  if (asJson)
    llvm::outs() << llvm::json::Value(
                        llvm::json::Object{{"perplexity", perplexity},
                                           {"windows", int64_t(count)},
                                           {"context", contextSize.getValue()},
                                           {"scored", scored},
                                           {"tokens_per_second", speed}})
                 << '\n';
  else
    llvm::outs() << llvm::format(
        "perplexity %.4f (%zu windows of %u tokens, %lld scored, %.0f "
        "tokens/s)\n",
        perplexity, count, contextSize.getValue(), (long long)scored, speed);
  return 0;
}
