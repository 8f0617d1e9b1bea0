//===- Norm.cpp - RMS norm and layer norm ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules N0 to N4. No intermediate row is stored: every pass over a row starts
// from its input, which it reads once, and only the scalars of rows between
// the passes are tensors.
//
//===----------------------------------------------------------------------===//

#include "Coders.h"
#include "Patterns.h"

#include "iquant/Support/Shapes.h"

using namespace mlir;
using namespace mlir::iquant;

/// sqrt(x) / 2 rounded to the nearest integer, a tie going up, at compile time.
static int64_t roundHalfSqrt(uint64_t x) {
  uint64_t root = 0;
  for (uint64_t bit = uint64_t(1) << 31; bit; bit >>= 1)
    if ((root + bit) * (root + bit) <= x)
      root += bit;
  return (root + 1) / 2;
}

/// x' = rshr(x, p) of N0.
static Int alignBy(Int x, Int p) {
  // The last place is shifted out after the rounding. That does not overflow: a
  // shift by more than one place has made room, and for less no x is large.
  Int last = min(p, 1);
  return ((x >> (p - last)) + last) >> last;
}

namespace {

/// Lowers one norm; what the rules name has the same name here.
class NormLowering {
public:
  NormLowering(ImplicitLocOpBuilder &b, Value input, Type result,
               int64_t channels, int64_t epsilon)
      : b(b), result(result), input(inGroups(input)),
        rows(b, this->input, hasGroups() ? 2 : 1), groups(rows.groupsAsRows()),
        ranges(rows.groups()), epsilon(epsilon),
        // A row without channels has no elements, but its scale must not
        // divide by 0.
        channels(std::max<int64_t>(channels, 1)),
        r(roundHalfSqrt((uint64_t(1) << 62) / this->channels)),
        k(roundHalfSqrt(uint64_t(this->channels) << 34)) {}

  void setScale(FixedType type, Value codes) {
    scale = inGroups(codes);
    gy = ge = type.getExponent();
  }
  void setShift(FixedType type, Value codes) {
    shift = inGroups(codes);
    be = type.getExponent();
    gy = std::min(ge, be + 12);
  }

  /// The components of the result, for a layer norm or an RMS norm.
  SmallVector<Value> lower(bool isCentred);

private:
  bool hasGroups() const {
    auto quantized = dyn_cast<DynType>(result);
    return quantized && quantized.getGroup() != 0;
  }
  /// A tensor over channels with these split into the groups of the result.
  Value inGroups(Value tensor) const {
    if (!hasGroups())
      return tensor;
    auto type = cast<DynType>(result);
    return splitChannels(b, tensor, {type.getNumGroups(), type.getGroup()});
  }

  void align();
  void alignAndCentre();
  void findRoot(Value squares);
  void findRootAndRange();
  void narrow();
  SmallVector<Value> quantize() const;
  Value toFixed(int64_t exponent) const;

  /// The inputs that the functions below take, in their order.
  SmallVector<Access> alignedInputs() const;
  SmallVector<Access> normedInputs() const;
  /// y' in 32 bits, and y from y' in 64.
  Int aligned(Inputs &in) const;
  Int normed(Int aligned, Inputs &in) const;

  ImplicitLocOpBuilder &b;
  Type result;
  Value input;
  /// The space of the input, the same with groups as rows, and that of one
  /// element per group; without groups in the result the row is the one group.
  RowBuilder rows, groups, ranges;
  int64_t epsilon, channels, r, k;
  Value scale, shift;
  int64_t ge = 0, be = 0, gy = 0;
  /// One element per row: the alignment, for a layer norm the sum of the
  /// aligned row and the alignment of the centred one, the epsilon, the root,
  /// with a shift its factor, and the alignment of y.
  Value p, sum, p1, ep, w, j, u, p2;
  /// One element per group: the range of y.
  Value lo, hi;
};

} // namespace

void NormLowering::align() {
  auto largest =
      rows.reduce(Accumulator{32, 0}, rows.whole(input),
                  [](Int x, Int most) { return umax(abs(x), most); });
  auto results = rows.perRow({32, 64}, largest, [&](Int a) {
    Int p = max(bits(a) - 22, 0);
    Int twice = p.zext(64) << 1;
    return SmallVector<Int>{p, ushr(twice.like(epsilon), twice)};
  });
  p = results[0], ep = results[1];
}

void NormLowering::alignAndCentre() {
  auto range = rows.reduce({{32, INT32_MAX}, {32, INT32_MIN}},
                           rows.whole(input), [](Int x, Int lo, Int hi) {
                             return SmallVector<Int>{min(x, lo), max(x, hi)};
                           });
  p = rows.perRow(32, range,
                  [](Int lo, Int hi) {
                    Int a = umax(abs(lo), abs(hi));
                    return max(bits(a) - 22, 0);
                  })
          .front();
  sum = rows.reduce(Accumulator{64, 0}, {rows.whole(input), rows.row(p)},
                    [](Int x, Int p, Int sum) {
                      return sum + alignBy(x, p).sext(64);
                    })
            .front();
  // Rounding and centring are monotone: the extremes stay the extremes.
  auto results =
      rows.perRow({32, 64}, {range[0], range[1], p, sum},
                  [&](Int lo, Int hi, Int p, Int sum) {
                    Int least = rshrAny(lo, p).sext(64) * channels - sum;
                    Int most = rshrAny(hi, p).sext(64) * channels - sum;
                    // The 0 is for a row without channels, which has no
                    // extremes.
                    Int p1 = max(bits(max(max(most, -least), 0)) - 22, 0);
                    Int scaled = sum.like(epsilon * channels * channels);
                    Int limit = sum.like((int64_t(1) << 61) / channels);
                    Int ep = min(ushr(scaled, (p.zext(64) + p1) << 1), limit);
                    return SmallVector<Int>{p1.trunc(32), ep};
                  });
  p1 = results[0], ep = results[1];
}

SmallVector<Access> NormLowering::alignedInputs() const {
  SmallVector<Access> inputs = {rows.whole(input), rows.row(p)};
  if (sum)
    inputs.append({rows.row(sum), rows.row(p1)});
  return inputs;
}

Int NormLowering::aligned(Inputs &in) const {
  Int x = in.next(), p = in.next();
  x = alignBy(x, p);
  if (!sum)
    return x;
  Int sum = in.next(), p1 = in.next();
  Int c = wideProduct(x, x.like(channels)) - sum;
  return rshrTo32(c, p1.zext(64));
}

SmallVector<Access> NormLowering::normedInputs() const {
  SmallVector<Access> inputs = alignedInputs();
  if (scale)
    inputs.push_back(rows.channel(scale));
  if (shift)
    inputs.append({rows.channel(shift), rows.row(u)});
  return inputs;
}

Int NormLowering::normed(Int aligned, Inputs &in) const {
  // With the factor 2^8 on the narrow scale, 32 bits meet 32 bits.
  Int y = scale ? wideProduct(aligned, in.next().sext(32) << 8)
                : aligned.sext(64) << 8;
  y = rshr(y, ge - gy);
  if (!shift)
    return y;
  // U has up to 34 bits: 17 and 17, as few vector units multiply 64.
  Int b = in.next().sext(32), u = in.next();
  Int high = ushr(u, 17).trunc(32), low = (u & 0x1ffff).trunc(32);
  Int product = (wideProduct(b, high) << 17) + wideProduct(b, low);
  return y + iquant::shift(product, be - gy);
}

void NormLowering::findRoot(Value squares) {
  auto results = rows.perRow({64, 32, 64}, {squares, ep}, [&](Int v, Int ep) {
    v = v + ep * channels;
    v = select(equal(v, 0), channels, v);
    Int j = ushr(62 - bits(v), 1);
    Int w = isqrt(v << (j << 1));
    return SmallVector<Int>{w, j.trunc(32), rshr(w * r, j + 22)};
  });
  w = results[0], j = results[1], u = results[2];
}

void NormLowering::findRootAndRange() {
  auto widen = [](Int y, Int lo, Int hi) {
    return SmallVector<Int>{min(y, lo), max(y, hi)};
  };
  if (shift) {
    findRoot(rows.reduce(Accumulator{64, 0}, alignedInputs(),
                         [&](ArrayRef<Int> elements) {
                           Inputs in(elements);
                           Int y = aligned(in);
                           return in.next() + wideProduct(y, y);
                         })
                 .front());
    auto range = groups.reduce({{64, 0}, {64, 0}}, normedInputs(),
                               [&](ArrayRef<Int> elements) {
                                 Inputs in(elements);
                                 Int y = normed(aligned(in), in);
                                 Int lo = in.next(), hi = in.next();
                                 return widen(y, lo, hi);
                               });
    lo = range[0], hi = range[1];
    return;
  }
  // Without a shift y does not depend on the root: one pass finds both.
  auto results = groups.reduce(
      {{64, 0}, {64, 0}, {64, 0}}, normedInputs(), [&](ArrayRef<Int> elements) {
        Inputs in(elements);
        Int narrow = aligned(in), y = normed(narrow, in);
        Int squares = in.next(), lo = in.next(), hi = in.next();
        SmallVector<Int> next = widen(y, lo, hi);
        next.insert(next.begin(), squares + wideProduct(narrow, narrow));
        return next;
      });
  auto squares = ranges.reduce(Accumulator{64, 0}, ranges.whole(results[0]),
                               [](Int part, Int sum) { return part + sum; });
  findRoot(squares.front());
  lo = results[1], hi = results[2];
}

void NormLowering::narrow() {
  auto largest = ranges.reduce(
      Accumulator{64, 0}, {ranges.whole(lo), ranges.whole(hi)},
      [](Int lo, Int hi, Int most) { return max(max(hi, -lo), most); });
  p2 = rows.perRow(32, largest,
                   [](Int a) { return max(bits(a) - 30, 0).trunc(32); })
           .front();
}

SmallVector<Value> NormLowering::quantize() const {
  // Rounding is monotone: these are the extremes of Y.
  auto narrowed = ranges.perElement(
      {32, 32}, {ranges.whole(lo), ranges.whole(hi), ranges.row(p2)},
      [](Int lo, Int hi, Int p2) {
        Int s = p2.zext(64);
        return SmallVector<Int>{rshr(lo, s).trunc(32), rshr(hi, s).trunc(32)};
      });
  Coders coders = createCoders(ranges, narrowed[0], narrowed[1], {w, j, p2},
                               [&](Int range, ArrayRef<Int> in) {
                                 Int w = in[0], j = in[1], p2 = in[2];
                                 Dyadic scale = dyadic(range * k, w * 255);
                                 scale.exponent =
                                     scale.exponent + (16 + 8 + gy) - p2 - j;
                                 return scale;
                               });
  SmallVector<Access> inputs = normedInputs();
  inputs.push_back(rows.row(p2));
  Value codes = coders.encode(rows, inputs, [&](ArrayRef<Int> elements) {
    Inputs in(elements);
    Int y = normed(aligned(in), in);
    return rshrTo32(y, in.next().zext(64));
  });
  if (hasGroups())
    codes = joinChannels(b, codes, 2);
  return {codes, coders.multiplier, coders.exponent, coders.zeroPoint};
}

Value NormLowering::toFixed(int64_t exponent) const {
  auto factors = rows.perRow({32, 32}, {w, j, p2}, [&](Int w, Int j, Int p2) {
    Int product = (int64_t(1) << 61) / w * k;
    Int n = bits(product) - 31;
    Int s = (61 + 16 + 8 + gy - exponent) - p2.sext(64) - j.sext(64) - n;
    s = min(max(s, 0), 62);
    return SmallVector<Int>{(product >> n).trunc(32), s.trunc(32)};
  });
  SmallVector<Access> inputs = normedInputs();
  for (Value factor : {p2, factors[0], factors[1]})
    inputs.push_back(rows.row(factor));
  return rows.perElement(32, inputs, [&](ArrayRef<Int> elements) {
    Inputs in(elements);
    Int y = normed(aligned(in), in);
    Int p2 = in.next(), m = in.next(), s = in.next();
    Int narrow = rshrTo32(y, p2.zext(64));
    return sat32(rshr(wideProduct(narrow, m), s.zext(64)));
  });
}

SmallVector<Value> NormLowering::lower(bool isCentred) {
  if (isCentred)
    alignAndCentre();
  else
    align();
  findRootAndRange();
  narrow();
  if (auto fixed = dyn_cast<FixedType>(result))
    return {toFixed(fixed.getExponent())};
  return quantize();
}

static SmallVector<Value> lowerRmsNorm(RmsNormOp op,
                                       LowerOp<RmsNormOp>::Adaptor adaptor,
                                       ImplicitLocOpBuilder &b) {
  NormLowering norm(b, codesOf(adaptor.getInput()), op.getType(),
                    op.getInput().getType().getShape().back(), op.getEpsilon());
  if (op.getScale())
    norm.setScale(op.getScale().getType(), codesOf(adaptor.getScale()));
  return norm.lower(/*isCentred=*/false);
}

static SmallVector<Value> lowerLayerNorm(LayerNormOp op,
                                         LowerOp<LayerNormOp>::Adaptor adaptor,
                                         ImplicitLocOpBuilder &b) {
  NormLowering norm(b, codesOf(adaptor.getInput()), op.getType(),
                    op.getInput().getType().getShape().back(), op.getEpsilon());
  if (op.getScale())
    norm.setScale(op.getScale().getType(), codesOf(adaptor.getScale()));
  if (op.getShift())
    norm.setShift(op.getShift().getType(), codesOf(adaptor.getShift()));
  return norm.lower(/*isCentred=*/true);
}

void mlir::iquant::populateNormPatterns(const TypeConverter &converter,
                                        RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerLayerNorm);
  addLowering(converter, patterns, lowerRmsNorm);
}
