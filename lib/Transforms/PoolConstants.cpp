//===- PoolConstants.cpp - Large constants in one caller-owned buffer -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/CacheLine.h"
#include "iquant/Support/ConstantBytes.h"
#include "iquant/Support/PassedArgument.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/CachedHashString.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_POOLCONSTANTS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

/// The bytes of a constant, or nothing when not all of them are stored.
static std::optional<ArrayRef<char>> rawBytes(Attribute value) {
  auto dense = dyn_cast<DenseElementsAttr>(value);
  return dense && dense.isSplat() ? std::nullopt
                                  : iquant::getConstantBytes(value);
}

/// The size of the numbers in a buffer; 0 for elements of other types.
static int64_t sizeInBytes(MemRefType type) {
  if (!type.getElementType().isIntOrFloat())
    return 0;
  return llvm::divideCeil(type.getNumElements() * type.getElementTypeBitWidth(),
                          8);
}

/// Why a constant has to stay in the module; empty if it can leave.
static StringRef findReasonToStay(memref::GlobalOp global) {
  Attribute value = *global.getInitialValue();
  if (!global.isPrivate())
    return "other modules can refer to it";
  if (rawBytes(value))
    return "";
  if (isa<DenseResourceElementsAttr>(value))
    return "its data is missing";
  auto dense = dyn_cast<DenseElementsAttr>(value);
  return dense && dense.isSplat() ? "all its elements are the same"
                                  : "its elements are not whole bytes";
}

namespace {

class ConstantPool {
public:
  /// Collects the constants of at least `threshold` bytes; remarks of
  /// `category` say which of these stay where they are.
  ConstantPool(ModuleOp module, int64_t threshold, StringRef category);

  int64_t getCount() const { return globals.size(); }
  int64_t getSizeInBytes() const { return size; }
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

ConstantPool::ConstantPool(ModuleOp module, int64_t threshold,
                           StringRef category) {
  // Functions that pack the same weight have the same bytes, and so have
  // targets whose instructions read the same tiles.
  llvm::MapVector<llvm::CachedHashStringRef, SmallVector<memref::GlobalOp, 1>>
      users;
  for (auto global : module.getOps<memref::GlobalOp>()) {
    int64_t bytes = sizeInBytes(global.getType());
    if (!global.getConstant() || bytes == 0 || bytes < threshold ||
        !isa_and_nonnull<ElementsAttr>(global.getInitialValueAttr()))
      continue;
    if (StringRef reason = findReasonToStay(global); !reason.empty()) {
      remark::missed(
          global.getLoc(),
          remark::RemarkOpts::name("ConstantStays").category(category))
          << remark::add("constant '{0}' stays in the module: {1}",
                         global.getSymName(), reason);
      continue;
    }
    globals.push_back(global);
    ArrayRef<char> data = *rawBytes(*global.getInitialValue());
    users[llvm::CachedHashStringRef(StringRef(data.data(), data.size()))]
        .push_back(global);
  }
  auto place = [&](bool areShared) {
    for (auto &[bytes, globals] : users) {
      if (areShared != (globals.size() > 1))
        continue;
      for (memref::GlobalOp global : globals)
        offsets[global.getSymName()] = size;
      size += llvm::alignTo(bytes.size(), kCacheLine);
    }
  };
  // What one target reads is then in two blocks, so that a process maps few
  // pages of others.
  place(/*areShared=*/true);
  place(/*areShared=*/false);
}

/// A part of an array, which lives as long as one of its parts.
static AsmResourceBlob share(const std::shared_ptr<AsmResourceBlob> &array,
                             ArrayRef<char> part) {
  return AsmResourceBlob(
      part, kCacheLine, [array](void *, size_t, size_t) {},
      /*dataIsMutable=*/false);
}

void ConstantPool::finish(ModuleOp module) {
  if (globals.empty())
    return;
  auto array = std::make_shared<AsmResourceBlob>(
      HeapAsmResourceBlob::allocate(size, kCacheLine));
  for (memref::GlobalOp global : globals) {
    Attribute value = *global.getInitialValue();
    ArrayRef<char> bytes = *rawBytes(value);
    MutableArrayRef<char> place = array->getMutableData().slice(
        offsets[global.getSymName()], llvm::alignTo(bytes.size(), kCacheLine));
    // Of a resource that two globals hold, the second finds it in its place.
    if (bytes.data() != place.data())
      std::fill(llvm::copy(bytes, place.begin()), place.end(), 0);
    // Whoever else reads the resource finds it in the array from now on, so
    // that no constant is in memory twice.
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
      resource.getRawHandle().getResource()->setBlob(
          share(array, place.take_front(bytes.size())));
    global.erase();
  }
  auto type =
      RankedTensorType::get(size, IntegerType::get(module.getContext(), 8));
  module->setAttr("iquant.constants", DenseResourceElementsAttr::get(
                                          type, "iquant.constants",
                                          share(array, array->getData())));
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
    ConstantPool pool(module, threshold, getArgument());
    report(pool);
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

private:
  void report(const ConstantPool &pool) {
    Location location = getOperation().getLoc();
    auto options =
        remark::RemarkOpts::name("PoolConstants").category(getArgument());
    if (pool.getCount() == 0)
      remark::missed(location, options) << remark::add(
          "no constant of {0} bytes or more can be pooled", int64_t(threshold));
    else
      remark::passed(location, options)
          << remark::add("the caller passes in what were constants")
          << remark::metric("PooledConstants", pool.getCount())
          << remark::metric("PoolBytes", pool.getSizeInBytes());
  }
};
} // namespace
