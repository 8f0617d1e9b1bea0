//===- Term.h - Elements of tensors as terms --------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an element of a tensor is computed from, whatever ops compute it.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_TERM_H
#define IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_TERM_H

#include "IndexSpace.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"

#include <memory>

namespace mlir::iquant::raise {

/// An element of a tensor, or a scalar in the body of a linalg op. `at` are the
/// indices of the element or, for a scalar, those of the op's loops.
struct Term {
  Value value;
  Indices at;
  /// The iterations of the loops of scf around the value, the outermost first.
  Indices loops = {};

  explicit operator bool() const { return static_cast<bool>(value); }
  bool operator==(const Term &other) const {
    return value == other.value && at == other.at && loops == other.loops;
  }
  bool operator!=(const Term &other) const { return !(*this == other); }

  /// Whether a predicate holds for one of all indices.
  bool anyIndex(llvm::function_ref<bool(AffineExpr)> predicate) const {
    return llvm::any_of(at, predicate) || llvm::any_of(loops, predicate);
  }

  /// The term with one variable replaced by another expression.
  Term substitute(const IndexSpace &space, AffineExpr variable,
                  AffineExpr replacement) const;
};

/// What computes a term. Kinds from `Add` on have operands.
enum class Kind {
  /// Not known: an argument, or the result of an op that has no other kind.
  Leaf,
  /// A constant.
  Number,
  /// An index, `index`.
  Index,
  Add,
  Sub,
  Mul,
  Div,
  Neg,
  Abs,
  /// The operand to the power `number`.
  Pow,
  Exp,
  /// 2 to the power of the operand.
  Exp2,
  Log,
  Sqrt,
  Rsqrt,
  Reciprocal,
  Tanh,
  Erf,
  Sigmoid,
  Sin,
  Cos,
  Max,
  Min,
  /// The operand or `number`, whichever is larger.
  AtLeast,
  /// A number of another kind: an integer as a float, or a truth value as a
  /// number.
  Convert,
  /// Comparisons, of integers as signed ones.
  Less,
  LessEqual,
  Equal,
  NotEqual,
  /// The second operand where the first is true, else the third.
  Select,
  And,
  Or,
  /// A sum or a maximum of the operand over all values of `variables`. A second
  /// operand is what it begins with.
  ReduceSum,
  ReduceMax,
  /// The sum of the product of both operands over all values of `variables`. A
  /// third operand is what it begins with.
  ReduceDot,
  /// An element of `table` at `at`; an index that is null there is not known,
  /// and the next operand.
  Extract,
};

/// One step into a term.
struct Node {
  Kind kind = Kind::Leaf;
  SmallVector<Term, 3> operands;
  double number = 0;
  AffineExpr index;
  Indices variables;
  Value table;
  Indices at;
};

/// Reads terms out of IR, which it does not change. Reshapes, transposes,
/// broadcasts, slices, copies and casts between float types leave no trace but
/// other indices.
class Reader {
public:
  /// Results of exported models need at most 70.
  static constexpr unsigned kFuel = 512;
  /// Indices that count from the end, and offsets, nest some four deep.
  static constexpr unsigned kMaxIndexDepth = 8;

  explicit Reader(IndexSpace &space) : space(space) {}

  /// The element of a tensor, with its indices in one form.
  Term getElement(Value tensor, Indices at, Indices loops = {}) const;

  /// Follows a term through ops that only move elements. `path`, where given,
  /// gets every visible tensor element on the way, the nearest first.
  Term look(Term term, SmallVectorImpl<Term> *path = nullptr);

  /// What computes a term, behind ops that only move elements.
  Node read(const Term &term);

  /// Whether two terms are the same computation.
  bool equal(const Term &lhs, const Term &rhs);

  /// Whether a term's value may depend on a variable.
  bool dependsOn(const Term &term, AffineExpr variable);

  /// Takes an element of a tensor that is not known for this number, in
  /// `evaluate` and `dependsOn`; a null element ends that.
  void assume(const Term &element, double value = 0) {
    assumed = element;
    assumedValue = value;
  }

  /// The value of a term all of whose elements are constants, where the
  /// variables have these values.
  std::optional<double> evaluate(const Term &term, SmallVector<int64_t> &values,
                                 unsigned depth = 0);

  /// A computed index as an expression of variables, or null; also one that
  /// may be a constant, in these iterations of the loops around it.
  AffineExpr getIndex(const Term &term);
  AffineExpr getIndex(OpFoldResult index, const Indices &loops);

  IndexSpace &getSpace() { return space; }

  /// The element of a tensor at a variable for every dimension, in any
  /// iteration of the loops around it, as the result that is asked about.
  Term begin(Value result);

  /// Whether the value of a term, in this very iteration, can be an operand of
  /// what replaces the result.
  bool isVisible(const Term &term) const {
    return term.loops.size() <= loops.size() &&
           ArrayRef(loops).take_front(term.loops.size()) ==
               ArrayRef(term.loops);
  }

  /// Takes one of the steps that are spent on all questions about one result;
  /// false where there are none left. What takes more is no formula.
  bool spend() { return fuel != 0 && fuel-- != 0; }

  /// The variables of a reduction over these extents: every op has its own.
  const Indices &getVariables(Operation *reduction, ArrayRef<int64_t> extents);

private:
  /// A term behind ops that only move elements, and what computes it.
  struct Step {
    Term head;
    Node node;
  };
  /// The step into a term, which is read once: all elements of a mask or of a
  /// table are values of the same terms.
  const Step &getStep(const Term &term);
  std::optional<double> evaluateReduction(const Node &node,
                                          SmallVector<int64_t> &values,
                                          unsigned depth);
  AffineExpr getIndex(const Term &term, unsigned depth);
  /// The result of an `affine.apply`; null for another op, or one that applies
  /// to others too many deep.
  AffineExpr getApplied(const Term &term, unsigned depth = kMaxIndexDepth);
  /// The expression whose values are those of a term of known numbers.
  AffineExpr fitIndex(const Term &term);
  bool equal(const Term &lhs, const Term &rhs, unsigned &budget);
  bool dependsOn(const Term &term, AffineExpr variable, unsigned &budget);

  IndexSpace &space;
  Indices loops;
  Term assumed;
  double assumedValue = 0;
  DenseMap<Operation *, Indices> variables;
  unsigned fuel = kFuel;
  /// The steps into the elements of a tensor that were evaluated.
  DenseMap<Value, SmallVector<std::pair<Term, std::unique_ptr<Step>>, 1>> steps;
  /// What `fitIndex` found for which elements of a tensor.
  DenseMap<Value, SmallVector<std::pair<Term, AffineExpr>, 1>> fits;
};

/// The id whose row an element of an embedding of known numbers is in.
std::optional<Term> getRowId(const Term &element);

/// A truth value as 0 or 1, other integers as signed ones.
double toNumber(const APInt &integer);

/// One step through ops of a dialect that only move elements: the term that
/// `term` equals, or none.
std::optional<Term> stepLinalg(Reader &reader, const Term &term);
std::optional<Term> stepTensor(Reader &reader, const Term &term);
std::optional<Term> stepScalar(Reader &reader, const Term &term);
std::optional<Term> stepTosa(Reader &reader, const Term &term);

/// The term with the loops of scf that are around its value, of those that are
/// around one that it computes or is computed from.
Term inLoops(Term term, ArrayRef<AffineExpr> loops);

/// The term with one variable for an iteration of a loop and a place in its
/// block, `all`, which counts the places in all blocks.
Term joinBlocks(const IndexSpace &space, const Term &term, AffineExpr iteration,
                AffineExpr block, AffineExpr all);

/// Whether a sum or a maximum that begins with this is one without it.
bool isNeutral(Reader &reader, Kind reduction, const Term &start);

/// Whether it is known which iteration of the loops around it a term is of, and
/// a loop that computes it can be read.
bool mayEnterLoop(const Term &term);

/// The element of a block that an iteration of a loop writes into its result.
std::optional<Term> stepLoop(Reader &reader, const Term &term);

/// How many iterations every loop of scf around a value has, the outermost
/// first, a loop of several variables as one for each; none where there are too
/// many to keep account of.
SmallVector<int64_t> getTripCounts(Value value);

/// The element of the part of a concatenation along `dim` in which `term` lies;
/// none where that is not known.
std::optional<Term> stepIntoPart(Reader &reader, ValueRange parts, unsigned dim,
                                 const Term &term);

/// What an op of a dialect computes; `Leaf` where the dialect does not know.
Node readLinalg(Reader &reader, const Term &term);
Node readScalar(Reader &reader, const Term &term);
Node readTosa(Reader &reader, const Term &term);

/// The index that a loop counts, or what it adds up in all iterations.
Node readLoop(Reader &reader, const Term &term);

} // namespace mlir::iquant::raise

#endif // IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_TERM_H
