//===- Attention.cpp - Attention by blocks of queries ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "Softmax.h"

#include "iquant/Support/AttentionLoops.h"
#include "iquant/Support/CacheRows.h"
#include "iquant/Support/Shapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <limits>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_linalg;

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

/// Whether a batch, query or key is known not to be there.
static bool isKnownEmpty(transformer::AttentionOp op) {
  return llvm::any_of(op->getOperandTypes(), [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && llvm::is_contained(tensor.getShape(), 0);
  });
}

static Value lowerAttention(transformer::AttentionOp op,
                            ImplicitLocOpBuilder &b) {
  // Without a key every row is 0. The loops would take slices of nothing,
  // which do not verify.
  if (isKnownEmpty(op))
    return createFilled(b, sizesOf(b, op.getQuery()),
                        op.getType().getElementType(), 0);
  bool hasBatch = op.getType().getRank() == 3;
  auto withBatch = [&](Value tensor) {
    return hasBatch ? tensor : addBatch(b, tensor);
  };
  Value query = withBatch(op.getQuery()), key = withBatch(op.getKey()),
        value = withBatch(op.getValue());
  Value mask = op.getMask() ? withBatch(op.getMask()) : Value();
  if (op.getOffset()) {
    // Of a cache only the keys that are in use exist: the queries are their
    // last positions, and what follows costs nothing.
    OpFoldResult keys = countCacheRows(b, op.getOffset(), sizesOf(b, query)[1],
                                       sizesOf(b, key)[1]);
    key = takeCacheRows(b, key, /*dimension=*/1, keys);
    value = takeCacheRows(b, value, /*dimension=*/1, keys);
    if (mask)
      mask = takeCacheRows(b, mask, sizesOf(b, mask).size() - 1, keys);
  }
  int64_t width = op.getHeadWidth(), kvHeads = op.getKvHeads();
  Type sumType = getComputeType({query, key, op.getValue()});
  bool causal = op.getCausal();

  SmallVector<OpFoldResult> sizes = sizesOf(b, query);
  AttentionLoops loops(b, {static_cast<int64_t>(op.getHeads()), kvHeads, width,
                           causal, sizes[0], sizes[1], sizesOf(b, key)[1]});
  Value result = loops.build(
      op.getType().getElementType(),
      [&](const AttentionBlock &block, Value destination) {
        RowSpace scores(b, {block.queries, block.keys}, sumType);
        Value products =
            createContraction(b, loops.sliceQueries(block, query),
                              loops.sliceKeys(block, key), sumType);
        SmallVector<Access> inputs;
        if (mask) {
          Value part = loops.sliceMask(block, mask);
          bool perKey = cast<RankedTensorType>(part.getType()).getRank() == 1;
          inputs.push_back(perKey ? scores.channel(part) : scores.whole(part));
        }
        Value scaled = scores.update(products, inputs, [&](ArrayRef<Real> in) {
          Real score = in.back() * op.getScoreScale();
          Value valid = createValidity(score.getBuilder(), block, causal,
                                       mask ? Value(in.front()) : Value());
          constexpr double kInfinity = std::numeric_limits<double>::infinity();
          return valid ? select(valid, score, -kInfinity) : score;
        });
        auto [weights, factors] = createExponentials(scores, scaled, scaled);
        Value sums = createWeightedSum(b, weights,
                                       loops.sliceKeys(block, value), sumType);
        RowSpace outputs(b, {block.queries, b.getIndexAttr(width)}, sumType);
        return outputs.write(destination,
                             {outputs.whole(sums), outputs.row(factors)},
                             [](ArrayRef<Real> in) { return in[0] * in[1]; });
      });
  return hasBatch ? result : dropBatch(b, result);
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
