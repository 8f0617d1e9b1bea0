//===- Attention.cpp - Attention by blocks of queries ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attention.h"

#include "Patterns.h"
#include "Softmax.h"

#include "iquant/Support/CacheRows.h"
#include "iquant/Support/Shapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <limits>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_linalg;

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

/// A tensor with a batch as its first dimension.
static Value withBatch(ImplicitLocOpBuilder &b, transformer::AttentionOp op,
                       Value tensor) {
  return op.getType().getRank() == 3 ? tensor : addBatch(b, tensor);
}

ScoreLoops::ScoreLoops(ImplicitLocOpBuilder &builder,
                       transformer::AttentionOp op)
    : b(builder), op(op), query(withBatch(b, op, op.getQuery())),
      key(withBatch(b, op, op.getKey())),
      value(withBatch(b, op, op.getValue())),
      mask(op.getMask() ? withBatch(b, op, op.getMask()) : Value()),
      sumType(getComputeType({query, key, value})), loops(b, takeKeysInUse()) {}

/// Of a cache only the keys that are in use exist: the queries are their last
/// positions, and what follows costs nothing.
AttentionShape ScoreLoops::takeKeysInUse() {
  SmallVector<OpFoldResult> sizes = sizesOf(b, query);
  OpFoldResult keys = sizesOf(b, key)[1];
  if (op.getOffset()) {
    keys = countCacheRows(b, op.getOffset(), sizes[1], keys);
    key = takeCacheRows(b, key, /*dimension=*/1, keys);
    value = takeCacheRows(b, value, /*dimension=*/1, keys);
    if (mask)
      mask = takeCacheRows(b, mask, sizesOf(b, mask).size() - 1, keys);
  }
  return {static_cast<int64_t>(op.getHeads()),
          static_cast<int64_t>(op.getKvHeads()),
          op.getHeadWidth(),
          /*headsPerBlock=*/1,
          op.getCausal(),
          sizes[0],
          sizes[1],
          keys};
}

/// Whether the current key is valid for the current query; a null value when
/// every key is.
static Value createValidity(ImplicitLocOpBuilder &body,
                            const AttentionBlock &block, bool causal,
                            Value masked) {
  if (!causal)
    return masked;
  Value query = linalg::IndexOp::create(body, 0);
  Value key = linalg::IndexOp::create(body, 1);
  Value last = arith::AddIOp::create(body, query, block.lastKey);
  Value seen =
      arith::CmpIOp::create(body, arith::CmpIPredicate::sle, key, last);
  return masked ? arith::AndIOp::create(body, masked, seen).getResult() : seen;
}

Value ScoreLoops::createScores(const AttentionBlock &block) {
  RowSpace scores = getSpace(block);
  Value products = createContraction(b, loops.sliceQueries(block, query),
                                     loops.sliceKeys(block, key), sumType);
  SmallVector<Access> inputs;
  if (mask) {
    Value part = loops.sliceMask(block, mask);
    bool perKey = cast<RankedTensorType>(part.getType()).getRank() == 1;
    inputs.push_back(perKey ? scores.channel(part) : scores.whole(part));
  }
  return scores.update(products, inputs, [&](ArrayRef<Real> in) {
    Real score = in.back() * op.getScoreScale();
    Value valid = createValidity(score.getBuilder(), block, op.getCausal(),
                                 mask ? Value(in.front()) : Value());
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return valid ? select(valid, score, -kInfinity) : score;
  });
}

RowSpace ScoreLoops::getSpace(const AttentionBlock &block) {
  return RowSpace(b, {block.queries, block.keys}, sumType);
}

bool to_linalg::isKnownEmpty(transformer::AttentionOp op) {
  return llvm::any_of(op->getOperandTypes(), [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && llvm::is_contained(tensor.getShape(), 0);
  });
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

static Value lowerAttention(transformer::AttentionOp op,
                            ImplicitLocOpBuilder &b) {
  // Without a key every row is 0. The loops would take slices of nothing,
  // which do not verify.
  if (isKnownEmpty(op))
    return createFilled(b, sizesOf(b, op.getQuery()),
                        op.getType().getElementType(), 0);
  ScoreLoops scores(b, op);
  AttentionLoops &loops = scores.getLoops();
  Type sumType = scores.getSumType();
  Value result = loops.build(
      op.getType().getElementType(),
      [&](const AttentionBlock &block, Value destination) {
        Value scaled = scores.createScores(block);
        SoftmaxExponential exponential(b, op.getClip(), sumType,
                                       block.firstHead);
        auto [weights, factors] = createExponentials(
            scores.getSpace(block), scaled, scaled, exponential);
        Value sums = createWeightedSum(
            b, weights, loops.sliceKeys(block, scores.getValue()), sumType);
        OpFoldResult width = b.getIndexAttr(op.getHeadWidth());
        RowSpace outputs(b, {block.queries, width}, sumType);
        return outputs.write(destination,
                             {outputs.whole(sums), outputs.row(factors)},
                             [](ArrayRef<Real> in) { return in[0] * in[1]; });
      });
  return op.getType().getRank() == 3 ? result : dropBatch(b, result);
}

static Value lowerUpdateCache(transformer::UpdateCacheOp op,
                              ImplicitLocOpBuilder &b) {
  return updateCache(b, op.getCache(), op.getRows(), op.getType().getRank() - 2,
                     op.getOffset());
}

void to_linalg::populateAttentionPatterns(RewritePatternSet &patterns) {
  addLowering(patterns, lowerUpdateCache);
  addLowering(patterns, lowerAttention);
}
