//===- OpTimes.cpp - Where the time of a model goes -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpTimes.h"

#include "dialects/IQuant/IQuant.h"
#include "dialects/Transformer/Transformer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;

static constexpr llvm::StringLiteral kFinish = "iquant_finish_op";

/// Ops that become code. To name the components of a value, or to join them,
/// takes none.
static bool isTimed(Operation *op) {
  return isa_and_nonnull<IQuantDialect, transformer::TransformerDialect>(
             op->getDialect()) &&
         !isa<ComposeOp, DecomposeOp>(op);
}

void OpTimes::instrument(ModuleOp module) {
  auto b =
      ImplicitLocOpBuilder::atBlockBegin(module.getLoc(), module.getBody());
  Type index = b.getIndexType();
  auto host =
      func::FuncOp::create(b, kFinish, b.getFunctionType({index, index}, {}));
  host.setPrivate();
  auto call = [&](size_t kind) {
    Value arguments[] = {
        arith::ConstantIndexOp::create(b, reinterpret_cast<int64_t>(this)),
        arith::ConstantIndexOp::create(b, kind)};
    func::CallOp::create(b, host, arguments);
  };
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isPublic() && !function.isExternal()) {
      b.setInsertionPointToStart(&function.getBody().front());
      call(kRest);
    }
  }
  llvm::StringMap<size_t> numbers;
  module.walk([&](Operation *op) {
    if (!isTimed(op))
      return;
    StringRef name = op->getName().stripDialect();
    auto [number, isNew] = numbers.try_emplace(name, kinds.size());
    if (isNew)
      kinds.push_back({name.str()});
    b.setInsertionPointAfter(op);
    call(number->second);
  });
}

HostFunction OpTimes::getHostFunction() {
  void (*finish)(OpTimes *, size_t) = [](OpTimes *times, size_t kind) {
    times->finish(kind);
  };
  return {"_mlir_ciface_iquant_finish_op", reinterpret_cast<void *>(finish)};
}

void OpTimes::finish(size_t kind) {
  kinds[kind].seconds += watch.restart();
  ++kinds[kind].count;
}

void OpTimes::clear() {
  for (Kind &kind : kinds)
    kind = {kind.name};
}

std::vector<OpTimes::Kind> OpTimes::getKinds() const {
  std::vector<Kind> sorted;
  for (const Kind &kind : llvm::drop_begin(kinds))
    if (kind.count != 0)
      sorted.push_back(kind);
  llvm::sort(sorted, [](const Kind &a, const Kind &b) {
    return a.seconds > b.seconds;
  });
  sorted.push_back({kinds[kRest].name, 0, kinds[kRest].seconds});
  return sorted;
}
