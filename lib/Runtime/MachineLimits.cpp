//===- MachineLimits.cpp - What a machine can do at most ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Runtime/MachineLimits.h"

#include "iquant/Runtime/LargePages.h"
#include "iquant/Support/ParallelLoop.h"
#include "iquant/Support/Stopwatch.h"
#include "iquant/Target/MatrixInstruction.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"

#include <atomic>
#include <thread>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// A number that depends on all whole words of some bytes.
static uint64_t readAll(ArrayRef<char> bytes) {
  uint64_t parts[8] = {};
  size_t count = bytes.size() / sizeof(parts);
  for (size_t i = 0; i < count; ++i) {
    uint64_t words[8];
    memcpy(words, bytes.data() + i * sizeof(words), sizeof(words));
    for (size_t word = 0; word < 8; ++word)
      parts[word] ^= words[word];
  }
  return llvm::accumulate(parts, uint64_t(0), std::bit_xor<>());
}

MemoryProbe::MemoryProbe() : memory(128 << 20, 1) { adviseLargePages(memory); }

double MemoryProbe::measure(unsigned threads) const {
  ArrayRef<char> bytes = memory;
  size_t share = llvm::divideCeil(bytes.size(), threads);
  std::atomic<uint64_t> sink = 0;
  auto read = [&](unsigned thread) {
    sink ^= readAll(bytes.drop_front(std::min(thread * share, bytes.size()))
                        .take_front(share));
  };
  Stopwatch watch;
  std::vector<std::thread> others;
  for (unsigned thread = 1; thread < threads; ++thread)
    others.emplace_back(read, thread);
  read(0);
  for (std::thread &other : others)
    other.join();
  return bytes.size() / watch.getSeconds();
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// Steps of one call, and steps after which the rows repeat.
static constexpr int64_t kSteps = 1 << 18, kPeriod = 64;

namespace {
/// Emits what one thread does: `instruction.rows` x `instruction.tiles` tiles
/// of sums, to which every step adds products of codes that it reads.
class PeakEmitter {
public:
  PeakEmitter(ImplicitLocOpBuilder &builder,
              const MatrixInstruction &instruction, Value rows, Value tile)
      : b(builder), instruction(instruction), rows(rows), tile(tile) {}

  /// The sums of all tiles together, in the place of `[1, outputs]`.
  Value emit(Value destination);

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value read(VectorType type, Value tensor, ValueRange position) {
    Value padding =
        arith::ConstantIntOp::create(b, 0, type.getElementTypeBitWidth());
    return vector::TransferReadOp::create(b, type, tensor, position, padding,
                                          ArrayRef<bool>{true});
  }
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
  Value place =
      arith::MulIOp::create(b, arith::RemUIOp::create(b, step, index(kPeriod)),
                            index(instruction.inputs));
  SmallVector<Value> next;
  for (int64_t row = 0; row < instruction.rows; ++row) {
    Value codes = widen(read(type, rows, {index(row), place}),
                        instruction.rowOperand == RowOperand::UnsignedCodes);
    for (Value tile : tiles)
      next.push_back(vector::ContractionOp::create(
          b, codes, tile, sums[next.size()],
          ArrayRef<ArrayRef<AffineExpr>>{{k}, {n, k}, {n}},
          {vector::IteratorType::parallel, vector::IteratorType::reduction}));
  }
  return next;
}

Value PeakEmitter::emit(Value destination) {
  int64_t sizes[] = {instruction.outputs, instruction.inputs};
  auto flat = VectorType::get(sizes[0] * sizes[1], b.getI8Type());
  SmallVector<Value> tiles;
  for (int64_t i = 0; i < instruction.tiles; ++i)
    tiles.push_back(widen(
        vector::ShapeCastOp::create(b, VectorType::get(sizes, b.getI8Type()),
                                    read(flat, tile, {index(i), index(0)})),
        /*isUnsigned=*/false));
  auto sumType = VectorType::get(instruction.outputs, b.getI32Type());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(sumType));
  SmallVector<Value> zeros(instruction.rows * instruction.tiles, zero);
  auto loop = scf::ForOp::create(
      b, index(0), index(kSteps), index(1), zeros,
      [&](OpBuilder &, Location, Value step, ValueRange sums) {
        scf::YieldOp::create(b, emitStep(step, tiles, sums));
      });
  Value total = zero;
  for (Value sum : loop.getResults())
    total = arith::AddIOp::create(b, total, sum);
  return vector::TransferWriteOp::create(b, total, destination,
                                         ValueRange{index(0), index(0)},
                                         ArrayRef<bool>{true})
      .getResult();
}

/// Codes of all sizes.
static RuntimeValue makeCodes(RankedTensorType type) {
  Tensor codes(type.getShape(), type.getElementType());
  for (int64_t i = 0; i < codes.getNumElements(); ++i)
    codes.setInt(i, i * 37 % 255 - 127);
  return codes;
}

FailureOr<PeakKernel> PeakKernel::compile(MLIRContext &context,
                                          unsigned threads) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  PassManager pm(&context);
  pm.addPass(createSetTarget());
  if (failed(pm.run(*module)))
    return failure();
  // Of any group, the best one of the target.
  const MatrixInstruction &instruction =
      selectMatrixInstruction(getTarget(*module), /*group=*/64);

  ImplicitLocOpBuilder b(module->getLoc(),
                         OpBuilder::atBlockEnd(module->getBody()));
  auto rowsType =
      RankedTensorType::get({instruction.rows, kPeriod * instruction.inputs},
                            b.getIntegerType(instruction.getOperandBits()));
  auto tileType = RankedTensorType::get(
      {instruction.tiles, instruction.outputs * instruction.inputs},
      b.getI8Type());
  auto sumsType =
      RankedTensorType::get({threads, instruction.outputs}, b.getI32Type());
  auto function = func::FuncOp::create(
      b, "peak", b.getFunctionType({rowsType, tileType}, sumsType));
  b.setInsertionPointToStart(function.addEntryBlock());
  Value empty = tensor::EmptyOp::create(b, sumsType.getShape(), b.getI32Type());
  OpFoldResult one = b.getIndexAttr(1), zero = b.getIndexAttr(0),
               outputs = b.getIndexAttr(instruction.outputs);
  Value sums = fillInParallel(
      b, empty, {b.getIndexAttr(threads)}, {one},
      [&](ValueRange position, Value results) -> FilledPart {
        SmallVector<OpFoldResult> offsets = {position.front(), zero},
                                  sizes = {one, outputs}, strides = {one, one};
        Value part =
            tensor::ExtractSliceOp::create(b, results, offsets, sizes, strides);
        PeakEmitter emitter(b, instruction, function.getArgument(0),
                            function.getArgument(1));
        return {emitter.emit(part), offsets, sizes};
      });
  func::ReturnOp::create(b, sums);

  FailureOr<std::unique_ptr<Executable>> executable =
      Executable::compile(*module, /*hostFunctions=*/{}, threads);
  if (failed(executable))
    return failure();
  double operations = 2.0 * threads * kSteps * instruction.rows *
                      instruction.tiles * instruction.outputs *
                      instruction.inputs;
  return PeakKernel(std::move(*executable),
                    {makeCodes(rowsType), makeCodes(tileType)}, operations);
}

FailureOr<double> PeakKernel::measure() {
  Stopwatch watch;
  if (failed(executable->call("peak", arguments)))
    return failure();
  return operations / watch.getSeconds();
}
