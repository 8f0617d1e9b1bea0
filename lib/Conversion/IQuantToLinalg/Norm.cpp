//===- Norm.cpp - RMS norm and layer norm ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules N0 to N4. No intermediate row is stored: every pass over a row starts
// from its input, which it reads once, and only the scalars of rows between
// the passes are tensors.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "RowBuilder.h"
#include "Rules.h"

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

namespace {

/// Lowers one norm; what the rules name has the same name here.
class NormLowering {
public:
  NormLowering(ImplicitLocOpBuilder &b, Value input, int64_t channels,
               int64_t epsilon)
      : rows(b, input), input(input), epsilon(epsilon),
        // A row without channels has no elements, but its scale must not
        // divide by 0.
        channels(std::max<int64_t>(channels, 1)),
        r(roundHalfSqrt((uint64_t(1) << 62) / this->channels)),
        k(roundHalfSqrt(uint64_t(this->channels) << 34)) {}

  void setScale(FixedType type, Value codes) {
    scale = codes;
    gy = ge = type.getExponent();
  }
  void setShift(FixedType type, Value codes) {
    shift = codes;
    be = type.getExponent();
    gy = std::min(ge, be + 12);
  }

  /// The components of `result`, for a layer norm or an RMS norm.
  SmallVector<Value> lower(bool isCentred, Type result);

private:
  void align();
  void alignAndCentre();
  void findRoot(Value squares);
  void findRootAndRange();
  SmallVector<Value> quantize() const;
  Value toFixed(int64_t exponent) const;

  /// The inputs that the functions below take, in their order.
  SmallVector<Access> alignedInputs() const;
  SmallVector<Access> normedInputs() const;
  /// y' in 32 bits, and y from y' in 64.
  Int aligned(Inputs &in) const;
  Int normed(Int aligned, Inputs &in) const;

  RowBuilder rows;
  Value input;
  int64_t epsilon, channels, r, k;
  Value scale, shift;
  int64_t ge = 0, be = 0, gy = 0;
  /// One element per row: the alignment, for a layer norm the sum of the
  /// aligned row and the alignment of the centred one, the epsilon, the root,
  /// with a shift its factor, and the range of y.
  Value p, sum, p1, ep, w, j, u, lo, hi;
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
                      return sum + rshrAny(x, p).sext(64);
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
  x = rshrAny(x, p);
  if (!sum)
    return x;
  Int sum = in.next(), p1 = in.next();
  Int c = wideProduct(x, x.like(channels)) - sum;
  return rshr(c, p1.zext(64)).trunc(32);
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
  Int b = in.next().sext(64), u = in.next();
  return y + iquant::shift(b * u, be - gy);
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
    auto range = rows.reduce({{64, 0}, {64, 0}}, normedInputs(),
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
  auto results = rows.reduce(
      {{64, 0}, {64, 0}, {64, 0}}, normedInputs(), [&](ArrayRef<Int> elements) {
        Inputs in(elements);
        Int narrow = aligned(in), y = normed(narrow, in);
        Int squares = in.next(), lo = in.next(), hi = in.next();
        SmallVector<Int> next = widen(y, lo, hi);
        next.insert(next.begin(), squares + wideProduct(narrow, narrow));
        return next;
      });
  findRoot(results[0]);
  lo = results[1], hi = results[2];
}

/// p2 of a row that y fills from `lo <= 0` to `hi >= 0`.
static Int finalShift(Int lo, Int hi) {
  return max(bits(max(hi, -lo)) - 30, 0);
}

SmallVector<Value> NormLowering::quantize() const {
  auto scales =
      rows.perRow({32, 32, 32, 32, 32, 32}, {lo, hi, w, j},
                  [&](Int lo, Int hi, Int w, Int j) {
                    Int p2 = finalShift(lo, hi);
                    // Rounding is monotone: these are the extremes of Y.
                    lo = rshr(lo, p2), hi = rshr(hi, p2);
                    Int range = hi - lo;
                    Coder coder = asymmetricCoder(lo, hi);
                    Dyadic scale = dyadic(max(range, 1) * k, w * 255);
                    Int e = scale.exponent + (16 + 8 + gy) - p2.trunc(32) - j;
                    scale.exponent = min(e, 62);
                    scale = unlessZero(equal(range, 0), scale);
                    return SmallVector<Int>{scale.multiplier, scale.exponent,
                                            coder.zeroPoint,  p2.trunc(32),
                                            coder.multiplier, coder.shift};
                  });
  Value m = scales[0], e = scales[1], z = scales[2];
  SmallVector<Access> inputs = normedInputs();
  for (Value scalar : {scales[3], scales[4], scales[5], z})
    inputs.push_back(rows.row(scalar));
  Value codes = rows.perElement(8, inputs, [&](ArrayRef<Int> elements) {
    Inputs in(elements);
    Int y = normed(aligned(in), in);
    Int p2 = in.next(), multiplier = in.next(), t = in.next(), z = in.next();
    return asymmetricCode(rshr(y, p2.zext(64)).trunc(32), {multiplier, t, z});
  });
  return {codes, m, e, z};
}

Value NormLowering::toFixed(int64_t exponent) const {
  auto factors = rows.perRow(
      {32, 32, 32}, {lo, hi, w, j}, [&](Int lo, Int hi, Int w, Int j) {
        Int p2 = finalShift(lo, hi);
        Int product = (int64_t(1) << 61) / w * k;
        Int n = bits(product) - 31;
        Int s = (61 + 16 + 8 + gy - exponent) - p2 - j.sext(64) - n;
        s = min(max(s, 0), 62);
        return SmallVector<Int>{p2.trunc(32), (product >> n).trunc(32),
                                s.trunc(32)};
      });
  SmallVector<Access> inputs = normedInputs();
  for (Value factor : factors)
    inputs.push_back(rows.row(factor));
  return rows.perElement(32, inputs, [&](ArrayRef<Int> elements) {
    Inputs in(elements);
    Int y = normed(aligned(in), in);
    Int p2 = in.next(), m = in.next(), s = in.next();
    return sat32(
        rshr(wideProduct(rshr(y, p2.zext(64)).trunc(32), m), s.zext(64)));
  });
}

SmallVector<Value> NormLowering::lower(bool isCentred, Type result) {
  if (isCentred)
    alignAndCentre();
  else
    align();
  findRootAndRange();
  if (auto fixed = dyn_cast<FixedType>(result))
    return {toFixed(fixed.getExponent())};
  return quantize();
}

static SmallVector<Value> lowerRmsNorm(RmsNormOp op,
                                       LowerOp<RmsNormOp>::Adaptor adaptor,
                                       ImplicitLocOpBuilder &b) {
  NormLowering norm(b, codesOf(adaptor.getInput()),
                    op.getInput().getType().getShape().back(), op.getEpsilon());
  if (op.getScale())
    norm.setScale(op.getScale().getType(), codesOf(adaptor.getScale()));
  return norm.lower(/*isCentred=*/false, op.getResult().getType());
}

static SmallVector<Value> lowerLayerNorm(LayerNormOp op,
                                         LowerOp<LayerNormOp>::Adaptor adaptor,
                                         ImplicitLocOpBuilder &b) {
  NormLowering norm(b, codesOf(adaptor.getInput()),
                    op.getInput().getType().getShape().back(), op.getEpsilon());
  if (op.getScale())
    norm.setScale(op.getScale().getType(), codesOf(adaptor.getScale()));
  if (op.getShift())
    norm.setShift(op.getShift().getType(), codesOf(adaptor.getShift()));
  return norm.lower(/*isCentred=*/true, op.getResult().getType());
}

void mlir::iquant::populateNormPatterns(const TypeConverter &converter,
                                        RewritePatternSet &patterns) {
  addLowering(converter, patterns, lowerLayerNorm);
  addLowering(converter, patterns, lowerRmsNorm);
}
