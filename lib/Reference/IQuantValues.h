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

/// A dynamically quantized value. Groups are counted through all rows; without
/// groups each row is one.
struct DynView {
  DynView(DynType type, const RuntimeValue &value)
      : codes(value.getTensor()), group(type.getScaleGroup()),
        numGroups(type.getNumGroups()), isAsymmetric(type.isAsymmetric()),
        multipliers(value.getComponents()[1]),
        exponents(value.getComponents()[2]) {
    if (isAsymmetric)
      zeroPoints = value.getComponents()[3];
  }

  int64_t getCode(int64_t i) const {
    return isAsymmetric ? codes.data<uint8_t>()[i] : codes.data<int8_t>()[i];
  }
  int64_t getZeroPoint(int64_t g) const {
    return isAsymmetric ? zeroPoints.data<int32_t>()[g] : 0;
  }
  Dyadic getScale(int64_t g) const {
    int64_t m = isAsymmetric ? g / numGroups : g;
    return {multipliers.data<int32_t>()[m], exponents.data<int32_t>()[g]};
  }

  Tensor codes;
  /// The channels of a group, and the groups of a row.
  int64_t group, numGroups;

private:
  bool isAsymmetric;
  Tensor multipliers, exponents, zeroPoints;
};

/// A dynamically quantized value in the making.
class DynBuilder {
public:
  DynBuilder(DynType type, ArrayRef<int64_t> shape);

  /// Sets row `r` from its groups.
  void setRow(int64_t r, ArrayRef<QuantizedRow> groups);
  RuntimeValue take();

private:
  DynType type;
  Tensor codes, multipliers, exponents, zeroPoints;
};

/// Where the exponentials of a head come from.
class HeadExponential {
public:
  template <typename OpTy>
  HeadExponential(OpTy op, int64_t head) : form(op.getExponential()) {
    std::optional<TableAttr> tables = op.getTable();
    if (!tables)
      return;
    head = head % tables->getHeads();
    table = ExponentialTable{
        {tables->getMultiplier()[head], tables->getExponent()[head]},
        tables->getEntriesOf(head),
        tables->isDithered(),
        tables->getThresholdsOf(head),
        op.getPackedSum()};
  }

  ExponentialSource getSource() const {
    return form ? ExponentialSource(*form)
                : ExponentialSource(table ? &*table : nullptr);
  }

private:
  std::optional<ExponentialForm> form;
  std::optional<ExponentialTable> table;
};

/// A weight of `N` output channels of `K` codes, with a sum for each of
/// `numGroups` groups.
struct WeightView {
  WeightView(WeightType type, const RuntimeValue &value)
      : N(type.getShape()[0]), K(type.getShape()[1]),
        numGroups(type.getNumGroups()), type(type),
        components(value.getComponents()) {}

  /// The codes of an output channel, wherever they lie.
  SmallVector<int8_t> getChannel(int64_t n) const {
    ArrayRef<int8_t> codes = components[0].data<int8_t>();
    SmallVector<int8_t> channel;
    for (int64_t k = 0; k < K; ++k)
      channel.push_back(codes[type.getCodePosition(n, k)]);
    return channel;
  }
  Dyadic getScale(int64_t n) const {
    return {components[1].data<int32_t>()[n], components[2].data<int32_t>()[n]};
  }
  int64_t getSum(int64_t n, int64_t g) const {
    return components[3].data<int32_t>()[n * numGroups + g];
  }

  int64_t N, K, numGroups;

private:
  WeightType type;
  SmallVector<Tensor, 4> components;
};

Results evaluateRope(RopeOp op, Evaluator &evaluator);
Results evaluateRotatePairs(RotatePairsOp op, Evaluator &evaluator);
Results evaluateUpdateCache(UpdateCacheOp op, Evaluator &evaluator);
Results evaluateAttention(AttentionOp op, Evaluator &evaluator);

} // namespace mlir::iquant::reference

#endif // IQUANT_LIB_REFERENCE_IQUANTVALUES_H
