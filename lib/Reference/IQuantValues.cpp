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
  SmallVector<int64_t> scaleShape(shape.drop_back());
  if (type.getGroup())
    scaleShape.push_back(shape.back() / type.getGroup());
  codes = Tensor(shape, builder.getI8Type());
  multipliers = Tensor(scaleShape, builder.getI32Type());
  exponents = Tensor(scaleShape, builder.getI32Type());
  zeroPoints = Tensor(scaleShape, builder.getI32Type());
}

void DynBuilder::setRow(int64_t r, const QuantizedRow &row) {
  llvm::copy(row.codes,
             codes.mutableData<uint8_t>().begin() + r * type.getScaleGroup());
  multipliers.setInt(r, row.scale.multiplier);
  exponents.setInt(r, row.scale.exponent);
  zeroPoints.setInt(r, row.zeroPoint);
}

RuntimeValue DynBuilder::take() {
  SmallVector<Tensor, 1> components = {codes, multipliers, exponents};
  if (type.isAsymmetric())
    components.push_back(zeroPoints);
  return RuntimeValue(std::move(components));
}
