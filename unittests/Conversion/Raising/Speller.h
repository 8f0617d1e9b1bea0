//===- Speller.h - Formulas as ops of other compilers -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes one formula in as many ways as compilers do, by chance: linalg, named
// or generic, a step in each op or several fused in one; arith and math on
// tensors; TOSA; broadcasts by indexing maps, ops or dimensions of size 1.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_UNITTESTS_CONVERSION_RAISING_SPELLER_H
#define IQUANT_UNITTESTS_CONVERSION_RAISING_SPELLER_H

#include "Formula.h"

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include "llvm/ADT/DenseMap.h"

#include <random>

namespace mlir::iquant::testing {

/// Chance that the same seed repeats.
class Chance {
public:
  explicit Chance(unsigned seed) : random(seed) {}

  int64_t from(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }
  bool oneIn(int64_t count) { return from(1, count) == 1; }
  template <typename T> T oneOf(std::initializer_list<T> values) {
    return values.begin()[from(0, values.size() - 1)];
  }
  template <typename Range> void shuffle(Range &range) {
    std::shuffle(range.begin(), range.end(), random);
  }
  float normal() { return std::normal_distribution<float>()(random); }

private:
  std::mt19937_64 random;
};

class Speller {
public:
  Speller(ImplicitLocOpBuilder &builder, Chance &chance, FloatType type)
      : b(builder), chance(chance), type(type) {}

  /// A new dimension of this size.
  Dim addDim(int64_t size) {
    sizes.push_back(size);
    return sizes.size() - 1;
  }
  int64_t getSize(Dim dim) const { return dim == kUnit ? 1 : sizes[dim]; }

  /// Writes a formula; its dimensions come in any order, some with dimensions
  /// of size 1 in between.
  Spelled spell(const Formula &formula);
  /// The same with these dimensions.
  Value spell(const Formula &formula, ArrayRef<Dim> dims);

  /// sum_k lhs * rhs, with these dimensions.
  Value contract(const Spelled &lhs, const Spelled &rhs, Dim k,
                 ArrayRef<Dim> dims);

  /// The same elements with these dimensions: transposed, and broadcast over
  /// those that the tensor does not have.
  Value arrange(const Spelled &operand, ArrayRef<Dim> dims);

  /// The elements from `start` on along one dimension, every `step`.
  Value slice(Value tensor, unsigned dim, int64_t start, int64_t size,
              int64_t step = 1);
  Value concat(ArrayRef<Value> parts, unsigned dim);
  Value reshape(Value tensor, ArrayRef<int64_t> shape);
  Value constant(ArrayRef<int64_t> shape, ArrayRef<float> values);

  /// Whether TOSA may write the next op.
  bool isTosa() { return usesTosa && chance.oneIn(2); }
  void setUsesTosa(bool uses) { usesTosa = uses; }

  ImplicitLocOpBuilder &getBuilder() { return b; }
  FloatType getType() const { return type; }
  SmallVector<int64_t> getShape(ArrayRef<Dim> dims) const;
  RankedTensorType getTensorType(ArrayRef<Dim> dims) const;

private:
  /// What is computed in the body of one op.
  struct Region;

  /// What the type of the program makes of a number, also where it is computed
  /// in a wider one.
  double round(double number) const;
  void collect(const Formula &formula, Region &region, bool isRoot);
  Value computeInBody(OpBuilder &body, const Formula &formula, Region &region,
                      ValueRange arguments, FloatType computeType);
  Spelled spellGeneric(const Formula &formula, Region &region);
  Spelled spellOnTensors(const Formula &formula, Region &region);
  Spelled spellTosa(const Formula &formula, Region &region);
  Spelled spellReduction(const Formula &formula);
  Spelled spellTosaReduction(const Formula &formula);
  Value createStart(ArrayRef<int64_t> shape, FloatType elementType,
                    double value);
  AffineMap getMap(const Spelled &operand, ArrayRef<Dim> loops,
                   bool isResult = false);
  Value transposeTo(Value tensor, ArrayRef<int64_t> permutation);
  Value broadcast(Value tensor, ArrayRef<Dim> from, ArrayRef<Dim> to);
  Spelled dropUnits(const Spelled &operand);
  Value withUnits(const Spelled &operand, ArrayRef<Dim> dims);
  Value castElements(Value tensor, FloatType to);
  FloatType pickComputeType(bool isReduction);

  ImplicitLocOpBuilder &b;
  Chance &chance;
  FloatType type;
  bool usesTosa = false;
  SmallVector<int64_t> sizes;
  /// Nodes that several others read, and were written for the first.
  llvm::DenseMap<const Formula::Node *, Spelled> written;
  /// Keeps the keys of `written` alive.
  SmallVector<Formula> kept;
};

} // namespace mlir::iquant::testing

#endif // IQUANT_UNITTESTS_CONVERSION_RAISING_SPELLER_H
