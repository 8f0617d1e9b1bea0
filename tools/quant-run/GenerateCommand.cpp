//===- GenerateCommand.cpp - quant-run generate ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Continues prompts of token ids: a prompt goes through the model in chunks,
// then one token at a time. The cut into chunks does not change a bit.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Sampler.h"
#include "Session.h"

#include "iquant/Support/Stopwatch.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Process.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;
using namespace mlir::iquant::reference;
namespace cl = llvm::cl;

cl::SubCommand run::generateCommand("generate", "continue a prompt");

static cl::opt<std::string> model(cl::Positional, cl::Required,
                                  cl::desc("<module>"), cl::cat(category),
                                  cl::sub(generateCommand));
static cl::opt<std::string> idsFile("ids",
                                    cl::desc("Prompt: token ids, one a line"),
                                    cl::value_desc("file"), cl::cat(category),
                                    cl::sub(generateCommand));
static cl::opt<bool> conversation(
    "conversation",
    cl::desc("Read prompts from standard input, the ids of one on a line; what "
             "one shares with the text before is not computed again. An empty "
             "line ends an answer"),
    cl::cat(category), cl::sub(generateCommand));
static cl::opt<unsigned> tokens("tokens", cl::desc("Most tokens of an answer"),
                                cl::init(64), cl::cat(category),
                                cl::sub(generateCommand));
static cl::opt<unsigned>
    chunk("chunk", cl::desc("Tokens of a prompt that are computed together"),
          cl::init(128), cl::cat(category), cl::sub(generateCommand));
static cl::list<int32_t>
    stops("stop", cl::desc("Ids that end an answer, beside the model's own"),
          cl::CommaSeparated, cl::value_desc("id"), cl::cat(category),
          cl::sub(generateCommand));
static cl::opt<double> temperature(
    "temperature",
    cl::desc("Divisor of the logits before sampling; 0 takes the likeliest "
             "token"),
    cl::init(0), cl::cat(category), cl::sub(generateCommand));
static cl::opt<unsigned>
    topK("top-k", cl::desc("Sample among this many tokens; 0 for all"),
         cl::init(0), cl::cat(category), cl::sub(generateCommand));
static cl::opt<double> topP(
    "top-p",
    cl::desc("Sample among the likeliest tokens of this probability together"),
    cl::init(1), cl::cat(category), cl::sub(generateCommand));
static cl::opt<uint64_t> seed("seed", cl::desc("Seed of the sampling"),
                              cl::init(0), cl::cat(category),
                              cl::sub(generateCommand));
static cl::opt<bool> asJson("json",
                            cl::desc("Print one JSON object, not the ids as "
                                     "they come"),
                            cl::cat(category), cl::sub(generateCommand));
static cl::opt<Engine> engine(
    "engine", cl::desc("What runs the model"),
    cl::values(clEnumValN(Engine::Jit, "jit", "compiled for this machine"),
               clEnumValN(Engine::Reference, "reference",
                          "the reference interpreter")),
    cl::init(Engine::Jit), cl::cat(category), cl::sub(generateCommand));

namespace {

/// How many tokens a phase computed, and how long that took.
struct Phase {
  int64_t tokens = 0;
  double seconds = 0;

  double getSpeed() const { return seconds == 0 ? 0 : tokens / seconds; }
  llvm::json::Object toJson() const {
    return llvm::json::Object{{"tokens", tokens},
                              {"seconds", seconds},
                              {"tokens_per_second", getSpeed()}};
  }
};

class Generator {
public:
  explicit Generator(Session &session)
      : session(session), sampler({temperature, topK, topP, seed}) {}

  /// Continues a prompt; shows `emit` the tokens as they come.
  LogicalResult answer(ArrayRef<int32_t> prompt,
                       llvm::function_ref<void(int32_t)> emit);

  Phase prefill, decode;
  /// Whether the last answer ended with a stop id, which it does not contain.
  bool isStopped = false;

private:
  FailureOr<RuntimeValue> append(ArrayRef<int32_t> ids, Phase &phase);
  bool isStop(int32_t id) const {
    return llvm::is_contained(stops, id) ||
           llvm::is_contained(session.getEndTokens(), id);
  }

  Session &session;
  Sampler sampler;
};

} // namespace

FailureOr<RuntimeValue> Generator::append(ArrayRef<int32_t> ids, Phase &phase) {
  Stopwatch watch;
  FailureOr<RuntimeValue> logits = session.append(ids);
  phase.seconds += watch.getSeconds();
  phase.tokens += ids.size();
  return logits;
}

LogicalResult Generator::answer(ArrayRef<int32_t> prompt,
                                llvm::function_ref<void(int32_t)> emit) {
  if (failed(session.reserve(prompt.size() + tokens)))
    return failure();
  ArrayRef<int32_t> rest = prompt.drop_front(session.rewind(prompt));
  bool showsProgress =
      rest.size() > chunk && llvm::sys::Process::StandardErrIsDisplayed();
  FailureOr<RuntimeValue> logits = failure();
  while (!rest.empty()) {
    size_t count = std::min<size_t>(chunk, rest.size());
    logits = append(rest.take_front(count), prefill);
    if (failed(logits))
      return failure();
    rest = rest.drop_front(count);
    if (showsProgress)
      llvm::errs() << llvm::format("\rprompt %zu/%zu ",
                                   prompt.size() - rest.size(), prompt.size());
  }
  if (showsProgress)
    llvm::errs() << '\n';

  isStopped = false;
  for (unsigned count = 1;; ++count) {
    int32_t id = sampler.pick(*logits, session.getLogitsType());
    isStopped = isStop(id);
    if (isStopped)
      return success();
    emit(id);
    if (count == tokens)
      return success();
    logits = append(id, decode);
    if (failed(logits))
      return failure();
  }
}

//===----------------------------------------------------------------------===//
// The two forms of the command
//===----------------------------------------------------------------------===//

static llvm::Error checkOptions() {
  if (conversation == !idsFile.empty())
    return llvm::createStringError(
        "expects either --ids or --conversation, got " +
        std::string(conversation ? "both" : "none"));
  if (conversation && asJson)
    return llvm::createStringError("expects no --json in a conversation");
  if (chunk == 0 || tokens == 0)
    return llvm::createStringError(
        "expects at least 1 of --chunk and --tokens, got " +
        std::to_string(chunk) + " and " + std::to_string(tokens));
  if (!(temperature >= 0) || !std::isfinite(temperature))
    return llvm::createStringError(
        "expects a finite --temperature of at least 0, got " +
        std::to_string(temperature));
  if (!(topP > 0 && topP <= 1))
    return llvm::createStringError(
        "expects a --top-p above 0 and up to 1, got " + std::to_string(topP));
  return llvm::Error::success();
}

static void streamToken(int32_t id) {
  llvm::outs() << id << '\n';
  llvm::outs().flush();
}

static void reportSpeed(const Generator &generator) {
  auto show = [](StringRef name, const Phase &phase) {
    llvm::errs() << llvm::formatv("{0} {1} tokens, {2:f1} tokens/s", name,
                                  phase.tokens, phase.getSpeed());
  };
  show("prefill", generator.prefill);
  show("; decode", generator.decode);
  llvm::errs() << '\n';
}

/// Checks a prompt, and that it leaves room for an answer.
static llvm::Error check(const TokenLimits &limits, ArrayRef<int32_t> prompt) {
  if (llvm::Error error = limits.check(prompt))
    return error;
  if (static_cast<int64_t>(prompt.size() + tokens) <= limits.contextLength)
    return llvm::Error::success();
  return llvm::createStringError(
      "the model's context holds " + std::to_string(limits.contextLength) +
      " tokens, got a prompt of " + std::to_string(prompt.size()) +
      " and an answer of up to " + std::to_string(tokens));
}

static int continuePrompt(Session &session) {
  llvm::Expected<std::vector<int32_t>> prompt = readIds(idsFile);
  if (!prompt)
    return fail(prompt.takeError());
  if (llvm::Error error = check(session.getLimits(), *prompt))
    return fail("'" + idsFile + "': " + toString(std::move(error)));
  Generator generator(session);
  std::vector<int32_t> answer;
  auto emit = [&](int32_t id) {
    answer.push_back(id);
    if (!asJson)
      streamToken(id);
  };
  if (failed(generator.answer(*prompt, emit)))
    return 1;
  if (asJson)
    llvm::outs() << llvm::json::Value(llvm::json::Object{
                        {"ids", answer},
                        {"stopped", generator.isStopped},
                        {"prefill", generator.prefill.toJson()},
                        {"decode", generator.decode.toJson()}})
                 << '\n';
  reportSpeed(generator);
  return 0;
}

/// Reads a line of standard input as soon as it is there.
static bool readLine(std::string &line) {
  line.clear();
  for (int c; (c = std::getchar()) != EOF; line.push_back(c))
    if (c == '\n')
      return true;
  return !line.empty();
}

static llvm::Expected<std::vector<int32_t>> parseIds(StringRef line) {
  std::vector<int32_t> ids;
  for (StringRef word : llvm::split(line, ' ')) {
    if (word.trim().empty())
      continue;
    if (word.trim().getAsInteger(10, ids.emplace_back()))
      return llvm::createStringError("expects token ids, got '" + word.str() +
                                     "'");
  }
  return ids;
}

static int converse(Session &session) {
  const TokenLimits &limits = session.getLimits();
  Generator generator(session);
  std::string line;
  for (unsigned number = 1; readLine(line); ++number) {
    llvm::Expected<std::vector<int32_t>> prompt = parseIds(line);
    if (!prompt)
      return fail("prompt " + llvm::Twine(number) + ": " +
                  toString(prompt.takeError()));
    if (llvm::Error error = check(limits, *prompt))
      return fail("prompt " + llvm::Twine(number) + ": " +
                  toString(std::move(error)));
    if (failed(generator.answer(*prompt, streamToken)))
      return 1;
    llvm::outs() << '\n';
    llvm::outs().flush();
  }
  reportSpeed(generator);
  return 0;
}

int run::runGenerate(MLIRContext &context) {
  if (llvm::Error error = checkOptions())
    return fail(std::move(error));
  FailureOr<std::unique_ptr<Session>> session =
      Session::load(model, context, engine);
  if (failed(session))
    return 1;
  return conversation ? converse(**session) : continuePrompt(**session);
}
