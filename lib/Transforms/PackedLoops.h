//===- PackedLoops.h - Loops over packed tiles ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares loops that pack parts of b to the tiles that a matrix instruction
// reads, as weights are from the start, and multiply rows of a with them while
// they are in the first-level cache.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_PACKEDLOOPS_H
#define IQUANT_LIB_TRANSFORMS_PACKEDLOOPS_H

#include "Contraction.h"
#include "LoopEmitter.h"

#include "iquant/Target/MatrixInstruction.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::iquant {

/// The loops over the full tiles of one contraction.
class PackedLoops : LoopEmitter {
public:
  /// Why a contraction has no such loops; empty if it has.
  static StringRef getReason(const Contraction &contraction,
                             const MatrixInstruction &instruction);

  PackedLoops(ImplicitLocOpBuilder &builder, const Contraction &contraction,
              const MatrixInstruction &instruction);

  /// Of how many rows of b, which are columns of a product, `emit` takes
  /// multiples.
  int64_t getUnit() const;

  /// Adds to c what the first `rows` rows of a, a multiple of the
  /// instruction's, and the first `extent` rows of b give.
  void emit(Value rows, Value extent);

private:
  /// What is packed: tiles of some columns over some of k.
  struct Part {
    Value firstColumn, firstDepth, depth;
    int64_t tiles;
  };
  /// Some rows of a, and what the instruction reads of them, of which 0 is the
  /// first.
  struct Rows {
    Value first, count, codes;
  };

  Value add(Value x, Value y) { return b.createOrFold<arith::AddIOp>(x, y); }
  Value multiply(Value x, int64_t y) {
    return b.createOrFold<arith::MulIOp>(x, index(y));
  }
  Value load(int64_t size, Value buffer, ValueRange position);

  /// Whether codes of a have the other sign than the instruction wants. Their
  /// highest bit, turned, moves them by 128.
  bool movesCodes() const;
  /// Where step `step` of a tile is packed.
  Value placeOf(Value tile, Value step);

  /// The memory for one block of rows.
  void allocate();
  /// The highest bit of so many codes as are converted at a time.
  Value highestBits();
  void emitProduct(const Rows &rows, Value columns);
  void emitWeightedSum(const Rows &rows, Value depth);

  /// `rows[i][k]`, a vector for each i, as one vector `[k][i]`.
  Value interleave(SmallVector<Value> rows);
  /// Packs rows of b that are columns, or rows of b that are summed up.
  void packColumns(const Part &part);
  void packRows(const Part &part);
  /// The codes of rows of a over the depth of a part.
  Value convertRows(const Rows &rows, const Part &part);

  /// Adds to c the products of rows with `tiles` tiles of a part.
  void multiplyRows(const Rows &rows, const Part &part, Value firstTile,
                    int64_t tiles);
  /// `sums`, row by row, and the products of `count` rows of codes with tiles.
  SmallVector<Value> addProducts(Value codes, Value firstRow, int64_t count,
                                 const Part &part, Value firstTile,
                                 int64_t tiles, ArrayRef<Value> sums);

  const Contraction &contraction;
  const MatrixInstruction &instruction;
  VectorType sumType;
  /// The columns of b: the depth of a product, the columns of a weighted sum.
  int64_t width;
  /// The most of k that is packed at a time, and its steps.
  int64_t mostDepth, mostSteps;
  /// Tiles, `[tile][step][output][input]`, and codes of a as the instruction
  /// takes them; null if they are taken from a.
  Value tileCodes, rowCodes;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_PACKEDLOOPS_H
