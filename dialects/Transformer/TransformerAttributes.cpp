//===- TransformerAttributes.cpp - Verification of attributes -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Transformer/Transformer.h"

#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace mlir::transformer;

/// Whether `elements` is an f32 tensor of this rank whose elements are there.
static bool isFloats(ElementsAttr elements, int64_t rank) {
  ShapedType type = elements.getShapedType();
  return isa<DenseFPElementsAttr, DenseResourceElementsAttr>(elements) &&
         type.getElementType().isF32() && type.getRank() == rank;
}

LogicalResult
StatisticsAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                       int64_t count, ElementsAttr min, ElementsAttr max,
                       ElementsAttr mean, ElementsAttr deviation,
                       ElementsAttr absmax, ElementsAttr rows) {
  if (count < 1)
    return emitError() << "expects a positive count, got " << count;
  Type first = min.getType();
  for (auto [name, vector] :
       {std::pair("min", min), std::pair("max", max), std::pair("mean", mean),
        std::pair("deviation", deviation), std::pair("absmax", absmax)})
    if (!isFloats(vector, /*rank=*/1) || vector.getType() != first)
      return emitError() << "expects f32 vectors of one length, got " << first
                         << " as min and " << vector.getType() << " as "
                         << name;
  if (!rows)
    return success();
  int64_t channels = min.getNumElements();
  if (!isFloats(rows, /*rank=*/2) ||
      rows.getShapedType().getDimSize(1) != channels)
    return emitError() << "expects rows as an f32 matrix of " << channels
                       << " columns, got " << rows.getType();
  return success();
}
