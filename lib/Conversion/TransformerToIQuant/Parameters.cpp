//===- Parameters.cpp - Integer parameters as constants -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "iquant/Support/ConstantBuilder.h"
#include "iquant/Support/RowGroups.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_iquant;

/// The largest rotation table: 128 MiB.
static constexpr int64_t kMaxTableElements = int64_t(1) << 26;

int64_t IntegerParameters::getGroup(int64_t channels) const {
  return getRowGroup(channels, rowGroup);
}

/// A constant of integers that `T` stores.
template <typename T>
static ConstantBuilder<T> createBuilder(MLIRContext *context,
                                        ArrayRef<int64_t> shape) {
  return ConstantBuilder<T>(
      RankedTensorType::get(shape, IntegerType::get(context, 8 * sizeof(T))));
}

/// What the integer form of `source` is called as a resource.
static std::string nameOf(ElementsAttr source, StringRef component) {
  StringRef name = "parameter";
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(source))
    name = resource.getRawHandle().getKey();
  return (name + "." + component).str();
}

//===----------------------------------------------------------------------===//
// Computation
//===----------------------------------------------------------------------===//

LogicalResult IntegerParameters::computeWeight(ElementsAttr source,
                                               const FloatElements &values,
                                               Parameter &result,
                                               Decline decline) {
  ArrayRef<int64_t> shape = source.getShapedType().getShape();
  if (values.size() == 0)
    return decline("expects a weight with elements, got the shape " +
                   Twine(shape[0]) + "x" + Twine(shape[1]));
  auto codes = createBuilder<int8_t>(context, shape);
  auto multipliers = createBuilder<int32_t>(context, shape[0]);
  auto exponents = createBuilder<int32_t>(context, shape[0]);
  auto type = WeightType::get(context, shape,
                              IntegerType::get(context, 8, IntegerType::Signed),
                              getGroup(shape[1]), /*tiles=*/{});
  auto codeSums = createBuilder<int32_t>(context, type.getSumShape());
  if (failed(quantizeWeight(
          context, values,
          {codes.data(), multipliers.data(), exponents.data(), codeSums.data()},
          decline)))
    return failure();
  result.type = type;
  result.components = {codes.finish(nameOf(source, "codes")),
                       multipliers.finish(nameOf(source, "multipliers")),
                       exponents.finish(nameOf(source, "exponents")),
                       codeSums.finish(nameOf(source, "code_sums"))};
  return success();
}

LogicalResult IntegerParameters::computeVector(ElementsAttr source,
                                               const FloatElements &values,
                                               Parameter &result,
                                               Decline decline) {
  ArrayRef<int64_t> shape = source.getShapedType().getShape();
  auto fixed = createBuilder<int16_t>(context, shape);
  FailureOr<int64_t> vectorExponent = toFixed16(values, fixed.data(), decline);
  if (failed(vectorExponent))
    return failure();
  result.type = FixedType::get(context, shape, IntegerType::get(context, 16),
                               *vectorExponent);
  result.components = {fixed.finish(nameOf(source, "fixed16"))};
  return success();
}

LogicalResult IntegerParameters::computeActivation(ElementsAttr source,
                                                   const FloatElements &values,
                                                   Parameter &result,
                                                   Decline decline) {
  ArrayRef<int64_t> shape = source.getShapedType().getShape();
  auto fixed = createBuilder<int32_t>(context, shape);
  if (failed(toFixed32(values, exponent, fixed.data(), decline)))
    return failure();
  result.type =
      FixedType::get(context, shape, IntegerType::get(context, 32), exponent);
  result.components = {fixed.finish(nameOf(source, "fixed32"))};
  return success();
}

LogicalResult IntegerParameters::computeTables(ElementsAttr source,
                                               const FloatElements &values,
                                               int64_t positions,
                                               Decline decline) {
  if (values.size() != 0 && positions > kMaxTableElements / values.size())
    return decline("expects rotation tables of at most " +
                   Twine(kMaxTableElements) + " elements, got " +
                   Twine(positions) + " positions of " + Twine(values.size()) +
                   " frequencies");
  int64_t shape[] = {positions, values.size()};
  auto cosine = createBuilder<int16_t>(context, shape);
  auto sine = createBuilder<int16_t>(context, shape);
  if (failed(computeRotation(values, cosine.data(), sine.data(), decline)))
    return failure();
  Type type = FixedType::get(context, shape, IntegerType::get(context, 16),
                             kRotationExponent);
  parameters[{source, static_cast<unsigned>(ParameterRole::Cosine),
              positions}] = {type, {cosine.finish(nameOf(source, "cosine"))}};
  parameters[{source, static_cast<unsigned>(ParameterRole::Sine), positions}] =
      {type, {sine.finish(nameOf(source, "sine"))}};
  return success();
}

/// Where a value comes from, for a reader.
static std::string describeOrigin(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return "argument " + std::to_string(argument.getArgNumber()) + " of '" +
           argument.getOwner()->getParentOp()->getName().getStringRef().str() +
           "'";
  return "a result of '" +
         value.getDefiningOp()->getName().getStringRef().str() + "'";
}

LogicalResult IntegerParameters::compute(Value constant, ParameterRole role,
                                         StringRef what, Decline decline,
                                         int64_t positions) {
  ElementsAttr source;
  if (!matchPattern(constant, m_Constant(&source)))
    return decline("expects " + what + ", got " + describeOrigin(constant));
  Key key(source, static_cast<unsigned>(role), positions);
  if (parameters.contains(key))
    return success();
  FailureOr<FloatElements> values = FloatElements::get(source, decline);
  if (failed(values))
    return failure();
  Parameter result;
  LogicalResult computed = success();
  switch (role) {
  case ParameterRole::Weight:
    computed = computeWeight(source, *values, result, decline);
    break;
  case ParameterRole::Vector:
    computed = computeVector(source, *values, result, decline);
    break;
  case ParameterRole::Activation:
    computed = computeActivation(source, *values, result, decline);
    break;
  case ParameterRole::Cosine:
  case ParameterRole::Sine:
    return computeTables(source, *values, positions, decline);
  }
  if (succeeded(computed))
    parameters[key] = std::move(result);
  return computed;
}

//===----------------------------------------------------------------------===//
// Materialisation
//===----------------------------------------------------------------------===//

/// The body of the function, or other op isolated from above, around `op`.
static Region *getFunctionBody(Operation *op) {
  Region *region = op->getParentRegion();
  while (!region->getParentOp()->hasTrait<OpTrait::IsIsolatedFromAbove>())
    region = region->getParentRegion();
  return region;
}

Value IntegerParameters::materialize(OpBuilder &builder, Operation *user,
                                     Value constant, ParameterRole role,
                                     int64_t positions) {
  ElementsAttr source;
  matchPattern(constant, m_Constant(&source));
  Key key(source, static_cast<unsigned>(role), positions);
  Region *body = getFunctionBody(user);
  Value &value = materialized[{body, key}];
  if (value)
    return value;

  OpBuilder::InsertionGuard guard(builder);
  if (Operation *previous = last.lookup(body))
    builder.setInsertionPointAfter(previous);
  else
    builder.setInsertionPointToStart(&body->front());
  const Parameter &parameter = parameters.find(key)->second;
  Location loc = constant.getLoc();
  SmallVector<Value> components;
  for (TypedAttr component : parameter.components)
    components.push_back(arith::ConstantOp::create(builder, loc, component));
  auto compose = ComposeOp::create(builder, loc, parameter.type, components);
  last[body] = compose;
  return value = compose;
}
