//===- PerplexityCommand.cpp - quant-run perplexity -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Perplexity of a language model on token ids: consecutive windows, of which
// the second half is scored, so that every scored token has a long context.
// Beside a reference, also how far from it the model is: the ratio of the
// perplexities depends on which tokens the text happens to have, the divergence
// (Kullback-Leibler) looks at all that could stand in their place.
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
static cl::opt<std::string> referenceFile(
    "reference",
    cl::desc("A second module, how far from which the first one is"),
    cl::value_desc("module"), cl::cat(category), cl::sub(perplexityCommand));
static cl::opt<bool> asJson("json", cl::desc("Print one JSON object"),
                            cl::cat(category), cl::sub(perplexityCommand));

namespace {
/// The mean of numbers that come one by one, and its standard error.
class Mean {
public:
  void add(double value) {
    ++count;
    double before = value - mean;
    mean += before / static_cast<double>(count);
    squares += before * (value - mean);
  }
  int64_t getCount() const { return count; }
  double get() const { return mean; }
  double getError() const {
    return count < 2
               ? 0
               : std::sqrt(squares / static_cast<double>(count * (count - 1)));
  }

private:
  int64_t count = 0;
  double mean = 0, squares = 0;
};

/// What is known of a model after some windows, of the second half of each.
struct Score {
  /// Adds what the model and, where there is one, the reference say about a
  /// window.
  void add(ArrayRef<int32_t> window, const Tensor &logits,
           const Tensor *reference);

  double getPerplexity() const { return std::exp(loss.get()); }
  double getReference() const { return std::exp(loss.get() - more.get()); }
  double getRatio() const { return std::exp(more.get()); }
  double getRatioError() const { return getRatio() * more.getError(); }

  /// The negative log-likelihood of a token; by how much it is above that of
  /// the reference; the divergence of the model from the reference at the
  /// token's place, in nats.
  Mean loss, more, divergence;
};
} // namespace

/// The logarithms of the probabilities of all tokens.
static std::vector<double> getLogProbabilities(ArrayRef<double> logits) {
  double largest = *llvm::max_element(logits), sum = 0;
  for (double logit : logits)
    sum += std::exp(logit - largest);
  double normalizer = largest + std::log(sum);
  std::vector<double> result(logits);
  for (double &value : result)
    value -= normalizer;
  return result;
}

static double getDivergence(ArrayRef<double> model,
                            ArrayRef<double> reference) {
  double sum = 0;
  for (auto [own, expected] : llvm::zip_equal(model, reference))
    sum += std::exp(expected) * (expected - own);
  return sum;
}

void Score::add(ArrayRef<int32_t> window, const Tensor &logits,
                const Tensor *reference) {
  int64_t size = logits.getDim(1);
  for (size_t place = window.size() / 2; place < window.size(); ++place) {
    auto getRow = [&](const Tensor &tensor) {
      return getLogProbabilities(
          tensor.data<double>().slice((place - 1) * size, size));
    };
    std::vector<double> own = getRow(logits);
    int32_t token = window[place];
    loss.add(-own[token]);
    if (!reference)
      continue;
    std::vector<double> expected = getRow(*reference);
    more.add(expected[token] - own[token]);
    divergence.add(getDivergence(own, expected));
  }
}

static void print(const Score &score, size_t windows, double speed) {
  llvm::outs() << llvm::format(
      "perplexity %.4f (%zu windows of %u tokens, %lld scored, %.0f "
      "tokens/s)\n",
      score.getPerplexity(), windows, contextSize.getValue(),
      (long long)score.loss.getCount(), speed);
  if (score.divergence.getCount() > 0)
    llvm::outs() << llvm::format(
        "reference  %.4f, ratio %.4f +- %.4f, divergence %.5f +- %.5f nats\n",
        score.getReference(), score.getRatio(), score.getRatioError(),
        score.divergence.get(), score.divergence.getError());
}

static void printJson(const Score &score, size_t windows, double speed) {
  llvm::json::Object object{{"perplexity", score.getPerplexity()},
                            {"windows", static_cast<int64_t>(windows)},
                            {"context", contextSize.getValue()},
                            {"scored", score.loss.getCount()},
                            {"tokens_per_second", speed}};
  if (score.divergence.getCount() > 0) {
    object["reference"] = score.getReference();
    object["ratio"] = score.getRatio();
    object["ratio_error"] = score.getRatioError();
    object["divergence"] = score.divergence.get();
    object["divergence_error"] = score.divergence.getError();
  }
  llvm::outs() << llvm::json::Value(std::move(object)) << '\n';
}

/// Loads the model and, if one is asked for, the reference; null without.
static LogicalResult load(MLIRContext &context,
                          std::unique_ptr<LanguageModel> &language,
                          std::unique_ptr<LanguageModel> &reference) {
  auto loadOne = [&](StringRef file, std::unique_ptr<LanguageModel> &result) {
    auto loaded = LanguageModel::load(file, context, Engine::Jit);
    if (succeeded(loaded))
      result = std::move(*loaded);
    return loaded;
  };
  if (failed(loadOne(model, language)))
    return failure();
  if (referenceFile.empty())
    return success();
  if (failed(loadOne(referenceFile, reference)))
    return failure();
  int64_t own = language->getLimits().vocabularySize,
          expected = reference->getLimits().vocabularySize;
  if (own == expected)
    return success();
  fail("expects a reference with the " + llvm::Twine(own) +
       " tokens of the model, got " + llvm::Twine(expected));
  return failure();
}

int run::runPerplexity(MLIRContext &context) {
  llvm::Expected<std::vector<int32_t>> ids = readIds(idsFile);
  if (!ids)
    return fail(ids.takeError());
  if (contextSize < 2)
    return fail("expects a context of at least 2 tokens, got " +
                llvm::Twine(contextSize));
  std::unique_ptr<LanguageModel> language, reference;
  if (failed(load(context, language, reference)))
    return 1;
  auto cut =
      cutWindows(*ids, idsFile, language->getLimits(), contextSize, windows);
  if (!cut)
    return fail(cut.takeError());

  Score score;
  double seconds = 0;
  Progress progress("windows", cut->size());
  for (ArrayRef<int32_t> window : *cut) {
    Stopwatch watch;
    FailureOr<Tensor> logits = language->forward(window);
    seconds += watch.getSeconds();
    FailureOr<Tensor> expected =
        reference ? reference->forward(window) : logits;
    if (failed(logits) || failed(expected))
      return 1;
    score.add(window, *logits, reference ? &*expected : nullptr);
    progress.advance(
        llvm::formatv("perplexity {0:f3}", score.getPerplexity()).str());
  }
  double speed = cut->size() * contextSize / seconds;
  (asJson ? printJson : print)(score, cut->size(), speed);
  return 0;
}
