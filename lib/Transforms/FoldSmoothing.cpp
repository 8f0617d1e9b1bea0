//===- FoldSmoothing.cpp - Channel scales between activations and weights -===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantFolding.h"
#include "Mismatches.h"
#include "SmoothingPlaces.h"
#include "SmoothingRule.h"
#include "SmoothingSearch.h"

#include "iquant/Calibration/ScaleFile.h"
#include "iquant/Support/Json.h"
#include "iquant/Support/OutputFile.h"
#include "iquant/Support/Progress.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"
#include "mlir/IR/Threading.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_TRANSFORMERFOLDSMOOTHING
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::transformer;

/// The search tries all multiples of this from 0 to 1.
static constexpr double kAlphaStep = 0.05;

namespace {
/// What a strategy chose for a place.
struct Choice {
  /// Empty if the place stays as it is, for this reason.
  std::vector<double> scales;
  std::string reason;
  /// Where the scales come from statistics, the alpha that made them.
  std::optional<double> alpha;
  /// What the search knows: the error of the products around the place, as it
  /// was and with the scales.
  double errorBefore = 0, errorAfter = 0;
};

struct TransformerFoldSmoothing
    : public iquant::impl::TransformerFoldSmoothingBase<
          TransformerFoldSmoothing> {
  using TransformerFoldSmoothingBase::TransformerFoldSmoothingBase;

  void runOnOperation() override;

private:
  LogicalResult checkOptions();
  LogicalResult choose(ArrayRef<SmoothingPlace> places,
                       MutableArrayRef<Choice> choices);
  LogicalResult chooseFromFile(ArrayRef<SmoothingPlace> places,
                               MutableArrayRef<Choice> choices);
  Choice chooseFromStatistics(const SmoothingPlace &place);
  void report(const SmoothingPlace &place, const Choice &choice);
  LogicalResult write(ArrayRef<SmoothingPlace> places,
                      ArrayRef<Choice> choices);
};
} // namespace

//===----------------------------------------------------------------------===//
// Scales from statistics
//===----------------------------------------------------------------------===//

/// Takes the alpha that leaves the smallest error, if it is smaller than
/// without scales.
static void search(const ChannelMagnitudes &magnitudes,
                   const SmoothingError &error, Choice &choice) {
  std::vector<double> none(magnitudes.activations.size(), 1);
  choice.errorBefore = choice.errorAfter = error.evaluate(none);
  choice.alpha = 0;
  choice.reason = "no alpha leaves a smaller error";
  for (int step = 0; step * kAlphaStep <= 1; ++step) {
    std::vector<double> scales = magnitudes.getScales(step * kAlphaStep);
    double left = error.evaluate(scales);
    if (left >= choice.errorAfter)
      continue;
    choice.errorAfter = left;
    choice.alpha = step * kAlphaStep;
    choice.scales = std::move(scales);
  }
}

Choice
TransformerFoldSmoothing::chooseFromStatistics(const SmoothingPlace &place) {
  Choice choice;
  auto decline = [&](const Twine &reason) -> LogicalResult {
    choice.reason = reason.str();
    return failure();
  };
  FailureOr<ChannelMagnitudes> magnitudes =
      ChannelMagnitudes::measure(place, decline);
  if (failed(magnitudes))
    return choice;
  if (strategy == SmoothingStrategy::Alpha) {
    choice.alpha = alpha;
    choice.scales = magnitudes->getScales(alpha);
    return choice;
  }
  FailureOr<SmoothingError> error =
      SmoothingError::create(place, rowGroup, decline);
  if (succeeded(error))
    search(*magnitudes, *error, choice);
  return choice;
}

//===----------------------------------------------------------------------===//
// Scales of a file
//===----------------------------------------------------------------------===//

/// Gives every place its scales; says which have none, which have another
/// number of them, and which scales have no place.
static SmallVector<Mismatch> match(ArrayRef<SmoothingPlace> places,
                                   ScalesByPlace scales,
                                   MutableArrayRef<Choice> choices,
                                   Location module) {
  SmallVector<Mismatch> mismatches;
  for (auto [place, choice] : llvm::zip_equal(places, choices)) {
    auto mismatch = [&, &place = place](const Twine &sentence) {
      mismatches.push_back(
          {place.getLoc(),
           ("place " + quoted(place.getName()) + " " + sentence).str()});
    };
    auto found = scales.find(place.getName());
    if (found == scales.end()) {
      mismatch("has no scales in the file");
      continue;
    }
    choice.scales = std::move(found->second);
    scales.erase(found);
    if (static_cast<int64_t>(choice.scales.size()) != place.getNumScales())
      mismatch("expects " + Twine(place.getNumScales()) + " scales, got " +
               Twine(choice.scales.size()));
  }
  for (const auto &[name, values] : scales)
    mismatches.push_back(
        {module, "place " + quoted(name) + " of the file is not there"});
  return mismatches;
}

LogicalResult
TransformerFoldSmoothing::chooseFromFile(ArrayRef<SmoothingPlace> places,
                                         MutableArrayRef<Choice> choices) {
  ModuleOp module = getOperation();
  llvm::Expected<ScalesByPlace> scales = readScales(file);
  if (!scales)
    return emitError(module.getLoc()) << toString(scales.takeError());
  return checkMismatches(
      module, "the scales", file,
      match(places, std::move(*scales), choices, module.getLoc()));
}

LogicalResult TransformerFoldSmoothing::write(ArrayRef<SmoothingPlace> places,
                                              ArrayRef<Choice> choices) {
  if (output.empty())
    return success();
  // A place that stays as it is has an entry all the same.
  std::vector<std::vector<double>> scales;
  std::vector<NamedScales> entries;
  for (auto [place, choice] : llvm::zip_equal(places, choices)) {
    scales.push_back(choice.scales);
    scales.back().resize(place.getNumScales(), 1);
    entries.emplace_back(place.getName(), scales.back());
  }
  llvm::Error error = writeOutputFile(output, [&](llvm::raw_ostream &out) {
    writeScales(out, entries);
    return llvm::Error::success();
  });
  if (error)
    return emitError(getOperation().getLoc()) << toString(std::move(error));
  return success();
}

//===----------------------------------------------------------------------===//
// Scales that norms could have
//===----------------------------------------------------------------------===//

/// Gives a scale of ones to every op that could have a scale.
static SmallVector<std::pair<ScalesChannelsOpInterface, Value>>
createScales(Operation *root) {
  SmallVector<std::pair<ScalesChannelsOpInterface, Value>> created;
  root->walk([&](ScalesChannelsOpInterface op) {
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    MutableOperandRange scale = op.getChannelScale();
    if (!type || type.getRank() == 0 || !scale.empty() ||
        type.isDynamicDim(type.getRank() - 1))
      return;
    created.emplace_back(
        op, getOrCreateParameter(scale, type.getShape().back(), 1).get());
  });
  return created;
}

/// Removes the scales that are still ones.
static void removeUnusedScales(
    ArrayRef<std::pair<ScalesChannelsOpInterface, Value>> created) {
  for (auto [op, ones] : created) {
    ScalesChannelsOpInterface scaling = op;
    if (scaling.getChannelScale()[0].get() != ones)
      continue;
    scaling.getChannelScale().clear();
    eraseIfUnused(ones);
  }
}

/// Lets a place be as it is whose scales change nothing, so that constants stay
/// shared.
static void dropIdentity(Choice &choice) {
  if (choice.scales.empty() ||
      llvm::any_of(choice.scales, [](double scale) { return scale != 1; }))
    return;
  choice.scales.clear();
  choice.reason = "all scales are 1";
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

LogicalResult TransformerFoldSmoothing::checkOptions() {
  ModuleOp module = getOperation();
  if (!(alpha >= 0 && alpha <= 1))
    return emitError(module.getLoc())
           << "expects an alpha in 0 .. 1, got " << showNumber(alpha);
  if (rowGroup < 0)
    return emitError(module.getLoc())
           << "expects a row group of 0 or more channels, got "
           << rowGroup.getValue();
  if (strategy == SmoothingStrategy::File && file.empty())
    return emitError(module.getLoc(),
                     "expects the option 'file' to name a file of scales");
  return success();
}

LogicalResult
TransformerFoldSmoothing::choose(ArrayRef<SmoothingPlace> places,
                                 MutableArrayRef<Choice> choices) {
  if (strategy == SmoothingStrategy::File)
    return chooseFromFile(places, choices);
  std::optional<Progress> progress;
  if (strategy == SmoothingStrategy::Search)
    progress.emplace("places", places.size());
  parallelFor(&getContext(), 0, places.size(), [&](size_t index) {
    choices[index] = chooseFromStatistics(places[index]);
    if (progress)
      progress->advance();
  });
  bool hasStatistics = llvm::any_of(
      choices, [](const Choice &choice) { return choice.alpha.has_value(); });
  if (places.empty() || hasStatistics)
    return success();
  return emitError(getOperation().getLoc())
         << "expects statistics of one place at least, got none: "
         << choices.front().reason;
}

void TransformerFoldSmoothing::report(const SmoothingPlace &place,
                                      const Choice &choice) {
  if (choice.scales.empty()) {
    remark::missed(
        place.getLoc(),
        remark::RemarkOpts::name("NotSmoothed").category(getArgument()))
        << "not smoothed, since " + choice.reason;
    return;
  }
  auto remark = remark::passed(
      place.getLoc(),
      remark::RemarkOpts::name("Smoothed").category(getArgument()));
  remark << "divided its channels by scales"
         << remark::metric("place", place.getName())
         << remark::metric("scales", choice.scales.size());
  if (choice.alpha)
    remark << remark::metric("alpha", *choice.alpha);
  if (strategy == SmoothingStrategy::Search)
    remark << remark::metric("error", choice.errorBefore)
           << remark::metric("left", choice.errorAfter);
}

void TransformerFoldSmoothing::runOnOperation() {
  if (failed(checkOptions()))
    return signalPassFailure();
  // An op that gets an operand may move the others, to which the analysis has
  // pointers: what might be needed is there before.
  auto created = createScales(getOperation());
  ChannelFreedom freedom(getOperation(), MapFamily::Scales);
  std::vector<SmoothingPlace> places =
      collectSmoothingPlaces(getOperation(), freedom);
  std::vector<Choice> choices(places.size());
  if (failed(choose(places, choices)) || failed(write(places, choices)))
    return signalPassFailure();

  ConstantFolding folding;
  for (auto [place, choice] : llvm::zip_equal(places, choices)) {
    dropIdentity(choice);
    report(place, choice);
    if (!choice.scales.empty())
      place.fold(choice.scales, folding);
  }
  folding.apply(&getContext());
  removeUnusedScales(created);
}
