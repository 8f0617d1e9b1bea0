//===- ClipSearch.h - The codes that serve a head best ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the codes and tables of a clipped softmax do to the result of attention,
// on sample texts, and the search for those that do least.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_CLIPSEARCH_H
#define IQUANT_LIB_TRANSFORMS_CLIPSEARCH_H

#include "ConstantFolding.h"
#include "ConstantMatrix.h"

#include "dialects/Transformer/Transformer.h"

namespace mlir::iquant {

/// Some queries of one head, and the keys that they see.
class HeadSample {
public:
  struct Text {
    /// The scores minus the largest of their row, `[queries, keys]`.
    FloatMatrix scores;
    /// How many of the keys each query sees, from the first one on.
    std::vector<Eigen::Index> seen;
    /// `[keys, width]`, and what attention makes of them, `[queries, width]`.
    FloatMatrix values, results;
  };

  /// Declines an attention of which query, key or value has no statistics with
  /// sequences. A mask admits all of the sample texts.
  static FailureOr<HeadSample> create(transformer::AttentionOp op, int64_t head,
                                      Decline decline);

  ArrayRef<Text> getTexts() const { return texts; }
  /// The sum of the squared results.
  double getEnergy() const;
  /// The sum of the squared errors of the results with the codes and entries of
  /// head `head` of a clip.
  double getError(transformer::ClipAttr clip, int64_t head) const;

private:
  std::vector<Text> texts;
};

/// The keys of a sample by how far their scores are from the largest: what is
/// known of those before a step does for any codes.
class SteppedHead {
public:
  /// As many as codes of 8 bits.
  static constexpr int64_t kNumSteps = 256;

  /// The steps of a clip of one head, with thresholds.
  SteppedHead(const HeadSample &sample, transformer::ClipAttr clip);

  /// How many keys are before a step, for each query: none before the first.
  auto getCounts(int64_t step) const { return counts.col(step); }
  /// The sums of their values, each minus the result, `[width, queries]`.
  auto getErrors(int64_t step) const {
    return Eigen::Map<const Eigen::MatrixXf>(errors.col(step).data(), width,
                                             counts.rows());
  }

private:
  Eigen::Index width = 0;
  /// `[queries, kNumSteps + 1]` and `[width * queries, kNumSteps + 1]`.
  Eigen::MatrixXf counts, errors;
};

/// A head whose steps have weights, which can change.
class WeighedHead {
public:
  /// What the steps from one up to before another weigh more than they did.
  struct Change {
    int64_t from, to, weight;
  };

  /// Code `c` is of the steps from `bounds[c]` up to before `bounds[c + 1]`.
  WeighedHead(const SteppedHead &head, ArrayRef<int64_t> bounds,
              ArrayRef<int64_t> entries);

  void apply(Change change);
  /// The sum of the squared errors of attention's results after a change.
  double getErrorAfter(Change change) const;
  double getError() const { return getErrorAfter({0, 0, 0}); }

private:
  const SteppedHead &head;
  /// The sums of the weights, and of the values that they weigh, each minus the
  /// result: divided by the former, these are the errors of attention.
  Eigen::VectorXd sums;
  Eigen::MatrixXf errors;
};

/// The thresholds and the table of a head with the least error on a sample, as
/// a clip of one head.
transformer::ClipAttr findBestClip(MLIRContext *context,
                                   const HeadSample &sample, unsigned bits,
                                   transformer::ClipRounding rounding,
                                   unsigned width);

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_CLIPSEARCH_H
