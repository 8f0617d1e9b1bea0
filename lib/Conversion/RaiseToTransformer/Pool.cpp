//===- Pool.cpp - Raise means of sequences --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "dialects/Transformer/Transformer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// sum_s x[..., s, c] / S, the mean of all rows of what is raised
Raised raise::raiseMeanPool(Site &site) {
  Reader &reader = site.getReader();
  if (site.getIndices().empty())
    return std::nullopt;
  Product product = getProduct(reader, site.getTerm());
  std::optional<Node> sum = getScaledSum(reader, product);
  if (!sum)
    return std::nullopt;
  Indices indices(site.getRows());
  indices.append({sum->variables[0], site.getChannel()});
  SmallVector<int64_t> shape;
  for (AffineExpr index : indices)
    shape.push_back(site.getSpace().getExtent(index));
  if (llvm::any_of(shape, ShapedType::isDynamic) ||
      !isNear(product.number * shape[shape.size() - 2], 1, site.getType()))
    return std::nullopt;
  // Means of norms are over channels, and no tensor on the way has them first.
  SmallVector<Term> path;
  Operation *producer =
      reader.look(sum->operands[0], &path).value.getDefiningOp();
  auto rows =
      llvm::find_if(path, [&](const Term &step) { return step.at == indices; });
  if (rows == path.end() || !producer ||
      !isa_and_nonnull<transformer::TransformerDialect>(producer->getDialect()))
    return std::nullopt;
  ImplicitLocOpBuilder &builder = site.getBuilder();
  auto mask =
      RankedTensorType::get(ArrayRef(shape).drop_back(), builder.getI1Type());
  return transformer::MeanPoolOp::create(
      builder, site.getType(),
      site.cast(rows->value, site.getType().getElementType()),
      arith::ConstantOp::create(builder, DenseElementsAttr::get(mask, true)));
}
