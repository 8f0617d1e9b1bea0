//===- QuantizePipeline.h - From float to proven integers -------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass pipeline that turns transformer IR into integer-only iquant IR.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_PIPELINES_QUANTIZEPIPELINE_H
#define IQUANT_PIPELINES_QUANTIZEPIPELINE_H

#include "mlir/Pass/PassOptions.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace mlir::iquant {

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
  Option<int64_t> rowGroup{
      *this, "row-group",
      llvm::cl::desc("Most channels of a linear's input that share an "
                     "exponent, 0 for whole rows."),
      llvm::cl::init(384)};
};

/// Appends the passes from transformer IR to iquant IR, and the proofs that no
/// float is left and that no accumulator can overflow.
void buildQuantizePipeline(OpPassManager &pm,
                           const QuantizePipelineOptions &options);

/// Registers `iquant-quantize-pipeline`.
void registerQuantizePipeline();

} // namespace mlir::iquant

#endif // IQUANT_PIPELINES_QUANTIZEPIPELINE_H
