//===- MachineLimits.cpp - What a machine can do at most ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Runtime/MachineLimits.h"

#include "iquant/Runtime/LargePages.h"
#include "iquant/Support/CacheLine.h"
#include "iquant/Support/ParallelLoop.h"
#include "iquant/Support/Stopwatch.h"
#include "iquant/Target/MatrixInstruction.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// The function of a kernel.
static constexpr StringRef kKernel = "kernel";

static Value makeIndex(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

/// A vector of a tensor, all of it inside.
static Value readVector(ImplicitLocOpBuilder &b, VectorType type, Value tensor,
                        ValueRange position) {
  Value padding =
      arith::ConstantIntOp::create(b, 0, type.getElementTypeBitWidth());
  return vector::TransferReadOp::create(b, type, tensor, position, padding,
                                        ArrayRef<bool>{true});
}

/// Adds the kernel: threads share the rows of a result of `type`, each a vector
/// that `emitRow` computes from the arguments and the number of the row.
static void addKernel(
    ModuleOp module, ArrayRef<RuntimeValue> arguments, RankedTensorType type,
    function_ref<Value(ImplicitLocOpBuilder &, ValueRange, Value)> emitRow) {
  ImplicitLocOpBuilder b(module.getLoc(),
                         OpBuilder::atBlockEnd(module.getBody()));
  auto inputs =
      llvm::map_to_vector(arguments, [](const RuntimeValue &argument) {
        const Tensor &tensor = argument.getTensor();
        return Type(
            RankedTensorType::get(tensor.getShape(), tensor.getElementType()));
      });
  auto function =
      func::FuncOp::create(b, kKernel, b.getFunctionType(inputs, type));
  b.setInsertionPointToStart(function.addEntryBlock());
  Value empty =
      tensor::EmptyOp::create(b, type.getShape(), type.getElementType());
  OpFoldResult one = b.getIndexAttr(1), zero = b.getIndexAttr(0),
               width = b.getIndexAttr(type.getDimSize(1));
  Value result = fillInParallel(
      b, empty, {b.getIndexAttr(type.getDimSize(0))}, {one},
      [&](ValueRange position, Value rows) -> FilledPart {
        SmallVector<OpFoldResult> offsets = {position.front(), zero},
                                  sizes = {one, width}, strides = {one, one};
        Value row =
            tensor::ExtractSliceOp::create(b, rows, offsets, sizes, strides);
        Value vector = emitRow(b, function.getArguments(), position.front());
        auto write = vector::TransferWriteOp::create(
            b, vector, row, ValueRange{makeIndex(b, 0), makeIndex(b, 0)},
            ArrayRef<bool>{true});
        return {write.getResult(), offsets, sizes};
      });
  func::ReturnOp::create(b, result);
}

FailureOr<MachineLimit>
MachineLimit::compile(ModuleOp module, SmallVector<RuntimeValue> arguments,
                      double work, unsigned threads) {
  FailureOr<std::unique_ptr<Executable>> executable =
      Executable::compile(module, /*hostFunctions=*/{}, threads);
  if (failed(executable))
    return failure();
  return MachineLimit(std::move(*executable), std::move(arguments), work);
}

FailureOr<double> MachineLimit::measure() {
  Stopwatch watch;
  if (failed(executable->call(kKernel, arguments)))
    return failure();
  return work / watch.getSeconds();
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// Memory is in blocks, a block in lines, and a line in words: words, since of
/// bytes `prefetch-streams` would ask for more than the loop can wait for.
static constexpr int64_t kBlocks = 2048, kLines = 1024,
                         kWords = kCacheLine / sizeof(int64_t);

FailureOr<MachineLimit> MachineLimit::compileMemory(MLIRContext &context,
                                                    unsigned threads) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  Builder b(&context);
  size_t bytes = kBlocks * kLines * kCacheLine;
  std::shared_ptr<char[]> pages = allocateLargePages(bytes);
  RuntimeValue memory = Tensor::alias({kBlocks, kLines, kWords}, b.getI64Type(),
                                      {pages.get(), bytes}, pages);
  auto line = VectorType::get(kWords, b.getI64Type());
  // A line that depends on every one of a block.
  auto emitBlock = [&](ImplicitLocOpBuilder &b, ValueRange arguments,
                       Value block) {
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(line));
    auto loop = scf::ForOp::create(
        b, makeIndex(b, 0), makeIndex(b, kLines), makeIndex(b, 1), zero,
        [&](OpBuilder &, Location, Value at, ValueRange sum) {
          Value words = readVector(b, line, arguments.front(),
                                   {block, at, makeIndex(b, 0)});
          Value next = arith::XOrIOp::create(b, sum.front(), words);
          scf::YieldOp::create(b, next);
        });
    return loop.getResult(0);
  };
  addKernel(*module, memory,
            RankedTensorType::get({kBlocks, kWords}, b.getI64Type()),
            emitBlock);
  return compile(*module, {memory}, bytes, threads);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// Steps of one call, and steps after which the rows repeat.
static constexpr int64_t kSteps = 1 << 21, kPeriod = 64;

namespace {
/// Emits what one thread does: `instruction.rows` x `instruction.tiles` tiles
/// of sums, to which every step adds products of codes that it reads.
class PeakEmitter {
public:
  PeakEmitter(ImplicitLocOpBuilder &builder,
              const MatrixInstruction &instruction, Value rows, Value tile)
      : b(builder), instruction(instruction), rows(rows), tile(tile) {}

  /// The sums of all tiles together.
  Value emit();

private:
  Value widen(Value codes, bool isUnsigned);
  SmallVector<Value> emitStep(Value step, ArrayRef<Value> tiles,
                              ValueRange sums);

  ImplicitLocOpBuilder &b;
  const MatrixInstruction &instruction;
  Value rows, tile;
};
} // namespace

Value PeakEmitter::widen(Value codes, bool isUnsigned) {
  auto type = cast<VectorType>(codes.getType()).clone(b.getI32Type());
  if (isUnsigned)
    return arith::ExtUIOp::create(b, type, codes);
  return arith::ExtSIOp::create(b, type, codes);
}

SmallVector<Value> PeakEmitter::emitStep(Value step, ArrayRef<Value> tiles,
                                         ValueRange sums) {
  AffineExpr n = b.getAffineDimExpr(0), k = b.getAffineDimExpr(1);
  auto type = VectorType::get(instruction.inputs,
                              b.getIntegerType(instruction.getOperandBits()));
  Value place = arith::MulIOp::create(
      b, arith::RemUIOp::create(b, step, makeIndex(b, kPeriod)),
      makeIndex(b, instruction.inputs));
  SmallVector<Value> next;
  for (int64_t row = 0; row < instruction.rows; ++row) {
    Value codes = widen(readVector(b, type, rows, {makeIndex(b, row), place}),
                        instruction.rowOperand == RowOperand::UnsignedCodes);
    for (Value tile : tiles)
      next.push_back(vector::ContractionOp::create(
          b, codes, tile, sums[next.size()],
          ArrayRef<ArrayRef<AffineExpr>>{{k}, {n, k}, {n}},
          {vector::IteratorType::parallel, vector::IteratorType::reduction}));
  }
  return next;
}

Value PeakEmitter::emit() {
  int64_t sizes[] = {instruction.outputs, instruction.inputs};
  auto flat = VectorType::get(sizes[0] * sizes[1], b.getI8Type());
  SmallVector<Value> tiles;
  for (int64_t i = 0; i < instruction.tiles; ++i)
    tiles.push_back(widen(
        vector::ShapeCastOp::create(
            b, VectorType::get(sizes, b.getI8Type()),
            readVector(b, flat, tile, {makeIndex(b, i), makeIndex(b, 0)})),
        /*isUnsigned=*/false));
  auto sumType = VectorType::get(instruction.outputs, b.getI32Type());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(sumType));
  SmallVector<Value> zeros(instruction.rows * instruction.tiles, zero);
  auto loop = scf::ForOp::create(
      b, makeIndex(b, 0), makeIndex(b, kSteps), makeIndex(b, 1), zeros,
      [&](OpBuilder &, Location, Value step, ValueRange sums) {
        scf::YieldOp::create(b, emitStep(step, tiles, sums));
      });
  Value total = zero;
  for (Value sum : loop.getResults())
    total = arith::AddIOp::create(b, total, sum);
  return total;
}

/// Codes of all sizes.
static RuntimeValue makeCodes(ArrayRef<int64_t> shape, Type type) {
  Tensor codes(shape, type);
  for (int64_t i = 0; i < codes.getNumElements(); ++i)
    codes.setInt(i, i * 37 % 255 - 127);
  return codes;
}

FailureOr<MachineLimit> MachineLimit::compileArithmetic(MLIRContext &context,
                                                        unsigned threads) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  PassManager pm(&context);
  pm.addPass(createSetTarget());
  if (failed(pm.run(*module)))
    return failure();
  // Of any group, the best one of the target.
  const MatrixInstruction &instruction =
      selectMatrixInstruction(getTarget(*module), /*group=*/64);
  Builder b(&context);
  RuntimeValue rows =
                   makeCodes({instruction.rows, kPeriod * instruction.inputs},
                             b.getIntegerType(instruction.getOperandBits())),
               tiles = makeCodes({instruction.tiles,
                                  instruction.outputs * instruction.inputs},
                                 b.getI8Type());
  addKernel(
      *module, {rows, tiles},
      RankedTensorType::get({threads, instruction.outputs}, b.getI32Type()),
      [&](ImplicitLocOpBuilder &b, ValueRange arguments, Value) {
        return PeakEmitter(b, instruction, arguments[0], arguments[1]).emit();
      });
  double operations = 2.0 * threads * kSteps * instruction.rows *
                      instruction.tiles * instruction.outputs *
                      instruction.inputs;
  return compile(*module, {rows, tiles}, operations, threads);
}
