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

/// The codes of a sample under one clip, ready to be weighed by any table.
class CodedHead {
public:
  /// The codes of head `head` of a clip.
  CodedHead(const HeadSample &sample, transformer::ClipAttr clip, int64_t head);

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
  std::vector<Query> queries;
};

/// The clip and the table of a head with the least error on a sample.
struct HeadClip {
  double clip = 0;
  SmallVector<double> table;
  double error = 0;
};
HeadClip findBestClip(MLIRContext *context, const HeadSample &sample,
                      unsigned bits, transformer::ClipRounding rounding,
                      unsigned width);

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_CLIPSEARCH_H
