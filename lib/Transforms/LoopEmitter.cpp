//===- LoopEmitter.cpp - Loops over buffers -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopEmitter.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::iquant;

Value LoopEmitter::floorToMultiple(Value value, int64_t factor) {
  if (std::optional<int64_t> known = getConstantIntValue(value))
    return index(*known / factor * factor);
  Value rest = arith::RemUIOp::create(b, value, index(factor));
  return arith::SubIOp::create(b, value, rest);
}

void LoopEmitter::loop(Value from, Value to, int64_t stride,
                       function_ref<void(Value)> body) {
  std::optional<int64_t> first = getConstantIntValue(from),
                         last = getConstantIntValue(to);
  if (from == to || (first && last && *first >= *last))
    return;
  scf::ForOp::create(b, from, to, index(stride), ValueRange(),
                     [&](OpBuilder &, Location, Value iv, ValueRange) {
                       body(iv);
                       scf::YieldOp::create(b);
                     });
}
