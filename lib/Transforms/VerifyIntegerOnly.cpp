//===- VerifyIntegerOnly.cpp - Proof of integer-only ---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Transforms/Passes.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_VERIFYINTEGERONLY
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

namespace {
struct VerifyIntegerOnly : public iquant::impl::VerifyIntegerOnlyBase<VerifyIntegerOnly> {
  void runOnOperation() override {}
};
} // namespace
