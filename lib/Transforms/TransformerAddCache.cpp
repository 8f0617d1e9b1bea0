//===- TransformerAddCache.cpp - Continue a sequence from a cache ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the copy of a decoder that takes the keys and values of earlier
// positions from caches.
//
//===----------------------------------------------------------------------===//

#include "iquant/Transforms/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_TRANSFORMERADDCACHE
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::transformer;

using Decline = function_ref<LogicalResult(const Twine &)>;

//===----------------------------------------------------------------------===//
// Which values have a row for each position
//===----------------------------------------------------------------------===//

namespace {

/// The values of a function that have a row for each position of its ids.
class Sequence {
public:
  /// Finds them, or declines what might mix rows of different positions.
  LogicalResult find(func::FuncOp function, Decline decline);

  bool contains(Value value) const { return values.contains(value); }

  /// The type of a value for any length of the sequence.
  Type getOpenType(Value value) const {
    return getType(value, ShapedType::kDynamic);
  }
  /// Its type for a sequence of `length` positions.
  Type getType(Value value, int64_t length) const;

  /// The dimension that counts positions.
  int64_t getDimension(Value value) const { return values.lookup(value); }

private:
  void findArguments(Block &block);
  void addArgument(Value value, int64_t channels);
  LogicalResult addResults(Operation *op, Decline decline);

  DenseMap<Value, int64_t> values;
};

} // namespace

Type Sequence::getType(Value value, int64_t length) const {
  auto found = values.find(value);
  if (found == values.end())
    return value.getType();
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[found->second] = length;
  return type.clone(shape);
}

/// A value that is an argument counts positions in the last dimension before
/// that many of channels.
void Sequence::addArgument(Value value, int64_t channels) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (isa<BlockArgument>(value) && type && type.getRank() > channels)
    values[value] = type.getRank() - channels - 1;
}

/// Ids are the arguments of which embeddings are looked up. Positions, and what
/// rotates them, may be arguments as well.
void Sequence::findArguments(Block &block) {
  for (auto embedding : block.getOps<EmbeddingOp>())
    addArgument(embedding.getIds(), /*channels=*/0);
  for (auto rope : block.getOps<RopeOp>())
    addArgument(rope.getPosition(), /*channels=*/0);
  for (auto rotate : block.getOps<RotatePairsOp>()) {
    addArgument(rotate.getCosine(), /*channels=*/1);
    addArgument(rotate.getSine(), /*channels=*/1);
  }
}

/// Whether every row has a position of its own, and not only the first.
static bool hasPositions(RopeOp op) {
  return isa<RankedTensorType>(op.getPosition().getType());
}

/// The operands that an op maps to its result row by row; none for an op of
/// which that is not known.
static SmallVector<OpOperand *> getRowOperands(Operation *op) {
  using Operands = SmallVector<OpOperand *>;
  return TypeSwitch<Operation *, Operands>(op)
      .Case<EmbeddingOp>([](auto op) { return Operands{&op.getIdsMutable()}; })
      .Case<LinearOp, RmsNormOp, LayerNormOp, SoftmaxOp, SiluOp, GeluOp, ReluOp,
            ScaleOp, ArgmaxOp, ClampOp, ObserveOp>(
          [](auto op) { return Operands{&op.getInputMutable()}; })
      .Case<RopeOp>([](auto op) {
        Operands rows = {&op.getInputMutable()};
        if (hasPositions(op))
          rows.push_back(&op.getPositionMutable());
        return rows;
      })
      .Case<RotatePairsOp>([](auto op) {
        return Operands{&op.getInputMutable(), &op.getCosineMutable(),
                        &op.getSineMutable()};
      })
      .Case<AddOp, MulOp, SwiGluOp>([](auto op) {
        return Operands{&op->getOpOperand(0), &op->getOpOperand(1)};
      })
      .Case<AttentionOp>([](auto op) {
        return Operands{&op.getQueryMutable(), &op.getKeyMutable(),
                        &op.getValueMutable()};
      })
      .Default([](Operation *) { return Operands(); });
}

LogicalResult Sequence::addResults(Operation *op, Decline decline) {
  auto reads = [&](Value operand) { return contains(operand); };
  SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  if (llvm::none_of(op->getOperands(), reads) && llvm::none_of(captured, reads))
    return success();
  std::string name = ("'" + op->getName().getStringRef() + "'").str();
  SmallVector<OpOperand *> rows = getRowOperands(op);
  if (rows.empty())
    return decline(name + " reads values of many positions, and is not known "
                          "to work row by row");
  if (llvm::count_if(op->getOperands(), reads) !=
      llvm::count_if(rows, [&](OpOperand *row) { return reads(row->get()); }))
    return decline(name + " reads values of many positions as parameters");
  if (!llvm::all_of(rows, [&](OpOperand *row) { return reads(row->get()); }))
    return decline(name + " joins values of many positions with one that does "
                          "not come from the ids");
  if (auto attention = dyn_cast<AttentionOp>(op)) {
    if (!attention.getCausal())
      return decline("an attention is not causal, so that early positions see "
                     "later ones");
    if (attention.getMask())
      return decline(
          "an attention has a mask, which covers no keys of a cache");
    if (attention.getOffset())
      return decline("an attention has an offset, so that it has a cache "
                     "already");
  }
  Value result = op->getResult(0);
  int64_t rank = cast<RankedTensorType>(result.getType()).getRank();
  // Argmax drops the channels.
  values[result] = rank - (isa<ArgmaxOp>(op) ? 1 : 2);
  return success();
}

LogicalResult Sequence::find(func::FuncOp function, Decline decline) {
  if (!llvm::hasSingleElement(function.getBody()))
    return decline("its body has more than one block");
  if (function.getNumResults() != 1)
    return decline("expects one result, got " +
                   Twine(function.getNumResults()));
  Block &block = function.getBody().front();
  findArguments(block);
  for (Operation &op : block.without_terminator())
    if (failed(addResults(&op, decline)))
      return failure();
  if (block.getOps<AttentionOp>().empty())
    return decline("it has no attention");
  if (!contains(block.getTerminator()->getOperand(0)))
    return decline("its result does not come from ids");
  return success();
}

//===----------------------------------------------------------------------===//
// The copy
//===----------------------------------------------------------------------===//

namespace {

/// Builds the function that continues from caches.
class StepBuilder {
public:
  StepBuilder(func::FuncOp source, const Sequence &sequence)
      : source(source), sequence(sequence), builder(source) {
    findCut();
  }

  /// Creates the function behind its source; returns the number of caches.
  size_t build(StringRef name);

private:
  void findCut();
  void createFunction(StringRef name);
  void copy(Operation &op);
  void startAtPosition(RopeOp op);
  void addCaches(AttentionOp op);
  Value addCache(Value rows, Location attention, StringRef kind);
  void takeLastPosition();
  void finishFunction();

  func::FuncOp source, step;
  const Sequence &sequence;
  OpBuilder builder;
  IRMapping mapping;
  Value position;
  /// The operand behind which only the last position counts, and the ops there.
  OpOperand *cut = nullptr;
  DenseSet<Operation *> pastCut;
  SmallVector<Value> updatedCaches;
  SmallVector<StringAttr> cacheNames;
};

} // namespace

/// Goes up from the result over ops that work row by row on one activation,
/// whatever its position, and that nobody else reads.
void StepBuilder::findCut() {
  Operation *op = source.getBody().front().getTerminator();
  cut = &op->getOpOperand(0);
  while ((op = cut->get().getDefiningOp()) && cut->get().hasOneUse()) {
    SmallVector<OpOperand *> rows = getRowOperands(op);
    if (rows.size() != 1 || isa<EmbeddingOp, RopeOp>(op))
      return;
    pastCut.insert(op);
    cut = rows.front();
  }
}

/// `location` with `part` after its name.
static Location getPartLoc(Location location, StringRef part) {
  auto named = location->findInstanceOf<NameLoc>();
  if (!named)
    return location;
  return NameLoc::get(StringAttr::get(location.getContext(),
                                      named.getName().strref() + "." + part),
                      named.getChildLoc());
}

void StepBuilder::createFunction(StringRef name) {
  builder.setInsertionPointAfter(source);
  step = func::FuncOp::create(builder, source.getLoc(), name,
                              builder.getFunctionType({}, {}));
  step->setDiscardableAttrs(source->getDiscardableAttrDictionary());
  step.setVisibility(source.getVisibility());
  Block *entry = step.addEntryBlock();
  for (BlockArgument argument : source.getArguments())
    mapping.map(argument, entry->addArgument(sequence.getOpenType(argument),
                                             argument.getLoc()));
  position = entry->addArgument(
      builder.getIndexType(), NameLoc::get(builder.getStringAttr("position")));
  builder.setInsertionPointToStart(entry);
}

/// Maps the value at the cut to its last row.
void StepBuilder::takeLastPosition() {
  Value value = mapping.lookup(cut->get());
  int64_t dimension = sequence.getDimension(cut->get());
  ImplicitLocOpBuilder b(getPartLoc(cut->get().getLoc(), "last"), builder);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, b.getLoc(), value);
  SmallVector<OpFoldResult> offsets(sizes.size(), b.getIndexAttr(0)),
      strides(sizes.size(), b.getIndexAttr(1));
  Value one = arith::ConstantIndexOp::create(b, 1);
  offsets[dimension] = OpFoldResult(
      arith::SubIOp::create(b, cast<Value>(sizes[dimension]), one).getResult());
  sizes[dimension] = b.getIndexAttr(1);
  Value last =
      tensor::ExtractSliceOp::create(b, value, offsets, sizes, strides);
  mapping.map(cut->get(), last);
}

/// A new argument, with `rows` written to it from the position on.
Value StepBuilder::addCache(Value rows, Location attention, StringRef kind) {
  cacheNames.push_back(
      builder.getStringAttr(kind + "." + Twine(cacheNames.size() / 2)));
  Location location = getPartLoc(attention, (kind + "_cache").str());
  Value cache = step.getBody().addArgument(rows.getType(), location);
  updatedCaches.push_back(
      UpdateCacheOp::create(builder, location, cache, rows, position));
  return updatedCaches.back();
}

void StepBuilder::addCaches(AttentionOp op) {
  builder.setInsertionPoint(op);
  op.getKeyMutable().assign(addCache(op.getKey(), op.getLoc(), "key"));
  op.getValueMutable().assign(addCache(op.getValue(), op.getLoc(), "value"));
  op.getOffsetMutable().assign(position);
  builder.setInsertionPointAfter(op);
}

void StepBuilder::startAtPosition(RopeOp op) {
  Value first = position;
  if (!matchPattern(op.getPosition(), m_Zero())) {
    builder.setInsertionPoint(op);
    first =
        arith::AddIOp::create(builder, op.getLoc(), op.getPosition(), position);
    builder.setInsertionPointAfter(op);
  }
  op.getPositionMutable().assign(first);
}

void StepBuilder::copy(Operation &op) {
  if (cut->getOwner() == &op)
    takeLastPosition();
  Operation *clone = builder.clone(op, mapping);
  int64_t length = pastCut.contains(&op) ? 1 : ShapedType::kDynamic;
  for (auto [result, original] :
       llvm::zip_equal(clone->getResults(), op.getResults()))
    result.setType(sequence.getType(original, length));
  if (auto rope = dyn_cast<RopeOp>(clone); rope && !hasPositions(rope))
    startAtPosition(rope);
  else if (auto attention = dyn_cast<AttentionOp>(clone))
    addCaches(attention);
}

/// Gives the function the type of its body, and names its caches.
void StepBuilder::finishFunction() {
  Operation *end = step.getBody().front().getTerminator();
  end->insertOperands(end->getNumOperands(), updatedCaches);
  SmallVector<DictionaryAttr> attributes, results;
  for (unsigned i = 0; i < source.getNumArguments(); ++i)
    attributes.push_back(source.getArgAttrDict(i));
  attributes.push_back(builder.getDictionaryAttr({}));
  results.push_back(source.getResultAttrDict(0));
  for (StringAttr name : cacheNames) {
    DictionaryAttr named =
        builder.getDictionaryAttr(builder.getNamedAttr(kCache, name));
    attributes.push_back(named);
    results.push_back(named);
  }
  step.setType(builder.getFunctionType(step.getBody().getArgumentTypes(),
                                       end->getOperandTypes()));
  step.setAllArgAttrs(attributes);
  step.setAllResultAttrs(results);
}

size_t StepBuilder::build(StringRef name) {
  createFunction(name);
  for (Operation &op : source.getBody().front())
    copy(op);
  finishFunction();
  return updatedCaches.size();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct TransformerAddCache
    : public iquant::impl::TransformerAddCacheBase<TransformerAddCache> {
  using TransformerAddCacheBase::TransformerAddCacheBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto source = module.lookupSymbol<func::FuncOp>(function);
    Location location = source ? source.getLoc() : module.getLoc();
    auto options = remark::RemarkOpts::name("AddCache")
                       .category(getArgument())
                       .function(function);
    auto decline = [&](const Twine &reason) {
      remark::missed(location, options) << remark::add(
          "'{0}' gets no cache: {1}", function.getValue(), reason.str());
      return failure();
    };
    if (!source || source.isExternal())
      return (void)decline("the module has no such function with a body");
    if (module.lookupSymbol(step))
      return (void)decline("the module has a '" + step + "' already");
    Sequence sequence;
    if (failed(sequence.find(source, decline)))
      return;
    size_t caches = StepBuilder(source, sequence).build(step);
    remark::passed(location, options)
        << remark::add("made '{0}', which continues from caches",
                       step.getValue())
        << remark::metric("Caches", caches);
  }
};
} // namespace
