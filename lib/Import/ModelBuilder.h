//===- ModelBuilder.h - Emission of a model's ops ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the helper that turns named layers into transformer IR.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_IMPORT_MODELBUILDER_H
#define IQUANT_LIB_IMPORT_MODELBUILDER_H

#include "Checkpoint.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::iquant {

/// Emits `@forward` of one model. Every op has a name of its own as location;
/// the parameters of an op are those that the checkpoint has under its name. A
/// missing or misshapen parameter is remembered and replaced by zeros, so that
/// emitters need no error paths; `finish` then gives the error.
class ModelBuilder {
public:
  ModelBuilder(MLIRContext *context, const Checkpoint &checkpoint);

  /// Opens `@forward`. Arguments are `[batch, sequence]` of the element type.
  void beginForward(ArrayRef<std::pair<StringRef, Type>> arguments);
  Value getArgument(unsigned index) { return forward.getArgument(index); }
  /// Returns `result` from `@forward`.
  void endForward(Value result);
  /// The module, or what was wrong with the checkpoint's tensors.
  llvm::Expected<OwningOpRef<ModuleOp>> finish();

  /// Whether something is wrong already: emitters stop their loops.
  bool hasFailed() const { return !firstError.empty(); }
  const ModelConfig &getConfig() const { return checkpoint.config; }
  OpBuilder &getBuilder() { return builder; }
  Location getLoc(const Twine &name) const;
  /// The type of a hidden state or of another activation.
  RankedTensorType getActivationType(int64_t channels);

  /// A parameter as a constant. The same parameter gives the same value.
  Value parameter(const Twine &name, ArrayRef<int64_t> shape);
  /// An index constant.
  Value index(const Twine &name, int64_t value);

  /// Layers: each takes the parameters `<name>.weight` and `<name>.bias`.
  Value embedding(const Twine &name, Value ids, int64_t rows);
  Value linear(const Twine &name, Value input, int64_t outputs, bool bias);
  Value rmsNorm(const Twine &name, Value input);
  Value layerNorm(const Twine &name, Value input);
  /// Multiplies by the weight that another layer has too.
  Value linear(const Twine &name, Value input, Value weight, Value bias = {});

  /// Ops without parameters.
  template <typename Op, typename... Args>
  Value create(const Twine &name, Args &&...args) {
    return Op::create(builder, getLoc(name), std::forward<Args>(args)...);
  }

private:
  /// Finds a tensor of this shape, or records why there is none.
  const SourceTensor *findTensor(StringRef parameter, ArrayRef<int64_t> shape);
  void checkAllUsed();
  void fail(const Twine &sentence);

  const Checkpoint &checkpoint;
  OpBuilder builder;
  Location source;
  OwningOpRef<ModuleOp> module;
  func::FuncOp forward;
  llvm::StringMap<Value> parameters;
  llvm::StringSet<> usedTensors;
  std::string firstError;
};

} // namespace mlir::iquant

#endif // IQUANT_LIB_IMPORT_MODELBUILDER_H
