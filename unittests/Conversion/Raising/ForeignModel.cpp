//===- ForeignModel.cpp - Random models in foreign IR ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelMaker.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::testing;
using reference::Tensor;

static FloatType pickType(Builder &b, Chance &chance) {
  switch (chance.from(0, 9)) {
  case 0:
  case 1:
    return b.getBF16Type();
  case 2:
    return b.getF16Type();
  default:
    return b.getF32Type();
  }
}

ModelMaker::ModelMaker(MLIRContext &context, unsigned seed)
    : chance(seed), module(ModuleOp::create(UnknownLoc::get(&context))),
      b(UnknownLoc::get(&context), &context),
      speller(b, chance, pickType(b, chance)) {}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

Spelled ModelMaker::argument(ArrayRef<Dim> dims,
                             llvm::function_ref<float()> pick) {
  RankedTensorType type = speller.getTensorType(dims);
  Tensor value(type.getShape(), type.getElementType());
  for (int64_t i = 0; i < value.getNumElements(); ++i)
    value.setFloat(i, pick());
  arguments.push_back(value);
  return {function.getBody().addArgument(type, b.getLoc()), Dims(dims)};
}

Spelled ModelMaker::constant(ArrayRef<Dim> dims,
                             llvm::function_ref<float(int64_t)> get) {
  SmallVector<int64_t> shape =
      llvm::map_to_vector(dims, [&](Dim dim) { return speller.getSize(dim); });
  SmallVector<float> values;
  for (int64_t i = 0; i < ShapedType::getNumElements(shape); ++i)
    values.push_back(get(i));
  return {speller.constant(shape, values), Dims(dims)};
}

Spelled ModelMaker::parameter(ArrayRef<Dim> dims) {
  if (chance.oneIn(3))
    return argument(dims);
  return constant(dims, [&](int64_t) { return pickNumber(); });
}

void ModelMaker::push(const Spelled &spelled, StringRef op) {
  activations.push_back(spelled);
  results.push_back(spelled.tensor);
  last = op;
  ++ops[op.str()];
}

void ModelMaker::push(const Formula &formula, StringRef op) {
  Dims dims = rowsAnd(getChannel());
  push(Spelled{speller.spell(formula, dims), dims}, op);
}

//===----------------------------------------------------------------------===//
// Linear and embedding
//===----------------------------------------------------------------------===//

void ModelMaker::addEmbedding() {
  Dim id = speller.addDim(chance.from(2, 6)), channel = speller.addDim(8);
  Dims dims = rowsAnd(channel);
  Value table = parameter({id, channel}).tensor;
  RankedTensorType type = speller.getTensorType(dims);
  IntegerType idType = chance.oneIn(2) ? b.getI32Type() : b.getI64Type();
  ArrayRef<int64_t> shape = type.getShape().drop_back();
  Tensor value(shape, idType);
  for (int64_t i = 0; i < value.getNumElements(); ++i)
    value.setInt(i, chance.from(0, speller.getSize(id) - 1));
  arguments.push_back(value);
  Value ids = function.getBody().addArgument(
      RankedTensorType::get(shape, idType), b.getLoc());
  AffineMap all = b.getMultiDimIdentityMap(dims.size());
  SmallVector<AffineMap> maps = {all.dropResult(dims.size() - 1), all};
  SmallVector<utils::IteratorType> iterators(dims.size(),
                                             utils::IteratorType::parallel);
  Value empty =
      tensor::EmptyOp::create(b, type.getShape(), type.getElementType());
  Value rowsOfTable =
      linalg::GenericOp::create(
          b, type, ids, empty, maps, iterators,
          [&](OpBuilder &body, Location loc, ValueRange in) {
            Value row = arith::IndexCastOp::create(body, loc,
                                                   body.getIndexType(), in[0]);
            Value column = linalg::IndexOp::create(body, loc, rows.size());
            Value element = tensor::ExtractOp::create(body, loc, table,
                                                      ValueRange{row, column});
            linalg::YieldOp::create(body, loc, element);
          })
          .getResult(0);
  push(Spelled{rowsOfTable, dims}, "embedding");
}

Spelled ModelMaker::linear(const Spelled &input, Dim width) {
  Dim k = input.dims.back();
  Dims dims(input.dims);
  dims.back() = width;
  Dims order = chance.oneIn(2) ? Dims{width, k} : Dims{k, width};
  // Of two arguments, the one behind is the weight.
  bool isFirst = chance.oneIn(4);
  Spelled weight = isFirst
                       ? constant(order, [&](int64_t) { return pickNumber(); })
                       : parameter(order);
  Value result = isFirst ? speller.contract(weight, input, k, dims)
                         : speller.contract(input, weight, k, dims);
  Spelled spelled{result, dims};
  if (chance.oneIn(2))
    spelled.tensor =
        speller.spell(product({spelled}) + Formula(parameter({width})), dims);
  return spelled;
}

void ModelMaker::addLinear() {
  Dim width = speller.addDim(pickWidth());
  push(linear(activations.back(), width), "linear");
}

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

Formula ModelMaker::product(ArrayRef<Formula> factors) {
  SmallVector<Formula> order(factors);
  chance.shuffle(order);
  Formula result = order.front();
  for (const Formula &factor : ArrayRef(order).drop_front())
    result = chance.oneIn(2) ? result * factor : factor * result;
  return result;
}

Formula ModelMaker::square(const Formula &x) {
  return chance.oneIn(2) ? x * x : pow(x, 2);
}

Formula ModelMaker::mean(const Formula &x) {
  Dim channel = getChannel();
  double count = speller.getSize(channel);
  switch (chance.from(0, 4)) {
  case 0:
    return sum(x / Formula(count), channel);
  case 1:
    return sum(product({x, 1 / count}), channel);
  case 2:
    return product({sum(x, channel), 1 / count});
  case 3:
    return product(
        {sum(x, channel), Formula(FormulaKind::Reciprocal, {Formula(count)})});
  default:
    return sum(x, channel) / Formula(count);
  }
}

Formula ModelMaker::meanOfSquares(const Formula &x) { return mean(square(x)); }

Formula ModelMaker::divideByRoot(const Formula &x, const Formula &variance) {
  double epsilon = chance.oneOf({1e-5, 1e-6, 0.01, 1e-12});
  Formula shifted = chance.oneIn(2) ? variance + Formula(epsilon)
                                    : Formula(epsilon) + variance;
  switch (chance.from(0, 4)) {
  case 0:
    return x / Formula(FormulaKind::Sqrt, {shifted});
  case 1:
    return product({x, Formula(1.0) / Formula(FormulaKind::Sqrt, {shifted})});
  case 2:
    return product({x, pow(shifted, -0.5)});
  case 3:
    return product({x, Formula(FormulaKind::Reciprocal,
                               {Formula(FormulaKind::Sqrt, {shifted})})});
  default:
    return product({x, Formula(FormulaKind::Rsqrt, {shifted})});
  }
}

void ModelMaker::addRmsNorm() {
  Formula x = current();
  Formula normed = divideByRoot(x, meanOfSquares(x));
  if (chance.oneIn(2))
    normed = product({normed, Formula(parameter({getChannel()}))});
  push(normed, "rms_norm");
}

void ModelMaker::addLayerNorm() {
  Formula x = current();
  Formula average = mean(x);
  Formula centred = chance.oneIn(2) ? x - average : x + -average;
  Formula normed = divideByRoot(centred, meanOfSquares(centred));
  if (chance.oneIn(2))
    normed = product({normed, Formula(parameter({getChannel()}))});
  if (chance.oneIn(2))
    normed = normed + Formula(parameter({getChannel()}));
  push(normed, "layer_norm");
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

Formula ModelMaker::softmax(const Formula &x, Dim dim) {
  Formula shifted = x - largest(x, dim);
  Formula exponential(FormulaKind::Exp, {shifted});
  Formula total = sum(exponential, dim);
  switch (chance.from(0, 3)) {
  case 0:
    return product({exponential, Formula(FormulaKind::Reciprocal, {total})});
  case 1:
    return Formula(FormulaKind::Exp,
                   {shifted - Formula(FormulaKind::Log, {total})});
  default:
    return exponential / total;
  }
}

void ModelMaker::addSoftmax() {
  if (!chance.oneIn(4))
    return push(softmax(current(), getChannel()), "softmax");
  const Spelled &input = activations.back();
  auto type = cast<RankedTensorType>(input.tensor.getType());
  Value empty =
      tensor::EmptyOp::create(b, type.getShape(), type.getElementType());
  Value result = linalg::SoftmaxOp::create(b, type, input.tensor, empty,
                                           type.getRank() - 1)
                     .getResult()[0];
  push(Spelled{result, input.dims}, "softmax");
}

Formula ModelMaker::sigmoid(const Formula &x) {
  Formula exponential(FormulaKind::Exp, {-x});
  switch (chance.from(0, 2)) {
  case 0:
    return Formula(1.0) / (Formula(1.0) + exponential);
  case 1:
    return Formula(FormulaKind::Reciprocal, {exponential + Formula(1.0)});
  default:
    return Formula(FormulaKind::Sigmoid, {x});
  }
}

Formula ModelMaker::silu(const Formula &x) {
  if (chance.oneIn(3))
    return x / (Formula(FormulaKind::Exp, {-x}) + Formula(1.0));
  return product({x, sigmoid(x)});
}

void ModelMaker::addSilu() { push(silu(current()), "silu"); }

void ModelMaker::addSwiGlu() {
  Dim width = speller.addDim(pickWidth());
  Spelled gate = linear(activations.back(), width);
  Spelled up = linear(activations.back(), width);
  ops["linear"] += 2;
  activations.push_back(up);
  push(product({silu(gate), Formula(up)}), "swiglu");
}

Formula ModelMaker::gelu(const Formula &x, double root, double cubic) {
  Formula cube = chance.oneIn(2) ? pow(x, 3) : x * x * x;
  Formula polynomial = product({x + product({cube, cubic}), Formula(root)});
  if (chance.oneIn(4))
    return product({x, sigmoid(product({polynomial, 2.0}))});
  Formula curve = Formula(FormulaKind::Tanh, {polynomial}) + Formula(1.0);
  return product({x, curve, 0.5});
}

Formula ModelMaker::gelu(const Formula &x) {
  switch (chance.from(0, 3)) {
  case 0:
    return product({x, sigmoid(product({x, 1.702}))});
  case 1:
    return gelu(x, std::sqrt(2 / M_PI), 0.044715);
  default: {
    Formula scaled = chance.oneIn(2) ? product({x, std::sqrt(0.5)})
                                     : x / Formula(std::sqrt(2.0));
    Formula curve = Formula(FormulaKind::Erf, {scaled}) + Formula(1.0);
    return product({x, curve, 0.5});
  }
  }
}

Formula ModelMaker::relu(const Formula &x) {
  if (chance.oneIn(2))
    return {FormulaKind::Max, {x, 0.0}};
  return {FormulaKind::Max, {0.0, x}};
}

void ModelMaker::addGelu() { push(gelu(current()), "gelu"); }

void ModelMaker::addRelu() { push(relu(current()), "relu"); }

void ModelMaker::addGate() {
  Dim width = speller.addDim(pickWidth());
  Spelled gate = linear(activations.back(), width);
  Spelled up = linear(activations.back(), width);
  bool isGelu = chance.oneIn(2);
  ops["linear"] += 2;
  ++ops[isGelu ? "gelu" : "relu"];
  activations.push_back(up);
  // A tensor of its own, since the factors of a GELU come in any order.
  Dims dims = rowsAnd(width);
  Spelled function{speller.spell(isGelu ? gelu(gate) : relu(gate), dims), dims};
  push(product({function, up}), "mul");
}

void ModelMaker::addResidual() {
  Formula x = current();
  for (const Spelled &earlier : ArrayRef(activations).drop_back())
    if (earlier.dims == activations.back().dims)
      return push(chance.oneIn(2) ? x + Formula(earlier) : Formula(earlier) + x,
                  "add");
  push(x + Formula(argument(activations.back().dims)), "add");
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

ForeignModel ModelMaker::make() {
  b.setInsertionPointToEnd(module->getBody());
  function = func::FuncOp::create(b, "main", b.getFunctionType({}, {}));
  b.setInsertionPointToEnd(function.addEntryBlock());
  speller.setUsesTosa(chance.oneIn(2));
  if (chance.oneIn(2))
    rows.push_back(speller.addDim(chance.from(1, 3)));
  rows.push_back(speller.addDim(chance.from(2, 6)));

  if (chance.oneIn(3))
    addEmbedding();
  else
    activations.push_back(argument(rowsAnd(speller.addDim(pickWidth()))));
  using Step = void (ModelMaker::*)();
  static constexpr Step kSteps[] = {
      &ModelMaker::addLinear,    &ModelMaker::addRmsNorm,
      &ModelMaker::addLayerNorm, &ModelMaker::addSoftmax,
      &ModelMaker::addSilu,      &ModelMaker::addSwiGlu,
      &ModelMaker::addGelu,      &ModelMaker::addRelu,
      &ModelMaker::addGate,      &ModelMaker::addResidual,
      &ModelMaker::addRope,      &ModelMaker::addAttention,
      &ModelMaker::addLookAlike, &ModelMaker::addUnrelated};
  for (int64_t left = chance.from(1, 4); left > 0; --left) {
    Step step = kSteps[chance.from(0, std::size(kSteps) - 1)];
    // A softmax times constants may be an attention, and an activation function
    // times anything a gate.
    bool hasWeights =
        step == &ModelMaker::addLinear || step == &ModelMaker::addSwiGlu ||
        step == &ModelMaker::addGate || step == &ModelMaker::addAttention;
    bool hasProduct =
        step == &ModelMaker::addSilu || step == &ModelMaker::addGelu ||
        step == &ModelMaker::addRope || step == &ModelMaker::addLookAlike ||
        step == &ModelMaker::addUnrelated;
    bool isFunction = last == "silu" || last == "gelu" || last == "relu";
    if ((last == "softmax" && hasWeights) || (isFunction && hasProduct))
      addResidual();
    (this->*step)();
  }

  func::ReturnOp::create(b, results);
  function.setFunctionType(b.getFunctionType(
      function.getBody().getArgumentTypes(), ValueRange(results).getTypes()));
  // Scores of few bits are far off before they are exponents.
  double tolerance = isNarrow() ? 0.2 : 2e-4;
  return {std::move(module), std::move(arguments), std::move(ops), tolerance};
}

ForeignModel iquant::testing::makeForeignModel(MLIRContext &context,
                                               unsigned seed) {
  return ModelMaker(context, seed).make();
}
