//===- ConvertIQuantToLinalg.cpp - Integer ops to linalg ---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Conversion/Passes.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_CONVERTIQUANTTOLINALG
#include "iquant/Conversion/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

namespace {
struct ConvertIQuantToLinalg : public iquant::impl::ConvertIQuantToLinalgBase<ConvertIQuantToLinalg> {
  void runOnOperation() override {}
};
} // namespace
