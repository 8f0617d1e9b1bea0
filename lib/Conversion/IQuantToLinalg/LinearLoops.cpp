//===- LinearLoops.cpp - Linear layers as register-tiled loops ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinearLoops.h"

#include "RowBuilder.h"
#include "Rules.h"

#include "iquant/Support/Shapes.h"

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

Int LinearLoops::zeroPointOf(ValueRange position, VectorType type) {
  if (!operands.zeroPoint) {
    Value raised = constant(b, 32, 128);
    return Int(b, vector::BroadcastOp::create(b, type, raised));
  }
  Int zeroPoint(b, tensor::ExtractOp::create(b, operands.zeroPoint, position));
  if (movesCodes())
    zeroPoint = zeroPoint - 128;
  Value element = zeroPoint;
  return Int(b, vector::BroadcastOp::create(b, type, element));
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
  int64_t sizes[] = {instruction.outputs, instruction.inputs};
  auto type = VectorType::get(sizes[0] * sizes[1], b.getI8Type());
  Value codes =
      vector::ShapeCastOp::create(b, VectorType::get(sizes, b.getI8Type()),
                                  read(type, weight, {tile, step, index(0)}));
  return Int(b, codes).sext(32);
}

Value LinearLoops::readCodes(Value row, Value step) {
  auto type = VectorType::get(instruction.inputs,
                              b.getIntegerType(instruction.getOperandBits()));
  Int codes(b, read(type, rows, {row, multiply(step, instruction.inputs)}));
  return instruction.rowOperand == RowOperand::UnsignedCodes ? codes.zext(32)
                                                             : codes.sext(32);
}

Value LinearLoops::multiplyAdd(Value sums, Value codes, Value tile) {
  AffineExpr n = b.getAffineDimExpr(0), k = b.getAffineDimExpr(1);
  return vector::ContractionOp::create(
      b, codes, tile, sums, ArrayRef<ArrayRef<AffineExpr>>{{k}, {n, k}, {n}},
      {vector::IteratorType::parallel, vector::IteratorType::reduction});
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
  int64_t block = instruction.rows;
  Value count = getValueOrCreateConstantIndexOp(b, b.getLoc(), rowCount);
  Value left = b.createOrFold<arith::RemUIOp>(count, index(block));
  Value inBlocks = b.createOrFold<arith::SubIOp>(count, left);
  results =
      loop(index(0), inBlocks, block, results, [&](Value row, Value results) {
        return fillBlock(columns, row, block, results);
      });
  if (std::optional<int64_t> known = getConstantIntValue(left))
    return *known == 0 ? results
                       : fillBlock(columns, inBlocks, *known, results);
  // An exact kernel for every number of rows that may be left.
  auto cases = llvm::to_vector(llvm::seq<int64_t>(1, block));
  auto choice = scf::IndexSwitchOp::create(b, results.getType(), left, cases,
                                           cases.size());
  OpBuilder::InsertionGuard guard(b);
  b.createBlock(&choice.getDefaultRegion());
  scf::YieldOp::create(b, results);
  for (auto [number, region] :
       llvm::zip_equal(cases, choice.getCaseRegions())) {
    b.createBlock(&region);
    scf::YieldOp::create(b, fillBlock(columns, inBlocks, number, results));
  }
  return choice.getResult(0);
}

SmallVector<Value> LinearLoops::sumProducts(const Columns &columns,
                                            Value firstRow, int64_t count,
                                            Value first, Value last) {
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(sumType));
  SmallVector<Value> sums(count * columns.tiles, zero);
  auto loop = scf::ForOp::create(
      b, first, last, index(1), sums,
      [&](OpBuilder &, Location, Value step, ValueRange carried) {
        SmallVector<Value> tiles, next;
        for (int64_t tile = 0; tile < columns.tiles; ++tile)
          tiles.push_back(readTile(add(columns.firstTile, tile), step));
        for (int64_t row = 0; row < count; ++row) {
          Value codes = readCodes(add(firstRow, row), step);
          for (Value tile : tiles)
            next.push_back(multiplyAdd(carried[next.size()], codes, tile));
        }
        scf::YieldOp::create(b, next);
      });
  return llvm::to_vector_of<Value>(loop.getResults());
}

Value LinearLoops::addGroup(Value total, Value products, Value row, Value tile,
                            Value group) {
  VectorType type = sumType;
  Int sum(b, products);
  if (needsSums()) {
    Value channel = multiply(tile, instruction.outputs);
    Int ofCodes(b, read(type, weightSums, {group, channel}));
    sum = sum - zeroPointOf({row, group}, type) * ofCodes;
  }
  return Int(b, total) +
         rshrAny(sum, repeat(operands.shift, {row, group}, type));
}

SmallVector<Value> LinearLoops::sumBlock(const Columns &columns, Value firstRow,
                                         int64_t count) {
  if (!operands.shift)
    return sumProducts(columns, firstRow, count, index(0), index(steps));
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(sumType));
  SmallVector<Value> totals(count * columns.tiles, zero);
  int64_t stepsOfGroup = steps / groups;
  auto loop = scf::ForOp::create(
      b, index(0), index(groups), index(1), totals,
      [&](OpBuilder &, Location, Value group, ValueRange carried) {
        Value first = multiply(group, stepsOfGroup);
        SmallVector<Value> next = sumProducts(columns, firstRow, count, first,
                                              add(first, stepsOfGroup));
        for (auto [position, sum] : llvm::enumerate(next))
          sum = addGroup(
              carried[position], sum, add(firstRow, position / columns.tiles),
              add(columns.firstTile, position % columns.tiles), group);
        scf::YieldOp::create(b, next);
      });
  return llvm::to_vector_of<Value>(loop.getResults());
}

Value LinearLoops::fillBlock(const Columns &columns, Value firstRow,
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
  return loop(firstRow, add(firstRow, count), 1, results,
              [&](Value row, Value results) {
                return scaleRow(columns, row, results);
              });
}

Value LinearLoops::scaleRow(const Columns &columns, Value row, Value results) {
  for (int64_t tile = 0; tile < columns.tiles; ++tile) {
    auto type = VectorType::get(outputsOf(columns, tile), b.getI32Type());
    Value channel = multiply(add(columns.firstTile, tile), instruction.outputs);
    auto ofChannels = [&](Value tensor) {
      return Int(b, read(type, tensor, channel));
    };
    Value column = index(tile * instruction.outputs);
    Int sum(b, read(type, results, {row, column}));
    if (needsSums() && !operands.shift) {
      Int ofCodes(b, read(type, weightSums, {index(0), channel}));
      sum = sum - zeroPointOf(row, type) * ofCodes;
    }
    Int exponent(b, vector::BroadcastOp::create(b, type, resultExponent));
    LinearScale scale{repeat(operands.multiplier, row, type),
                      repeat(operands.exponent, row, type),
                      ofChannels(operands.weight.multiplier),
                      ofChannels(operands.weight.exponent),
                      exponent,
                      std::nullopt};
    if (operands.bias)
      scale.bias = ofChannels(operands.bias);
    results = write(scale.apply(sum), results, {row, column});
  }
  return results;
}
