//===- QuantizePipeline.h - From float to proven integers -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass pipeline that turns transformer IR into integer-only iquant IR.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_PIPELINES_QUANTIZEPIPELINE_H
#define IQUANT_PIPELINES_QUANTIZEPIPELINE_H

#include "iquant/Conversion/Passes.h"

#include "mlir/Pass/PassOptions.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace mlir::iquant {

/// What `iquant-quantize-pipeline` folds before a model becomes integers.
enum class Folding { None, Rotation, Smoothing };

/// What keys and values have scales for: each row of a head, found at run time,
/// or each channel, found by calibration.
enum class CacheScales { Token, Channel };

/// The exponentials of softmax and attention: the 8-bit table, or few codes of
/// 2 to 4 bits with the clips of EXAQ's rule or of the calibration, or a form
/// that computes them.
enum class SoftmaxForm {
  Table8,
  Exaq2,
  Exaq3,
  Exaq4,
  Calibrated2,
  Calibrated3,
  Calibrated4,
  Calibrated,
  DiExp,
  DiExpGuarded,
  DiClipped,
  DiClippedGuarded,
  IBert
};

/// Parses one element of a list, to which upstream passes no values on.
struct FoldingParser : public llvm::cl::parser<Folding> {
  using parser::parser;
  /// Adds the values.
  void initialize();
  static void print(llvm::raw_ostream &os, const Folding &folding);
};

struct QuantizePipelineOptions
    : public PassPipelineOptions<QuantizePipelineOptions> {
  Option<int64_t> exponent{
      *this, "exponent",
      llvm::cl::desc("Fraction bits of every activation, 0 .. 24."),
      llvm::cl::init(14)};
  Option<bool> cache{
      *this, "cache",
      llvm::cl::desc("Whether a decoder gets a second function, 'step', that "
                     "continues from caches."),
      llvm::cl::init(true)};
  Option<CacheScales> cacheScales{
      *this, "cache-scales",
      llvm::cl::desc("What 8-bit keys and values have scales for."),
      llvm::cl::init(CacheScales::Token),
      llvm::cl::values(
          clEnumValN(CacheScales::Token, "token",
                     "every row of a head, found at run time"),
          clEnumValN(CacheScales::Channel, "channel",
                     "every channel, static, from the statistics"))};
  Option<SoftmaxForm> softmax{
      *this, "softmax",
      llvm::cl::desc("The exponentials of attention; 'exaq' and 'calibrated' "
                     "need statistics."),
      llvm::cl::init(SoftmaxForm::Table8),
      llvm::cl::values(
          clEnumValN(SoftmaxForm::Table8, "table8", "codes of 8 bits"),
          clEnumValN(SoftmaxForm::Exaq2, "exaq2", "2 bits, EXAQ's rule"),
          clEnumValN(SoftmaxForm::Exaq3, "exaq3", "3 bits, EXAQ's rule"),
          clEnumValN(SoftmaxForm::Exaq4, "exaq4", "4 bits, EXAQ's rule"),
          clEnumValN(SoftmaxForm::Calibrated2, "calibrated2",
                     "2 bits, found on sample texts"),
          clEnumValN(SoftmaxForm::Calibrated3, "calibrated3",
                     "3 bits, found on sample texts"),
          clEnumValN(SoftmaxForm::Calibrated4, "calibrated4",
                     "4 bits, found on sample texts"),
          clEnumValN(SoftmaxForm::Calibrated, "calibrated",
                     "2 to 4 bits, found on sample texts"),
          clEnumValN(SoftmaxForm::DiExp, "di-exp", "I-LLM's, of the scores"),
          clEnumValN(SoftmaxForm::DiExpGuarded, "di-exp-guarded",
                     "the same with guard bits"),
          clEnumValN(SoftmaxForm::DiClipped, "di-clipped",
                     "I-LLM's, of scores clipped to 8 bits"),
          clEnumValN(SoftmaxForm::DiClippedGuarded, "di-clipped-guarded",
                     "the same with guard bits"),
          clEnumValN(SoftmaxForm::IBert, "ibert", "I-BERT's polynomial"))};
  Option<SigmoidRule> sigmoid{
      *this, "sigmoid", llvm::cl::desc("The sigmoid of SiLU and SwiGLU."),
      llvm::cl::init(SigmoidRule::Branches),
      llvm::cl::values(clEnumValN(SigmoidRule::Branches, "branches",
                                  "of each element by its sign"),
                       clEnumValN(SigmoidRule::RowMaximum, "row-maximum",
                                  "I-LLM's, by the largest of a row"))};
  Option<ErfRule> erf{
      *this, "erf", llvm::cl::desc("The error function of GELU."),
      llvm::cl::init(ErfRule::Sigmoid),
      llvm::cl::values(
          clEnumValN(ErfRule::Sigmoid, "sigmoid", "a sigmoid of a polynomial"),
          clEnumValN(ErfRule::IBert, "ibert", "I-BERT's polynomial"))};
  Option<int64_t> rowGroup{
      *this, "row-group",
      llvm::cl::desc("Most channels of a linear's input that share an "
                     "exponent, 0 for whole rows."),
      llvm::cl::init(384)};
  Option<bool> maskArguments{
      *this, "mask-arguments",
      llvm::cl::desc("Whether float arguments that are added to scores are "
                     "masks, as raise-to-transformer takes them."),
      llvm::cl::init(false)};
  Option<int64_t> maxPositions{
      *this, "max-positions",
      llvm::cl::desc("How many positions a rotation has whose positions are "
                     "not known, as raise-to-transformer takes them; 0 for "
                     "none."),
      llvm::cl::init(0)};
  Option<bool> floatIslands{
      *this, "float-islands",
      llvm::cl::desc("Whether ops that have no integer form stay in floats, as "
                     "convert-transformer-to-iquant leaves them; nothing is "
                     "proven integer-only then."),
      llvm::cl::init(false)};
  ListOption<Folding, FoldingParser> fold{
      *this, "fold",
      llvm::cl::desc("What to fold before, in the pipeline's order, whatever "
                     "that of the list; nothing by default.")};
  Option<std::string> statistics{
      *this, "statistics",
      llvm::cl::desc("File of 'quant-run calibrate', for smoothing and "
                     "static scales.")};
  Option<std::string> scales{
      *this, "scales",
      llvm::cl::desc("File of scales for smoothing, instead of statistics.")};
};

/// Appends the passes from transformer IR to iquant IR, and the proofs that no
/// float is left and that no accumulator can overflow.
void buildQuantizePipeline(OpPassManager &pm,
                           const QuantizePipelineOptions &options);

/// Registers `iquant-quantize-pipeline`.
void registerQuantizePipeline();

} // namespace mlir::iquant

#endif // IQUANT_PIPELINES_QUANTIZEPIPELINE_H
