//===- PoolConstants.cpp - Large constants in one caller-owned buffer -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/PassedArgument.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/DialectResourceBlobManager.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_POOLCONSTANTS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

/// Where each constant starts: a cache line, which is also the widest vector.
static constexpr int64_t kAlignment = 64;

/// The bytes of a constant, or nothing when they are not stored as such.
static std::optional<ArrayRef<char>> rawBytes(Attribute value) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      return blob->getData();
    return std::nullopt;
  }
  auto dense = dyn_cast<DenseIntOrFPElementsAttr>(value);
  if (!dense || dense.isSplat() ||
      dense.getElementType().getIntOrFloatBitWidth() % 8 != 0)
    return std::nullopt;
  return dense.getRawData();
}

namespace {

class ConstantPool {
public:
  ConstantPool(ModuleOp module, int64_t threshold);

  /// Offset of a pooled global.
  std::optional<int64_t> offsetOf(StringRef global) const {
    auto found = offsets.find(global);
    return found == offsets.end() ? std::nullopt : std::optional(found->second);
  }
  /// Writes the array to the module and erases the globals.
  void finish(ModuleOp module);

private:
  SmallVector<memref::GlobalOp> globals;
  llvm::StringMap<int64_t> offsets;
  int64_t size = 0;
};

} // namespace

ConstantPool::ConstantPool(ModuleOp module, int64_t threshold) {
  for (auto global : module.getOps<memref::GlobalOp>()) {
    if (!global.getConstant() || !global.getInitialValue() ||
        !global.isPrivate())
      continue;
    std::optional<ArrayRef<char>> bytes = rawBytes(*global.getInitialValue());
    if (!bytes || static_cast<int64_t>(bytes->size()) < threshold)
      continue;
    globals.push_back(global);
    offsets[global.getSymName()] = size;
    size += llvm::alignTo(bytes->size(), kAlignment);
  }
}

void ConstantPool::finish(ModuleOp module) {
  if (globals.empty())
    return;
  AsmResourceBlob blob = HeapAsmResourceBlob::allocate(size, kAlignment);
  for (memref::GlobalOp global : globals) {
    ArrayRef<char> bytes = *rawBytes(*global.getInitialValue());
    llvm::copy(bytes,
               blob.getMutableData().begin() + offsets[global.getSymName()]);
    global.erase();
  }
  auto type =
      RankedTensorType::get(size, IntegerType::get(module.getContext(), 8));
  module->setAttr("iquant.constants",
                  DenseResourceElementsAttr::get(type, "iquant.constants",
                                                 std::move(blob)));
}

/// The functions that take the pool: all public ones with a body, and those
/// that use a pooled global.
static llvm::SetVector<func::FuncOp> functionsThatNeed(const ConstantPool &pool,
                                                       ModuleOp module) {
  llvm::SetVector<func::FuncOp> needing;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    bool uses = function
                    .walk([&](memref::GetGlobalOp access) {
                      return pool.offsetOf(access.getName())
                                 ? WalkResult::interrupt()
                                 : WalkResult::advance();
                    })
                    .wasInterrupted();
    if (uses || function.isPublic())
      needing.insert(function);
  }
  return needing;
}

namespace {
struct PoolConstants : public iquant::impl::PoolConstantsBase<PoolConstants> {
  using PoolConstantsBase::PoolConstantsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    ConstantPool pool(module, threshold);
    Builder builder(module.getContext());
    addPassedArgument(
        module, functionsThatNeed(pool, module),
        MemRefType::get(ShapedType::kDynamic, builder.getI8Type()));
    module.walk([&](memref::GetGlobalOp access) {
      std::optional<int64_t> offset = pool.offsetOf(access.getName());
      if (!offset)
        return;
      auto function = access->getParentOfType<func::FuncOp>();
      ImplicitLocOpBuilder b(access.getLoc(), access);
      Value start = arith::ConstantIndexOp::create(b, *offset);
      Value view = memref::ViewOp::create(b, access.getType(),
                                          function.getArguments().back(), start,
                                          ValueRange());
      access.replaceAllUsesWith(view);
      access.erase();
    });
    pool.finish(module);
  }
};
} // namespace
