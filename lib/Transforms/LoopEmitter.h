//===- LoopEmitter.h - Loops over buffers -----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares what emitters of loops over buffers have in common.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_LOOPEMITTER_H
#define IQUANT_LIB_TRANSFORMS_LOOPEMITTER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::iquant {

class LoopEmitter {
protected:
  explicit LoopEmitter(ImplicitLocOpBuilder &builder) : b(builder) {}

  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value offset(Value base, int64_t distance) {
    return distance == 0 ? base
                         : b.createOrFold<arith::AddIOp>(base, index(distance));
  }
  /// The largest multiple of `factor` that is at most `value`.
  Value floorToMultiple(Value value, int64_t factor);
  /// `scf.for` from `from` to `to`; not emitted when it is known to be empty.
  void loop(Value from, Value to, int64_t stride,
            function_ref<void(Value)> body);

  ImplicitLocOpBuilder &b;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_LOOPEMITTER_H
