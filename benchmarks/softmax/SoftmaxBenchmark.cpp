//===- SoftmaxBenchmark.cpp - Time softmax in few bits --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Times generated code for softmax, its sum and attention, and softmax in f32,
// on rows in the cache, by Google Benchmark. Nothing is timed before its result
// is checked: that of generated code against the reference interpreter, that of
// f32 against double precision.
//
//===----------------------------------------------------------------------===//

#include "FloatSoftmax.h"
#include "ProcessorTime.h"
#include "RandomArguments.h"
#include "SoftmaxPrograms.h"

#include "dialects/IQuant/IQuant.h"
#include "iquant/Reference/Interpreter.h"
#include "iquant/Runtime/Executable.h"

#include "mlir/Parser/Parser.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/FormatVariadic.h"

#include <benchmark/benchmark.h>
#include <cmath>
#include <malloc.h>
#include <random>

using namespace mlir;
using namespace mlir::iquant;
using benchmark::State;
using llvm::formatv;
using reference::RuntimeValue;
using reference::Tensor;

/// All rows of a call: with results in 8 bits and scores in 32 they fill five
/// eighths of a second-level cache of 512 KiB.
static constexpr int64_t kElements = 65536;
static constexpr int64_t kLengths[] = {64, 256, 1024, 2048, 4096, 16384, 32768};
static constexpr int64_t kPositions = 1024;

//===----------------------------------------------------------------------===//
// Generated code
//===----------------------------------------------------------------------===//

namespace {
/// A program, compiled, with arguments.
class Program {
public:
  /// Aborts on text that does not compile or results that are not those of the
  /// reference interpreter.
  Program(MLIRContext &context, StringRef text,
          SmallVector<RuntimeValue> arguments);

  void run() { (void)executable->call("main", arguments); }
  /// A call that gives as many results of the same sizes and computes nothing.
  void runIdle() { (void)idle->call("main", arguments); }

private:
  SmallVector<RuntimeValue> arguments;
  std::unique_ptr<Executable> executable, idle;
};
} // namespace

static OwningOpRef<ModuleOp> parse(MLIRContext &context, StringRef text) {
  auto module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    llvm::report_fatal_error("cannot parse a program");
  return module;
}

static std::unique_ptr<Executable> compile(ModuleOp module) {
  auto compiled = Executable::compile(module);
  if (failed(compiled))
    llvm::report_fatal_error("cannot compile a program");
  return std::move(*compiled);
}

/// A function of the parameters of `function` that gives tensors of which it
/// knows nothing but shapes and elements.
static std::string getIdleProgram(func::FuncOp function,
                                  ArrayRef<RuntimeValue> results) {
  std::string parameters, types, body, values;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    parameters += formatv("{0}%x{1}: {2}", i ? ", " : "", i, type);
  int64_t count = 0;
  for (const RuntimeValue &result : results)
    for (const Tensor &tensor : result.getComponents()) {
      auto type =
          RankedTensorType::get(tensor.getShape(), tensor.getElementType());
      StringRef separator = count ? ", " : "";
      types += formatv("{0}{1}", separator, type);
      values += formatv("{0}%{1}", separator, count);
      body += formatv("  %{0} = tensor.empty() : {1}\n", count++, type);
    }
  return formatv("func.func @main({0}) -> ({1}) {{\n{2}  return {3} : {1}\n}",
                 parameters, types, body, values);
}

Program::Program(MLIRContext &context, StringRef text,
                 SmallVector<RuntimeValue> given)
    : arguments(std::move(given)) {
  auto module = parse(context, text);
  func::FuncOp function = *module->getOps<func::FuncOp>().begin();
  if (arguments.empty())
    arguments = RandomArguments(kPositions).make(function);
  auto expected = reference::Interpreter(*module).call("main", arguments);
  if (succeeded(expected))
    idle = compile(*parse(context, getIdleProgram(function, *expected)));
  executable = compile(*module);
  auto actual = executable->call("main", arguments);
  if (failed(expected) || failed(actual) || *expected != *actual)
    llvm::report_fatal_error("a program gives wrong results");
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

static Tensor makeTensor(MLIRContext &context, ArrayRef<int64_t> shape,
                         unsigned width, function_ref<int64_t()> element) {
  Tensor tensor(shape, IntegerType::get(&context, width));
  for (int64_t i = 0, end = tensor.getNumElements(); i < end; ++i)
    tensor.setInt(i, element());
  return tensor;
}

/// Scores of a deviation of 2 with so many fraction bits.
static auto makeScores(int64_t exponent) {
  return [exponent, random = std::mt19937_64(1),
          scores = std::normal_distribution<double>(0, 2)]() mutable {
    double score = std::clamp(scores(random), -8.0, 7.9);
    return std::lround(std::ldexp(score, exponent));
  };
}

static SmallVector<RuntimeValue> makeRows(MLIRContext &context,
                                          int64_t length) {
  return {
      makeTensor(context, {kElements / length, length}, 32, makeScores(14))};
}

/// Scores of 16 bits with 11 fraction bits, and the largest of each row.
static SmallVector<RuntimeValue> makeNarrowRows(MLIRContext &context,
                                                int64_t length) {
  int64_t rows = kElements / length;
  Tensor scores = makeTensor(context, {rows, length}, 16, makeScores(11));
  ArrayRef<int16_t> row = scores.data<int16_t>();
  Tensor most = makeTensor(context, {rows}, 16, [&] {
    int64_t largest = *llvm::max_element(row.take_front(length));
    row = row.drop_front(length);
    return largest;
  });
  return {scores, most};
}

/// Bytes of codes.
static SmallVector<RuntimeValue> makeCodes(MLIRContext &context, SumKind kind,
                                           int64_t bits, int64_t length) {
  bool isPacked = kind == SumKind::Table || kind == SumKind::Counts;
  int64_t perByte = isPacked ? 8 / bits : 1;
  std::mt19937_64 random(1);
  std::uniform_int_distribution<int64_t> byte(0, (1 << (bits * perByte)) - 1);
  return {makeTensor(context, {kElements / length, length / perByte}, 8,
                     [&] { return byte(random); })};
}

//===----------------------------------------------------------------------===//
// Benchmarks
//===----------------------------------------------------------------------===//

/// Times `run` in processor time, without that of `runIdle` in turn with it.
static void time(State &state, int64_t elements, function_ref<void()> run,
                 function_ref<void()> runIdle) {
  for (auto _ : state) {
    double start = getProcessorSeconds();
    run();
    double middle = getProcessorSeconds();
    runIdle();
    state.SetIterationTime(2 * middle - start - getProcessorSeconds());
  }
  state.counters["per_element"] = benchmark::Counter(
      elements, benchmark::Counter::kIsIterationInvariantRate |
                    benchmark::Counter::kInvert);
}

static void timeFloat(State &state, int64_t length) {
  alignas(64) static float input[kElements], result[kElements];
  std::mt19937_64 random(1);
  std::normal_distribution<float> scores(0, 2);
  for (float &element : input)
    element = scores(random);
  auto run = [&] {
    softmaxInFloat(input, result, kElements / length, length);
    benchmark::ClobberMemory();
  };
  run();
  for (int64_t first = 0; first < kElements; first += length) {
    ArrayRef<float> row(input + first, length);
    double most = *llvm::max_element(row), sum = 0;
    for (float x : row)
      sum += std::exp(x - most);
    for (int64_t i = 0; i < length; ++i) {
      double expected = std::exp(row[i] - most) / sum;
      // The exponential is off by 4e-6, and so may the sum be.
      if (std::fabs(result[first + i] - expected) > 1e-5 * expected)
        return state.SkipWithError("the softmax in f32 is wrong");
    }
  }
  time(state, kElements, run, [] {});
}

namespace {
/// Registers benchmarks of programs, which are compiled when they run.
class Registry {
public:
  Registry(MLIRContext &context) : context(context) {}

  void addAll();

private:
  using Arguments = std::function<SmallVector<RuntimeValue>()>;
  void add(const Twine &name, std::string text, int64_t elements,
           Arguments makeArguments);
  void addFloat(int64_t length);

  MLIRContext &context;
  /// Repetitions share what the first one compiles.
  llvm::StringMap<std::unique_ptr<Program>> programs;
};
} // namespace

void Registry::add(const Twine &name, std::string text, int64_t elements,
                   Arguments makeArguments) {
  benchmark::RegisterBenchmark(name.str().c_str(), [this, text, elements,
                                                    makeArguments](
                                                       State &state) {
    std::unique_ptr<Program> &program = programs[text];
    if (!program)
      program = std::make_unique<Program>(context, text, makeArguments());
    time(state, elements, [&] { program->run(); }, [&] { program->runIdle(); });
  })->UseManualTime();
}

void Registry::addFloat(int64_t length) {
  benchmark::RegisterBenchmark(
      formatv("softmax/f32/{0}", length).str().c_str(),
      [length](State &state) { timeFloat(state, length); })
      ->UseManualTime();
}

void Registry::addAll() {
  for (int64_t length : kLengths) {
    addFloat(length);
    for (int64_t bits : {8, 4, 3, 2})
      add(formatv("softmax/{0}bit/{1}", bits, length).str(),
          getSoftmaxProgram(bits, length), kElements,
          [=] { return makeRows(context, length); });
    for (int64_t bits : {4, 3, 2})
      add(formatv("narrow/{0}bit/{1}", bits, length).str(),
          getNarrowSoftmaxProgram(bits, length), kElements,
          [=] { return makeNarrowRows(context, length); });
    for (int64_t bits : {4, 3, 2})
      for (auto [kind, name] : {std::pair(SumKind::Lanes, "lanes"),
                                std::pair(SumKind::Bytes, "bytes"),
                                std::pair(SumKind::Table, "table"),
                                std::pair(SumKind::Counts, "counts")})
        add(formatv("sum/{0}/{1}bit/{2}", name, bits, length).str(),
            getSumProgram(kind, bits, length), kElements, [=, kind = kind] {
              return makeCodes(context, kind, bits, length);
            });
  }
  int64_t scores = 9 * kPositions * (kPositions + 1) / 2;
  for (int64_t bits : {8, 4, 3, 2})
    add(formatv("attention/{0}bit/{1}", bits, kPositions).str(),
        getAttentionProgram(bits), scores,
        [] { return SmallVector<RuntimeValue>(); });
}

int main(int argc, char **argv) {
  // Results land in memory that the process has already, as those in f32 do.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 1;
  DialectRegistry dialects;
  registerExecutableDialects(dialects);
  MLIRContext context(dialects);
  context.loadAllAvailableDialects();
  benchmark::AddCustomContext("f32_vector_bytes",
                              std::to_string(getFloatSoftmaxVectorBytes()));
  Registry registry(context);
  registry.addAll();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
