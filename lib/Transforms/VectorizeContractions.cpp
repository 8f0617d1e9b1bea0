//===- VectorizeContractions.cpp - Matrix products as vector loops --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractionEmitter.h"

#include "iquant/Target/MatrixInstruction.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_VECTORIZECONTRACTIONS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using iquant::Contraction;
using iquant::ContractionEmitter;

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

namespace {
struct VectorizeContractions
    : public iquant::impl::VectorizeContractionsBase<VectorizeContractions> {
  using VectorizeContractionsBase::VectorizeContractionsBase;

  void runOnOperation() override {
    FailureOr<unsigned> width =
        iquant::chooseVectorBits(getOperation(), vectorBits);
    if (failed(width))
      return signalPassFailure();
    auto options = remark::RemarkOpts::name("VectorizeContractions")
                       .category(getArgument())
                       .function(getOperation().getName());
    getOperation().walk([&](linalg::GenericOp op) {
      StringRef reason;
      FailureOr<Contraction> matched = Contraction::match(op, reason);
      if (failed(matched)) {
        if (linalg::isaContractionOpInterface(op))
          remark::missed(op.getLoc(), options)
              << remark::add("a contraction stays a scalar loop: {0}", reason);
        return;
      }
      remark::passed(op.getLoc(), options)
          << remark::add("a {0} of rows became vector loops",
                         matched->isWeightedSum ? "weighted sum" : "product");
      ImplicitLocOpBuilder builder(op.getLoc(), op);
      ContractionEmitter(builder, *matched, *width).emit();
      op.erase();
    });
  }
};
} // namespace
