//===- PackedLoops.cpp - Loops over packed tiles --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackedLoops.h"

#include "iquant/Support/CacheLine.h"
#include "iquant/Target/MatrixStep.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::iquant;

/// Rows of a that are multiplied with what is packed.
static constexpr int64_t kRowBlock = 48;
/// The longest rows of b of which tiles stay in the first-level cache with
/// them, and how many a weighted sum packs at a time.
static constexpr int64_t kLongestRow = 256, kSumDepth = 64;
/// Codes of a that are converted at a time.
static constexpr int64_t kConverted = 16;
/// Columns of a weighted sum that are packed at a time.
static constexpr int64_t kPackedColumns = 64;

StringRef PackedLoops::getReason(const Contraction &contraction,
                                 const MatrixInstruction &instruction) {
  auto isByte = [&](Value buffer) {
    return contraction.elementType(buffer).isInteger(8);
  };
  if (!isByte(contraction.a) || !isByte(contraction.b) || contraction.bUnsigned)
    return "its factors are no codes of 8 bits, the second one signed";
  int64_t width = cast<MemRefType>(contraction.b.getType()).getDimSize(1);
  if (ShapedType::isDynamic(width))
    return "the length of its rows is not known";
  if (width > kLongestRow)
    return "its rows are long";
  if (contraction.isWeightedSum)
    return width % instruction.outputs == 0
               ? ""
               : "its columns are no whole number of tiles";
  return width % kConverted == 0 && width % instruction.inputs == 0
             ? ""
             : "its rows are no whole number of steps";
}

PackedLoops::PackedLoops(ImplicitLocOpBuilder &builder,
                         const Contraction &contraction,
                         const MatrixInstruction &instruction)
    : LoopEmitter(builder), contraction(contraction), instruction(instruction),
      sumType(VectorType::get(instruction.outputs, builder.getI32Type())),
      width(cast<MemRefType>(contraction.b.getType()).getDimSize(1)),
      mostDepth(contraction.isWeightedSum ? kSumDepth : width),
      mostSteps(mostDepth / instruction.inputs) {}

int64_t PackedLoops::getUnit() const {
  return contraction.isWeightedSum ? kConverted : instruction.outputs;
}

Value PackedLoops::load(int64_t size, Value buffer, ValueRange position) {
  auto type = VectorType::get(size, contraction.elementType(buffer));
  return vector::LoadOp::create(b, type, buffer, position);
}

bool PackedLoops::movesCodes() const {
  return instruction.rowOperand == (contraction.aUnsigned
                                        ? RowOperand::SignedCodes
                                        : RowOperand::UnsignedCodes);
}

Value PackedLoops::placeOf(Value tile, Value step) {
  return multiply(add(multiply(tile, mostSteps), step),
                  instruction.outputs * instruction.inputs);
}

void PackedLoops::emit(Value rows, Value extent) {
  loop(index(0), rows, kRowBlock, [&](Value first) {
    allocate();
    Value left = b.createOrFold<arith::SubIOp>(rows, first);
    Rows block{first, b.createOrFold<arith::MinUIOp>(left, index(kRowBlock)),
               Value()};
    if (contraction.isWeightedSum)
      emitWeightedSum(block, extent);
    else
      emitProduct(block, extent);
    memref::DeallocOp::create(b, tileCodes);
    if (rowCodes)
      memref::DeallocOp::create(b, rowCodes);
  });
}

void PackedLoops::allocate() {
  auto create = [&](ArrayRef<int64_t> shape, unsigned bits) -> Value {
    auto type = MemRefType::get(shape, b.getIntegerType(bits));
    return memref::AllocOp::create(b, type, b.getI64IntegerAttr(kCacheLine));
  };
  int64_t tiles = contraction.isWeightedSum ? width / instruction.outputs
                                            : instruction.tiles;
  tileCodes = create(tiles * mostDepth * instruction.outputs, 8);
  if (instruction.rowOperand != RowOperand::Differences && !movesCodes())
    return;
  rowCodes = create({kRowBlock + movesCodes(), mostDepth},
                    instruction.getOperandBits());
  if (!movesCodes())
    return;
  // One row more, whose products say what moved codes add to sums.
  loop(index(0), index(mostDepth), kConverted, [&](Value k) {
    vector::StoreOp::create(b, highestBits(), rowCodes,
                            ValueRange{index(kRowBlock), k});
  });
}

Value PackedLoops::highestBits() {
  auto type = VectorType::get(kConverted, b.getI8Type());
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, static_cast<int8_t>(-128)));
}

void PackedLoops::emitProduct(const Rows &rows, Value columns) {
  Part whole{index(0), index(0), index(width), instruction.tiles};
  Rows converted = {rows.first, rows.count, convertRows(rows, whole)};
  auto multiplyColumns = [&](Value from, Value to, int64_t tiles) {
    loop(from, to, tiles * instruction.outputs, [&](Value column) {
      Part part{column, index(0), index(width), tiles};
      packColumns(part);
      multiplyRows(converted, part, index(0), tiles);
    });
  };
  Value full =
      floorToMultiple(columns, instruction.tiles * instruction.outputs);
  multiplyColumns(index(0), full, instruction.tiles);
  if (instruction.tiles != 1)
    multiplyColumns(full, columns, 1);
}

void PackedLoops::emitWeightedSum(const Rows &rows, Value depth) {
  int64_t tiles = width / instruction.outputs, together = instruction.tiles;
  while (tiles % together != 0)
    --together;
  loop(index(0), depth, kSumDepth, [&](Value first) {
    Value left = b.createOrFold<arith::SubIOp>(depth, first);
    Part part{index(0), first,
              b.createOrFold<arith::MinUIOp>(left, index(kSumDepth)), tiles};
    packRows(part);
    Rows converted = {rows.first, rows.count, convertRows(rows, part)};
    loop(index(0), index(tiles), together,
         [&](Value tile) { multiplyRows(converted, part, tile, together); });
  });
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

Value PackedLoops::interleave(SmallVector<Value> rows) {
  // Neighbours in the result are half of the rows apart, in every round.
  while (rows.size() > 1) {
    size_t half = rows.size() / 2;
    for (size_t row = 0; row < half; ++row)
      rows[row] = vector::InterleaveOp::create(b, rows[row], rows[row + half]);
    rows.truncate(half);
  }
  return rows.front();
}

void PackedLoops::packColumns(const Part &part) {
  // A square of words, of which each is what one step takes of a row.
  int64_t steps =
              std::min<int64_t>(instruction.outputs, mostSteps & -mostSteps),
          codes = steps * instruction.inputs;
  auto words = VectorType::get(steps, b.getIntegerType(8 * instruction.inputs));
  auto packed = VectorType::get(codes * instruction.outputs, b.getI8Type());
  loop(index(0), index(part.tiles), 1, [&](Value tile) {
    Value column = add(part.firstColumn, multiply(tile, instruction.outputs));
    loop(index(0), index(mostSteps), steps, [&](Value step) {
      SmallVector<Value> rows;
      for (int64_t output = 0; output < instruction.outputs; ++output) {
        Value row =
            load(codes, contraction.b,
                 {offset(column, output), multiply(step, instruction.inputs)});
        rows.push_back(vector::BitCastOp::create(b, words, row));
      }
      Value result = vector::BitCastOp::create(b, packed, interleave(rows));
      vector::StoreOp::create(b, result, tileCodes, placeOf(tile, step));
    });
  });
}

void PackedLoops::packRows(const Part &part) {
  int64_t columns = std::min(kPackedColumns, width & -width),
          tiles = columns / instruction.outputs,
          codes = instruction.outputs * instruction.inputs;
  loop(index(0), index(width / columns), 1, [&](Value group) {
    loop(index(0), part.depth, instruction.inputs, [&](Value k) {
      SmallVector<Value> rows;
      for (int64_t input = 0; input < instruction.inputs; ++input)
        rows.push_back(load(columns, contraction.b,
                            {offset(add(part.firstDepth, k), input),
                             multiply(group, columns)}));
      Value all = interleave(rows);
      Value step = b.createOrFold<arith::DivUIOp>(k, index(instruction.inputs));
      for (int64_t tile = 0; tile < tiles; ++tile) {
        Value packed = b.createOrFold<vector::ExtractStridedSliceOp>(
            all, tile * codes, codes, 1);
        Value place = placeOf(offset(multiply(group, tiles), tile), step);
        vector::StoreOp::create(b, packed, tileCodes, place);
      }
    });
  });
}

Value PackedLoops::convertRows(const Rows &rows, const Part &part) {
  if (!rowCodes) {
    OpFoldResult one = b.getIndexAttr(1);
    return memref::SubViewOp::create(
        b, contraction.a, ArrayRef<OpFoldResult>{rows.first, part.firstDepth},
        ArrayRef<OpFoldResult>{rows.count, part.depth}, {one, one});
  }
  auto type = VectorType::get(kConverted,
                              b.getIntegerType(instruction.getOperandBits()));
  loop(index(0), rows.count, 1, [&](Value row) {
    loop(index(0), part.depth, kConverted, [&](Value k) {
      Value codes = load(kConverted, contraction.a,
                         {add(rows.first, row), add(part.firstDepth, k)});
      if (movesCodes())
        codes = arith::XOrIOp::create(b, codes, highestBits());
      else if (contraction.aUnsigned)
        codes = arith::ExtUIOp::create(b, type, codes);
      else
        codes = arith::ExtSIOp::create(b, type, codes);
      vector::StoreOp::create(b, codes, rowCodes, ValueRange{row, k});
    });
  });
  return rowCodes;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

void PackedLoops::multiplyRows(const Rows &rows, const Part &part,
                               Value firstTile, int64_t tiles) {
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(sumType));
  SmallVector<Value> starts(tiles, zero);
  if (movesCodes()) {
    starts = addProducts(rowCodes, index(kRowBlock), 1, part, firstTile, tiles,
                         starts);
    for (Value &start : starts)
      start = arith::SubIOp::create(b, zero, start);
  }
  Value column =
      add(part.firstColumn, multiply(firstTile, instruction.outputs));
  loop(index(0), rows.count, instruction.rows, [&](Value firstRow) {
    auto position = [&](size_t sum) -> SmallVector<Value> {
      return {offset(add(rows.first, firstRow), sum / tiles),
              offset(column, sum % tiles * instruction.outputs)};
    };
    SmallVector<Value> sums;
    for (int64_t sum = 0; sum < instruction.rows * tiles; ++sum) {
      Value before = load(instruction.outputs, contraction.c, position(sum));
      if (movesCodes())
        before = arith::AddIOp::create(b, before, starts[sum % tiles]);
      sums.push_back(before);
    }
    sums = addProducts(rows.codes, firstRow, instruction.rows, part, firstTile,
                       tiles, sums);
    for (auto [sum, after] : llvm::enumerate(sums))
      vector::StoreOp::create(b, after, contraction.c, position(sum));
  });
}

SmallVector<Value> PackedLoops::addProducts(Value codes, Value firstRow,
                                            int64_t count, const Part &part,
                                            Value firstTile, int64_t tiles,
                                            ArrayRef<Value> sums) {
  Value steps =
      b.createOrFold<arith::DivUIOp>(part.depth, index(instruction.inputs));
  auto loop = scf::ForOp::create(
      b, index(0), steps, index(1), sums,
      [&](OpBuilder &, Location, Value step, ValueRange carried) {
        SmallVector<Value> factors, next;
        for (int64_t tile = 0; tile < tiles; ++tile) {
          Value codes = load(instruction.outputs * instruction.inputs,
                             tileCodes, placeOf(offset(firstTile, tile), step));
          factors.push_back(widenTile(b, instruction, codes));
        }
        for (int64_t row = 0; row < count; ++row) {
          Value x = widenRow(b, instruction,
                             load(instruction.inputs, codes,
                                  {offset(firstRow, row),
                                   multiply(step, instruction.inputs)}));
          for (Value factor : factors)
            next.push_back(
                createMatrixStep(b, x, factor, carried[next.size()]));
        }
        scf::YieldOp::create(b, next);
      });
  return llvm::to_vector_of<Value>(loop.getResults());
}
