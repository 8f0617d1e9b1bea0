//===- PackAccumulators.cpp - Sums of exponentials from packed codes ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/IQuant/IQuant.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_PACKACCUMULATORS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

namespace {
struct PackAccumulators
    : public iquant::impl::PackAccumulatorsBase<PackAccumulators> {
  using PackAccumulatorsBase::PackAccumulatorsBase;

  void runOnOperation() override {
    unsigned packed = 0;
    getOperation()->walk([&](Operation *op) {
      TypeSwitch<Operation *>(op).Case<SoftmaxOp, AttentionOp>([&](auto op) {
        if (!op.getTable())
          return miss(op, "the exponentials come from no table of few entries");
        if (op.getTable()->getCodesPerByte() == 1)
          return miss(op, "a byte has no room for two codes");
        if (form == AccumulatorForm::Elements) {
          op.removePackedSumAttr();
          return;
        }
        op.setPackedSum(form == AccumulatorForm::Table ? PackedSum::Table
                                                       : PackedSum::Counts);
        ++packed;
      });
    });
    remark::passed(getOperation().getLoc(), remarkOptions())
        << remark::add("chose how exponentials are added up")
        << remark::metric("PackedSums", packed);
  }

private:
  remark::RemarkOpts remarkOptions() {
    return remark::RemarkOpts::name("PackAccumulators").category(getArgument());
  }
  void miss(Operation *op, const char *reason) {
    remark::missed(op->getLoc(), remarkOptions()) << remark::add(reason);
  }
};
} // namespace
