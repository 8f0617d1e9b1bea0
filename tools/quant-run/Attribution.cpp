//===- Attribution.cpp - What causes the error of an op -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attribution.h"

#include "dialects/IQuant/IQuant.h"
#include "dialects/Transformer/Transformer.h"
#include "iquant/Support/Locations.h"
#include "iquant/Support/Observers.h"

#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;
using namespace mlir::iquant::reference;

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

/// The ratio of `signal` to the difference of two tensors, in dB.
static double getRatio(const Tensor &signal, const Tensor &x, const Tensor &y) {
  double power = 0, noise = 0;
  for (auto [s, a, b] : llvm::zip_equal(signal.data<double>(), x.data<double>(),
                                        y.data<double>())) {
    power += s * s;
    noise += (a - b) * (a - b);
  }
  return toDecibels(power, noise);
}

/// Codes that are all `code`, with the scales of `value`.
static RuntimeValue fillCodes(const RuntimeValue &value, int64_t code) {
  SmallVector<Tensor, 1> components(value.getComponents());
  Tensor codes(components.front().getShape(),
               components.front().getElementType());
  for (int64_t i = 0, end = codes.getNumElements(); i < end; ++i)
    codes.setInt(i, code);
  components.front() = codes;
  return RuntimeValue(std::move(components));
}

/// Numbers rounded to the nearest that codes with the scales of `value` mean.
static Tensor roundLike(const RuntimeValue &value, DynType type,
                        const Tensor &numbers) {
  Tensor zeros = getRealNumbers(fillCodes(value, 0), type);
  Tensor ones = getRealNumbers(fillCodes(value, 1), type);
  double least = type.isAsymmetric() ? 0 : -127;
  double most = type.isAsymmetric() ? 255 : 127;
  Tensor result = numbers;
  for (auto [number, zero, one] :
       llvm::zip_equal(result.mutableData<double>(), zeros.data<double>(),
                       ones.data<double>())) {
    double step = one - zero;
    number = zero +
             step * std::clamp(std::round((number - zero) / step), least, most);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

SmallVector<Tensor> Attribution::Operands::select(bool roundParameters,
                                                  bool roundActivations) const {
  SmallVector<Tensor> result;
  for (auto [index, parameter] : llvm::enumerate(isParameter))
    result.push_back((parameter ? roundParameters : roundActivations)
                         ? rounded[index]
                         : exact[index]);
  return result;
}

/// The operand of an integer op that stands for one of the float op; none where
/// an integer op has another form of it.
static std::optional<unsigned> getCounterpart(Operation *op,
                                              OpOperand &reference) {
  unsigned number = reference.getOperandNumber();
  // Tables of cosines and sines stand for the frequencies.
  if (isa<RopeOp>(op) && number == 1)
    return std::nullopt;
  return isa<RopeOp>(op) && number == 2 ? 3 : number;
}

std::optional<Attribution::Operands>
Attribution::matchOperands(Operation *op, Operation *reference,
                           ArrayRef<RuntimeValue> values) {
  if (!isa<RopeOp>(op) && op->getNumOperands() != reference->getNumOperands())
    return std::nullopt;
  Operands operands;
  for (OpOperand &operand : reference->getOpOperands()) {
    std::optional<unsigned> number = getCounterpart(op, operand);
    Tensor rounded;
    if (number)
      rounded = isa<FloatType>(getElementTypeOrSelf(operand.get()))
                    ? getRealNumbers(values[*number],
                                     op->getOperand(*number).getType())
                    : values[*number].getTensor();
    Tensor known = rounded;
    ElementsAttr constant;
    bool isParameter =
        matchPattern(skipObservers(operand.get()), m_Constant(&constant)) &&
        isa<FloatType>(constant.getElementType());
    if (isParameter) {
      FailureOr<Tensor> parameter = Tensor::fromAttribute(constant);
      if (failed(parameter))
        return std::nullopt;
      known = *parameter;
    } else if (number) {
      if (auto found = exact.find(op->getOperand(*number));
          found != exact.end()) {
        known = found->second.numbers;
        operands.hasCodes = true;
      }
    }
    operands.exact.push_back(known);
    operands.rounded.push_back(number ? rounded : known);
    operands.isParameter.push_back(isParameter);
    operands.hasParameters |= isParameter && number;
    if (operands.rounded.back().getShape() != known.getShape())
      return std::nullopt;
  }
  return operands;
}

//===----------------------------------------------------------------------===//
// Losses
//===----------------------------------------------------------------------===//

static size_t countUses(Value value) {
  return std::distance(value.use_begin(), value.use_end());
}

StringRef LocalError::getCause() const {
  if (snr == INFINITY)
    return "";
  double least = std::min({weight, activation, approximation});
  if (least == weight)
    return "weight";
  return least == activation ? "activation" : "approximation";
}

Attribution::Attribution(ModuleOp reference) {
  reference.walk([&](Operation *op) {
    StringRef name = getLocationName(op->getLoc());
    if (!name.empty() &&
        isa_and_nonnull<transformer::TransformerDialect>(op->getDialect()))
      references.try_emplace(name, op);
  });
}

FailureOr<std::optional<LocalError>>
Attribution::measureLosses(Operation *op, Operation *reference,
                           ArrayRef<RuntimeValue> values,
                           const RuntimeValue &result) {
  std::optional<Operands> operands = matchOperands(op, reference, values);
  if (!operands)
    return std::optional<LocalError>();
  auto run = [&](bool roundParameters, bool roundActivations) {
    return evaluator.evaluate(
        reference, operands->select(roundParameters, roundActivations));
  };
  // What is the same either way is not computed again.
  FailureOr<Tensor> ideal = run(false, false), weight = ideal,
                    activation = ideal;
  if (operands->hasParameters)
    weight = run(true, false);
  if (operands->hasCodes)
    activation = run(false, true);
  FailureOr<Tensor> both = !operands->hasParameters ? activation
                           : !operands->hasCodes    ? weight
                                                    : run(true, true);
  if (failed(ideal) || failed(weight) || failed(activation) || failed(both))
    return failure();
  Tensor actual = getRealNumbers(result, op->getResult(0).getType());
  if (actual.getShape() != ideal->getShape())
    return std::optional<LocalError>();
  Tensor expected = *ideal, approximated = *both;
  // That codes are coarse counts at the ops that read them.
  if (auto type = dyn_cast<DynType>(op->getResult(0).getType())) {
    exact[op->getResult(0)] = {*ideal, countUses(op->getResult(0))};
    expected = roundLike(result, type, expected);
    approximated = roundLike(result, type, approximated);
  }
  LocalError error;
  error.snr = getRatio(*ideal, expected, actual);
  error.weight = getRatio(*ideal, *ideal, *weight);
  error.activation = getRatio(*ideal, *ideal, *activation);
  error.approximation = getRatio(*ideal, approximated, actual);
  if (auto attention = dyn_cast<AttentionOp>(op))
    error.heads =
        measureHeads(attention, cast<transformer::AttentionOp>(reference),
                     operands->exact, *ideal, actual);
  return std::optional(error);
}

FailureOr<std::optional<LocalError>>
Attribution::attribute(Operation *op, ArrayRef<RuntimeValue> operands,
                       ArrayRef<RuntimeValue> results) {
  FailureOr<std::optional<LocalError>> error = std::optional<LocalError>();
  if (auto quantize = dyn_cast<QuantizeOp>(op)) {
    exact[quantize] = {
        getRealNumbers(operands.front(), quantize.getInput().getType()),
        countUses(quantize)};
  } else if (Operation *reference =
                 references.lookup(getLocationName(op->getLoc()));
             reference && results.size() == 1 &&
             reference->getName().stripDialect() ==
                 op->getName().stripDialect()) {
    error = measureLosses(op, reference, operands, results.front());
  }
  for (Value operand : op->getOperands())
    if (auto found = exact.find(operand);
        found != exact.end() && --found->second.uses == 0)
      exact.erase(found);
  return error;
}
