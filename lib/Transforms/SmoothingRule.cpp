//===- SmoothingRule.cpp - Scales from magnitudes -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SmoothingRule.h"

#include "ConstantMatrix.h"

#include "iquant/Support/Locations.h"
#include "iquant/Support/Observers.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::transformer;

SmallVector<ChannelTie> iquant::getContractions(const MapPlace &place) {
  SmallVector<ChannelTie> contractions;
  for (Value value : place.values)
    for (OpOperand &use : value.getUses())
      if (auto op = dyn_cast<CommutesWithChannelMapOpInterface>(use.getOwner()))
        for (ChannelTie &tie : op.getChannelTies())
          if (tie.dual && tie.first.operand == &use)
            contractions.push_back(std::move(tie));
  return contractions;
}

FailureOr<StatisticsAttr> iquant::getStatistics(Value value, Decline decline) {
  if (StatisticsAttr statistics = findStatistics(value))
    return statistics;
  Operation *op = skipObservers(value).getDefiningOp();
  if (!op)
    return decline("no observer has statistics of an argument");
  return decline("no observer has statistics of what '" +
                 op->getName().getStringRef() + "' gives" + describePlace(op));
}

/// The largest magnitude at each index of the dimension.
static Eigen::VectorXd getLargestMagnitudes(const ChannelSink &sink) {
  ConstantMatrix weight(sink.operand->get());
  bool isLast = sink.dimension == weight.getRank() - 1;
  Eigen::VectorXd result =
      Eigen::VectorXd::Zero(isLast ? weight.getColumns() : weight.getRows());
  // Row by row: the table of a vocabulary is large.
  for (int64_t row = 0; row < weight.getRows(); ++row) {
    DoubleMatrix magnitudes = weight.read(row, 1).cwiseAbs();
    if (isLast)
      result = result.cwiseMax(magnitudes.row(0).transpose());
    else
      result(row) = magnitudes.maxCoeff();
  }
  return result;
}

FailureOr<ChannelMagnitudes>
ChannelMagnitudes::measure(const SmoothingPlace &place, Decline decline) {
  ChannelMagnitudes result;
  result.activations.resize(place.getNumScales());
  result.weights.resize(place.getNumScales());
  auto raise = [&](Value value, const Eigen::VectorXd &magnitudes,
                   bool areWeights) {
    for (auto [block, magnitude] :
         llvm::zip_equal(place.getClasses(value), magnitudes)) {
      if (block.classNumber < 0)
        continue;
      auto &side =
          areWeights != block.inverse ? result.weights : result.activations;
      side[block.classNumber] = std::max(side[block.classNumber], magnitude);
    }
  };
  auto raiseValue = [&](Value value) -> LogicalResult {
    FailureOr<StatisticsAttr> statistics = getStatistics(value, decline);
    if (failed(statistics))
      return failure();
    raise(value, ConstantMatrix(statistics->getAbsmax()).read().transpose(),
          /*areWeights=*/false);
    return success();
  };

  for (OpOperand *consumer : place.getPlace().consumers) {
    if (failed(raiseValue(consumer->get())))
      return failure();
    auto op = cast<AbsorbsChannelMapOpInterface>(consumer->getOwner());
    for (const ChannelSink &sink : op.getInputSinks(*consumer))
      raise(consumer->get(), getLargestMagnitudes(sink), /*areWeights=*/true);
  }
  for (const ChannelTie &tie : getContractions(place.getPlace()))
    if (failed(raiseValue(tie.first.value)) ||
        failed(raiseValue(tie.second.value)))
      return failure();
  return result;
}

std::vector<double> iquant::makeScales(std::vector<double> logarithms) {
  double mean =
      llvm::sum_of(logarithms) / static_cast<double>(logarithms.size());
  for (double &element : logarithms)
    element = std::exp(element - mean);
  return logarithms;
}

std::vector<double> ChannelMagnitudes::getScales(double alpha) const {
  auto logarithm = [](double magnitude) {
    return std::log(std::max(magnitude, kLeastMagnitude));
  };
  std::vector<double> logarithms;
  for (auto [activation, weight] : llvm::zip_equal(activations, weights))
    logarithms.push_back(alpha * logarithm(activation) -
                         (1 - alpha) * logarithm(weight));
  return makeScales(std::move(logarithms));
}
