//===- Site.h - A value that may be raised ----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a pattern sees of a tensor, and how it takes and gives tensors.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_SITE_H
#define IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_SITE_H

#include "Algebra.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::iquant::raise {

/// The category of this pass's remarks.
inline constexpr StringLiteral kRemarkCategory = "raise-to-transformer";

class Site;

/// Whether nothing computes the value: a constant, an argument of the function,
/// or what an op without operands loads.
bool isParameter(Value value);

/// What was found of the angles whose cosines and sines these terms are.
struct JudgedAngles {
  std::array<Term, 4> tables;
  /// Null where it is no index.
  AffineExpr position;
  int64_t positions;
  /// None where the angles are no multiples of the position.
  std::optional<SmallVector<float>> frequencies;
};

/// What all sites have in common.
struct Common {
  /// Whether a float argument that is added to scores is a mask.
  bool takesMaskArguments = false;
  /// The positions of a rotation whose angles are computed from positions that
  /// are not known; 0 for none.
  int64_t maxPositions = 0;
  /// As long as no op is erased: all layers have the same angles.
  std::vector<JudgedAngles> angles;
  /// Transposed copies, by what they are copies of and in which order.
  DenseMap<std::pair<Attribute, Attribute>, Attribute> transposed;
};

/// What replaces a value: a tensor of its shape, or none. What a pattern
/// creates before it finds that it does not match has no use, and is erased.
using Raised = std::optional<Value>;
using RaisePattern = Raised (*)(Site &);

/// A term at one variable per dimension, the result of an op or a part of its
/// formula, with what a pattern needs to make a tensor of it.
class Site {
public:
  /// All that sites of one result share.
  struct State {
    State(OpResult result, Common &common, ArrayRef<RaisePattern> patterns,
          bool isQuiet);

    Common &common;
    OpResult result;
    IndexSpace space;
    Reader reader;
    ImplicitLocOpBuilder builder;
    /// What is tried for the result and for parts of its formula.
    ArrayRef<RaisePattern> patterns;
    /// Whether no reasons are given, since they have been already.
    bool isQuiet;
    /// How many parts of parts this is in.
    unsigned depth = 0;
  };

  /// The result as a whole.
  explicit Site(State &state);
  /// The tensor that has `term` at these indices.
  Site(State &state, const Term &term, ArrayRef<AffineExpr> indices,
       RankedTensorType type)
      : state(state), term(term), indices(indices), type(type) {}

  Reader &getReader() { return state.reader; }
  IndexSpace &getSpace() { return state.space; }
  ImplicitLocOpBuilder &getBuilder() { return state.builder; }
  bool takesMaskArguments() const { return state.common.takesMaskArguments; }
  int64_t getMaxPositions() const { return state.common.maxPositions; }
  std::vector<JudgedAngles> &getAngles() { return state.common.angles; }
  OpResult getResult() const { return state.result; }
  const Term &getTerm() const { return term; }
  RankedTensorType getType() const { return type; }

  /// The indices of the tensor: all, those of its rows, that of its channels.
  ArrayRef<AffineExpr> getIndices() const { return indices; }
  ArrayRef<AffineExpr> getRows() const { return ArrayRef(indices).drop_back(); }
  AffineExpr getChannel() const { return indices.back(); }
  int64_t getChannels() const { return type.getShape().back(); }

  /// The same with an index of the tensor as its channel.
  Site withChannel(AffineExpr index) const;

  /// Whether a variable counts all channels, and not only some of them.
  bool isOfAllChannels(AffineExpr variable) const {
    return state.space.getExtent(variable) == getChannels();
  }

  /// The tensor whose element at `indices`, variables of this shape, is
  /// `element`. Where no tensor on the way is that, what it is computed from is
  /// transposed and reshaped; and where it is computed in the midst of a
  /// formula, that part is raised, or computed once more. Null where none of
  /// that will do.
  Value getTensor(const Term &element, ArrayRef<AffineExpr> indices,
                  ArrayRef<int64_t> shape);

  /// The result as a reshape of the tensor that it is an element of; null where
  /// the elements are in another order.
  Value getReshaped(const Term &element);

  /// The result, made of one of these tensors, which have it as an element, by
  /// moving and repeating elements; null where that is not enough.
  Value getMoved(ArrayRef<Term> path);

  /// The same, where elements may be repeated, and nothing is computed.
  Value getRepeated(const Term &element, ArrayRef<AffineExpr> indices,
                    ArrayRef<int64_t> shape);

  /// The tensor of the shape of the result that has `element` at its indices,
  /// in its element type.
  Value getActivation(const Term &element);

  /// The vector whose element at the channel is `element`, a constant where its
  /// numbers are known; null where it depends on the row.
  Value getChannelVector(const Term &element);

  /// The tensor nearest to where `element` comes from whose channels `channel`
  /// counts and whose rows are those of the result, in whatever dimensions, and
  /// its indices; none where there is no such tensor.
  std::optional<Term> getRowsOf(const Term &element, AffineExpr channel);

  /// The same numbers in another float type.
  Value cast(Value tensor, Type elementType);

  /// What the first pattern that matches makes of it.
  Raised raise();

  /// Says by remark why what looks like an `op` is none.
  std::nullopt_t decline(StringRef op, const Twine &reason);

private:
  /// The tensor that `getTensor` gives, of those on the way to an element.
  Value getRearranged(ArrayRef<Term> path, ArrayRef<AffineExpr> indices,
                      ArrayRef<int64_t> shape, bool mayRepeat = false);

  /// The numbers of a vector as a constant; null where they are not known.
  Value getKnownVector(const Term &element);

  State &state;
  Term term;
  Indices indices;
  RankedTensorType type;
};

/// The tensor of this shape whose element at `indices` is `element`, made of
/// the tensor that `element` is an element of by a slice, reshapes and a
/// transpose, and by a broadcast if it may repeat; null where that is not
/// enough.
Value rearrange(ImplicitLocOpBuilder &builder, const IndexSpace &space,
                const Term &element, ArrayRef<AffineExpr> indices,
                ArrayRef<int64_t> shape, Common &common,
                bool mayRepeat = false);

/// The tensor of this shape whose element at `indices` is `element`, a scalar
/// in the body of an op: by a copy of what computes it there. Null where this
/// takes more than elementwise ops.
Value recompute(ImplicitLocOpBuilder &builder, const Term &element,
                ArrayRef<AffineExpr> indices, ArrayRef<int64_t> shape);

} // namespace mlir::iquant::raise

#endif // IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_SITE_H
