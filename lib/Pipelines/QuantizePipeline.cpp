//===- QuantizePipeline.cpp - From float to proven integers ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Pipelines/QuantizePipeline.h"

#include "iquant/Conversion/Passes.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void iquant::FoldingParser::initialize() {
  addLiteralOption("none", Folding::None, "nothing");
  addLiteralOption("rotation", Folding::Rotation,
                   "norm scales, and rotations of stream and heads");
  addLiteralOption("smoothing", Folding::Smoothing,
                   "scales between activations and weights");
}

void iquant::FoldingParser::print(llvm::raw_ostream &os,
                                  const Folding &folding) {
  switch (folding) {
  case Folding::None:
    os << "none";
    return;
  case Folding::Rotation:
    os << "rotation";
    return;
  case Folding::Smoothing:
    os << "smoothing";
    return;
  }
}

/// How a softmax of this form is clipped, if it is.
static std::optional<std::pair<iquant::ClipStrategy, iquant::ClipBits>>
getClipping(iquant::SoftmaxForm form) {
  using iquant::ClipBits, iquant::ClipStrategy, iquant::SoftmaxForm;
  switch (form) {
  case SoftmaxForm::Table8:
  case SoftmaxForm::DiExp:
  case SoftmaxForm::DiExpGuarded:
  case SoftmaxForm::DiClipped:
  case SoftmaxForm::DiClippedGuarded:
  case SoftmaxForm::IBert:
    return std::nullopt;
  case SoftmaxForm::Exaq2:
    return {{ClipStrategy::ExaqRule, ClipBits::Two}};
  case SoftmaxForm::Exaq3:
    return {{ClipStrategy::ExaqRule, ClipBits::Three}};
  case SoftmaxForm::Exaq4:
    return {{ClipStrategy::ExaqRule, ClipBits::Four}};
  case SoftmaxForm::Calibrated2:
    return {{ClipStrategy::Calibrated, ClipBits::Two}};
  case SoftmaxForm::Calibrated3:
    return {{ClipStrategy::Calibrated, ClipBits::Three}};
  case SoftmaxForm::Calibrated4:
    return {{ClipStrategy::Calibrated, ClipBits::Four}};
  case SoftmaxForm::Calibrated:
    return {{ClipStrategy::Calibrated, ClipBits::Auto}};
  }
  llvm_unreachable("every form is above");
}

/// What computes the exponentials of a softmax of this form.
static iquant::ExponentialRule getExponentialRule(iquant::SoftmaxForm form) {
  using iquant::ExponentialRule, iquant::SoftmaxForm;
  switch (form) {
  case SoftmaxForm::DiExp:
    return ExponentialRule::DiExp;
  case SoftmaxForm::DiExpGuarded:
    return ExponentialRule::DiExpGuarded;
  case SoftmaxForm::DiClipped:
    return ExponentialRule::DiClipped;
  case SoftmaxForm::DiClippedGuarded:
    return ExponentialRule::DiClippedGuarded;
  case SoftmaxForm::IBert:
    return ExponentialRule::IBert;
  default:
    return ExponentialRule::Table;
  }
}

void iquant::buildQuantizePipeline(OpPassManager &pm,
                                   const QuantizePipelineOptions &options) {
  // A model of another compiler becomes one of this dialect, whatever comes
  // then; one of this dialect stays as it is.
  pm.addPass(
      createRaiseToTransformer({options.maskArguments, options.maxPositions}));

  // Statistics are of the model as it was calibrated.
  if (!options.statistics.empty()) {
    pm.addPass(createTransformerInsertObservers());
    pm.addPass(createTransformerAttachStatistics({options.statistics}));
  }
  // Clips are those of the scores and values of the statistics; foldings drop
  // these, and leave scores as they are.
  if (auto clipping = getClipping(options.softmax)) {
    TransformerClipSoftmaxOptions clip;
    std::tie(clip.strategy, clip.bits) = *clipping;
    pm.addPass(createTransformerClipSoftmax(clip));
  }
  // Ranges are those of the statistics, which foldings drop.
  if (options.cacheScales == CacheScales::Channel)
    pm.addPass(createTransformerFoldCacheScales());
  // Foldings change constants, before anything reads or copies them. What is
  // rotated has no statistics any more, and needs no smoothing.
  if (llvm::is_contained(options.fold, Folding::Rotation))
    pm.addPass(createTransformerFoldRotation());
  if (llvm::is_contained(options.fold, Folding::Smoothing)) {
    TransformerFoldSmoothingOptions smoothing;
    smoothing.rowGroup = options.rowGroup;
    smoothing.file = options.scales;
    if (!options.scales.empty())
      smoothing.strategy = SmoothingStrategy::File;
    pm.addPass(createTransformerFoldSmoothing(smoothing));
  }

  // The copy of the decoder reads the same constants, which the conversion
  // makes integers once; what changes constants comes before.
  if (options.cache)
    pm.addPass(createTransformerAddCache());
  ConvertTransformerToIQuantOptions conversion;
  conversion.exponent = options.exponent;
  conversion.rowGroup = options.rowGroup;
  conversion.softmax = getExponentialRule(options.softmax);
  conversion.sigmoid = options.sigmoid;
  conversion.erf = options.erf;
  conversion.floatIslands = options.floatIslands;
  pm.addPass(createConvertTransformerToIQuant(conversion));
  // Equal parameters of different ops become one.
  pm.addPass(createCSEPass());

  // The proofs stand last: whatever a pass before them gets wrong, a float or
  // an overflow does not leave the compiler unnoticed.
  if (!options.floatIslands)
    pm.addPass(createVerifyIntegerOnly());
  pm.addPass(createVerifyAccumulatorRange());
}

void iquant::registerQuantizePipeline() {
  PassPipelineRegistration<QuantizePipelineOptions>(
      "iquant-quantize-pipeline",
      "Turn transformers into iquant IR, proven integer-only and free of "
      "overflow",
      buildQuantizePipeline);
}
