//===- Functions.cpp - Components through functions -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"

using namespace mlir;
using namespace mlir::iquant;

/// The attributes of the components of values of `types` with `attributes`:
/// those of a value hold for every component, and the first one also remembers
/// the type.
static SmallVector<DictionaryAttr> componentAttributes(TypeRange types,
                                                       ArrayAttr attributes) {
  SmallVector<DictionaryAttr> result;
  for (auto [index, type] : llvm::enumerate(types)) {
    MLIRContext *context = type.getContext();
    auto ofValue = attributes ? cast<DictionaryAttr>(attributes[index])
                              : DictionaryAttr::get(context);
    NamedAttrList first(ofValue);
    if (isa<FixedType, DynType, WeightType>(type))
      first.set(kTypeAttrName, TypeAttr::get(type));
    result.push_back(first.getDictionary(context));
    result.append(getComponents(type).size() - 1, ofValue);
  }
  return result;
}

namespace {
struct ConvertFunction : OpConversionPattern<func::FuncOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(func::FuncOp op, OneToNOpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    FunctionType type = op.getFunctionType();
    TypeConverter::SignatureConversion arguments(type.getNumInputs());
    SmallVector<Type> results;
    if (failed(
            typeConverter->convertSignatureArgs(type.getInputs(), arguments)) ||
        failed(typeConverter->convertTypes(type.getResults(), results)))
      return rewriter.notifyMatchFailure(op, "a type has no components");
    if (!op.isExternal() && failed(rewriter.convertRegionTypes(
                                &op.getBody(), *typeConverter, &arguments)))
      return rewriter.notifyMatchFailure(op, "a block's types have no "
                                             "components");
    rewriter.modifyOpInPlace(op, [&] {
      auto argumentAttributes =
          componentAttributes(type.getInputs(), op.getArgAttrsAttr());
      auto resultAttributes =
          componentAttributes(type.getResults(), op.getResAttrsAttr());
      op.removeArgAttrsAttr();
      op.removeResAttrsAttr();
      op.setType(
          rewriter.getFunctionType(arguments.getConvertedTypes(), results));
      op.setAllArgAttrs(argumentAttributes);
      op.setAllResultAttrs(resultAttributes);
    });
    return success();
  }
};
} // namespace

void mlir::iquant::populateComponentSignaturePatterns(
    const TypeConverter &converter, RewritePatternSet &patterns,
    ConversionTarget &target) {
  patterns.add<ConvertFunction>(converter, patterns.getContext());
  populateCallOpTypeConversionPattern(patterns, converter);
  populateReturnOpTypeConversionPattern(patterns, converter);
  scf::populateSCFStructuralTypeConversions(converter, patterns);
  target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
    return converter.isSignatureLegal(op.getFunctionType()) &&
           converter.isLegal(&op.getBody());
  });
  target.markUnknownOpDynamicallyLegal(
      [&](Operation *op) { return converter.isLegal(op); });
}
