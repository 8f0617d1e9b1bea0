//===- Passes.h - Transform passes  -----------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares and registers the passes that work within one level of IR.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TRANSFORMS_PASSES_H
#define IQUANT_TRANSFORMS_PASSES_H

#include "dialects/IQuant/IQuant.h"
#include "dialects/Transformer/Transformer.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::iquant {

/// Where `transformer-fold-smoothing` has its scales from.
enum class SmoothingStrategy { Alpha, Search, File };

/// How `transformer-clip-softmax` finds clips.
enum class ClipStrategy { Fixed, ExaqRule, ExaqMse, Calibrated };
/// The bits of its codes; `Auto` finds them for each attention.
enum class ClipBits {
  Auto = 0,
  Two = 2,
  Three = 3,
  Four = 4,
  Five = 5,
  Eight = 8
};

/// How `iquant-pack-accumulators` has exponentials added up.
enum class AccumulatorForm { Elements, Table, Counts };

#define GEN_PASS_DECL
#include "iquant/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "iquant/Transforms/Passes.h.inc"

} // namespace mlir::iquant

#endif // IQUANT_TRANSFORMS_PASSES_H
