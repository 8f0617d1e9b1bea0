//===- SoftmaxPrograms.h - What the softmax benchmark times -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the programs as text of a function `main` on a dynamic number of
// rows, or of queries and keys.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_BENCHMARKS_SOFTMAX_SOFTMAXPROGRAMS_H
#define IQUANT_BENCHMARKS_SOFTMAX_SOFTMAXPROGRAMS_H

#include <cstdint>
#include <string>

namespace mlir::iquant {

/// `iquant.softmax` of 32-bit rows to codes of 8 bits, with a table of codes of
/// `bits`, or that of rule S1 for 8.
std::string getSoftmaxProgram(int64_t bits, int64_t length);

/// The same from scores of 16 bits whose largest is known, as in a kernel that
/// has just made them: exponentials and their sum. No op of the dialect does
/// that alone.
std::string getNarrowSoftmaxProgram(int64_t bits, int64_t length);

/// The sum of exponentials from codes alone: one by one, each in a lane of 32
/// bits as sums have or in bytes; and from packed codes by a table of sums or
/// by counts of bits (rule S6).
enum class SumKind { Lanes, Bytes, Table, Counts };
std::string getSumProgram(SumKind kind, int64_t bits, int64_t length);

/// Causal attention of 9 heads of 64 channels that share keys by threes.
std::string getAttentionProgram(int64_t bits);

} // namespace mlir::iquant

#endif // IQUANT_BENCHMARKS_SOFTMAX_SOFTMAXPROGRAMS_H
