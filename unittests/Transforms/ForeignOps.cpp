//===- ForeignOps.cpp - A dialect that the foldings do not know -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ForeignOps.h"

#include "dialects/Transformer/Transformer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::transformer;
using namespace foreign;

#include "unittests/Transforms/ForeignDialect.cpp.inc"

#define GET_OP_CLASSES
#include "unittests/Transforms/ForeignOps.cpp.inc"

void ForeignDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "unittests/Transforms/ForeignOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Interfaces
//===----------------------------------------------------------------------===//

MutableOperandRange AffineOp::getChannelScale() { return getScaleMutable(); }

std::optional<MutableOperandRange> AffineOp::getChannelShift() {
  return getShiftMutable();
}

SmallVector<ChannelSink> ProjectOp::getInputSinks(OpOperand &operand) {
  if (&operand != &getInputMutable())
    return {};
  return {{&getWeightMutable(), 0}};
}

SmallVector<ChannelSink> ProjectOp::getOutputSinks() {
  SmallVector<ChannelSink> sinks = {{&getWeightMutable(), 1}};
  for (OpOperand &bias : getBiasMutable())
    sinks.push_back({&bias, 0});
  return sinks;
}

std::optional<ShiftSink> ProjectOp::getInputShiftSink(OpOperand &operand) {
  if (&operand != &getInputMutable())
    return std::nullopt;
  return ShiftSink{&getWeightMutable(), 0, getBiasMutable()};
}

SmallVector<ChannelTie> MixOp::getChannelTies() {
  auto result = cast<OpResult>(getResult());
  return {ChannelTie::all(getLhsMutable(), result, ChannelMapKind::Linear),
          ChannelTie::all(getRhsMutable(), result, ChannelMapKind::Linear)};
}

SmallVector<ChannelTie> ReverseOp::getChannelTies() {
  ChannelTie tie = ChannelTie::all(
      getInputMutable(), cast<OpResult>(getResult()), ChannelMapKind::Diagonal);
  std::reverse(tie.secondChannels.begin(), tie.secondChannels.end());
  return {tie};
}

//===----------------------------------------------------------------------===//
// Meaning
//===----------------------------------------------------------------------===//

namespace {
/// Writes every op as a linear and, for a mix, a sum.
class Lowering {
public:
  explicit Lowering(Operation *op)
      : builder(op->getLoc(), op), type(op->getResult(0).getType()) {}

  Value lower(AffineOp op) {
    int64_t size = getChannels(op.getInput());
    std::vector<double> scale(size, 1), weight(size * size);
    if (op.getScale())
      scale = read(op.getScale());
    for (int64_t i = 0; i < size; ++i)
      weight[i * size + i] = scale[i];
    return linear(op.getInput(), size, weight, op.getShift());
  }

  Value lower(ProjectOp op) {
    std::vector<double> elements = read(op.getWeight());
    int64_t inputs = getChannels(op.getInput()), outputs = getChannels(op);
    std::vector<double> weight(elements.size());
    for (int64_t k = 0; k < inputs; ++k)
      for (int64_t n = 0; n < outputs; ++n)
        weight[n * inputs + k] = elements[k * outputs + n];
    return linear(op.getInput(), outputs, weight, op.getBias());
  }

  Value lower(MixOp op) {
    int64_t size = getChannels(op);
    std::vector<double> half(size * size);
    for (int64_t i = 0; i < size; ++i)
      half[i * size + i] = 0.5;
    return AddOp::create(builder, type, op.getLhs(),
                         linear(op.getRhs(), size, half, Value()));
  }

  Value lower(ReverseOp op) {
    int64_t size = getChannels(op);
    std::vector<double> weight(size * size);
    for (int64_t i = 0; i < size; ++i)
      weight[i * size + size - 1 - i] = 1;
    return linear(op.getInput(), size, weight, Value());
  }

private:
  static int64_t getChannels(Value value) {
    return cast<RankedTensorType>(value.getType()).getShape().back();
  }

  static std::vector<double> read(Value constant) {
    DenseElementsAttr elements;
    matchPattern(constant, m_Constant(&elements));
    auto values = elements.getValues<double>();
    return {values.begin(), values.end()};
  }

  Value linear(Value input, int64_t outputs, ArrayRef<double> weight,
               Value bias) {
    auto weightType = RankedTensorType::get({outputs, getChannels(input)},
                                            builder.getF64Type());
    Value constant = arith::ConstantOp::create(
        builder, DenseElementsAttr::get(weightType, weight));
    return LinearOp::create(builder, type, input, constant, bias);
  }

  ImplicitLocOpBuilder builder;
  Type type;
};
} // namespace

void foreign::lowerForeignOps(Operation *root) {
  root->walk([](Operation *op) {
    TypeSwitch<Operation *>(op).Case<AffineOp, ProjectOp, MixOp, ReverseOp>(
        [](auto op) {
          op.getResult().replaceAllUsesWith(Lowering(op).lower(op));
          op.erase();
        });
  });
}
