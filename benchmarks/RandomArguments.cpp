//===- RandomArguments.cpp - Operands to time ops on ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RandomArguments.h"

#include "dialects/IQuant/IQuant.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

Tensor RandomArguments::makeTensor(RankedTensorType type, int64_t low,
                                   int64_t high) {
  SmallVector<int64_t> shape(type.getShape());
  for (int64_t &size : shape)
    if (ShapedType::isDynamic(size))
      size = rows;
  Tensor tensor(shape, type.getElementType());
  std::uniform_int_distribution<int64_t> between(low, high);
  for (int64_t i = 0, end = tensor.getNumElements(); i < end; ++i)
    tensor.setInt(i, between(randomBits));
  return tensor;
}

RuntimeValue RandomArguments::makeValue(Type type) {
  SmallVector<Tensor, 1> values;
  auto add = [&](Type component, int64_t low, int64_t high) {
    values.push_back(makeTensor(cast<RankedTensorType>(component), low, high));
  };
  SmallVector<Type> components = getComponents(type);
  if (auto fixed = dyn_cast<FixedType>(type)) {
    int64_t bound = fixed.getElementType().isInteger(16) ? 1 << 14 : 1 << 17;
    add(components[0], -bound, bound);
  } else if (auto dyn = dyn_cast<DynType>(type)) {
    add(components[0], dyn.isAsymmetric() ? 0 : -127,
        dyn.isAsymmetric() ? 255 : 127);
    add(components[1], 32768, 65535);
    add(components[2], 19, 21);
    if (dyn.isAsymmetric())
      add(components[3], 100, 150);
  } else if (auto weight = dyn_cast<WeightType>(type)) {
    add(components[0], -weightBound, weightBound);
    add(components[1], 32768, 65535);
    add(components[2], 24, 26);
    add(components[3], 0, 0);
    for (int64_t i = 0, end = values[0].getNumElements(); i < end; ++i) {
      int64_t group = i / weight.getSumGroup();
      values[3].setInt(group, values[3].getInt(group) + values[0].getInt(i));
    }
  } else if (type.isIndex()) {
    values.push_back(Tensor::integerScalar(0, type));
  } else {
    add(type, 0, 1000);
  }
  return RuntimeValue(std::move(values));
}

/// The tensors of a value as constants, as weights and other parameters are in
/// models.
static SmallVector<Value> makeConstants(ImplicitLocOpBuilder &b, StringRef name,
                                        const RuntimeValue &value) {
  return llvm::map_to_vector(
      value.getComponents(), [&](const Tensor &tensor) -> Value {
        auto constant = DenseResourceElementsAttr::get(
            RankedTensorType::get(tensor.getShape(), tensor.getElementType()),
            name,
            HeapAsmResourceBlob::allocateAndCopyWithAlign(tensor.getRawData(),
                                                          64));
        return arith::ConstantOp::create(b, constant);
      });
}

SmallVector<RuntimeValue> RandomArguments::make(func::FuncOp function) {
  Block &body = function.getBody().front();
  ImplicitLocOpBuilder b(function.getLoc(), &body, body.begin());
  SmallVector<RuntimeValue> arguments;
  unsigned count = function.getNumArguments();
  for (unsigned i = 0; i < count; ++i) {
    BlockArgument argument = function.getArgument(i);
    Type type = argument.getType();
    RuntimeValue value = makeValue(type);
    bool isParameter =
        !type.isIndex() && !ShapedType::isDynamicShape(getShape(type));
    SmallVector<Value> components;
    if (isParameter) {
      components = makeConstants(b, function.getSymName(), value);
    } else {
      for (auto [tensor, component] :
           llvm::zip_equal(value.getComponents(), getComponents(type))) {
        unsigned position = function.getNumArguments();
        (void)function.insertArgument(position, component, {}, b.getLoc());
        components.push_back(function.getArgument(position));
        arguments.push_back(tensor);
      }
    }
    bool isPlain = getComponents(type).front() == type;
    argument.replaceAllUsesWith(
        isPlain ? components.front()
                : Value(ComposeOp::create(b, type, components)));
  }
  llvm::BitVector old(function.getNumArguments());
  old.set(0, count);
  (void)function.eraseArguments(old);
  return arguments;
}
