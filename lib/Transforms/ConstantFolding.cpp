//===- ConstantFolding.cpp - Changes to constant operands -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantFolding.h"

#include "ConstantMatrix.h"

#include "iquant/Support/ConstantBuilder.h"
#include "iquant/Support/Observers.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Threading.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::transformer;

/// Rows or columns that one thread takes at a time.
static constexpr int64_t kChunk = 64;

/// Calls `function` with a first index and a number of indices, in parallel.
static void forEachChunk(MLIRContext *context, int64_t count,
                         function_ref<void(int64_t, int64_t)> function) {
  parallelFor(context, 0, llvm::divideCeil(count, kChunk), [&](size_t chunk) {
    int64_t first = chunk * kChunk;
    function(first, std::min(kChunk, count - first));
  });
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// Applies a map to rows `first` .. `first + count - 1` of a matrix.
static void mapRows(const ChannelMap &map, DoubleMatrix &matrix, int64_t first,
                    int64_t count) {
  DoubleMatrix lanes = matrix.middleRows(first, count).transpose();
  map.apply(lanes.data(), count, /*stride=*/count);
  matrix.middleRows(first, count) = lanes.transpose();
}

/// Stores elements, rounded to `T`.
template <typename T>
static void store(const double *source, int64_t count, T *target) {
  Eigen::Map<Eigen::ArrayX<T>>(target, count) =
      Eigen::Map<const Eigen::ArrayXd>(source, count).template cast<T>();
}

bool ConstantFolding::Step::operator==(const Step &other) const {
  if (summand || other.summand)
    return summand && other.summand && *summand == *other.summand;
  return dimension == other.dimension && map == other.map;
}

/// Fills `target` with the changed elements.
template <typename T, typename Steps>
static void fill(MLIRContext *context, const ConstantMatrix &source,
                 bool isVector, const Steps &steps, T *target) {
  auto isAlongRows = [&](const auto &step) {
    return isVector || step.dimension == 1;
  };
  int64_t columns = source.getColumns();
  // Rows are independent as long as no map mixes them: a table of many rows is
  // never in memory as a whole.
  if (llvm::all_of(steps, isAlongRows)) {
    forEachChunk(context, source.getRows(), [&](int64_t first, int64_t count) {
      DoubleMatrix block = source.read(first, count);
      for (const auto &step : steps) {
        if (step.summand)
          block.row(0) += Eigen::Map<const Eigen::RowVectorXd>(
              step.summand->data(), columns);
        else
          mapRows(step.map, block, 0, count);
      }
      store(block.data(), count * columns, target + first * columns);
    });
    return;
  }
  DoubleMatrix matrix(source.getRows(), columns);
  forEachChunk(context, source.getRows(), [&](int64_t first, int64_t count) {
    matrix.middleRows(first, count) = source.read(first, count);
  });
  for (const auto &step : steps) {
    if (isAlongRows(step))
      forEachChunk(context, source.getRows(),
                   [&](int64_t first, int64_t count) {
                     mapRows(step.map, matrix, first, count);
                   });
    else
      forEachChunk(context, columns, [&](int64_t first, int64_t count) {
        step.map.apply(matrix.data() + first, count, /*stride=*/columns);
      });
  }
  forEachChunk(context, source.getRows(), [&](int64_t first, int64_t count) {
    store(matrix.row(first).data(), count * columns, target + first * columns);
  });
}

TypedAttr ConstantFolding::compute(MLIRContext *context, Value constant,
                                   ArrayRef<Step> steps) {
  auto type = cast<RankedTensorType>(constant.getType());
  ElementsAttr attribute;
  matchPattern(constant, m_Constant(&attribute));
  StringRef name = "parameter";
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute))
    name = resource.getRawHandle().getKey();
  ConstantMatrix source(constant);
  bool isVector = type.getRank() == 1;
  auto build = [&](auto zero, Type elementType) {
    ConstantBuilder<decltype(zero)> builder(
        RankedTensorType::get(type.getShape(), elementType));
    fill(context, source, isVector, steps, builder.data().data());
    return builder.finish(name);
  };
  if (type.getElementType().isF64())
    return build(double(), type.getElementType());
  return build(float(), Float32Type::get(context));
}

std::vector<double> mlir::iquant::multiply(Value weight, int64_t dimension,
                                           ArrayRef<double> vector) {
  ConstantMatrix source(weight);
  Eigen::Map<const Eigen::VectorXd> factor(vector.data(), vector.size());
  std::vector<double> result(dimension == 1 ? source.getRows()
                                            : source.getColumns());
  Eigen::Map<Eigen::VectorXd> sum(result.data(), result.size());
  sum.setZero();
  for (int64_t index = 0; index < source.getRows(); ++index) {
    Eigen::VectorXd row = source.read(index, 1).transpose();
    if (dimension == 1)
      sum(index) = row.dot(factor);
    else
      sum += row * factor(index);
  }
  return result;
}

std::vector<double> mlir::iquant::readConstant(Value constant) {
  DoubleMatrix elements = ConstantMatrix(constant).read();
  return {elements.data(), elements.data() + elements.size()};
}

//===----------------------------------------------------------------------===//
// Changes
//===----------------------------------------------------------------------===//

void ConstantFolding::map(const ChannelSink &sink, ChannelMap map) {
  changes[sink.operand].push_back({sink.dimension, std::move(map), nullptr});
}

void ConstantFolding::add(OpOperand &vector, std::vector<double> summand) {
  changes[&vector].push_back(
      {0, ChannelMap(),
       std::make_shared<const std::vector<double>>(std::move(summand))});
}

void ConstantFolding::absorb(const MapPlace &place,
                             function_ref<ChannelMap(Value)> getMap,
                             function_ref<ChannelMap(Value)> getDual) {
  for (OpResult producer : place.producers) {
    Operation *op = producer.getOwner();
    if (auto scaling = dyn_cast<ScalesChannelsOpInterface>(op)) {
      for (OpOperand &scale : scaling.getChannelScale())
        map({&scale, 0}, getMap(producer));
      if (std::optional<MutableOperandRange> range = scaling.getChannelShift())
        for (OpOperand &shift : *range)
          map({&shift, 0}, getMap(producer));
    }
    if (auto absorbing = dyn_cast<AbsorbsChannelMapOpInterface>(op))
      for (const ChannelSink &sink : absorbing.getOutputSinks())
        map(sink, getMap(producer));
  }
  for (OpOperand *consumer : place.consumers) {
    auto op = cast<AbsorbsChannelMapOpInterface>(consumer->getOwner());
    for (const ChannelSink &sink : op.getInputSinks(*consumer))
      map(sink, getDual(consumer->get()));
  }
  llvm::for_each(place.values, dropStatistics);
}

void ConstantFolding::apply(MLIRContext *context) {
  // What each constant became, by steps.
  llvm::MapVector<Value, SmallVector<std::pair<const Steps *, Value>, 1>>
      results;
  auto change = [&](Value constant, const Steps &steps) {
    auto &variants = results[constant];
    for (auto &[variantSteps, result] : variants)
      if (*variantSteps == steps)
        return result;
    OpBuilder builder(constant.getDefiningOp());
    Value result = arith::ConstantOp::create(builder, constant.getLoc(),
                                             compute(context, constant, steps));
    variants.emplace_back(&steps, result);
    return result;
  };
  for (auto &[operand, steps] : changes)
    operand->set(change(operand->get(), steps));
  for (auto &[constant, variants] : results)
    eraseIfUnused(constant);
  changes.clear();
}

OpOperand &mlir::iquant::getOrCreateParameter(MutableOperandRange operand,
                                              int64_t channels, double value) {
  if (operand.empty()) {
    Operation *op = operand.getOwner();
    OpBuilder builder(op);
    bool isDouble = getElementTypeOrSelf(op->getResult(0)).isF64();
    auto type = RankedTensorType::get(
        channels, isDouble ? builder.getF64Type() : builder.getF32Type());
    Attribute element = builder.getFloatAttr(type.getElementType(), value);
    operand.assign(arith::ConstantOp::create(
        builder, op->getLoc(), DenseElementsAttr::get(type, element)));
  }
  return operand[0];
}

void mlir::iquant::eraseIfUnused(Value constant) {
  if (constant.use_empty())
    constant.getDefiningOp()->erase();
}
