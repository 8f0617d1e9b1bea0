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

/// The integers of a constant buffer that a register holds; none for any other.
static std::optional<SmallVector<APInt>> getSmallTable(Value buffer) {
  auto get = buffer.getDefiningOp<memref::GetGlobalOp>();
  auto global = get ? SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
                          get, get.getNameAttr())
                    : memref::GlobalOp();
  auto values =
      global && global.getConstant()
          ? dyn_cast_or_null<DenseIntElementsAttr>(global.getInitialValueAttr())
          : DenseIntElementsAttr();
  if (!values || values.getType().getRank() != 1 ||
      values.getNumElements() > ByteShuffle::kEntries)
    return std::nullopt;
  return llvm::to_vector(values.getValues<APInt>());
}

/// The bytes of a vector of whole bytes; none for any other.
static std::optional<int64_t> getByteCount(VectorType type) {
  unsigned width = type.getElementType().isSignlessInteger()
                       ? type.getElementTypeBitWidth()
                       : 0;
  if (type.getRank() != 1 || width == 0 || width % 8 != 0)
    return std::nullopt;
  return type.getNumElements() * width / 8;
}

/// Every lane of `gather`, a position in `table`, as the element there.
static Value emitShuffles(ImplicitLocOpBuilder &b, vector::GatherOp gather,
                          ArrayRef<APInt> table, const ByteShuffle &shuffle) {
  VectorType type = gather.getVectorType(),
             bytes = VectorType::get(shuffle.bytes, b.getI8Type());
  int64_t width = type.getElementTypeBitWidth() / 8;
  Value positions = arith::IndexCastUIOp::create(b, type, gather.getIndices());
  Value result;
  // A position in the place of a byte, and nothing elsewhere, finds this byte
  // of the element.
  for (int64_t byte = 0; byte < width; ++byte) {
    SmallVector<int8_t> entries(shuffle.bytes), elsewhere;
    for (int64_t i = 0; i < shuffle.bytes; ++i) {
      int64_t entry = i % ByteShuffle::kEntries;
      if (entry < static_cast<int64_t>(table.size()))
        entries[i] = table[entry].extractBitsAsZExtValue(8, 8 * byte);
      elsewhere.push_back(i % width == byte ? 0 : INT8_MIN);
    }
    if (llvm::all_of(entries, [](int8_t entry) { return entry == 0; }))
      continue;
    auto constant = [&](VectorType type, auto value) -> Value {
      return arith::ConstantOp::create(b, DenseElementsAttr::get(type, value));
    };
    Value moved = arith::ShLIOp::create(
        b, positions,
        constant(type,
                 b.getIntegerAttr(type.getElementType(), 8 * byte).getValue()));
    Value selectors =
        arith::OrIOp::create(b, vector::BitCastOp::create(b, bytes, moved),
                             constant(bytes, ArrayRef<int8_t>(elsewhere)));
    Value found =
        LLVM::CallIntrinsicOp::create(
            b, bytes, b.getStringAttr(shuffle.intrinsic),
            ValueRange{constant(bytes, ArrayRef<int8_t>(entries)), selectors})
            .getResult(0);
    result = result ? Value(arith::OrIOp::create(b, result, found)) : found;
  }
  if (!result)
    return arith::ConstantOp::create(b, b.getZeroAttr(type));
  return vector::BitCastOp::create(b, type, result);
}

namespace {
struct SelectByteShuffles
    : public iquant::impl::SelectByteShufflesBase<SelectByteShuffles> {
  void runOnOperation() override {
    LLVM::TargetAttrInterface target = getTarget(getOperation());
    getOperation().walk([&](vector::GatherOp gather) {
      std::optional<int64_t> bytes = getByteCount(gather.getVectorType());
      const ByteShuffle *shuffle =
          bytes ? findByteShuffle(target, *bytes) : nullptr;
      auto table = getSmallTable(gather.getBase());
      bool isWhole = matchPattern(gather.getMask(), m_One()) &&
                     llvm::all_of(gather.getOffsets(), isZeroInteger);
      if (!shuffle || !table || !isWhole)
        return;
      ImplicitLocOpBuilder builder(gather.getLoc(), gather);
      gather.replaceAllUsesWith(
          emitShuffles(builder, gather, *table, *shuffle));
      gather.erase();
    });
  }
};
} // namespace
