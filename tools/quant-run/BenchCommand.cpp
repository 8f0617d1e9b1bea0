//===- BenchCommand.cpp - quant-run bench ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Times a decoder in the manner of llama-bench: a prompt of arbitrary tokens,
// and tokens one by one; one run of each that does not count, then the median
// of several. Logits are those of the last token.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Session.h"

#include "iquant/Support/Stopwatch.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;
namespace cl = llvm::cl;

cl::SubCommand run::benchCommand("bench", "time a language model");

static cl::opt<std::string> model(cl::Positional, cl::Required,
                                  cl::desc("<module>"), cl::cat(category),
                                  cl::sub(benchCommand));
static cl::opt<unsigned> prompt("prompt",
                                cl::desc("Tokens of a prompt; 0 times none"),
                                cl::init(512), cl::cat(category),
                                cl::sub(benchCommand));
static cl::opt<unsigned>
    generate("generate", cl::desc("Tokens computed one by one; 0 times none"),
             cl::init(128), cl::cat(category), cl::sub(benchCommand));
static cl::opt<unsigned> depth("depth",
                               cl::desc("Tokens that are there before"),
                               cl::init(0), cl::cat(category),
                               cl::sub(benchCommand));
static cl::opt<unsigned> repetitions("repetitions",
                                     cl::desc("How many runs to time"),
                                     cl::init(5), cl::cat(category),
                                     cl::sub(benchCommand));
static cl::opt<bool> asJson("json", cl::desc("Print one JSON object"),
                            cl::cat(category), cl::sub(benchCommand));

namespace {

/// Tokens that a run computes behind those of the depth, `chunk` in a call.
struct Phase {
  StringRef name;
  unsigned tokens, chunk;
};

/// The seconds of runs over as many tokens each, shortest first.
struct Samples {
  unsigned tokens;
  std::vector<double> seconds;

  double getSpeed(double time) const { return tokens / time; }
  double getMedianSpeed() const {
    size_t size = seconds.size();
    return getSpeed((seconds[(size - 1) / 2] + seconds[size / 2]) / 2);
  }
  llvm::json::Object toJson() const {
    return llvm::json::Object{{"tokens", tokens},
                              {"depth", depth.getValue()},
                              {"seconds", llvm::json::Array(seconds)},
                              {"tokens_per_second", getMedianSpeed()}};
  }
  void print(StringRef phase) const {
    llvm::outs() << phase
                 << llvm::format(": %u tokens at depth %u, %.1f tokens/s "
                                 "(median of %zu, %.1f .. %.1f)\n",
                                 tokens, depth.getValue(), getMedianSpeed(),
                                 seconds.size(), getSpeed(seconds.back()),
                                 getSpeed(seconds.front()));
  }
};

} // namespace

/// Ids that lie all over the vocabulary.
static std::vector<int32_t> makeIds(size_t count, const TokenLimits &limits) {
  std::vector<int32_t> ids(count);
  for (auto [position, id] : llvm::enumerate(ids))
    id = position * 7919 % limits.vocabularySize;
  return ids;
}

static FailureOr<Samples> time(Session &session, const Phase &phase) {
  std::vector<int32_t> ids = makeIds(depth + phase.tokens, session.getLimits());
  session.reserve(ids.size());
  Samples samples{phase.tokens, {}};
  // The first run touches all memory for the first time.
  for (unsigned run = 0; run <= repetitions; ++run) {
    session.clear();
    if (depth != 0 && failed(session.append(ArrayRef(ids).take_front(depth))))
      return failure();
    ArrayRef<int32_t> rest = ArrayRef(ids).drop_front(depth);
    Stopwatch watch;
    for (; !rest.empty(); rest = rest.drop_front(phase.chunk))
      if (failed(session.append(rest.take_front(phase.chunk))))
        return failure();
    if (run != 0)
      samples.seconds.push_back(watch.getSeconds());
  }
  llvm::sort(samples.seconds);
  return samples;
}

static llvm::Error checkOptions() {
  if (prompt == 0 && generate == 0)
    return llvm::createStringError(
        "expects a --prompt or tokens to --generate, got 0 of both");
  if (repetitions == 0)
    return llvm::createStringError("expects at least 1 of --repetitions, got "
                                   "0");
  return llvm::Error::success();
}

int run::runBench(MLIRContext &context) {
  if (llvm::Error error = checkOptions())
    return fail(std::move(error));
  Stopwatch watch;
  FailureOr<std::unique_ptr<Session>> session =
      Session::load(model, context, Engine::Jit);
  if (failed(session))
    return 1;
  double loadSeconds = watch.getSeconds();
  int64_t room = (*session)->getLimits().contextLength,
          longest = int64_t(depth) + std::max<int64_t>(prompt, generate);
  if (longest > room)
    return fail("the model's context holds " + llvm::Twine(room) +
                " tokens, got " + llvm::Twine(longest));

  llvm::json::Object report{{"model", model.getValue()},
                            {"threads", 1},
                            {"load_seconds", loadSeconds}};
  if (!asJson)
    llvm::outs() << llvm::format("loaded and compiled in %.1f s; 1 thread\n",
                                 loadSeconds);
  for (Phase phase :
       {Phase{"prefill", prompt, prompt}, Phase{"decode", generate, 1}}) {
    if (phase.tokens == 0)
      continue;
    FailureOr<Samples> samples = time(**session, phase);
    if (failed(samples))
      return 1;
    if (asJson)
      report[phase.name] = samples->toJson();
    else
      samples->print(phase.name);
  }
  if (asJson)
    llvm::outs() << llvm::json::Value(std::move(report)) << '\n';
  return 0;
}
