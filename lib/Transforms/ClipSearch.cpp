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
using Eigen::VectorXf;
using transformer::ClipAttr, transformer::ClipRounding,
    transformer::StatisticsAttr;

/// One query in so many is looked at, another one in each text.
static constexpr Index kQueryStride = 8;
/// The search begins with even codes and clips from the first to the last, each
/// so many times the one before.
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
      addQuery(std::move(counts), errors);
    }
}

CodedHead::CodedHead(const SteppedHead &head, ArrayRef<int64_t> thresholds) {
  Index last = thresholds.size();
  for (const SteppedHead::Query &query : head.queries) {
    VectorXd counts(last + 1);
    MatrixXd errors(query.errors.rows(), last + 1);
    for (Index code = 0; code <= last; ++code) {
      Index end = code < last ? thresholds[code] - 1 : SteppedHead::kLastStep;
      counts[code] = query.counts[end];
      errors.col(code) = query.errors.col(end).cast<double>();
    }
    for (Index code = last; code > 0; --code) {
      counts[code] -= counts[code - 1];
      errors.col(code) -= errors.col(code - 1);
    }
    addQuery(std::move(counts), errors);
  }
}

void CodedHead::addQuery(VectorXd counts, const MatrixXd &errors) {
  queries.push_back({std::move(counts), errors.transpose() * errors});
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
// Steps
//===----------------------------------------------------------------------===//

SteppedHead::SteppedHead(const HeadSample &sample, ClipAttr clip) {
  for (const HeadSample::Text &text : sample.getTexts())
    for (Index row = 0; row < text.scores.rows(); ++row) {
      Query query{VectorXf::Zero(kLastStep + 1),
                  MatrixXf::Zero(text.values.cols(), kLastStep + 1)};
      for (Index key = 0; key < text.seen[row]; ++key) {
        int64_t step = clip.getStep(text.scores(row, key), /*head=*/0, key);
        query.counts[step] += 1;
        query.errors.col(step) +=
            (text.values.row(key) - text.results.row(row)).transpose();
      }
      for (int64_t step = 1; step <= kLastStep; ++step) {
        query.counts[step] += query.counts[step - 1];
        query.errors.col(step) += query.errors.col(step - 1);
      }
      queries.push_back(std::move(query));
    }
}

double SteppedHead::getError(ArrayRef<int64_t> thresholds,
                             ArrayRef<int64_t> entries) const {
  double all = 0;
  for (const Query &query : queries) {
    // Every step up to a code's last has the entry of the code after it, and
    // what the code's own entry is above that.
    VectorXf error = entries.back() * query.errors.col(kLastStep);
    double sum = entries.back() * query.counts[kLastStep];
    for (auto [code, threshold] : llvm::enumerate(thresholds)) {
      float above = entries[code] - entries[code + 1];
      error += above * query.errors.col(threshold - 1);
      sum += above * query.counts[threshold - 1];
    }
    all += error.squaredNorm() / (sum * sum);
  }
  return all;
}

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

/// Moves numbers, one at a time, up and down by smaller and smaller steps while
/// the error falls; gives the error that is left.
static double
descend(MutableArrayRef<int64_t> numbers, int64_t step,
        llvm::function_ref<std::pair<int64_t, int64_t>(size_t)> getBounds,
        llvm::function_ref<double()> getError) {
  double least = getError();
  for (; step > 0; step /= 2)
    for (bool moved = true; moved;) {
      moved = false;
      for (auto [index, number] : llvm::enumerate(numbers))
        for (int64_t change : {-step, step}) {
          int64_t before = number;
          auto [from, to] = getBounds(index);
          number = std::clamp(before + change, from, to);
          double error = number == before ? least : getError();
          if (error < least) {
            least = error;
            moved = true;
          } else {
            number = before;
          }
        }
    }
  return least;
}

namespace {
/// Codes of a head on their way to the best, with the range of the steps that
/// their thresholds count.
struct Candidate {
  double range;
  SmallVector<int64_t> thresholds, entries;
  double error = std::numeric_limits<double>::infinity();

  /// `2^bits` codes that are equally far apart, with exponentials as entries.
  static Candidate makeEven(double clip, double range, unsigned bits,
                            int64_t unit);

  void moveEntries(const SteppedHead &head, int64_t step);
  void moveThresholds(const SteppedHead &head);
};
} // namespace

Candidate Candidate::makeEven(double clip, double range, unsigned bits,
                              int64_t unit) {
  Candidate even{range, {}, {}};
  int64_t last = (int64_t(1) << bits) - 1;
  for (int64_t code = 0; code <= last; ++code) {
    even.entries.push_back(std::lround(unit * std::exp(-clip * code / last)));
    if (code == last)
      break;
    int64_t step = std::lround(SteppedHead::kLastStep * clip / range *
                               (code + 0.5) / last);
    int64_t before = code == 0 ? 0 : even.thresholds.back();
    even.thresholds.push_back(std::clamp<int64_t>(
        step, before + 1, SteppedHead::kLastStep - (last - 1 - code)));
  }
  return even;
}

void Candidate::moveEntries(const SteppedHead &head, int64_t step) {
  CodedHead coded(head, thresholds);
  error = descend(
      MutableArrayRef(entries).drop_front(), step,
      [&](size_t index) {
        return std::pair(index + 2 < entries.size() ? entries[index + 2] : 0,
                         entries[index]);
      },
      [&] { return coded.getError(entries); });
}

void Candidate::moveThresholds(const SteppedHead &head) {
  error = descend(
      thresholds, /*step=*/16,
      [&](size_t index) {
        return std::pair(index == 0 ? 1 : thresholds[index - 1] + 1,
                         index + 1 < thresholds.size()
                             ? thresholds[index + 1] - 1
                             : SteppedHead::kLastStep);
      },
      [&] { return head.getError(thresholds, entries); });
}

HeadClip mlir::iquant::findBestClip(MLIRContext *context,
                                    const HeadSample &sample, unsigned bits,
                                    ClipRounding rounding, unsigned width) {
  int64_t unit = width == 8 ? 255 : 65280;
  auto makeClip = [&](const Candidate &candidate) {
    auto table = llvm::map_to_vector(candidate.entries, [&](int64_t entry) {
      return static_cast<double>(entry) / unit;
    });
    return ClipAttr::get(context, bits,
                         DenseF64ArrayAttr::get(context, {-candidate.range}),
                         transformer::ClipFloor::Exponential, rounding,
                         DenseF64ArrayAttr::get(context, table), width,
                         DenseI64ArrayAttr::get(context, candidate.thresholds));
  };
  auto findEven = [&](double range, SteppedHead &head) {
    Candidate best = Candidate::makeEven(range, range, bits, unit);
    head = SteppedHead(sample, makeClip(best));
    for (double clip = kFirstClip; clip <= range; clip *= kClipRatio) {
      Candidate even = Candidate::makeEven(clip, range, bits, unit);
      even.moveEntries(head, unit / 8);
      if (even.error < best.error)
        best = std::move(even);
    }
    return best;
  };
  // How far even codes go says how fine the steps can be.
  SteppedHead head;
  Candidate best = findEven(kLastClip, head);
  double farthest = kLastClip * best.thresholds.back() / SteppedHead::kLastStep;
  best = findEven(std::min(2 * farthest, kLastClip), head);
  // Thresholds and entries in turn, while that helps.
  for (double before = std::numeric_limits<double>::infinity();
       best.error < 0.999 * before;) {
    before = best.error;
    best.moveThresholds(head);
    best.moveEntries(head, unit / 32);
  }
  ClipAttr clip = makeClip(best);
  return {clip, CodedHead(sample, clip, /*head=*/0).getError(best.entries)};
}
