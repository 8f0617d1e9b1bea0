//===- UnseenCode.h - What an op runs that the IR does not show -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the search for code that a proof on the IR cannot see.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_ANALYSIS_UNSEENCODE_H
#define IQUANT_ANALYSIS_UNSEENCODE_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringSet.h"

#include <optional>
#include <string>

namespace mlir::iquant {

/// What the user vouches for.
struct TrustedCode {
  llvm::StringSet<> functions;
  llvm::StringSet<> ops;

  /// Whether `op` calls a trusted function by its name.
  bool isCalledBy(Operation *op) const;
};

struct UnseenCode {
  /// A predicate whose subject is the op: "calls 'f', whose body is ...".
  std::string reason;
  /// The declaration of the function that is called, if there is one.
  Operation *declaration = nullptr;
};

/// Says which code `op` runs, or refers to, that is not in the IR: a function
/// that is only declared or only known at run time, assembly or source text, a
/// target intrinsic whose name says that it works on floating point inside of
/// registers, an op of an unregistered dialect. Integer types alone do not tell
/// what such code computes.
///
/// C functions that only manage memory, and trusted code, are not reported.
std::optional<UnseenCode> findUnseenCode(Operation *op,
                                         SymbolTableCollection &symbols,
                                         const TrustedCode &trusted);

} // namespace mlir::iquant

#endif // IQUANT_ANALYSIS_UNSEENCODE_H
