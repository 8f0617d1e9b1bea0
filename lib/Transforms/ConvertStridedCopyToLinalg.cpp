//===- ConvertStridedCopyToLinalg.cpp - Copies without a runtime ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Transforms/Passes.h"

#include "mlir/Dialect/MemRef/Utils/MemRefUtils.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_CONVERTSTRIDEDCOPYTOLINALG
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;

/// Whether a copy of such memory is one block of bytes.
static bool isContiguous(Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  return type.getLayout().isIdentity() ||
         memref::isStaticShapeAndContiguousRowMajor(type);
}

namespace {
struct ConvertStridedCopyToLinalg
    : public iquant::impl::ConvertStridedCopyToLinalgBase<
          ConvertStridedCopyToLinalg> {
  void runOnOperation() override {
    getOperation().walk([](memref::CopyOp op) {
      if (!isa<MemRefType>(op.getSource().getType()) ||
          !isa<MemRefType>(op.getTarget().getType()) ||
          (isContiguous(op.getSource()) && isContiguous(op.getTarget())))
        return;
      OpBuilder builder(op);
      linalg::CopyOp::create(builder, op.getLoc(), op.getSource(),
                             op.getTarget());
      op.erase();
    });
  }
};
} // namespace
