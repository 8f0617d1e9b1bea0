//===- IQuantValues.cpp - Components of iquant values by row --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IQuantValues.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

DynBuilder::DynBuilder(DynType type, ArrayRef<int64_t> shape) : type(type) {
  Builder builder(type.getContext());
  SmallVector<int64_t> rows(shape.drop_back()), groups = rows;
  if (type.getGroup())
    groups.push_back(type.getNumGroups());
  codes = Tensor(shape, builder.getI8Type());
  multipliers =
      Tensor(type.isAsymmetric() ? rows : groups, builder.getI32Type());
  exponents = Tensor(groups, builder.getI32Type());
  zeroPoints = Tensor(groups, builder.getI32Type());
}

void DynBuilder::setRow(int64_t r, ArrayRef<QuantizedRow> groups) {
  int64_t width = type.getScaleGroup(), i = r * groups.size();
  for (const QuantizedRow &group : groups) {
    llvm::copy(group.codes, codes.mutableData<uint8_t>().begin() + i * width);
    multipliers.setInt(type.isAsymmetric() ? r : i, group.scale.multiplier);
    exponents.setInt(i, group.scale.exponent);
    zeroPoints.setInt(i, group.zeroPoint);
    ++i;
  }
}

RuntimeValue DynBuilder::take() {
  SmallVector<Tensor, 1> components = {codes, multipliers, exponents};
  if (type.isAsymmetric())
    components.push_back(zeroPoints);
  return RuntimeValue(std::move(components));
}
