//===- SmoothingSearch.h - The error that scales leave ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Quantizes sample rows and weights under given scales, and says how far the
// products are from those of the real numbers.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_SMOOTHINGSEARCH_H
#define IQUANT_LIB_TRANSFORMS_SMOOTHINGSEARCH_H

#include "FakeQuantization.h"
#include "SmoothingPlaces.h"

namespace mlir::iquant {

/// The products around one place: of rows and weights, and of rows that meet in
/// an attention. The error is the sum over all products of the mean over their
/// rows of the squared difference relative to the squared row.
class SmoothingError {
public:
  using Blocks = ArrayRef<ChannelFreedom::Block>;

  /// Reads sample rows and weights. Declines if statistics have no rows. Rows
  /// of a linear's input are quantized in groups of at most `rowGroup`
  /// channels.
  static FailureOr<SmoothingError> create(const SmoothingPlace &place,
                                          int64_t rowGroup, Decline decline);

  /// A value that `weights`, matrices of a row per output channel, are
  /// multiplied with. Its rows are quantized in groups of `group` channels.
  void addLinears(FloatMatrix rows, Blocks blocks,
                  std::vector<FloatMatrix> weights, Eigen::Index group);

  /// Two values whose rows are multiplied with each other head by head.
  void addScores(FloatMatrix first, Blocks firstBlocks, FloatMatrix second,
                 Blocks secondBlocks, const transformer::ChannelTie &tie);

  /// The error if values are divided by the scale of each channel's class.
  double evaluate(ArrayRef<double> scales) const;

private:
  struct Sample {
    FloatMatrix rows;
    SmallVector<ChannelFreedom::Block, 0> blocks;

    /// What each channel is divided by.
    Eigen::RowVectorXf getDivisors(ArrayRef<double> scales) const;
  };
  struct Weight {
    FloatMatrix elements, products;
  };
  struct Input {
    Sample sample;
    Eigen::Index group;
    std::vector<Weight> weights;
  };
  struct Scores {
    Sample first, second;
    SmallVector<int64_t> firstChannels, secondChannels;
    int64_t width;
    std::vector<FloatMatrix> products;

    FloatMatrix multiply(const FloatMatrix &queries, const FloatMatrix &keys,
                         size_t head) const;
  };

  static double evaluate(const Input &input, ArrayRef<double> scales);
  static double evaluate(const Scores &scores, ArrayRef<double> scales);

  std::vector<Input> inputs;
  std::vector<Scores> scores;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_SMOOTHINGSEARCH_H
