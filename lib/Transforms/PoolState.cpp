//===- PoolState.cpp - All caches in one caller-owned buffer --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/CacheLine.h"
#include "iquant/Transforms/Passes.h"

#include "llvm/ADT/BitVector.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_POOLSTATE
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;
using transformer::kCache;

namespace {

/// Places caches one after the other in a buffer, for sizes that are known at
/// run time.
class StateLayout {
public:
  StateLayout(ImplicitLocOpBuilder &builder, Value batch, Value capacity)
      : b(builder), batch(batch), capacity(capacity),
        end(arith::ConstantIndexOp::create(b, 0)) {}

  /// The sizes of a cache that its type leaves open.
  SmallVector<Value> getSizes(MemRefType type) const {
    SmallVector<Value> sizes;
    for (int64_t dimension = 0; dimension < type.getRank(); ++dimension)
      if (type.isDynamicDim(dimension))
        sizes.push_back(dimension == type.getRank() - 2 ? capacity : batch);
    return sizes;
  }

  /// Appends a cache; returns where it starts, in bytes.
  Value append(MemRefType type);

  /// The bytes of all caches so far.
  Value getEnd() const { return end; }

private:
  ImplicitLocOpBuilder &b;
  Value batch, capacity, end;
};

struct PoolState : public iquant::impl::PoolStateBase<PoolState> {
  void runOnOperation() override {
    auto functions = llvm::to_vector(getOperation().getOps<func::FuncOp>());
    for (func::FuncOp function : functions)
      if (function.isPublic() && !function.isExternal() &&
          failed(pool(function)))
        return signalPassFailure();
  }

private:
  LogicalResult pool(func::FuncOp function);
  LogicalResult createSizeFunction(func::FuncOp function,
                                   ArrayRef<MemRefType> caches);
};

} // namespace

Value StateLayout::append(MemRefType type) {
  Value start = end;
  int64_t bytes = type.getElementTypeBitWidth() / 8;
  for (int64_t size : type.getShape())
    if (ShapedType::isStatic(size))
      bytes *= size;
  Value size = arith::ConstantIndexOp::create(b, bytes);
  for (Value open : getSizes(type))
    size = arith::MulIOp::create(b, size, open);
  Value aligned = arith::CeilDivUIOp::create(
      b, size, arith::ConstantIndexOp::create(b, kCacheLine));
  aligned = arith::MulIOp::create(
      b, aligned, arith::ConstantIndexOp::create(b, kCacheLine));
  end = arith::AddIOp::create(b, start, aligned);
  return start;
}

/// Whether batch and capacity say how large the cache is, and its bytes are
/// whole and in order.
static bool isPlaceable(Type type) {
  auto memref = dyn_cast<MemRefType>(type);
  return memref && memref.getLayout().isIdentity() &&
         (memref.getRank() == 2 || memref.getRank() == 3) &&
         !memref.isDynamicDim(memref.getRank() - 1) &&
         memref.getElementType().isIntOrFloat() &&
         memref.getElementTypeBitWidth() % 8 == 0;
}

LogicalResult PoolState::createSizeFunction(func::FuncOp function,
                                            ArrayRef<MemRefType> caches) {
  std::string name = (function.getName() + "_state_size").str();
  if (getOperation().lookupSymbol(name))
    return function.emitError() << "needs the name '" << name
                                << "' for the size of its state, which is "
                                   "taken";
  ImplicitLocOpBuilder b(function.getLoc(), function->getContext());
  b.setInsertionPointAfter(function);
  Type index = b.getIndexType();
  auto size =
      func::FuncOp::create(b, name, b.getFunctionType({index, index}, {index}));
  b.setInsertionPointToStart(size.addEntryBlock());
  StateLayout layout(b, size.getArgument(0), size.getArgument(1));
  for (MemRefType cache : caches)
    layout.append(cache);
  func::ReturnOp::create(b, layout.getEnd());
  return success();
}

LogicalResult PoolState::pool(func::FuncOp function) {
  unsigned count = function.getNumArguments();
  llvm::BitVector pooled(count);
  SmallVector<MemRefType> caches;
  for (unsigned i = 0; i < count; ++i) {
    auto name = function.getArgAttrOfType<StringAttr>(i, kCache);
    if (!name)
      continue;
    Type type = function.getArgument(i).getType();
    if (!isPlaceable(type))
      return function.emitError()
             << "expects the cache " << name
             << " to be a plain buffer of which only batch and positions are "
                "dynamic, got "
             << type;
    pooled.set(i);
    caches.push_back(cast<MemRefType>(type));
  }
  if (caches.empty())
    return success();
  if (!SymbolTable::symbolKnownUseEmpty(function, getOperation()))
    return function.emitError(
        "expects no calls of a function that takes caches from outside");
  if (failed(createSizeFunction(function, caches)))
    return failure();

  ImplicitLocOpBuilder b(function.getLoc(), function->getContext());
  Type index = b.getIndexType();
  Type bytes = MemRefType::get(ShapedType::kDynamic, b.getI8Type());
  for (Type type : {bytes, index, index})
    if (failed(function.insertArgument(function.getNumArguments(), type,
                                       DictionaryAttr(), function.getLoc())))
      return failure();
  b.setInsertionPointToStart(&function.getBody().front());
  StateLayout layout(b, function.getArgument(count + 1),
                     function.getArgument(count + 2));
  for (unsigned i : pooled.set_bits()) {
    BlockArgument cache = function.getArgument(i);
    auto type = cast<MemRefType>(cache.getType());
    Value start = layout.append(type);
    cache.replaceAllUsesWith(memref::ViewOp::create(
        b, type, function.getArgument(count), start, layout.getSizes(type)));
  }
  pooled.resize(function.getNumArguments());
  return function.eraseArguments(pooled);
}
