//===- Flash.cpp - Attention over blocks of keys in foreign IR ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelMaker.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::testing;

static Dims with(ArrayRef<Dim> dims, std::initializer_list<Dim> more) {
  Dims all(dims);
  all.append(more);
  return all;
}

Dim ModelMaker::pickBlock(Dim dim) {
  int64_t size = speller.getSize(dim), block;
  do
    block = chance.from(2, size);
  while (size % block != 0);
  return speller.addDim(block);
}

Spelled ModelMaker::makeMask(Dim query, Dim key, bool mayBeAny) {
  bool isCausal = !mayBeAny || chance.oneIn(2);
  SmallVector<bool> valid = pickMask(query, key, isCausal);
  // Scores of gates may be below -1e4. In a block without keys, exponentials
  // less minus infinity are no numbers.
  double masked = isNarrow() ? -1e4
                  : isCausal ? chance.oneOf({-1e9, -HUGE_VAL})
                             : -1e9;
  return constant({query, key}, [&](int64_t i) {
    return valid[i] ? 0.f : static_cast<float>(masked);
  });
}

Spelled ModelMaker::sliceBlock(const Spelled &whole, Dim dim, Dim block,
                               Value offset) {
  Spelled result = whole;
  SmallVector<OpFoldResult> offsets, sizes, strides;
  for (Dim &each : result.dims) {
    bool isSliced = each == dim;
    offsets.push_back(isSliced ? OpFoldResult(offset)
                               : OpFoldResult(b.getIndexAttr(0)));
    if (isSliced)
      each = block;
    sizes.push_back(b.getIndexAttr(speller.getSize(each)));
    strides.push_back(b.getIndexAttr(1));
  }
  result.tensor =
      tensor::ExtractSliceOp::create(b, speller.getTensorType(result.dims),
                                     whole.tensor, offsets, sizes, strides);
  return result;
}

SmallVector<Value> ModelMaker::addBlock(const Parts &parts,
                                        ArrayRef<Spelled> soFar,
                                        bool isDivided) {
  Formula product = soFar[0], max = soFar[1], sum = soFar[2];
  Dims dims = with(parts.batch, {parts.position, parts.keyPosition});
  Formula scores = Spelled{
      speller.contract(parts.query, parts.key, parts.channel, dims), dims};
  if (parts.scale != 1)
    scores = this->product({scores, parts.scale});
  if (parts.mask.tensor)
    scores = scores + Formula(parts.mask);
  if (chance.oneIn(2))
    scores = Spelled{speller.spell(scores, dims), dims};

  Formula largestHere = largest(scores, parts.keyPosition);
  Spelled next{speller.spell(Formula(FormulaKind::Max, {max, largestHere}),
                             soFar[1].dims),
               soFar[1].dims};
  Formula decay(FormulaKind::Exp, {max - Formula(next)});
  // Of few bits, the difference of two maxima is not what it should be.
  bool isOfBlock = !isNarrow() && !parts.mask.tensor && chance.oneIn(3);
  Formula growth(FormulaKind::Exp, {largestHere - Formula(next)});
  Formula exponential(FormulaKind::Exp,
                      {scores - (isOfBlock ? largestHere : Formula(next))});
  Spelled weights{speller.spell(exponential, dims), dims};
  auto grown = [&](const Formula &x) {
    return isOfBlock ? this->product({x, growth}) : x;
  };
  Formula nextSum = this->product({sum, decay}) +
                    grown(testing::sum(weights, parts.keyPosition));
  Spelled sumAfter{speller.spell(nextSum, soFar[2].dims), soFar[2].dims};
  Formula ofBlock = Spelled{
      speller.contract(weights, parts.value, parts.keyPosition, soFar[0].dims),
      soFar[0].dims};
  Formula nextProduct =
      isDivided ? (this->product({product, sum, decay}) + grown(ofBlock)) /
                      Formula(sumAfter)
                : this->product({product, decay}) + grown(ofBlock);
  return {speller.spell(nextProduct, soFar[0].dims), next.tensor,
          sumAfter.tensor};
}

Spelled ModelMaker::attendInBlocks(const Parts &parts) {
  Dim block = pickBlock(parts.keyPosition);
  bool isDivided = chance.oneIn(4), countsBlocks = chance.oneIn(3);
  Dims ofRow = with(parts.batch, {parts.position});
  Dims ofResult = with(ofRow, {parts.channel});
  double lowest =
      isNarrow() ? -HUGE_VAL
                 : chance.oneOf({-HUGE_VAL, -3.4028234663852886e38, -1e30});
  auto fill = [&](const Dims &dims, double value) {
    return constant(dims, [&](int64_t) { return static_cast<float>(value); });
  };
  SmallVector<Spelled> starts = {fill(ofResult, 0), fill(ofRow, lowest),
                                 fill(ofRow, 0)};
  SmallVector<unsigned> order = {0, 1, 2};
  chance.shuffle(order);
  SmallVector<Value> inits(3);
  for (unsigned i = 0; i < 3; ++i)
    inits[order[i]] = starts[i].tensor;

  int64_t size = speller.getSize(block),
          keys = speller.getSize(parts.keyPosition);
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  Value step = index(size);
  auto loop = scf::ForOp::create(
      b, index(0), countsBlocks ? index(keys / size) : index(keys),
      countsBlocks ? index(1) : step, inits);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value offset = loop.getInductionVar();
    if (countsBlocks)
      offset = arith::MulIOp::create(b, offset, step);
    Parts part = parts;
    part.keyPosition = block;
    part.key = sliceBlock(parts.key, parts.keyPosition, block, offset);
    part.value = sliceBlock(parts.value, parts.keyPosition, block, offset);
    if (parts.mask.tensor)
      part.mask = sliceBlock(parts.mask, parts.keyPosition, block, offset);
    SmallVector<Spelled> soFar;
    for (unsigned i = 0; i < 3; ++i)
      soFar.push_back({loop.getRegionIterArg(order[i]), starts[i].dims});
    SmallVector<Value> next = addBlock(part, soFar, isDivided), yields(3);
    for (unsigned i = 0; i < 3; ++i)
      yields[order[i]] = next[i];
    scf::YieldOp::create(b, yields);
  }
  Spelled product{loop.getResult(order[0]), ofResult};
  if (isDivided)
    return product;
  Formula sum = Spelled{loop.getResult(order[2]), ofRow};
  Formula quotient =
      chance.oneIn(2)
          ? Formula(product) / sum
          : this->product({product, Formula(FormulaKind::Reciprocal, {sum})});
  return {speller.spell(quotient, ofResult), ofResult};
}

Spelled ModelMaker::attendInBlocksOfQueries(const Parts &parts) {
  Dim block = pickBlock(parts.position);
  Dims dims = with(parts.batch, {parts.position, parts.channel});
  RankedTensorType type = speller.getTensorType(dims);
  Value start =
      tensor::EmptyOp::create(b, type.getShape(), type.getElementType());
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  auto loop =
      scf::ForOp::create(b, index(0), index(speller.getSize(parts.position)),
                         index(speller.getSize(block)), ValueRange{start});
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value offset = loop.getInductionVar();
  Parts part = parts;
  part.position = block;
  part.query = sliceBlock(parts.query, parts.position, block, offset);
  if (parts.mask.tensor)
    part.mask = sliceBlock(parts.mask, parts.position, block, offset);
  Spelled result = attendInBlocks(part);
  SmallVector<OpFoldResult> offsets(dims.size(), b.getIndexAttr(0)), sizes,
      strides(dims.size(), b.getIndexAttr(1));
  offsets[parts.batch.size()] = offset;
  for (Dim dim : result.dims)
    sizes.push_back(b.getIndexAttr(speller.getSize(dim)));
  Value written = tensor::InsertSliceOp::create(
      b, result.tensor, loop.getRegionIterArg(0), offsets, sizes, strides);
  scf::YieldOp::create(b, written);
  return {loop.getResult(0), dims};
}
