//===- DispatchToTargets.cpp - Functions that call a processor's code -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CpuCheck.h"

#include "iquant/Target/MatrixInstruction.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_DISPATCHTOTARGETS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

namespace {
struct DispatchToTargets
    : public iquant::impl::DispatchToTargetsBase<DispatchToTargets> {
  void runOnOperation() override;

private:
  /// Adds a function that calls the one of this name of a module, chosen by its
  /// last argument.
  LogicalResult dispatch(func::FuncOp first, ArrayRef<ModuleOp> modules);
};
} // namespace

/// The processor of a module.
static StringRef getProcessor(ModuleOp module) { return *module.getSymName(); }

/// A function that is elsewhere has one name for all targets.
static bool isDeclaration(Operation *op) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  return function && function.isExternal();
}

/// Puts the name of the module behind those of all that it defines.
static void renameSymbols(ModuleOp module) {
  MLIRContext *context = module.getContext();
  DenseMap<StringAttr, StringAttr> names;
  for (auto symbol : module.getOps<SymbolOpInterface>())
    if (!isDeclaration(symbol)) {
      StringAttr name = symbol.getNameAttr();
      names[name] = StringAttr::get(context, name.getValue() + "." +
                                                 getProcessor(module));
      symbol.setName(names[name]);
    }
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](FlatSymbolRefAttr reference) -> Attribute {
    StringAttr name = names.lookup(reference.getAttr());
    return name ? FlatSymbolRefAttr::get(name) : reference;
  });
  for (Operation &op : *module.getBody())
    op.walk([&](Operation *nested) { replacer.replaceElementsIn(nested); });
}

/// Moves all that the modules hold to the one around them, to be compiled for
/// their targets.
static void inlineModules(ModuleOp module, ArrayRef<ModuleOp> inner) {
  for (ModuleOp part : inner) {
    renameSymbols(part);
    LLVM::TargetAttrInterface target = getTarget(part);
    for (Operation &op : llvm::make_early_inc_range(*part.getBody())) {
      if (isDeclaration(&op) &&
          module.lookupSymbol(SymbolTable::getSymbolName(&op)))
        continue;
      op.moveBefore(module.getBody(), module.getBody()->end());
      auto function = dyn_cast<func::FuncOp>(op);
      if (!function || function.isExternal())
        continue;
      function.setPrivate();
      compileFor(function, target);
    }
    part.erase();
  }
}

LogicalResult DispatchToTargets::dispatch(func::FuncOp first,
                                          ArrayRef<ModuleOp> modules) {
  StringRef name = first.getSymName();
  SmallVector<std::string> callees;
  for (ModuleOp module : modules) {
    auto function = module.lookupSymbol<func::FuncOp>(name);
    if (!function)
      return first.emitError()
             << "expects a function for '" << getProcessor(module) << "', too";
    if (function.getFunctionType() != first.getFunctionType())
      return first.emitError()
             << "expects the same type for all targets, got "
             << first.getFunctionType() << ", and for '" << getProcessor(module)
             << "' " << function.getFunctionType();
    callees.push_back((name + "." + getProcessor(module)).str());
  }

  ImplicitLocOpBuilder b(first.getLoc(),
                         OpBuilder::atBlockEnd(getOperation().getBody()));
  func::FuncOp function = first.cloneWithoutRegions();
  b.insert(function);
  Block &entry = function.getBody().emplaceBlock();
  for (BlockArgument argument : first.getArguments())
    entry.addArgument(argument.getType(), argument.getLoc());
  auto arguments = llvm::to_vector_of<Value>(function.getArguments());
  if (failed(function.insertArgument(arguments.size(), b.getIndexType(), {},
                                     first.getLoc())))
    return failure();

  // The last one is the default: for whatever number a damaged state holds, it
  // asks least of the processor.
  auto numbers = llvm::to_vector(
      llvm::seq<int64_t>(0, static_cast<int64_t>(modules.size()) - 1));
  b.setInsertionPointToEnd(&entry);
  TypeRange types = first.getResultTypes();
  auto choice = scf::IndexSwitchOp::create(
      b, types, function.getArguments().back(), numbers, numbers.size());
  func::ReturnOp::create(b, choice.getResults());
  for (auto [callee, region] : llvm::zip_equal(
           callees,
           llvm::concat<Region>(choice.getCaseRegions(),
                                MutableArrayRef(choice.getDefaultRegion())))) {
    b.setInsertionPointToStart(&region.emplaceBlock());
    auto call = func::CallOp::create(b, callee, types, arguments);
    scf::YieldOp::create(b, call.getResults());
  }
  return success();
}

void DispatchToTargets::runOnOperation() {
  ModuleOp module = getOperation();
  StringRef attribute = LLVM::LLVMDialect::getTargetAttrName();
  auto modules =
      llvm::filter_to_vector(module.getOps<ModuleOp>(), [&](ModuleOp inner) {
        return inner.getSymName() && inner->hasAttr(attribute);
      });
  if (modules.empty())
    return;
  for (auto function : modules.front().getOps<func::FuncOp>())
    if (function.isPublic() && !function.isExternal() &&
        failed(dispatch(function, modules)))
      return signalPassFailure();
  auto targets = llvm::map_to_vector(
      modules, [&](ModuleOp inner) { return inner->getAttr(attribute); });
  module->setAttr("iquant.targets", ArrayAttr::get(&getContext(), targets));
  inlineModules(module, modules);
}
