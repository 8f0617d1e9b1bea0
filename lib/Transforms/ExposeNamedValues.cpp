//===- ExposeNamedValues.cpp - Named values as results --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/Locations.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/Matchers.h"

#include "llvm/ADT/MapVector.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_EXPOSENAMEDVALUES
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

/// Whether a value of this type says what an op computed.
static bool isActivation(Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return isa<FloatType>(tensor.getElementType());
  return isa<FixedType, DynType>(type);
}

/// Whether the op only brings a constant into the function.
static bool isConstant(Operation &op) {
  if (op.hasTrait<OpTrait::ConstantLike>())
    return true;
  return isa<ComposeOp>(op) && llvm::all_of(op.getOperands(), [](Value value) {
           return matchPattern(value, m_Constant());
         });
}

namespace {
struct ExposeNamedValues
    : public iquant::impl::ExposeNamedValuesBase<ExposeNamedValues> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    Operation *terminator = function.front().getTerminator();
    if (!function.getBody().hasOneBlock()) {
      function.emitError() << "expects a function of one block, got "
                           << function.getBody().getBlocks().size();
      return signalPassFailure();
    }

    llvm::MapVector<StringRef, Value> named;
    for (Operation &op : function.front())
      if (StringRef name = getLocationName(op.getLoc());
          !name.empty() && op.getNumResults() == 1 && !isConstant(op) &&
          isActivation(op.getResult(0).getType()))
        named[name] = op.getResult(0);

    SmallVector<Type> types(function.getResultTypes());
    SmallVector<DictionaryAttr> attributes;
    function.getAllResultAttrs(attributes);
    Builder builder(&getContext());
    for (auto [name, value] : named) {
      terminator->insertOperands(terminator->getNumOperands(), value);
      types.push_back(value.getType());
      attributes.push_back(builder.getDictionaryAttr(
          builder.getNamedAttr("iquant.name", builder.getStringAttr(name))));
    }
    function.setType(
        FunctionType::get(&getContext(), function.getArgumentTypes(), types));
    function.setAllResultAttrs(attributes);
  }
};
} // namespace
