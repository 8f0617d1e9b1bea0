//===- SmoothingSearch.cpp - The error that scales leave ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SmoothingSearch.h"

#include "ConstantMatrix.h"
#include "SmoothingRule.h"

#include "iquant/Support/Locations.h"
#include "iquant/Support/Observers.h"
#include "iquant/Support/RowGroups.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::transformer;
using Eigen::Index;

/// The search looks at no more output channels of a weight than these.
static constexpr int64_t kMaxOutputs = 4096;

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

/// The mean over the rows of the squared difference relative to the squared
/// expectation. A row of the first position, which is far larger than all
/// others in many models, counts as much as any.
static double getRelativeError(const FloatMatrix &actual,
                               const FloatMatrix &expected) {
  double sum = 0;
  for (Index row = 0; row < expected.rows(); ++row)
    if (double energy = expected.row(row).squaredNorm(); energy > 0)
      sum += (actual.row(row) - expected.row(row)).squaredNorm() / energy;
  return sum / std::max<Index>(expected.rows(), 1);
}

void SmoothingError::addLinears(FloatMatrix rows, Blocks blocks,
                                std::vector<FloatMatrix> weights, Index group) {
  Input input{{std::move(rows), SmallVector<ChannelFreedom::Block, 0>(blocks)},
              group,
              {}};
  for (FloatMatrix &weight : weights) {
    FloatMatrix products = input.sample.rows * weight.transpose();
    input.weights.push_back({std::move(weight), std::move(products)});
  }
  inputs.push_back(std::move(input));
}

FloatMatrix SmoothingError::Scores::multiply(const FloatMatrix &queries,
                                             const FloatMatrix &keys,
                                             size_t head) const {
  FloatMatrix a(queries.rows(), width), b(keys.rows(), width);
  for (int64_t i = 0; i < width; ++i) {
    a.col(i) = queries.col(firstChannels[head * width + i]);
    b.col(i) = keys.col(secondChannels[head * width + i]);
  }
  return a * b.transpose();
}

void SmoothingError::addScores(FloatMatrix first, Blocks firstBlocks,
                               FloatMatrix second, Blocks secondBlocks,
                               const transformer::ChannelTie &tie) {
  Scores pair{
      {std::move(first), SmallVector<ChannelFreedom::Block, 0>(firstBlocks)},
      {std::move(second), SmallVector<ChannelFreedom::Block, 0>(secondBlocks)},
      tie.firstChannels,
      tie.secondChannels,
      tie.groupSize,
      {}};
  size_t heads = tie.firstChannels.size() / tie.groupSize;
  for (size_t head = 0; head < heads; ++head)
    pair.products.push_back(
        pair.multiply(pair.first.rows, pair.second.rows, head));
  scores.push_back(std::move(pair));
}

Eigen::RowVectorXf
SmoothingError::Sample::getDivisors(ArrayRef<double> scales) const {
  Eigen::RowVectorXf divisors = Eigen::RowVectorXf::Ones(blocks.size());
  for (auto [channel, block] : llvm::enumerate(blocks))
    if (block.classNumber >= 0) {
      float scale = scales[block.classNumber];
      divisors(channel) = block.inverse ? 1 / scale : scale;
    }
  return divisors;
}

double SmoothingError::evaluate(const Input &input, ArrayRef<double> scales) {
  Eigen::RowVectorXf divisors = input.sample.getDivisors(scales);
  FloatMatrix rows = input.sample.rows.array().rowwise() / divisors.array();
  fakeQuantizeRows(rows, input.group);
  double error = 0;
  for (const Weight &weight : input.weights) {
    FloatMatrix elements = weight.elements.array().rowwise() * divisors.array();
    fakeQuantizeWeight(elements);
    error += getRelativeError(rows * elements.transpose(), weight.products);
  }
  return error;
}

double SmoothingError::evaluate(const Scores &pair, ArrayRef<double> scales) {
  FloatMatrix queries = pair.first.rows.array().rowwise() /
                        pair.first.getDivisors(scales).array();
  FloatMatrix keys = pair.second.rows.array().rowwise() /
                     pair.second.getDivisors(scales).array();
  fakeQuantizeGroups(queries, pair.width);
  fakeQuantizeGroups(keys, pair.width);
  double error = 0;
  for (auto [head, products] : llvm::enumerate(pair.products))
    error += getRelativeError(pair.multiply(queries, keys, head), products);
  return error;
}

double SmoothingError::evaluate(ArrayRef<double> scales) const {
  double error = 0;
  for (const Input &input : inputs)
    error += evaluate(input, scales);
  for (const Scores &pair : scores)
    error += evaluate(pair, scales);
  return error;
}

//===----------------------------------------------------------------------===//
// Samples
//===----------------------------------------------------------------------===//

static FailureOr<FloatMatrix> getRows(Value value, Decline decline) {
  FailureOr<StatisticsAttr> statistics = getStatistics(value, decline);
  if (failed(statistics))
    return failure();
  if (ElementsAttr rows = statistics->getRows())
    return FloatMatrix(ConstantMatrix(rows).read().cast<float>());
  Operation *op = skipObservers(value).getDefiningOp();
  return decline("the statistics have no rows of what '" +
                 op->getName().getStringRef() + "' gives" + describePlace(op));
}

/// A weight, a row per output channel; every so many of them if there are more
/// than the search looks at.
static FloatMatrix getOutputs(const ChannelSink &sink) {
  ConstantMatrix weight(sink.operand->get());
  if (sink.dimension != weight.getRank() - 1)
    return weight.read().transpose().cast<float>();
  int64_t count = std::min(weight.getRows(), kMaxOutputs);
  FloatMatrix result(count, weight.getColumns());
  for (int64_t row = 0; row < count; ++row)
    result.row(row) =
        weight.read(row * weight.getRows() / count, 1).cast<float>();
  return result;
}

FailureOr<SmoothingError> SmoothingError::create(const SmoothingPlace &place,
                                                 int64_t rowGroup,
                                                 Decline decline) {
  SmoothingError error;
  // Linears that read one value read the same codes.
  llvm::MapVector<Value, std::vector<FloatMatrix>> linears;
  for (OpOperand *consumer : place.getPlace().consumers) {
    auto op = cast<AbsorbsChannelMapOpInterface>(consumer->getOwner());
    for (const ChannelSink &sink : op.getInputSinks(*consumer))
      linears[skipObservers(consumer->get())].push_back(getOutputs(sink));
  }
  for (auto &[value, matrices] : linears) {
    FailureOr<FloatMatrix> rows = getRows(value, decline);
    if (failed(rows))
      return failure();
    int64_t group = getRowGroup(rows->cols(), rowGroup);
    error.addLinears(std::move(*rows), place.getClasses(value),
                     std::move(matrices), group);
  }
  for (const ChannelTie &tie : getContractions(place.getPlace())) {
    FailureOr<FloatMatrix> first = getRows(tie.first.value, decline),
                           second = getRows(tie.second.value, decline);
    if (failed(first) || failed(second))
      return failure();
    error.addScores(std::move(*first), place.getClasses(tie.first.value),
                    std::move(*second), place.getClasses(tie.second.value),
                    tie);
  }
  return error;
}
