//===- Linear.cpp - Raise linears and embeddings --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "dialects/Transformer/Transformer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

//===----------------------------------------------------------------------===//
// Linear
//===----------------------------------------------------------------------===//

/// Whether nothing computes the value: a constant, an argument of the function,
/// or what an op without operands loads.
static bool isParameter(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return isa<FunctionOpInterface>(argument.getOwner()->getParentOp());
  return value.getDefiningOp()->getNumOperands() == 0;
}

/// sum_k input[rows, k] * weight[n, k] + start[n]
Raised raise::raiseLinear(Site &site) {
  Reader &reader = site.getReader();
  std::optional<Contraction> product = getContraction(reader, site.getTerm());
  if (!product || product->variables.size() != 1 || site.getIndices().empty())
    return std::nullopt;
  AffineExpr k = product->variables[0], n = site.getChannel();
  int64_t width = site.getSpace().getExtent(k);
  auto isWeight = [&](const Term &weight, const Term &input) {
    return !reader.dependsOn(input, n) &&
           isParameter(reader.look(weight).value) &&
           llvm::none_of(site.getRows(), [&](AffineExpr row) {
             return reader.dependsOn(weight, row);
           });
  };
  if (!isWeight(product->rhs, product->lhs))
    std::swap(product->lhs, product->rhs);
  if (!isWeight(product->rhs, product->lhs))
    return std::nullopt;
  if (ShapedType::isDynamic(width) || ShapedType::isDynamic(site.getChannels()))
    return site.decline("linear", "the sizes of its weight are not static");

  // The rows may have come in other dimensions than they are multiplied in.
  std::optional<Term> input = site.getRowsOf(product->lhs, k);
  if (!input) {
    Indices indices(site.getRows());
    indices.push_back(k);
    SmallVector<int64_t> shape(site.getType().getShape().drop_back());
    shape.push_back(width);
    input = Term{site.getTensor(product->lhs, indices, shape), indices};
  }
  Value weight =
      site.getTensor(product->rhs, {n, k}, {site.getChannels(), width});
  if (!*input || !weight)
    return site.decline("linear",
                        "an operand of its product is computed there");
  Value bias;
  if (product->start && !(bias = site.getChannelVector(product->start)))
    return site.decline("linear", "its sum begins with what is no bias");
  Value rows = site.cast(input->value, site.getType().getElementType());
  auto rowsType = cast<RankedTensorType>(rows.getType());
  SmallVector<int64_t> shape(rowsType.getShape());
  shape.back() = site.getChannels();
  Value result = transformer::LinearOp::create(
      site.getBuilder(), rowsType.clone(ArrayRef(shape)), rows, weight, bias);
  input->at.back() = n;
  return site.getActivation({result, input->at});
}

/// linear(input, weight) + bias[n]
Raised raise::raiseBias(Site &site) {
  Reader &reader = site.getReader();
  Node node = reader.read(site.getTerm());
  if (node.kind != Kind::Add || site.getIndices().empty())
    return std::nullopt;
  Term lhs = reader.look(node.operands[0]);
  Term rhs = reader.look(node.operands[1]);
  if (!lhs.value.getDefiningOp<transformer::LinearOp>())
    std::swap(lhs, rhs);
  auto linear = lhs.value.getDefiningOp<transformer::LinearOp>();
  if (!linear || linear.getBias() || lhs.at.back() != site.getChannel())
    return std::nullopt;
  Value bias = site.getChannelVector(rhs);
  if (!bias)
    return std::nullopt;
  Value biased = transformer::LinearOp::create(
      site.getBuilder(), linear.getType(), linear.getInput(),
      linear.getWeight(), bias);
  return site.getActivation({biased, lhs.at});
}

//===----------------------------------------------------------------------===//
// Embedding
//===----------------------------------------------------------------------===//

namespace {
/// A row of a table that an element is read from.
struct TableRow {
  Value table;
  /// The id as a term, or as an index that is known.
  Term id;
  AffineExpr index;
  /// The column; null where it is not an index that is known.
  AffineExpr column;
};
} // namespace

/// The element of a table of two dimensions that `row` and another index are
/// of, however the table is reshaped on the way.
static std::optional<Term> getElementOfTable(Reader &reader, const Term &term,
                                             AffineExpr row) {
  SmallVector<Term> path;
  reader.look(term, &path);
  for (Term &step : llvm::reverse(path))
    if (step.at.size() == 2 && step.at[0] == row &&
        isa<FloatType>(getElementTypeOrSelf(step.value.getType())))
      return step;
  return std::nullopt;
}

/// Reads an element that an op takes out of a table of two dimensions.
static std::optional<TableRow> getTableRow(Site &site) {
  Reader &reader = site.getReader();
  Node node = reader.read(site.getTerm());
  if (node.kind == Kind::Extract && node.operands.size() == 1) {
    auto unknown = llvm::find(node.at, AffineExpr());
    int64_t dim = unknown - node.at.begin();
    AffineExpr row = site.getSpace().add(
        cast<RankedTensorType>(node.table.getType()).getDimSize(dim));
    *unknown = row;
    auto element =
        getElementOfTable(reader, reader.getElement(node.table, node.at), row);
    if (!element)
      return std::nullopt;
    return TableRow{element->value, node.operands[0], {}, element->at[1]};
  }
  // Positions are known indices, and their rows a part of the table.
  bool gathers =
      site.getResult()
          .getOwner()
          ->walk([](Operation *op) {
            return isa<tensor::ExtractOp, tensor::GatherOp, tosa::GatherOp>(op)
                       ? WalkResult::interrupt()
                       : WalkResult::advance();
          })
          .wasInterrupted();
  Term head = reader.look(site.getTerm());
  if (!gathers || node.kind != Kind::Leaf || head.at.size() != 2 ||
      !isParameter(head.value))
    return std::nullopt;
  return TableRow{head.value, {}, head.at[0], head.at[1]};
}

/// Constant ids; null where they are not all known.
static Value getConstantIds(Site &site, const TableRow &row,
                            ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, site.getBuilder().getI32Type());
  if (!type.hasStaticShape())
    return {};
  SmallVector<int32_t> ids;
  SmallVector<int64_t> values(shape.size());
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    int64_t place = i;
    for (auto [index, size] :
         llvm::reverse(llvm::zip_equal(site.getRows(), shape))) {
      if (auto dim = dyn_cast<AffineDimExpr>(index))
        values[dim.getPosition()] = place % size;
      place /= size;
    }
    std::optional<double> id;
    if (row.id)
      id = site.getReader().evaluate(row.id, values);
    else if (auto known = evaluateIndex(row.index, values))
      id = *known;
    if (!id)
      return {};
    ids.push_back(static_cast<int32_t>(*id));
  }
  return arith::ConstantOp::create(site.getBuilder(),
                                   DenseElementsAttr::get(type, ArrayRef(ids)));
}

/// table[id[rows], c]
Raised raise::raiseEmbedding(Site &site) {
  if (site.getIndices().empty())
    return std::nullopt;
  std::optional<TableRow> row = getTableRow(site);
  if (!row)
    return std::nullopt;
  auto tableType = cast<RankedTensorType>(row->table.getType());
  if (!tableType.hasStaticShape() || tableType.getDimSize(0) == 0 ||
      tableType.getDimSize(1) != site.getChannels())
    return site.decline("embedding",
                        "it does not read whole rows of a table of "
                        "static sizes");
  if (row->column != site.getChannel())
    return site.decline("embedding", "its columns are not those of the table");
  ArrayRef<int64_t> shape = site.getType().getShape().drop_back();
  Value ids = getConstantIds(site, *row, shape);
  if (!ids && row->id)
    ids = site.getTensor(row->id, site.getRows(), shape);
  if (!ids || !getElementTypeOrSelf(ids.getType()).isSignlessInteger())
    return site.decline("embedding", "its ids are no tensor of integers");
  return transformer::EmbeddingOp::create(site.getBuilder(), site.getType(),
                                          ids, row->table);
}
