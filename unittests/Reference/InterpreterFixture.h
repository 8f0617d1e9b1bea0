//===- InterpreterFixture.h - Runs IR text in tests -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the fixture of the tests that interpret small modules.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_UNITTESTS_REFERENCE_INTERPRETERFIXTURE_H
#define IQUANT_UNITTESTS_REFERENCE_INTERPRETERFIXTURE_H

#include "dialects/IQuant/IQuant.h"
#include "dialects/Transformer/Transformer.h"
#include "iquant/Reference/Interpreter.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>
#include <random>

namespace mlir::iquant::reference {

class InterpreterTest : public ::testing::Test {
protected:
  InterpreterTest() {
    context.loadDialect<affine::AffineDialect, arith::ArithDialect,
                        cf::ControlFlowDialect, func::FuncDialect,
                        linalg::LinalgDialect, math::MathDialect,
                        scf::SCFDialect, tensor::TensorDialect, ub::UBDialect,
                        IQuantDialect, transformer::TransformerDialect>();
    context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
      diagnostics += diagnostic.str() + "\n";
    });
  }

  /// Runs the function `main` of a module; fails the test when it does not run.
  SmallVector<RuntimeValue> run(StringRef text,
                                ArrayRef<RuntimeValue> arguments = {}) {
    auto results = tryRun(text, arguments);
    EXPECT_TRUE(succeeded(results)) << diagnostics;
    return results.value_or(SmallVector<RuntimeValue>());
  }

  /// The diagnostic of a run that must fail.
  std::string runForError(StringRef text,
                          ArrayRef<RuntimeValue> arguments = {}) {
    auto results = tryRun(text, arguments);
    EXPECT_TRUE(failed(results)) << "the function ran";
    return diagnostics;
  }

  FailureOr<SmallVector<RuntimeValue>>
  tryRun(StringRef text, ArrayRef<RuntimeValue> arguments) {
    diagnostics.clear();
    module = parseSourceString<ModuleOp>(text, &context);
    if (!module)
      return failure();
    Interpreter interpreter(*module);
    interpreter.setObserver(observer);
    return interpreter.call("main", arguments);
  }

  template <typename T>
  Tensor integers(ArrayRef<int64_t> shape, ArrayRef<T> elements) {
    return Tensor::fromArray(shape, IntegerType::get(&context, 8 * sizeof(T)),
                             elements);
  }
  Tensor i32(ArrayRef<int64_t> shape, ArrayRef<int32_t> elements) {
    return integers(shape, elements);
  }
  Tensor f32(ArrayRef<int64_t> shape, ArrayRef<float> elements) {
    return Tensor::fromArray(shape, Float32Type::get(&context), elements);
  }
  Tensor i1(ArrayRef<int64_t> shape, ArrayRef<char> elements) {
    return Tensor::fromArray(shape, IntegerType::get(&context, 1), elements);
  }
  Tensor index(int64_t value) {
    return Tensor::integerScalar(value, IndexType::get(&context));
  }

  /// All elements of a tensor of integers or floats.
  static std::vector<int64_t> ints(const RuntimeValue &value) {
    std::vector<int64_t> elements;
    const Tensor &tensor = value.getTensor();
    for (int64_t i = 0; i < tensor.getNumElements(); ++i)
      elements.push_back(tensor.getInt(i));
    return elements;
  }
  static std::vector<double> floats(const RuntimeValue &value) {
    std::vector<double> elements;
    const Tensor &tensor = value.getTensor();
    for (int64_t i = 0; i < tensor.getNumElements(); ++i)
      elements.push_back(tensor.getFloat(i));
    return elements;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  Interpreter::Observer observer;
  std::string diagnostics;
};

} // namespace mlir::iquant::reference

#endif // IQUANT_UNITTESTS_REFERENCE_INTERPRETERFIXTURE_H
