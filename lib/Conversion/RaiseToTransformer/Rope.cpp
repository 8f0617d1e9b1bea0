//===- Rope.cpp - Raise rotary position embeddings ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether the angles come from a table or are computed is no question. Where
// they are known numbers, or known for any position, they must grow with the
// position; where they are not, their cosines and sines are tensors.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "Rotation.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::raise;

/// The most angles that are looked at.
static constexpr int64_t kMaxAngles = int64_t(1) << 20;
/// How many terms the angles consist of at most.
static constexpr unsigned kMaxTerms = 64;
/// How far a cosine may be from that of the angle.
static constexpr double kTolerance = 1e-4;

//===----------------------------------------------------------------------===//
// Angles
//===----------------------------------------------------------------------===//

namespace {
/// Gives values of terms at a position, which is an index or an element that is
/// not known, and is assumed as long as this lives.
class Angles {
public:
  Angles(Site &site, const Rotation &rotation, const Pairing &pairing,
         AffineExpr position, std::optional<Term> id)
      : site(site), rotation(rotation), id(id),
        pairs(site.getSpace().getExtent(pairing.pair)),
        pair(cast<AffineDimExpr>(pairing.pair).getPosition()) {
    if (auto variable = dyn_cast<AffineDimExpr>(position))
      row = variable.getPosition();
    values.resize(std::max(row.value_or(0), pair) + 1);
  }
  ~Angles() { site.getReader().assume({}); }

  /// The frequencies of all pairs, if the angles at these positions are
  /// `position * frequency`.
  std::optional<SmallVector<float>> getFrequencies(int64_t positions);

  /// How many positions have a row in the tables that angles are gathered from,
  /// `limit` where there are more, or where angles are computed.
  int64_t countPositions(int64_t limit);

private:
  std::optional<double> evaluate(const Term &term, int64_t position,
                                 int64_t i) {
    if (id)
      site.getReader().assume(*id, position);
    else if (row)
      values[*row] = position;
    values[pair] = i;
    return site.getReader().evaluate(term, values);
  }

  Site &site;
  const Rotation &rotation;
  std::optional<Term> id;
  int64_t pairs;
  unsigned pair;
  std::optional<unsigned> row;
  SmallVector<int64_t> values;
};
} // namespace

std::optional<SmallVector<float>> Angles::getFrequencies(int64_t positions) {
  // An angle that is computed is more exact than that of its cosine.
  Node cosine = site.getReader().read(rotation.cosines[0]);
  bool isComputed = cosine.kind == Kind::Cos;
  SmallVector<float> frequencies;
  for (int64_t i = 0; i < pairs; ++i) {
    double frequency = 0;
    // Every angle tells the frequency more exactly than the one before.
    for (int64_t s = 1, end = isComputed ? 2 : positions; s < end; ++s) {
      auto x = evaluate(rotation.cosines[0], s, i),
           y = evaluate(rotation.sines[0], s, i);
      if (!x || !y)
        return std::nullopt;
      double angle = std::atan2(*y, *x);
      angle += 2 * M_PI * std::round((frequency * s - angle) / (2 * M_PI));
      frequency = angle / s;
      if (isComputed)
        frequency = evaluate(cosine.operands[0], s, i).value_or(frequency);
    }
    // What was found at the last position must be right at all of them.
    for (int64_t s = 0; s < positions; ++s)
      for (auto [cosines, sines] :
           llvm::zip_equal(rotation.cosines, rotation.sines)) {
        auto x = evaluate(cosines, s, i), y = evaluate(sines, s, i);
        if (!x || !y ||
            !(std::abs(std::cos(frequency * s) - *x) <= kTolerance) ||
            !(std::abs(std::sin(frequency * s) - *y) <= kTolerance))
          return std::nullopt;
      }
    frequencies.push_back(static_cast<float>(frequency));
  }
  return frequencies;
}

int64_t Angles::countPositions(int64_t limit) {
  int64_t known = 0, unknown = limit;
  while (known < unknown) {
    int64_t middle = known + (unknown - known) / 2;
    bool isKnown = llvm::all_of(rotation.getTables(), [&](const Term &term) {
      return evaluate(term, middle, 0).has_value();
    });
    if (isKnown)
      known = middle + 1;
    else
      unknown = middle;
  }
  return known;
}

/// The frequencies of all pairs, as those of other rotations by the same
/// tables.
static std::optional<SmallVector<float>>
judgeAngles(Site &site, const Rotation &rotation, const Pairing &pairing,
            AffineExpr position, std::optional<Term> id, int64_t positions) {
  JudgedAngles judged = {rotation.getTables(), id ? AffineExpr() : position,
                         positions, std::nullopt};
  // Every site has another variable that counts pairs.
  AffineExpr pair =
      getAffineDimExpr(kMaxVariables, site.getSpace().getContext());
  for (Term &table : judged.tables) {
    table = site.getReader().look(table);
    for (AffineExpr &index : table.at)
      index = index.replace(pairing.pair, pair);
  }
  for (const JudgedAngles &other : site.getAngles())
    if (other.tables == judged.tables && other.position == judged.position &&
        other.positions == positions)
      return other.frequencies;
  judged.frequencies =
      Angles(site, rotation, pairing, position, id).getFrequencies(positions);
  site.getAngles().push_back(judged);
  return judged.frequencies;
}

/// Adds the integers that a term is computed from and that are not known; fails
/// where there is anything else that is not, or too much of it.
static LogicalResult collectIds(Reader &reader, const Term &term,
                                SmallVectorImpl<Term> &ids, unsigned &budget) {
  if (budget == 0)
    return failure();
  --budget;
  Term head = reader.look(term);
  if (isKnown(reader, head) || llvm::is_contained(ids, head))
    return success();
  auto type = dyn_cast<RankedTensorType>(head.value.getType());
  if (type && type.getElementType().isSignlessInteger()) {
    ids.push_back(head);
    return success();
  }
  if (std::optional<Term> id = getRowId(head))
    return collectIds(reader, *id, ids, budget);
  Node node = reader.read(head);
  return success(!node.operands.empty() &&
                 llvm::all_of(node.operands, [&](const Term &operand) {
                   return succeeded(collectIds(reader, operand, ids, budget));
                 }));
}

/// The only integer that is not known and that tells the angles of any row.
static std::optional<Term> getPositionId(Site &site, const Rotation &rotation) {
  Reader &reader = site.getReader();
  SmallVector<Term> ids;
  unsigned budget = kMaxTerms;
  for (const Term &table : rotation.getTables())
    if (failed(collectIds(reader, table, ids, budget)))
      return std::nullopt;
  if (ids.size() != 1)
    return std::nullopt;
  reader.assume(ids[0]);
  bool tells = llvm::all_of(rotation.getTables(), [&](const Term &table) {
    return isKnown(reader, table) &&
           llvm::none_of(site.getRows(), [&](AffineExpr row) {
             return reader.dependsOn(table, row);
           });
  });
  reader.assume({});
  return tells ? std::optional(ids[0]) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

static Value createRope(Site &site, const Packed &packed,
                        const Pairing &pairing, ArrayRef<float> frequencies,
                        Value position, int64_t positions) {
  ImplicitLocOpBuilder &builder = site.getBuilder();
  Value input = site.cast(packed.rows.value, site.getType().getElementType());
  Value constant = arith::ConstantOp::create(
      builder,
      DenseElementsAttr::get(
          RankedTensorType::get(frequencies.size(), builder.getF32Type()),
          frequencies));
  return transformer::RopeOp::create(
      builder, input.getType(), input, constant, position,
      builder.getI64IntegerAttr(packed.heads),
      builder.getI64IntegerAttr(positions),
      transformer::RopePairingAttr::get(builder.getContext(), pairing.kind));
}

/// Angles that are known numbers.
static Raised raiseKnown(Site &site, const Pairing &pairing,
                         const Rotation &rotation, AffineExpr position) {
  int64_t positions = site.getSpace().getExtent(position);
  if (ShapedType::isDynamic(positions) ||
      positions * site.getChannels() / 2 > kMaxAngles)
    return site.decline("rope", "its angles are not known, or too many");
  auto frequencies = judgeAngles(site, rotation, pairing, position,
                                 /*id=*/std::nullopt, positions);
  if (!frequencies)
    return site.decline("rope", "its angles are no constant multiples of the "
                                "position");
  std::optional<Packed> packed = getPacked(site, rotation, position);
  if (!packed)
    return site.decline("rope", "its input is no tensor");
  Value zero = arith::ConstantIndexOp::create(site.getBuilder(), 0);
  return site.getActivation(
      {createRope(site, *packed, pairing, *frequencies, zero, positions),
       packed->rows.at});
}

/// Cosines and sines that may be anything.
static Raised raiseRotatePairs(Site &site, const Pairing &pairing,
                               const Rotation &rotation, AffineExpr position) {
  std::optional<Packed> packed = getPacked(site, rotation, position);
  if (!packed)
    return site.decline("rotate_pairs", "its input is no tensor");
  Rows rows =
      getRows(site, *packed, position, rotation.getTables(), /*channelRank=*/1);
  Value cosine = getPerChannel(site, rows, pairing, rotation.cosines);
  Value sine = getPerChannel(site, rows, pairing, rotation.sines);
  if (!cosine || !sine)
    return site.decline("rotate_pairs", "its cosines or sines are no tensor of "
                                        "rows and channels");
  ImplicitLocOpBuilder &builder = site.getBuilder();
  Type type = site.getType().getElementType();
  Value input = site.cast(packed->rows.value, type);
  Value rotated = transformer::RotatePairsOp::create(
      builder, input.getType(), input, site.cast(cosine, type),
      site.cast(sine, type), builder.getI64IntegerAttr(packed->heads),
      transformer::RopePairingAttr::get(builder.getContext(), pairing.kind));
  return site.getActivation({rotated, packed->rows.at});
}

/// Angles that are known for any value of an integer.
static Raised raiseAtPositions(Site &site, const Pairing &pairing,
                               const Rotation &rotation, AffineExpr position,
                               const Term &id) {
  int64_t most = kMaxAngles / (site.getChannels() / 2);
  int64_t positions =
      Angles(site, rotation, pairing, position, id).countPositions(most + 1);
  bool areGathered = positions <= most;
  if (!areGathered)
    positions = site.getMaxPositions();
  if (positions < 1)
    return site.decline("rope", "only the option max-positions says of how "
                                "many positions it computes its angles");
  if (positions > most)
    return site.decline("rope", "its angles are not known, or too many");
  auto frequencies =
      judgeAngles(site, rotation, pairing, position, id, positions);
  if (!frequencies && areGathered)
    return raiseRotatePairs(site, pairing, rotation, position);
  if (!frequencies)
    return site.decline("rope", "its angles are no constant multiples of the "
                                "position");
  std::optional<Packed> packed = getPacked(site, rotation, position);
  if (!packed)
    return site.decline("rope", "its input is no tensor");
  Rows rows = getRows(site, *packed, position, id, /*channelRank=*/0);
  Value ids = site.getRepeated(id, rows.indices, rows.shape);
  if (!ids)
    return site.decline("rope", "its positions are no tensor of the rows");
  return site.getActivation(
      {createRope(site, *packed, pairing, *frequencies, ids, positions),
       packed->rows.at});
}

/// The rotation of the pairs `(step * i, step * i + distance)`.
static Raised raisePairs(Site &site, int64_t step, int64_t distance,
                         transformer::RopePairing kind) {
  Reader &reader = site.getReader();
  Pairing pairing = {site.getSpace().add(site.getChannels() / 2), step,
                     distance, kind};
  if (!isa<AffineDimExpr>(pairing.pair))
    return std::nullopt;
  std::optional<Rotation> rotation = getRotation(site, pairing);
  if (!rotation)
    return std::nullopt;
  std::array<Term, 4> tables = rotation->getTables();
  // The innermost row that angles depend on is the position; one that has one
  // value only is 0.
  AffineExpr position = site.getSpace().getConstant(0);
  unsigned depends = 0;
  for (AffineExpr row : site.getRows())
    if (llvm::any_of(tables, [&](const Term &table) {
          return reader.dependsOn(table, row);
        })) {
      position = row;
      ++depends;
    }
  bool areKnown = llvm::all_of(
      tables, [&](const Term &table) { return isKnown(reader, table); });
  if (areKnown && depends != 1)
    return site.decline("rope",
                        "its angles do not depend on one dimension, the "
                        "position");
  if (rotation->path.empty())
    return site.decline("rope", "the channels of its pairs are not those of a "
                                "tensor");
  if (areKnown)
    return raiseKnown(site, pairing, *rotation, position);
  if (auto id = getPositionId(site, *rotation))
    return raiseAtPositions(site, pairing, *rotation, position, *id);
  return raiseRotatePairs(site, pairing, *rotation, position);
}

Raised raise::raiseRope(Site &site) {
  Node node = site.getReader().read(site.getTerm());
  // A sum, or a concatenation, which is nothing before its parts are known.
  bool mayBeOne = node.kind == Kind::Add || node.kind == Kind::Leaf;
  if (site.getType().getRank() < 2 || !mayBeOne ||
      ShapedType::isDynamic(site.getChannels()) ||
      site.getChannels() % 2 != 0 || site.getChannels() < 2)
    return std::nullopt;
  int64_t half = site.getChannels() / 2;
  if (Raised raised = raisePairs(site, /*step=*/1, /*distance=*/half,
                                 transformer::RopePairing::Half))
    return raised;
  return raisePairs(site, /*step=*/2, /*distance=*/1,
                    transformer::RopePairing::Interleaved);
}
