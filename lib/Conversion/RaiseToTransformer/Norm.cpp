//===- Norm.cpp - Raise RMSNorm and LayerNorm -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "dialects/Transformer/Transformer.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

namespace {
/// A mean of `body`, or of its square, over `variable`.
struct Mean {
  Term body;
  AffineExpr variable;
};
} // namespace

/// What a number is multiplied to.
static std::optional<Term> dropNumber(Reader &reader, const Term &term) {
  Node node = reader.read(term);
  bool isProduct = node.kind == Kind::Mul || node.kind == Kind::Div;
  if (isProduct && getNumber(reader, node.operands[1]))
    return node.operands[0];
  if (node.kind == Kind::Mul && getNumber(reader, node.operands[0]))
    return node.operands[1];
  return std::nullopt;
}

/// The base of a square. That of an activation function was raised as a gate.
static std::optional<Term> getSquared(Reader &reader, const Term &term) {
  Term head = reader.look(term);
  if (auto op = head.value.getDefiningOp<transformer::MulOp>())
    if (op.getGate() == op.getUp())
      return reader.getElement(op.getGate(), head.at, head.loops);
  Node node = reader.read(term);
  if (node.kind == Kind::Pow && node.number == 2)
    return node.operands[0];
  if (node.kind == Kind::Mul &&
      reader.equal(node.operands[0], node.operands[1]))
    return node.operands[0];
  return std::nullopt;
}

/// sum_k body / K or sum_k body^2 / K, K the extent of k; some divide each
/// square.
static std::optional<Mean> getMean(Site &site, const Product &product,
                                   Type type, bool isOfSquares) {
  Reader &reader = site.getReader();
  std::optional<Node> sum = getScaledSum(reader, product);
  if (!sum)
    return std::nullopt;
  int64_t extent = site.getSpace().getExtent(sum->variables[0]);
  if (ShapedType::isDynamic(extent))
    return std::nullopt;
  // Numbers in front are those of the mean, or a part of what it is of.
  for (std::optional<Term> rest = sum->operands[0]; rest;
       rest = dropNumber(reader, *rest)) {
    std::optional<Term> body =
        isOfSquares ? getSquared(reader, *rest) : std::optional(*rest);
    if (!body)
      continue;
    double number = getProduct(reader, sum->operands[0], *body).number;
    if (isNear(product.number * number * extent, 1, type))
      return Mean{*body, sum->variables[0]};
  }
  return std::nullopt;
}

/// x, if `term` is x minus the mean of x over a channel `k`.
static std::optional<Term> getCentred(Site &site, const Term &term,
                                      AffineExpr k) {
  Reader &reader = site.getReader();
  Node node = reader.read(term);
  if (node.kind != Kind::Sub && node.kind != Kind::Add)
    return std::nullopt;
  for (auto [x, subtracted] : {std::pair(0, 1), std::pair(1, 0)}) {
    if (node.kind == Kind::Sub && x != 0)
      break;
    Product product = getProduct(reader, node.operands[subtracted]);
    if (node.kind == Kind::Add)
      product.number = -product.number;
    auto mean = getMean(site, product, site.getType().getElementType(),
                        /*isOfSquares=*/false);
    if (mean && site.isOfAllChannels(mean->variable) &&
        reader.equal(
            node.operands[x].substitute(site.getSpace(), k, mean->variable),
            mean->body))
      return node.operands[x];
  }
  return std::nullopt;
}

/// u / sqrt(mean_k u[k]^2 + epsilon) * scale[c] + shift[c]: an RMSNorm of u, or
/// a LayerNorm of x with u = x - mean_k x.
static Raised raiseNormOf(Site &site, const Term &term, const Term *shift) {
  Reader &reader = site.getReader();
  auto isRoot = [](const Factor &factor) { return factor.power == -0.5; };
  Product whole = getProduct(reader, term);
  auto root = whole.take(isRoot);
  if (!root || whole.factors.empty())
    return std::nullopt;
  Sum variance = getSum(reader, root->term);
  if (variance.products.size() != 1)
    return std::nullopt;
  auto square = getMean(site, variance.products[0], root->term.value.getType(),
                        /*isOfSquares=*/true);
  if (!square) {
    bool looksLikeOne =
        variance.products[0].factors.size() == 1 &&
        reader.read(variance.products[0].factors[0].term).kind ==
            Kind::ReduceSum;
    if (looksLikeOne)
      return site.decline(
          "rms_norm", "it does not divide by the root of a mean of squares");
    return std::nullopt;
  }
  auto at = [&](AffineExpr index) {
    return square->body.substitute(site.getSpace(), square->variable, index);
  };
  AffineExpr channel = site.getChannel();
  if (!site.isOfAllChannels(square->variable))
    return site.decline("rms_norm", "its mean is not that of a whole row");
  Term normed = at(channel);
  Product product = getProduct(reader, term, normed);
  bool hasNormed =
      product
          .take([&](const Factor &factor) {
            return factor.power == 1 && reader.equal(factor.term, normed);
          })
          .has_value();
  if (!hasNormed || !product.take(isRoot))
    return site.decline("rms_norm", "it divides what is not the mean's own row "
                                    "along the last dimension");
  if (product.number != 1 || product.factors.size() > 1)
    return site.decline("rms_norm", "it multiplies by more than a scale");
  double epsilon = variance.number;
  if (!(epsilon >= 0) || !std::isfinite(epsilon))
    return site.decline("rms_norm", "its epsilon is not a number from 0 on");

  Value scale, shiftVector;
  if (!product.factors.empty() &&
      (product.factors[0].power != 1 ||
       !(scale = site.getChannelVector(product.factors[0].term))))
    return std::nullopt;
  if (shift && !(shiftVector = site.getChannelVector(*shift)))
    return std::nullopt;

  ImplicitLocOpBuilder &builder = site.getBuilder();
  if (std::optional<Term> x = getCentred(site, normed, channel)) {
    Value input = site.getActivation(*x);
    if (!input)
      return site.decline("layer_norm", "its input is no tensor");
    return transformer::LayerNormOp::create(builder, site.getType(), input,
                                            scale, shiftVector,
                                            builder.getF64FloatAttr(epsilon));
  }
  if (shift)
    return std::nullopt;
  Value input = site.getActivation(normed);
  if (!input)
    return site.decline("rms_norm", "its input is no tensor");
  return transformer::RmsNormOp::create(builder, site.getType(), input, scale,
                                        builder.getF64FloatAttr(epsilon));
}

Raised raise::raiseNorm(Site &site) {
  if (site.getIndices().empty() || !isa<AffineDimExpr>(site.getChannel()))
    return std::nullopt;
  Node node = site.getReader().read(site.getTerm());
  if (node.kind != Kind::Add)
    return raiseNormOf(site, site.getTerm(), nullptr);
  if (Raised raised = raiseNormOf(site, node.operands[0], &node.operands[1]))
    return raised;
  return raiseNormOf(site, node.operands[1], &node.operands[0]);
}

//===----------------------------------------------------------------------===//
// Scale and shift
//===----------------------------------------------------------------------===//

namespace {
/// A norm that is multiplied by a vector; by none where `scale` is null.
struct ScaledNorm {
  Term norm, scale;
};
} // namespace

static std::optional<ScaledNorm> getScaledNorm(Reader &reader,
                                               const Term &term) {
  auto isNorm = [](const Term &term) {
    return isa_and_nonnull<transformer::RmsNormOp, transformer::LayerNormOp>(
        term.value.getDefiningOp());
  };
  Term head = reader.look(term);
  if (isNorm(head))
    return ScaledNorm{head, {}};
  Node node = reader.read(head);
  if (node.kind != Kind::Mul)
    return std::nullopt;
  for (auto [norm, scale] : {std::pair(0, 1), std::pair(1, 0)})
    if (Term operand = reader.look(node.operands[norm]); isNorm(operand))
      return ScaledNorm{operand, node.operands[scale]};
  return std::nullopt;
}

/// norm(x) * scale[c] + shift[c], of which a part may be in the norm already
Raised raise::raiseNormParameters(Site &site) {
  Reader &reader = site.getReader();
  Node node = reader.read(site.getTerm());
  std::optional<ScaledNorm> scaled;
  Term shift;
  if (node.kind == Kind::Add) {
    shift = node.operands[1];
    scaled = getScaledNorm(reader, node.operands[0]);
    if (!scaled) {
      shift = node.operands[0];
      scaled = getScaledNorm(reader, node.operands[1]);
    }
  } else if (node.kind == Kind::Mul) {
    scaled = getScaledNorm(reader, site.getTerm());
  }
  if (!scaled || scaled->norm.at.back() != site.getChannel() ||
      !reader.isVisible(scaled->norm))
    return std::nullopt;
  // A number may be one of a formula that others of its users are in, too.
  if (scaled->scale && getNumber(reader, scaled->scale) &&
      !scaled->norm.value.hasOneUse())
    return std::nullopt;
  Value scaleVector, shiftVector;
  if (scaled->scale && !(scaleVector = site.getChannelVector(scaled->scale)))
    return std::nullopt;
  if (shift && !(shiftVector = site.getChannelVector(shift)))
    return std::nullopt;

  ImplicitLocOpBuilder &builder = site.getBuilder();
  Value result;
  if (auto op = scaled->norm.value.getDefiningOp<transformer::RmsNormOp>()) {
    if (op.getScale() || shift)
      return std::nullopt;
    result = transformer::RmsNormOp::create(
        builder, op.getType(), op.getInput(), scaleVector, op.getEpsilonAttr());
  } else {
    auto layerNorm =
        scaled->norm.value.getDefiningOp<transformer::LayerNormOp>();
    if (layerNorm.getShift() || (layerNorm.getScale() && scaleVector))
      return std::nullopt;
    result = transformer::LayerNormOp::create(
        builder, layerNorm.getType(), layerNorm.getInput(),
        scaleVector ? scaleVector : layerNorm.getScale(), shiftVector,
        layerNorm.getEpsilonAttr());
  }
  return site.getActivation({result, scaled->norm.at});
}

/// norm(x)[h, c] * scale[h, c], where every head has a scale of its own:
/// factors of the channels of all heads together.
Raised raise::raiseScaleOfHeads(Site &site) {
  IndexSpace &space = site.getSpace();
  auto scaled = getScaledNorm(site.getReader(), site.getTerm());
  if (!scaled || !scaled->scale || scaled->norm.at.back() != site.getChannel())
    return std::nullopt;
  AffineExpr head;
  for (AffineExpr row : site.getRows())
    if (site.getReader().dependsOn(scaled->scale, row)) {
      if (head)
        return std::nullopt;
      head = row;
    }
  // What is computed is no scale, and a tensor of one row no heads.
  if (!head || ShapedType::isDynamic(space.getExtent(head)) ||
      site.getRows().size() < 2 ||
      !isParameter(site.getReader().look(scaled->scale).value))
    return std::nullopt;
  AffineExpr channel =
      space.simplify(head * site.getChannels() + site.getChannel());
  int64_t channels = space.getExtent(head) * site.getChannels();
  Indices indices;
  SmallVector<int64_t> shape;
  for (AffineExpr row : site.getRows())
    if (row != head) {
      indices.push_back(row);
      shape.push_back(space.getExtent(row));
    }
  indices.push_back(channel);
  shape.push_back(channels);
  Value input = site.getTensor(scaled->norm, indices, shape);
  Value factors = site.getTensor(scaled->scale, channel, channels);
  if (!input || !factors)
    return std::nullopt;
  Value result = transformer::ScaleOp::create(site.getBuilder(),
                                              input.getType(), input, factors);
  return site.getActivation({result, indices});
}
