//===- ConstantMatrix.h - Float constants as matrices -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads rows of a constant in double precision, wherever its elements lie.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_CONSTANTMATRIX_H
#define IQUANT_LIB_TRANSFORMS_CONSTANTMATRIX_H

#include "iquant/Support/FloatElements.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"

#include <Eigen/Core>
#include <vector>

namespace mlir::iquant {

using FloatMatrix =
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using DoubleMatrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A constant whose rows are its last dimension; a vector has one row.
class ConstantMatrix {
public:
  /// The constant must be one that `FloatElements` reads, as a pass has checked
  /// before.
  explicit ConstantMatrix(ElementsAttr constant);
  explicit ConstantMatrix(Value constant);

  int64_t getRank() const { return rank; }
  int64_t getRows() const { return rows; }
  int64_t getColumns() const { return columns; }

  DoubleMatrix read(int64_t firstRow, int64_t numRows) const;
  DoubleMatrix read() const { return read(0, rows); }

private:
  FloatElements elements;
  int64_t rank, columns, rows;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_CONSTANTMATRIX_H
