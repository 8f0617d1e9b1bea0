//===- Comparison.h - How far integers are from floats ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The error of every op of a model in integers against the same model in
// floating point, and summaries of it.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TOOLS_QUANT_RUN_COMPARISON_H
#define IQUANT_TOOLS_QUANT_RUN_COMPARISON_H

#include "HeadErrors.h"

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"

#include <optional>
#include <string>
#include <vector>

namespace mlir::iquant::run {

/// What one op loses by itself: the ratio of its float result, on the values
/// that the integer op was given, to an error; in dB.
struct LocalError {
  /// The error of the integer op.
  double snr;
  /// That of the op in floating point on integer parameters; on inputs rounded
  /// to codes; and that of the integer op against both.
  double weight, activation, approximation;
  /// Of an attention, its heads.
  std::vector<HeadError> heads;

  /// The largest of the three, by name; empty where nothing is lost.
  StringRef getCause() const;
};

/// How far one op's integer result is from its float result.
struct OpError {
  /// The name of the op, its mnemonic and where it came from.
  std::string name, kind, source;
  /// Signal to noise in dB: infinite for equal results, minus infinity for
  /// noise on a signal of zeros, NaN when a result has elements that are no
  /// numbers.
  double snr = 0;
  double largestError = 0;
  double cosine = 1;
  /// Nothing for an op whose float form has no counterpart of its kind.
  std::optional<LocalError> local;
};

struct Comparison {
  std::string floatModel, integerModel;
  int64_t tokens = 0;
  /// In the order of the program.
  std::vector<OpError> ops;
};

/// Ratios of several ops, in dB.
struct RatioSummary {
  double least, median;
};

/// The ops of one kind.
struct KindSummary {
  StringRef kind;
  size_t count;
  /// With the error of everything before the op, and of the op by itself.
  RatioSummary all;
  std::optional<RatioSummary> local;
};

/// The ratio of the power of a signal to that of a noise, in dB.
double toDecibels(double signal, double noise);

/// Measures `actual` against `expected`.
void measure(ArrayRef<double> expected, ArrayRef<double> actual,
             OpError &error);

/// A summary of each kind, in the order in which the kinds appear.
std::vector<KindSummary> summarizeKinds(const Comparison &comparison);

/// At most `count` ops, those that lose most by themselves, the worst first;
/// behind them ops of which that is not known, by what they lose in all.
std::vector<const OpError *> findWorstOps(const Comparison &comparison,
                                          size_t count);

/// A head of an attention.
struct HeadOf {
  const OpError *op;
  size_t number;

  const HeadError &get() const { return op->local->heads[number]; }
};

/// At most `count` heads, those that lose most by themselves, the worst first.
std::vector<HeadOf> findWorstHeads(const Comparison &comparison, size_t count);

/// A ratio as people read it: "31.4", or "exact".
std::string showDecibels(double snr);

} // namespace mlir::iquant::run

#endif // IQUANT_TOOLS_QUANT_RUN_COMPARISON_H
