//===- FloatSoftmax.cpp - The peer in f32 ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiled for the processor at hand. Four vectors are worked on at a time, so
// that no step waits for the one before.
//
//===----------------------------------------------------------------------===//

#include "FloatSoftmax.h"

#include <cmath>
#include <initializer_list>

using namespace mlir::iquant;

#if defined(__AVX512F__)
static constexpr int kBytes = 64;
#elif defined(__AVX__)
static constexpr int kBytes = 32;
#else
static constexpr int kBytes = 16;
#endif

using Floats = float __attribute__((vector_size(kBytes)));
using Ints = int32_t __attribute__((vector_size(kBytes)));
static constexpr int kLanes = kBytes / sizeof(float), kVectors = 4;
static_assert(kFloatSoftmaxStep % (kLanes * kVectors) == 0);

int64_t mlir::iquant::getFloatSoftmaxVectorBytes() { return kBytes; }

static Floats max(Floats x, Floats y) { return x > y ? x : y; }

/// e^x for x in -87 .. 0, to a relative error of 4e-6: 2^n times a polynomial
/// of degree 5 of the rest, which is in -1/2 .. 1/2.
static Floats exponential(Floats x) {
  constexpr float magic = 12582912; // 1.5 * 2^23 leaves an integer behind.
  Floats scaled = x * float(M_LOG2E), shifted = scaled + magic;
  Ints n = reinterpret_cast<Ints>(shifted) << 23;
  Floats r = scaled - (shifted - magic);
  Floats p = r * 1.33335581e-3f + 9.61812911e-3f;
  for (float coefficient :
       {5.55041087e-2f, 2.40226507e-1f, 6.93147181e-1f, 1.0f})
    p = p * r + coefficient;
  return reinterpret_cast<Floats>(reinterpret_cast<Ints>(p) + n);
}

/// Reduces four vectors to one number.
template <typename Function>
static float reduce(const Floats (&parts)[kVectors], Function combine) {
  Floats all =
      combine(combine(parts[0], parts[1]), combine(parts[2], parts[3]));
  float result = all[0];
  for (int lane = 1; lane < kLanes; ++lane)
    result = combine(result, all[lane]);
  return result;
}

static void softmaxOfRow(const Floats *input, Floats *result, int64_t vectors) {
  Floats parts[kVectors];
  for (int j = 0; j < kVectors; ++j)
    parts[j] = input[j];
  for (int64_t i = kVectors; i < vectors; i += kVectors)
    for (int j = 0; j < kVectors; ++j)
      parts[j] = max(parts[j], input[i + j]);
  float most = reduce(parts, [](auto x, auto y) { return x > y ? x : y; });

  for (Floats &part : parts)
    part = Floats{};
  for (int64_t i = 0; i < vectors; i += kVectors)
    for (int j = 0; j < kVectors; ++j) {
      Floats e = exponential(max(input[i + j] - most, Floats{} - 87));
      result[i + j] = e;
      parts[j] += e;
    }
  float factor = 1 / reduce(parts, [](auto x, auto y) { return x + y; });
  for (int64_t i = 0; i < vectors; ++i)
    result[i] *= factor;
}

void mlir::iquant::softmaxInFloat(const float *input, float *result,
                                  int64_t rows, int64_t length) {
  for (int64_t row = 0; row < rows; ++row)
    softmaxOfRow(reinterpret_cast<const Floats *>(input + row * length),
                 reinterpret_cast<Floats *>(result + row * length),
                 length / kLanes);
}
