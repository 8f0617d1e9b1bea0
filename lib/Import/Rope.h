//===- Rope.h - Rotation frequencies of a checkpoint ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares how the published scalings of rotary positions become frequencies.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_IMPORT_ROPE_H
#define IQUANT_LIB_IMPORT_ROPE_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace mlir::iquant {

/// The frequencies `theta^(-2i / width)` of the channel pairs of a head.
SmallVector<float> getRopeFrequencies(int64_t width, double theta);

/// Linear scaling: as if the positions were `factor` times closer.
void scaleRopeLinearly(MutableArrayRef<float> frequencies, double factor);

/// The scaling that LLaMA 3.1 brought: a wave that fits the original context
/// fewer than `lowFactor` times is stretched by `factor`, one that fits it more
/// than `highFactor` times stays, those between interpolate.
struct Llama3Scaling {
  double factor, lowFactor, highFactor, originalContext;
};
void scaleRope(MutableArrayRef<float> frequencies,
               const Llama3Scaling &scaling);

} // namespace mlir::iquant

#endif // IQUANT_LIB_IMPORT_ROPE_H
