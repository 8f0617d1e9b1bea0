//===- IQuantOps.cpp - The iquant dialect by the rules --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Takes values apart into rows, applies the rules of docs/Numerics.md to each,
// and puts the results together. The arithmetic itself is in Rules.h.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "IQuantValues.h"

#include "iquant/Reference/HeadLayout.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

static Results one(RuntimeValue value) {
  return SmallVector<RuntimeValue>{std::move(value)};
}

//===----------------------------------------------------------------------===//
// Values and their components
//===----------------------------------------------------------------------===//

static Results evaluateCompose(ComposeOp op, Evaluator &evaluator) {
  SmallVector<Tensor, 1> components;
  llvm::append_range(components, evaluator.tensors(op.getComponents()));
  return one(RuntimeValue(std::move(components)));
}

static Results evaluateDecompose(DecomposeOp op, Evaluator &evaluator) {
  SmallVector<RuntimeValue> results;
  for (const Tensor &component : evaluator.get(op.getValue()).getComponents())
    results.push_back(component);
  return results;
}

static Results evaluateQuantize(QuantizeOp op, Evaluator &evaluator) {
  Tensor input = evaluator.tensor(op.getInput());
  int64_t f = op.getInput().getType().getExponent();
  DynType type = op.getType();
  int64_t K = type.getShape().back(), width = type.getScaleGroup();
  DynBuilder result(type, input.getShape());
  for (int64_t r = 0, rows = input.getNumRows(); r < rows; ++r) {
    auto row = rowOf<int32_t>(input, r, K);
    if (type.isAsymmetric()) {
      result.setRow(r, quantizeAsymmetric(row, f, type.getGroup()));
      continue;
    }
    SmallVector<QuantizedRow> groups;
    for (int64_t g = 0; g < type.getNumGroups(); ++g) {
      auto x = row.slice(g * width, width);
      groups.push_back(op.getRanges()
                           ? quantizeSymmetric(x, f, (*op.getRanges())[g])
                           : quantizeSymmetric(x, f));
    }
    result.setRow(r, groups);
  }
  return one(result.take());
}

static Results evaluateDequantize(DequantizeOp op, Evaluator &evaluator) {
  DynView input(op.getInput().getType(), evaluator.get(op.getInput()));
  Tensor result(input.codes.getShape(), getElementTypeOf(op.getResult()));
  MutableArrayRef<int32_t> elements = result.mutableData<int32_t>();
  for (int64_t i = 0, end = elements.size(); i < end; ++i) {
    int64_t g = i / input.group;
    elements[i] = dequantize(input.getCode(i), input.getZeroPoint(g),
                             input.getScale(g), op.getType().getExponent());
  }
  return one(result);
}

//===----------------------------------------------------------------------===//
// Linear and embedding
//===----------------------------------------------------------------------===//

static Results evaluateEmbedding(EmbeddingOp op, Evaluator &evaluator) {
  Tensor ids = evaluator.tensor(op.getIds());
  WeightView table(op.getTable().getType(), evaluator.get(op.getTable()));
  SmallVector<int64_t> shape(ids.getShape());
  shape.push_back(table.K);
  Tensor result(shape, getElementTypeOf(op.getResult()));
  int32_t *out = result.mutableData<int32_t>().data();
  for (int64_t i = 0, end = ids.getNumElements(); i < end; ++i) {
    int64_t id = clampId(ids.getInt(i), table.N);
    for (int8_t q : table.getChannel(id))
      *out++ = embedding(q, table.getScale(id), op.getType().getExponent());
  }
  return one(result);
}

/// `sum_k q * w` in 64 bits; `T` is the signedness of the codes.
template <typename T>
static int64_t sumProducts(ArrayRef<int8_t> codes, ArrayRef<int8_t> weights) {
  const T *q = reinterpret_cast<const T *>(codes.data());
  const int8_t *w = weights.data();
  int64_t sum = 0;
  // Blocks whose sums of products below 2^15 fit 32 bits.
  constexpr int64_t kBlock = 1 << 15;
  for (int64_t k = 0, K = codes.size(); k < K;) {
    int32_t partial = 0;
    for (int64_t end = std::min(K, k + kBlock); k < end; ++k)
      partial += q[k] * w[k];
    sum += partial;
  }
  return sum;
}

static Results evaluateLinear(LinearOp op, Evaluator &evaluator) {
  DynView input(op.getInput().getType(), evaluator.get(op.getInput()));
  WeightView weight(op.getWeight().getType(), evaluator.get(op.getWeight()));
  ArrayRef<int32_t> bias;
  if (op.getBias())
    bias = evaluator.get(op.getBias()).getTensor().data<int32_t>();
  SmallVector<int64_t> shape(input.codes.getShape());
  shape.back() = weight.N;
  Tensor result(shape, getElementTypeOf(op.getResult()));
  MutableArrayRef<int32_t> elements = result.mutableData<int32_t>();
  int64_t f = op.getType().getExponent(), rows = result.getNumRows();
  bool isUnsigned = op.getInput().getType().isAsymmetric();
  int64_t G = input.numGroups, width = input.group;
  SmallVector<int64_t> sums(G), exponents(G);
  auto verifySum = [&](int64_t sum, int64_t r, int64_t n) -> LogicalResult {
    if (llvm::isInt<32>(sum))
      return success();
    return op.emitOpError()
           << "has a sum of products of " << sum << " in row " << r
           << ", channel " << n << ", which does not fit 32 bits";
  };

  // Channels outside, so that a large weight is read once.
  for (int64_t n = 0; n < weight.N; ++n) {
    SmallVector<int8_t> w = weight.getChannel(n);
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t g = 0; g < G; ++g) {
        auto q = rowOf<int8_t>(input.codes, r * G + g, width);
        auto part = ArrayRef(w).slice(g * width, width);
        int64_t products = isUnsigned ? sumProducts<uint8_t>(q, part)
                                      : sumProducts<int8_t>(q, part);
        sums[g] =
            products - input.getZeroPoint(r * G + g) * weight.getSum(n, g);
        exponents[g] = input.getScale(r * G + g).exponent;
        if (failed(verifySum(sums[g], r, n)))
          return failure();
      }
      int64_t acc = alignedSum(sums, exponents);
      if (failed(verifySum(acc, r, n)))
        return failure();
      Dyadic scale = {input.getScale(r * G).multiplier,
                      *llvm::min_element(exponents)};
      elements[r * weight.N + n] =
          linear(acc, scale, weight.getScale(n), f, bias.empty() ? 0 : bias[n]);
    }
  }
  return one(result);
}

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

/// Adds an optional 16-bit parameter vector.
static void setParameter(Value value, Evaluator &evaluator,
                         ArrayRef<int16_t> &elements, int64_t &exponent) {
  if (!value)
    return;
  elements = evaluator.get(value).getTensor().data<int16_t>();
  exponent = cast<FixedType>(value.getType()).getExponent();
}

/// Applies a norm to every row; `normRow` is its N0.
static Results
evaluateNorm(Value source, Value target, const NormParameters &parameters,
             Evaluator &evaluator,
             NormedRow (*normRow)(ArrayRef<int32_t>, const NormParameters &)) {
  Tensor input = evaluator.tensor(source);
  int64_t K = input.getShape().back(), rows = input.getNumRows();
  if (auto type = dyn_cast<DynType>(target.getType())) {
    DynBuilder result(type, input.getShape());
    for (int64_t r = 0; r < rows; ++r)
      result.setRow(
          r, quantizeNormedRow(normRow(rowOf<int32_t>(input, r, K), parameters),
                               type.getGroup()));
    return one(result.take());
  }
  int64_t F = cast<FixedType>(target.getType()).getExponent();
  Tensor result(input.getShape(), getElementTypeOf(target));
  MutableArrayRef<int32_t> elements = result.mutableData<int32_t>();
  for (int64_t r = 0; r < rows; ++r) {
    NormedRow row = normRow(rowOf<int32_t>(input, r, K), parameters);
    llvm::copy(fixNormedRow(row, F), elements.begin() + r * K);
  }
  return one(result);
}

static Results evaluateRmsNorm(RmsNormOp op, Evaluator &evaluator) {
  NormParameters parameters;
  parameters.epsilon = op.getEpsilon();
  setParameter(op.getScale(), evaluator, parameters.scale,
               parameters.scaleExponent);
  return evaluateNorm(op.getInput(), op.getResult(), parameters, evaluator,
                      rmsNormRow);
}

static Results evaluateLayerNorm(LayerNormOp op, Evaluator &evaluator) {
  NormParameters parameters;
  parameters.epsilon = op.getEpsilon();
  setParameter(op.getScale(), evaluator, parameters.scale,
               parameters.scaleExponent);
  setParameter(op.getShift(), evaluator, parameters.shift,
               parameters.shiftExponent);
  return evaluateNorm(op.getInput(), op.getResult(), parameters, evaluator,
                      layerNormRow);
}

//===----------------------------------------------------------------------===//
// Elementwise and row by row
//===----------------------------------------------------------------------===//

/// Applies `function` to the corresponding elements of fixed-point values.
static Results
mapFixed(Operation *op, Evaluator &evaluator,
         llvm::function_ref<int64_t(ArrayRef<int64_t>)> function) {
  SmallVector<Tensor> inputs = evaluator.tensors(op->getOperands());
  auto result = mapElements(op, inputs, inputs.front().getElementType(),
                            [&](int64_t i, Tensor &result) {
                              SmallVector<int64_t, 2> elements;
                              for (const Tensor &input : inputs)
                                elements.push_back(input.getInt(i));
                              result.setInt(i, function(elements));
                              return success();
                            });
  return failed(result) ? Results() : one(*result);
}

static int64_t gelu(GeluForm form, int64_t x, int64_t f) {
  switch (form) {
  case GeluForm::Erf:
    return geluErf(x, f);
  case GeluForm::Tanh:
    return geluTanh(x, f);
  case GeluForm::Sigmoid:
    return geluSigmoid(x, f);
  case GeluForm::IBert:
    return geluIBert(x, f);
  }
  llvm_unreachable("a form of GELU");
}

static Results evaluateScale(ScaleOp op, Evaluator &evaluator) {
  Tensor input = evaluator.tensor(op.getInput());
  Tensor factors = evaluator.tensor(op.getFactors());
  int64_t g = op.getFactors().getType().getExponent();
  Tensor result(input.getShape(), input.getElementType());
  for (int64_t i = 0, K = factors.getNumElements(),
               size = input.getNumElements();
       i < size; ++i)
    result.setInt(i, scale(input.getInt(i), factors.getInt(i % K), g));
  return one(result);
}

static Results evaluateSoftmax(SoftmaxOp op, Evaluator &evaluator) {
  Tensor input = evaluator.tensor(op.getInput());
  int64_t K = input.getShape().back(), rows = input.getNumRows();
  int64_t f = op.getInput().getType().getExponent();
  HeadExponential exponential(op, /*head=*/0);
  ExponentialSource source = exponential.getSource();
  if (auto type = dyn_cast<DynType>(op.getType())) {
    DynBuilder result(type, input.getShape());
    for (int64_t r = 0; r < rows; ++r)
      result.setRow(r,
                    quantizedSoftmax(rowOf<int32_t>(input, r, K), f, source));
    return one(result.take());
  }
  Tensor result(input.getShape(), input.getElementType());
  MutableArrayRef<int32_t> elements = result.mutableData<int32_t>();
  for (int64_t r = 0; r < rows; ++r)
    llvm::copy(softmax(rowOf<int32_t>(input, r, K), f, source),
               elements.begin() + r * K);
  return one(result);
}

/// The SiLU of every element.
static Tensor siluOf(const Tensor &input, int64_t f,
                     std::optional<SigmoidForm> form) {
  Tensor result(input.getShape(), input.getElementType());
  MutableArrayRef<int32_t> elements = result.mutableData<int32_t>();
  if (!form) {
    llvm::transform(input.data<int32_t>(), elements.begin(),
                    [&](int64_t x) { return silu(x, f); });
    return result;
  }
  int64_t K = input.getShape().back();
  for (int64_t r = 0, rows = input.getNumRows(); r < rows; ++r)
    llvm::copy(rowMaximumSilu(rowOf<int32_t>(input, r, K), f),
               elements.begin() + r * K);
  return result;
}

static Results evaluateSilu(SiluOp op, Evaluator &evaluator) {
  return one(siluOf(evaluator.tensor(op.getInput()), op.getType().getExponent(),
                    op.getSigmoid()));
}

static Results evaluateSwiGlu(SwiGluOp op, Evaluator &evaluator) {
  int64_t f = op.getGate().getType().getExponent();
  int64_t s =
      f + op.getUp().getType().getExponent() - op.getType().getExponent();
  Tensor silus = siluOf(evaluator.tensor(op.getGate()), f, op.getSigmoid());
  Tensor up = evaluator.tensor(op.getUp());
  auto result = mapElements(
      op, {silus, up}, silus.getElementType(), [&](int64_t i, Tensor &result) {
        result.setInt(i, product(silus.getInt(i), up.getInt(i), s));
        return success();
      });
  return failed(result) ? Results() : one(*result);
}

static Results evaluateArgmax(ArgmaxOp op, Evaluator &evaluator) {
  Tensor input = evaluator.tensor(op.getInput());
  Tensor result(input.getShape().drop_back(), getElementTypeOf(op.getResult()));
  for (int64_t r = 0, rows = input.getNumRows(); r < rows; ++r)
    result.setInt(r, argmax(rowOf<int32_t>(input, r, input.getShape().back())));
  return one(result);
}

static Results evaluateMeanPool(MeanPoolOp op, Evaluator &evaluator) {
  Tensor input = evaluator.tensor(op.getInput());
  auto result =
      poolRows(op, input, evaluator.tensor(op.getMask()),
               [&](Tensor &result, int64_t i, ArrayRef<int64_t> elements) {
                 int64_t sum = 0;
                 for (int64_t element : elements)
                   sum += input.getInt(element);
                 result.setInt(i, mean(sum, elements.size()));
               });
  if (failed(result))
    return failure();
  return one(*result);
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

Results reference::evaluateIQuant(Operation *op, Evaluator &e) {
  auto exponent = [](FixedType type) { return type.getExponent(); };
  return TypeSwitch<Operation *, Results>(op)
      .Case([&](ComposeOp op) { return evaluateCompose(op, e); })
      .Case([&](DecomposeOp op) { return evaluateDecompose(op, e); })
      .Case([&](QuantizeOp op) { return evaluateQuantize(op, e); })
      .Case([&](DequantizeOp op) { return evaluateDequantize(op, e); })
      .Case([&](EmbeddingOp op) { return evaluateEmbedding(op, e); })
      .Case([&](LinearOp op) { return evaluateLinear(op, e); })
      .Case([&](RmsNormOp op) { return evaluateRmsNorm(op, e); })
      .Case([&](LayerNormOp op) { return evaluateLayerNorm(op, e); })
      .Case([&](RopeOp op) { return evaluateRope(op, e); })
      .Case([&](RotatePairsOp op) { return evaluateRotatePairs(op, e); })
      .Case([&](UpdateCacheOp op) { return evaluateUpdateCache(op, e); })
      .Case([&](AttentionOp op) { return evaluateAttention(op, e); })
      .Case([&](SoftmaxOp op) { return evaluateSoftmax(op, e); })
      .Case([&](ArgmaxOp op) { return evaluateArgmax(op, e); })
      .Case([&](MeanPoolOp op) { return evaluateMeanPool(op, e); })
      .Case([&](RescaleOp op) {
        return mapFixed(op, e, [&](ArrayRef<int64_t> x) {
          return rescale(x[0], exponent(op.getInput().getType()),
                         exponent(op.getType()));
        });
      })
      .Case([&](AddOp op) {
        return mapFixed(op, e,
                        [&](ArrayRef<int64_t> x) { return add(x[0], x[1]); });
      })
      .Case([&](SiluOp op) { return evaluateSilu(op, e); })
      .Case([&](SwiGluOp op) { return evaluateSwiGlu(op, e); })
      .Case([&](GeluOp op) {
        return mapFixed(op, e, [&](ArrayRef<int64_t> x) {
          return gelu(op.getForm(), x[0], exponent(op.getType()));
        });
      })
      .Case([&](ReluOp op) {
        return mapFixed(op, e, [](ArrayRef<int64_t> x) { return relu(x[0]); });
      })
      .Case([&](MulOp op) {
        int64_t s = exponent(op.getGate().getType()) +
                    exponent(op.getUp().getType()) - exponent(op.getType());
        return mapFixed(
            op, e, [&](ArrayRef<int64_t> x) { return product(x[0], x[1], s); });
      })
      .Case([&](ScaleOp op) { return evaluateScale(op, e); })
      .Default([](Operation *op) { return reportUnknown(op); });
}
