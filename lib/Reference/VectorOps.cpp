//===- VectorOps.cpp - The vector dialect ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A vector is held as a tensor of its shape. The ops are those that the
// project's lowerings create.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::iquant::reference;

static Results one(RuntimeValue value) {
  return SmallVector<RuntimeValue>{std::move(value)};
}

/// A tensor of zeros of the shape and element type of `value`.
static Tensor makeTensorOf(Value value) {
  auto shaped = dyn_cast<ShapedType>(value.getType());
  return Tensor(shaped ? shaped.getShape() : ArrayRef<int64_t>(),
                getElementTypeOrSelf(value));
}

//===----------------------------------------------------------------------===//
// The same elements in another arrangement
//===----------------------------------------------------------------------===//

static Results evaluateBroadcast(vector::BroadcastOp op, Evaluator &evaluator) {
  Tensor source = evaluator.tensor(op.getSource());
  Tensor result = makeTensorOf(op.getResult());
  forEachIndex(result.getShape(), [&](ArrayRef<int64_t> indices) {
    SmallVector<int64_t> position(indices.take_back(source.getRank()));
    for (auto [index, size] : llvm::zip_equal(position, source.getShape()))
      index = size == 1 ? 0 : index;
    result.copyElement(result.getPosition(indices), source,
                       source.getPosition(position));
  });
  return one(result);
}

/// The bytes under another type; like memory, with the low bits first.
static Results evaluateBitCast(vector::BitCastOp op, Evaluator &evaluator) {
  Tensor source = evaluator.tensor(op.getSource());
  Tensor result = makeTensorOf(op.getResult());
  MutableArrayRef<char> bytes = result.getMutableRawData();
  if (bytes.size() != source.getRawData().size())
    return op.emitOpError() << "expects elements of whole bytes, got "
                            << op.getSourceVectorType();
  llvm::copy(source.getRawData(), bytes.begin());
  return one(result);
}

static Results evaluateExtract(vector::ExtractOp op, Evaluator &evaluator) {
  Tensor source = evaluator.tensor(op.getSource());
  Tensor result = makeTensorOf(op.getResult());
  int64_t part = 0;
  for (auto [index, size] : llvm::zip(evaluator.integers(op.getMixedPosition()),
                                      source.getShape())) {
    if (index < 0 || index >= size)
      return op.emitOpError()
             << "has an index of " << index << " into a dimension of " << size;
    part = part * size + index;
  }
  int64_t count = result.getNumElements();
  for (int64_t i = 0; i < count; ++i)
    result.copyElement(i, source, part * count + i);
  return one(result);
}

static Results evaluateExtractStridedSlice(vector::ExtractStridedSliceOp op,
                                           Evaluator &evaluator) {
  Tensor source = evaluator.tensor(op.getSource());
  Tensor result = makeTensorOf(op.getResult());
  SmallVector<int64_t> offsets, strides;
  op.getOffsets(offsets);
  for (Attribute stride : op.getStrides())
    strides.push_back(cast<IntegerAttr>(stride).getInt());
  forEachIndex(result.getShape(), [&](ArrayRef<int64_t> indices) {
    SmallVector<int64_t> position(indices);
    for (auto [index, offset, stride] : llvm::zip(position, offsets, strides))
      index = offset + index * stride;
    result.copyElement(result.getPosition(indices), source,
                       source.getPosition(position));
  });
  return one(result);
}

static Results evaluateInsertStridedSlice(vector::InsertStridedSliceOp op,
                                          Evaluator &evaluator) {
  Tensor source = evaluator.tensor(op.getValueToStore());
  Tensor result = evaluator.tensor(op.getDest());
  auto integer = [](Attribute attribute) {
    return cast<IntegerAttr>(attribute).getInt();
  };
  auto offsets = llvm::map_to_vector(op.getOffsets(), integer),
       strides = llvm::map_to_vector(op.getStrides(), integer);
  int64_t leading = offsets.size() - strides.size();
  forEachIndex(source.getShape(), [&](ArrayRef<int64_t> indices) {
    SmallVector<int64_t> position(offsets);
    for (auto [d, index] : llvm::enumerate(indices))
      position[leading + d] += index * strides[d];
    result.copyElement(result.getPosition(position), source,
                       source.getPosition(indices));
  });
  return one(result);
}

static Results evaluateShuffle(vector::ShuffleOp op, Evaluator &evaluator) {
  Tensor v1 = evaluator.tensor(op.getV1()), v2 = evaluator.tensor(op.getV2());
  Tensor result = makeTensorOf(op.getResult());
  int64_t first = v1.getDim(0), count = v1.getNumElements() / first;
  for (auto [position, lane] : llvm::enumerate(op.getMask())) {
    // A lane without a source may hold anything; here 0.
    if (lane == vector::ShuffleOp::kPoisonIndex)
      continue;
    for (int64_t i = 0; i < count; ++i)
      result.copyElement(position * count + i, lane < first ? v1 : v2,
                         (lane < first ? lane : lane - first) * count + i);
  }
  return one(result);
}

//===----------------------------------------------------------------------===//
// Transfers
//===----------------------------------------------------------------------===//

/// Calls `function` with the position of every element of a vector and that of
/// the element of `tensor` where it is read or written, -1 outside of it.
static LogicalResult
forEachTransfer(VectorTransferOpInterface op, const Tensor &tensor,
                Evaluator &evaluator,
                llvm::function_ref<void(int64_t, int64_t)> function) {
  if (op.getMask() || !op.getPermutationMap().isMinorIdentity())
    return op.emitOpError() << "has a mask or a permutation, which the "
                               "reference interpreter does not know";
  SmallVector<int64_t> start = evaluator.integers(op.getIndices());
  SmallVector<bool> inBounds = op.getInBoundsValues();
  int64_t leading = op.getLeadingShapedRank(), position = 0;
  LogicalResult status = success();
  forEachIndex(op.getVectorType().getShape(), [&](ArrayRef<int64_t> indices) {
    SmallVector<int64_t> target(start);
    bool isInside = true;
    for (auto [d, index] : llvm::enumerate(indices))
      target[leading + d] += index;
    for (auto [d, index, size] : llvm::enumerate(target, tensor.getShape())) {
      if (index >= 0 && index < size)
        continue;
      isInside = false;
      int64_t dimension = static_cast<int64_t>(d) - leading;
      if (succeeded(status) && (dimension < 0 || inBounds[dimension]))
        status = op.emitOpError()
                 << "reaches " << showShape(target) << ", outside of the shape "
                 << showShape(tensor.getShape());
    }
    function(position++, isInside ? tensor.getPosition(target) : -1);
  });
  return status;
}

static Results evaluateRead(vector::TransferReadOp op, Evaluator &evaluator) {
  Tensor source = evaluator.tensor(op.getBase());
  Tensor padding = evaluator.tensor(op.getPadding());
  Tensor result = makeTensorOf(op.getResult());
  auto read = [&](int64_t position, int64_t from) {
    if (from < 0)
      result.copyElement(position, padding, 0);
    else
      result.copyElement(position, source, from);
  };
  if (failed(forEachTransfer(op, source, evaluator, read)))
    return failure();
  return one(result);
}

static Results evaluateWrite(vector::TransferWriteOp op, Evaluator &evaluator) {
  Tensor source = evaluator.tensor(op.getValueToStore());
  Tensor result = evaluator.tensor(op.getBase());
  auto write = [&](int64_t position, int64_t to) {
    if (to >= 0)
      result.copyElement(to, source, position);
  };
  // Where elements go depends on the shape alone.
  Tensor before = result;
  if (failed(forEachTransfer(op, before, evaluator, write)))
    return failure();
  return one(result);
}

//===----------------------------------------------------------------------===//
// Sums and minima
//===----------------------------------------------------------------------===//

static Results evaluateContraction(vector::ContractionOp op,
                                   Evaluator &evaluator) {
  Tensor lhs = evaluator.tensor(op.getLhs()),
         rhs = evaluator.tensor(op.getRhs()),
         result = evaluator.tensor(op.getAcc());
  if (op.getKind() != vector::CombiningKind::ADD ||
      !isa<IntegerType>(result.getElementType()))
    return reportUnknown(op);
  SmallVector<AffineMap, 4> maps = op.getIndexingMapsArray();
  SmallVector<int64_t> sizes;
  op.getIterationBounds(sizes);
  forEachIndex(sizes, [&](ArrayRef<int64_t> point) {
    auto at = [&](unsigned operand, const Tensor &tensor) {
      return tensor.getPosition(maps[operand].compose(point));
    };
    int64_t position = at(2, result);
    uint64_t product =
        lhs.getUnsigned(at(0, lhs)) * rhs.getUnsigned(at(1, rhs));
    result.setInt(position, result.getUnsigned(position) + product);
  });
  return one(result);
}

static Results evaluateReduction(vector::ReductionOp op, Evaluator &evaluator) {
  bool isSum = op.getKind() == vector::CombiningKind::ADD;
  if ((!isSum && op.getKind() != vector::CombiningKind::MINSI) || op.getAcc() ||
      !isa<IntegerType>(op.getDest().getType()))
    return reportUnknown(op);
  Tensor source = evaluator.tensor(op.getVector());
  Tensor result = makeTensorOf(op.getDest());
  int64_t reduced = source.getInt(0);
  for (int64_t i = 1, end = source.getNumElements(); i < end; ++i) {
    int64_t x = source.getInt(i);
    reduced = isSum ? uint64_t(reduced) + x : std::min(reduced, x);
  }
  result.setInt(0, reduced);
  return one(result);
}

Results mlir::iquant::reference::evaluateVector(Operation *op, Evaluator &e) {
  return TypeSwitch<Operation *, Results>(op)
      .Case([&](vector::BroadcastOp op) { return evaluateBroadcast(op, e); })
      .Case([&](vector::ShapeCastOp op) {
        return one(e.tensor(op.getSource())
                       .reshape(op.getResultVectorType().getShape()));
      })
      .Case([&](vector::BitCastOp op) { return evaluateBitCast(op, e); })
      .Case([&](vector::ExtractOp op) { return evaluateExtract(op, e); })
      .Case([&](vector::ExtractStridedSliceOp op) {
        return evaluateExtractStridedSlice(op, e);
      })
      .Case([&](vector::InsertStridedSliceOp op) {
        return evaluateInsertStridedSlice(op, e);
      })
      .Case([&](vector::ShuffleOp op) { return evaluateShuffle(op, e); })
      .Case([&](vector::TransferReadOp op) { return evaluateRead(op, e); })
      .Case([&](vector::TransferWriteOp op) { return evaluateWrite(op, e); })
      .Case(
          [&](vector::ContractionOp op) { return evaluateContraction(op, e); })
      .Case([&](vector::ReductionOp op) { return evaluateReduction(op, e); })
      .Default([](Operation *op) { return reportUnknown(op); });
}
