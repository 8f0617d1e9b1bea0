//===- ContractionEmitter.cpp - Vector loops of a matrix product ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractionEmitter.h"

#include "iquant/Support/CacheLine.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::iquant;

/// Rows of b whose products with a row of a are accumulated together.
static constexpr int64_t kTileColumns = 4;
/// Rows of a that stay in the first-level cache while all of b passes by.
static constexpr int64_t kRowBlock = 48;
/// Rows of one head lie between those of others, where no processor expects
/// them: it is asked for so many rows ahead, line by line, if a row is short.
static constexpr int64_t kRowsAhead = 32, kShortRow = 256;
/// Codes that a load brings of the rows of a weighted sum.
static constexpr int64_t kLoadedCodes = 16;
/// So many steps along k are written out.
static constexpr int64_t kFewSteps = 8;
/// Rows of b that stay there while all of a weighted sum's a passes by, and
/// that arrive while the block before them is added up.
static constexpr int64_t kSumBlock = 64;

void ContractionEmitter::emitRows(Value from, Value to, int64_t tile,
                                  function_ref<void(Value, int64_t)> body) {
  Value count = b.createOrFold<arith::SubIOp>(to, from);
  Value full =
      b.createOrFold<arith::AddIOp>(from, floorToMultiple(count, tile));
  loop(from, full, tile, [&](Value m) { body(m, tile); });
  Value rest = b.createOrFold<arith::SubIOp>(to, full);
  if (std::optional<int64_t> known = getConstantIntValue(rest)) {
    if (*known != 0)
      body(full, *known);
    return;
  }
  // A tile of every size that may be left.
  auto sizes = llvm::to_vector(llvm::seq<int64_t>(1, tile));
  auto choice =
      scf::IndexSwitchOp::create(b, TypeRange(), rest, sizes, sizes.size());
  OpBuilder::InsertionGuard guard(b);
  b.createBlock(&choice.getDefaultRegion());
  scf::YieldOp::create(b);
  for (auto [size, region] : llvm::zip_equal(sizes, choice.getCaseRegions())) {
    b.createBlock(&region);
    body(full, size);
    scf::YieldOp::create(b);
  }
}

void ContractionEmitter::prefetchRow(Value row) {
  auto type = cast<MemRefType>(contraction.b.getType());
  int64_t width = type.getDimSize(1), bytes = type.getElementTypeBitWidth() / 8;
  if (ShapedType::isDynamic(width) || width * bytes > kShortRow)
    return;
  for (int64_t first = 0; first < width; first += kCacheLine / bytes)
    memref::PrefetchOp::create(b, contraction.b, ValueRange{row, index(first)},
                               /*isWrite=*/false, /*localityHint=*/3,
                               /*isDataCache=*/true);
}

void ContractionEmitter::emitProduct() {
  // The sums of a tile, a vector of a for each row and one of b.
  int64_t tile = (registers - 1) / (kTileColumns + 1);
  Value rows = size(contraction.a, 0), columns = size(contraction.b, 0);
  Value fullColumns = floorToMultiple(columns, kTileColumns);
  loop(index(0), rows, kRowBlock, [&](Value block) {
    Value end = b.createOrFold<arith::MinUIOp>(offset(block, kRowBlock), rows);
    loop(index(0), fullColumns, kTileColumns, [&](Value n) {
      for (int64_t column = 0; column < kTileColumns; ++column)
        prefetchRow(offset(n, kRowsAhead + column));
      emitRows(block, end, tile, [&](Value m, int64_t rows) {
        emitTile(m, n, rows, kTileColumns);
      });
    });
    loop(fullColumns, columns, 1, [&](Value n) {
      loop(block, end, 1, [&](Value m) { emitTile(m, n, 1, 1); });
    });
  });
}

/// Loads `step` elements of a row and widens them to the type of the product.
Value ContractionEmitter::loadVector(Value buffer, Value row, Value k,
                                     Value mask, bool isUnsigned) {
  auto type = VectorType::get(step, contraction.elementType(buffer));
  return widen(load(type, buffer, {row, k}, mask), isUnsigned);
}

/// A load of what `mask`, if there is one, admits; the rest is zero.
Value ContractionEmitter::load(VectorType type, Value buffer,
                               ValueRange position, Value mask) {
  if (!mask)
    return vector::LoadOp::create(b, type, buffer, position);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
  return vector::MaskedLoadOp::create(b, type, buffer, position, mask, zero);
}

Value ContractionEmitter::widen(Value vector, bool isUnsigned) {
  auto type = cast<VectorType>(vector.getType());
  VectorType wide = type.clone(contraction.sumType());
  if (type == wide)
    return vector;
  if (contraction.isFloat())
    return arith::ExtFOp::create(b, wide, vector);
  if (isUnsigned)
    return arith::ExtUIOp::create(b, wide, vector);
  return arith::ExtSIOp::create(b, wide, vector);
}

/// sum + x * y; integers add the products of neighbours first, which is what
/// the widening multiply-add instructions compute.
Value ContractionEmitter::multiplyAdd(Value x, Value y, Value sum) {
  if (contraction.isFloat())
    return vector::FMAOp::create(b, x, y, sum);
  Value product = arith::MulIOp::create(b, x, y);
  SmallVector<int64_t> even, odd;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    even.push_back(2 * lane);
    odd.push_back(2 * lane + 1);
  }
  Value pairs = arith::AddIOp::create(
      b, vector::ShuffleOp::create(b, product, product, even),
      vector::ShuffleOp::create(b, product, product, odd));
  return arith::AddIOp::create(b, sum, pairs);
}

SmallVector<Value> ContractionEmitter::emitStep(Value m, Value n, int64_t rows,
                                                int64_t columns, Value k,
                                                Value mask, ValueRange sums) {
  SmallVector<Value> xs, results(sums);
  for (int64_t row = 0; row < rows; ++row)
    xs.push_back(loadVector(contraction.a, offset(m, row), k, mask,
                            contraction.aUnsigned));
  // One row of b after the other, so that few of them need a register.
  for (int64_t column = 0; column < columns; ++column) {
    Value y = loadVector(contraction.b, offset(n, column), k, mask,
                         contraction.bUnsigned);
    for (int64_t row = 0; row < rows; ++row) {
      Value &sum = results[row * columns + column];
      sum = multiplyAdd(xs[row], y, sum);
    }
  }
  return results;
}

void ContractionEmitter::emitTile(Value m, Value n, int64_t rows,
                                  int64_t columns) {
  auto type = VectorType::get(lanes, contraction.sumType());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
  SmallVector<Value> sums(rows * columns, zero);
  Value depth = size(contraction.a, 1), full = floorToMultiple(depth, step);
  std::optional<int64_t> known = getConstantIntValue(depth);
  if (known && *known / step <= kFewSteps) {
    // One column after the other, so that few sums need a register.
    for (int64_t column = 0; column < columns; ++column) {
      SmallVector<Value> ofColumn(rows, zero);
      for (int64_t k = 0; k + step <= *known; k += step)
        ofColumn = emitStep(m, offset(n, column), rows, 1, index(k), Value(),
                            ofColumn);
      for (int64_t row = 0; row < rows; ++row)
        sums[row * columns + column] = ofColumn[row];
    }
  } else {
    auto mainLoop = scf::ForOp::create(
        b, index(0), full, index(step), sums,
        [&](OpBuilder &, Location, Value k, ValueRange carried) {
          scf::YieldOp::create(
              b, emitStep(m, n, rows, columns, k, Value(), carried));
        });
    llvm::copy(mainLoop.getResults(), sums.begin());
  }
  if (!known || *known % step != 0) {
    Value rest = arith::SubIOp::create(b, depth, full);
    Value mask = vector::CreateMaskOp::create(
        b, VectorType::get(step, b.getI1Type()), rest);
    sums = emitStep(m, n, rows, columns, full, mask, sums);
  }
  for (int64_t row = 0; row < rows; ++row)
    addHorizontally(ValueRange(sums).slice(row * columns, columns),
                    offset(m, row), n);
}

/// Adds the sum of the elements of each vector, one or `kTileColumns` of them,
/// to the elements of c from a position on.
void ContractionEmitter::addHorizontally(ValueRange sums, Value row,
                                         Value column) {
  SmallVector<Value> position = {row, column};
  if (sums.size() == 1) {
    Value before = memref::LoadOp::create(b, contraction.c, position);
    Value after = vector::ReductionOp::create(
        b, vector::CombiningKind::ADD, sums.front(), before,
        contraction.isFloat() ? arith::FastMathFlags::reassoc
                              : arith::FastMathFlags::none);
    memref::StoreOp::create(b, after, contraction.c, position);
    return;
  }
  auto add = [&](Value x, Value y) -> Value {
    if (contraction.isFloat())
      return arith::AddFOp::create(b, x, y);
    return arith::AddIOp::create(b, x, y);
  };
  // Neighbours of two vectors side by side: twice, and each quarter of four
  // elements holds a part of every sum. No element leaves its quarter, which
  // would cost a slower instruction.
  auto addNeighbours = [&](Value x, Value y) {
    SmallVector<int64_t> even, odd;
    for (int64_t quarter = 0; quarter < lanes; quarter += 4)
      for (int64_t first : {quarter, quarter + lanes})
        for (int64_t pair : {0, 2}) {
          even.push_back(first + pair);
          odd.push_back(first + pair + 1);
        }
    return add(vector::ShuffleOp::create(b, x, y, even),
               vector::ShuffleOp::create(b, x, y, odd));
  };
  Value sum = addNeighbours(addNeighbours(sums[0], sums[1]),
                            addNeighbours(sums[2], sums[3]));
  for (int64_t count = lanes; count > kTileColumns; count /= 2) {
    auto half = [&](int64_t first) {
      return vector::ExtractStridedSliceOp::create(b, sum, {first}, {count / 2},
                                                   {1});
    };
    sum = add(half(0), half(count / 2));
  }
  auto type = cast<VectorType>(sum.getType());
  Value before = vector::LoadOp::create(b, type, contraction.c, position);
  vector::StoreOp::create(b, add(before, sum), contraction.c, position);
}

//===----------------------------------------------------------------------===//
// Weighted sums
//===----------------------------------------------------------------------===//

int64_t ContractionEmitter::sumVectors(int64_t rows) const {
  int64_t columns = cast<MemRefType>(contraction.b.getType()).getDimSize(1),
          many = 2 * fewVectors();
  bool fits = 2 * rows <= sumTile() && !ShapedType::isDynamic(columns) &&
              columns % (many * lanes) == 0;
  return fits ? many : fewVectors();
}

void ContractionEmitter::emitWeightedSum() {
  Value rows = size(contraction.a, 0), columns = size(contraction.b, 1),
        depth = size(contraction.a, 1);
  loop(index(0), depth, kSumBlock, [&](Value k) {
    SumRange range = {
        k, b.createOrFold<arith::MinUIOp>(offset(k, kSumBlock), depth)};
    emitRows(index(0), rows, sumTile(), [&](Value m, int64_t rows) {
      int64_t vectors = sumVectors(rows);
      Value full = floorToMultiple(columns, vectors * lanes);
      loop(index(0), full, vectors * lanes,
           [&](Value n) { emitSumTile(m, n, rows, vectors, range, Value()); });
      loop(full, columns, lanes, [&](Value n) {
        Value rest = arith::SubIOp::create(b, columns, n);
        Value mask = vector::CreateMaskOp::create(
            b, VectorType::get(lanes, b.getI1Type()), rest);
        emitSumTile(m, n, rows, /*vectors=*/1, range, mask);
      });
    });
  });
}

void ContractionEmitter::prefetchNextBlock(Value column, int64_t vectors,
                                           Value k, const SumRange &range) {
  int64_t width = cast<MemRefType>(contraction.b.getType()).getDimSize(1),
          passes = width / (vectors * lanes);
  if (ShapedType::isDynamic(width))
    return;
  AffineExpr from = b.getAffineSymbolExpr(0), at = b.getAffineSymbolExpr(1),
             n = b.getAffineSymbolExpr(2);
  AffineExpr row = from + kSumBlock + (n * kSumBlock).floorDiv(width) +
                   (at - from).floorDiv(passes);
  Value first = affine::AffineApplyOp::create(
      b, AffineMap::get(0, 3, row), ValueRange{range.from, k, column});
  for (int64_t i = 0; i * passes < rowsPerStep(); ++i)
    prefetchRow(offset(first, i));
}

/// The weights of one step, for every column; widened.
Value ContractionEmitter::loadWeights(Value row, SumStep at) {
  Type element = contraction.elementType(contraction.a);
  if (contraction.isFloat()) {
    Value weight =
        memref::LoadOp::create(b, contraction.a, ValueRange{row, at.k});
    return widen(
        vector::BroadcastOp::create(b, VectorType::get(lanes, element), weight),
        /*isUnsigned=*/false);
  }
  // One scalar as wide as both reaches all columns in one instruction; without
  // a second one its upper half is 0.
  Type both = b.getIntegerType(2 * element.getIntOrFloatBitWidth());
  Value scalar;
  if (at.isPair) {
    Value pair = vector::LoadOp::create(b, VectorType::get(2, element),
                                        contraction.a, ValueRange{row, at.k});
    Value joined = vector::BitCastOp::create(b, VectorType::get(1, both), pair);
    scalar = vector::ExtractOp::create(b, joined, 0);
  } else {
    Value first =
        memref::LoadOp::create(b, contraction.a, ValueRange{row, at.k});
    scalar = arith::ExtUIOp::create(b, both, first);
  }
  Value repeated =
      vector::BroadcastOp::create(b, VectorType::get(lanes, both), scalar);
  return widen(
      vector::BitCastOp::create(b, VectorType::get(step, element), repeated),
      contraction.aUnsigned);
}

/// Vectors of columns of the rows of one step, those of a pair side by side;
/// widened. Codes of narrow vectors come by one load.
SmallVector<Value> ContractionEmitter::loadRows(Value column, int64_t vectors,
                                                SumStep at, Value mask) {
  int64_t together = 1;
  if (!contraction.isFloat())
    together = std::min(vectors, std::max<int64_t>(kLoadedCodes / lanes, 1));
  auto type =
      VectorType::get(together * lanes, contraction.elementType(contraction.b));
  Value zeros = arith::ConstantOp::create(b, b.getZeroAttr(type));
  SmallVector<Value> results;
  for (int64_t vector = 0; vector < vectors; vector += together) {
    Value n = offset(column, vector * lanes);
    Value first = load(type, contraction.b, {at.k, n}, mask);
    if (contraction.isFloat()) {
      results.push_back(widen(first, /*isUnsigned=*/false));
      continue;
    }
    Value second = at.isPair
                       ? load(type, contraction.b, {offset(at.k, 1), n}, mask)
                       : zeros;
    for (int64_t part = 0; part < together; ++part) {
      SmallVector<int64_t> pairs;
      for (int64_t lane = part * lanes; lane < (part + 1) * lanes; ++lane)
        pairs.append({lane, together * lanes + lane});
      results.push_back(
          widen(vector::ShuffleOp::create(b, first, second, pairs),
                contraction.bUnsigned));
    }
  }
  return results;
}

SmallVector<Value>
ContractionEmitter::emitSumStep(Value m, Value n, int64_t rows, int64_t vectors,
                                SumStep at, Value mask, ValueRange sums) {
  SmallVector<Value> ys = loadRows(n, vectors, at, mask), results(sums);
  // The fewer of both stay in registers while the others pass by.
  if (rows > vectors) {
    for (int64_t row = 0; row < rows; ++row) {
      Value x = loadWeights(offset(m, row), at);
      for (auto [y, sum] : llvm::zip_equal(
               ys, MutableArrayRef(results).slice(row * vectors, vectors)))
        sum = multiplyAdd(x, y, sum);
    }
    return results;
  }
  SmallVector<Value> xs;
  for (int64_t row = 0; row < rows; ++row)
    xs.push_back(loadWeights(offset(m, row), at));
  for (auto [vector, y] : llvm::enumerate(ys))
    for (int64_t row = 0; row < rows; ++row) {
      Value &sum = results[row * vectors + vector];
      sum = multiplyAdd(xs[row], y, sum);
    }
  return results;
}

void ContractionEmitter::emitSumTile(Value m, Value n, int64_t rows,
                                     int64_t vectors, SumRange range,
                                     Value mask) {
  auto type = VectorType::get(lanes, contraction.sumType());
  auto position = [&](size_t sum) -> SmallVector<Value> {
    return {offset(m, sum / vectors), offset(n, sum % vectors * lanes)};
  };
  SmallVector<Value> sums;
  for (int64_t sum = 0; sum < rows * vectors; ++sum)
    sums.push_back(load(type, contraction.c, position(sum), mask));

  int64_t stride = rowsPerStep();
  Value count = b.createOrFold<arith::SubIOp>(range.to, range.from);
  Value full =
      b.createOrFold<arith::AddIOp>(range.from, floorToMultiple(count, stride));
  auto pairs = scf::ForOp::create(
      b, range.from, full, index(stride), sums,
      [&](OpBuilder &, Location, Value k, ValueRange carried) {
        // Whole tiles have more to do for each row of b, and may be many.
        if (rows < sumTile() && !mask)
          prefetchNextBlock(n, vectors, k, range);
        scf::YieldOp::create(
            b, emitSumStep(m, n, rows, vectors, {k, true}, mask, carried));
      });
  auto last = scf::ForOp::create(
      b, full, range.to, index(1), pairs.getResults(),
      [&](OpBuilder &, Location, Value k, ValueRange carried) {
        scf::YieldOp::create(
            b, emitSumStep(m, n, rows, vectors, {k, false}, mask, carried));
      });
  for (auto [sum, value] : llvm::enumerate(last.getResults())) {
    if (mask)
      vector::MaskedStoreOp::create(b, contraction.c, position(sum), mask,
                                    value);
    else
      vector::StoreOp::create(b, value, contraction.c, position(sum));
  }
}
