//===- ModelMaker.h - Makes a random foreign model --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every op of the dialect as a formula, in the algebraic forms that occur.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_UNITTESTS_CONVERSION_RAISING_MODELMAKER_H
#define IQUANT_UNITTESTS_CONVERSION_RAISING_MODELMAKER_H

#include "ForeignModel.h"
#include "Speller.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::iquant::testing {

class ModelMaker {
public:
  ModelMaker(MLIRContext &context, unsigned seed);

  ForeignModel make();

private:
  //===--------------------------------------------------------------------===//
  // Ops (ForeignModel.cpp), each of which counts itself
  //===--------------------------------------------------------------------===//

  void addEmbedding();
  void addLinear();
  void addRmsNorm();
  void addLayerNorm();
  void addSoftmax();
  void addSilu();
  void addSwiGlu();
  void addGelu();
  void addRelu();
  void addGate();
  void addResidual();
  void addRope();
  void addAttention();

  //===--------------------------------------------------------------------===//
  // Others (Distractors.cpp)
  //===--------------------------------------------------------------------===//

  /// Something that looks like an op and is none.
  void addLookAlike();
  /// Something that no op is about.
  void addUnrelated();

  Formula otherSoftmax(const Formula &x);
  Formula otherNorm(const Formula &x);
  Formula otherActivation(const Formula &x);
  Spelled otherRope();

  //===--------------------------------------------------------------------===//
  // Formulas
  //===--------------------------------------------------------------------===//

  Formula square(const Formula &x);
  /// The mean over the channels of what a function makes of x.
  Formula mean(const Formula &x);
  Formula meanOfSquares(const Formula &x);
  /// x / sqrt(variance + epsilon)
  Formula divideByRoot(const Formula &x, const Formula &variance);
  Formula softmax(const Formula &x, Dim dim);
  Formula sigmoid(const Formula &x);
  Formula silu(const Formula &x);
  /// The form with tanh, and any of the three.
  Formula gelu(const Formula &x, double root, double cubic);
  Formula gelu(const Formula &x);
  Formula relu(const Formula &x);
  /// `x` with factors and parameters, in any order.
  Formula product(ArrayRef<Formula> factors);

  //===--------------------------------------------------------------------===//
  // Tensors
  //===--------------------------------------------------------------------===//

  Spelled argument(ArrayRef<Dim> dims, llvm::function_ref<float()> pick);
  Spelled argument(ArrayRef<Dim> dims) {
    return argument(dims, [&] { return pickNumber(); });
  }
  /// A constant or an argument.
  Spelled parameter(ArrayRef<Dim> dims);
  Spelled constant(ArrayRef<Dim> dims, llvm::function_ref<float(int64_t)> get);
  Spelled linear(const Spelled &input, Dim width);
  /// Cosines and sines for positions and pairs of channels.
  struct Angles {
    Formula cosine, sine;
  };
  /// That of a rope, that by arguments, and others: angles that do not grow
  /// evenly, or a sum where a difference should be.
  enum class Rotation { Rope, Tables, OtherAngles, OtherSign };
  Rotation pickRotation();
  Angles makeAngles(Dim position, Dim pair, Rotation rotation);
  /// The same as arguments, for both channels of a pair.
  std::array<Angles, 2> makeTables(Dim channel, Dim pair, bool isHalf);
  /// The first or the second channels of pairs.
  Spelled getMember(const Spelled &channels, Dim pair, bool isHalf,
                    int64_t which);
  /// The rotation of heads of this width.
  Spelled rotate(const Spelled &input, int64_t width, Rotation rotation);
  /// Which keys count for which queries, row by row.
  SmallVector<bool> pickMask(Dim query, Dim key, bool isCausal);
  Formula maskScores(const Formula &scores, Dim query, Dim key, bool mayBeAny);

  /// What an attention is of, with the dimensions of its scores.
  struct Parts {
    Spelled query, key, value;
    Dims batch;
    Dim position, keyPosition, channel;
    double scale = 1;
    /// What is added to the scores; a null tensor for nothing.
    Spelled mask = {};
  };
  Spelled attendAtOnce(const Parts &parts, bool mayBeAny);

  //===--------------------------------------------------------------------===//
  // Attention over blocks of keys (Flash.cpp)
  //===--------------------------------------------------------------------===//

  /// What is added to scores.
  Spelled makeMask(Dim query, Dim key, bool mayBeAny);
  /// The result of an attention in a loop over blocks of keys.
  Spelled attendInBlocks(const Parts &parts);
  /// The same in a loop over blocks of queries.
  Spelled attendInBlocksOfQueries(const Parts &parts);
  /// What one block adds; the running product, maximum and sum, and the next.
  SmallVector<Value> addBlock(const Parts &parts, ArrayRef<Spelled> soFar,
                              bool isDivided);
  /// One of the sizes above 1 that divide a dimension.
  Dim pickBlock(Dim dim);
  /// The block of a dimension that a loop which goes over it is at.
  Spelled sliceBlock(const Spelled &whole, Dim dim, Dim block, Value offset);

  /// The size of channels; numbers of few bits have it exactly.
  int64_t pickWidth() {
    return isNarrow() ? chance.oneOf<int64_t>({4, 8, 16})
                      : chance.oneOf<int64_t>({4, 6, 8, 12});
  }
  /// An element of a weight or an input; few bits overflow early.
  float pickNumber() {
    return isNarrow() ? chance.normal() / 2 : chance.normal();
  }
  Formula current() { return activations.back(); }
  Dims rowsAnd(Dim channel) {
    Dims dims = rows;
    dims.push_back(channel);
    return dims;
  }
  Dim getChannel() { return activations.back().dims.back(); }
  bool isNarrow() { return speller.getType().getWidth() == 16; }
  /// Writes the next activation.
  void push(const Formula &formula, StringRef op);
  void push(const Spelled &spelled, StringRef op);

  Chance chance;
  OwningOpRef<ModuleOp> module;
  ImplicitLocOpBuilder b;
  func::FuncOp function;
  Speller speller;
  SmallVector<reference::RuntimeValue> arguments;
  SmallVector<Value> results;
  OpCounts ops;

  /// What ops have made so far.
  SmallVector<Spelled> activations;
  /// The dimensions in front of the channels, the position last.
  Dims rows;
  /// What made the last activation.
  std::string last;
};

} // namespace mlir::iquant::testing

#endif // IQUANT_UNITTESTS_CONVERSION_RAISING_MODELMAKER_H
