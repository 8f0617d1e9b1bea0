//===- LinearLoops.h - Linear layers as register-tiled loops ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rule L1. The sums of a block of rows and tiles stay in vector registers over
// the whole of K, or of a group of it; then they are stored, and a loop over
// the block's rows scales them where they lie. A loop over rows rather than
// scaling in registers: the scales would push the sums out of them.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_LINEARLOOPS_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_LINEARLOOPS_H

#include "IntegerBuilder.h"
#include "LinearKernel.h"

#include "iquant/Support/ParallelLoop.h"
#include "iquant/Target/MatrixInstruction.h"

namespace mlir::iquant {

/// Tiles of channels side by side.
struct Columns {
  Value firstTile;
  int64_t tiles;
  /// The channels of the last tile that exist.
  int64_t lastOutputs;
};

class LinearLoops {
public:
  LinearLoops(ImplicitLocOpBuilder &builder, WeightType type,
              const LinearOperands &operands, Value resultExponent,
              const MatrixInstruction &instruction);

  /// The result, `[rows, outputs]`, in the place of `results`.
  Value lower(Value results);

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value add(Value x, int64_t y) {
    return y == 0 ? x : b.createOrFold<arith::AddIOp>(x, index(y));
  }
  Value multiply(Value x, int64_t y) {
    return b.createOrFold<arith::MulIOp>(x, index(y));
  }

  //===--------------------------------------------------------------------===//
  // Operands
  //===--------------------------------------------------------------------===//

  /// Whether the instruction reads codes, from which nobody has taken their
  /// zero points.
  bool readsCodes() const {
    return instruction.rowOperand != RowOperand::Differences;
  }
  /// Whether the instruction reads codes of the other sign, so that they and
  /// their zero points move by 128. As bits of a byte, up and down are one.
  bool movesCodes() const {
    bool wantsSigned = instruction.rowOperand == RowOperand::SignedCodes;
    return readsCodes() && wantsSigned == (operands.zeroPoint != nullptr);
  }
  /// Whether the products are those of codes with zero points, which the sums
  /// of the weight take out of them.
  bool needsSums() const {
    return readsCodes() && (operands.zeroPoint || movesCodes());
  }
  /// The zero point of the codes that the instruction reads.
  Int zeroPointOf(Value row, Value group);
  /// By how much the sum of a group is shifted.
  Int shiftOf(Value row, Value group) {
    return extract(operands.shift, {row, group});
  }
  /// The codes as the instruction takes them, `[rows, steps * inputs]`.
  Value prepareRows();
  /// A row's code, less its zero point, as the instruction takes it.
  Int convertCode(Int code, std::optional<Int> zeroPoint);
  /// The sums of the weight's codes, a row for every group, as far as the last
  /// tile reaches.
  Value prepareSums();
  /// `[rows, used]` that `fill` makes in a destination, with zeros behind it up
  /// to `width`.
  Value fillUp(OpFoldResult rows, int64_t used, int64_t width, Type element,
               function_ref<Value(Value destination)> fill);

  //===--------------------------------------------------------------------===//
  // Steps
  //===--------------------------------------------------------------------===//

  Value read(VectorType type, Value tensor, ValueRange position);
  Value write(Value vector, Value tensor, ValueRange position);
  /// A tile of the weight, `[outputs, inputs]` in 32 bits.
  Value readTile(Value tile, Value step);
  /// The codes of a row that meet a tile, `[inputs]` in 32 bits.
  Value readCodes(Value row, Value step);

  //===--------------------------------------------------------------------===//
  // Blocks
  //===--------------------------------------------------------------------===//

  /// What `results` hold of some columns, filled.
  FilledPart fillColumns(const Columns &columns, Value results);
  /// `results`, those of some columns, with all rows.
  Value fillRows(const Columns &columns, Value results);
  /// `results`, those of some columns, with the sums of `rows` rows, from 1 to
  /// `block`.
  Value writeSums(const Columns &columns, Value firstRow, Value rows,
                  int64_t block, Value results);
  Value writeBlock(const Columns &columns, Value firstRow, int64_t count,
                   Value results);
  /// The sums of a block, row by row.
  SmallVector<Value> sumBlock(const Columns &columns, Value firstRow,
                              int64_t count);
  /// The sums of a group, row by row.
  SmallVector<Value> sumGroup(const Columns &columns, Value firstRow,
                              int64_t count, Value group);
  /// What the sums of a tile and group begin with: half of the unit that they
  /// are rounded to, and what their zero point takes off.
  Value startOf(Value row, Value tile, Value group);
  /// `results`, with a row of sums scaled.
  Value scaleRow(const Columns &columns, Value row, Int smallestExponent,
                 Value results);
  Value scaleChannels(const Columns &columns, Value row, bool high,
                      Value results);
  Int smallestExponent(const Columns &columns);

  /// `results` after `body` at `from`, `from + step`, ... below `to`.
  Value loop(Value from, Value to, int64_t step, Value results,
             function_ref<Value(Value position, Value results)> body);

  /// The channels of a tile that exist.
  int64_t outputsOf(const Columns &columns, int64_t tile) const {
    return tile + 1 == columns.tiles ? columns.lastOutputs
                                     : instruction.outputs;
  }
  VectorType typeOf(const Columns &columns, int64_t tile) const {
    return VectorType::get(outputsOf(columns, tile), b.getI32Type());
  }
  /// The elements of a tensor over channels that belong to a tile.
  Int ofChannels(Value tensor, const Columns &columns, int64_t tile) {
    Value channel = multiply(add(columns.firstTile, tile), instruction.outputs);
    return Int(b, read(typeOf(columns, tile), tensor, channel));
  }
  Int extract(Value tensor, ValueRange position) {
    return Int(b, tensor::ExtractOp::create(b, tensor, position));
  }
  /// `x` for every channel.
  Int repeat(Value x, VectorType type) {
    return Int(b, vector::BroadcastOp::create(b, type, x));
  }
  Int repeat(Value x) { return repeat(x, sumType); }

  ImplicitLocOpBuilder &b;
  const LinearOperands &operands;
  /// An `i32`.
  Value resultExponent;
  const MatrixInstruction &instruction;
  /// The sums of one tile.
  VectorType sumType;
  int64_t outputs, inputs, steps, groups;
  OpFoldResult rowCount;
  Value rows, weight, weightSums;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_LINEARLOOPS_H
