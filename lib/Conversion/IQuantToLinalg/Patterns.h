//===- Patterns.h - One lowering function per op ----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the lowerings by op family, and the pattern that applies one. Every
// iquant op can be lowered, so a lowering is a function from the components of
// the operands to those of the result.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_IQUANTTOLINALG_PATTERNS_H
#define IQUANT_LIB_CONVERSION_IQUANTTOLINALG_PATTERNS_H

#include "dialects/IQuant/IQuant.h"
#include "iquant/Conversion/IQuantToLinalg.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::iquant {

/// The components of an `!iquant.dyn`; `si8` codes have no zero point.
struct DynComponents {
  explicit DynComponents(ValueRange values)
      : codes(values[0]), multiplier(values[1]), exponent(values[2]),
        zeroPoint(values.size() > 3 ? values[3] : Value()) {}
  Value codes, multiplier, exponent, zeroPoint;
};

/// The components of an `!iquant.weight`.
struct WeightComponents {
  explicit WeightComponents(ValueRange values)
      : codes(values[0]), multiplier(values[1]), exponent(values[2]),
        sums(values[3]) {}
  Value codes, multiplier, exponent, sums;
};

/// The one component of an `!iquant.fixed`.
inline Value codesOf(ValueRange fixed) { return fixed.front(); }

/// Replaces an op by what a function makes of its operands' components.
template <typename OpTy> class LowerOp : public OpConversionPattern<OpTy> {
public:
  using Adaptor = typename OpTy::template GenericAdaptor<ArrayRef<ValueRange>>;
  using Lowering = SmallVector<Value> (*)(OpTy, Adaptor,
                                          ImplicitLocOpBuilder &);

  LowerOp(const TypeConverter &converter, MLIRContext *context,
          Lowering lowering)
      : OpConversionPattern<OpTy>(converter, context), lowering(lowering) {}

  LogicalResult
  matchAndRewrite(OpTy op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder builder(op.getLoc(), rewriter);
    SmallVector<Value> components = lowering(op, adaptor, builder);
    // An op may say less about its result's sizes than its operands do.
    SmallVector<Type> types = getComponents(op->getResultTypes().front());
    for (auto [component, type] : llvm::zip_equal(components, types))
      if (component.getType() != type)
        component = tensor::CastOp::create(builder, type, component);
    rewriter.replaceOpWithMultiple(op, {components});
    return success();
  }

private:
  Lowering lowering;
};

template <typename OpTy, typename Adaptor>
void addLowering(const TypeConverter &converter, RewritePatternSet &patterns,
                 SmallVector<Value> (*lowering)(OpTy, Adaptor,
                                                ImplicitLocOpBuilder &)) {
  patterns.add<LowerOp<OpTy>>(converter, patterns.getContext(), lowering);
}

void populateActivationPatterns(const TypeConverter &, RewritePatternSet &);
void populateAttentionPatterns(const TypeConverter &, RewritePatternSet &);
void populateComponentPatterns(const TypeConverter &, RewritePatternSet &);
void populateElementwisePatterns(const TypeConverter &, RewritePatternSet &);
void populateLinearPatterns(const TypeConverter &, RewritePatternSet &);
void populateNormPatterns(const TypeConverter &, RewritePatternSet &);
void populateQuantizePatterns(const TypeConverter &, RewritePatternSet &);
void populateRopePatterns(const TypeConverter &, RewritePatternSet &);
void populateSoftmaxPatterns(const TypeConverter &, RewritePatternSet &);

} // namespace mlir::iquant

#endif // IQUANT_LIB_CONVERSION_IQUANTTOLINALG_PATTERNS_H
