//===- CacheTest.cpp - Any cut of a sequence gives the same bits ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cuts random sequences into random calls of `step` and compares with one call
// of `forward`: in the interpreter, as floats and as integers, and compiled.
//
//===----------------------------------------------------------------------===//

#include "ExecutableRegistry.h"

#include "dialects/IQuant/IQuant.h"
#include "dialects/Transformer/Transformer.h"
#include "iquant/Conversion/Passes.h"
#include "iquant/Pipelines/CpuPipeline.h"
#include "iquant/Reference/Interpreter.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/TargetSelect.h"

#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace mlir::iquant;
using reference::RuntimeValue;
using reference::Tensor;

/// Shape of the decoder under test: two layers, grouped queries.
static constexpr int64_t kVocabulary = 19, kHidden = 16, kHeads = 4,
                         kKvHeads = 2, kWidth = kHidden / kHeads,
                         kMaxPositions = 96;

namespace {

using Values = SmallVector<RuntimeValue>;
/// Calls a function of a module by name.
using Caller = std::function<FailureOr<Values>(StringRef, Values)>;

class CacheTest : public ::testing::Test {
protected:
  CacheTest() : context(makeExecutableRegistry()) {
    context.loadDialect<IQuantDialect, transformer::TransformerDialect,
                        func::FuncDialect>();
    context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
      diagnostics += diagnostic.str() + "\n";
    });
  }

  int64_t from(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }

  std::string makeConstant(StringRef name, int64_t rows, int64_t columns);
  std::string makeDecoder();
  /// A decoder with `step`, in floats or as integers.
  OwningOpRef<ModuleOp> makeModule(bool isInteger);

  /// Ids of `batch` sequences of `length`.
  Tensor makeIds(int64_t batch, int64_t length);
  Tensor sliceIds(const Tensor &ids, int64_t first, int64_t count);
  /// Caches for `capacity` positions.
  Values makeCaches(FunctionType type, int64_t batch, int64_t capacity);

  /// One call of `step`: the logits, while the caches are updated.
  RuntimeValue append(const Caller &call, const Tensor &ids, int64_t position,
                      Values &caches);
  /// The logits that `forward` gives for the last position.
  RuntimeValue callForward(const Caller &call, const Tensor &ids);
  /// Checks random cuts of random sequences.
  void checkCuts(ModuleOp module, const Caller &call, unsigned repetitions);
  /// Makes a decoder in integers, and compiles a copy of it for `call`.
  void compileDecoder();

  MLIRContext context;
  std::string diagnostics;
  std::mt19937_64 random{7};

  OwningOpRef<ModuleOp> module;
  /// That of `step`.
  FunctionType type;
  std::unique_ptr<Executable> executable;
  Caller call = [&](StringRef name, Values arguments) {
    return executable->call(name, std::move(arguments));
  };
};

} // namespace

//===----------------------------------------------------------------------===//
// Models and values
//===----------------------------------------------------------------------===//

std::string CacheTest::makeConstant(StringRef name, int64_t rows,
                                    int64_t columns) {
  std::string text = llvm::formatv("  %{0} = arith.constant dense<[", name);
  for (int64_t r = 0; r < rows; ++r) {
    text += r == 0 ? "[" : ", [";
    for (int64_t c = 0; c < columns; ++c)
      text += (c == 0 ? "" : ", ") + std::to_string(from(-1000, 1000) * 0.001);
    text += "]";
  }
  return text +
         llvm::formatv("]> : tensor<{0}x{1}xf32>\n", rows, columns).str();
}

std::string CacheTest::makeDecoder() {
  std::string x = llvm::formatv("tensor<?x?x{0}xf32>", kHidden);
  std::string kv = llvm::formatv("tensor<?x?x{0}xf32>", kKvHeads * kWidth);
  std::string logits = llvm::formatv("tensor<?x?x{0}xf32>", kVocabulary);
  std::string text = llvm::formatv(
      "func.func @forward(%ids: tensor<?x?xi32>) -> {0} attributes "
      "{{transformer.context_length = {1} : i64} {{\n"
      "  %zero = arith.constant 0 : index\n"
      "  %f = arith.constant dense<[1.0, 0.05]> : tensor<2xf32>\n",
      logits, kMaxPositions);
  text += makeConstant("table", kVocabulary, kHidden);
  text += llvm::formatv("  %x0 = transformer.embedding %ids, %table : "
                        "(tensor<?x?xi32>, tensor<{0}x{1}xf32>) -> {2}\n",
                        kVocabulary, kHidden, x);
  auto linear = [&](const Twine &result, const Twine &input, StringRef weight,
                    StringRef type) {
    text += llvm::formatv(
        "  %{0} = transformer.linear %{1}, %{2} : ({3}, tensor<{4}x{5}xf32>) "
        "-> {6}\n",
        result.str(), input.str(), weight, x,
        type == kv  ? kKvHeads * kWidth
        : type == x ? kHidden
                    : kVocabulary,
        kHidden, type);
  };
  auto rope = [&](const Twine &result, const Twine &input, int64_t heads,
                  StringRef type) {
    text += llvm::formatv(
        "  %{0} = transformer.rope %{1}<half> by %f at %zero {{heads = {2}, "
        "max_positions = {3}} : ({4}, tensor<2xf32>, index) -> {4}\n",
        result.str(), input.str(), heads, kMaxPositions, type);
  };
  for (std::string i : {"0", "1"}) {
    for (StringRef weight : {"q", "k", "v", "o"})
      text += makeConstant(("w" + weight + i).str(),
                           weight == "k" || weight == "v" ? kKvHeads * kWidth
                                                          : kHidden,
                           kHidden);
    text += "  %n" + i + " = transformer.rms_norm %x" + i +
            " {epsilon = 1.0e-5} : (" + x + ") -> " + x + "\n";
    linear("a" + i, "n" + i, "wq" + i, x);
    linear("b" + i, "n" + i, "wk" + i, kv);
    linear("v" + i, "n" + i, "wv" + i, kv);
    rope("q" + i, "a" + i, kHeads, x);
    rope("k" + i, "b" + i, kKvHeads, kv);
    text += llvm::formatv("  %m{0} = transformer.attention %q{0}, %k{0}, %v{0} "
                          "{{heads = {1}, kv_heads = {2}, causal} : ({3}, {4}, "
                          "{4}) -> {3}\n",
                          i, kHeads, kKvHeads, x, kv);
    linear("o" + i, "m" + i, "wo" + i, x);
    text += llvm::formatv("  %x{0} = transformer.add %x{1}, %o{1} : {2}\n",
                          i == "0" ? 1 : 2, i, x);
  }
  linear("logits", "x2", "table", logits);
  return text + "  return %logits : " + logits + "\n}\n";
}

OwningOpRef<ModuleOp> CacheTest::makeModule(bool isInteger) {
  auto module = parseSourceString<ModuleOp>(makeDecoder(), &context);
  PassManager pm(&context);
  pm.addPass(createTransformerAddCache());
  if (isInteger)
    pm.addPass(createConvertTransformerToIQuant());
  if (!module || failed(pm.run(*module)))
    return nullptr;
  return module;
}

Tensor CacheTest::makeIds(int64_t batch, int64_t length) {
  Tensor ids({batch, length}, IntegerType::get(&context, 32));
  for (int64_t i = 0; i < batch * length; ++i)
    ids.setInt(i, from(0, kVocabulary - 1));
  return ids;
}

Tensor CacheTest::sliceIds(const Tensor &ids, int64_t first, int64_t count) {
  Tensor part({ids.getDim(0), count}, ids.getElementType());
  for (int64_t i = 0, end = part.getNumElements(); i < end; ++i)
    part.copyElement(i, ids, i / count * ids.getDim(1) + first + i % count);
  return part;
}

Values CacheTest::makeCaches(FunctionType type, int64_t batch,
                             int64_t capacity) {
  Values caches;
  for (Type input : type.getInputs().drop_front(2))
    caches.push_back(
        reference::makeZeros(input, {batch, capacity, getShape(input).back()}));
  return caches;
}

RuntimeValue CacheTest::append(const Caller &call, const Tensor &ids,
                               int64_t position, Values &caches) {
  Values arguments = {
      ids, Tensor::integerScalar(position, IndexType::get(&context))};
  llvm::move(caches, std::back_inserter(arguments));
  caches.clear();
  FailureOr<Values> results = call("step", std::move(arguments));
  EXPECT_TRUE(succeeded(results)) << diagnostics;
  if (failed(results))
    return RuntimeValue();
  llvm::move(llvm::drop_begin(*results), std::back_inserter(caches));
  return results->front();
}

RuntimeValue CacheTest::callForward(const Caller &call, const Tensor &ids) {
  FailureOr<Values> results = call("forward", {ids});
  EXPECT_TRUE(succeeded(results)) << diagnostics;
  if (failed(results))
    return RuntimeValue();
  const Tensor &all = results->front().getTensor();
  int64_t batch = all.getDim(0), length = all.getDim(1), V = all.getDim(2);
  Tensor last({batch, 1, V}, all.getElementType());
  for (int64_t i = 0; i < batch * V; ++i)
    last.copyElement(i, all, ((i / V + 1) * length - 1) * V + i % V);
  return last;
}

//===----------------------------------------------------------------------===//
// The cuts
//===----------------------------------------------------------------------===//

void CacheTest::checkCuts(ModuleOp module, const Caller &call,
                          unsigned repetitions) {
  FunctionType type =
      module.lookupSymbol<func::FuncOp>("step").getFunctionType();
  for (unsigned repetition = 0; repetition < repetitions; ++repetition) {
    int64_t batch = from(1, 2), length = from(1, 70);
    Tensor ids = makeIds(batch, length);
    RuntimeValue expected = callForward(call, ids);
    // With room behind the text, and with none.
    Values caches = makeCaches(type, batch, length + from(0, 1) * from(0, 20));
    std::string cuts;
    RuntimeValue logits;
    for (int64_t first = 0; first < length;) {
      int64_t count = from(0, 2) == 0 ? 1 : from(1, length - first);
      cuts += std::to_string(count) + " ";
      logits = append(call, sliceIds(ids, first, count), first, caches);
      first += count;
    }
    EXPECT_TRUE(logits == expected) << "cut into " << cuts;
  }
}

TEST_F(CacheTest, CutsOfFloatsInTheInterpreter) {
  OwningOpRef<ModuleOp> module = makeModule(/*isInteger=*/false);
  ASSERT_TRUE(module) << diagnostics;
  reference::Interpreter interpreter(*module);
  checkCuts(
      *module,
      [&](StringRef name, Values arguments) {
        return interpreter.call(name, arguments);
      },
      /*repetitions=*/5);
}

TEST_F(CacheTest, CutsOfIntegersInTheInterpreter) {
  OwningOpRef<ModuleOp> module = makeModule(/*isInteger=*/true);
  ASSERT_TRUE(module) << diagnostics;
  reference::Interpreter interpreter(*module);
  checkCuts(
      *module,
      [&](StringRef name, Values arguments) {
        return interpreter.call(name, arguments);
      },
      /*repetitions=*/20);
}

TEST_F(CacheTest, CutsOfCompiledIntegers) {
  OwningOpRef<ModuleOp> module = makeModule(/*isInteger=*/true);
  ASSERT_TRUE(module) << diagnostics;
  OwningOpRef<ModuleOp> compiled = module->clone();
  auto executable = Executable::compile(*compiled);
  ASSERT_TRUE(succeeded(executable)) << diagnostics;
  reference::Interpreter interpreter(*module);
  // What is cut is compiled, what it is compared to is the reference.
  checkCuts(
      *module,
      [&](StringRef name, Values arguments) {
        return name == "step" ? (*executable)->call(name, std::move(arguments))
                              : interpreter.call(name, arguments);
      },
      /*repetitions=*/40);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

void CacheTest::compileDecoder() {
  module = makeModule(/*isInteger=*/true);
  ASSERT_TRUE(module) << diagnostics;
  type = module->lookupSymbol<func::FuncOp>("step").getFunctionType();
  OwningOpRef<ModuleOp> compiled = module->clone();
  auto result = Executable::compile(*compiled);
  ASSERT_TRUE(succeeded(result)) << diagnostics;
  executable = std::move(*result);
}

TEST_F(CacheTest, CompiledCodeUpdatesInPlaceWhatIsMovedIn) {
  ASSERT_NO_FATAL_FAILURE(compileDecoder());
  Values caches = makeCaches(type, 1, 8);
  const char *memory = caches[0].getTensor().getRawData().data();
  append(call, makeIds(1, 3), 0, caches);
  EXPECT_EQ(caches[0].getTensor().getRawData().data(), memory);

  // A copy that the caller keeps stays what it was, and a text can go on from
  // there a second time.
  Values kept = caches;
  Tensor ids = makeIds(1, 2);
  RuntimeValue first = append(call, ids, 3, caches);
  EXPECT_NE(caches[0].getTensor().getRawData().data(), memory);
  EXPECT_EQ(kept[0].getTensor().getRawData().data(), memory);
  EXPECT_TRUE(append(call, ids, 3, kept) == first);
}

TEST_F(CacheTest, BoundCallsKeepTheirCaches) {
  ASSERT_NO_FATAL_FAILURE(compileDecoder());
  Values caches = makeCaches(type, 2, 9);
  auto at = [&](int64_t position) {
    return Tensor::integerScalar(position, IndexType::get(&context));
  };
  Values arguments = {makeIds(2, 1), at(0)};
  llvm::append_range(arguments, makeCaches(type, 2, 9));
  const char *memory = arguments[2].getTensor().getRawData().data();
  FailureOr<BoundCall> bound = executable->bind("step", std::move(arguments));
  ASSERT_TRUE(succeeded(bound)) << diagnostics;

  int64_t position = 0;
  for (int64_t count : {3, 1, 1, 4}) {
    Tensor ids = makeIds(2, count);
    ASSERT_TRUE(succeeded(bound->replace(0, ids))) << diagnostics;
    // Refused, and what was there stays.
    EXPECT_TRUE(failed(bound->replace(0, at(0))));
    EXPECT_NE(diagnostics.find("argument 0 of 'step' expects"),
              std::string::npos)
        << diagnostics;
    diagnostics.clear();
    ASSERT_TRUE(succeeded(bound->replace(1, at(position)))) << diagnostics;
    Values logits = bound->run();
    ASSERT_EQ(logits.size(), 1u);
    EXPECT_TRUE(logits[0] == append(call, ids, position, caches));
    position += count;
  }
  Values left = bound->release();
  EXPECT_EQ(left[2].getTensor().getRawData().data(), memory);
  EXPECT_TRUE(ArrayRef(left).drop_front(2) == ArrayRef(caches));
}

TEST_F(CacheTest, RowsBehindTheTextMeanNothing) {
  ASSERT_NO_FATAL_FAILURE(compileDecoder());
  Values zeros = makeCaches(type, 1, 9), garbage = zeros;
  for (RuntimeValue &cache : garbage)
    for (Tensor &component : cache.getMutableComponents())
      for (char &byte : component.getMutableRawData())
        byte = from(-128, 127);
  Tensor ids = makeIds(1, 6);
  EXPECT_TRUE(append(call, ids, 0, zeros) == append(call, ids, 0, garbage));
}

TEST_F(CacheTest, CompiledCodeWritesNothingPastTheCapacity) {
  ASSERT_NO_FATAL_FAILURE(compileDecoder());
  for (int64_t position : {4, 5, 1000, -1}) {
    Values caches = makeCaches(type, 1, 5), before = caches;
    append(call, makeIds(1, 3), position, caches);
    for (auto [cache, old] : llvm::zip_equal(caches, before))
      for (auto [component, oldComponent] :
           llvm::zip_equal(cache.getComponents(), old.getComponents())) {
        // Only the row that fits has changed.
        size_t width = component.getRawData().size() / 5;
        size_t same = position == 4 ? 4 * width : 5 * width;
        EXPECT_EQ(component.getRawData().take_front(same),
                  oldComponent.getRawData().take_front(same));
      }
  }
  // The reference says what is wrong.
  Values arguments = {makeIds(1, 3),
                      Tensor::integerScalar(4, IndexType::get(&context))};
  llvm::append_range(arguments, makeCaches(type, 1, 5));
  EXPECT_TRUE(failed(reference::Interpreter(*module).call("step", arguments)));
  EXPECT_NE(diagnostics.find("expects a place among the 5 rows of the cache, "
                             "got 3 rows at the offset 4"),
            std::string::npos)
      << diagnostics;
}

//===----------------------------------------------------------------------===//
// One buffer for the state
//===----------------------------------------------------------------------===//

/// A row-major buffer as compiled code takes it.
static std::vector<int64_t> describe(ArrayRef<int64_t> shape,
                                     const void *data) {
  auto address = reinterpret_cast<int64_t>(data);
  std::vector<int64_t> words = {address, address, 0};
  words.insert(words.end(), shape.begin(), shape.end());
  for (size_t i = 0; i < shape.size(); ++i)
    words.push_back(ShapedType::getNumElements(shape.drop_front(i + 1)));
  return words;
}

TEST_F(CacheTest, StateInOneBuffer) {
  OwningOpRef<ModuleOp> module = makeModule(/*isInteger=*/true);
  ASSERT_TRUE(module) << diagnostics;
  OwningOpRef<ModuleOp> compiled = module->clone();
  PassManager pm(&context);
  CpuPipelineOptions options;
  options.poolState = true;
  buildCpuPipeline(pm, options);
  ASSERT_TRUE(succeeded(pm.run(*compiled))) << diagnostics;
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto engine = ExecutionEngine::create(*compiled);
  ASSERT_TRUE(bool(engine)) << llvm::toString(engine.takeError());
  auto call = [&](StringRef name, SmallVector<void *> arguments) {
    llvm::Error error = (*engine)->invokePacked(name, arguments);
    ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
  };

  // Of keys and values, in two layers: codes, multipliers and exponents, 800
  // bytes of each, at multiples of 64.
  int64_t batch = 2, capacity = 50, size = 0;
  call("_mlir_ciface_step_state_size", {&batch, &capacity, &size});
  EXPECT_EQ(size, 2 * 2 *
                      (800 + 2 * 800 + /*two of three end 0 or 64 apart*/
                       32 + 2 * 32));
  std::unique_ptr<char[], decltype(&free)> state(
      static_cast<char *>(aligned_alloc(64, size)), free);
  for (int64_t i = 0; i < size; ++i)
    state[i] = from(-128, 127);

  Tensor ids = makeIds(batch, 40);
  RuntimeValue expected = callForward(
      [&](StringRef name, Values arguments) {
        return reference::Interpreter(*module).call(name, arguments);
      },
      ids);
  ArrayRef<char> weights;
  if (auto pool = (*compiled)->getAttrOfType<DenseResourceElementsAttr>(
          "iquant.constants"))
    weights = pool.getRawHandle().getBlob()->getData();
  for (int64_t position = 0, count = 7; position < 40;
       position += count, count = 11) {
    Tensor part = sliceIds(ids, position, count);
    std::vector<int64_t> logits(9);
    auto idWords = describe(part.getShape(), part.getRawData().data()),
         weightWords = describe(weights.size(), weights.data()),
         stateWords = describe(size, state.get());
    void *logitsPointer = logits.data(), *idsPointer = idWords.data(),
         *weightsPointer = weightWords.data(),
         *statePointer = stateWords.data();
    call("_mlir_ciface_step",
         {&logitsPointer, &idsPointer, &position, &weightsPointer,
          &statePointer, &batch, &capacity});
    auto *elements = reinterpret_cast<int32_t *>(logits[1]);
    if (position + count == 40)
      EXPECT_EQ(ArrayRef(elements, batch * kVocabulary),
                expected.getTensor().data<int32_t>());
    free(reinterpret_cast<void *>(logits[0]));
  }
}
