//===- ConstantMatrix.cpp - Float constants as matrices -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantMatrix.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::iquant;

static ElementsAttr getAttribute(Value constant) {
  ElementsAttr attribute;
  matchPattern(constant, m_Constant(&attribute));
  return attribute;
}

ConstantMatrix::ConstantMatrix(Value constant)
    : ConstantMatrix(getAttribute(constant)) {}

ConstantMatrix::ConstantMatrix(ElementsAttr constant)
    : elements(*FloatElements::get(
          constant, [](const Twine &) -> LogicalResult { return failure(); })),
      rank(constant.getShapedType().getRank()),
      columns(constant.getShapedType().getShape().back()),
      rows(columns == 0 ? 0 : elements.size() / columns) {}

DoubleMatrix ConstantMatrix::read(int64_t firstRow, int64_t numRows) const {
  DoubleMatrix result(numRows, columns);
  elements.read(firstRow * columns,
                {result.data(), static_cast<size_t>(result.size())});
  return result;
}
