//===- ActivationRules.cpp - Exponential, sigmoid and gates ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules X and G of docs/Numerics.md.
//
//===----------------------------------------------------------------------===//

#include "iquant/Reference/Rules.h"

#include <algorithm>
#include <cstdlib>

using namespace mlir;
using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// Exponential and sigmoid
//===----------------------------------------------------------------------===//

int64_t reference::pow2(int64_t r) {
  int64_t a = 449;
  for (int64_t c : {-3489, 15692, -45420, 65536})
    a = c + rshr(a * r, 15);
  return a;
}

int64_t reference::exponential(int64_t t) {
  int64_t u = t * 23637;
  return rshr(pow2((u >> 11) % (1 << 15)), u >> 26);
}

int64_t reference::sigmoid(int64_t x) {
  int64_t E = exponential(std::min<int64_t>(std::abs(x), 1 << 16));
  int64_t d = (1 << 16) + E;
  int64_t S = ((int64_t(1) << 32) + d) / (2 * d);
  return x >= 0 ? S : (1 << 15) - S;
}

//===----------------------------------------------------------------------===//
// Gates
//===----------------------------------------------------------------------===//

int64_t reference::silu(int64_t x, int64_t f) {
  int64_t y = std::clamp<int64_t>(shift(x, f - 12), -(1 << 16), 1 << 16);
  return sat32(rshr(x * sigmoid(y), 15));
}

int64_t reference::swiglu(int64_t gate, int64_t gateExponent, int64_t up,
                          int64_t upExponent, int64_t resultExponent) {
  return product(silu(gate, gateExponent), up,
                 gateExponent + upExponent - resultExponent);
}

int64_t reference::geluArgument(int64_t x, int64_t f) {
  return std::clamp<int64_t>(shift(x, f - 12), -20480, 20480);
}

/// The last step of G3, `w` the factor on the argument.
static int64_t geluGate(int64_t x, int64_t y, int64_t w) {
  using namespace reference;
  return sat32(rshr(x * sigmoid(rshr(y * w, 16)), 15));
}

int64_t reference::geluErf(int64_t x, int64_t f) {
  int64_t y = geluArgument(x, f);
  int64_t q = rshr(y * y, 12);
  int64_t v = 4850 + rshr(q * -46, 12);
  int64_t w = 104531 + rshr(q * v, 12);
  return geluGate(x, y, w);
}

int64_t reference::geluTanh(int64_t x, int64_t f) {
  int64_t y = geluArgument(x, f);
  int64_t q = rshr(y * y, 12);
  int64_t w = 104581 + rshr(q * 4676, 12);
  return geluGate(x, y, w);
}

int64_t reference::geluSigmoid(int64_t x, int64_t f) {
  int64_t y = std::clamp<int64_t>(shift(x, f - 12), -(1 << 16), 1 << 16);
  return geluGate(x, y, 111542);
}

int64_t reference::relu(int64_t x) { return std::max<int64_t>(x, 0); }
