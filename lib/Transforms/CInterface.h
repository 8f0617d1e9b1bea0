//===- CInterface.h - What C callers see of a module ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions that add-c-interface makes, as facts, so that their code and
// their header say the same.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_CINTERFACE_H
#define IQUANT_LIB_TRANSFORMS_CINTERFACE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"

namespace mlir::iquant {

/// What a C function returns. The numbers are part of the interface.
enum class CStatus : int32_t {
  Ok = 0,
  NullPointer = 1,
  BadSize = 2,
  BadState = 3,
  BadToken = 4,
  ContextFull = 5,
  BadWeights = 6,
  ShortBuffer = 7,
  Misaligned = 8,
  UnsupportedCpu = 9
};

/// The file of weights, and the state of a text, begin with as many bytes of
/// header; what follows is at a multiple of a cache line.
constexpr int64_t kCHeaderBytes = 64;
/// The first eight bytes of a file of weights: "IQWEIGHT".
constexpr uint64_t kWeightsMagic = 0x5448474945575149;

/// A tensor that crosses the interface.
struct CTensor {
  std::string name;
  MemRefType type;
  /// The `!iquant` type that the integers are of, or null.
  Type meaning;
};

/// A function of tensors that C callers can call.
struct CFunction {
  func::FuncOp callee;
  SmallVector<CTensor> arguments, results;
};

/// The function of a language model that continues a text from its state, and
/// the one that says how large a state is (see pool-state).
struct CStep {
  func::FuncOp callee, stateSize;
  int64_t contextLength = 0, vocabularySize = 0;
  /// Fraction bits of a logit.
  int64_t logitExponent = 0;
  SmallVector<int64_t> endTokens;
};

struct CInterface {
  std::string prefix;
  /// Stands in the header of the weights, and in every state.
  uint64_t buildId;
  int64_t weightBytes;
  std::optional<CStep> step;
  SmallVector<CFunction> functions;
  /// Returns the number of the target whose code the processor can run, as
  /// `i64`, or -1; null if every processor can, or none can tell.
  func::FuncOp chooseTarget;
  /// Whether there is code for several targets. The functions of the module
  /// then take the number of one, an `index`, before the constants.
  bool hasTargets = false;

  /// The functions of the module that are called.
  SmallVector<func::FuncOp> getCallees() const;
};

/// The text of the C header.
std::string writeCHeader(const CInterface &interface);

/// Adds the code of the functions to the module.
void emitCFunctions(ModuleOp module, const CInterface &interface);

/// Adds those of `interface.step`.
void emitStepFunctions(ModuleOp module, const CInterface &interface);

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_CINTERFACE_H
