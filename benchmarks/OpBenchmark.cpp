//===- OpBenchmark.cpp - Time the ops of a model one by one ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles a module of functions of one op each and times every function on
// random arguments, in processor time, so that other processes matter little.
// Dynamic sizes become --rows; the attribute `benchmark.calls` says how often a
// model calls the function.
//
//===----------------------------------------------------------------------===//

#include "dialects/IQuant/IQuant.h"
#include "iquant/Registration.h"
#include "iquant/Runtime/Executable.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"

#include <ctime>
#include <random>

using namespace mlir;
using namespace mlir::iquant;
using reference::RuntimeValue;
using reference::Tensor;
namespace cl = llvm::cl;

static cl::opt<std::string> file(cl::Positional, cl::Required,
                                 cl::desc("<module>"));
static cl::opt<int64_t> rows("rows", cl::desc("Every dynamic size"),
                             cl::init(512));
static cl::opt<unsigned> repetitions("repetitions",
                                     cl::desc("How many calls to time"),
                                     cl::init(15));
static cl::opt<std::string> only("only",
                                 cl::desc("Time functions whose name has this "
                                          "in it"));

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

static std::mt19937_64 randomBits(1);

static Tensor randomTensor(RankedTensorType type, int64_t low, int64_t high) {
  SmallVector<int64_t> shape(type.getShape());
  for (int64_t &size : shape)
    if (ShapedType::isDynamic(size))
      size = rows;
  Tensor tensor(shape, type.getElementType());
  std::uniform_int_distribution<int64_t> between(low, high);
  for (int64_t i = 0, end = tensor.getNumElements(); i < end; ++i)
    tensor.setInt(i, between(randomBits));
  return tensor;
}

/// A value with the magnitudes that models have.
static RuntimeValue randomArgument(Type type) {
  SmallVector<Tensor, 1> values;
  auto add = [&](Type component, int64_t low, int64_t high) {
    values.push_back(
        randomTensor(cast<RankedTensorType>(component), low, high));
  };
  SmallVector<Type> components = getComponents(type);
  if (auto fixed = dyn_cast<FixedType>(type)) {
    int64_t bound = fixed.getElementType().isInteger(16) ? 1 << 14 : 1 << 17;
    add(components[0], -bound, bound);
  } else if (auto dyn = dyn_cast<DynType>(type)) {
    add(components[0], dyn.isAsymmetric() ? 0 : -127,
        dyn.isAsymmetric() ? 255 : 127);
    add(components[1], 32768, 65535);
    add(components[2], 19, 21);
    if (dyn.isAsymmetric())
      add(components[3], 100, 150);
  } else if (auto weight = dyn_cast<WeightType>(type)) {
    add(components[0], -127, 127);
    add(components[1], 32768, 65535);
    add(components[2], 24, 26);
    add(components[3], 0, 0);
    for (int64_t i = 0, end = values[0].getNumElements(); i < end; ++i) {
      int64_t group = i / weight.getSumGroup();
      values[3].setInt(group, values[3].getInt(group) + values[0].getInt(i));
    }
  } else if (type.isIndex()) {
    values.push_back(Tensor::integerScalar(0, type));
  } else {
    add(type, 0, 1000);
  }
  return RuntimeValue(std::move(values));
}

/// The tensors of a value as constants, as weights and other parameters are in
/// models.
static SmallVector<Value> makeConstants(ImplicitLocOpBuilder &b, StringRef name,
                                        const RuntimeValue &value) {
  return llvm::map_to_vector(
      value.getComponents(), [&](const Tensor &tensor) -> Value {
        auto constant = DenseResourceElementsAttr::get(
            RankedTensorType::get(tensor.getShape(), tensor.getElementType()),
            name,
            HeapAsmResourceBlob::allocateAndCopyWithAlign(tensor.getRawData(),
                                                          64));
        return arith::ConstantOp::create(b, constant);
      });
}

/// Makes arguments for a function, which then takes them as tensors, whose
/// elements nobody looks at before a call; those of static shapes become
/// constants.
static SmallVector<RuntimeValue> makeArguments(func::FuncOp function) {
  Block &body = function.getBody().front();
  ImplicitLocOpBuilder b(function.getLoc(), &body, body.begin());
  SmallVector<RuntimeValue> arguments;
  unsigned count = function.getNumArguments();
  for (unsigned i = 0; i < count; ++i) {
    BlockArgument argument = function.getArgument(i);
    Type type = argument.getType();
    RuntimeValue value = randomArgument(type);
    bool isParameter =
        !type.isIndex() && !ShapedType::isDynamicShape(getShape(type));
    SmallVector<Value> components;
    if (isParameter) {
      components = makeConstants(b, function.getSymName(), value);
    } else {
      for (auto [tensor, component] :
           llvm::zip_equal(value.getComponents(), getComponents(type))) {
        unsigned position = function.getNumArguments();
        (void)function.insertArgument(position, component, {}, b.getLoc());
        components.push_back(function.getArgument(position));
        arguments.push_back(tensor);
      }
    }
    bool isPlain = getComponents(type).front() == type;
    argument.replaceAllUsesWith(
        isPlain ? components.front()
                : Value(ComposeOp::create(b, type, components)));
  }
  llvm::BitVector old(function.getNumArguments());
  old.set(0, count);
  (void)function.eraseArguments(old);
  return arguments;
}

//===----------------------------------------------------------------------===//
// Timing
//===----------------------------------------------------------------------===//

static double processorSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

namespace {
struct Row {
  std::string name;
  int64_t calls;
  /// Multiplications and additions of the linears in one call.
  double operations = 0;
  double seconds = 0;
};
} // namespace

static Row describe(func::FuncOp function) {
  Row row{function.getSymName().str(), 1};
  if (auto calls = function->getAttrOfType<IntegerAttr>("benchmark.calls"))
    row.calls = calls.getInt();
  function.walk([&](LinearOp op) {
    ArrayRef<int64_t> weight = op.getWeight().getType().getShape();
    int64_t size = getShape(op.getInput().getType()).front();
    row.operations += 2.0 * (ShapedType::isDynamic(size) ? rows : size) *
                      weight[0] * weight[1];
  });
  return row;
}

static LogicalResult time(Executable &executable,
                          const SmallVector<RuntimeValue> &arguments,
                          Row &row) {
  std::vector<double> samples;
  for (unsigned i = 0; i < repetitions; ++i) {
    double start = processorSeconds();
    if (failed(executable.call(row.name, arguments)))
      return failure();
    samples.push_back(processorSeconds() - start);
  }
  llvm::sort(samples);
  row.seconds = samples[samples.size() / 2];
  return success();
}

static void print(ArrayRef<Row> table) {
  double total = 0;
  for (const Row &row : table)
    total += row.seconds * row.calls;
  llvm::outs() << "op                       ms a call   calls        ms   share"
                  "   GOP/s\n";
  for (const Row &row : table) {
    double milliseconds = 1e3 * row.seconds;
    llvm::outs() << llvm::format("%-22s %11.3f %7lld %9.1f %6.1f%%",
                                 row.name.c_str(), milliseconds,
                                 (long long)row.calls, milliseconds * row.calls,
                                 100 * row.seconds * row.calls / total);
    if (row.operations != 0)
      llvm::outs() << llvm::format(" %7.1f",
                                   1e-9 * row.operations / row.seconds);
    llvm::outs() << '\n';
  }
  llvm::outs() << llvm::format("sum %46.1f\n", 1e3 * total);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "Times functions of one op each.\n");
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerDialects(registry);
  registerExecutableDialects(registry);
  MLIRContext context(registry);

  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(file, &context);
  if (!module)
    return 1;
  std::vector<Row> table;
  std::vector<SmallVector<RuntimeValue>> arguments;
  for (auto function :
       llvm::make_early_inc_range(module->getOps<func::FuncOp>())) {
    if (!function.getSymName().contains(only)) {
      function.erase();
      continue;
    }
    arguments.push_back(makeArguments(function));
    table.push_back(describe(function));
  }
  FailureOr<std::unique_ptr<Executable>> executable =
      Executable::compile(*module);
  if (failed(executable))
    return 1;
  for (auto [row, given] : llvm::zip_equal(table, arguments))
    if (failed(time(**executable, given, row)))
      return 1;
  print(table);
  return 0;
}
