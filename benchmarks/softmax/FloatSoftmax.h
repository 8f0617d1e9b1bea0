//===- FloatSoftmax.h - The peer in f32 -------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a softmax in integers is timed against: one in f32 that leaves little to
// gain, with the exponential a polynomial on whole vectors.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_BENCHMARKS_SOFTMAX_FLOATSOFTMAX_H
#define IQUANT_BENCHMARKS_SOFTMAX_FLOATSOFTMAX_H

#include <cstdint>

namespace mlir::iquant {

/// The rows that `softmaxInFloat` takes are a multiple of this long.
constexpr int64_t kFloatSoftmaxStep = 64;

/// Writes the softmax of every row of `[rows, length]`; both are aligned to
/// their vectors.
void softmaxInFloat(const float *input, float *result, int64_t rows,
                    int64_t length);

/// The bytes of its vectors, those of the processor that it was compiled for.
int64_t getFloatSoftmaxVectorBytes();

} // namespace mlir::iquant

#endif // IQUANT_BENCHMARKS_SOFTMAX_FLOATSOFTMAX_H
