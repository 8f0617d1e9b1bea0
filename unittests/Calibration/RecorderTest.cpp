//===- RecorderTest.cpp - The host's side of a calibration run ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls the host functions as compiled code does.
//
//===----------------------------------------------------------------------===//

#include "iquant/Calibration/Recorder.h"

#include "dialects/Transformer/Transformer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/ExecutionEngine/CRunnerUtils.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::iquant;

namespace {

/// Observer 0 sees what a linear reads, 1 the scores of two heads.
constexpr StringLiteral kModule = R"mlir(
  func.func @f(%x: tensor<?x2xf32>) {
    %w = arith.constant dense<1.0> : tensor<1x2xf32>
    %0 = transformer.observe %x "x" : tensor<?x2xf32>
    %1 = transformer.linear %0, %w : (tensor<?x2xf32>, tensor<1x2xf32>) -> tensor<?x1xf32>
    %2 = transformer.attention %x, %x, %x {heads = 2, kv_heads = 2, scores = "scores"}
        : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
    return
  })mlir";

class RecorderTest : public testing::Test {
protected:
  RecorderTest() {
    context.loadDialect<transformer::TransformerDialect, func::FuncDialect,
                        arith::ArithDialect>();
  }

  FailureOr<std::unique_ptr<Recorder>> create(StringRef text,
                                              size_t sampleSize = 0) {
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    return Recorder::create(*module, sampleSize);
  }

  /// What a recorder refuses a module with.
  std::string errorOf(StringRef text) {
    std::string message;
    ScopedDiagnosticHandler handler(
        &context, [&](Diagnostic &diagnostic) { message = diagnostic.str(); });
    EXPECT_TRUE(failed(create(text)));
    return message;
  }

  static void *getFunction(StringRef name) {
    for (auto [symbol, address] : Recorder::getHostFunctions())
      if (symbol == name)
        return address;
    return nullptr;
  }

  /// A block of rows, each `stride` numbers behind the other.
  static StridedMemRefType<float, 2> makeBlock(std::vector<float> &numbers,
                                               int64_t first, int64_t rows,
                                               int64_t channels,
                                               int64_t stride) {
    return {numbers.data(),
            numbers.data(),
            first * stride,
            {rows, channels},
            {stride, 1}};
  }

  /// Shows the numbers, three to a row of which two count, in blocks of so many
  /// rows.
  static void observe(Recorder &recorder, std::vector<float> &numbers,
                      ArrayRef<int64_t> blocks) {
    using Block = StridedMemRefType<float, 2>;
    auto rows = reinterpret_cast<void (*)(Recorder *, int64_t, const Block *)>(
        getFunction("_mlir_ciface_iquant_observe_rows"));
    auto scores =
        reinterpret_cast<void (*)(Recorder *, int64_t, int64_t, const Block *)>(
            getFunction("_mlir_ciface_iquant_observe_scores"));
    ASSERT_TRUE(rows && scores);
    int64_t first = 0;
    for (int64_t size : blocks) {
      auto block = makeBlock(numbers, first, size, 2, 3);
      rows(&recorder, 0, &block);
      scores(&recorder, 1, 0, &block);
      scores(&recorder, 1, 1, &block);
      first += size;
    }
  }

  static std::string write(const Recorder &recorder) {
    auto values = recorder.getValues();
    if (!values)
      return toString(values.takeError());
    std::string text;
    llvm::raw_string_ostream out(text);
    writeStatistics(out, {"model", 1, 6}, *values);
    return text;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::vector<float> numbers = {1, 2,    -1, 0.5f, 3, -1, 7,  0.1f,  -1,
                                4, 0.3f, -1, 9,    2, -1, -6, 1e-3f, -1};
};

TEST_F(RecorderTest, ChunksDoNotShow) {
  std::vector<std::string> files;
  for (const std::vector<int64_t> &blocks :
       {std::vector<int64_t>{6}, {2, 4}, {1, 1, 1, 1, 1, 1}, {0, 5, 1}}) {
    auto recorder = create(kModule, /*sampleSize=*/3);
    ASSERT_TRUE(succeeded(recorder));
    observe(**recorder, numbers, blocks);
    files.push_back(write(**recorder));
  }
  for (const std::string &file : files)
    EXPECT_EQ(file, files.front());
}

TEST_F(RecorderTest, CollectsByNumber) {
  auto recorder = create(kModule, /*sampleSize=*/2);
  ASSERT_TRUE(succeeded(recorder));
  observe(**recorder, numbers, {6});
  auto values = (*recorder)->getValues();
  ASSERT_TRUE(static_cast<bool>(values)) << toString(values.takeError());
  ASSERT_EQ(values->size(), 2u);
  auto [first, rows] = (*values)[0];
  auto [second, scores] = (*values)[1];
  EXPECT_EQ(first, "x");
  EXPECT_EQ(rows->getChannel(0).count, 6);
  EXPECT_EQ(rows->getChannel(0).min, -6);
  EXPECT_EQ(rows->getChannel(1).max, 3);
  EXPECT_EQ(rows->getSample().getCount(), 2u);
  EXPECT_EQ(second, "scores");
  EXPECT_EQ(scores->getChannel(1).count, 12);
  EXPECT_EQ(scores->getChannel(1).min, -7);
  EXPECT_EQ(scores->getChannel(1).max, 0);
  EXPECT_EQ(scores->getSample().getCount(), 0u);
}

TEST_F(RecorderTest, NamesWhatIsNotFinite) {
  auto recorder = create(kModule);
  ASSERT_TRUE(succeeded(recorder));
  (*recorder)->addScores(1, 0, {0, NAN});
  EXPECT_EQ(write(**recorder), "value 'scores' is not finite everywhere");
}

TEST_F(RecorderTest, NamesWhatWasNeverComputed) {
  auto recorder = create(kModule);
  ASSERT_TRUE(succeeded(recorder));
  (*recorder)->addRow(0, {1, 2});
  EXPECT_EQ(write(**recorder), "value 'scores' was never computed");
}

TEST_F(RecorderTest, RefusesNamesTwiceAndDynamicChannels) {
  EXPECT_EQ(errorOf(R"(func.func @f(%x: tensor<?x2xf32>) {
              %0 = transformer.observe %x "x" : tensor<?x2xf32>
              %1 = transformer.observe %x "x" : tensor<?x2xf32>
              return
            })"),
            "'transformer.observe' op expects a name of its own, got 'x' as "
            "another observer has");
  EXPECT_EQ(errorOf(R"(func.func @f(%x: tensor<?x?xf32>) {
              %0 = transformer.observe %x "x" : tensor<?x?xf32>
              return
            })"),
            "'transformer.observe' op expects a static number of channels to "
            "collect statistics of");
}

} // namespace
