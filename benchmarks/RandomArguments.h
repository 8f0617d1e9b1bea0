//===- RandomArguments.h - Operands to time ops on --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes arguments for functions with the magnitudes that models have.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_BENCHMARKS_RANDOMARGUMENTS_H
#define IQUANT_BENCHMARKS_RANDOMARGUMENTS_H

#include "iquant/Reference/RuntimeValue.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <random>

namespace mlir::iquant {

class RandomArguments {
public:
  /// Every dynamic size becomes `rows`; the codes of weights lie in
  /// -`weightBound` .. `weightBound`.
  explicit RandomArguments(int64_t rows, int64_t weightBound = 127)
      : rows(rows), weightBound(weightBound) {}

  /// Makes arguments for a function, which then takes them as tensors, whose
  /// elements nobody looks at before a call; those of static shapes become
  /// constants.
  SmallVector<reference::RuntimeValue> make(func::FuncOp function);

private:
  reference::Tensor makeTensor(RankedTensorType type, int64_t low,
                               int64_t high);
  reference::RuntimeValue makeValue(Type type);

  int64_t rows, weightBound;
  std::mt19937_64 randomBits{1};
};

} // namespace mlir::iquant

#endif // IQUANT_BENCHMARKS_RANDOMARGUMENTS_H
