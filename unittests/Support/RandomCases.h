//===- RandomCases.h - Programs of one op with random inputs ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the generator of the differential tests: whatever executes iquant
// ops must agree with the reference interpreter on its programs.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_UNITTESTS_SUPPORT_RANDOMCASES_H
#define IQUANT_UNITTESTS_SUPPORT_RANDOMCASES_H

#include "iquant/Reference/RuntimeValue.h"

namespace mlir::iquant::testing {

/// A module with a function `main` around one op, and arguments for it.
struct RandomCase {
  std::string module;
  SmallVector<reference::RuntimeValue> arguments;
};

/// The mnemonics of the iquant ops that compute.
ArrayRef<StringLiteral> getRandomCaseOps();

/// Makes a case of `iquant.<op>`: random rank and sizes, some of them dynamic,
/// some 0; rows of ordinary numbers and rows of corner cases. The same seed
/// gives the same case.
RandomCase makeRandomCase(MLIRContext &context, StringRef op, unsigned seed);

} // namespace mlir::iquant::testing

#endif // IQUANT_UNITTESTS_SUPPORT_RANDOMCASES_H
