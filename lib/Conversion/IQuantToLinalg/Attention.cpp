//===- Attention.cpp - Attention by blocks of queries ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules A1 to A4. Loops over batch, head and block of queries; within a block
// everything is a generic over `[queries, keys]`, and only a block's scores
// are in memory at a time.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Exponential.h"
#include "Patterns.h"
#include "RowBuilder.h"
#include "Rules.h"
#include "Shapes.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::iquant;

/// Queries of a block: as many rows as a matrix kernel keeps in the first
/// cache, and few enough that the scores of a thousand keys stay in the second.
static constexpr int64_t kQueryBlock = 64;
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
  /// Some queries of one head, and the keys that they may see.
  struct Block {
    Value batch, head, kvHead, firstQuery;
    OpFoldResult queries, keys;
    /// Query `i` of the block sees no key after `lastKey + i`.
    Int lastKey;
  };
  Block makeBlock(Value batch, Value head, Value firstQuery);

  /// The result with the part of `block` written.
  Value lowerBlock(const Block &block, Value result);
  /// Ek and Ev.
  SmallVector<Value> findExponents(const RowBuilder &rows, const Block &block);
  /// t, in the place of the scores.
  Value align(const RowBuilder &rows, const Block &block, Value scores,
              Value smallest);
  /// E, in the place of t.
  Value exponentials(const RowBuilder &rows, const Block &block, Value aligned,
                     Value smallestKey);
  /// p, and the factor and shift that make a result of a sum of values.
  struct Weights {
    Value codes, factor, shift;
  };
  Weights weights(const RowBuilder &rows, const Block &block,
                  Value exponentials, Value smallestValue);

  /// What a body reads to tell valid keys from others, and how; none when all
  /// keys are valid.
  void appendMask(const RowBuilder &rows, const Block &block,
                  SmallVectorImpl<Access> &inputs);
  std::optional<Int> validity(const Block &block, Int inBody, Inputs &in);

  /// The part of `tensor` at `offsets`; an absent size is 1 and dropped.
  Value slice(Value tensor, ArrayRef<OpFoldResult> offsets,
              ArrayRef<OpFoldResult> sizes);
  /// `[batch, kv heads, keys]` at the keys of a block.
  Value keySlice(Value tensor, const Block &block) {
    return slice(tensor, {block.batch, block.kvHead, index(0)},
                 {OpFoldResult(), OpFoldResult(), block.keys});
  }
  /// `[batch, queries, heads]` at the queries of a block.
  Value querySlice(Value tensor, const Block &block) {
    return slice(tensor, {block.batch, block.firstQuery, block.head},
                 {OpFoldResult(), block.queries, OpFoldResult()});
  }
  /// The first channel of a head.
  OpFoldResult channelOf(Value head) {
    return b.createOrFold<arith::MulIOp>(head, value(index(width)));
  }

  OpFoldResult index(int64_t value) { return b.getIndexAttr(value); }
  Value value(OpFoldResult size) {
    return getValueOrCreateConstantIndexOp(b, b.getLoc(), size);
  }

  ImplicitLocOpBuilder &b;
  AttentionOp op;
  int64_t width, alignment;
  OpFoldResult batches, queries, keys;
  DynComponents query;
  Value keyCodes, mask, table;
  /// With the keys as last dimension, contiguous.
  Value valueCodes, keyMultiplier, keyExponent, valueMultiplier, valueExponent;
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

AttentionLowering::AttentionLowering(ImplicitLocOpBuilder &b, AttentionOp op,
                                     DynComponents query, DynComponents key,
                                     DynComponents value, Value mask)
    : b(b), op(op), width(op.getHeadWidth()), query(query), keyCodes(key.codes),
      mask(mask), table(createExponentialTable(b)) {
  int64_t largest = 127 * 127 * width;
  alignment =
      std::max<int64_t>(llvm::bit_width(uint64_t(largest)) + 16 - 30, 0);
  SmallVector<OpFoldResult> sizes = sizesOf(b, query.codes);
  batches = sizes[0], queries = sizes[1];
  keys = sizesOf(b, key.codes)[1];

  int64_t kvHeads = op.getKvHeads();
  Value heads = splitChannels(b, value.codes, {kvHeads, width});
  valueCodes = transpose(b, heads, {0, 2, 3, 1});
  keyMultiplier = transpose(b, key.multiplier, {0, 2, 1});
  keyExponent = transpose(b, key.exponent, {0, 2, 1});
  valueMultiplier = transpose(b, value.multiplier, {0, 2, 1});
  valueExponent = transpose(b, value.exponent, {0, 2, 1});
  if (!mask)
    return;
  // Loops over single bits do not vectorise.
  RowBuilder space(b, mask);
  this->mask = space.perElement(8, space.whole(mask),
                                [](Int bit) { return bit.zext(8); });
}

Value AttentionLowering::slice(Value tensor, ArrayRef<OpFoldResult> offsets,
                               ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> allSizes, kept;
  for (OpFoldResult size : sizes) {
    allSizes.push_back(size ? size : index(1));
    if (size)
      kept.push_back(size);
  }
  auto type = RankedTensorType::get(decomposeMixedValues(kept).first,
                                    getElementTypeOrSelf(tensor.getType()));
  SmallVector<OpFoldResult> strides(sizes.size(), index(1));
  return tensor::ExtractSliceOp::create(b, type, tensor, offsets, allSizes,
                                        strides);
}

AttentionLowering::Block AttentionLowering::makeBlock(Value batch, Value head,
                                                      Value firstQuery) {
  int64_t group = op.getHeads() / op.getKvHeads();
  Value kvHead = b.createOrFold<arith::DivUIOp>(head, value(index(group)));
  std::optional<int64_t> known = getConstantIntValue(queries);
  OpFoldResult rows;
  if (known && (*known <= kQueryBlock || *known % kQueryBlock == 0)) {
    rows = index(std::min(*known, kQueryBlock));
  } else {
    Value rest = arith::SubIOp::create(b, value(queries), firstQuery);
    rows = OpFoldResult(
        arith::MinUIOp::create(b, rest, value(index(kQueryBlock))));
  }
  // The queries are the last positions: query 0 is at key T - S.
  Value shift = b.createOrFold<arith::SubIOp>(value(keys), value(queries));
  Value lastKey = b.createOrFold<arith::AddIOp>(firstQuery, shift);
  OpFoldResult seen = keys;
  if (op.getCausal()) {
    Value end = arith::AddIOp::create(b, lastKey, value(rows));
    seen = OpFoldResult(arith::MaxSIOp::create(b, end, value(index(0))));
  }
  return {
      batch, head, kvHead, firstQuery, rows, seen, fromIndex(b, 32, lastKey)};
}

void AttentionLowering::appendMask(const RowBuilder &rows, const Block &block,
                                   SmallVectorImpl<Access> &inputs) {
  if (!mask)
    return;
  if (cast<RankedTensorType>(mask.getType()).getRank() == 2)
    inputs.push_back(rows.channel(
        slice(mask, {block.batch, index(0)}, {OpFoldResult(), block.keys})));
  else
    inputs.push_back(
        rows.whole(slice(mask, {block.batch, block.firstQuery, index(0)},
                         {OpFoldResult(), block.queries, block.keys})));
}

std::optional<Int> AttentionLowering::validity(const Block &block, Int inBody,
                                               Inputs &in) {
  std::optional<Int> valid;
  if (mask)
    valid = notEqual(in.next(), 0);
  if (!op.getCausal())
    return valid;
  Int seen = lessEqual(positionAlong(inBody, 1),
                       positionAlong(inBody, 0) + block.lastKey);
  return valid ? *valid & seen : seen;
}

static Int where(std::optional<Int> valid, Int x, int64_t otherwise) {
  return valid ? select(*valid, x, x.like(otherwise)) : x;
}

SmallVector<Value> AttentionLowering::findExponents(const RowBuilder &rows,
                                                    const Block &block) {
  SmallVector<Access> inputs = {rows.channel(keySlice(keyExponent, block)),
                                rows.channel(keySlice(valueExponent, block))};
  appendMask(rows, block, inputs);
  return rows.reduce({{32, kLargestExponent}, {32, kLargestExponent}}, inputs,
                     [&](ArrayRef<Int> elements) {
                       Inputs in(elements);
                       Int ofKey = in.next(), ofValue = in.next();
                       auto valid = validity(block, ofKey, in);
                       ofKey = where(valid, ofKey, kLargestExponent);
                       ofValue = where(valid, ofValue, kLargestExponent);
                       return SmallVector<Int>{min(ofKey, in.next()),
                                               min(ofValue, in.next())};
                     });
}

Value AttentionLowering::align(const RowBuilder &rows, const Block &block,
                               Value scores, Value smallest) {
  SmallVector<Access> inputs = {rows.channel(keySlice(keyMultiplier, block)),
                                rows.channel(keySlice(keyExponent, block)),
                                rows.row(smallest)};
  appendMask(rows, block, inputs);
  return rows.update(scores, inputs, [&](ArrayRef<Int> elements) {
    Inputs in(elements);
    Int m = in.next(), e = in.next(), smallest = in.next();
    auto valid = validity(block, m, in);
    Int d = in.next();
    // An invalid key may have a smaller exponent than all valid ones.
    Int s = umin(e - smallest + alignment, 62);
    Int t = rshr(d.sext(64) * m.zext(64), s.zext(64)).trunc(32);
    return where(valid, t, INT32_MIN);
  });
}

Value AttentionLowering::exponentials(const RowBuilder &rows,
                                      const Block &block, Value aligned,
                                      Value smallestKey) {
  Value most = rows.reduce(Accumulator{32, INT32_MIN}, rows.whole(aligned),
                           [](Int t, Int most) { return max(t, most); })
                   .front();
  auto scales =
      rows.perRow({32, 32, 32, 32},
                  {querySlice(query.multiplier, block),
                   querySlice(query.exponent, block), smallestKey},
                  [&](Int m, Int e, Int smallest) {
                    Int product = m.zext(64) * op.getScaleMultiplier();
                    Int n = bits(product) - 16;
                    Int k = e + smallest + (op.getScaleExponent() - alignment);
                    CodeScale scale =
                        codeScale((product >> n).trunc(32), k - n.trunc(32));
                    return SmallVector<Int>{scale.multiplier, scale.cap,
                                            scale.alignment, scale.shift};
                  });
  SmallVector<Access> inputs = {rows.row(most)};
  for (Value scale : scales)
    inputs.push_back(rows.row(scale));
  return rows.update(
      aligned, inputs,
      [&](Int most, Int multiplier, Int cap, Int alignment, Int shift, Int t) {
        Int e =
            exponentialOf(most - t, {multiplier, cap, alignment, shift}, table);
        // No valid t is that small.
        return mask || op.getCausal() ? select(equal(t, INT32_MIN), 0, e) : e;
      });
}

/// r[j], a key's share of its value's scale. Multipliers have 16 bits: a shift
/// by more gives 0, as it must for the key that is not valid.
static Int share(Int multiplier, Int exponent, Int smallest) {
  return rshr(multiplier, umin(exponent - smallest, 31));
}

AttentionLowering::Weights AttentionLowering::weights(const RowBuilder &rows,
                                                      const Block &block,
                                                      Value exponentials,
                                                      Value smallest) {
  SmallVector<Access> inputs = {
      rows.whole(exponentials), rows.channel(keySlice(valueMultiplier, block)),
      rows.channel(keySlice(valueExponent, block)), rows.row(smallest)};
  auto sums = rows.reduce(
      {{32, 0}, {32, 0}}, inputs,
      [](Int e, Int m, Int exponent, Int smallest, Int sum, Int most) {
        Int weight = e * share(m, exponent, smallest);
        return SmallVector<Int>{sum + e, umax(weight, most)};
      });
  int64_t f = op.getResult().getType().getExponent();
  auto scalars =
      rows.perRow({32, 32, 32, 64, 32}, {sums[0], sums[1], smallest},
                  [&](Int sum, Int most, Int smallest) {
                    Int g = max(bits(most) - 8, 0);
                    Int z = sum.zext(64);
                    Int t = bits(z) + 30;
                    // A row without a valid key is 0 whatever it is multiplied
                    // with.
                    Int factor = (1 << t) / max(z, 1);
                    Int s = t.trunc(32) - g + smallest - f;
                    return SmallVector<Int>{g, max(g - 9, 0), max(9 - g, 0),
                                            factor, min(max(s, 0), 62)};
                  });
  for (Value shift : ArrayRef(scalars).take_front(3))
    inputs.push_back(rows.row(shift));
  Value codes = rows.perElement(
      8, inputs,
      [](Int e, Int m, Int exponent, Int smallest, Int g, Int left, Int right) {
        Int weight = e * share(m, exponent, smallest);
        Int dither = (positionAlong(e, 1) * 167 + 89) & 255;
        // (2 dither + 1) * 2^g / 2^9 without a product of more than 32 bits.
        dither = ushr(((dither << 1) + 1) << left, right);
        return umin(ushr(weight + dither, g), 255).trunc(8);
      });
  return {codes, scalars[3], scalars[4]};
}

Value AttentionLowering::lowerBlock(const Block &block, Value result) {
  OpFoldResult channel = channelOf(block.head);
  Value queryCodes =
      slice(query.codes, {block.batch, block.firstQuery, channel},
            {OpFoldResult(), block.queries, index(width)});
  Value codes =
      slice(keyCodes, {block.batch, index(0), channelOf(block.kvHead)},
            {OpFoldResult(), block.keys, index(width)});
  Value values =
      slice(valueCodes, {block.batch, block.kvHead, index(0), index(0)},
            {OpFoldResult(), OpFoldResult(), index(width), block.keys});

  RowBuilder rows(b, {block.queries, block.keys});
  auto smallest = findExponents(rows, block);
  Value scores = createContraction(b, {queryCodes, Extension::Signed},
                                   {codes, Extension::Signed});
  scores = align(rows, block, scores, smallest[0]);
  scores = exponentials(rows, block, scores, smallest[0]);
  Weights p = weights(rows, block, scores, smallest[1]);
  Value o = createContraction(b, {p.codes, Extension::Unsigned},
                              {values, Extension::Signed});

  RowBuilder outputs(b, {block.queries, index(width)});
  SmallVector<OpFoldResult> offsets = {block.batch, block.firstQuery, channel};
  SmallVector<OpFoldResult> sizes = {index(1), block.queries, index(width)};
  SmallVector<OpFoldResult> strides(3, index(1));
  Value place =
      slice(result, offsets, {OpFoldResult(), block.queries, index(width)});
  Value written = outputs.write(
      place, {outputs.whole(o), outputs.row(p.factor), outputs.row(p.shift)},
      [](Int o, Int factor, Int s) {
        return sat32(rshr(o.sext(64) * factor, s.zext(64)));
      });
  return tensor::InsertSliceOp::create(b, written, result, offsets, sizes,
                                       strides);
}

Value AttentionLowering::lower() {
  Value zero = value(index(0)), one = value(index(1));
  int64_t channels = op.getHeads() * width;
  Value empty = tensor::EmptyOp::create(b, {batches, queries, index(channels)},
                                        b.getI32Type());
  scf::LoopNest loops = scf::buildLoopNest(
      b, b.getLoc(), {zero, zero, zero},
      {value(batches), value(index(op.getHeads())), value(queries)},
      {one, one, value(index(kQueryBlock))}, empty,
      [&](OpBuilder &, Location, ValueRange position, ValueRange result) {
        Block block = makeBlock(position[0], position[1], position[2]);
        return scf::ValueVector{lowerBlock(block, result.front())};
      });
  return loops.results.front();
}

/// Whether a batch, query or key is known not to be there.
static bool isKnownEmpty(AttentionOp op) {
  auto hasNone = [](Type type) {
    return llvm::is_contained(getShape(type), 0);
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
  Value mask;
  if (op.getMask())
    mask = withBatch(adaptor.getMask()).front();
  AttentionLowering lowering(
      b, op, DynComponents(withBatch(adaptor.getQuery())),
      DynComponents(withBatch(adaptor.getKey())),
      DynComponents(withBatch(adaptor.getValue())), mask);
  Value result = lowering.lower();
  return {hasBatch ? result : dropBatch(b, result)};
}

void mlir::iquant::populateAttentionPatterns(const TypeConverter &converter,
                                             RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerAttention);
}
