//===- ConvertObserversToCalls.cpp - Observed values for the host ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attention.h"

#include "iquant/Conversion/ObserversToCalls.h"
#include "iquant/Conversion/Passes.h"
#include "iquant/Support/Observers.h"
#include "iquant/Support/PassedArgument.h"
#include "iquant/Support/Shapes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_CONVERTOBSERVERSTOCALLS
#include "iquant/Conversion/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::to_linalg;

/// Rows of numbers, as the host takes them.
static RankedTensorType getHostType(Builder &builder) {
  return RankedTensorType::get({ShapedType::kDynamic, ShapedType::kDynamic},
                               builder.getF32Type());
}

/// Declares a function of the host that takes `numIndices` indices and rows,
/// which it only reads.
static void declareHostFunction(ModuleOp module, StringRef name,
                                unsigned numIndices) {
  OpBuilder builder(module.getBodyRegion());
  SmallVector<Type> types(numIndices, builder.getIndexType());
  types.push_back(getHostType(builder));
  auto function =
      func::FuncOp::create(builder, module.getLoc(), name,
                           builder.getFunctionType(types, TypeRange()));
  function.setPrivate();
  function.setArgAttr(
      numIndices, bufferization::BufferizationDialect::kBufferAccessAttrName,
      builder.getStringAttr("read"));
}

namespace {
/// Converts one observer.
class Converter {
public:
  /// `number` is the place of the observer in the module.
  Converter(Operation *op, size_t number)
      : b(op->getLoc(), op),
        observer(op->getParentOfType<func::FuncOp>().getArguments().back()),
        number(arith::ConstantIndexOp::create(b, number)) {}

  void convert(transformer::ObserveOp op);
  void convert(transformer::AttentionOp op);

private:
  Value toHostRows(Value tensor);

  ImplicitLocOpBuilder b;
  Value observer, number;
};
} // namespace

/// The elements of `tensor` as rows of f32.
Value Converter::toHostRows(Value tensor) {
  if (!getElementTypeOrSelf(tensor).isF32()) {
    RowSpace space(b, tensor, getComputeType(tensor));
    tensor = space.map(b.getF32Type(), space.whole(tensor),
                       [](ArrayRef<Real> in) { return in[0]; });
  }
  return tensor::CastOp::create(b, getHostType(b),
                                joinRows(b, tensor, /*kept=*/1));
}

/// %r = transformer.observe %x "name"
///   -->
/// call @iquant_observe_rows(%observer, %number, %x as rows)
void Converter::convert(transformer::ObserveOp op) {
  func::CallOp::create(b, kObserveRows, TypeRange(),
                       ValueRange{observer, number, toHostRows(op.getInput())});
  op.replaceAllUsesWith(op.getInput());
  op.erase();
}

/// %r = transformer.attention %q, %k, %v {scores = "name"}
///   -->
/// for each batch, head and block of queries:
///   call @iquant_observe_scores(%observer, %number, %head, %scores)
/// %r = transformer.attention %q, %k, %v
void Converter::convert(transformer::AttentionOp op) {
  op.removeScoresAttr();
  op.removeStatisticsAttr();
  if (isKnownEmpty(op))
    return;
  ScoreLoops scores(b, op);
  scores.getLoops().build(op.getType().getElementType(),
                          [&](const AttentionBlock &block, Value destination) {
                            Value rows = toHostRows(scores.createScores(block));
                            func::CallOp::create(b, kObserveScores, TypeRange(),
                                                 ValueRange{observer, number,
                                                            block.firstHead,
                                                            rows});
                            return destination;
                          });
}

namespace {
struct ConvertObserversToCalls
    : public iquant::impl::ConvertObserversToCallsBase<
          ConvertObserversToCalls> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (StringRef name : {kObserveRows, kObserveScores})
      if (Operation *taken = module.lookupSymbol(name)) {
        taken->emitError() << "has the name of the function '" << name
                           << "' that the host provides";
        return signalPassFailure();
      }
    llvm::SetVector<func::FuncOp> functions;
    SmallVector<transformer::ObserverOpInterface> observers =
        collectObservers(module);
    for (transformer::ObserverOpInterface op : observers)
      if (auto function = op->getParentOfType<func::FuncOp>())
        functions.insert(function);
    addPassedArgument(module, functions, IndexType::get(&getContext()));
    for (auto [number, op] : llvm::enumerate(observers)) {
      if (auto observe = dyn_cast<transformer::ObserveOp>(op.getOperation()))
        Converter(op, number).convert(observe);
      else
        Converter(op, number)
            .convert(cast<transformer::AttentionOp>(op.getOperation()));
    }
    declareHostFunction(module, kObserveRows, /*numIndices=*/2);
    declareHostFunction(module, kObserveScores, /*numIndices=*/3);
  }
};
} // namespace
