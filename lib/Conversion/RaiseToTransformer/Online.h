//===- Online.h - Sums of exponentials, block by block ----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop keeps the largest score so far, the sum of exponentials and their
// product with the values, and multiplies both with what the last maximum is
// too small by. In whatever way this is written, it is
//
//   max'     = max(max, max_j score[j])
//   sum'     = sum * e^(max - max') + sum_j e^(score[j] - max')
//   product' = product * e^(max - max') + sum_j e^(score[j] - max') * value[j]
//
// j the keys of a block; or the product is divided by the sum in every step.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_ONLINE_H
#define IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_ONLINE_H

#include "Algebra.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace mlir::iquant::raise {

/// product * e^exponent, or the sum over a variable of that times a value.
struct Summand {
  Product product;
  Sum exponent;
  /// Null where it is no sum.
  AffineExpr variable;
  Term value;
};

/// The summands that a term is the sum of; none where it is something else.
/// Sums are of products with a value, which is not taken apart, if there is to
/// be one.
std::optional<SmallVector<Summand, 2>>
getSummands(Reader &reader, const Term &term, bool hasValue);

/// What the sum and the product of exponentials have in common, or should.
struct Recurrence {
  /// The largest score so far, and the score as terms, a factor of both, and
  /// what counts the keys of a block.
  Term max, score;
  double scale = 1;
  AffineExpr key;
  /// What the exponentials are multiplied with, in the product.
  Term value;
  /// The sum so far, where the product is divided by it in every step.
  Term sum;
};

/// A loop over blocks of keys at one element of its results.
class Blocks {
public:
  Blocks(Reader &reader, scf::ForOp loop, const Term &element)
      : reader(reader), loop(loop), outer(element.loops), loops(element.loops) {
    count = getTripCounts(loop.getInductionVar()).back();
    loops.push_back(reader.getSpace().add(count));
  }

  /// The recurrence of what has been reduced so far; none, for a reason, where
  /// it is another one.
  std::optional<Recurrence> getRecurrence(const Term &soFar, bool hasValue,
                                          std::string &reason);

  /// What is kept in an iteration of what ends up as `result`.
  Term getSoFar(const Term &result) {
    unsigned number = cast<OpResult>(result.value).getResultNumber();
    return reader.getElement(loop.getRegionIterArg(number), result.at, loops);
  }

  /// The number that all of this begins with; none where it is another one for
  /// every element, or not known.
  std::optional<double> getStart(const Term &soFar) {
    return getNumber(reader, {loop.getTiedLoopInit(getArgument(soFar))->get(),
                              soFar.at, outer});
  }

  AffineExpr getIteration() { return loops.back(); }
  int64_t getCount() { return count; }

private:
  BlockArgument getArgument(const Term &soFar) {
    return cast<BlockArgument>(soFar.value);
  }
  /// Whether a term is what an iteration begins with.
  bool isSoFar(const Term &term) {
    auto argument = dyn_cast<BlockArgument>(term.value);
    return argument && argument.getOwner() == loop.getBody() &&
           argument != loop.getInductionVar();
  }
  /// What an iteration makes of what has been reduced so far.
  Term getNext(const Term &soFar) {
    return reader.getElement(
        loop.getTiedLoopYieldedValue(getArgument(soFar))->get(), soFar.at,
        loops);
  }
  bool takeSoFar(Product &product, const Term &soFar);
  bool takeSums(Recurrence &recurrence, Product &decay, Product &weight);
  bool takeMaximum(Recurrence &recurrence, const Sum &decay);
  bool takeScore(Recurrence &recurrence);

  Reader &reader;
  scf::ForOp loop;
  /// The iterations of the loops around this one, and of this one.
  Indices outer, loops;
  int64_t count;
};

} // namespace mlir::iquant::raise

#endif // IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_ONLINE_H
