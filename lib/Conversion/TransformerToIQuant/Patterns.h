//===- Patterns.h - What the op families share ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks and patterns of each op family of `convert-transformer-to-iquant`.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_TRANSFORMERTOIQUANT_PATTERNS_H
#define IQUANT_LIB_CONVERSION_TRANSFORMERTOIQUANT_PATTERNS_H

#include "iquant/Conversion/Passes.h"
#include "iquant/Conversion/TransformerToIQuant.h"

namespace mlir::iquant::to_iquant {

/// The category of this pass's remarks.
inline constexpr StringLiteral kRemarkCategory =
    "convert-transformer-to-iquant";

/// Reports at `op` what keeps it from being converted, as an error and as a
/// remark.
LogicalResult decline(Operation *op, const Twine &reason);

/// Whether a float type occurs in `type`.
bool containsFloat(Type type);

/// Whether the operand is a weight, bias, norm parameter or frequency: a
/// constant that the conversion reads, not an activation.
bool isParameter(OpOperand &operand);

/// Whether `op` is a float constant that some user outside of `islands` reads
/// as an activation.
bool isActivationConstant(Operation *op, const FloatIslands &islands);

/// Whether `op`, if there is one, has float elements from nowhere else: it is a
/// constant, or a place for a result.
bool isFloatSource(Operation *op);

/// Gives islands constants of their own, and places for their results, so that
/// these are of one side only.
void separateIslands(ModuleOp module, FloatIslands &islands);

/// Makes floats of what an island reads, and fixed point of what others read of
/// it (rule F8).
void addIslandMaterializations(TypeConverter &converter);

/// The checks of ops that the types of operands and results do not decide.
LogicalResult check(transformer::EmbeddingOp op, IntegerParameters &parameters);
LogicalResult check(transformer::LinearOp op, IntegerParameters &parameters);
LogicalResult check(transformer::RmsNormOp op, IntegerParameters &parameters);
LogicalResult check(transformer::LayerNormOp op, IntegerParameters &parameters);
LogicalResult check(transformer::RopeOp op, IntegerParameters &parameters);
LogicalResult check(transformer::ScaleOp op, IntegerParameters &parameters);
LogicalResult check(transformer::SoftmaxOp op, const PublishedForms &forms);
LogicalResult check(transformer::AttentionOp op, const PublishedForms &forms);
LogicalResult check(transformer::SwiGluOp op, const PublishedForms &forms);
LogicalResult check(transformer::SiluOp op, const PublishedForms &forms);
LogicalResult check(transformer::UpdateCacheOp op);

/// Checks that a call needs no more than the types of what passes it.
LogicalResult checkPassesNoCache(func::CallOp op);

/// The caches of a module and their integer types.
DenseMap<Value, Type> findCaches(ModuleOp module);

/// Codes of the shape of `type` in the groups that `parameters` knows: what a
/// linear reads.
DynType getRowType(Type type, const IntegerParameters &parameters);

/// Codes of the shape of `type` in groups of `group` channels: what attention
/// reads.
DynType getGroupType(Type type, int64_t group);

/// The quantized form of a fixed-point value, with `ui8` codes for linears or
/// `si8` codes per group. Every value is quantized once per form; what a norm
/// or a clamp quantized already is taken as it is, and so is a cache. A new op
/// has the location `loc`.
Value getQuantized(OpBuilder &builder, Location loc, Value value, DynType type);
Value getQuantizedRows(OpBuilder &builder, Location loc, Value value,
                       const IntegerParameters &parameters);
Value getQuantizedGroups(OpBuilder &builder, Location loc, Value value,
                         int64_t group);

/// A pattern that reads parameters.
template <typename SourceOp>
struct ParameterPattern : public OpConversionPattern<SourceOp> {
  ParameterPattern(const TypeConverter &converter, MLIRContext *context,
                   IntegerParameters &parameters)
      : OpConversionPattern<SourceOp>(converter, context),
        parameters(parameters) {}

  /// The fixed-point type of the op's result.
  FixedType getResultType(SourceOp op) const {
    return cast<FixedType>(
        this->getTypeConverter()->convertType(op->getResult(0).getType()));
  }

  /// The vector of an optional operand; a null value without it.
  Value getVector(OpBuilder &builder, Operation *op, Value constant,
                  ParameterRole role) const {
    return constant ? parameters.materialize(builder, op, constant, role)
                    : Value();
  }

  IntegerParameters &parameters;
};

void populateLinearPatterns(const TypeConverter &converter,
                            IntegerParameters &parameters,
                            RewritePatternSet &patterns);
void populateNormPatterns(const TypeConverter &converter,
                          IntegerParameters &parameters,
                          RewritePatternSet &patterns);
void populateAttentionPatterns(const TypeConverter &converter,
                               IntegerParameters &parameters,
                               const PublishedForms &forms,
                               RewritePatternSet &patterns);
void populateActivationPatterns(const TypeConverter &converter,
                                const PublishedForms &forms,
                                RewritePatternSet &patterns);
void populateCachePatterns(const TypeConverter &converter,
                           RewritePatternSet &patterns);
void populateSlicePatterns(const TypeConverter &converter,
                           RewritePatternSet &patterns);
void populateElementwisePatterns(const TypeConverter &converter,
                                 IntegerParameters &parameters,
                                 RewritePatternSet &patterns);
void populateBoundaryPatterns(const TypeConverter &converter,
                              IntegerParameters &parameters,
                              const FloatIslands &islands,
                              RewritePatternSet &patterns,
                              ConversionTarget &target);

} // namespace mlir::iquant::to_iquant

#endif // IQUANT_LIB_CONVERSION_TRANSFORMERTOIQUANT_PATTERNS_H
