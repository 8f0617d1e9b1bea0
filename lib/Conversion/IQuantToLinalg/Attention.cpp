//===- Attention.cpp - Attention by blocks of queries ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules K1, K2, S4, S6, A1 to A4 and D2 to D4. Loops over batch, key head and
// block of queries; within a block everything is a generic over `[queries,
// heads, keys]`, the heads those that share the keys, and only a block's scores
// are in memory at a time.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Exponential.h"
#include "PackedSum.h"
#include "Patterns.h"
#include "PublishedExponential.h"
#include "RowBuilder.h"
#include "Rules.h"

#include "iquant/Support/AttentionLoops.h"
#include "iquant/Support/CacheRows.h"
#include "iquant/Support/Shapes.h"

using namespace mlir;
using namespace mlir::iquant;

/// No exponent of a value exceeds this one (V2).
static constexpr int64_t kLargestExponent = 62;

namespace {

/// Lowers one attention; what the rules name has the same name here.
class AttentionLowering {
public:
  AttentionLowering(ImplicitLocOpBuilder &b, AttentionOp op,
                    DynComponents query, DynComponents key, DynComponents value,
                    Value mask);

  /// The result, `[batch, queries, channels]`.
  Value lower();

private:
  using Block = AttentionBlock;

  /// The result of a block, in the place of `destination`.
  Value lowerBlock(const Block &block, Value destination);
  /// Ek and Ev of every query.
  SmallVector<Value> findExponents(const Block &block);
  /// t, in the place of the scores, and the largest and, for published
  /// exponentials, smallest of every row.
  struct Aligned {
    Value scores, most, least;
  };
  Aligned align(const RowBuilder &rows, const Block &block, Value scores,
                Value smallest);
  /// `rshr(d * m, difference + h)` of rule A1.
  Int scaleScore(Int d, Int m, Int difference) const;
  /// w, in the place of t, the sum of E and the largest w.
  struct Weighted {
    Value weights, sum, most;
  };
  Weighted weigh(const RowBuilder &rows, const Block &block,
                 const Aligned &aligned, Value smallestOfKeys,
                 Value smallestOfValues);
  /// What makes codes or exponentials of differences of t, one for each query
  /// and head.
  SmallVector<Value> scoreScales(const Block &block, const Aligned &aligned,
                                 Value smallest);
  unsigned getNumScoreScales() const;
  /// p, and -I and the shift that make a result of a sum of values.
  struct Weights {
    Value codes, factor, shift;
  };
  Weights weights(const RowBuilder &rows, const Weighted &weighted,
                  Value smallest);

  /// What a body over `rank` loops, from queries to keys, reads to tell valid
  /// keys from others, and how; none when all keys are valid.
  void appendMask(const Block &block, unsigned rank,
                  SmallVectorImpl<Access> &inputs);
  std::optional<Int> validity(const Block &block, unsigned rank, Int inBody,
                              Inputs &in);

  /// `[queries, channels]` of a block as `[queries, heads, width]`.
  Value splitHeads(Value tensor) {
    return splitChannels(b, tensor, {op.getGroup(), op.getHeadWidth()});
  }
  /// The codes of a block's queries, `[queries * heads, width]`; a copy, since
  /// they do not lie side by side.
  Value gatherQueries(const Block &block) {
    Value codes = splitHeads(loops.sliceQueries(block, query.codes));
    return joinRows(b, codes, /*kept=*/1);
  }
  /// A block's part of scales `[batch, queries, heads]`: `[queries, heads]`.
  Value sliceQueryScales(const Block &block, Value scales) {
    return loops.slice(
        scales, {block.batch, block.firstQuery, block.firstHead},
        {OpFoldResult(), block.queries, b.getIndexAttr(op.getGroup())});
  }
  /// A block's part of scales `[batch, kv heads, keys]`: `[keys]`.
  Value sliceKeyScales(const Block &block, Value scales) {
    return loops.slice(scales, {block.batch, block.kvHead, b.getIndexAttr(0)},
                       {OpFoldResult(), OpFoldResult(), block.keys});
  }

  ImplicitLocOpBuilder &b;
  AttentionOp op;
  AttentionLoops loops;
  /// h of rule A1.
  int64_t alignment;
  DynComponents query;
  Value keyCodes, valueCodes, mask;
  ExponentialTables exponentialTables;
  std::optional<PublishedExponential> published;
  /// With the keys as last dimension, contiguous.
  Value keyMultiplier, keyExponent, valueMultiplier, valueExponent;
  /// Of the codes of every head; null values where all have one scale.
  Value codeMultiplier, codeExponent;
};

} // namespace

/// `tensor` with its dimensions in the order `permutation`.
static Value transpose(ImplicitLocOpBuilder &b, Value tensor,
                       ArrayRef<unsigned> permutation) {
  SmallVector<OpFoldResult> from = sizesOf(b, tensor), to;
  for (unsigned dimension : permutation)
    to.push_back(from[dimension]);
  Type element = getElementTypeOrSelf(tensor.getType());
  AffineMap map = AffineMap::getPermutationMap(permutation, b.getContext());
  RowBuilder space(b, to);
  return space.perElement(element.getIntOrFloatBitWidth(),
                          Access{tensor, inversePermutation(map)},
                          [](Int x) { return x; });
}

/// A vector of one element for each head: that of its table, or of the one
/// table.
static Value createHeadScales(ImplicitLocOpBuilder &b, int64_t heads,
                              ArrayRef<int64_t> elements) {
  SmallVector<int32_t> ofHeads =
      llvm::map_to_vector(llvm::seq(heads), [&](int64_t head) {
        return static_cast<int32_t>(elements[head % elements.size()]);
      });
  auto type = RankedTensorType::get(heads, b.getI32Type());
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, ArrayRef(ofHeads)));
}

static AttentionShape shapeOf(ImplicitLocOpBuilder &b, AttentionOp op,
                              Value query, Value key) {
  SmallVector<OpFoldResult> sizes = sizesOf(b, query);
  return {static_cast<int64_t>(op.getHeads()),
          static_cast<int64_t>(op.getKvHeads()),
          op.getHeadWidth(),
          op.getGroup(),
          op.getCausal(),
          sizes[0],
          sizes[1],
          sizesOf(b, key)[1]};
}

AttentionLowering::AttentionLowering(ImplicitLocOpBuilder &b, AttentionOp op,
                                     DynComponents query, DynComponents key,
                                     DynComponents value, Value mask)
    : b(b), op(op), loops(b, shapeOf(b, op, query.codes, key.codes)),
      query(query), keyCodes(key.codes), valueCodes(value.codes), mask(mask),
      exponentialTables(b, op.getTable()), published(op.getExponential()) {
  uint64_t largest = 127 * 127 * op.getHeadWidth();
  alignment = std::max<int64_t>(llvm::bit_width(largest) + 16 - 30, 0);

  keyMultiplier = transpose(b, key.multiplier, {0, 2, 1});
  keyExponent = transpose(b, key.exponent, {0, 2, 1});
  valueMultiplier = transpose(b, value.multiplier, {0, 2, 1});
  valueExponent = transpose(b, value.exponent, {0, 2, 1});
  if (std::optional<TableAttr> tables = op.getTable()) {
    codeMultiplier =
        createHeadScales(b, op.getHeads(), tables->getMultiplier());
    codeExponent = createHeadScales(b, op.getHeads(), tables->getExponent());
  }
  if (!mask)
    return;
  // Loops over single bits do not vectorise.
  RowBuilder space(b, mask);
  this->mask = space.perElement(8, space.whole(mask),
                                [](Int bit) { return bit.zext(8); });
}

void AttentionLowering::appendMask(const Block &block, unsigned rank,
                                   SmallVectorImpl<Access> &inputs) {
  if (!mask)
    return;
  Value part = loops.sliceMask(block, mask);
  SmallVector<unsigned> positions = {0, rank - 1};
  if (cast<RankedTensorType>(part.getType()).getRank() == 1)
    positions = {rank - 1};
  inputs.push_back({part, AffineMap::getMultiDimMapWithTargets(
                              rank, positions, b.getContext())});
}

std::optional<Int> AttentionLowering::validity(const Block &block,
                                               unsigned rank, Int inBody,
                                               Inputs &in) {
  std::optional<Int> valid;
  if (mask)
    valid = notEqual(in.next(), 0);
  if (!op.getCausal())
    return valid;
  Int query = positionAlong(inBody, 0), key = positionAlong(inBody, rank - 1);
  Int lastKey = fromIndex(inBody.getBuilder(), 32, block.lastKey);
  Int seen = lessEqual(key, query + lastKey);
  return valid ? *valid & seen : seen;
}

static Int where(std::optional<Int> valid, Int x, int64_t otherwise) {
  return valid ? select(*valid, x, x.like(otherwise)) : x;
}

SmallVector<Value> AttentionLowering::findExponents(const Block &block) {
  // Heads that share their keys see the same ones.
  RowBuilder queries(b, {block.queries, block.keys});
  SmallVector<Access> inputs = {
      queries.channel(sliceKeyScales(block, keyExponent)),
      queries.channel(sliceKeyScales(block, valueExponent))};
  appendMask(block, /*rank=*/2, inputs);
  return queries.reduce({{32, kLargestExponent}, {32, kLargestExponent}},
                        inputs, [&](ArrayRef<Int> elements) {
                          Inputs in(elements);
                          Int ofKey = in.next(), ofValue = in.next();
                          auto valid = validity(block, /*rank=*/2, ofKey, in);
                          ofKey = where(valid, ofKey, kLargestExponent);
                          ofValue = where(valid, ofValue, kLargestExponent);
                          return SmallVector<Int>{min(ofKey, in.next()),
                                                  min(ofValue, in.next())};
                        });
}

Int AttentionLowering::scaleScore(Int d, Int m, Int difference) const {
  // |d| is below 2^(14 + h): shifted to 2^23, its products with either byte of
  // `m` still fit 32 bits.
  int64_t room = 9 - alignment;
  if (room < 0) {
    Int s = umin(difference + alignment, 62);
    return rshr(wideProduct(d, m), s.zext(64)).trunc(32);
  }
  d = d << room;
  Int product = d * ushr(m, 8) + ((d * (m & 255)) >> 8);
  // All but the last place of the shift, which rounds.
  return rshr(product >> umin(difference, 31), 1);
}

AttentionLowering::Aligned AttentionLowering::align(const RowBuilder &rows,
                                                    const Block &block,
                                                    Value scores,
                                                    Value smallest) {
  SmallVector<Access> inputs = {
      rows.channel(sliceKeyScales(block, keyMultiplier)),
      rows.channel(sliceKeyScales(block, keyExponent)), rows.row(smallest)};
  appendMask(block, /*rank=*/3, inputs);
  SmallVector<Accumulator> accumulators = {{32, INT32_MIN}};
  if (published)
    accumulators.push_back({32, INT32_MAX});
  auto results = rows.updateAndReduce(
      scores, accumulators, inputs, [&](ArrayRef<Int> elements) {
        Inputs in(elements);
        Int m = in.next(), e = in.next(), smallest = in.next();
        auto valid = validity(block, /*rank=*/3, m, in);
        // An invalid key may have a smaller exponent than all valid ones.
        Int score = scaleScore(in.next(), m, umin(e - smallest, 62));
        Int t = where(valid, score, INT32_MIN);
        SmallVector<Int> results = {t, max(t, in.next())};
        if (published)
          results.push_back(min(where(valid, score, INT32_MAX), in.next()));
        return results;
      });
  return {results[0], results[1], published ? results[2] : Value()};
}

unsigned AttentionLowering::getNumScoreScales() const {
  return published ? published->getNumNumbers() : 4;
}

SmallVector<Value> AttentionLowering::scoreScales(const Block &block,
                                                  const Aligned &aligned,
                                                  Value smallest) {
  RowBuilder space(b, {block.queries, b.getIndexAttr(op.getGroup())});
  SmallVector<Access> inputs = {
      space.whole(sliceQueryScales(block, query.multiplier)),
      space.whole(sliceQueryScales(block, query.exponent)),
      space.row(smallest)};
  bool hasTables = op.getTable().has_value();
  if (hasTables)
    for (Value scales : {codeMultiplier, codeExponent})
      inputs.push_back(space.channel(
          loops.slice(scales, {block.firstHead},
                      {OpFoldResult(b.getIndexAttr(op.getGroup()))})));
  if (published)
    for (Value scores : {aligned.most, aligned.least})
      inputs.push_back(space.whole(scores));
  SmallVector<unsigned> widths(getNumScoreScales(), 32);
  return space.perElement(widths, inputs, [&](ArrayRef<Int> elements) {
    Inputs in(elements);
    Int m = in.next(), e = in.next(), smallest = in.next();
    Int multiplier = hasTables ? in.next() : m.like(*op.getScaleMultiplier());
    Int exponent = hasTables ? in.next() : m.like(*op.getScaleExponent());
    Int product = m.zext(64) * multiplier.zext(64);
    Int n = bits(product) - 16;
    Int M = (product >> n).trunc(32);
    Int k = e + smallest + (exponent - alignment) - n.trunc(32);
    if (published) {
      Int most = in.next(), least = in.next();
      return published->numbers(M, k, most - least);
    }
    CodeScale scale = exponentialTables.scaleOf(M, k);
    return SmallVector<Int>{scale.multiplier, scale.cap, scale.alignment,
                            scale.shift};
  });
}

/// r[j], a key's share of its value's scale. Multipliers have 16 bits: a shift
/// by more gives 0, as it must for the key that is not valid.
static Int share(Int multiplier, Int exponent, Int smallest) {
  return rshr(multiplier, umin(exponent - smallest, 31));
}

AttentionLowering::Weighted AttentionLowering::weigh(const RowBuilder &rows,
                                                     const Block &block,
                                                     const Aligned &aligned,
                                                     Value smallestOfKeys,
                                                     Value smallestOfValues) {
  SmallVector<Access> inputs = {
      rows.row(aligned.most),
      rows.channel(sliceKeyScales(block, valueMultiplier)),
      rows.channel(sliceKeyScales(block, valueExponent)),
      rows.row(smallestOfValues)};
  for (Value scale : scoreScales(block, aligned, smallestOfKeys))
    inputs.push_back(rows.row(scale));
  auto head = [&](Int inBody) -> std::optional<Int> {
    if (!op.getTable() || op.getTable()->getHeads() == 1)
      return std::nullopt;
    return positionAlong(inBody, 1) +
           fromIndex(inBody.getBuilder(), 32, block.firstHead);
  };
  std::optional<PackedSum> form = op.getPackedSum();
  bool anyInvalid = mask || op.getCausal(), addsHere = !form || anyInvalid;
  SmallVector<Value> updated = {aligned.scores};
  if (form)
    updated.push_back(
        tensor::EmptyOp::create(b, sizesOf(b, aligned.scores), b.getI8Type()));
  SmallVector<Accumulator> accumulators(addsHere ? 2 : 1, {32, 0});
  auto results = rows.updateAndReduce(
      updated, accumulators, inputs, [&](ArrayRef<Int> elements) {
        Inputs in(elements);
        Int most = in.next(), m = in.next(), exponent = in.next(),
            smallest = in.next();
        ArrayRef<Int> scale = in.next(getNumScoreScales());
        Int t = in.next(), difference = most - t;
        std::optional<Int> code;
        if (!published)
          code = exponentialTables.codeOf(
              difference, {scale[0], scale[1], scale[2], scale[3]},
              /*dimension=*/2, head(t));
        Int ofCode = code ? exponentialTables.lookUp(*code, head(t))
                          : published->evaluate(difference, scale);
        Int e = ofCode;
        // No valid t is that small.
        if (anyInvalid)
          e = select(equal(t, INT32_MIN), 0, ofCode);
        Int weight = e * share(m, exponent, smallest);
        SmallVector<Int> results = {weight};
        if (form) {
          in.next();
          results.push_back(code->trunc(8));
        }
        // All codes are in the packed sum.
        if (addsHere)
          results.push_back(in.next() + (form ? e - ofCode : e));
        results.push_back(umax(weight, in.next()));
        return results;
      });
  Value most = results.pop_back_val();
  if (!form)
    return {results[0], results[1], most};
  Value sum = addPackedCodes(b, results[1], *op.getTable(), *form, head);
  if (addsHere)
    sum = rows.perRow(32, {sum, results[2]},
                      [](Int all, Int invalid) { return all + invalid; })
              .front();
  return {results[0], sum, most};
}

AttentionLowering::Weights AttentionLowering::weights(const RowBuilder &rows,
                                                      const Weighted &weighted,
                                                      Value smallest) {
  int64_t f = op.getResult().getType().getExponent();
  auto scalars =
      rows.perRow({32, 32, 32, 32, 32}, {weighted.sum, weighted.most, smallest},
                  [&](Int sum, Int most, Int smallest) {
                    Int g = max(bits(most) - 8, 0);
                    Int z = sum.zext(64);
                    Int t = bits(z) + 30;
                    // A row without a valid key is 0 whatever it is multiplied
                    // with. Negated, I fits 32 bits also where it is 2^31.
                    Int factor = (-((1 << t) / max(z, 1))).trunc(32);
                    Int s = t.trunc(32) - g + smallest - f;
                    return SmallVector<Int>{g, max(g - 9, 0), max(9 - g, 0),
                                            factor, min(max(s, 0), 62)};
                  });
  SmallVector<Access> inputs = {rows.whole(weighted.weights)};
  for (Value shift : ArrayRef(scalars).take_front(3))
    inputs.push_back(rows.row(shift));
  Value codes =
      rows.perElement(8, inputs, [](Int weight, Int g, Int left, Int right) {
        // (2 dither + 1) * 2^g / 2^9 without a product of more than 32 bits.
        Int added = ushr(((dither(weight, 2) << 1) + 1) << left, right);
        return umin(ushr(weight + added, g), 255).trunc(8);
      });
  return {codes, scalars[3], scalars[4]};
}

Value AttentionLowering::lowerBlock(const Block &block, Value destination) {
  OpFoldResult heads = b.getIndexAttr(op.getGroup());
  RowBuilder rows(b, {block.queries, heads, block.keys});
  auto smallest = findExponents(block);
  Value scores =
      createContraction(b, {gatherQueries(block), Extension::Signed},
                        {loops.sliceKeys(block, keyCodes), Extension::Signed});
  scores = splitRows(b, scores, {block.queries, heads});
  Weighted weighted =
      weigh(rows, block, align(rows, block, scores, smallest[0]), smallest[0],
            smallest[1]);
  Weights p = weights(rows, weighted, smallest[1]);
  Value o = createWeightedSum(
      b, {joinRows(b, p.codes, /*kept=*/1), Extension::Unsigned},
      {loops.sliceKeys(block, valueCodes), Extension::Signed});
  o = splitRows(b, o, {block.queries, heads});
  RowBuilder outputs(b, o);
  Value result = outputs.write(
      splitHeads(destination),
      {outputs.whole(o), outputs.row(p.factor), outputs.row(p.shift)},
      [](Int o, Int factor, Int s) {
        return sat32(rshr(-wideProduct(o, factor), s.zext(64)));
      });
  return joinChannels(b, result, 2);
}

Value AttentionLowering::lower() {
  return loops.build(b.getI32Type(),
                     [&](const Block &block, Value destination) {
                       return lowerBlock(block, destination);
                     });
}

/// Whether a batch, query or key is known not to be there.
static bool isKnownEmpty(AttentionOp op) {
  auto hasNone = [](Type type) {
    return !isa<IndexType>(type) && llvm::is_contained(getShape(type), 0);
  };
  return llvm::any_of(op->getOperandTypes(), hasNone) ||
         hasNone(op.getResult().getType());
}

static SmallVector<Value> lowerAttention(AttentionOp op,
                                         LowerOp<AttentionOp>::Adaptor adaptor,
                                         ImplicitLocOpBuilder &b) {
  if (isKnownEmpty(op)) {
    // Without a key every row is 0. The loops would take slices of nothing,
    // which do not verify.
    SmallVector<OpFoldResult> sizes =
        sizesOf(b, DynComponents(adaptor.getQuery()).codes);
    Value empty = tensor::EmptyOp::create(b, sizes, b.getI32Type());
    Value zero = constant(b, 32, 0);
    return {linalg::FillOp::create(b, zero, empty).getResult(0)};
  }
  bool hasBatch = op.getQuery().getType().getShape().size() == 3;
  auto withBatch = [&](ValueRange components) {
    SmallVector<Value> result(components);
    if (!hasBatch)
      for (Value &component : result)
        component = addBatch(b, component);
    return result;
  };
  SmallVector<Value> query = withBatch(adaptor.getQuery()),
                     key = withBatch(adaptor.getKey()),
                     value = withBatch(adaptor.getValue());
  Value mask;
  if (op.getMask())
    mask = withBatch(adaptor.getMask()).front();
  if (op.getOffset()) {
    // Of a cache only the keys that are in use exist: the queries are their
    // last positions, and what follows costs nothing.
    OpFoldResult keys = countCacheRows(b, adaptor.getOffset().front(),
                                       sizesOf(b, query.front())[1],
                                       sizesOf(b, key.front())[1]);
    for (SmallVector<Value> *components : {&key, &value})
      for (Value &component : *components)
        component = takeCacheRows(b, component, /*dimension=*/1, keys);
    if (mask)
      mask = takeCacheRows(b, mask, sizesOf(b, mask).size() - 1, keys);
  }
  AttentionLowering lowering(b, op, DynComponents(query), DynComponents(key),
                             DynComponents(value), mask);
  Value result = lowering.lower();
  return {hasBatch ? result : dropBatch(b, result)};
}

static SmallVector<Value>
lowerUpdateCache(UpdateCacheOp op, LowerOp<UpdateCacheOp>::Adaptor adaptor,
                 ImplicitLocOpBuilder &b) {
  int64_t dimension = op.getType().getShape().size() - 2;
  SmallVector<Value> components;
  for (auto [cache, rows] :
       llvm::zip_equal(adaptor.getCache(), adaptor.getRows()))
    components.push_back(
        updateCache(b, cache, rows, dimension, adaptor.getOffset().front()));
  return components;
}

void mlir::iquant::populateAttentionPatterns(const TypeConverter &converter,
                                             RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerUpdateCache);
  addLowering(converter, patterns, lowerAttention);
}
