//===- ChannelFreedom.cpp - Maps of channels that nobody sees -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A union of blocks of channels whose maps follow from each other, with the
// blocks that must stay as they are marked.
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/ChannelFreedom.h"

#include "dialects/Transformer/TransformerInterfaces.h"
#include "iquant/Support/Locations.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/ShapedOpInterfaces.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"

#include <numeric>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::transformer;

FailureOr<FloatElements> iquant::getConstantElements(Value value,
                                                     Decline decline) {
  ElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)))
    return decline("expects a constant");
  return FloatElements::get(elements, decline);
}

/// The number of channels of a value that maps may apply to, else 0.
static int64_t getChannels(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || type.getRank() == 0 || !isa<FloatType>(type.getElementType()) ||
      type.isDynamicDim(type.getRank() - 1))
    return 0;
  return type.getShape().back();
}

/// An op as the subject of a sentence.
static std::string name(Operation *op) {
  return ("'" + op->getName().getStringRef() + "'").str();
}

//===----------------------------------------------------------------------===//
// Classes
//===----------------------------------------------------------------------===//

namespace {
/// Disjoint sets of blocks. A member's map is that of its root, or the inverse.
class BlockClasses {
public:
  explicit BlockClasses(size_t size)
      : parent(size), inverse(size), obstacle(size, -1) {
    std::iota(parent.begin(), parent.end(), 0);
  }

  struct Member {
    int32_t root;
    bool inverse;
  };
  Member find(int32_t block) {
    bool parity = false;
    int32_t root = block;
    for (; parent[root] != root; root = parent[root])
      parity ^= inverse[root];
    // Let the path point to the root directly.
    for (bool rest = parity; parent[block] != root;) {
      bool own = inverse[block];
      int32_t next = parent[block];
      parent[block] = root;
      inverse[block] = rest;
      rest ^= own;
      block = next;
    }
    return {root, parity};
  }

  /// Returns false if the blocks have inverse maps already, or equal ones if
  /// `inverted`: only the identity is both.
  bool unite(int32_t first, int32_t second, bool inverted) {
    Member a = find(first), b = find(second);
    if (a.root == b.root)
      return (a.inverse ^ b.inverse) == inverted;
    parent[b.root] = a.root;
    inverse[b.root] = a.inverse ^ b.inverse ^ inverted;
    if (obstacle[a.root] < 0)
      obstacle[a.root] = obstacle[b.root];
    return true;
  }

  void fix(int32_t block, int32_t reason) {
    int32_t &current = obstacle[find(block).root];
    if (current < 0)
      current = reason;
  }
  /// The reason why a class is fixed, negative if it is free.
  int32_t getObstacle(int32_t root) const { return obstacle[root]; }

private:
  std::vector<int32_t> parent;
  std::vector<bool> inverse;
  std::vector<int32_t> obstacle;
};

/// The values of a program, the blocks they are cut into, and what ops say
/// about them.
class Solver {
public:
  Solver(Operation *root, MapFamily family) : family(family) {
    collectValues(root);
    collectTies(root);
    cutIntoBlocks();
    classes.emplace(numBlocks);
    for (const ChannelTie &tie : ties)
      unite(tie);
    for (Value value : values)
      visitPorts(value);
  }

  std::vector<MapPlace>
  makePlaces(DenseMap<Value, SmallVector<ChannelFreedom::Block, 0>> &blocks);

private:
  struct Extent {
    int64_t channels, width, firstBlock;
    int64_t getCount() const { return channels / width; }
  };

  void collectValues(Operation *root);
  void collectTies(Operation *root);
  bool isRelevant(const ChannelTie &tie) const;
  void cutIntoBlocks();
  void unite(const ChannelTie &tie);
  void visitPorts(Value value);
  void fixUntied(Value value, ArrayRef<const ChannelTie *> portTies,
                 Operation *op);
  void fix(Value value, Operation *op, std::string reason);

  LogicalResult checkSinks(Operation *op, ArrayRef<ChannelSink> sinks);
  bool absorbs(OpOperand &operand);
  bool absorbs(OpResult result);

  const char *getNoun() const {
    return family == MapFamily::Scales ? "scale" : "rotation";
  }

  MapFamily family;
  SmallVector<Value> values;
  DenseMap<Value, Extent> extents;
  SmallVector<ChannelTie> ties;
  /// The ties of an operand, and those of a result.
  DenseMap<OpOperand *, SmallVector<const ChannelTie *, 1>> operandTies;
  DenseMap<Value, SmallVector<const ChannelTie *, 1>> resultTies;
  int64_t numBlocks = 0;
  std::optional<BlockClasses> classes;
  SmallVector<MapObstacle> obstacles;
  DenseMap<Value, OpResult> producers;
  DenseMap<Value, SmallVector<OpOperand *>> consumers;
  DenseSet<int32_t> meanKeeping;
  /// Why `absorbs` said no, if constants were the reason.
  std::string sinkReason;
};
} // namespace

void Solver::collectValues(Operation *root) {
  auto add = [&](Value value) {
    int64_t channels = getChannels(value);
    if (channels == 0)
      return;
    values.push_back(value);
    extents[value] = {channels, family == MapFamily::Scales ? 1 : channels, 0};
  };
  root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op->hasTrait<OpTrait::ConstantLike>())
      return;
    llvm::for_each(op->getResults(), add);
    for (Region &region : op->getRegions())
      for (Block &block : region)
        llvm::for_each(block.getArguments(), add);
  });
}

/// Whether every group is one aligned block of the channels.
static bool hasBlocks(ArrayRef<int64_t> channels, int64_t size) {
  for (auto [place, channel] : llvm::enumerate(channels)) {
    int64_t position = static_cast<int64_t>(place) % size;
    if (channel % size != position ||
        (position != 0 && channel != channels[place - 1] + 1))
      return false;
  }
  return true;
}

bool Solver::isRelevant(const ChannelTie &tie) const {
  if (!extents.contains(tie.first.value) || !extents.contains(tie.second.value))
    return false;
  switch (tie.kind) {
  case ChannelMapKind::Scalar:
  case ChannelMapKind::Diagonal:
    return family == MapFamily::Scales;
  case ChannelMapKind::MeanKeepingRotation:
  case ChannelMapKind::Rotation:
    if (family == MapFamily::Scales)
      return false;
    break;
  case ChannelMapKind::Linear:
    break;
  }
  return family == MapFamily::Scales ||
         (hasBlocks(tie.firstChannels, tie.groupSize) &&
          hasBlocks(tie.secondChannels, tie.groupSize));
}

void Solver::collectTies(Operation *root) {
  root->walk([&](CommutesWithChannelMapOpInterface op) {
    for (ChannelTie &tie : op.getChannelTies())
      if (isRelevant(tie))
        ties.push_back(std::move(tie));
  });
  for (const ChannelTie &tie : ties)
    for (const ChannelPort &port : {tie.first, tie.second}) {
      if (port.operand)
        operandTies[port.operand].push_back(&tie);
      else
        resultTies[port.value].push_back(&tie);
    }
}

/// The blocks of both sides of a tie must have one width, which divides that of
/// its groups.
void Solver::cutIntoBlocks() {
  for (bool changed = true; changed;) {
    changed = false;
    for (const ChannelTie &tie : ties) {
      int64_t &a = extents[tie.first.value].width,
              &b = extents[tie.second.value].width;
      int64_t width = std::gcd(std::gcd(a, b), tie.groupSize);
      if (family == MapFamily::Scales || (width == a && width == b))
        continue;
      a = b = width;
      changed = true;
    }
  }
  for (Value value : values) {
    extents[value].firstBlock = numBlocks;
    numBlocks += extents[value].getCount();
  }
}

void Solver::unite(const ChannelTie &tie) {
  const Extent &a = extents[tie.first.value], &b = extents[tie.second.value];
  // The inverse transpose of a rotation is itself.
  bool inverse = tie.dual && family == MapFamily::Scales;
  for (size_t place = 0; place < tie.firstChannels.size(); place += a.width) {
    int32_t first = a.firstBlock + tie.firstChannels[place] / a.width;
    int32_t second = b.firstBlock + tie.secondChannels[place] / b.width;
    bool consistent = classes->unite(first, second, inverse);
    if (tie.kind == ChannelMapKind::Scalar) {
      size_t leader = place - place % tie.groupSize;
      consistent &= classes->unite(a.firstBlock + tie.firstChannels[leader],
                                   first, false);
    }
    if (tie.kind == ChannelMapKind::MeanKeepingRotation)
      meanKeeping.insert(first);
    if (!consistent) {
      classes->fix(first, obstacles.size());
      Operation *op = tie.first.operand ? tie.first.operand->getOwner()
                                        : tie.first.value.getDefiningOp();
      obstacles.push_back(
          {op, name(op) + " ties a scale to its inverse" + describePlace(op)});
    }
  }
}

//===----------------------------------------------------------------------===//
// Ports
//===----------------------------------------------------------------------===//

void Solver::fix(Value value, Operation *op, std::string reason) {
  const Extent &extent = extents[value];
  for (int64_t block = 0; block < extent.getCount(); ++block)
    classes->fix(extent.firstBlock + block, obstacles.size());
  obstacles.push_back({op, std::move(reason) + describePlace(op)});
}

/// Fixes the channels of a port that no tie mentions.
void Solver::fixUntied(Value value, ArrayRef<const ChannelTie *> portTies,
                       Operation *op) {
  const Extent &extent = extents[value];
  std::vector<bool> tied(extent.channels);
  for (const ChannelTie *tie : portTies) {
    bool isFirst = tie->first.value == value;
    for (int64_t channel : isFirst ? tie->firstChannels : tie->secondChannels)
      tied[channel] = true;
  }
  bool complete = true;
  for (auto [channel, isTied] : llvm::enumerate(tied)) {
    if (isTied)
      continue;
    complete = false;
    classes->fix(extent.firstBlock +
                     static_cast<int64_t>(channel) / extent.width,
                 obstacles.size());
  }
  if (!complete)
    obstacles.push_back({op, name(op) + " passes no " + getNoun() +
                                 " of some channels" + describePlace(op)});
}

LogicalResult Solver::checkSinks(Operation *op, ArrayRef<ChannelSink> sinks) {
  auto decline = [&](const Twine &reason) {
    sinkReason =
        (name(op) + " cannot take it into its constants: " + reason).str();
    return failure();
  };
  for (const ChannelSink &sink : sinks) {
    if (failed(getConstantElements(sink.operand->get(), decline)))
      return failure();
    auto type = cast<RankedTensorType>(sink.operand->get().getType());
    if (type.getRank() > 2)
      return decline("expects vectors and matrices, got one of rank " +
                     Twine(type.getRank()));
  }
  return success();
}

bool Solver::absorbs(OpOperand &operand) {
  auto op = dyn_cast<AbsorbsChannelMapOpInterface>(operand.getOwner());
  if (!op)
    return false;
  SmallVector<ChannelSink> sinks = op.getInputSinks(operand);
  return !sinks.empty() && succeeded(checkSinks(op, sinks));
}

bool Solver::absorbs(OpResult result) {
  SmallVector<ChannelSink> sinks;
  Operation *op = result.getOwner();
  if (auto absorbing = dyn_cast<AbsorbsChannelMapOpInterface>(op))
    sinks = absorbing.getOutputSinks();
  auto scaling = dyn_cast<ScalesChannelsOpInterface>(op);
  if (!scaling || family != MapFamily::Scales)
    return !sinks.empty() && succeeded(checkSinks(op, sinks));
  for (OpOperand &scale : scaling.getChannelScale())
    sinks.push_back({&scale, 0});
  if (std::optional<MutableOperandRange> range = scaling.getChannelShift())
    for (OpOperand &shift : *range)
      sinks.push_back({&shift, 0});
  return succeeded(checkSinks(op, sinks));
}

void Solver::visitPorts(Value value) {
  auto refuse = [&](Operation *op) {
    if (sinkReason.empty())
      fix(value, op, name(op) + " neither passes nor absorbs a " + getNoun());
    else
      fix(value, op, std::move(sinkReason));
    sinkReason.clear();
  };

  if (auto argument = dyn_cast<BlockArgument>(value)) {
    Operation *op = argument.getOwner()->getParentOp();
    fix(value, op,
        "it comes from outside, as argument " +
            std::to_string(argument.getArgNumber()) + " of " + name(op));
  } else if (auto found = resultTies.find(value); found != resultTies.end()) {
    fixUntied(value, found->second, value.getDefiningOp());
  } else if (absorbs(cast<OpResult>(value))) {
    producers[value] = cast<OpResult>(value);
  } else {
    refuse(value.getDefiningOp());
  }

  for (OpOperand &use : value.getUses()) {
    if (isa<ShapedDimOpInterface>(use.getOwner()))
      continue;
    if (auto found = operandTies.find(&use); found != operandTies.end())
      fixUntied(value, found->second, use.getOwner());
    else if (absorbs(use))
      consumers[value].push_back(&use);
    else
      refuse(use.getOwner());
  }
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

std::vector<MapPlace> Solver::makePlaces(
    DenseMap<Value, SmallVector<ChannelFreedom::Block, 0>> &blocks) {
  // Values that share a class belong to one place, that of the first of them.
  llvm::EquivalenceClasses<unsigned> together;
  DenseMap<int32_t, unsigned> firstValue;
  for (auto [index, value] : llvm::enumerate(values)) {
    const Extent &extent = extents[value];
    together.insert(index);
    for (int64_t block = 0; block < extent.getCount(); ++block) {
      int32_t root = classes->find(extent.firstBlock + block).root;
      together.unionSets(firstValue.try_emplace(root, index).first->second,
                         index);
    }
  }
  DenseSet<int32_t> meanRoots;
  for (int32_t block : meanKeeping)
    meanRoots.insert(classes->find(block).root);

  llvm::MapVector<unsigned, MapPlace> places;
  DenseMap<int32_t, ChannelFreedom::Block> leaders;
  for (auto [index, value] : llvm::enumerate(values)) {
    MapPlace &place = places[together.getLeaderValue(index)];
    const Extent &extent = extents[value];
    place.width = extent.width;
    place.values.push_back(value);
    if (OpResult producer = producers.lookup(value))
      place.producers.push_back(producer);
    llvm::append_range(place.consumers, consumers[value]);
    for (int64_t block = 0; block < extent.getCount(); ++block) {
      auto [root, inverse] = classes->find(extent.firstBlock + block);
      place.keepsMean |= meanRoots.contains(root);
      auto [leader, isNew] = leaders.try_emplace(root);
      if (isNew) {
        int32_t obstacle = classes->getObstacle(root);
        if (obstacle < 0)
          leader->second = {static_cast<int32_t>(place.numClasses++), inverse};
        else if (!place.obstacle)
          place.obstacle = obstacles[obstacle];
      }
      // The first member of a class has its map, whatever the root has.
      blocks[value].push_back(
          {leader->second.classNumber, inverse != leader->second.inverse});
    }
  }
  std::vector<MapPlace> result;
  for (auto &[leader, place] : places)
    result.push_back(std::move(place));
  return result;
}

ChannelFreedom::ChannelFreedom(Operation *root, MapFamily family) {
  places = Solver(root, family).makePlaces(blocks);
}
