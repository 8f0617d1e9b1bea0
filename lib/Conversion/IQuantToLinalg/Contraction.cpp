//===- Contraction.cpp - Products of matrices of codes --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"

#include "RowBuilder.h"

#include "iquant/Support/Shapes.h"

using namespace mlir;
using namespace mlir::iquant;

static Int extend(Int code, Extension extension) {
  return extension == Extension::Signed ? code.sext(32) : code.zext(32);
}

/// The contraction whose second factor is read by `bMap`; `columns` of it are
/// those of the result.
static Value contract(ImplicitLocOpBuilder &builder, Factor a, Factor b,
                      OpFoldResult columns, AffineMap bMap) {
  OpFoldResult sizes[] = {sizesOf(builder, a.codes)[0], columns};
  Value empty =
      tensor::EmptyOp::create(builder, sizes, builder.getIntegerType(32));
  Value zero = constant(builder, 32, 0);
  Value sums = linalg::FillOp::create(builder, zero, empty).getResult(0);
  AffineExpr m = builder.getAffineDimExpr(0), n = builder.getAffineDimExpr(1),
             k = builder.getAffineDimExpr(2);
  auto map = [&](AffineExpr row, AffineExpr column) {
    return AffineMap::get(3, 0, {row, column}, builder.getContext());
  };
  using utils::IteratorType;
  return createGeneric(builder, {{a.codes, map(m, k)}, {b.codes, bMap}},
                       {{sums, map(m, n)}},
                       {IteratorType::parallel, IteratorType::parallel,
                        IteratorType::reduction},
                       [&](ArrayRef<Int> in) -> SmallVector<Int> {
                         return {in[2] + extend(in[0], a.extension) *
                                             extend(in[1], b.extension)};
                       })
      .front();
}

Value mlir::iquant::createContraction(ImplicitLocOpBuilder &builder, Factor a,
                                      Factor b) {
  AffineMap rowsAreColumns = AffineMap::getMultiDimMapWithTargets(
      3, ArrayRef<unsigned>{1, 2}, builder.getContext());
  return contract(builder, a, b, sizesOf(builder, b.codes)[0], rowsAreColumns);
}

Value mlir::iquant::createWeightedSum(ImplicitLocOpBuilder &builder, Factor a,
                                      Factor b) {
  AffineMap rowsAreSummed = AffineMap::getMultiDimMapWithTargets(
      3, ArrayRef<unsigned>{2, 1}, builder.getContext());
  return contract(builder, a, b, sizesOf(builder, b.codes)[1], rowsAreSummed);
}
