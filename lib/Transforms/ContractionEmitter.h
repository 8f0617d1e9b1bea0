//===- ContractionEmitter.h - Vector loops of a matrix product --*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// No operand needs packing. In a product of rows both operands are contiguous
// along the reduction, so a tile's accumulators are vectors of partial sums
// along k, and horizontal sums of four at a time end the tile. In a weighted
// sum of rows the rows are contiguous along n, and so are the accumulators.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_CONTRACTIONEMITTER_H
#define IQUANT_LIB_TRANSFORMS_CONTRACTIONEMITTER_H

#include "Contraction.h"
#include "LoopEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::iquant {

/// Emits the loops of one contraction of buffers.
class ContractionEmitter : LoopEmitter {
public:
  ContractionEmitter(ImplicitLocOpBuilder &builder, const Contraction &matched,
                     unsigned vectorBits)
      : LoopEmitter(builder), contraction(matched), lanes(vectorBits / 32),
        step(matched.isFloat() ? lanes : 2 * lanes),
        registers(vectorBits == 512 ? 32 : 16) {}

  void emit() {
    if (contraction.isWeightedSum)
      emitWeightedSum();
    else
      emitProduct();
  }

private:
  void emitProduct();
  void emitWeightedSum();
  Value size(Value buffer, int64_t dimension) {
    return b.createOrFold<memref::DimOp>(buffer, dimension);
  }

  /// The rows from `from` to `to`, at most `tile` of them at a time.
  void emitRows(Value from, Value to, int64_t tile,
                function_ref<void(Value, int64_t)> body);

  /// Asks for a row of b, unless it is so long that it is a stream of its own.
  void prefetchRow(Value row);
  void emitTile(Value m, Value n, int64_t rows, int64_t columns);
  void addHorizontally(ValueRange sums, Value row, Value column);
  Value loadVector(Value buffer, Value row, Value k, Value mask,
                   bool isUnsigned);
  Value multiplyAdd(Value x, Value y, Value sum);
  SmallVector<Value> emitStep(Value m, Value n, int64_t rows, int64_t columns,
                              Value k, Value mask, ValueRange sums);

  /// The most rows in a tile of a weighted sum: with their sums, the vectors of
  /// b and one of a fill the registers.
  int64_t sumTile() const {
    return (registers - fewVectors() - 1) / fewVectors();
  }
  /// Vectors of columns in a tile of so many rows: twice as many if there are
  /// registers for their sums and the columns are a multiple of them.
  int64_t sumVectors(int64_t rows) const;
  int64_t fewVectors() const { return registers / 8; }
  /// Rows of b that a step of a weighted sum adds.
  int64_t rowsPerStep() const { return contraction.isFloat() ? 1 : 2; }

  /// What a weighted sum does with one step of k: one for floats, a pair for
  /// integers, of which the second may not exist.
  struct SumStep {
    Value k;
    bool isPair;
  };
  /// Some steps of k.
  struct SumRange {
    Value from, to;
  };
  /// In the step of row `k` of a block: asks for a part of the next block's
  /// rows, so that all steps together, for all columns, ask for all of them.
  void prefetchNextBlock(Value column, int64_t vectors, Value k,
                         const SumRange &range);
  void emitSumTile(Value m, Value n, int64_t rows, int64_t vectors,
                   SumRange range, Value mask);
  Value loadWeights(Value row, SumStep at);
  SmallVector<Value> loadRows(Value column, int64_t vectors, SumStep at,
                              Value mask);
  SmallVector<Value> emitSumStep(Value m, Value n, int64_t rows,
                                 int64_t vectors, SumStep at, Value mask,
                                 ValueRange sums);
  Value load(VectorType type, Value buffer, ValueRange position, Value mask);
  Value widen(Value vector, bool isUnsigned);

  const Contraction &contraction;
  /// Sums in one register, and elements of k that one step consumes.
  int64_t lanes, step;
  /// How many there are.
  int64_t registers;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_CONTRACTIONEMITTER_H
