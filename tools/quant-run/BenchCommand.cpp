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

#include "iquant/Runtime/MachineLimits.h"
#include "iquant/Support/Stopwatch.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

#include <numeric>

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
static cl::opt<bool> byOp("by-op",
                          cl::desc("Measure the time of each kind of op, too"),
                          cl::cat(category), cl::sub(benchCommand));
static cl::opt<bool>
    withLimits("limits",
               cl::desc("Measure what the machine reads and multiplies, too"),
               cl::cat(category), cl::sub(benchCommand));
static cl::opt<bool> asJson("json", cl::desc("Print one JSON object"),
                            cl::cat(category), cl::sub(benchCommand));

static double median(std::vector<double> values) {
  llvm::sort(values);
  size_t size = values.size();
  return (values[(size - 1) / 2] + values[size / 2]) / 2;
}

namespace {

/// Tokens that a run computes behind those of the depth, `chunk` in a call.
struct Phase {
  StringRef name;
  unsigned tokens, chunk;
};

/// What bounds a phase: how much of it a run needs, and a loop that does as
/// much of it in a second as the machine does.
struct Limit {
  StringRef unit, limiter;
  double work;
  MachineLimit machine;
};

/// The seconds of runs over as many tokens each, shortest first.
struct Samples {
  unsigned tokens;
  std::vector<double> seconds;
  /// Where the time of all runs together went, if that was measured.
  std::vector<OpTimes::Kind> kinds;
  /// What bounds a run, and how much the machine did of it after each.
  std::optional<Limit> limit;
  std::vector<double> limits;

  double getSpeed(double time) const { return tokens / time; }
  double getMedianSpeed() const { return getSpeed(median(seconds)); }
  /// Of what bounds the phase, in a second.
  double getReached() const { return limit->work / median(seconds); }
  llvm::json::Object toJson() const;
  void print(StringRef phase) const;
};

} // namespace

llvm::json::Object Samples::toJson() const {
  llvm::json::Object object{{"tokens", tokens},
                            {"depth", depth.getValue()},
                            {"seconds", llvm::json::Array(seconds)},
                            {"tokens_per_second", getMedianSpeed()}};
  llvm::json::Array ops;
  for (const OpTimes::Kind &kind : kinds)
    ops.push_back(
        llvm::json::Object{{"name", kind.name},
                           {"count", kind.count / int64_t(seconds.size())},
                           {"seconds", kind.seconds / seconds.size()}});
  if (byOp)
    object["ops"] = std::move(ops);
  if (limit)
    object["limit"] =
        llvm::json::Object{{"unit", limit->unit},
                           {"reached", getReached()},
                           {"measured", median(limits)},
                           {"share", getReached() / median(limits)}};
  return object;
}

/// A line for the speed, one for what bounds it, and one for each kind of op:
/// how many a run has, how long they take together, and what part of the run
/// that is.
void Samples::print(StringRef phase) const {
  llvm::outs() << phase
               << llvm::format(": %u tokens at depth %u, %.1f tokens/s "
                               "(median of %zu, %.1f .. %.1f)\n",
                               tokens, depth.getValue(), getMedianSpeed(),
                               seconds.size(), getSpeed(seconds.back()),
                               getSpeed(seconds.front()));
  if (limit)
    llvm::outs() << llvm::format(
        "  linears: %.1f G%s, %.1f%% of the %.1f that %s\n", getReached() / 1e9,
        limit->unit.data(), 100 * getReached() / median(limits),
        median(limits) / 1e9, limit->limiter.data());
  double total = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  for (const OpTimes::Kind &kind : kinds)
    llvm::outs() << llvm::format(
        "  %-14s %8lld %10.1f ms %6.1f%%\n", kind.name.c_str(),
        (long long)(kind.count / seconds.size()),
        1e3 * kind.seconds / seconds.size(), 100 * kind.seconds / total);
}

/// Ids that lie all over the vocabulary.
static std::vector<int32_t> makeIds(size_t count, const TokenLimits &limits) {
  std::vector<int32_t> ids(count);
  for (auto [position, id] : llvm::enumerate(ids))
    id = position * 7919 % limits.vocabularySize;
  return ids;
}

/// Tokens one by one wait for the memory of the weights; many at once are bound
/// by arithmetic.
static FailureOr<Limit> findLimit(Session &session, const Phase &phase) {
  const LinearWork &work = session.getLinearWork();
  MLIRContext &context = *session.getLogitsType().getContext();
  double calls = llvm::divideCeil(phase.tokens, phase.chunk);
  auto limit = [](StringRef unit, StringRef limiter, double work,
                  FailureOr<MachineLimit> machine) -> FailureOr<Limit> {
    if (failed(machine))
      return failure();
    return Limit{unit, limiter, work, std::move(*machine)};
  };
  if (phase.chunk == 1)
    return limit("B/s", "the threads read", calls * work.bytes,
                 MachineLimit::compileMemory(context, getThreads()));
  return limit("OP/s", "the matrix instruction does",
               phase.tokens * work.operationsPerToken +
                   calls * work.operationsPerCall,
               MachineLimit::compileArithmetic(context, getThreads()));
}

static FailureOr<Samples> time(Session &session, OpTimes &times,
                               const Phase &phase) {
  std::vector<int32_t> ids = makeIds(depth + phase.tokens, session.getLimits());
  ArrayRef<int32_t> before = ArrayRef(ids).take_front(depth);
  if (failed(session.reserve(ids.size())))
    return failure();
  session.clear();
  if (!before.empty() && failed(session.append(before)))
    return failure();
  Samples samples{phase.tokens, {}, {}, {}, {}};
  if (withLimits) {
    FailureOr<Limit> limit = findLimit(session, phase);
    if (failed(limit))
      return failure();
    samples.limit = std::move(*limit);
  }
  // The first run touches all memory for the first time, and does not count.
  for (unsigned run = 0; run <= repetitions; ++run) {
    session.rewind(ArrayRef(ids).take_front(depth + 1));
    ArrayRef<int32_t> rest = ArrayRef(ids).drop_front(depth);
    Stopwatch watch;
    times.start();
    for (; !rest.empty(); rest = rest.drop_front(phase.chunk))
      if (failed(session.append(rest.take_front(phase.chunk))))
        return failure();
    times.stop();
    if (run == 0) {
      times.clear();
      continue;
    }
    samples.seconds.push_back(watch.getSeconds());
    if (!samples.limit)
      continue;
    FailureOr<double> limit = samples.limit->machine.measure();
    if (failed(limit))
      return failure();
    samples.limits.push_back(*limit);
  }
  llvm::sort(samples.seconds);
  if (byOp)
    samples.kinds = times.getKinds();
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
  OpTimes times;
  Stopwatch watch;
  FailureOr<std::unique_ptr<Session>> session =
      Session::load(model, context, Engine::Jit, byOp ? &times : nullptr);
  if (failed(session))
    return 1;
  double loadSeconds = watch.getSeconds();
  int64_t room = (*session)->getLimits().contextLength,
          longest = int64_t(depth) + std::max<int64_t>(prompt, generate);
  if (longest > room)
    return fail("the model's context holds " + llvm::Twine(room) +
                " tokens, got " + llvm::Twine(longest));

  llvm::json::Object report{{"model", model.getValue()},
                            {"threads", getThreads()},
                            {"load_seconds", loadSeconds}};
  if (!asJson)
    llvm::outs() << llvm::format("loaded and compiled in %.1f s; %u thread%s\n",
                                 loadSeconds, getThreads(),
                                 getThreads() == 1 ? "" : "s");
  for (Phase phase :
       {Phase{"prefill", prompt, prompt}, Phase{"decode", generate, 1}}) {
    if (phase.tokens == 0)
      continue;
    FailureOr<Samples> samples = time(**session, times, phase);
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
