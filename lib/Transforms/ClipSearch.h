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

#include "dialects/Transformer/Transformer.h"

#include <Eigen/Core>
#include <vector>

namespace mlir::iquant {

/// Some queries of one head, and the keys that they see.
class HeadSample {
public:
  struct Text {
    /// The scores minus the largest of their row, `[queries, keys]`.
    Eigen::MatrixXf scores;
    /// How many of the keys each query sees, from the first one on.
    std::vector<Eigen::Index> seen;
    /// `[keys, width]`, and what attention makes of them, `[queries, width]`.
    Eigen::MatrixXf values, results;
  };

  /// Declines an attention of which query, key or value has no statistics with
  /// sequences. A mask admits all of the sample texts.
  static FailureOr<HeadSample> create(transformer::AttentionOp op, int64_t head,
                                      Decline decline);

  ArrayRef<Text> getTexts() const { return texts; }
  /// The sum of the squared results.
  double getEnergy() const;

private:
  std::vector<Text> texts;
};

/// The keys of a sample by how far their scores are from the largest, ready to
/// get codes by any thresholds.
class SteppedHead {
public:
  /// As codes of 8 bits say, which are thresholds' first step.
  static constexpr int64_t kLastStep = 255;

  SteppedHead() = default;
  /// The steps of a clip of one head, with thresholds.
  SteppedHead(const HeadSample &sample, transformer::ClipAttr clip);

  /// The sum of the squared errors of attention's results.
  double getError(ArrayRef<int64_t> thresholds,
                  ArrayRef<int64_t> entries) const;

private:
  friend class CodedHead;

  /// Of the keys up to each step: how many they are, and the sum of their
  /// values, each minus the result, `[width, steps]`.
  struct Query {
    Eigen::VectorXf counts;
    Eigen::MatrixXf errors;
  };
  std::vector<Query> queries;
};

/// The codes of a sample under one clip, ready to be weighed by any table.
class CodedHead {
public:
  /// The codes of head `head` of a clip.
  CodedHead(const HeadSample &sample, transformer::ClipAttr clip, int64_t head);
  /// The codes that thresholds make.
  CodedHead(const SteppedHead &head, ArrayRef<int64_t> thresholds);

  /// The sum of the squared errors of attention's results.
  double getError(ArrayRef<int64_t> entries) const;

private:
  struct Query {
    /// How many keys have each code.
    Eigen::VectorXd counts;
    /// The products of the rows `sum v - count * result`, `v` the values of the
    /// keys of one code: with the entries on both sides, and divided by the
    /// squared sum of the entries, they are the squared error.
    Eigen::MatrixXd products;
  };
  void addQuery(Eigen::VectorXd counts, const Eigen::MatrixXd &errors);

  std::vector<Query> queries;
};

/// The thresholds and the table of a head with the least error on a sample, as
/// a clip of one head, and that error.
struct HeadClip {
  transformer::ClipAttr clip;
  double error;
};
HeadClip findBestClip(MLIRContext *context, const HeadSample &sample,
                      unsigned bits, transformer::ClipRounding rounding,
                      unsigned width);

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_CLIPSEARCH_H
