//===- AddCInterface.cpp - Functions for callers in C ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the pass: decides what callers see.
//
//===----------------------------------------------------------------------===//

#include "CInterface.h"
#include "CpuCheck.h"

#include "iquant/Conversion/IQuantToLinalg.h"
#include "iquant/Support/ConstantBytes.h"
#include "iquant/Target/MatrixInstruction.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/xxhash.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_ADDCINTERFACE
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

static ArrayRef<char> getConstants(ModuleOp module) {
  auto pool =
      module->getAttrOfType<DenseResourceElementsAttr>("iquant.constants");
  if (!pool)
    return {};
  return pool.getRawHandle().getBlob()->getData();
}

/// A name that C takes: that of the location if there is one.
static std::string getCName(Location location, const Twine &otherwise) {
  if (auto named = location->findInstanceOf<NameLoc>()) {
    StringRef name = named.getName();
    bool isName =
        !name.empty() && !llvm::isDigit(name.front()) &&
        llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
    if (isName)
      return name.str();
  }
  return otherwise.str();
}

static Type getMeaning(DictionaryAttr attributes) {
  auto meaning =
      attributes ? attributes.getAs<TypeAttr>(kTypeAttrName) : TypeAttr();
  return meaning ? meaning.getValue() : Type();
}

/// A function without caches; fails on a type that has no place in C.
static FailureOr<CFunction> describeFunction(func::FuncOp callee,
                                             bool hasTargets) {
  CFunction function{callee, {}, {}};
  Builder b(callee.getContext());
  Type pool = MemRefType::get({ShapedType::kDynamic}, b.getI8Type());
  ArrayRef<Type> types = callee.getArgumentTypes();
  if (types.empty() || types.back() != pool)
    return callee.emitError()
           << "expects the pool of constants, " << pool
           << ", as the last argument, got " << callee.getFunctionType();
  if (hasTargets && (types.size() == 1 || !types.drop_back().back().isIndex()))
    return callee.emitError() << "expects the number of a target, 'index', "
                                 "before the pool of constants, got "
                              << callee.getFunctionType();
  for (BlockArgument argument :
       callee.getArguments().drop_back(hasTargets ? 2 : 1)) {
    auto type = dyn_cast<MemRefType>(argument.getType());
    if (!type || !type.getLayout().isIdentity())
      return callee.emitError()
             << "expects buffers as arguments, got " << argument.getType();
    unsigned number = argument.getArgNumber();
    function.arguments.push_back(
        {getCName(argument.getLoc(), "argument" + Twine(number)), type,
         getMeaning(callee.getArgAttrDict(number))});
  }
  for (auto [number, result] : llvm::enumerate(callee.getResultTypes())) {
    auto type = dyn_cast<MemRefType>(result);
    if (!type || !type.getLayout().isIdentity())
      return callee.emitError() << "expects buffers as results, got " << result;
    std::string name = "result";
    if (callee.getNumResults() > 1)
      name += std::to_string(number);
    function.results.push_back(
        {name, type, getMeaning(callee.getResultAttrDict(number))});
  }
  return function;
}

/// The facts of a function with a state; fails if it is no step of a language
/// model.
static FailureOr<CStep> describeStep(func::FuncOp callee,
                                     func::FuncOp stateSize, bool hasTargets) {
  auto number = [&](StringRef name) {
    auto attribute = callee->getAttrOfType<IntegerAttr>(name);
    return attribute ? attribute.getInt() : 0;
  };
  CStep step;
  step.callee = callee;
  step.stateSize = stateSize;
  step.contextLength = number(transformer::kContextLength);
  step.vocabularySize = number("transformer.vocabulary_size");
  if (step.contextLength <= 0 || step.vocabularySize <= 0)
    return callee.emitError() << "has a state, but not the attributes '"
                              << transformer::kContextLength
                              << "' and 'transformer.vocabulary_size'";
  if (auto tokens =
          callee->getAttrOfType<DenseI64ArrayAttr>("transformer.end_tokens"))
    llvm::append_range(step.endTokens, tokens.asArrayRef());
  auto logits =
      dyn_cast_or_null<FixedType>(getMeaning(callee.getResultAttrDict(0)));
  if (!logits)
    return callee.emitError() << "expects logits in fixed point as its first "
                                 "result, got "
                              << callee.getResultTypes().front();
  step.logitExponent = logits.getExponent();
  Builder b(callee.getContext());
  Type index = b.getIndexType(),
       bytes = MemRefType::get({ShapedType::kDynamic}, b.getI8Type());
  auto ids = MemRefType::get({ShapedType::kDynamic, ShapedType::kDynamic},
                             b.getI32Type());
  SmallVector<Type> types = {ids, index, bytes, bytes, index, index};
  if (hasTargets)
    types.insert(types.begin() + 2, index);
  if (callee.getArgumentTypes() != ArrayRef(types))
    return callee.emitError()
           << "expects ids, a position, "
           << (hasTargets ? "the number of a target, " : "")
           << "constants, a state, its batch and capacity as arguments, got "
           << callee.getFunctionType();
  return step;
}

/// A hash of the constants and of the code, which knows where these lie and how
/// a state is laid out.
static uint64_t computeBuildId(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  auto hash = [&](ArrayRef<char> bytes) {
    out << llvm::xxh3_64bits(StringRef(bytes.data(), bytes.size())) << '\n';
  };
  // Printed without the constants, which a printer that elides them writes out
  // all the same, to find that they are too long; and without the names of
  // resources, for which targets that are compiled at once are in a race.
  hash(getConstants(module));
  Attribute pool = module->removeAttr("iquant.constants");
  SmallVector<std::pair<memref::GlobalOp, Attribute>> resources;
  for (auto global : module.getOps<memref::GlobalOp>()) {
    Attribute value = global.getInitialValueAttr();
    if (!isa_and_nonnull<DenseResourceElementsAttr>(value))
      continue;
    hash(getConstantBytes(value).value_or(ArrayRef<char>()));
    resources.push_back({global, value});
    global.setInitialValueAttr(UnitAttr::get(module.getContext()));
  }
  module->print(out);
  for (auto [global, value] : resources)
    global.setInitialValueAttr(value);
  if (pool)
    module->setAttr("iquant.constants", pool);
  return llvm::xxh3_64bits(text);
}

/// The targets that there is code for.
static SmallVector<LLVM::TargetAttrInterface> getTargets(ModuleOp module) {
  if (auto targets = module->getAttrOfType<ArrayAttr>("iquant.targets"))
    return llvm::to_vector(targets.getAsRange<LLVM::TargetAttrInterface>());
  return {getTarget(module)};
}

static FailureOr<CInterface> describe(ModuleOp module, StringRef prefix) {
  CInterface interface;
  interface.prefix = prefix;
  interface.buildId = computeBuildId(module);
  interface.weightBytes = getConstants(module).size();
  interface.hasTargets = module->hasAttr("iquant.targets");
  SymbolTable symbols(module);
  auto findStateSize = [&](func::FuncOp function) {
    return symbols.lookup<func::FuncOp>(function.getName().str() +
                                        "_state_size");
  };
  DenseSet<func::FuncOp> sizes;
  for (auto function : module.getOps<func::FuncOp>())
    if (func::FuncOp size = findStateSize(function))
      sizes.insert(size);
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function.isPublic() || function.isExternal() ||
        sizes.contains(function))
      continue;
    if (func::FuncOp size = findStateSize(function)) {
      if (interface.step)
        return function.emitError()
               << "is a second function with a state, "
                  "after '"
               << interface.step->callee.getSymName() << "'";
      FailureOr<CStep> step =
          describeStep(function, size, interface.hasTargets);
      if (failed(step))
        return failure();
      interface.step = std::move(*step);
      continue;
    }
    FailureOr<CFunction> described =
        describeFunction(function, interface.hasTargets);
    if (failed(described))
      return failure();
    interface.functions.push_back(std::move(*described));
  }
  return interface;
}

static bool isCName(StringRef name) {
  return !name.empty() && llvm::isAlpha(name.front()) &&
         llvm::all_of(name,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

namespace {
struct AddCInterface : public iquant::impl::AddCInterfaceBase<AddCInterface> {
  using AddCInterfaceBase::AddCInterfaceBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (!isCName(prefix)) {
      emitError(module.getLoc())
          << "expects a prefix that C takes as a name, got '"
          << prefix.getValue() << "'";
      return signalPassFailure();
    }
    FailureOr<CInterface> interface = describe(module, prefix);
    if (failed(interface))
      return signalPassFailure();
    interface->chooseTarget = emitCpuCheck(module, getTargets(module));
    emitCFunctions(module, *interface);
    Builder builder(module.getContext());
    module->setAttr("iquant.c_header",
                    builder.getStringAttr(writeCHeader(*interface)));
    module->setAttr("iquant.build_id",
                    builder.getI64IntegerAttr(interface->buildId));
    hideFunctions(*interface);
  }

private:
  void hideFunctions(const CInterface &interface);
};
} // namespace

SmallVector<func::FuncOp> CInterface::getCallees() const {
  SmallVector<func::FuncOp> callees;
  for (const CFunction &function : functions)
    callees.push_back(function.callee);
  if (step)
    callees.append({step->callee, step->stateSize});
  return callees;
}

void AddCInterface::hideFunctions(const CInterface &interface) {
  for (func::FuncOp function : interface.getCallees())
    function.setPrivate();
  // Or two libraries in one process would share the functions of one of them.
  auto internal =
      LLVM::LinkageAttr::get(&getContext(), LLVM::Linkage::Internal);
  for (auto function : getOperation().getOps<func::FuncOp>())
    if (function.isPrivate() && !function.isExternal())
      function->setAttr("llvm.linkage", internal);
}
