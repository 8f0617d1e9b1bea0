//===- Rules.h - The rules of docs/Numerics.md ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares every rule of the numeric contract as a function on integers. The
// names and letters are those of docs/Numerics.md, which says what they mean.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_REFERENCE_RULES_H
#define IQUANT_REFERENCE_RULES_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"

#include <cstdint>
#include <optional>

namespace mlir::iquant {
enum class ExponentialForm : uint32_t;
enum class PackedSum : uint32_t;
} // namespace mlir::iquant

namespace mlir::iquant::reference {

//===----------------------------------------------------------------------===//
// Basic operations
//===----------------------------------------------------------------------===//

/// B1: `x * 2^-s`, rounded half up.
int64_t rshr(int64_t x, int64_t s);

/// B2: `x` limited to 32 bits.
int64_t sat32(int64_t x);

/// B3: `rshr`, or a shift to the left for negative `s`.
int64_t shift(int64_t x, int64_t s);

/// B4: the number of binary digits of `x >= 0`.
int64_t bits(int64_t x);

/// B5: `floor(sqrt(x))` for `0 <= x <= 2^62`.
int64_t isqrt(int64_t x);

/// The number `multiplier * 2^-exponent`.
struct Dyadic {
  int64_t multiplier;
  int64_t exponent;

  bool operator==(const Dyadic &other) const {
    return multiplier == other.multiplier && exponent == other.exponent;
  }
};

/// B6: the dyadic scale nearest to `n / d`.
Dyadic dyadic(int64_t n, int64_t d);

/// B7: the scale of a row of zeros.
inline constexpr Dyadic kZeroScale = {1 << 15, 62};

//===----------------------------------------------------------------------===//
// Constants, at compile time
//===----------------------------------------------------------------------===//

/// V3: the scale of an output channel with the largest magnitude `a`, finite
/// and not negative. The caller refuses exponents outside of 0 .. 47.
Dyadic weightScale(double a);

/// V3: the code of one weight.
int64_t weightCode(double w, Dyadic scale);

/// F4: a float as 32-bit fixed point of exponent `f`.
int64_t fixedPoint(double v, int64_t f);

/// F4: the exponent of a 16-bit parameter vector; none when not even 0 fits.
std::optional<int64_t> parameterExponent(ArrayRef<double> v);

//===----------------------------------------------------------------------===//
// Fixed point
//===----------------------------------------------------------------------===//

/// F1: from exponent `f` to exponent `g`.
int64_t rescale(int64_t x, int64_t f, int64_t g);

/// F2: the saturating sum.
int64_t add(int64_t x, int64_t y);

/// F3: the smallest index of a largest element.
int64_t argmax(ArrayRef<int32_t> x);

/// F5: the mean of `n` elements whose sum is `sum`; 0 for none.
int64_t mean(int64_t sum, int64_t n);

/// F6: the product of `x` and `y`, of exponents whose sum is larger than the
/// result's by `s`.
int64_t product(int64_t x, int64_t y, int64_t s);

/// F7: `x` times a factor of exponent `g`.
int64_t scale(int64_t x, int64_t factor, int64_t g);

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

/// A row, or a group of a row, of 8-bit codes.
struct QuantizedRow {
  SmallVector<int64_t> codes;
  Dyadic scale;
  int64_t zeroPoint;
};

/// Q1 without the scale: unsigned codes and zero points of the groups of a row,
/// with one multiplier. `group` is the number of channels of a group, 0 for the
/// row as one group; `getScale` gives the scale of a row of range `R > 0`.
SmallVector<QuantizedRow>
quantizeAsymmetric(ArrayRef<int32_t> x, int64_t group,
                   llvm::function_ref<Dyadic(int64_t R)> getScale);

/// Q1 of a row of exponent `f`, in groups or as one.
SmallVector<QuantizedRow> quantizeAsymmetric(ArrayRef<int32_t> x, int64_t f,
                                             int64_t group);
QuantizedRow quantizeAsymmetric(ArrayRef<int32_t> x, int64_t f);

/// Q2: symmetric codes of a group of exponent `f`.
QuantizedRow quantizeSymmetric(ArrayRef<int32_t> x, int64_t f);

/// Q4: the same with the range `a > 0` instead of the largest magnitude.
QuantizedRow quantizeSymmetric(ArrayRef<int32_t> x, int64_t f, int64_t a);

/// Q3: code `q` as fixed point of exponent `f`.
int64_t dequantize(int64_t q, int64_t z, Dyadic scale, int64_t f);

//===----------------------------------------------------------------------===//
// Linear and embedding
//===----------------------------------------------------------------------===//

/// L1: the sum of a row's groups, `sums`, in the unit of the smallest of their
/// `exponents`.
int64_t alignedSum(ArrayRef<int64_t> sums, ArrayRef<int64_t> exponents);

/// L1: the sum of products `acc`, 32-bit, as fixed point of exponent `f`; `row`
/// has the smallest exponent of its groups.
int64_t linear(int64_t acc, Dyadic row, Dyadic channel, int64_t f,
               int64_t bias);

/// E1: one element of a table's row.
int64_t embedding(int64_t q, Dyadic scale, int64_t f);

/// E1: an id limited to a table of `size` rows.
int64_t clampId(int64_t id, int64_t size);

//===----------------------------------------------------------------------===//
// Exponential, sigmoid and gates
//===----------------------------------------------------------------------===//

/// X1: about `2^16 * 2^(-r / 2^15)`.
int64_t pow2(int64_t r);

/// X2: about `2^16 * e^(-t / 2^12)`.
int64_t exponential(int64_t t);

/// X3: the sigmoid of `x * 2^-12` with 15 fraction bits.
int64_t sigmoid(int64_t x);

/// G1: SiLU of fixed point of exponent `f`.
int64_t silu(int64_t x, int64_t f);

/// G2: `silu(gate) * up`, each with its own exponent.
int64_t swiglu(int64_t gate, int64_t gateExponent, int64_t up,
               int64_t upExponent, int64_t resultExponent);

/// G3: its argument, 12 fraction bits and at most 5 in magnitude.
int64_t geluArgument(int64_t x, int64_t f);

/// G3: the Gaussian error linear unit of fixed point of exponent `f`.
int64_t geluErf(int64_t x, int64_t f);
int64_t geluTanh(int64_t x, int64_t f);
int64_t geluSigmoid(int64_t x, int64_t f);

/// G4: the larger one of `x` and 0.
int64_t relu(int64_t x);

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

/// A norm's parameters: 16-bit fixed point, empty when absent.
struct NormParameters {
  ArrayRef<int16_t> scale;
  int64_t scaleExponent = 0;
  ArrayRef<int16_t> shift;
  int64_t shiftExponent = 0;
  /// In units of the square of the input's unit.
  int64_t epsilon = 0;
};

/// N0: the row before the division by its root mean square or deviation, and
/// what the division needs.
struct NormedRow {
  SmallVector<int32_t> Y;
  /// The inverse of the root: `k * 2^-16 * 2^j / w`.
  int64_t w, j, k;
  /// The unit of `Y` is `2^(p2 - 8 - gy)` times that inverse.
  int64_t p2, gy;
};

/// The norms' constants, `round(2^30 / sqrt(K))` and `round(2^16 * sqrt(K))`,
/// for `K` in 1 .. 65536.
int64_t normReciprocalRoot(int64_t K);
int64_t normRoot(int64_t K);

/// N0 of a root-mean-square norm.
NormedRow rmsNormRow(ArrayRef<int32_t> x, const NormParameters &parameters);

/// N0 of a layer norm.
NormedRow layerNormRow(ArrayRef<int32_t> x, const NormParameters &parameters);

/// N1, N3: unsigned codes, in groups or as one.
SmallVector<QuantizedRow> quantizeNormedRow(const NormedRow &row,
                                            int64_t group);
QuantizedRow quantizeNormedRow(const NormedRow &row);

/// N2, N4: fixed point of exponent `F`.
SmallVector<int64_t> fixNormedRow(const NormedRow &row, int64_t F);

//===----------------------------------------------------------------------===//
// Rotary embedding, softmax and attention
//===----------------------------------------------------------------------===//

/// P1: the pair `(a, b)` turned by table entries of exponent `h`.
std::pair<int64_t, int64_t> rotate(int64_t a, int64_t b, int64_t cosine,
                                   int64_t sine, int64_t h);

/// P1: a table entry.
int64_t rotationEntry(double value);

/// The cosine and the sine of a channel.
struct Turn {
  int64_t cosine, sine;
};
/// P2: the pair `(a, b)` turned by what its channels have, of exponent `h`.
std::pair<int64_t, int64_t> rotatePair(int64_t a, int64_t b, Turn ofA, Turn ofB,
                                       int64_t h);

/// S1: `2^16 * e^(-12 * code / 255)`, roughly, for `code` in 0 .. 255.
int64_t tableExponential(int64_t code);

/// S2: the code of the difference `D >= 0` under the scale `M * 2^-k`.
int64_t exponentialCode(int64_t D, int64_t M, int64_t k);

/// S4: a table of few entries that stands in the place of S1. Its scale says
/// how many codes a unit of the input spans, those of 8 bits if there are
/// thresholds.
struct ExponentialTable {
  Dyadic scale;
  ArrayRef<int64_t> entries;
  bool isDithered = false;
  /// What a code of 8 bits has to reach to be the next one of few bits; none
  /// where codes are equally far apart.
  ArrayRef<int64_t> thresholds = {};
  /// How exponentials are added up if not one by one.
  std::optional<PackedSum> packedSum = std::nullopt;

  /// The code for the difference `D >= 0` at the position `j` of its row, under
  /// the scale `M * 2^-k`, and its entry.
  int64_t codeOf(int64_t D, int64_t M, int64_t k, int64_t j) const;
  int64_t lookUp(int64_t D, int64_t M, int64_t k, int64_t j) const {
    return entries[codeOf(D, M, k, j)];
  }
};

/// S6: the sum of the entries of codes, which are packed into bytes first.
int64_t addPackedCodes(ArrayRef<int64_t> codes, ArrayRef<int64_t> entries,
                       PackedSum form);

/// The exponentials of a row and their sum.
struct Exponentials {
  SmallVector<int64_t> E;
  int64_t Z;
};

/// Where exponentials come from: S1, or a table of S4, or a published form.
struct ExponentialSource {
  ExponentialSource() = default;
  ExponentialSource(const ExponentialTable *table) : table(table) {}
  ExponentialSource(ExponentialForm form) : form(form) {}

  const ExponentialTable *table = nullptr;
  std::optional<ExponentialForm> form;
};

/// S3: the softmax of a row of exponent `f`.
SmallVector<int64_t> softmax(ArrayRef<int32_t> x, int64_t f,
                             ExponentialSource source = {});

/// S5: the same as codes of 8 bits.
QuantizedRow quantizedSoftmax(ArrayRef<int32_t> x, int64_t f,
                              ExponentialSource source = {});

/// One key and value head at one position, `width` codes each.
struct KeyValue {
  const int8_t *key;
  Dyadic keyScale;
  const int8_t *value;
  Dyadic valueScale;
  /// The position in the sequence, which chooses the dither.
  int64_t position;
};

/// A1: the aligned scores of a query over its valid keys, their unit, and the
/// positions of the keys.
struct Scores {
  SmallVector<int64_t> t;
  int64_t Ek, h;
  SmallVector<int64_t> positions = {};
};
Scores attentionScores(ArrayRef<int8_t> query, ArrayRef<KeyValue> keys);

/// A2: the exponentials `E[j]` under a score scale, or by a table, whose scale
/// takes its place.
Exponentials attentionExponentials(const Scores &scores, Dyadic query,
                                   Dyadic scoreScale,
                                   ExponentialSource source = {});

/// A3: the 8-bit weights `p[j]` and their unit.
struct Weights {
  SmallVector<int64_t> p;
  int64_t g, Ev;
};
Weights attentionWeights(ArrayRef<int64_t> E, ArrayRef<KeyValue> keys);

/// A4 on the results of A1 to A3: one head of one query as fixed point of
/// exponent `f`.
SmallVector<int64_t> attention(ArrayRef<int8_t> query, Dyadic queryScale,
                               ArrayRef<KeyValue> keys, Dyadic scoreScale,
                               int64_t f, ExponentialSource source = {});

//===----------------------------------------------------------------------===//
// Published operators
//===----------------------------------------------------------------------===//

/// D1: a scale with a multiplier of 8 bits.
Dyadic roundToEightBits(Dyadic scale);

/// D2: DI-Exp of a difference under a scale by D1.
int64_t diExponential(int64_t D, Dyadic scale, int64_t guardBits);

/// D3: the codes of the differences of a row, and their scale.
struct ClippedRow {
  SmallVector<int64_t> codes;
  Dyadic scale;
};
ClippedRow clipDifferences(ArrayRef<int64_t> D, Dyadic scale);

/// D4: I-BERT's exponential of a difference.
int64_t polynomialExponential(int64_t D, Dyadic scale);

/// D2 to D4: the exponentials of the differences of a row.
SmallVector<int64_t> publishedExponentials(ArrayRef<int64_t> D, Dyadic scale,
                                           ExponentialForm form);

/// D5: the sigmoids of a row of exponent `f`, with 7 fraction bits, and SiLU.
SmallVector<int64_t> rowMaximumSigmoid(ArrayRef<int32_t> x, int64_t f);
SmallVector<int64_t> rowMaximumSilu(ArrayRef<int32_t> x, int64_t f);

/// D6: I-BERT's GELU of fixed point of exponent `f`.
int64_t geluIBert(int64_t x, int64_t f);

} // namespace mlir::iquant::reference

#endif // IQUANT_REFERENCE_RULES_H
