//===- LinearLoops.cpp - Linear layers as register-tiled loops ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinearLoops.h"

#include "LinearScale.h"
#include "RowBuilder.h"
#include "Rules.h"

#include "iquant/Support/Shapes.h"
#include "iquant/Target/MatrixStep.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::iquant;

LinearLoops::LinearLoops(ImplicitLocOpBuilder &builder, WeightType type,
                         const LinearOperands &operands, Value resultExponent,
                         const MatrixInstruction &instruction)
    : b(builder), operands(operands), resultExponent(resultExponent),
      instruction(instruction),
      sumType(VectorType::get(instruction.outputs, builder.getI32Type())),
      outputs(type.getShape()[0]), inputs(type.getShape()[1]),
      steps(type.getCodeShape()[1]), groups(type.getNumGroups()),
      rowCount(sizesOf(builder, operands.codes)[0]) {
  rows = prepareRows();
  weight = joinChannels(builder, operands.weight.codes, 2);
  if (needsSums())
    weightSums = prepareSums();
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

Value LinearLoops::fillUp(OpFoldResult rows, int64_t used, int64_t width,
                          Type element,
                          function_ref<Value(Value destination)> fill) {
  SmallVector<OpFoldResult> sizes = {rows, b.getIndexAttr(width)};
  Value empty = tensor::EmptyOp::create(b, sizes, element);
  if (used == width)
    return fill(empty);
  Value zero = constant(b, element.getIntOrFloatBitWidth(), 0);
  Value zeros = linalg::FillOp::create(b, zero, empty).getResult(0);
  sizes.back() = b.getIndexAttr(used);
  SmallVector<OpFoldResult> offsets(2, b.getIndexAttr(0)),
      strides(2, b.getIndexAttr(1));
  Value part =
      tensor::ExtractSliceOp::create(b, zeros, offsets, sizes, strides);
  return tensor::InsertSliceOp::create(b, fill(part), zeros, offsets, sizes,
                                       strides);
}

Int LinearLoops::convertCode(Int code, std::optional<Int> zeroPoint) {
  if (readsCodes())
    return movesCodes() ? code + 128 : code;
  return zeroPoint ? code.zext(16) - zeroPoint->trunc(16) : code.sext(16);
}

Int LinearLoops::zeroPointOf(Value row, Value group) {
  if (!operands.zeroPoint)
    return constant(b, 32, 128);
  Int zeroPoint = operands.shift ? extract(operands.zeroPoint, {row, group})
                                 : extract(operands.zeroPoint, row);
  return movesCodes() ? zeroPoint - 128 : zeroPoint;
}

Value LinearLoops::prepareRows() {
  int64_t width = steps * instruction.inputs;
  if (readsCodes() && !movesCodes() && width == inputs)
    return operands.codes;
  Type element = b.getIntegerType(instruction.getOperandBits());
  return fillUp(rowCount, inputs, width, element, [&](Value destination) {
    // The zero point of a group belongs to a row of that group's codes.
    SmallVector<int64_t> parts = {groups, inputs / groups};
    bool hasGroups = operands.shift != nullptr;
    auto split = [&](Value tensor) {
      return hasGroups ? splitChannels(b, tensor, parts) : tensor;
    };
    Value codes = split(operands.codes);
    RowBuilder space(b, codes);
    SmallVector<Access> sources = {space.whole(codes)};
    if (operands.zeroPoint && !readsCodes())
      sources.push_back(space.row(operands.zeroPoint));
    Value converted =
        space.write(split(destination), sources, [&](ArrayRef<Int> in) {
          return convertCode(in[0], sources.size() == 2 ? std::optional(in[1])
                                                        : std::nullopt);
        });
    return hasGroups ? joinChannels(b, converted, 2) : converted;
  });
}

Value LinearLoops::prepareSums() {
  int64_t width = llvm::divideCeilSigned(outputs, instruction.outputs) *
                  instruction.outputs;
  return fillUp(
      b.getIndexAttr(groups), outputs, width, b.getI32Type(),
      [&](Value destination) {
        RowBuilder space(b, destination);
        Value sums = operands.weight.sums;
        Access source = space.channel(sums);
        if (operands.shift)
          source = {sums, AffineMap::getPermutationMap(ArrayRef<unsigned>{1, 0},
                                                       b.getContext())};
        return space.write(destination, {source}, [](Int sum) { return sum; });
      });
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

Value LinearLoops::read(VectorType type, Value tensor, ValueRange position) {
  Value padding = constant(b, type.getElementTypeBitWidth(), 0);
  return vector::TransferReadOp::create(b, type, tensor, position, padding,
                                        ArrayRef<bool>{true});
}

Value LinearLoops::write(Value vector, Value tensor, ValueRange position) {
  return vector::TransferWriteOp::create(b, vector, tensor, position,
                                         ArrayRef<bool>{true})
      .getResult();
}

Value LinearLoops::readTile(Value tile, Value step) {
  auto type =
      VectorType::get(instruction.outputs * instruction.inputs, b.getI8Type());
  return widenTile(b, instruction, read(type, weight, {tile, step, index(0)}));
}

Value LinearLoops::readCodes(Value row, Value step) {
  auto type = VectorType::get(instruction.inputs,
                              b.getIntegerType(instruction.getOperandBits()));
  return widenRow(b, instruction,
                  read(type, rows, {row, multiply(step, instruction.inputs)}));
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

Value LinearLoops::loop(
    Value from, Value to, int64_t step, Value results,
    function_ref<Value(Value position, Value results)> body) {
  std::optional<int64_t> first = getConstantIntValue(from),
                         last = getConstantIntValue(to);
  if (first && last && *first >= *last)
    return results;
  auto loop = scf::ForOp::create(
      b, from, to, index(step), results,
      [&](OpBuilder &, Location, Value position, ValueRange carried) {
        scf::YieldOp::create(b, body(position, carried.front()));
      });
  return loop.getResult(0);
}

Value LinearLoops::lower(Value results) {
  int64_t tiles = llvm::divideCeilSigned(outputs, instruction.outputs),
          fullTiles = outputs / instruction.outputs,
          inBlocks = fullTiles - fullTiles % instruction.tiles;
  if (inBlocks > 0)
    results = fillInParallel(b, results, {b.getIndexAttr(inBlocks)},
                             {b.getIndexAttr(instruction.tiles)},
                             [&](ValueRange position, Value results) {
                               return fillColumns({position.front(),
                                                   instruction.tiles,
                                                   instruction.outputs},
                                                  results);
                             });
  if (inBlocks == tiles)
    return results;
  int64_t lastOutputs = outputs - (tiles - 1) * instruction.outputs;
  FilledPart last =
      fillColumns({index(inBlocks), tiles - inBlocks, lastOutputs}, results);
  SmallVector<OpFoldResult> strides(2, b.getIndexAttr(1));
  return tensor::InsertSliceOp::create(b, last.part, results, last.offsets,
                                       last.sizes, strides);
}

FilledPart LinearLoops::fillColumns(const Columns &columns, Value results) {
  int64_t width =
      (columns.tiles - 1) * instruction.outputs + columns.lastOutputs;
  SmallVector<OpFoldResult> offsets = {
      b.getIndexAttr(0),
      getAsOpFoldResult(multiply(columns.firstTile, instruction.outputs))};
  SmallVector<OpFoldResult> sizes = {rowCount, b.getIndexAttr(width)};
  SmallVector<OpFoldResult> strides(2, b.getIndexAttr(1));
  Value part =
      tensor::ExtractSliceOp::create(b, results, offsets, sizes, strides);
  return {fillRows(columns, part), offsets, sizes};
}

Value LinearLoops::fillRows(const Columns &columns, Value results) {
  Value count = getValueOrCreateConstantIndexOp(b, b.getLoc(), rowCount);
  int64_t block = instruction.rows;
  if (std::optional<int64_t> known = getConstantIntValue(count))
    block = std::min(block, *known);
  Int smallest = smallestExponent(columns);
  return loop(index(0), count, block, results, [&](Value first, Value results) {
    Value left = b.createOrFold<arith::SubIOp>(count, first);
    Value rows = b.createOrFold<arith::MinUIOp>(left, index(block));
    results = writeSums(columns, first, rows, block, results);
    return loop(first, b.createOrFold<arith::AddIOp>(first, rows), 1, results,
                [&](Value row, Value results) {
                  return scaleRow(columns, row, smallest, results);
                });
  });
}

Value LinearLoops::writeSums(const Columns &columns, Value firstRow, Value rows,
                             int64_t block, Value results) {
  // An exact kernel for every number of rows that may be left.
  auto cases = llvm::to_vector(llvm::seq<int64_t>(1, block));
  if (std::optional<int64_t> known = getConstantIntValue(rowCount))
    llvm::erase_if(cases, [&](int64_t left) { return left != *known % block; });
  if (cases.empty())
    return writeBlock(columns, firstRow, block, results);
  auto choice = scf::IndexSwitchOp::create(b, results.getType(), rows, cases,
                                           cases.size());
  OpBuilder::InsertionGuard guard(b);
  auto fill = [&](Region &region, int64_t count) {
    b.createBlock(&region);
    scf::YieldOp::create(b, writeBlock(columns, firstRow, count, results));
  };
  for (auto [count, region] : llvm::zip_equal(cases, choice.getCaseRegions()))
    fill(region, count);
  fill(choice.getDefaultRegion(), block);
  return choice.getResult(0);
}

Value LinearLoops::startOf(Value row, Value tile, Value group) {
  Int start(b, arith::ConstantOp::create(b, b.getZeroAttr(sumType)));
  // Of two groups or more, where L1 has a meaning, sums are below 2^30.
  if (operands.shift)
    start = repeat(ushr(1 << shiftOf(row, group), 1));
  if (!needsSums())
    return start;
  Value channel = multiply(tile, instruction.outputs);
  Int ofCodes(b, read(sumType, weightSums, {group, channel}));
  return start - repeat(zeroPointOf(row, group)) * ofCodes;
}

SmallVector<Value> LinearLoops::sumGroup(const Columns &columns, Value firstRow,
                                         int64_t count, Value group) {
  int64_t stepsOfGroup = steps / groups;
  Value first = multiply(group, stepsOfGroup), last = add(first, stepsOfGroup);
  SmallVector<Value> sums;
  for (int64_t row = 0; row < count; ++row)
    for (int64_t tile = 0; tile < columns.tiles; ++tile)
      sums.push_back(
          startOf(add(firstRow, row), add(columns.firstTile, tile), group));
  auto loop = scf::ForOp::create(
      b, first, last, index(1), sums,
      [&](OpBuilder &, Location, Value step, ValueRange carried) {
        SmallVector<Value> tiles, next;
        for (int64_t tile = 0; tile < columns.tiles; ++tile)
          tiles.push_back(readTile(add(columns.firstTile, tile), step));
        for (int64_t row = 0; row < count; ++row) {
          Value codes = readCodes(add(firstRow, row), step);
          for (Value tile : tiles)
            next.push_back(
                createMatrixStep(b, codes, tile, carried[next.size()]));
        }
        scf::YieldOp::create(b, next);
      });
  return llvm::to_vector_of<Value>(loop.getResults());
}

SmallVector<Value> LinearLoops::sumBlock(const Columns &columns, Value firstRow,
                                         int64_t count) {
  if (!operands.shift)
    return sumGroup(columns, firstRow, count, index(0));
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(sumType));
  SmallVector<Value> totals(count * columns.tiles, zero);
  auto loop = scf::ForOp::create(
      b, index(0), index(groups), index(1), totals,
      [&](OpBuilder &, Location, Value group, ValueRange carried) {
        SmallVector<Value> next = sumGroup(columns, firstRow, count, group);
        for (auto [position, sum] : llvm::enumerate(next)) {
          Value row = add(firstRow, position / columns.tiles);
          Int rounded = Int(b, sum) >> repeat(shiftOf(row, group));
          sum = Int(b, carried[position]) + rounded;
        }
        scf::YieldOp::create(b, next);
      });
  return llvm::to_vector_of<Value>(loop.getResults());
}

Value LinearLoops::writeBlock(const Columns &columns, Value firstRow,
                              int64_t count, Value results) {
  SmallVector<Value> sums;
  if (count != 1)
    sums = sumBlock(columns, firstRow, count);
  else
    // A single row waits for the memory that the weight is in, and memory is
    // fastest when it is read in its order: one tile after the other.
    for (int64_t tile = 0; tile < columns.tiles; ++tile)
      sums.append(
          sumBlock({add(columns.firstTile, tile), 1, instruction.outputs},
                   firstRow, count));
  for (auto [position, sum] : llvm::enumerate(sums)) {
    int64_t tile = position % columns.tiles, exist = outputsOf(columns, tile);
    if (exist != instruction.outputs)
      sum = vector::ExtractStridedSliceOp::create(b, sum, ArrayRef<int64_t>{0},
                                                  ArrayRef<int64_t>{exist},
                                                  ArrayRef<int64_t>{1});
    results = write(sum, results,
                    {add(firstRow, position / columns.tiles),
                     index(tile * instruction.outputs)});
  }
  return results;
}

Int LinearLoops::smallestExponent(const Columns &columns) {
  std::optional<Int> smallest;
  for (int64_t tile = 0; tile < columns.tiles; ++tile) {
    Int ofTile(b, vector::ReductionOp::create(
                      b, vector::CombiningKind::MINSI,
                      ofChannels(operands.weight.exponent, columns, tile)));
    smallest = smallest ? min(*smallest, ofTile) : ofTile;
  }
  return *smallest;
}

Value LinearLoops::scaleRow(const Columns &columns, Value row,
                            Int smallestExponent, Value results) {
  Int isHigh = allowsHigh(extract(operands.exponent, row), smallestExponent,
                          Int(b, resultExponent), inputs);
  auto scaled = [&](bool high) {
    return [&, high](OpBuilder &, Location) {
      scf::YieldOp::create(b, scaleChannels(columns, row, high, results));
    };
  };
  return scf::IfOp::create(b, isHigh, scaled(true), scaled(false)).getResult(0);
}

Value LinearLoops::scaleChannels(const Columns &columns, Value row, bool high,
                                 Value results) {
  for (int64_t tile = 0; tile < columns.tiles; ++tile) {
    VectorType type = typeOf(columns, tile);
    Value column = index(tile * instruction.outputs);
    Int sum(b, read(type, results, {row, column}));
    auto ofRow = [&](Value tensor) {
      return repeat(extract(tensor, row), type);
    };
    LinearScale scale{ofRow(operands.multiplier),
                      ofRow(operands.exponent),
                      ofChannels(operands.weight.multiplier, columns, tile),
                      ofChannels(operands.weight.exponent, columns, tile),
                      repeat(Int(b, resultExponent), type),
                      std::nullopt};
    if (operands.bias)
      scale.bias = ofChannels(operands.bias, columns, tile);
    results = write(high ? scale.applyHigh(sum, inputs) : scale.apply(sum),
                    results, {row, column});
  }
  return results;
}
