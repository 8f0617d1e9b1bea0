//===- IQuantValues.h - Components of iquant values by row ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares views of quantized values that the ops of the iquant dialect share.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_REFERENCE_IQUANTVALUES_H
#define IQUANT_LIB_REFERENCE_IQUANTVALUES_H

#include "Evaluator.h"

#include "dialects/IQuant/IQuant.h"
#include "iquant/Reference/Rules.h"

namespace mlir::iquant::reference {

/// Row `r` of `width` elements.
template <typename T>
ArrayRef<T> rowOf(const Tensor &tensor, int64_t r, int64_t width) {
  return tensor.data<T>().slice(r * width, width);
}

/// A dynamically quantized value. Here a row is what has one scale: a row of
/// the tensor, or one group of it.
struct DynView {
  DynView(DynType type, const RuntimeValue &value)
      : codes(value.getTensor()), group(type.getScaleGroup()),
        isAsymmetric(type.isAsymmetric()),
        multipliers(value.getComponents()[1]),
        exponents(value.getComponents()[2]) {
    if (isAsymmetric)
      zeroPoints = value.getComponents()[3];
  }

  int64_t getCode(int64_t i) const {
    return isAsymmetric ? codes.data<uint8_t>()[i] : codes.data<int8_t>()[i];
  }
  int64_t getZeroPoint(int64_t r) const {
    return isAsymmetric ? zeroPoints.data<int32_t>()[r] : 0;
  }
  Dyadic getScale(int64_t r) const {
    return {multipliers.data<int32_t>()[r], exponents.data<int32_t>()[r]};
  }

  Tensor codes;
  int64_t group;

private:
  bool isAsymmetric;
  Tensor multipliers, exponents, zeroPoints;
};

/// A dynamically quantized value in the making, row by row as above.
class DynBuilder {
public:
  DynBuilder(DynType type, ArrayRef<int64_t> shape);

  int64_t getNumRows() const { return multipliers.getNumElements(); }
  void setRow(int64_t r, const QuantizedRow &row);
  RuntimeValue take();

private:
  DynType type;
  Tensor codes, multipliers, exponents, zeroPoints;
};

/// A weight of `N` output channels of `K` codes.
struct WeightView {
  explicit WeightView(const RuntimeValue &value)
      : N(value.getTensor().getDim(0)), K(value.getTensor().getDim(1)),
        components(value.getComponents()) {}

  ArrayRef<int8_t> getChannel(int64_t n) const {
    return rowOf<int8_t>(components[0], n, K);
  }
  Dyadic getScale(int64_t n) const {
    return {components[1].data<int32_t>()[n], components[2].data<int32_t>()[n]};
  }
  int64_t getSum(int64_t n) const { return components[3].data<int32_t>()[n]; }

  int64_t N, K;

private:
  SmallVector<Tensor, 4> components;
};

Results evaluateRope(RopeOp op, Evaluator &evaluator);
Results evaluateAttention(AttentionOp op, Evaluator &evaluator);

} // namespace mlir::iquant::reference

#endif // IQUANT_LIB_REFERENCE_IQUANTVALUES_H
