//===- Rules.cpp - Rules that several lowerings share ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nothing here branches or divides per element, so that loops over elements
// vectorise.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::iquant;

Int mlir::iquant::wideProduct(Int x, Int y) { return x.sext(64) * y.sext(64); }

Int mlir::iquant::highProduct(Int x, Int y) {
  return ushr(wideProduct(x, y), 32).trunc(32);
}

Int mlir::iquant::rshr(Int x, Int s) {
  Int half = ushr(1 << s, 1);
  return (x + half) >> s;
}

Int mlir::iquant::rshr(Int x, int64_t s) {
  return s == 0 ? x : (x + (int64_t(1) << (s - 1))) >> s;
}

Int mlir::iquant::rshrAny(Int x, Int s) {
  return (x >> s) + (((x << 1) >> s) & 1);
}

Int mlir::iquant::rshrAny(Int x, int64_t s) {
  // The bit that rounding looks at is added after the shift: no overflow.
  return s == 0 ? x : (x >> s) + ((x >> (s - 1)) & 1);
}

Int mlir::iquant::rshrHigh(Int x, Int y, int64_t s) {
  return rshr(highProduct(x, y), s);
}

Int mlir::iquant::rshrTo32(Int x, Int s) {
  Int half = ushr(1 << s, 1);
  return ushr(x + half, s).trunc(32);
}

Int mlir::iquant::sat32(Int x) {
  return min(max(x, INT32_MIN), INT32_MAX).trunc(32);
}

Int mlir::iquant::addSaturated(Int x, Int y) {
  // LLVM knows this as an addition that saturates, of 32 bits.
  return sat32(x.sext(64) + y.sext(64));
}

Value mlir::iquant::nearestRow(Int id, int64_t rows) {
  // 64 bits hold any number of rows.
  id = id.getWidth() < 64 ? id.sext(64) : id;
  return min(max(id, 0), rows - 1).toIndex();
}

Int mlir::iquant::fixedProduct(Int x, Int y, int64_t s) {
  if (s > 32)
    return rshrHigh(x, y, s - 32);
  Int product = wideProduct(x, y);
  if (s >= 0)
    return sat32(rshr(product, s));
  return sat32(sat32(product).sext(64) << -s);
}

Int mlir::iquant::shift(Int x, int64_t s) {
  return s < 0 ? x << std::min<int64_t>(-s, 30)
               : rshr(x, std::min<int64_t>(s, 62));
}

Int mlir::iquant::shift(Int x, Int s) {
  // One of the two shifts is by 0.
  Int left = min(max(-s, 0), 30), right = min(max(s, 0), 62);
  return rshr(x << left.zext(64), right.zext(64));
}

Int mlir::iquant::bits(Int x) {
  ImplicitLocOpBuilder &b = x.getBuilder();
  return x.getWidth() -
         Int(b, b.createOrFold<math::CountLeadingZerosOp>(Value(x)));
}

Int mlir::iquant::isqrt(Int x) {
  ImplicitLocOpBuilder &b = x.getBuilder();
  auto index = [&](int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  };
  // Digit by digit: `rest` is x less the square of the digits so far, `root`
  // those digits scaled so that `root + bit` is the next trial subtrahend.
  auto loop = scf::ForOp::create(
      b, index(0), index(31), index(1),
      ValueRange{x, x.like(0), x.like(int64_t(1) << 60)},
      [](OpBuilder &nested, Location location, Value, ValueRange carried) {
        ImplicitLocOpBuilder body(location, nested);
        Int rest(body, carried[0]), root(body, carried[1]),
            bit(body, carried[2]);
        Int trial = root + bit, half = ushr(root, 1);
        Int tooLarge = uless(rest, trial);
        rest = select(tooLarge, rest, rest - trial);
        root = select(tooLarge, half, half + bit);
        scf::YieldOp::create(body, ValueRange{rest, root, ushr(bit, 2)});
      });
  return Int(b, loop.getResult(1));
}

Dyadic mlir::iquant::dyadic(Int n, Int d) {
  Int a = 62 - bits(n);
  Int quotient = (n << a) / d;
  Int b = bits(quotient) - 16;
  Int m = rshr(quotient, b);
  Int carry = equal(m, 1 << 16);
  m = select(carry, 1 << 15, m);
  b = b + carry.zext(64);
  return {m.trunc(32), (a - b).trunc(32)};
}

Dyadic mlir::iquant::unlessZero(Int isZero, Dyadic scale) {
  return {select(isZero, 1 << 15, scale.multiplier),
          select(isZero, 62, scale.exponent)};
}

Int mlir::iquant::refinement(Int width, Int range) {
  Int s = bits(range) - bits(width);
  s = s - less(range, width << s).zext(64);
  return select(equal(width, 0), 0, min(s, 15));
}

Int mlir::iquant::asymmetricCode(Int x, Int multiplier, Int shift,
                                 Int zeroPoint) {
  // Since x >= lo and z * 2^(t - s) >= -lo * I - 2^(t - s - 1), the sum that is
  // shifted is not negative. With both bounds, vector units narrow it at once.
  Int s = shift.zext(64), added = (zeroPoint.zext(64) << s) + (1 << (s - 1));
  Int code = ushr(wideProduct(x, multiplier) + added, s).trunc(32);
  return min(max(code, 0), 255).trunc(8);
}
