//===- SelectByteShuffles.cpp - Small tables in registers -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/ByteShuffle.h"
#include "iquant/Target/MatrixInstruction.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_SELECTBYTESHUFFLES
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// Matching
//===----------------------------------------------------------------------===//

namespace {
/// `table[row..., position]` for every position of a vector.
struct Lookup {
  static FailureOr<Lookup> match(vector::GatherOp gather,
                                 LLVM::TargetAttrInterface target);

  /// Of the row.
  int64_t getNumEntries() const { return values.getType().getShape().back(); }
  /// The bytes of an entry.
  int64_t getWidth() const { return type.getElementTypeBitWidth() / 8; }
  /// Whether a byte of every entry of all rows is 0.
  bool isZero(int64_t byte) const {
    return llvm::all_of(values.getValues<APInt>(), [&](const APInt &value) {
      return value.extractBits(8, 8 * byte).isZero();
    });
  }

  const ByteShuffle &shuffle;
  /// A constant, as buffer and as attribute.
  Value table;
  DenseIntElementsAttr values;
  ValueRange row;
  Value positions;
  /// Of the result, with more lanes where those of the positions do not fill a
  /// register.
  VectorType type;
};
} // namespace

/// The integers of a constant buffer; null for any other.
static DenseIntElementsAttr getConstant(Value buffer) {
  auto get = buffer.getDefiningOp<memref::GetGlobalOp>();
  if (!get)
    return nullptr;
  auto global = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
      get, get.getNameAttr());
  if (!global || !global.getConstant())
    return nullptr;
  return dyn_cast_or_null<DenseIntElementsAttr>(global.getInitialValueAttr());
}

/// A vector of whole bytes that fills at least the shortest register there is;
/// null for one of other elements.
static VectorType fillRegister(VectorType type) {
  if (type.getRank() != 1 || !type.getElementType().isSignlessInteger() ||
      type.getElementTypeBitWidth() % 8 != 0)
    return nullptr;
  int64_t least = ByteShuffle::kEntries * 8 / type.getElementTypeBitWidth();
  return VectorType::get(std::max(type.getNumElements(), least),
                         type.getElementType());
}

FailureOr<Lookup> Lookup::match(vector::GatherOp gather,
                                LLVM::TargetAttrInterface target) {
  VectorType type = fillRegister(gather.getVectorType());
  const ByteShuffle *shuffle =
      type ? findByteShuffle(target, type.getNumElements() *
                                         type.getElementTypeBitWidth() / 8)
           : nullptr;
  DenseIntElementsAttr values = getConstant(gather.getBase());
  ValueRange offsets = gather.getOffsets();
  if (!shuffle || !values || offsets.empty() ||
      !isZeroInteger(offsets.back()) ||
      values.getType().getShape().back() > ByteShuffle::kEntries ||
      !matchPattern(gather.getMask(), m_One()))
    return failure();
  return Lookup{*shuffle,
                gather.getBase(),
                values,
                offsets.drop_back(),
                gather.getIndices(),
                type};
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

namespace {
class LookupEmitter {
public:
  LookupEmitter(ImplicitLocOpBuilder &builder, const Lookup &lookup)
      : b(builder), lookup(lookup),
        bytes(VectorType::get(lookup.shuffle.bytes, b.getI8Type())) {}

  Value emit();

private:
  /// A byte of the entries in its place, and 0 elsewhere.
  Value emitByte(Value positions, int64_t byte);
  /// That byte of every entry of the row, all of them again and again.
  Value entries(int64_t byte);
  Value constant(VectorType type, ArrayRef<int8_t> elements) {
    return arith::ConstantOp::create(b, DenseElementsAttr::get(type, elements));
  }

  ImplicitLocOpBuilder &b;
  const Lookup &lookup;
  VectorType bytes;
};
} // namespace

Value LookupEmitter::emit() {
  int64_t lanes = cast<VectorType>(lookup.positions.getType()).getNumElements();
  Value positions = arith::IndexCastUIOp::create(
      b, VectorType::get(lanes, lookup.type.getElementType()),
      lookup.positions);
  if (lanes != lookup.type.getNumElements()) {
    auto repeated =
        llvm::map_to_vector(llvm::seq(lookup.type.getNumElements()),
                            [&](int64_t lane) { return lane % lanes; });
    positions = vector::ShuffleOp::create(b, positions, positions, repeated);
  }
  Value result;
  for (int64_t byte = 0; byte < lookup.getWidth(); ++byte) {
    if (lookup.isZero(byte))
      continue;
    Value found = emitByte(positions, byte);
    result = result ? Value(arith::OrIOp::create(b, result, found)) : found;
  }
  if (!result)
    result = arith::ConstantOp::create(b, b.getZeroAttr(bytes));
  result = vector::BitCastOp::create(b, lookup.type, result);
  return b.createOrFold<vector::ExtractStridedSliceOp>(result, 0, lanes, 1);
}

Value LookupEmitter::emitByte(Value positions, int64_t byte) {
  TypedAttr distance = b.getIntegerAttr(lookup.type.getElementType(), 8 * byte);
  Value moved = arith::ShLIOp::create(
      b, positions,
      arith::ConstantOp::create(
          b, DenseElementsAttr::get(lookup.type, Attribute(distance))));
  // A position with its top bit set finds 0.
  SmallVector<int8_t> elsewhere(lookup.shuffle.bytes, INT8_MIN);
  for (int64_t i = byte; i < lookup.shuffle.bytes; i += lookup.getWidth())
    elsewhere[i] = 0;
  Value selectors =
      arith::OrIOp::create(b, vector::BitCastOp::create(b, bytes, moved),
                           constant(bytes, elsewhere));
  return LLVM::CallIntrinsicOp::create(
             b, bytes, b.getStringAttr(lookup.shuffle.intrinsic),
             ValueRange{entries(byte), selectors})
      .getResult(0);
}

Value LookupEmitter::entries(int64_t byte) {
  int64_t count = lookup.getNumEntries();
  SmallVector<int64_t> lanes;
  for (int64_t i = 0; i < lookup.shuffle.bytes; ++i)
    lanes.push_back(std::min(i % ByteShuffle::kEntries, count - 1));
  if (lookup.row.empty()) {
    auto values = lookup.values.getValues<APInt>();
    return constant(bytes, llvm::map_to_vector(lanes, [&](int64_t lane) {
                      return static_cast<int8_t>(
                          values[lane].extractBitsAsZExtValue(8, 8 * byte));
                    }));
  }
  SmallVector<Value> start(lookup.row);
  start.push_back(arith::ConstantIndexOp::create(b, 0));
  Value row = vector::LoadOp::create(
      b, VectorType::get(count, lookup.type.getElementType()), lookup.table,
      start);
  Value all = vector::BitCastOp::create(
      b, VectorType::get(count * lookup.getWidth(), b.getI8Type()), row);
  for (int64_t &lane : lanes)
    lane = lane * lookup.getWidth() + byte;
  return vector::ShuffleOp::create(b, all, all, lanes);
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

namespace {
struct SelectByteShuffles
    : public iquant::impl::SelectByteShufflesBase<SelectByteShuffles> {
  void runOnOperation() override {
    LLVM::TargetAttrInterface target = getTarget(getOperation());
    getOperation().walk([&](vector::GatherOp gather) {
      FailureOr<Lookup> lookup = Lookup::match(gather, target);
      if (failed(lookup))
        return;
      ImplicitLocOpBuilder builder(gather.getLoc(), gather);
      gather.replaceAllUsesWith(LookupEmitter(builder, *lookup).emit());
      gather.erase();
    });
  }
};
} // namespace
