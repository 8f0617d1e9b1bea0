//===- LinearBenchmark.cpp - Time linears against oneDNN ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles a linear for each shape and times it in turn with oneDNN's product
// of the same codes and with the peak of the matrix instruction, so that what
// else the machine does meets all of them. Nothing is timed before its result
// is checked.
//
//===----------------------------------------------------------------------===//

#include "OneDnnLinear.h"
#include "ProcessorTime.h"
#include "RandomArguments.h"

#include "dialects/IQuant/IQuant.h"
#include "iquant/Reference/Interpreter.h"
#include "iquant/Runtime/MachineLimits.h"
#include "iquant/Support/RowGroups.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/WithColor.h"

#include <malloc.h>
#include <numeric>

using namespace mlir;
using namespace mlir::iquant;
using llvm::createStringError;
using llvm::formatv;
using reference::RuntimeValue;
using reference::Tensor;
namespace cl = llvm::cl;

static cl::OptionCategory category("Options");
static cl::list<std::string>
    shapes("shapes", cl::CommaSeparated,
           cl::desc("Output x input channels (default: SmolLM2-135M's)"),
           cl::list_init<std::string>({"192x576", "576x576", "1536x576",
                                       "576x1536", "49152x576"}),
           cl::cat(category));
static cl::list<int64_t> rowCounts("rows", cl::CommaSeparated,
                                   cl::desc("Rows (default: 1,128,512)"),
                                   cl::list_init<int64_t>({1, 128, 512}),
                                   cl::cat(category));
static cl::opt<unsigned>
    rounds("rounds", cl::desc("How often all are timed in turn (default: 15)"),
           cl::init(15), cl::cat(category));

/// Where oneDNN adds pairs of products in 16 bits, which is on processors
/// without VNNI, its sums are right if weights have no more than 7 bits.
static constexpr int64_t kMostExactWeight = 63;

/// The zero point and the scale that oneDNN's product has for all rows and
/// channels.
static constexpr int32_t kZeroPoint = 128;
static constexpr float kScale = 1.0 / 1024;

static constexpr StringLiteral kHeading = R"(
                           of the   oneDNN          oneDNN          wrong at
linear       rows   iquant    peak     sums  ratio  scaled  ratio     8 bits
)";

//===----------------------------------------------------------------------===//
// The generated linear
//===----------------------------------------------------------------------===//

namespace {
struct Shape {
  int64_t channels, inputs;
};

/// A linear as models have it, with a random weight and random rows: codes,
/// multipliers, exponents and zero points.
class Linear {
public:
  static FailureOr<Linear> compile(MLIRContext &context, Shape shape,
                                   int64_t mostRows);

  ArrayRef<RuntimeValue> getRows() const { return rows; }
  /// The codes of the weight.
  const Tensor &getWeight() const { return weight; }

  FailureOr<Tensor> run(const SmallVector<RuntimeValue> &rows) {
    return getResult(executable->call("linear", rows));
  }
  /// A call that computes nothing.
  void runNothing(const SmallVector<RuntimeValue> &rows) {
    (void)executable->call("nothing", rows);
  }
  FailureOr<Tensor> interpret(ArrayRef<RuntimeValue> rows) {
    return getResult(reference::Interpreter(*module).call("linear", rows));
  }

private:
  static FailureOr<Tensor>
  getResult(const FailureOr<SmallVector<RuntimeValue>> &results) {
    if (failed(results))
      return failure();
    return results->front().getTensor();
  }

  OwningOpRef<ModuleOp> module;
  std::unique_ptr<Executable> executable;
  SmallVector<RuntimeValue> rows;
  Tensor weight;
};
} // namespace

/// Adds a function of the same type that computes nothing.
static void addEmptyFunction(func::FuncOp linear) {
  ImplicitLocOpBuilder b(linear.getLoc(), linear->getContext());
  b.setInsertionPointAfter(linear);
  auto function = func::FuncOp::create(b, "nothing", linear.getFunctionType());
  b.setInsertionPointToStart(function.addEntryBlock());
  auto type = cast<FixedType>(function.getResultTypes().front());
  Value rows = tensor::DimOp::create(b, function.getArgument(0), 0);
  Value result =
      tensor::EmptyOp::create(b, type.getShape(), type.getElementType(), rows);
  func::ReturnOp::create(b, ComposeOp::create(b, type, result).getResult());
}

FailureOr<Linear> Linear::compile(MLIRContext &context, Shape shape,
                                  int64_t mostRows) {
  auto [channels, inputs] = shape;
  int64_t group = getRowGroup(inputs, /*most=*/384);
  auto integer = [&](unsigned bits, IntegerType::SignednessSemantics sign) {
    return IntegerType::get(&context, bits, sign);
  };
  auto rowType = DynType::get(&context, {ShapedType::kDynamic, inputs},
                              integer(8, IntegerType::Unsigned), group);
  auto weightType =
      WeightType::get(&context, {channels, inputs},
                      integer(8, IntegerType::Signed), group, /*tiles=*/{});
  auto resultType = FixedType::get(&context, {ShapedType::kDynamic, channels},
                                   integer(32, IntegerType::Signless),
                                   /*exponent=*/14);
  Linear linear;
  linear.module = ModuleOp::create(UnknownLoc::get(&context));
  ImplicitLocOpBuilder b(linear.module->getLoc(),
                         OpBuilder::atBlockEnd(linear.module->getBody()));
  auto function = func::FuncOp::create(
      b, "linear", b.getFunctionType({rowType, weightType}, resultType));
  b.setInsertionPointToStart(function.addEntryBlock());
  auto op = LinearOp::create(b, resultType, function.getArgument(0),
                             function.getArgument(1), /*bias=*/Value());
  func::ReturnOp::create(b, op.getResult());

  linear.rows = RandomArguments(mostRows, kMostExactWeight).make(function);
  ElementsAttr codes;
  matchPattern(op.getWeight().getDefiningOp<ComposeOp>()->getOperand(0),
               m_Constant(&codes));
  linear.weight = *Tensor::fromAttribute(codes);
  addEmptyFunction(function);
  OwningOpRef<ModuleOp> lowered = linear.module->clone();
  FailureOr<std::unique_ptr<Executable>> executable =
      Executable::compile(*lowered);
  if (failed(executable))
    return failure();
  linear.executable = std::move(*executable);
  return linear;
}

static Tensor selectRows(const Tensor &tensor, ArrayRef<int64_t> rows) {
  SmallVector<int64_t> shape(tensor.getShape());
  int64_t width = tensor.getNumElements() / shape.front();
  shape.front() = rows.size();
  Tensor result(shape, tensor.getElementType());
  for (auto [to, from] : llvm::enumerate(rows))
    for (int64_t i = 0; i < width; ++i)
      result.copyElement(to * width + i, tensor, from * width + i);
  return result;
}

/// Some rows of every tensor.
static SmallVector<RuntimeValue> selectRows(ArrayRef<RuntimeValue> values,
                                            ArrayRef<int64_t> rows) {
  return llvm::map_to_vector(values, [&](const RuntimeValue &value) {
    return RuntimeValue(selectRows(value.getTensor(), rows));
  });
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// The sum of the products of a row's codes, less a zero point, and a
/// channel's.
static int32_t addProducts(const Tensor &rows, int64_t row,
                           const Tensor &weight, int64_t channel,
                           int32_t zeroPoint) {
  int64_t inputs = weight.getDim(1);
  ArrayRef<uint8_t> codes = rows.data<uint8_t>().slice(row * inputs, inputs);
  ArrayRef<int8_t> weights =
      weight.data<int8_t>().slice(channel * inputs, inputs);
  return std::inner_product(codes.begin(), codes.end(), weights.begin(), 0,
                            std::plus<>(), [&](int32_t code, int32_t weight) {
                              return (code - zeroPoint) * weight;
                            });
}

/// What part of some rows' results is not `factor` times that sum.
template <typename T>
static double getWrongPart(const OneDnnLinear &linear, const Tensor &rows,
                           const Tensor &weight, ArrayRef<int64_t> checked,
                           int32_t zeroPoint, T factor) {
  int64_t wrong = 0, channels = weight.getDim(0);
  ArrayRef<T> results = linear.getResult<T>();
  for (int64_t row : checked)
    for (int64_t channel = 0; channel < channels; ++channel)
      wrong += results[row * channels + channel] !=
               factor * addProducts(rows, row, weight, channel, zeroPoint);
  return 1.0 * wrong / (checked.size() * channels);
}

//===----------------------------------------------------------------------===//
// Timing
//===----------------------------------------------------------------------===//

namespace {
/// A linear on so many rows, by all who compute it.
class Contest {
public:
  Contest(Linear &linear, int64_t count)
      : linear(linear),
        rows(selectRows(linear.getRows(), llvm::to_vector(llvm::seq(count)))),
        sums(OneDnnLinear::makeSums(getCodes(), linear.getWeight())),
        scaled(OneDnnLinear::makeScaled(
            getCodes(), linear.getWeight(), kZeroPoint,
            std::vector<float>(linear.getWeight().getDim(0), kScale))) {}

  /// Runs everything once; a wrong result is an error.
  llvm::Error check();
  /// Times all in turn, and prints medians.
  llvm::Error time(MachineLimit &peak);

private:
  const Tensor &getCodes() const { return rows.front().getTensor(); }
  /// The first row, one in the middle and the last.
  SmallVector<int64_t> getChecked() const {
    int64_t count = getCodes().getDim(0);
    return {0, count / 2, count - 1};
  }
  /// What part of oneDNN's sums is wrong with twice the weight, of 8 bits.
  double getSaturatedPart() const;
  /// Multiplications and additions.
  double getOperations() const;
  /// Processor seconds of a call of the function.
  double measure(llvm::function_ref<void()> run) const;

  Linear &linear;
  SmallVector<RuntimeValue> rows;
  OneDnnLinear sums, scaled;
};
} // namespace

llvm::Error Contest::check() {
  SmallVector<int64_t> checked = getChecked();
  FailureOr<Tensor> result = linear.run(rows);
  FailureOr<Tensor> expected = linear.interpret(selectRows(rows, checked));
  if (failed(result) || failed(expected))
    return createStringError("cannot run the linear");
  if (selectRows(*result, checked) != *expected)
    return createStringError("the generated linear is wrong");
  sums.run();
  scaled.run();
  if (double part = getWrongPart<int32_t>(sums, getCodes(), linear.getWeight(),
                                          checked, /*zeroPoint=*/0, 1))
    return createStringError(
        formatv("{0:P} of oneDNN's sums are wrong", part).str());
  if (double part = getWrongPart<float>(scaled, getCodes(), linear.getWeight(),
                                        checked, kZeroPoint, kScale))
    return createStringError(
        formatv("{0:P} of oneDNN's scaled sums are wrong", part).str());
  return llvm::Error::success();
}

double Contest::getSaturatedPart() const {
  Tensor doubled = linear.getWeight();
  for (int8_t &code : doubled.mutableData<int8_t>())
    code *= 2;
  OneDnnLinear peer = OneDnnLinear::makeSums(getCodes(), doubled);
  peer.run();
  return getWrongPart<int32_t>(peer, getCodes(), doubled, getChecked(),
                               /*zeroPoint=*/0, 1);
}

double Contest::getOperations() const {
  return 2.0 * getCodes().getDim(0) * linear.getWeight().getNumElements();
}

double Contest::measure(llvm::function_ref<void()> run) const {
  // Some milliseconds.
  int64_t calls = 1 + 2e8 / getOperations();
  double start = getProcessorSeconds();
  for (int64_t i = 0; i < calls; ++i)
    run();
  return (getProcessorSeconds() - start) / calls;
}

static double getMedian(SmallVector<double> values) {
  llvm::sort(values);
  return values[values.size() / 2];
}

/// The median of the rounds' ratios.
static double getRatio(ArrayRef<double> values, ArrayRef<double> others) {
  return getMedian(
      llvm::map_to_vector(llvm::zip_equal(values, others), [](auto pair) {
        return std::get<0>(pair) / std::get<1>(pair);
      }));
}

llvm::Error Contest::time(MachineLimit &peak) {
  double operations = getOperations();
  SmallVector<double> generated, summed, rescaled, limits;
  for (unsigned round = 0; round < rounds; ++round) {
    // Inside of a model, nobody looks up a function or checks its arguments.
    double call = measure([&] { linear.runNothing(rows); });
    double whole = measure([&] { (void)linear.run(rows); });
    generated.push_back(operations / (whole - call));
    summed.push_back(operations / measure([&] { sums.run(); }));
    rescaled.push_back(operations / measure([&] { scaled.run(); }));
    FailureOr<double> limit = peak.measure();
    if (failed(limit))
      return createStringError("cannot run the matrix instruction");
    limits.push_back(*limit);
  }
  const Tensor &weight = linear.getWeight();
  llvm::outs() << formatv(
      "{0,-12} {1,4} {2,8:F1} {3,7:P0} {4,8:F1} {5,6:F2} {6,7:F1} {7,6:F2} "
      "{8,10:P0}\n",
      formatv("{0}x{1}", weight.getDim(0), weight.getDim(1)).str(),
      getCodes().getDim(0), 1e-9 * getMedian(generated),
      getRatio(generated, limits), 1e-9 * getMedian(summed),
      getRatio(generated, summed), 1e-9 * getMedian(rescaled),
      getRatio(generated, rescaled), getSaturatedPart());
  llvm::outs().flush();
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// All shapes
//===----------------------------------------------------------------------===//

static llvm::Expected<Shape> parseShape(StringRef text) {
  Shape shape;
  auto [channels, inputs] = text.split('x');
  if (channels.getAsInteger(10, shape.channels) ||
      inputs.getAsInteger(10, shape.inputs) ||
      std::min(shape.channels, shape.inputs) < 1 ||
      std::max(shape.channels, shape.inputs) > 65536)
    return createStringError(
        "expects shapes such as 576x1536 of at most 65536 channels, got '" +
        text + "'");
  return shape;
}

static llvm::Error run(MLIRContext &context) {
  for (int64_t count : rowCounts)
    if (count < 1 || count > 65536)
      return createStringError("expects 1 to 65536 of --rows, got " +
                               Twine(count));
  if (rounds < 1)
    return createStringError("expects at least 1 of --rounds, got 0");
  FailureOr<MachineLimit> peak =
      MachineLimit::compileArithmetic(context, /*threads=*/1);
  if (failed(peak))
    return createStringError("cannot compile the matrix instruction");
  llvm::outs() << "One thread, GOP/s; " << describeOneDnn() << '\n' << kHeading;
  for (StringRef text : shapes) {
    llvm::Expected<Shape> shape = parseShape(text);
    if (!shape)
      return shape.takeError();
    FailureOr<Linear> linear =
        Linear::compile(context, *shape, *llvm::max_element(rowCounts));
    if (failed(linear))
      return createStringError("cannot compile the linear");
    for (int64_t count : rowCounts) {
      Contest contest(*linear, count);
      if (llvm::Error error = contest.check())
        return error;
      if (llvm::Error error = contest.time(*peak))
        return error;
    }
  }
  return llvm::Error::success();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "Times linears against oneDNN.\n");
  // Results land in memory that the process has already, as oneDNN's do.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  restrictOneDnnToOneThread();
  DialectRegistry registry;
  registerExecutableDialects(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  if (llvm::Error error = run(context)) {
    llvm::WithColor::error(llvm::errs(), "iquant-linear-benchmark")
        << llvm::toString(std::move(error)) << '\n';
    return 1;
  }
  return 0;
}
