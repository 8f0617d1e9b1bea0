//===- PackWeights.cpp - Weights in the order of their readers ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/IQuant/IQuant.h"
#include "iquant/Support/ConstantBuilder.h"
#include "iquant/Support/ConstantBytes.h"
#include "iquant/Target/MatrixInstruction.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/Threading.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_PACKWEIGHTS
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

/// The constant codes of a weight, if all of its components are constant.
static Attribute getConstantCodes(ComposeOp weight) {
  Attribute codes;
  for (Value component : llvm::reverse(weight.getComponents()))
    if (!matchPattern(component, m_Constant(&codes)))
      return nullptr;
  return getConstantBytes(codes) ? codes : nullptr;
}

namespace {
/// Walks along the codes of one output channel.
class CodeCursor {
public:
  CodeCursor(WeightType type, int64_t output)
      : position(type.getCodePosition(output, 0)) {
    if (TilesAttr tiles = type.getTiles()) {
      inputs = tiles.getInputs();
      gap = (tiles.getOutputs() - 1) * inputs;
    }
  }

  int64_t next() {
    int64_t result = position++;
    if (inputs != 0 && ++done == inputs) {
      done = 0;
      position += gap;
    }
    return result;
  }

private:
  int64_t position;
  /// Input channels of a tile, 0 if there is none; how many of them are done;
  /// how far the next tile is away.
  int64_t inputs = 0, done = 0, gap = 0;
};
} // namespace

/// The codes of a weight of the type `from` in the order of the type `to`.
static TypedAttr reorder(Attribute codes, WeightType from, WeightType to) {
  MLIRContext *context = from.getContext();
  ConstantBuilder<int8_t> builder(
      RankedTensorType::get(to.getCodeShape(), IntegerType::get(context, 8)));
  ArrayRef<char> source = *getConstantBytes(codes);
  bool isSplat = source.size() == 1;
  MutableArrayRef<int8_t> result = builder.data();
  llvm::fill(result, 0);
  int64_t inputs = from.getShape()[1];
  parallelFor(context, 0, from.getShape()[0], [&](size_t output) {
    CodeCursor read(from, output), write(to, output);
    for (int64_t k = 0; k < inputs; ++k)
      result[write.next()] = source[isSplat ? 0 : read.next()];
  });
  auto resource = dyn_cast<DenseResourceElementsAttr>(codes);
  StringRef name = resource ? resource.getRawHandle().getKey() : "codes";
  return builder.finish(name);
}

namespace {
struct PackWeights : public iquant::impl::PackWeightsBase<PackWeights> {
  using PackWeightsBase::PackWeightsBase;

  void runOnOperation() override {
    if (failed(readTiles()))
      return signalPassFailure();
    // Each weight and how its codes will lie.
    llvm::MapVector<ComposeOp, TilesAttr> weights;
    getOperation()->walk([&](LinearOp op) {
      WeightType type = op.getWeight().getType();
      TilesAttr wanted = getTiles(type);
      auto weight = op.getWeight().getDefiningOp<ComposeOp>();
      if (type.getTiles() == wanted)
        return;
      if (!weight || !getConstantCodes(weight))
        miss(op, "the codes of the weight are no constant");
      else if (wanted && type.getGroup() % wanted.getInputs() != 0)
        miss(op, "a tile would reach beyond a group");
      else
        weights[weight] = wanted;
    });
    for (auto [weight, tiles] : weights)
      pack(weight, tiles);
    remark::passed(getOperation().getLoc(), remarkOptions())
        << remark::add("reordered the codes of weights")
        << remark::metric("PackedWeights", weights.size());
  }

private:
  remark::RemarkOpts remarkOptions() {
    return remark::RemarkOpts::name("PackWeights").category(getArgument());
  }
  void miss(LinearOp op, const char *reason) {
    remark::missed(op.getLoc(), remarkOptions()) << remark::add(reason);
  }
  LogicalResult readTiles();
  TilesAttr getTiles(WeightType type);
  void pack(ComposeOp weight, TilesAttr tiles);

  /// What the option asks for: null for rows, nothing for the target's.
  std::optional<TilesAttr> asked;
};
} // namespace

LogicalResult PackWeights::readTiles() {
  asked = std::nullopt;
  if (tiles.empty())
    return success();
  if (tiles == "none") {
    asked = TilesAttr();
    return success();
  }
  auto [outputs, inputs] = StringRef(tiles).split('x');
  int64_t sizes[2];
  if (outputs.getAsInteger(10, sizes[0]) || inputs.getAsInteger(10, sizes[1]))
    return emitError(getOperation().getLoc())
           << "expects tiles such as 16x4, or none, got '" << tiles << "'";
  TilesAttr valid =
      TilesAttr::getChecked([&] { return emitError(getOperation().getLoc()); },
                            &getContext(), sizes[0], sizes[1]);
  asked = valid;
  return success(valid != nullptr);
}

TilesAttr PackWeights::getTiles(WeightType type) {
  if (asked)
    return *asked;
  const MatrixInstruction &instruction =
      selectMatrixInstruction(getTarget(getOperation()), type.getGroup());
  return TilesAttr::get(&getContext(), instruction.outputs, instruction.inputs);
}

void PackWeights::pack(ComposeOp weight, TilesAttr tiles) {
  auto from = cast<WeightType>(weight.getType());
  auto to = WeightType::get(&getContext(), from.getShape(),
                            from.getElementType(), from.getGroup(), tiles);
  ImplicitLocOpBuilder b(weight.getLoc(), weight);
  SmallVector<Value> components(weight.getComponents());
  Operation *codes = components.front().getDefiningOp();
  components.front() =
      arith::ConstantOp::create(b, reorder(getConstantCodes(weight), from, to));
  Value packed = ComposeOp::create(b, to, components);
  weight.getResult().replaceUsesWithIf(packed, [](OpOperand &use) {
    return isa<LinearOp, EmbeddingOp>(use.getOwner());
  });
  if (weight->use_empty())
    weight.erase();
  if (codes->use_empty())
    codes->erase();
}
