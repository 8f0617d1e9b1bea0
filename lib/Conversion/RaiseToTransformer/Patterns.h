//===- Patterns.h - What is raised ------------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The patterns, a file for each family of ops.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_PATTERNS_H
#define IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_PATTERNS_H

#include "Site.h"

namespace mlir::iquant::raise {

Raised raiseEmbedding(Site &site);
Raised raiseLinear(Site &site);
Raised raiseBias(Site &site);
Raised raiseSoftmax(Site &site);
Raised raiseNorm(Site &site);
Raised raiseNormParameters(Site &site);
Raised raiseScaleOfHeads(Site &site);
Raised raiseSilu(Site &site);
Raised raiseSwiGlu(Site &site);
Raised raiseGelu(Site &site);
Raised raiseRelu(Site &site);
Raised raiseGate(Site &site);
Raised raiseScale(Site &site);
Raised raiseMeanPool(Site &site);
Raised raiseIdentity(Site &site);
Raised raiseAdd(Site &site);
Raised raiseRope(Site &site);
Raised raiseAttention(Site &site);
Raised raiseFlashAttention(Site &site);
Raised raiseInlinedAttention(Site &site);

} // namespace mlir::iquant::raise

#endif // IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_PATTERNS_H
