//===- ParallelLoop.cpp - Loops whose steps come in any order -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/ParallelLoop.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

Value mlir::iquant::fillInParallel(
    ImplicitLocOpBuilder &b, Value tensor, ArrayRef<OpFoldResult> ends,
    ArrayRef<OpFoldResult> steps,
    function_ref<FilledPart(ValueRange position, Value tensor)> body) {
  SmallVector<OpFoldResult> starts(ends.size(), b.getIndexAttr(0));
  auto loops = scf::ForallOp::create(b, starts, ends, steps, tensor,
                                     /*mapping=*/std::nullopt);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loops.getBody());
  Value whole = loops.getRegionOutArgs().front();
  FilledPart filled = body(loops.getInductionVars(), whole);
  SmallVector<OpFoldResult> strides(filled.sizes.size(), b.getIndexAttr(1));
  b.setInsertionPointToStart(loops.getTerminator().getBody());
  tensor::ParallelInsertSliceOp::create(b, filled.part, whole, filled.offsets,
                                        filled.sizes, strides);
  return loops.getResult(0);
}
