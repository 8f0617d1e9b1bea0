// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes within one level of IR.

#ifndef IQUANT_TRANSFORMS_PASSES_TD
#define IQUANT_TRANSFORMS_PASSES_TD

include "iquant/Transforms/TransformerPasses.td"
include "iquant/Transforms/ProofPasses.td"
include "iquant/Transforms/CpuPasses.td"

#endif // IQUANT_TRANSFORMS_PASSES_TD
