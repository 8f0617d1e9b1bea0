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

bool raise::isParameter(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return isa<FunctionOpInterface>(argument.getOwner()->getParentOp());
  return value.getDefiningOp()->getNumOperands() == 0;
}

/// The index of the result that counts the rows of a weight which no other
/// index of it chooses; null where there is none.
static AffineExpr getFeature(Site &site, const Term &weight, const Term &input,
                             bool mayBeArgument) {
  Reader &reader = site.getReader();
  Term element = reader.look(weight);
  Value parameter = element.value;
  if (!isParameter(parameter) ||
      (isa<BlockArgument>(parameter) && !mayBeArgument))
    return {};
  // What every iteration of a loop has another part of is no weight.
  for (AffineExpr loop : site.getTerm().loops)
    if (auto dim = dyn_cast<AffineDimExpr>(loop);
        dim && element.anyIndex([&](AffineExpr index) {
          return index.isFunctionOfDim(dim.getPosition());
        }))
      return {};
  // A factor of all channels is no weight of a single feature.
  SplatElementsAttr factor;
  if (matchPattern(parameter, m_Constant(&factor)) &&
      factor.getType().getRank() < 2)
    return {};
  // The only feature is the last index, which is 0.
  AffineExpr feature = site.getChannel();
  bool isFound = false;
  for (AffineExpr index : site.getIndices()) {
    if (!reader.dependsOn(weight, index))
      continue;
    if (isFound || reader.dependsOn(input, index))
      return {};
    feature = index;
    isFound = true;
  }
  // Of two activations one may be an argument; it is no weight on the left.
  bool isOnTheLeft = feature != site.getChannel();
  if ((isOnTheLeft && isa<BlockArgument>(parameter)) ||
      reader.dependsOn(input, feature))
    return {};
  return feature;
}

/// The tensor whose rows are those of the result, and whose channels `k` are
/// those that are summed up over.
static std::optional<Term> getInput(Site &site, const Term &element,
                                    AffineExpr k, int64_t width) {
  // The rows may have come in other dimensions than they are multiplied in.
  if (auto input = site.getRowsOf(element, k))
    return input;
  Indices indices(site.getRows());
  indices.push_back(k);
  SmallVector<int64_t> shape(site.getType().getShape().drop_back());
  shape.push_back(width);
  if (Value input = site.getTensor(element, indices, shape))
    return Term{input, indices};
  return std::nullopt;
}

/// sum_k input[rows, k] * weight[n, k] + start[n], n the channel. Where there
/// are several k, channels and places in a patch of an image, they are one.
static Raised raiseLinearOf(Site &site, const Contraction &product) {
  IndexSpace &space = site.getSpace();
  SmallVector<int64_t> extents;
  for (AffineExpr variable : product.variables)
    extents.push_back(space.getExtent(variable));
  if (llvm::any_of(extents, ShapedType::isDynamic) ||
      ShapedType::isDynamic(site.getChannels()))
    return site.decline("linear", "the sizes of its weight are not static");
  AffineExpr k = space.join(product.variables, extents), n = site.getChannel();
  int64_t width = llvm::product_of(extents);

  std::optional<Term> input = getInput(site, product.lhs, k, width);
  if (!input && extents.size() > 1)
    return site.decline("linear", "its patches overlap, or are no part of "
                                  "their image that a reshape gives");
  Value weight =
      site.getTensor(product.rhs, {n, k}, {site.getChannels(), width});
  if (!input || !weight)
    return site.decline("linear",
                        "an operand of its product is computed there");
  Value bias;
  if (product.start && !(bias = site.getChannelVector(product.start)))
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

/// The same with the channels of the result in any of its dimensions.
Raised raise::raiseLinear(Site &site) {
  std::optional<Contraction> product =
      getContraction(site.getReader(), site.getTerm());
  if (!product || product->variables.empty() || site.getIndices().empty())
    return std::nullopt;
  // Of an argument and a constant, the constant is the weight.
  AffineExpr feature;
  for (bool mayBeArgument : {false, false, true, true})
    if (!feature) {
      std::swap(product->lhs, product->rhs);
      feature = getFeature(site, product->rhs, product->lhs, mayBeArgument);
    }
  if (!feature)
    return std::nullopt;
  Site rows = site.withChannel(feature);
  Raised result = raiseLinearOf(rows, *product);
  if (!result || !*result)
    return std::nullopt;
  return site.getActivation({*result, Indices(rows.getIndices())});
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
  if (!linear || linear.getBias() || !reader.isVisible(lhs) ||
      !llvm::is_contained(site.getIndices(), lhs.at.back()))
    return std::nullopt;
  // What is computed from an argument may be a mask of scores.
  Value bias = site.withChannel(lhs.at.back()).getChannelVector(rhs);
  if (!bias || !(isParameter(rhs.value) || matchPattern(bias, m_Constant())))
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
  Term head = reader.look(site.getTerm());
  Node node = reader.read(head);
  if (node.kind == Kind::Extract && node.operands.size() == 1) {
    auto unknown = llvm::find(node.at, AffineExpr());
    int64_t dim = unknown - node.at.begin();
    AffineExpr row = site.getSpace().add(
        cast<RankedTensorType>(node.table.getType()).getDimSize(dim));
    *unknown = row;
    Term inTable = inLoops(reader.getElement(node.table, node.at), head.loops);
    auto element = getElementOfTable(reader, inTable, row);
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
  if (!gathers || node.kind != Kind::Leaf || head.at.size() != 2 ||
      !isParameter(head.value) || !reader.isVisible(head))
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
