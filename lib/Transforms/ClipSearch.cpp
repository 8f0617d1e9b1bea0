//===- ClipSearch.cpp - The codes that serve a head best ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ClipSearch.h"

#include "ConstantMatrix.h"
#include "SmoothingRule.h"

#include "iquant/Support/Locations.h"
#include "iquant/Support/Observers.h"

using namespace mlir;
using namespace mlir::iquant;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::VectorXd;
using transformer::ClipAttr, transformer::ClipRounding,
    transformer::StatisticsAttr;

/// One query in so many is looked at, another one in each text.
static constexpr Index kQueryStride = 8;
/// The search tries clips from the first to the last, each so many times the
/// one before.
static constexpr double kFirstClip = 1, kLastClip = 16, kClipRatio = 1.15;

//===----------------------------------------------------------------------===//
// Samples
//===----------------------------------------------------------------------===//

namespace {
/// What the statistics of an attention's operand know of whole texts.
class Texts {
public:
  static FailureOr<Texts> get(Value operand, Decline decline);

  int64_t getCount() const { return shape[0]; }
  int64_t getLength() const { return shape[1]; }
  /// The `width` channels from `first` on, a row for each position.
  MatrixXf read(int64_t text, int64_t first, int64_t width) const {
    return rows.read(text * getLength(), getLength())
        .middleCols(first, width)
        .cast<float>();
  }

private:
  explicit Texts(ElementsAttr sequences)
      : shape(sequences.getShapedType().getShape()), rows(sequences) {}

  ArrayRef<int64_t> shape;
  ConstantMatrix rows;
};
} // namespace

FailureOr<Texts> Texts::get(Value operand, Decline decline) {
  FailureOr<StatisticsAttr> statistics = getStatistics(operand, decline);
  if (failed(statistics))
    return failure();
  if (ElementsAttr sequences = statistics->getSequences())
    return Texts(sequences);
  Operation *op = skipObservers(operand).getDefiningOp();
  return decline("the statistics have no sequences of what '" +
                 op->getName().getStringRef() + "' gives" + describePlace(op));
}

/// Sees every `kQueryStride`-th query.
static HeadSample::Text makeText(transformer::AttentionOp op,
                                 const MatrixXf &queries, const MatrixXf &keys,
                                 MatrixXf values, Index firstQuery) {
  HeadSample::Text text;
  Index keyCount = keys.rows(), offset = keyCount - queries.rows();
  Index rows = std::max<Index>(
      0, (queries.rows() - firstQuery + kQueryStride - 1) / kQueryStride);
  MatrixXf chosen(rows, queries.cols());
  for (Index row = 0; row < rows; ++row) {
    Index query = firstQuery + row * kQueryStride;
    chosen.row(row) = queries.row(query);
    text.seen.push_back(op.getCausal() ? offset + query + 1 : keyCount);
  }
  text.scores =
      chosen * keys.transpose() * static_cast<float>(op.getScoreScale());
  text.results.resize(rows, values.cols());
  for (Index row = 0; row < rows; ++row) {
    auto scores = text.scores.row(row).head(text.seen[row]);
    scores.array() -= scores.maxCoeff();
    Eigen::RowVectorXf weights = scores.array().exp();
    text.results.row(row) =
        weights * values.topRows(text.seen[row]) / weights.sum();
  }
  text.values = std::move(values);
  return text;
}

FailureOr<HeadSample> HeadSample::create(transformer::AttentionOp op,
                                         int64_t head, Decline decline) {
  FailureOr<Texts> query = Texts::get(op.getQuery(), decline),
                   key = Texts::get(op.getKey(), decline),
                   value = Texts::get(op.getValue(), decline);
  if (failed(query) || failed(key) || failed(value))
    return failure();
  if (query->getCount() != key->getCount() ||
      key->getCount() != value->getCount() ||
      key->getLength() != value->getLength() ||
      (op.getCausal() && query->getLength() > key->getLength()))
    return decline("the sequences of query, key and value do not belong "
                   "together");
  int64_t width = op.getHeadWidth();
  int64_t kvHead = head * op.getKvHeads() / op.getHeads();
  HeadSample sample;
  for (int64_t text = 0; text < query->getCount(); ++text)
    sample.texts.push_back(makeText(op, query->read(text, head * width, width),
                                    key->read(text, kvHead * width, width),
                                    value->read(text, kvHead * width, width),
                                    /*firstQuery=*/text % kQueryStride));
  return sample;
}

double HeadSample::getEnergy() const {
  double energy = 0;
  for (const Text &text : texts)
    energy += text.results.squaredNorm();
  return energy;
}

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

CodedHead::CodedHead(const HeadSample &sample, ClipAttr clip, int64_t head) {
  Index codes = clip.getNumCodes();
  for (const HeadSample::Text &text : sample.getTexts())
    for (Index row = 0; row < text.scores.rows(); ++row) {
      VectorXd counts = VectorXd::Zero(codes);
      MatrixXf sums = MatrixXf::Zero(text.values.cols(), codes);
      for (Index key = 0; key < text.seen[row]; ++key) {
        int64_t code = clip.getCode(text.scores(row, key), head, key);
        counts[code] += 1;
        sums.col(code) += text.values.row(key).transpose();
      }
      MatrixXd errors = sums.cast<double>();
      errors -=
          text.results.row(row).transpose().cast<double>() * counts.transpose();
      queries.push_back({std::move(counts), errors.transpose() * errors});
    }
}

double CodedHead::getError(ArrayRef<int64_t> entries) const {
  VectorXd weights(entries.size());
  llvm::copy(entries, weights.begin());
  double error = 0;
  for (const Query &query : queries) {
    double sum = query.counts.dot(weights);
    error += weights.dot(query.products * weights) / (sum * sum);
  }
  return error;
}

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

/// Moves entries, one at a time, up and down by smaller and smaller steps while
/// the error falls; gives the error that is left.
static double descend(const CodedHead &coded,
                      SmallVectorImpl<int64_t> &entries) {
  double least = coded.getError(entries);
  for (int64_t step = entries.front() / 8; step > 0; step /= 2)
    for (bool moved = true; moved;) {
      moved = false;
      for (size_t code = 1; code < entries.size(); ++code)
        for (int64_t change : {-step, step}) {
          int64_t before = entries[code];
          int64_t floor = code + 1 < entries.size() ? entries[code + 1] : 0;
          entries[code] = std::clamp(before + change, floor, entries[code - 1]);
          double error =
              entries[code] == before ? least : coded.getError(entries);
          if (error < least) {
            least = error;
            moved = true;
          } else {
            entries[code] = before;
          }
        }
    }
  return least;
}

HeadClip mlir::iquant::findBestClip(MLIRContext *context,
                                    const HeadSample &sample, unsigned bits,
                                    ClipRounding rounding, unsigned width) {
  HeadClip best;
  best.error = std::numeric_limits<double>::infinity();
  for (double at = kFirstClip; at < kLastClip * kClipRatio; at *= kClipRatio) {
    auto clip =
        ClipAttr::get(context, bits, DenseF64ArrayAttr::get(context, {-at}),
                      transformer::ClipFloor::Exponential, rounding, {}, width);
    SmallVector<int64_t> entries = clip.getEntries(0);
    double error = descend(CodedHead(sample, clip, 0), entries);
    if (error >= best.error)
      continue;
    best = {-at, {}, error};
    for (int64_t entry : entries)
      best.table.push_back(static_cast<double>(entry) / clip.getEntryUnit());
  }
  return best;
}
