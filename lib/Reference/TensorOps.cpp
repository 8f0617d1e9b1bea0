//===- TensorOps.cpp - The tensor dialect ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::iquant::reference;

static Results one(RuntimeValue value) {
  return SmallVector<RuntimeValue>{std::move(value)};
}

/// The static sizes of a type with the dynamic ones filled in, in order.
static FailureOr<SmallVector<int64_t>>
fillShape(Operation *op, Type type, ArrayRef<int64_t> dynamicSizes) {
  SmallVector<int64_t> shape(cast<RankedTensorType>(type).getShape());
  for (int64_t &size : shape) {
    if (!ShapedType::isDynamic(size))
      continue;
    size = dynamicSizes.front();
    dynamicSizes = dynamicSizes.drop_front();
    if (size < 0)
      return op->emitOpError()
             << "expects sizes that are not negative, got " << size;
  }
  return shape;
}

/// Checks indices of one element.
static LogicalResult checkIndices(Operation *op, const Tensor &tensor,
                                  ArrayRef<int64_t> indices) {
  for (auto [index, size] : llvm::zip_equal(indices, tensor.getShape()))
    if (index < 0 || index >= size)
      return op->emitOpError()
             << "has an index of " << showShape(indices)
             << " into a tensor of shape " << showShape(tensor.getShape());
  return success();
}

static SmallVector<RuntimeValue> asIndexValues(ArrayRef<int64_t> indices,
                                               MLIRContext *context) {
  return llvm::map_to_vector(indices, [&](int64_t index) {
    return RuntimeValue(Tensor::integerScalar(index, IndexType::get(context)));
  });
}

//===----------------------------------------------------------------------===//
// Making tensors
//===----------------------------------------------------------------------===//

/// The contents are undefined. Zeros would hide that somebody reads them, so
/// integers are 0x5A5A... and floats not a number.
static Results evaluateEmpty(tensor::EmptyOp op, Evaluator &evaluator) {
  auto shape =
      fillShape(op, op.getType(), evaluator.integers(op.getDynamicSizes()));
  if (failed(shape))
    return failure();
  Type type = op.getType().getElementType();
  Tensor result(*shape, type);
  for (int64_t i = 0, end = result.getNumElements(); i < end; ++i) {
    if (isa<FloatType>(type))
      result.setFloat(i, std::numeric_limits<double>::quiet_NaN());
    else
      result.setInt(i, 0x5A5A5A5A5A5A5A5A);
  }
  return one(result);
}

static Results evaluateSplat(tensor::SplatOp op, Evaluator &evaluator) {
  auto shape =
      fillShape(op, op.getType(), evaluator.integers(op.getDynamicSizes()));
  if (failed(shape))
    return failure();
  Tensor element = evaluator.tensor(op.getInput());
  Tensor result(*shape, element.getElementType());
  for (int64_t i = 0, end = result.getNumElements(); i < end; ++i)
    result.copyElement(i, element, 0);
  return one(result);
}

static Results evaluateFromElements(tensor::FromElementsOp op,
                                    Evaluator &evaluator) {
  Tensor result(op.getType().getShape(), op.getType().getElementType());
  for (auto [i, element] : llvm::enumerate(op.getElements()))
    result.copyElement(i, evaluator.get(element).getTensor(), 0);
  return one(result);
}

/// Fills `result` with what the region yields for every index in it.
static LogicalResult fillFromRegion(Region &region, Evaluator &evaluator,
                                    Tensor &result) {
  LogicalResult status = success();
  forEachIndex(result.getShape(), [&](ArrayRef<int64_t> indices) {
    if (failed(status))
      return;
    Results yielded =
        evaluator.run(region, asIndexValues(indices, region.getContext()));
    status = yielded;
    if (succeeded(yielded))
      result.copyElement(result.getPosition(indices),
                         yielded->front().getTensor(), 0);
  });
  return status;
}

static Results evaluateGenerate(tensor::GenerateOp op, Evaluator &evaluator) {
  auto type = cast<RankedTensorType>(op.getType());
  auto shape = fillShape(op, type, evaluator.integers(op.getDynamicExtents()));
  if (failed(shape))
    return failure();
  Tensor result(*shape, type.getElementType());
  if (failed(fillFromRegion(op.getBody(), evaluator, result)))
    return failure();
  return one(result);
}

static Results evaluatePad(tensor::PadOp op, Evaluator &evaluator) {
  Tensor source = evaluator.tensor(op.getSource());
  SmallVector<int64_t> low = evaluator.integers(op.getMixedLowPad());
  SmallVector<int64_t> high = evaluator.integers(op.getMixedHighPad());
  SmallVector<int64_t> shape;
  for (auto [before, size, after] :
       llvm::zip_equal(low, source.getShape(), high)) {
    if (before < 0 || after < 0)
      return op.emitOpError() << "expects a padding that is not negative, got "
                              << before << " and " << after;
    shape.push_back(before + size + after);
  }
  Tensor result(shape, source.getElementType());
  if (failed(fillFromRegion(op.getRegion(), evaluator, result)))
    return failure();
  forEachIndex(source.getShape(), [&](ArrayRef<int64_t> indices) {
    SmallVector<int64_t> target;
    for (auto [index, before] : llvm::zip_equal(indices, low))
      target.push_back(index + before);
    result.copyElement(result.getPosition(target), source,
                       source.getPosition(indices));
  });
  return one(result);
}

static Results evaluateConcat(tensor::ConcatOp op, Evaluator &evaluator) {
  SmallVector<Tensor> inputs = evaluator.tensors(op.getInputs());
  int64_t dim = op.getDim();
  SmallVector<int64_t> shape(inputs.front().getShape());
  for (const Tensor &input : ArrayRef(inputs).drop_front()) {
    for (auto [d, size] : llvm::enumerate(input.getShape()))
      if (static_cast<int64_t>(d) != dim && size != shape[d])
        return op.emitOpError()
               << "expects inputs that agree outside of dimension " << dim
               << ", got " << showShape(inputs.front().getShape()) << " and "
               << showShape(input.getShape());
    shape[dim] += input.getDim(dim);
  }
  Tensor result(shape, inputs.front().getElementType());
  int64_t start = 0;
  for (const Tensor &input : inputs) {
    forEachIndex(input.getShape(), [&](ArrayRef<int64_t> indices) {
      SmallVector<int64_t> target(indices);
      target[dim] += start;
      result.copyElement(result.getPosition(target), input,
                         input.getPosition(indices));
    });
    start += input.getDim(dim);
  }
  return one(result);
}

//===----------------------------------------------------------------------===//
// Elements and slices
//===----------------------------------------------------------------------===//

static Results evaluateExtract(tensor::ExtractOp op, Evaluator &evaluator) {
  Tensor source = evaluator.tensor(op.getTensor());
  SmallVector<int64_t> indices = evaluator.integers(op.getIndices());
  if (failed(checkIndices(op, source, indices)))
    return failure();
  Tensor element(/*shape=*/{}, source.getElementType());
  element.copyElement(0, source, source.getPosition(indices));
  return one(element);
}

static Results evaluateInsert(tensor::InsertOp op, Evaluator &evaluator) {
  Tensor result = evaluator.tensor(op.getDest());
  SmallVector<int64_t> indices = evaluator.integers(op.getIndices());
  if (failed(checkIndices(op, result, indices)))
    return failure();
  result.copyElement(result.getPosition(indices),
                     evaluator.tensor(op.getScalar()), 0);
  return one(result);
}

namespace {
/// A regular selection of a tensor's elements.
struct Slice {
  SmallVector<int64_t> offsets, sizes, strides;

  static FailureOr<Slice> get(OffsetSizeAndStrideOpInterface op,
                              const Tensor &tensor, Evaluator &evaluator) {
    Slice slice = {evaluator.integers(op.getMixedOffsets()),
                   evaluator.integers(op.getMixedSizes()),
                   evaluator.integers(op.getMixedStrides())};
    for (auto [offset, size, stride, bound] : llvm::zip_equal(
             slice.offsets, slice.sizes, slice.strides, tensor.getShape())) {
      int64_t last = offset + (size - 1) * stride;
      if (size < 0 || (size > 0 && (std::min(offset, last) < 0 ||
                                    std::max(offset, last) >= bound)))
        return op.emitOpError() << "selects " << size << " elements from "
                                << offset << " in steps of " << stride
                                << ", outside of a dimension of " << bound;
    }
    return slice;
  }

  /// Calls `function` with the position in `tensor` of every element.
  void forEachPosition(const Tensor &tensor,
                       llvm::function_ref<void(int64_t)> function) const {
    forEachIndex(sizes, [&](ArrayRef<int64_t> indices) {
      SmallVector<int64_t> position;
      for (auto [index, offset, stride] :
           llvm::zip_equal(indices, offsets, strides))
        position.push_back(offset + index * stride);
      function(tensor.getPosition(position));
    });
  }
};
} // namespace

static Results evaluateExtractSlice(tensor::ExtractSliceOp op,
                                    Evaluator &evaluator) {
  Tensor source = evaluator.tensor(op.getSource());
  auto slice = Slice::get(op, source, evaluator);
  if (failed(slice))
    return failure();
  SmallVector<int64_t> shape;
  llvm::SmallBitVector dropped = op.getDroppedDims();
  for (auto [d, size] : llvm::enumerate(slice->sizes))
    if (!dropped[d])
      shape.push_back(size);
  Tensor result(shape, source.getElementType());
  int64_t i = 0;
  slice->forEachPosition(source, [&](int64_t position) {
    result.copyElement(i++, source, position);
  });
  return one(result);
}

FailureOr<Tensor>
mlir::iquant::reference::insertSlice(OffsetSizeAndStrideOpInterface op,
                                     const Tensor &source, Tensor whole,
                                     Evaluator &evaluator) {
  auto slice = Slice::get(op, whole, evaluator);
  if (failed(slice))
    return failure();
  if (ShapedType::getNumElements(slice->sizes) != source.getNumElements())
    return op->emitOpError()
           << "expects a source of the sizes " << showShape(slice->sizes)
           << ", got " << showShape(source.getShape());
  int64_t i = 0;
  slice->forEachPosition(whole, [&](int64_t position) {
    whole.copyElement(position, source, i++);
  });
  return whole;
}

static Results evaluateInsertSlice(tensor::InsertSliceOp op,
                                   Evaluator &evaluator) {
  FailureOr<Tensor> whole =
      insertSlice(op, evaluator.tensor(op.getSource()),
                  evaluator.tensor(op.getDest()), evaluator);
  return failed(whole) ? Results(failure()) : Results(one(*whole));
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static Results evaluateDim(tensor::DimOp op, Evaluator &evaluator) {
  Tensor source = evaluator.tensor(op.getSource());
  int64_t index = evaluator.integer(op.getIndex());
  if (index < 0 || index >= source.getRank())
    return op.emitOpError() << "has no dimension " << index
                            << " in a tensor of rank " << source.getRank();
  return one(Tensor::integerScalar(source.getDim(index), op.getType()));
}

/// The same elements under another shape, which the type may leave open.
static Results changeShape(Operation *op, const Tensor &source,
                           ArrayRef<int64_t> shape) {
  if (ShapedType::getNumElements(shape) != source.getNumElements() ||
      llvm::any_of(shape, [](int64_t size) { return size < 0; }))
    return op->emitOpError()
           << "changes the shape " << showShape(source.getShape()) << " to "
           << showShape(shape) << ", another number of elements";
  return one(source.reshape(shape));
}

static Results evaluateCollapseShape(tensor::CollapseShapeOp op,
                                     Evaluator &evaluator) {
  Tensor source = evaluator.tensor(op.getSrc());
  SmallVector<int64_t> shape;
  for (const auto &group : op.getReassociationIndices()) {
    shape.push_back(1);
    for (int64_t dim : group)
      shape.back() *= source.getDim(dim);
  }
  return changeShape(op, source, shape);
}

static Results evaluateReshape(tensor::ReshapeOp op, Evaluator &evaluator) {
  Tensor sizes = evaluator.tensor(op.getShape());
  SmallVector<int64_t> shape;
  for (int64_t i = 0, end = sizes.getNumElements(); i < end; ++i)
    shape.push_back(sizes.getInt(i));
  return changeShape(op, evaluator.tensor(op.getSource()), shape);
}

Results mlir::iquant::reference::evaluateTensor(Operation *op, Evaluator &e) {
  return TypeSwitch<Operation *, Results>(op)
      .Case([&](tensor::EmptyOp op) { return evaluateEmpty(op, e); })
      .Case([&](tensor::SplatOp op) { return evaluateSplat(op, e); })
      .Case([&](tensor::FromElementsOp op) {
        return evaluateFromElements(op, e);
      })
      .Case([&](tensor::GenerateOp op) { return evaluateGenerate(op, e); })
      .Case([&](tensor::PadOp op) { return evaluatePad(op, e); })
      .Case([&](tensor::ConcatOp op) { return evaluateConcat(op, e); })
      .Case([&](tensor::ExtractOp op) { return evaluateExtract(op, e); })
      .Case([&](tensor::InsertOp op) { return evaluateInsert(op, e); })
      .Case([&](tensor::ExtractSliceOp op) {
        return evaluateExtractSlice(op, e);
      })
      .Case(
          [&](tensor::InsertSliceOp op) { return evaluateInsertSlice(op, e); })
      .Case([&](tensor::DimOp op) { return evaluateDim(op, e); })
      .Case([&](tensor::CastOp op) { return one(e.get(op.getSource())); })
      .Case([&](tensor::BitcastOp op) {
        return one(
            e.tensor(op.getSource()).bitcast(op.getType().getElementType()));
      })
      .Case([&](tensor::ExpandShapeOp op) {
        return changeShape(op, e.tensor(op.getSrc()),
                           e.integers(op.getMixedOutputShape()));
      })
      .Case([&](tensor::CollapseShapeOp op) {
        return evaluateCollapseShape(op, e);
      })
      .Case([&](tensor::ReshapeOp op) { return evaluateReshape(op, e); })
      .Default([](Operation *op) { return reportUnknown(op); });
}
