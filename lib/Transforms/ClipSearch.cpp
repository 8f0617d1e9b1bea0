//===- ClipSearch.cpp - The codes that serve a head best ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ClipSearch.h"

#include "SmoothingRule.h"

#include "iquant/Support/Locations.h"
#include "iquant/Support/Observers.h"

using namespace mlir;
using namespace mlir::iquant;
using Eigen::Index;
using Eigen::MatrixXf;
using transformer::ClipAttr, transformer::ClipRounding,
    transformer::StatisticsAttr;

/// One query in so many is looked at, another one in each text.
static constexpr Index kQueryStride = 8;
/// The search begins with even codes and clips from the first to the last, each
/// so many times the one before.
static constexpr double kFirstClip = 1, kLastClip = 16, kClipRatio = 1.15;
/// Thresholds may move so many times as far out as the best even clip.
static constexpr double kReach = 1.5;

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
  FloatMatrix read(int64_t text, int64_t first, int64_t width) const {
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
                                 const FloatMatrix &queries,
                                 const FloatMatrix &keys, FloatMatrix values,
                                 Index firstQuery) {
  HeadSample::Text text;
  Index keyCount = keys.rows(), offset = keyCount - queries.rows();
  Index rows = std::max<Index>(
      0, (queries.rows() - firstQuery + kQueryStride - 1) / kQueryStride);
  FloatMatrix chosen(rows, queries.cols());
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

double HeadSample::getError(ClipAttr clip, int64_t head) const {
  SmallVector<int64_t> entries = clip.getEntries(head);
  double error = 0;
  for (const Text &text : texts)
    for (Index row = 0; row < text.scores.rows(); ++row) {
      Eigen::RowVectorXf weights(text.seen[row]);
      for (Index key = 0; key < weights.size(); ++key)
        weights[key] = entries[clip.getCode(text.scores(row, key), head, key)];
      error += (weights * text.values.topRows(weights.size()) / weights.sum() -
                text.results.row(row))
                   .squaredNorm();
    }
  return error;
}

//===----------------------------------------------------------------------===//
// Steps and their weights
//===----------------------------------------------------------------------===//

SteppedHead::SteppedHead(const HeadSample &sample, ClipAttr clip) {
  Index queries = 0, query = 0;
  for (const HeadSample::Text &text : sample.getTexts()) {
    queries += text.results.rows();
    width = text.results.cols();
  }
  counts.setZero(queries, kNumSteps + 1);
  errors.resize(width * queries, kNumSteps + 1);
  // The steps of one query fit a cache, where keys find theirs.
  MatrixXf ofQuery(width, kNumSteps + 1);
  for (const HeadSample::Text &text : sample.getTexts())
    for (Index row = 0; row < text.results.rows(); ++row, ++query) {
      ofQuery.setZero();
      for (Index key = 0; key < text.seen[row]; ++key) {
        int64_t step = clip.getStep(text.scores(row, key), /*head=*/0, key);
        counts(query, step + 1) += 1;
        ofQuery.col(step + 1) +=
            (text.values.row(key) - text.results.row(row)).transpose();
      }
      for (int64_t step = 1; step <= kNumSteps; ++step) {
        counts(query, step) += counts(query, step - 1);
        ofQuery.col(step) += ofQuery.col(step - 1);
      }
      errors.middleRows(query * width, width) = ofQuery;
    }
}

WeighedHead::WeighedHead(const SteppedHead &head, ArrayRef<int64_t> bounds,
                         ArrayRef<int64_t> entries)
    : head(head), sums(head.getCounts(0).cast<double>()),
      errors(head.getErrors(0)) {
  for (auto [code, entry] : llvm::enumerate(entries))
    apply({bounds[code], bounds[code + 1], entry});
}

void WeighedHead::apply(Change change) {
  auto [from, to, weight] = change;
  sums += (weight * (head.getCounts(to) - head.getCounts(from))).cast<double>();
  errors += weight * (head.getErrors(to) - head.getErrors(from));
}

double WeighedHead::getErrorAfter(Change change) const {
  auto [from, to, weight] = change;
  auto countsFrom = head.getCounts(from), countsTo = head.getCounts(to);
  auto errorsFrom = head.getErrors(from), errorsTo = head.getErrors(to);
  double all = 0;
  for (Index query = 0; query < sums.size(); ++query) {
    double sum = sums[query] + weight * (countsTo[query] - countsFrom[query]);
    auto error = errors.col(query) +
                 weight * (errorsTo.col(query) - errorsFrom.col(query));
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
descend(WeighedHead weighed, MutableArrayRef<int64_t> numbers, int64_t step,
        llvm::function_ref<std::pair<int64_t, int64_t>(size_t)> getLimits,
        llvm::function_ref<WeighedHead::Change(size_t, int64_t)> getChange) {
  double least = weighed.getError();
  for (; step > 0; step /= 2)
    for (bool moved = true; moved;) {
      moved = false;
      for (auto [index, number] : llvm::enumerate(numbers))
        for (int64_t by : {-step, step}) {
          auto [from, to] = getLimits(index);
          int64_t next = std::clamp(number + by, from, to);
          WeighedHead::Change change = getChange(index, next);
          double error = next == number ? least : weighed.getErrorAfter(change);
          if (error < least) {
            weighed.apply(change);
            number = next;
            least = error;
            moved = true;
          }
        }
    }
  return least;
}

namespace {
/// Codes of a head on their way to the best, with the range of the steps that
/// their bounds count.
struct Candidate {
  double range;
  /// All thresholds, with the first step before and the end of steps after.
  SmallVector<int64_t> bounds;
  SmallVector<int64_t> entries;
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
  Candidate even{range, {0}, {}};
  int64_t last = (int64_t(1) << bits) - 1;
  for (int64_t code = 0; code <= last; ++code) {
    even.entries.push_back(std::lround(unit * std::exp(-clip * code / last)));
    int64_t step = std::lround((SteppedHead::kNumSteps - 1) * clip / range *
                               (code + 0.5) / last);
    even.bounds.push_back(std::clamp(step, even.bounds.back() + 1,
                                     SteppedHead::kNumSteps - last + code));
  }
  even.bounds.back() = SteppedHead::kNumSteps;
  return even;
}

void Candidate::moveEntries(const SteppedHead &head, int64_t step) {
  // The first one is the unit of all.
  error = descend(
      WeighedHead(head, bounds, entries), MutableArrayRef(entries).drop_front(),
      step,
      [&](size_t index) {
        return std::pair(index + 2 < entries.size() ? entries[index + 2] : 0,
                         entries[index]);
      },
      [&](size_t index, int64_t next) {
        return WeighedHead::Change{bounds[index + 1], bounds[index + 2],
                                   next - entries[index + 1]};
      });
}

void Candidate::moveThresholds(const SteppedHead &head) {
  error = descend(
      WeighedHead(head, bounds, entries),
      MutableArrayRef(bounds).drop_front().drop_back(), /*step=*/16,
      [&](size_t index) {
        return std::pair(bounds[index] + 1, bounds[index + 2] - 1);
      },
      [&](size_t index, int64_t next) {
        return WeighedHead::Change{bounds[index + 1], next,
                                   entries[index] - entries[index + 1]};
      });
}

ClipAttr mlir::iquant::findBestClip(MLIRContext *context,
                                    const HeadSample &sample, unsigned bits,
                                    ClipRounding rounding, unsigned width) {
  int64_t unit = width == 8 ? 255 : 65280;
  auto makeClip = [&](const Candidate &candidate) {
    auto table = llvm::map_to_vector(candidate.entries, [&](int64_t entry) {
      return static_cast<double>(entry) / unit;
    });
    ArrayRef<int64_t> thresholds =
        ArrayRef(candidate.bounds).drop_front().drop_back();
    return ClipAttr::get(context, bits,
                         DenseF64ArrayAttr::get(context, {-candidate.range}),
                         transformer::ClipFloor::Exponential, rounding,
                         DenseF64ArrayAttr::get(context, table), width,
                         DenseI64ArrayAttr::get(context, thresholds));
  };
  auto makeSteps = [&](double range) {
    return SteppedHead(sample,
                       makeClip(Candidate::makeEven(range, range, bits, unit)));
  };
  auto makeEven = [&](const SteppedHead &head, double clip, double range) {
    Candidate even = Candidate::makeEven(clip, range, bits, unit);
    even.moveEntries(head, unit / 8);
    return even;
  };
  auto findEvenClip = [&](const SteppedHead &head) {
    double best = kLastClip, least = std::numeric_limits<double>::infinity();
    for (double clip = kFirstClip; clip <= kLastClip; clip *= kClipRatio) {
      double error = makeEven(head, clip, kLastClip).error;
      if (error < least) {
        least = error;
        best = clip;
      }
    }
    return best;
  };
  // How far the best even codes go says how fine steps can be.
  double clip = findEvenClip(makeSteps(kLastClip));
  double range = std::min(kReach * clip, kLastClip);
  SteppedHead head = makeSteps(range);
  Candidate best = makeEven(head, clip, range);
  // Thresholds and entries in turn, while that helps.
  for (double before = std::numeric_limits<double>::infinity();
       best.error < 0.999 * before;) {
    before = best.error;
    best.moveThresholds(head);
    best.moveEntries(head, unit / 32);
  }
  return makeClip(best);
}
