//===- AttentionRules.cpp - Rotation, softmax and attention ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules P, S and A of docs/Numerics.md.
//
//===----------------------------------------------------------------------===//

#include "iquant/Reference/Rules.h"

#include "dialects/IQuant/IQuant.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// Rotary embedding
//===----------------------------------------------------------------------===//

std::pair<int64_t, int64_t> reference::rotate(int64_t a, int64_t b,
                                              int64_t cosine, int64_t sine,
                                              int64_t h) {
  return {sat32(rshr(a * cosine - b * sine, h)),
          sat32(rshr(a * sine + b * cosine, h))};
}

int64_t reference::rotationEntry(double value) {
  return std::round(std::ldexp(value, 14));
}

std::pair<int64_t, int64_t>
reference::rotatePair(int64_t a, int64_t b, Turn ofA, Turn ofB, int64_t h) {
  auto t = [](int64_t x) {
    return std::clamp<int64_t>(x, 1 - (int64_t(1) << 30),
                               (int64_t(1) << 30) - 1);
  };
  return {sat32(rshr(a * t(ofA.cosine) - b * t(ofA.sine), h)),
          sat32(rshr(b * t(ofB.cosine) + a * t(ofB.sine), h))};
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

int64_t reference::tableExponential(int64_t code) {
  // round(65280 * e^(-12 * 16 i / 255)) and round(255 * e^(-12 i / 255)).
  static constexpr int64_t A[16] = {65280, 30746, 14481, 6820, 3212, 1513,
                                    713,   336,   158,   74,   35,   17,
                                    8,     4,     2,     1};
  static constexpr int64_t B[16] = {255, 243, 232, 221, 211, 202, 192, 183,
                                    175, 167, 159, 152, 145, 138, 132, 126};
  return (A[code / 16] * B[code % 16]) >> 8;
}

namespace {
/// S2 before its last rounding: `product * 2^-k`.
struct UnroundedCode {
  int64_t product, k;
};
} // namespace

static UnroundedCode unroundedCode(int64_t D, int64_t M, int64_t k) {
  k = std::max<int64_t>(k, 0);
  int64_t kPrime = std::min<int64_t>(k, 23);
  int64_t p = std::min<int64_t>(k - kPrime, 31);
  int64_t cap = int64_t(1) << std::clamp<int64_t>(k - 7, 0, 32);
  return {reference::rshr(std::min(D, cap), p) * M, kPrime};
}

int64_t reference::exponentialCode(int64_t D, int64_t M, int64_t k) {
  UnroundedCode code = unroundedCode(D, M, k);
  return std::min<int64_t>(255, rshr(code.product, code.k));
}

int64_t reference::ExponentialTable::codeOf(int64_t D, int64_t M, int64_t k,
                                            int64_t j) const {
  int64_t code = exponentialCode(D, M, k);
  if (isDithered) {
    UnroundedCode unrounded = unroundedCode(D, M, k);
    int64_t u = (7 * j + 3) % 16;
    int64_t added = (2 * u + 1) * (int64_t(1) << unrounded.k) >> 5;
    code = std::min<int64_t>(255, (unrounded.product + added) >> unrounded.k);
  }
  if (thresholds.empty())
    return std::min<int64_t>(entries.size() - 1, code);
  return llvm::count_if(thresholds,
                        [&](int64_t threshold) { return code >= threshold; });
}

//===----------------------------------------------------------------------===//
// Sums of packed codes
//===----------------------------------------------------------------------===//

namespace {
/// Codes of `bits` bits in bytes.
struct PackedCodes {
  PackedCodes(ArrayRef<int64_t> codes, int64_t bits);

  int64_t bits, perByte;
  SmallVector<uint8_t> bytes;
  /// The codes that fill no byte.
  ArrayRef<int64_t> rest;
};
} // namespace

PackedCodes::PackedCodes(ArrayRef<int64_t> codes, int64_t bits)
    : bits(bits), perByte(8 / bits), bytes(codes.size() / perByte),
      rest(codes.drop_front(bytes.size() * perByte)) {
  for (int64_t i = 0, P = bytes.size(); i < P * perByte; ++i)
    bytes[i % P] |= codes[i] << (bits * (i / P));
}

/// By one entry of a table for each byte.
static int64_t addByTable(const PackedCodes &codes, ArrayRef<int64_t> entries) {
  SmallVector<int64_t> S(int64_t(1) << (codes.bits * codes.perByte));
  for (auto [byte, sum] : llvm::enumerate(S))
    for (int64_t i = 0; i < codes.perByte; ++i)
      sum += entries[byte >> (codes.bits * i) & (entries.size() - 1)];
  int64_t Z = 0;
  for (uint8_t byte : codes.bytes)
    Z += S[byte];
  return Z;
}

/// By how many codes have all bits of a set.
static int64_t addByCounts(const PackedCodes &codes,
                           ArrayRef<int64_t> entries) {
  int64_t fields = 0, Z = 0;
  for (int64_t i = 0; i < codes.perByte; ++i)
    fields |= int64_t(1) << (codes.bits * i);
  for (size_t s = 0; s < entries.size(); ++s) {
    int64_t N = 0, U = 0;
    for (uint8_t byte : codes.bytes) {
      int64_t have = fields;
      for (int64_t bit = 0; bit < codes.bits; ++bit)
        if (s >> bit & 1)
          have &= byte >> bit;
      N += llvm::popcount(uint64_t(have));
    }
    for (size_t t = 0; t <= s; ++t)
      if ((t & s) == t)
        U += llvm::popcount(s ^ t) % 2 == 0 ? entries[t] : -entries[t];
    Z += N * U;
  }
  return Z;
}

int64_t reference::addPackedCodes(ArrayRef<int64_t> codes,
                                  ArrayRef<int64_t> entries, PackedSum form) {
  PackedCodes packed(codes, llvm::Log2_64(entries.size()));
  int64_t Z = form == PackedSum::Table ? addByTable(packed, entries)
                                       : addByCounts(packed, entries);
  for (int64_t code : packed.rest)
    Z += entries[code];
  return Z;
}

//===----------------------------------------------------------------------===//
// Rows of exponentials
//===----------------------------------------------------------------------===//

/// E of every element under the scale `M * 2^-k` and their sum; `positionOf`
/// gives the position of an element in its row.
static reference::Exponentials
exponentials(ArrayRef<int64_t> x, int64_t M, int64_t k,
             reference::ExponentialSource source,
             llvm::function_ref<int64_t(int64_t)> positionOf) {
  int64_t largest = *llvm::max_element(x);
  auto differences = llvm::map_to_vector(
      x, [&](int64_t element) { return largest - element; });
  reference::Exponentials row = {{}, 0};
  if (source.form) {
    row.E = reference::publishedExponentials(differences, {M, k}, *source.form);
    row.Z = llvm::sum_of(row.E);
    return row;
  }
  const reference::ExponentialTable *table = source.table;
  SmallVector<int64_t> codes;
  for (auto [i, D] : llvm::enumerate(differences)) {
    codes.push_back(table ? table->codeOf(D, M, k, positionOf(i))
                          : reference::exponentialCode(D, M, k));
    row.E.push_back(table ? table->entries[codes.back()]
                          : reference::tableExponential(codes.back()));
    row.Z += row.E.back();
  }
  if (table && table->packedSum)
    row.Z = reference::addPackedCodes(codes, table->entries, *table->packedSum);
  return row;
}

/// What makes codes of a softmax's differences in units, or 1 where they are
/// taken as they are.
static reference::Dyadic
softmaxScale(const reference::ExponentialSource &source) {
  if (source.form)
    return {1 << 15, 15};
  return source.table ? source.table->scale : reference::dyadic(255, 12);
}

/// E of a row of exponent `f`.
static reference::Exponentials
softmaxExponentials(ArrayRef<int32_t> x, int64_t f,
                    const reference::ExponentialSource &source) {
  auto [M, e] = softmaxScale(source);
  return exponentials(llvm::to_vector_of<int64_t>(x), M, e + f, source,
                      [](int64_t i) { return i; });
}

namespace {
/// The reciprocal `I * 2^-t` of a sum of exponentials.
struct Reciprocal {
  int64_t I, t;
};
} // namespace

static Reciprocal reciprocalOf(int64_t Z) {
  int64_t t = 30 + reference::bits(Z);
  return {(int64_t(1) << t) / Z, t};
}

SmallVector<int64_t> reference::softmax(ArrayRef<int32_t> x, int64_t f,
                                        ExponentialSource source) {
  auto [E, sum] = softmaxExponentials(x, f, source);
  Reciprocal Z = reciprocalOf(sum);
  return llvm::map_to_vector(
      E, [&](int64_t element) { return sat32(rshr(element * Z.I, Z.t - f)); });
}

/// A3: what is added to the weight of a key, a function of its position.
static int64_t dither(int64_t position) { return (167 * position + 89) % 256; }

/// `w * 2^-g` in 8 bits, up or down by the position.
static int64_t ditheredByte(int64_t w, int64_t g, int64_t position) {
  int64_t added = (2 * dither(position) + 1) * (int64_t(1) << g) >> 9;
  return std::min<int64_t>(255, (w + added) >> g);
}

reference::QuantizedRow reference::quantizedSoftmax(ArrayRef<int32_t> x,
                                                    int64_t f,
                                                    ExponentialSource source) {
  auto [E, Z] = softmaxExponentials(x, f, source);
  int64_t g = std::max<int64_t>(0, bits(*llvm::max_element(E)) - 8);
  QuantizedRow row;
  for (auto [c, element] : llvm::enumerate(E))
    row.codes.push_back(ditheredByte(element, g, c));
  row.scale = dyadic(int64_t(1) << g, Z);
  row.zeroPoint = 0;
  return row;
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

reference::Scores reference::attentionScores(ArrayRef<int8_t> query,
                                             ArrayRef<KeyValue> keys) {
  Scores scores;
  scores.Ek = kZeroScale.exponent;
  for (const KeyValue &key : keys)
    scores.Ek = std::min(scores.Ek, key.keyScale.exponent);
  int64_t D = query.size();
  scores.h = std::max<int64_t>(0, bits(127 * 127 * D) + 16 - 30);
  for (const KeyValue &key : keys) {
    int64_t d = 0;
    for (int64_t c = 0; c < D; ++c)
      d += query[c] * key.key[c];
    scores.t.push_back(rshr(
        d * key.keyScale.multiplier,
        std::min<int64_t>(key.keyScale.exponent - scores.Ek + scores.h, 62)));
    scores.positions.push_back(key.position);
  }
  return scores;
}

reference::Exponentials
reference::attentionExponentials(const Scores &scores, Dyadic query,
                                 Dyadic scoreScale, ExponentialSource source) {
  if (source.table)
    scoreScale = source.table->scale;
  int64_t P = query.multiplier * scoreScale.multiplier;
  int64_t n = bits(P) - 16;
  int64_t M = P >> n;
  int64_t k = query.exponent + scores.Ek + scoreScale.exponent - scores.h - n;
  return exponentials(scores.t, M, k, source,
                      [&](int64_t i) { return scores.positions[i]; });
}

reference::Weights reference::attentionWeights(ArrayRef<int64_t> E,
                                               ArrayRef<KeyValue> keys) {
  Weights weights;
  weights.Ev = kZeroScale.exponent;
  for (const KeyValue &key : keys)
    weights.Ev = std::min(weights.Ev, key.valueScale.exponent);
  SmallVector<int64_t> w;
  for (auto [element, key] : llvm::zip_equal(E, keys)) {
    int64_t r =
        rshr(key.valueScale.multiplier,
             std::min<int64_t>(key.valueScale.exponent - weights.Ev, 62));
    w.push_back(element * r);
  }
  weights.g = std::max<int64_t>(0, bits(*llvm::max_element(w)) - 8);
  for (auto [product, key] : llvm::zip_equal(w, keys))
    weights.p.push_back(ditheredByte(product, weights.g, key.position));
  return weights;
}

SmallVector<int64_t> reference::attention(ArrayRef<int8_t> query,
                                          Dyadic queryScale,
                                          ArrayRef<KeyValue> keys,
                                          Dyadic scoreScale, int64_t f,
                                          ExponentialSource source) {
  if (keys.empty())
    return SmallVector<int64_t>(query.size(), 0);
  auto [E, sum] = attentionExponentials(attentionScores(query, keys),
                                        queryScale, scoreScale, source);
  Weights weights = attentionWeights(E, keys);
  SmallVector<int64_t> o(query.size(), 0);
  for (auto [p, key] : llvm::zip_equal(weights.p, keys))
    for (auto [c, sum] : llvm::enumerate(o))
      sum += p * key.value[c];
  Reciprocal Z = reciprocalOf(sum);
  int64_t s = std::clamp<int64_t>(Z.t - weights.g + weights.Ev - f, 0, 62);
  return llvm::map_to_vector(
      o, [&](int64_t sum) { return sat32(rshr(sum * Z.I, s)); });
}
