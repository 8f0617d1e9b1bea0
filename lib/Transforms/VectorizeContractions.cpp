//===- VectorizeContractions.cpp - Matrix products as vector loops --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// No operand needs packing. In a product of rows both operands are contiguous
// along the reduction, so a tile's accumulators are vectors of partial sums
// along k, and horizontal sums of four at a time end the tile. In a weighted
// sum of rows the rows are contiguous along n, and so are the accumulators.
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/MatrixInstruction.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Remarks.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_VECTORIZECONTRACTIONS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;

namespace {

/// Rows of b whose products with a row of a are accumulated together.
constexpr int64_t kTileColumns = 4;
/// Rows of a that stay in the first-level cache while all of b passes by.
constexpr int64_t kRowBlock = 48;
/// Rows of one head lie between those of others, where no processor expects
/// them: it is asked for so many rows ahead, line by line, if a row is short.
constexpr int64_t kRowsAhead = 32, kShortRow = 256, kLine = 64;
/// Rows of b that stay there while all of a weighted sum's a passes by.
constexpr int64_t kSumBlock = 256;

/// A product of rows, c[m, n] += extend(a[m, k]) * extend(b[n, k]), or a
/// weighted sum of them, c[m, n] += extend(a[m, k]) * extend(b[k, n]).
struct Contraction {
  Value a, b, c;
  bool isWeightedSum = false;
  bool aUnsigned = false, bUnsigned = false;

  Type elementType(Value buffer) const {
    return cast<MemRefType>(buffer.getType()).getElementType();
  }
  Type sumType() const { return elementType(c); }
  bool isFloat() const { return isa<FloatType>(sumType()); }
};

} // namespace

//===----------------------------------------------------------------------===//
// Matching
//===----------------------------------------------------------------------===//

/// Looks through a widening of `value`; says whether it was unsigned.
static Value stripExtension(Value value, bool &isUnsigned) {
  Operation *op = value.getDefiningOp();
  if (!isa_and_nonnull<arith::ExtSIOp, arith::ExtUIOp, arith::ExtFOp>(op))
    return value;
  isUnsigned = isa<arith::ExtUIOp>(op);
  return op->getOperand(0);
}

/// Matches the body `yield(c + ext(a) * ext(b))`.
static bool matchBody(linalg::GenericOp op, Contraction &result) {
  Block &body = *op.getBlock();
  Operation *add = body.getTerminator()->getOperand(0).getDefiningOp();
  if (!isa_and_nonnull<arith::AddIOp, arith::AddFOp>(add))
    return false;
  Value sum = body.getArgument(2);
  if (add->getOperand(0) != sum && add->getOperand(1) != sum)
    return false;
  Value product = add->getOperand(add->getOperand(0) == sum ? 1 : 0);
  Operation *multiply = product.getDefiningOp();
  if (!isa_and_nonnull<arith::MulIOp, arith::MulFOp>(multiply))
    return false;
  return stripExtension(multiply->getOperand(0), result.aUnsigned) ==
             body.getArgument(0) &&
         stripExtension(multiply->getOperand(1), result.bUnsigned) ==
             body.getArgument(1);
}

static bool hasUnitLastStride(Value buffer) {
  SmallVector<int64_t> strides;
  int64_t offset;
  return succeeded(cast<MemRefType>(buffer.getType())
                       .getStridesAndOffset(strides, offset)) &&
         strides.back() == 1;
}

static bool isCode(Type type) {
  return type.isInteger(8) || type.isInteger(16);
}

/// Matches what becomes vector loops, or gives the reason why `op` does not.
static FailureOr<Contraction> matchContraction(linalg::GenericOp op,
                                               StringRef &reason) {
  auto decline = [&](StringRef why) {
    reason = why;
    return failure();
  };
  if (!op.hasPureBufferSemantics())
    return decline("it is not on buffers");
  using utils::IteratorType;
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      op.getIteratorTypesArray() !=
          SmallVector<IteratorType>{IteratorType::parallel,
                                    IteratorType::parallel,
                                    IteratorType::reduction})
    return decline("it has other loops than rows, columns and one sum");
  MLIRContext *context = op.getContext();
  auto map = [&](unsigned row, unsigned column) {
    return AffineMap::get(
        3, 0,
        {getAffineDimExpr(row, context), getAffineDimExpr(column, context)},
        context);
  };
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  bool isWeightedSum = maps[1] == map(2, 1);
  if (maps[0] != map(0, 2) || (maps[1] != map(1, 2) && !isWeightedSum) ||
      maps[2] != map(0, 1))
    return decline("it is neither a product nor a weighted sum of rows");
  Contraction result{op.getInputs()[0], op.getInputs()[1], op.getOutputs()[0],
                     isWeightedSum};
  if (!matchBody(op, result))
    return decline("it sums something else than products");
  bool supported = result.isFloat()
                       ? result.sumType().isF32()
                       : result.sumType().isInteger(32) &&
                             isCode(result.elementType(result.a)) &&
                             isCode(result.elementType(result.b));
  if (!supported)
    return decline("its sums are neither i32 of codes of 8 or 16 bits nor f32");
  if (!hasUnitLastStride(result.a) || !hasUnitLastStride(result.b) ||
      !hasUnitLastStride(result.c))
    return decline("a row of it is not contiguous");
  return result;
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

namespace {

class ContractionEmitter {
public:
  ContractionEmitter(ImplicitLocOpBuilder &builder, const Contraction &matched,
                     unsigned vectorBits)
      : b(builder), contraction(matched), lanes(vectorBits / 32),
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
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value size(Value buffer, int64_t dimension) {
    return b.createOrFold<memref::DimOp>(buffer, dimension);
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
  void emitSumTile(Value m, Value n, int64_t rows, int64_t vectors,
                   SumRange range, Value mask);
  Value loadWeights(Value row, SumStep at);
  Value loadRows(Value column, SumStep at, Value mask);
  SmallVector<Value> emitSumStep(Value m, Value n, int64_t rows,
                                 int64_t vectors, SumStep at, Value mask,
                                 ValueRange sums);
  Value load(VectorType type, Value buffer, ValueRange position, Value mask);
  Value widen(Value vector, bool isUnsigned);

  ImplicitLocOpBuilder &b;
  const Contraction &contraction;
  /// Sums in one register, and elements of k that one step consumes.
  int64_t lanes, step;
  /// How many there are.
  int64_t registers;
};

} // namespace

Value ContractionEmitter::floorToMultiple(Value value, int64_t factor) {
  if (std::optional<int64_t> known = getConstantIntValue(value))
    return index(*known / factor * factor);
  Value rest = arith::RemUIOp::create(b, value, index(factor));
  return arith::SubIOp::create(b, value, rest);
}

void ContractionEmitter::loop(Value from, Value to, int64_t stride,
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
  for (int64_t first = 0; first < width; first += kLine / bytes)
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
  auto mainLoop = scf::ForOp::create(
      b, index(0), full, index(step), sums,
      [&](OpBuilder &, Location, Value k, ValueRange carried) {
        scf::YieldOp::create(
            b, emitStep(m, n, rows, columns, k, Value(), carried));
      });
  llvm::copy(mainLoop.getResults(), sums.begin());
  std::optional<int64_t> known = getConstantIntValue(depth);
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

void ContractionEmitter::emitWeightedSum() {
  // The sums of a tile, its vectors of b and one of a.
  int64_t vectors = registers / 8;
  int64_t tile = (registers - vectors - 1) / vectors;
  Value rows = size(contraction.a, 0), columns = size(contraction.b, 1),
        depth = size(contraction.a, 1);
  Value full = floorToMultiple(columns, vectors * lanes);
  loop(index(0), depth, kSumBlock, [&](Value k) {
    SumRange range = {
        k, b.createOrFold<arith::MinUIOp>(offset(k, kSumBlock), depth)};
    loop(index(0), full, vectors * lanes, [&](Value n) {
      emitRows(index(0), rows, tile, [&](Value m, int64_t rows) {
        emitSumTile(m, n, rows, vectors, range, Value());
      });
    });
    loop(full, columns, lanes, [&](Value n) {
      Value rest = arith::SubIOp::create(b, columns, n);
      Value mask = vector::CreateMaskOp::create(
          b, VectorType::get(lanes, b.getI1Type()), rest);
      loop(index(0), rows, 1,
           [&](Value m) { emitSumTile(m, n, 1, /*vectors=*/1, range, mask); });
    });
  });
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
  auto pair = VectorType::get(2, element);
  Value weights;
  if (at.isPair) {
    weights =
        vector::LoadOp::create(b, pair, contraction.a, ValueRange{row, at.k});
  } else {
    Value first =
        memref::LoadOp::create(b, contraction.a, ValueRange{row, at.k});
    Value zeros = arith::ConstantOp::create(b, b.getZeroAttr(pair));
    weights = vector::InsertOp::create(b, first, zeros, ArrayRef<int64_t>{0});
  }
  // One scalar as wide as both reaches all columns in one instruction.
  Type both = b.getIntegerType(2 * element.getIntOrFloatBitWidth());
  Value joined =
      vector::BitCastOp::create(b, VectorType::get(1, both), weights);
  Value scalar = vector::ExtractOp::create(b, joined, 0);
  Value repeated =
      vector::BroadcastOp::create(b, VectorType::get(lanes, both), scalar);
  return widen(
      vector::BitCastOp::create(b, VectorType::get(step, element), repeated),
      contraction.aUnsigned);
}

/// A vector of columns of the rows of one step, those of a pair side by side;
/// widened.
Value ContractionEmitter::loadRows(Value column, SumStep at, Value mask) {
  auto type = VectorType::get(lanes, contraction.elementType(contraction.b));
  Value first = load(type, contraction.b, {at.k, column}, mask);
  if (contraction.isFloat())
    return widen(first, /*isUnsigned=*/false);
  Value second =
      at.isPair ? load(type, contraction.b, {offset(at.k, 1), column}, mask)
                : arith::ConstantOp::create(b, b.getZeroAttr(type)).getResult();
  return widen(vector::InterleaveOp::create(b, first, second),
               contraction.bUnsigned);
}

SmallVector<Value>
ContractionEmitter::emitSumStep(Value m, Value n, int64_t rows, int64_t vectors,
                                SumStep at, Value mask, ValueRange sums) {
  SmallVector<Value> ys, results;
  for (int64_t vector = 0; vector < vectors; ++vector)
    ys.push_back(loadRows(offset(n, vector * lanes), at, mask));
  for (int64_t row = 0; row < rows; ++row) {
    Value x = loadWeights(offset(m, row), at);
    for (int64_t vector = 0; vector < vectors; ++vector)
      results.push_back(
          multiplyAdd(x, ys[vector], sums[row * vectors + vector]));
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

  int64_t stride = contraction.isFloat() ? 1 : 2;
  Value count = b.createOrFold<arith::SubIOp>(range.to, range.from);
  Value full =
      b.createOrFold<arith::AddIOp>(range.from, floorToMultiple(count, stride));
  auto pairs = scf::ForOp::create(
      b, range.from, full, index(stride), sums,
      [&](OpBuilder &, Location, Value k, ValueRange carried) {
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

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

namespace {
struct VectorizeContractions
    : public iquant::impl::VectorizeContractionsBase<VectorizeContractions> {
  using VectorizeContractionsBase::VectorizeContractionsBase;

  void runOnOperation() override {
    FailureOr<unsigned> width =
        iquant::chooseVectorBits(getOperation(), vectorBits);
    if (failed(width))
      return signalPassFailure();
    auto options = remark::RemarkOpts::name("VectorizeContractions")
                       .category(getArgument())
                       .function(getOperation().getName());
    getOperation().walk([&](linalg::GenericOp op) {
      StringRef reason;
      FailureOr<Contraction> matched = matchContraction(op, reason);
      if (failed(matched)) {
        if (linalg::isaContractionOpInterface(op))
          remark::missed(op.getLoc(), options)
              << remark::add("a contraction stays a scalar loop: {0}", reason);
        return;
      }
      remark::passed(op.getLoc(), options)
          << remark::add("a {0} of rows became vector loops",
                         matched->isWeightedSum ? "weighted sum" : "product");
      ImplicitLocOpBuilder builder(op.getLoc(), op);
      ContractionEmitter(builder, *matched, *width).emit();
      op.erase();
    });
  }
};
} // namespace
