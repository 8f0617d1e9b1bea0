//===- CFunctionEmitter.h - One function that C calls -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares what the functions of a C interface are built with: checks of their
// arguments, and buffers of pointers.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_CFUNCTIONEMITTER_H
#define IQUANT_LIB_TRANSFORMS_CFUNCTIONEMITTER_H

#include "CInterface.h"

#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::iquant {

/// Where the words of a state's header stand, in bytes.
enum StateWord : int64_t {
  BuildId = 0,
  Capacity = 8,
  Position = 16,
  Target = 24
};

/// Builds one function whose arguments are pointers and integers.
class FunctionEmitter {
public:
  FunctionEmitter(ModuleOp module, const CInterface &interface, StringRef name,
                  TypeRange arguments, Type result);

  Value argument(unsigned i) { return function.getArgument(i); }
  Value integer(int64_t value) {
    return arith::ConstantIntOp::create(b, value, 64);
  }
  Value compare(arith::CmpIPredicate predicate, Value x, Value y) {
    return arith::CmpIOp::create(b, predicate, x, y);
  }
  Value isBetween(Value x, int64_t least, int64_t most);
  Value isPresent(Value pointer);

  /// Goes on if the condition holds; else the function returns the status.
  void require(Value condition, CStatus status);
  void require(Value condition, Value otherwise);
  /// Goes on if a pointer is there and at a multiple of a cache line.
  void requireAligned(Value pointer);
  /// Goes on if the processor has what the module is compiled for, or one of
  /// its targets; returns the number of the first of them.
  Value requireTarget(const CInterface &interface);
  void finish(CStatus result) { finish(status(result)); }
  void finish(Value result) { func::ReturnOp::create(b, result); }

  /// A 64-bit integer as an index.
  Value index(Value value) {
    return arith::IndexCastOp::create(b, b.getIndexType(), value);
  }

  Value address(Value pointer, Value bytes);
  Value load(Value pointer, int64_t byte);
  void store(Value pointer, int64_t byte, Value value);

  /// A row-major buffer at a pointer; `sizes` are 64-bit integers.
  Value view(Value pointer, MemRefType type, ValueRange sizes);
  /// Copies a buffer to a pointer and frees it.
  void moveTo(Value pointer, Value buffer);
  /// The number of elements of a buffer, a 64-bit integer.
  Value count(Value buffer);

  /// Checks the header of the weights; returns what is behind it.
  Value checkWeights(Value weights, const CInterface &interface);
  /// Checks the header of a state.
  void checkState(Value state, const CInterface &interface, Value otherwise);

  Value status(CStatus status) {
    return arith::ConstantIntOp::create(b, static_cast<int32_t>(status), 32);
  }
  ImplicitLocOpBuilder &getBuilder() { return b; }

private:
  ImplicitLocOpBuilder b;
  LLVMTypeConverter converter;
  func::FuncOp function;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_CFUNCTIONEMITTER_H
