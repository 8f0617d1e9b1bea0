//===- Session.h - A text that grows token by token -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares a language model together with the caches of one text.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TOOLS_QUANT_RUN_SESSION_H
#define IQUANT_TOOLS_QUANT_RUN_SESSION_H

#include "OpTimes.h"
#include "QuantRun.h"

namespace mlir::iquant::run {

/// What the linears of a model do.
struct LinearWork {
  /// Of the weights, which every call reads once.
  double bytes = 0;
  /// Multiplications and additions, for each token and for each call.
  double operationsPerToken = 0, operationsPerCall = 0;
};

class Session {
public:
  /// Loads a model with a function `step` that continues from caches; a model
  /// in floating point gets one. Compiled code takes `times` if they are given.
  static FailureOr<std::unique_ptr<Session>> load(StringRef file,
                                                  MLIRContext &context,
                                                  Engine engine,
                                                  OpTimes *times = nullptr);

  const TokenLimits &getLimits() const { return limits; }
  /// The ids that end a text.
  ArrayRef<int32_t> getEndTokens() const { return endTokens; }
  /// The type of the logits of one position.
  Type getLogitsType() const { return program->getType().getResult(0); }

  const LinearWork &getLinearWork() const { return work; }

  /// Makes room for a text of this length; keeps the text that is there.
  LogicalResult reserve(int64_t length);

  /// Forgets the text, keeps the room.
  void clear() { text.clear(); }

  /// Goes back to the longest start that the text shares with `ids` and that is
  /// shorter than they are; returns its length.
  size_t rewind(ArrayRef<int32_t> ids);

  /// Appends tokens, which the caller has checked and reserved room for, and
  /// gives the logits of the token after them.
  FailureOr<reference::RuntimeValue> append(ArrayRef<int32_t> ids);

private:
  std::unique_ptr<Program> program;
  TokenLimits limits;
  LinearWork work;
  SmallVector<int32_t> endTokens;
  std::vector<int32_t> text;
  /// The positions that the caches have room for.
  int64_t capacity = 0;
};

} // namespace mlir::iquant::run

#endif // IQUANT_TOOLS_QUANT_RUN_SESSION_H
