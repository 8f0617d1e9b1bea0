//===- ConvertTransformerToIQuant.cpp - Float to integer ops ---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Conversion/Passes.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_CONVERTTRANSFORMERTOIQUANT
#include "iquant/Conversion/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

namespace {
struct ConvertTransformerToIQuant : public iquant::impl::ConvertTransformerToIQuantBase<ConvertTransformerToIQuant> {
  void runOnOperation() override {}
};
} // namespace
