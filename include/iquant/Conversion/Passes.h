//===- Passes.h - Conversion passes -----------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares and registers the passes that convert between levels of IR.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_CONVERSION_PASSES_H
#define IQUANT_CONVERSION_PASSES_H

#include "dialects/IQuant/IQuant.h"
#include "dialects/Transformer/Transformer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::iquant {

/// Where `convert-transformer-to-iquant` has exponentials from: tables, or a
/// form that another system published.
enum class ExponentialRule {
  Table,
  DiExp,
  DiExpGuarded,
  DiClipped,
  DiClippedGuarded,
  IBert
};
/// And the sigmoid of gates, and the error function of GELU.
enum class SigmoidRule { Branches, RowMaximum };
enum class ErfRule { Sigmoid, IBert };

#define GEN_PASS_DECL
#include "iquant/Conversion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "iquant/Conversion/Passes.h.inc"

} // namespace mlir::iquant

#endif // IQUANT_CONVERSION_PASSES_H
