//===- Cache.cpp - Caches of keys and values ------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cache holds what attention reads, codes with a scale per head, and is the
// only value whose integer type does not follow from its float type. So the
// functions and ops that it may pass through are few.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

static bool isUpdate(OpOperand &use) {
  auto update = dyn_cast<transformer::UpdateCacheOp>(use.getOwner());
  return update && &use == &update.getCacheMutable();
}

/// The attention that reads `use` as keys or values; none for other uses.
static transformer::AttentionOp getReader(OpOperand &use) {
  auto attention = dyn_cast<transformer::AttentionOp>(use.getOwner());
  bool isRead = attention && (&use == &attention.getKeyMutable() ||
                              &use == &attention.getValueMutable());
  return isRead ? attention : nullptr;
}

/// The argument of a function that is updated there.
static bool isCacheArgument(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  return argument && argument.getOwner()->isEntryBlock() &&
         isa<func::FuncOp>(argument.getOwner()->getParentOp()) &&
         llvm::any_of(argument.getUses(), isUpdate);
}

static bool isCache(Value value) {
  return isCacheArgument(value) ||
         value.getDefiningOp<transformer::UpdateCacheOp>();
}

/// The width of the heads of an attention that reads the cache, before or after
/// an update.
static std::optional<int64_t> findHeadWidth(Value cache) {
  for (OpOperand &use : cache.getUses()) {
    if (transformer::AttentionOp reader = getReader(use))
      return reader.getHeadWidth();
    if (!isUpdate(use))
      continue;
    if (auto width = findHeadWidth(use.getOwner()->getResult(0)))
      return width;
  }
  return std::nullopt;
}

DenseMap<Value, Type> to_iquant::findCaches(ModuleOp module) {
  DenseMap<Value, Type> caches;
  module.walk([&](transformer::UpdateCacheOp op) {
    std::optional<int64_t> width = findHeadWidth(op.getResult());
    for (Value value : {op.getCache(), op.getResult()})
      if (width && isCache(value))
        caches[value] = getGroupType(value.getType(), *width);
  });
  return caches;
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// Checks the uses of a cache that `op` takes or gives.
static LogicalResult checkUses(transformer::UpdateCacheOp op, Value cache,
                               int64_t width) {
  for (OpOperand &use : cache.getUses()) {
    if (transformer::AttentionOp reader = getReader(use)) {
      if (reader.getHeadWidth() != width)
        return decline(op, "expects heads of one width to read the cache, "
                           "got " +
                               Twine(width) + " and " +
                               Twine(reader.getHeadWidth()) + " channels");
      continue;
    }
    auto function = dyn_cast<func::FuncOp>(use.getOwner()->getParentOp());
    bool isReturned = isa<func::ReturnOp>(use.getOwner()) && function &&
                      llvm::hasSingleElement(function.getBody());
    if (!isUpdate(use) && !isReturned)
      return decline(op, "expects a cache that only attention and the end of "
                         "a function of one block read, got '" +
                             use.getOwner()->getName().getStringRef() + "'");
  }
  return success();
}

LogicalResult to_iquant::check(transformer::UpdateCacheOp op) {
  std::optional<int64_t> width = findHeadWidth(op.getResult());
  if (!width)
    return decline(op, "expects an attention that reads the cache, since it "
                       "has a scale for each head, got none");
  if (isCacheArgument(op.getCache()) &&
      failed(checkUses(op, op.getCache(), *width)))
    return failure();
  return checkUses(op, op.getResult(), *width);
}

LogicalResult to_iquant::checkPassesNoCache(func::CallOp op) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      op, op.getCalleeAttr());
  if (!callee || callee.isExternal())
    return success();
  SmallVector<Value> passed(callee.getArguments());
  callee.walk(
      [&](func::ReturnOp op) { llvm::append_range(passed, op.getOperands()); });
  if (llvm::none_of(passed, isCache))
    return success();
  return decline(op, "expects a function that neither takes nor returns a "
                     "cache, got '" +
                         callee.getName() + "'");
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {
/// %r = transformer.update_cache %cache, %rows at %offset
///   -->
/// %q = iquant.quantize %rows, one scale per head
/// %r = iquant.update_cache %cache, %q at %offset
struct ConvertUpdateCache
    : public OpConversionPattern<transformer::UpdateCacheOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(transformer::UpdateCacheOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = cast<DynType>(getTypeConverter()->convertType(op.getResult()));
    auto quantize = [&](Value value) {
      return getQuantizedGroups(rewriter, op.getLoc(), value, type.getGroup());
    };
    rewriter.replaceOpWithNewOp<UpdateCacheOp>(op, quantize(adaptor.getCache()),
                                               quantize(adaptor.getRows()),
                                               adaptor.getOffset());
    return success();
  }
};
} // namespace

void to_iquant::populateCachePatterns(const TypeConverter &converter,
                                      RewritePatternSet &patterns) {
  patterns.add<ConvertUpdateCache>(converter, patterns.getContext());
}
