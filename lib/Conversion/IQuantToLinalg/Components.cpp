//===- Components.cpp - iquant values as their components -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The type converter, and the two ops that join and part components (V1).
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

using namespace mlir;
using namespace mlir::iquant;

ComponentTypeConverter::ComponentTypeConverter() {
  addConversion([](Type type) { return type; });
  addConversion(
      [](Type type,
         SmallVectorImpl<Type> &components) -> std::optional<LogicalResult> {
        if (!isa<FixedType, DynType, WeightType>(type))
          return std::nullopt;
        llvm::append_range(components, getComponents(type));
        return success();
      });
  // Where converted and unconverted ops meet; all of them fold when none of
  // the latter is left.
  addSourceMaterialization([](OpBuilder &builder, Type type,
                              ValueRange components, Location location) {
    return ComposeOp::create(builder, location, type, components).getResult();
  });
  addTargetMaterialization([](OpBuilder &builder, TypeRange types,
                              ValueRange values,
                              Location location) -> SmallVector<Value> {
    return llvm::to_vector_of<Value>(
        DecomposeOp::create(builder, location, types, values).getComponents());
  });
}

static SmallVector<Value> lowerCompose(ComposeOp op,
                                       LowerOp<ComposeOp>::Adaptor adaptor,
                                       ImplicitLocOpBuilder &) {
  SmallVector<Value> components;
  for (ValueRange component : adaptor.getComponents())
    components.push_back(component.front());
  return components;
}

namespace {
/// Replaces every result by the component that it is.
struct LowerDecompose : OpConversionPattern<DecomposeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(DecomposeOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, adaptor.getValue());
    return success();
  }
};
} // namespace

void mlir::iquant::populateComponentPatterns(const TypeConverter &converter,
                                             RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerCompose);
  patterns.add<LowerDecompose>(converter, patterns.getContext());
}
