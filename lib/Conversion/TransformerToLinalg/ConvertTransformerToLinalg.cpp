//===- ConvertTransformerToLinalg.cpp - Float ops to linalg ---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Conversion/Passes.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_CONVERTTRANSFORMERTOLINALG
#include "iquant/Conversion/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

namespace {
struct ConvertTransformerToLinalg : public iquant::impl::ConvertTransformerToLinalgBase<ConvertTransformerToLinalg> {
  void runOnOperation() override {}
};
} // namespace
