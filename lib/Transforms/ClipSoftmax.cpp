//===- ClipSoftmax.cpp - Few exponentials for every softmax ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ClipSearch.h"
#include "ConstantMatrix.h"

#include "iquant/Analysis/SoftmaxClip.h"
#include "iquant/Support/Json.h"
#include "iquant/Support/Progress.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"
#include "mlir/IR/Threading.h"

#include <cmath>

namespace mlir::iquant {
#define GEN_PASS_DEF_TRANSFORMERCLIPSOFTMAX
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;
using transformer::ClipAttr, transformer::StatisticsAttr;

/// Deviations below this count as this: a head whose scores are all the same
/// needs some clip, and any will do.
static constexpr double kLeastDeviation = 1e-3;

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

namespace {
/// What calibration saw of scores, below the largest of their row.
struct Scores {
  double min, mean, deviation;
};

/// A clip for one number of bits, and what it costs.
struct Candidate {
  ClipAttr clip;
  /// The sum of the squared errors of attention's results over that of their
  /// squares; none if nobody asked.
  std::optional<double> error;
};

/// What the pass knows of one attention.
struct Choice {
  transformer::AttentionOp op;
  /// By rising bits; empty if the attention stays as it is, for this reason.
  SmallVector<Candidate> candidates;
  std::string reason;
  size_t chosen = 0;

  const Candidate &get() const { return candidates[chosen]; }
};
} // namespace

/// The scores of every head.
static SmallVector<Scores> readScores(StatisticsAttr statistics) {
  int64_t heads = statistics.getChannels();
  auto read = [](ElementsAttr vector) { return ConstantMatrix(vector).read(); };
  DoubleMatrix min = read(statistics.getMin()),
               mean = read(statistics.getMean()),
               deviation = read(statistics.getDeviation());
  return llvm::map_to_vector(llvm::seq(heads), [&](int64_t head) {
    return Scores{min(head), mean(head), deviation(head)};
  });
}

/// The scores of all heads, each of which has seen as many.
static Scores pool(ArrayRef<Scores> heads) {
  Scores all = {0, 0, 0};
  double squares = 0;
  for (const Scores &head : heads) {
    all.min = std::min(all.min, head.min);
    all.mean += head.mean / heads.size();
    squares += (head.deviation * head.deviation + head.mean * head.mean) /
               heads.size();
  }
  all.deviation = std::sqrt(std::max(squares - all.mean * all.mean, 0.0));
  return all;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct TransformerClipSoftmax
    : public iquant::impl::TransformerClipSoftmaxBase<TransformerClipSoftmax> {
  using TransformerClipSoftmaxBase::TransformerClipSoftmaxBase;

  void runOnOperation() override;

private:
  LogicalResult checkOptions();
  /// The numbers of bits that an attention may get.
  SmallVector<unsigned> getBits() const;
  double clipScores(const Scores &scores, unsigned clipBits) const;
  FailureOr<SmallVector<double>> findClips(transformer::AttentionOp op,
                                           unsigned clipBits,
                                           Decline decline) const;
  /// The clip of an attention, of which the samples are, if it needs any.
  FailureOr<ClipAttr> findClip(transformer::AttentionOp op, unsigned clipBits,
                               ArrayRef<HeadSample> samples, Decline decline);
  /// Finds the candidates of an attention, or why there are none.
  void choose(Choice &choice);
  /// Makes the mean error no larger than the budget, with few bits.
  LogicalResult spend(MutableArrayRef<Choice> choices);
  void clipSoftmax(transformer::SoftmaxOp op);
  void apply(const Choice &choice);
};
} // namespace

LogicalResult TransformerClipSoftmax::checkOptions() {
  Location loc = getOperation().getLoc();
  if (strategy == ClipStrategy::Fixed && (!(at < 0) || !std::isfinite(at)))
    return emitError(loc) << "expects the option 'at' to be negative and "
                             "finite, got "
                          << showNumber(at);
  if (strategy == ClipStrategy::ExaqRule && bits > ClipBits::Four)
    return emitError(loc) << "expects 2, 3 or 4 bits, for which EXAQ has a "
                             "rule, got "
                          << static_cast<int>(bits.getValue());
  if (strategy != ClipStrategy::Fixed && bits == ClipBits::Eight)
    return emitError(loc) << "expects 2, 3, 4 or 5 bits, for which a clip is "
                             "sought, got 8";
  if (!(budget > 0))
    return emitError(loc) << "expects a positive budget, got "
                          << showNumber(budget);
  if (width != 8 && width != 16)
    return emitError(loc) << "expects a width of 8 or 16 bits, got "
                          << width.getValue();
  return success();
}

SmallVector<unsigned> TransformerClipSoftmax::getBits() const {
  if (bits == ClipBits::Auto)
    return {2, 3, 4};
  return {static_cast<unsigned>(bits.getValue())};
}

double TransformerClipSoftmax::clipScores(const Scores &scores,
                                          unsigned clipBits) const {
  double deviation = std::max(scores.deviation, kLeastDeviation);
  if (strategy == ClipStrategy::ExaqMse)
    return findLeastErrorClip({std::min(scores.mean, 0.0), deviation},
                              std::exp2(clipBits));
  // As published, no clip is below what calibration saw.
  double clip = *getPublishedClip(clipBits, deviation);
  return scores.min < 0 ? std::max(clip, scores.min) : clip;
}

/// The clips of all heads, or one for all.
FailureOr<SmallVector<double>>
TransformerClipSoftmax::findClips(transformer::AttentionOp op,
                                  unsigned clipBits, Decline decline) const {
  if (strategy == ClipStrategy::Fixed)
    return SmallVector<double>{at};
  StatisticsAttr statistics = op.getStatisticsAttr();
  if (!statistics)
    return decline("there are no statistics of its scores");
  SmallVector<Scores> heads = readScores(statistics);
  if (!perHead)
    heads = {pool(heads)};
  return llvm::map_to_vector(heads, [&](const Scores &scores) {
    return clipScores(scores, clipBits);
  });
}

/// The clips of some heads as one.
static ClipAttr join(ArrayRef<ClipAttr> heads) {
  SmallVector<double> at, table;
  SmallVector<int64_t> thresholds;
  for (ClipAttr head : heads) {
    llvm::append_range(at, head.getAt().asArrayRef());
    llvm::append_range(table, head.getTable().asArrayRef());
    llvm::append_range(thresholds, head.getThresholds().asArrayRef());
  }
  ClipAttr first = heads.front();
  MLIRContext *context = first.getContext();
  return ClipAttr::get(context, first.getBits(),
                       DenseF64ArrayAttr::get(context, at), first.getFloor(),
                       first.getRounding(),
                       DenseF64ArrayAttr::get(context, table), first.getWidth(),
                       DenseI64ArrayAttr::get(context, thresholds));
}

FailureOr<ClipAttr>
TransformerClipSoftmax::findClip(transformer::AttentionOp op, unsigned clipBits,
                                 ArrayRef<HeadSample> samples,
                                 Decline decline) {
  if (strategy == ClipStrategy::Calibrated)
    return join(llvm::map_to_vector(samples, [&](const HeadSample &sample) {
      return findBestClip(&getContext(), sample, clipBits, rounding, width);
    }));
  FailureOr<SmallVector<double>> clips = findClips(op, clipBits, decline);
  if (failed(clips))
    return failure();
  return ClipAttr::get(&getContext(), clipBits,
                       DenseF64ArrayAttr::get(&getContext(), *clips), floor,
                       rounding, /*table=*/{}, width, /*thresholds=*/{});
}

void TransformerClipSoftmax::choose(Choice &choice) {
  transformer::AttentionOp op = choice.op;
  auto decline = [&](const Twine &reason) -> LogicalResult {
    choice.reason = reason.str();
    return failure();
  };
  std::vector<HeadSample> samples;
  double energy = 0;
  if (strategy == ClipStrategy::Calibrated || bits == ClipBits::Auto)
    for (int64_t head = 0, end = op.getHeads(); head < end; ++head) {
      FailureOr<HeadSample> sample = HeadSample::create(op, head, decline);
      if (failed(sample))
        return;
      energy += sample->getEnergy();
      samples.push_back(std::move(*sample));
    }
  for (unsigned clipBits : getBits()) {
    FailureOr<ClipAttr> clip = findClip(op, clipBits, samples, decline);
    if (failed(clip))
      return;
    Candidate candidate{*clip, std::nullopt};
    if (!samples.empty()) {
      double error = 0;
      for (auto [head, sample] : llvm::enumerate(samples))
        error += sample.getError(*clip, head % clip->getHeads());
      candidate.error = energy > 0 ? error / energy : 0;
    }
    choice.candidates.push_back(candidate);
  }
}

LogicalResult TransformerClipSoftmax::spend(MutableArrayRef<Choice> choices) {
  SmallVector<Choice *> clipped;
  for (Choice &choice : choices)
    if (!choice.candidates.empty())
      clipped.push_back(&choice);
  double left = 0;
  for (Choice *choice : clipped)
    left += *choice->get().error / clipped.size();
  // One bit more where it takes most of the error away, while there is some.
  while (left > budget) {
    auto gain = [&](Choice *choice) {
      if (choice->chosen + 1 == choice->candidates.size())
        return 0.0;
      return *choice->get().error -
             *choice->candidates[choice->chosen + 1].error;
    };
    Choice *best = *llvm::max_element(
        clipped, [&](Choice *a, Choice *b) { return gain(a) < gain(b); });
    if (gain(best) <= 0)
      return emitError(getOperation().getLoc())
             << "expects a budget that 4 bits can meet, got "
             << showNumber(budget) << ", and an error of " << showNumber(left)
             << " is left";
    left -= gain(best) / clipped.size();
    ++best->chosen;
  }
  return success();
}

void TransformerClipSoftmax::clipSoftmax(transformer::SoftmaxOp op) {
  if (strategy != ClipStrategy::Fixed) {
    remark::missed(
        op.getLoc(),
        remark::RemarkOpts::name("NotClipped").category(getArgument()))
        << "not clipped, since there are no statistics of its scores";
    return;
  }
  op.setClipAttr(ClipAttr::get(&getContext(), getBits().back(),
                               DenseF64ArrayAttr::get(&getContext(), {at}),
                               floor, rounding, /*table=*/{}, width,
                               /*thresholds=*/{}));
}

void TransformerClipSoftmax::apply(const Choice &choice) {
  transformer::AttentionOp op = choice.op;
  if (choice.candidates.empty()) {
    remark::missed(
        op.getLoc(),
        remark::RemarkOpts::name("NotClipped").category(getArgument()))
        << "not clipped, since " + choice.reason;
    return;
  }
  const Candidate &candidate = choice.get();
  op.setClipAttr(candidate.clip);
  auto clips = llvm::map_to_vector(
      llvm::seq(candidate.clip.getHeads()),
      [&](int64_t head) { return candidate.clip.getClip(head); });
  auto remark = remark::passed(
      op.getLoc(), remark::RemarkOpts::name("Clipped").category(getArgument()));
  remark << "clipped its softmax"
         << remark::metric("bits", candidate.clip.getBits())
         << remark::metric("lowest", *llvm::min_element(clips))
         << remark::metric("highest", *llvm::max_element(clips));
  if (candidate.error)
    remark << remark::metric("error", *candidate.error);
}

/// Nothing else reads whole texts, and they are larger than all else.
static void dropSequences(ModuleOp module) {
  module.walk([](transformer::ObserveOp op) {
    StatisticsAttr all = op.getStatisticsAttr();
    if (all && all.getSequences())
      op.setStatisticsAttr(StatisticsAttr::get(
          op.getContext(), all.getCount(), all.getMin(), all.getMax(),
          all.getMean(), all.getDeviation(), all.getAbsmax(), all.getRows(),
          /*sequences=*/{}));
  });
}

void TransformerClipSoftmax::runOnOperation() {
  if (failed(checkOptions()))
    return signalPassFailure();
  std::vector<Choice> choices;
  getOperation().walk(
      [&](transformer::AttentionOp op) { choices.push_back({op, {}, {}, 0}); });
  std::optional<Progress> progress;
  if (strategy == ClipStrategy::Calibrated)
    progress.emplace("attentions", choices.size());
  parallelFor(&getContext(), 0, choices.size(), [&](size_t index) {
    choose(choices[index]);
    if (progress)
      progress->advance();
  });
  bool hasClip = llvm::any_of(
      choices, [](const Choice &choice) { return !choice.candidates.empty(); });
  if (!choices.empty() && !hasClip) {
    emitError(getOperation().getLoc())
        << "expects statistics of one attention at least, got none: "
        << choices.front().reason;
    return signalPassFailure();
  }
  if (bits == ClipBits::Auto && failed(spend(choices)))
    return signalPassFailure();
  for (const Choice &choice : choices)
    apply(choice);
  getOperation().walk([&](transformer::SoftmaxOp op) { clipSoftmax(op); });
  dropSequences(getOperation());
}
