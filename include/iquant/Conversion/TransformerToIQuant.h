//===- TransformerToIQuant.h - Float to integer ops -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts of `convert-transformer-to-iquant`, for passes that convert more
// than it does: type converter, integer parameters, check, patterns.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_CONVERSION_TRANSFORMERTOIQUANT_H
#define IQUANT_CONVERSION_TRANSFORMERTOIQUANT_H

#include "iquant/Conversion/Weights.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/DialectConversion.h"

namespace mlir::iquant {

/// Float tensors become `!iquant.fixed` of `i32` elements and one exponent,
/// those that are caches in `module` the codes that attention reads; types
/// without floats stay; other types have no conversion.
class IQuantTypeConverter : public TypeConverter {
public:
  IQuantTypeConverter(ModuleOp module, int64_t exponent);

private:
  /// Found before the conversion, which takes blocks and uses apart.
  DenseMap<Value, Type> caches;
};

/// What a float constant is used for, which decides how it becomes integer.
enum class ParameterRole : unsigned {
  Weight,     ///< codes and a scale per output channel (V3)
  Vector,     ///< 16-bit fixed point (F4)
  Activation, ///< 32-bit fixed point of the activations' exponent (F4)
  Cosine,     ///< rotation table of frequencies (P1)
  Sine,       ///< rotation table of frequencies (P1)
};

/// The integer parameters of one conversion. Each constant is computed once
/// per role, and materialised once per function that uses it in that role.
class IntegerParameters {
public:
  IntegerParameters(MLIRContext *context, int64_t exponent, int64_t rowGroup)
      : context(context), exponent(exponent), rowGroup(rowGroup) {}

  /// The exponent of activations.
  int64_t getExponent() const { return exponent; }

  /// The size of the groups of a linear's input, as `getRowGroup` cuts them.
  int64_t getGroup(int64_t channels) const;

  /// Computes the integer form of `constant`, if it is not known already; the
  /// IR stays as it is. `what` names the constant in reasons, "a constant
  /// weight". Rotation tables have `positions` rows.
  LogicalResult compute(Value constant, ParameterRole role, StringRef what,
                        Decline decline, int64_t positions = 0);

  /// The value of a parameter that was computed, at the start of the function
  /// around `user`.
  Value materialize(OpBuilder &builder, Operation *user, Value constant,
                    ParameterRole role, int64_t positions = 0);

private:
  /// The attribute, the role, the number of positions.
  using Key = std::tuple<Attribute, unsigned, int64_t>;

  /// An iquant value whose components are constants.
  struct Parameter {
    Type type;
    SmallVector<TypedAttr> components;
  };

  LogicalResult computeWeight(ElementsAttr source, const FloatElements &values,
                              Parameter &result, Decline decline);
  LogicalResult computeVector(ElementsAttr source, const FloatElements &values,
                              Parameter &result, Decline decline);
  LogicalResult computeActivation(ElementsAttr source,
                                  const FloatElements &values,
                                  Parameter &result, Decline decline);
  LogicalResult computeTables(ElementsAttr source, const FloatElements &values,
                              int64_t positions, Decline decline);

  MLIRContext *context;
  int64_t exponent, rowGroup;
  DenseMap<Key, Parameter> parameters;
  DenseMap<std::pair<Region *, Key>, Value> materialized;
  /// The last op that was put at the start of a function.
  DenseMap<Region *, Operation *> last;
};

/// What ops compute with instead of the rules' own tables, two branches and
/// polynomials: forms that other systems published.
struct PublishedForms {
  std::optional<ExponentialForm> exponential;
  std::optional<SigmoidForm> sigmoid;
  /// That of a GELU by the error function.
  GeluForm erf = GeluForm::Erf;
};

/// Ops that stay in floats among integers.
class FloatIslands {
public:
  void insert(Operation *op) { ops.insert(op); }
  /// Whether the op, or one around it, is an island.
  bool contains(Operation *op) const;

private:
  DenseSet<Operation *> ops;
};

/// The ops of `module` that cannot be converted, and need not be, since what
/// they have in common with others are tensors. A remark at each says why.
FloatIslands findFloatIslands(ModuleOp module, IntegerParameters &parameters,
                              const PublishedForms &forms = {});

/// Checks that everything in `module` but `islands` can be converted, and
/// computes its parameters. Every obstacle is reported where it stands; the IR
/// stays as it is. After success no pattern below fails.
LogicalResult checkTransformerToIQuant(ModuleOp module,
                                       IntegerParameters &parameters,
                                       const PublishedForms &forms = {},
                                       const FloatIslands &islands = {});

/// Adds the patterns of all transformer ops, of float constants that are
/// activations, and of what carries values over boundaries of functions,
/// blocks and regions; makes `target` demand them, outside of `islands`, which
/// have to outlive it.
void populateTransformerToIQuant(const IQuantTypeConverter &converter,
                                 IntegerParameters &parameters,
                                 const FloatIslands &islands,
                                 RewritePatternSet &patterns,
                                 ConversionTarget &target,
                                 const PublishedForms &forms = {});

} // namespace mlir::iquant

#endif // IQUANT_CONVERSION_TRANSFORMERTOIQUANT_H
