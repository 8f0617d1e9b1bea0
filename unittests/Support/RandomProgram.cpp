//===- RandomProgram.cpp - Random cases as a C program --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes the cases of the differential tests as files from which a program for
// another processor can be made:
//
//   cases.mlir  the functions, for quant-compile with the prefix `cases`
//   cases.bin   their arguments, and what the reference interpreter gives
//   cases.c     calls each function and compares every bit
//
//===----------------------------------------------------------------------===//

#include "Support/RandomCases.h"
#include "dialects/IQuant/IQuant.h"
#include "iquant/Reference/Interpreter.h"
#include "iquant/Registration.h"
#include "iquant/Support/OutputFile.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::testing;
using llvm::createStringError;
using llvm::formatv;
using reference::RuntimeValue;
using reference::Tensor;

namespace {

class ProgramWriter {
public:
  ProgramWriter(MLIRContext &context)
      : context(context), module(ModuleOp::create(UnknownLoc::get(&context))),
        calls(callText) {}

  llvm::Error add(StringRef op, unsigned seed);
  llvm::Error write(StringRef folder);

private:
  /// Where a tensor's bytes stand in the data.
  size_t store(const Tensor &tensor);
  std::string makeProgram();

  MLIRContext &context;
  OwningOpRef<ModuleOp> module;
  /// Begins with nothing that a C compiler might take for the mark of an
  /// encoding, and refuse to embed.
  std::string data = "cases";
  std::string callText;
  llvm::raw_string_ostream calls;
  SmallVector<std::string> names;
  /// Of the results of one case.
  size_t mostResultBytes = 0;
};

} // namespace

/// What stands before the functions of the cases, and behind them.
static constexpr StringLiteral kTop = R"(#include "bare.h"
#include "cases.h"

static _Alignas(64) const unsigned char data[] = {
#embed "cases.bin"
};
static _Alignas(64) const unsigned char weights[] = {
#embed "cases.weights"
};

static bool is_same(const unsigned char *result, size_t expected, size_t size) {
  for (size_t i = 0; i < size; ++i)
    if (result[i] != data[expected + i])
      return false;
  return true;
}

)";

static constexpr StringLiteral kBottom = R"(};

int main(int argc, char **argv) {
  (void)argc;
  (void)argv;
  int wrong = 0, all = sizeof cases / sizeof *cases;
  for (int i = 0; i < all; ++i) {
    memset(results, 0xA5, sizeof results);
    if (cases[i].run())
      continue;
    ++wrong;
    print("wrong: ");
    print(cases[i].name);
    print("\n");
  }
  print_number(all);
  print(" cases, ");
  print_number(wrong);
  print(" wrong\n");
  return wrong != 0;
}
)";

size_t ProgramWriter::store(const Tensor &tensor) {
  data.resize(llvm::alignTo(data.size(), 64));
  size_t position = data.size();
  ArrayRef<char> bytes = tensor.getRawData();
  data.append(bytes.begin(), bytes.end());
  return position;
}

/// A C function takes tensors only: a scalar becomes one of rank 0.
static void passAsTensor(ImplicitLocOpBuilder &b, BlockArgument scalar) {
  scalar.setType(RankedTensorType::get({}, b.getI64Type()));
  auto element = tensor::ExtractOp::create(b, scalar, ValueRange());
  Value index =
      arith::IndexCastOp::create(b, b.getIndexType(), element.getResult());
  scalar.replaceAllUsesExcept(index, element);
}

/// A weight that is constant is packed for the instruction of whatever target.
static Value makeConstant(ImplicitLocOpBuilder &b, const RuntimeValue &value,
                          WeightType type) {
  SmallVector<Value> components;
  for (auto [tensor, part] :
       llvm::zip_equal(value.getComponents(), getComponents(type)))
    components.push_back(arith::ConstantOp::create(
        b, DenseElementsAttr::getFromRawBuffer(cast<ShapedType>(part),
                                               tensor.getRawData())));
  return ComposeOp::create(b, type, components);
}

/// Makes the function one that C can call; returns the arguments that are left,
/// each with the type that it had.
static SmallVector<std::pair<RuntimeValue, Type>>
adaptArguments(func::FuncOp function, ArrayRef<RuntimeValue> arguments) {
  Block &body = function.getBody().front();
  ImplicitLocOpBuilder b(function.getLoc(), &body, body.begin());
  SmallVector<std::pair<RuntimeValue, Type>> left;
  BitVector isConstant(body.getNumArguments());
  for (auto [argument, value] :
       llvm::zip_equal(body.getArguments(), arguments)) {
    Type type = argument.getType();
    if (auto weight = dyn_cast<WeightType>(type)) {
      argument.replaceAllUsesWith(makeConstant(b, value, weight));
      isConstant.set(argument.getArgNumber());
      continue;
    }
    left.push_back({value, type});
    if (type.isIndex())
      passAsTensor(b, argument);
  }
  body.eraseArguments(isConstant);
  function.setType(
      b.getFunctionType(body.getArgumentTypes(), function.getResultTypes()));
  return left;
}

llvm::Error ProgramWriter::add(StringRef op, unsigned seed) {
  RandomCase test = makeRandomCase(context, op, seed);
  auto source = parseSourceString<ModuleOp>(test.module, &context);
  if (!source)
    return createStringError("cannot parse " + test.module);
  auto results = reference::Interpreter(*source).call("main", test.arguments);
  if (failed(results))
    return createStringError("cannot interpret " + test.module);

  names.push_back(formatv("{0}_{1}", op, seed));
  auto function = source->lookupSymbol<func::FuncOp>("main");
  function.setSymName(names.back());
  function->moveBefore(module->getBody(), module->getBody()->end());

  calls << formatv("static bool run_{0}(void) {{\n"
                   "  int32_t status = cases_{0}(weights",
                   names.back());
  for (auto &[argument, type] : adaptArguments(function, test.arguments)) {
    for (auto [tensor, part] :
         llvm::zip_equal(argument.getComponents(), getComponents(type))) {
      calls << formatv(", (const void *)(data + {0})", store(tensor));
      if (auto shaped = dyn_cast<RankedTensorType>(part))
        for (int64_t i = 0; i < shaped.getRank(); ++i)
          if (shaped.isDynamicDim(i))
            calls << ", " << tensor.getDim(i);
    }
  }
  std::string comparison;
  size_t resultBytes = 0;
  for (const RuntimeValue &result : *results) {
    for (const Tensor &tensor : result.getComponents()) {
      resultBytes = llvm::alignTo(resultBytes, 64);
      calls << formatv(", (void *)(results + {0}), {1}", resultBytes,
                       tensor.getNumElements());
      comparison +=
          formatv(" &&\n         is_same(results + {0}, {1}, {2})", resultBytes,
                  store(tensor), tensor.getRawData().size());
      resultBytes += tensor.getRawData().size();
    }
  }
  calls << formatv(");\n  return status == CASES_OK{0};\n}\n\n", comparison);
  mostResultBytes = std::max(mostResultBytes, resultBytes);
  return llvm::Error::success();
}

std::string ProgramWriter::makeProgram() {
  std::string program = kTop.str();
  llvm::raw_string_ostream out(program);
  out << "static _Alignas(64) unsigned char results[" << mostResultBytes + 1
      << "];\n\n"
      << callText << "static const struct {\n  const char *name;\n"
      << "  bool (*run)(void);\n} cases[] = {\n";
  for (StringRef name : names)
    out << formatv("    {{\"{0}\", run_{0}},\n", name);
  out << kBottom;
  return program;
}

static llvm::Error writeText(StringRef folder, StringRef name, StringRef text) {
  SmallString<128> path(folder);
  llvm::sys::path::append(path, name);
  return writeOutputFile(path, [&](llvm::raw_ostream &out) {
    out << text;
    return llvm::Error::success();
  });
}

llvm::Error ProgramWriter::write(StringRef folder) {
  std::string functions;
  llvm::raw_string_ostream(functions) << *module;
  if (llvm::Error error = writeText(folder, "cases.mlir", functions))
    return error;
  if (llvm::Error error = writeText(folder, "cases.bin", data))
    return error;
  return writeText(folder, "cases.c", makeProgram());
}

static llvm::Error run(StringRef folder, unsigned count,
                       ArrayRef<std::string> only) {
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry);
  context.loadDialect<IQuantDialect, func::FuncDialect, arith::ArithDialect,
                      tensor::TensorDialect>();
  ProgramWriter program(context);
  for (StringRef op : getRandomCaseOps()) {
    if (!only.empty() && !llvm::is_contained(only, op))
      continue;
    for (unsigned seed = 0; seed < count; ++seed)
      if (llvm::Error error = program.add(op, seed))
        return error;
  }
  return program.write(folder);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  namespace cl = llvm::cl;
  cl::opt<std::string> folder(cl::Positional, cl::Required,
                              cl::desc("<folder>"));
  cl::opt<unsigned> count("cases", cl::desc("Cases of every op"), cl::init(20));
  cl::list<std::string> ops("op", cl::CommaSeparated,
                            cl::desc("Ops; all if not given"));
  cl::ParseCommandLineOptions(argc, argv,
                              "Writes random cases as a C program.\n");
  if (llvm::Error error = run(folder, count, ops)) {
    llvm::WithColor::error(llvm::errs(), "iquant-random-program")
        << llvm::toString(std::move(error)) << '\n';
    return 1;
  }
  return 0;
}
