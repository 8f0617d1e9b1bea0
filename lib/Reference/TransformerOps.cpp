//===- TransformerOps.cpp - The transformer dialect in floats -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The formulas of the op definitions in double precision. A result is rounded
// to its element type once, when it is stored.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"

#include "dialects/Transformer/Transformer.h"
#include "iquant/Reference/HeadLayout.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant::reference;
using namespace mlir::transformer;

/// `count` elements from `start` on, in double precision.
static SmallVector<double> toDoubles(const Tensor &tensor, int64_t start,
                                     int64_t count) {
  SmallVector<double> elements(count);
  for (int64_t i = 0; i < count; ++i)
    elements[i] = tensor.getFloat(start + i);
  return elements;
}

static SmallVector<double> toDoubles(const Tensor &tensor) {
  return toDoubles(tensor, 0, tensor.getNumElements());
}

/// The elements of an optional parameter vector, or `value` for every channel.
static SmallVector<double> toDoublesOr(Value vector, Evaluator &evaluator,
                                       int64_t channels, double value) {
  return vector ? toDoubles(evaluator.tensor(vector))
                : SmallVector<double>(channels, value);
}

static double dot(ArrayRef<double> x, ArrayRef<double> y) {
  double sum = 0;
  for (auto [a, b] : llvm::zip_equal(x, y))
    sum += a * b;
  return sum;
}

/// Replaces every row by what `function` makes of it.
static Results
mapRows(Operation *op, Evaluator &evaluator,
        llvm::function_ref<void(MutableArrayRef<double>)> function) {
  Tensor input = evaluator.tensor(op->getOperand(0));
  Tensor result(input.getShape(), input.getElementType());
  int64_t K = input.getRank() == 0 ? 1 : input.getShape().back();
  for (int64_t start = 0; start < input.getNumElements(); start += K) {
    SmallVector<double> row = toDoubles(input, start, K);
    function(row);
    for (auto [c, element] : llvm::enumerate(row))
      result.setFloat(start + c, element);
  }
  return SmallVector<RuntimeValue>{result};
}

//===----------------------------------------------------------------------===//
// Ops with parameters
//===----------------------------------------------------------------------===//

static Results evaluateEmbedding(EmbeddingOp op, Evaluator &evaluator) {
  Tensor ids = evaluator.tensor(op.getIds());
  Tensor table = evaluator.tensor(op.getTable());
  int64_t V = table.getDim(0), C = table.getDim(1);
  SmallVector<int64_t> shape(ids.getShape());
  shape.push_back(C);
  Tensor result(shape, getElementTypeOf(op.getResult()));
  for (int64_t i = 0, end = ids.getNumElements(); i < end; ++i) {
    int64_t id = std::clamp<int64_t>(ids.getInt(i), 0, V - 1);
    for (int64_t c = 0; c < C; ++c)
      result.setFloat(i * C + c, table.getFloat(id * C + c));
  }
  return SmallVector<RuntimeValue>{result};
}

static Results evaluateLinear(LinearOp op, Evaluator &evaluator) {
  Tensor input = evaluator.tensor(op.getInput());
  Tensor weight = evaluator.tensor(op.getWeight());
  int64_t N = weight.getDim(0), K = weight.getDim(1);
  SmallVector<double> x = toDoubles(input);
  SmallVector<double> bias = toDoublesOr(op.getBias(), evaluator, N, 0);
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = N;
  Tensor result(shape, getElementTypeOf(op.getResult()));
  for (int64_t n = 0; n < N; ++n) {
    SmallVector<double> w = toDoubles(weight, n * K, K);
    for (int64_t r = 0, rows = result.getNumRows(); r < rows; ++r)
      result.setFloat(r * N + n, dot(ArrayRef(x).slice(r * K, K), w) + bias[n]);
  }
  return SmallVector<RuntimeValue>{result};
}

static Results evaluateRmsNorm(RmsNormOp op, Evaluator &evaluator) {
  int64_t K = op.getInput().getType().getShape().back();
  SmallVector<double> scale = toDoublesOr(op.getScale(), evaluator, K, 1);
  double epsilon = op.getEpsilon().convertToDouble();
  return mapRows(op, evaluator, [&](MutableArrayRef<double> x) {
    double root = std::sqrt(dot(x, x) / K + epsilon);
    for (auto [element, g] : llvm::zip_equal(x, scale))
      element = element / root * g;
  });
}

static Results evaluateLayerNorm(LayerNormOp op, Evaluator &evaluator) {
  int64_t K = op.getInput().getType().getShape().back();
  SmallVector<double> scale = toDoublesOr(op.getScale(), evaluator, K, 1);
  SmallVector<double> shift = toDoublesOr(op.getShift(), evaluator, K, 0);
  double epsilon = op.getEpsilon().convertToDouble();
  return mapRows(op, evaluator, [&](MutableArrayRef<double> x) {
    double mean = dot(x, SmallVector<double>(K, 1)) / K;
    for (double &element : x)
      element -= mean;
    double root = std::sqrt(dot(x, x) / K + epsilon);
    for (auto [element, g, b] : llvm::zip_equal(x, scale, shift))
      element = element / root * g + b;
  });
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

static Results evaluateRope(RopeOp op, Evaluator &evaluator) {
  Tensor input = evaluator.tensor(op.getInput());
  SmallVector<double> frequencies =
      toDoubles(evaluator.tensor(op.getFrequencies()));
  SmallVector<int64_t> positions = iquant::reference::getPositions(
      evaluator.tensor(op.getPosition()), input.getShape());
  Tensor result(input.getShape(), input.getElementType());
  iquant::reference::forEachRotatedPair(
      input.getShape(), op.getHeads(),
      op.getPairing() == RopePairing::Interleaved, [&](RotatedPair at) {
        double angle = positions[at.row] * frequencies[at.pair];
        double cosine = std::cos(angle), sine = std::sin(angle);
        double a = input.getFloat(at.a), b = input.getFloat(at.b);
        result.setFloat(at.a, a * cosine - b * sine);
        result.setFloat(at.b, a * sine + b * cosine);
      });
  return SmallVector<RuntimeValue>{result};
}

static Results evaluateRotatePairs(RotatePairsOp op, Evaluator &evaluator) {
  Tensor input = evaluator.tensor(op.getInput());
  Tensor cosine = evaluator.tensor(op.getCosine());
  Tensor sine = evaluator.tensor(op.getSine());
  int64_t width = cosine.getShape().back(), rows = cosine.getNumRows();
  Tensor result(input.getShape(), input.getElementType());
  iquant::reference::forEachRotatedPair(
      input.getShape(), op.getHeads(),
      op.getPairing() == RopePairing::Interleaved, [&](RotatedPair at) {
        int64_t start = at.row % rows * width;
        int64_t i = start + at.a % width, j = start + at.b % width;
        double a = input.getFloat(at.a), b = input.getFloat(at.b);
        result.setFloat(at.a, a * cosine.getFloat(i) - b * sine.getFloat(i));
        result.setFloat(at.b, b * cosine.getFloat(j) + a * sine.getFloat(j));
      });
  return SmallVector<RuntimeValue>{result};
}

static Results evaluateUpdateCache(UpdateCacheOp op, Evaluator &evaluator) {
  FailureOr<Tensor> updated = iquant::reference::updateRows(
      op, evaluator.tensor(op.getCache()), evaluator.tensor(op.getRows()),
      op.getType().getRank() - 2, evaluator.integer(op.getOffset()));
  if (failed(updated))
    return failure();
  return SmallVector<RuntimeValue>{*updated};
}

/// `exp(x)` of a softmax, `x <= 0`; of a clipped one that of its code. `head`
/// and `position` are those of the element.
static double softmaxExponential(double x, std::optional<ClipAttr> clip,
                                 int64_t head, int64_t position) {
  if (!clip)
    return std::exp(x);
  head = head % clip->getHeads();
  int64_t entry = clip->getEntries(head)[clip->getCode(x, head, position)];
  return static_cast<double>(entry) / clip->getEntryUnit();
}

/// Softmax in place; a row of nothing but minus infinity becomes 0. Elements
/// have these positions, or those in the row.
static void applySoftmax(MutableArrayRef<double> x,
                         std::optional<ClipAttr> clip, int64_t head = 0,
                         ArrayRef<int64_t> positions = {}) {
  double largest = -INFINITY, sum = 0;
  for (double element : x)
    largest = std::max(largest, element);
  for (auto [i, element] : llvm::enumerate(x)) {
    int64_t position = positions.empty() ? i : positions[i];
    element = element == -INFINITY
                  ? 0
                  : softmaxExponential(element - largest, clip, head, position);
    sum += element;
  }
  for (double &element : x)
    element = sum == 0 ? 0 : element / sum;
}

static Results evaluateAttention(AttentionOp op, Evaluator &evaluator) {
  Tensor query = evaluator.tensor(op.getQuery());
  Tensor key = evaluator.tensor(op.getKey());
  Tensor value = evaluator.tensor(op.getValue());
  Tensor mask;
  if (op.getMask())
    mask = evaluator.tensor(op.getMask());
  std::optional<int64_t> offset;
  if (op.getOffset())
    offset = evaluator.integer(op.getOffset());
  auto layout = iquant::reference::HeadLayout::get(
      op, query, key, value, op.getMask() ? &mask : nullptr, offset,
      op.getHeads(), op.getKvHeads(), op.getCausal());
  if (failed(layout))
    return failure();

  int64_t D = op.getHeadWidth();
  SmallVector<double> q = toDoubles(query), k = toDoubles(key),
                      v = toDoubles(value);
  auto headOf = [&](ArrayRef<double> x, int64_t head) {
    return x.slice(head * D, D);
  };
  Tensor result(query.getShape(), query.getElementType());
  layout->forEachQuery([&](int64_t head, auto valid) {
    SmallVector<double> weights;
    SmallVector<int64_t> positions;
    for (auto [keyHead, position] : valid) {
      weights.push_back(op.getScoreScale() *
                        dot(headOf(q, head), headOf(k, keyHead)));
      positions.push_back(position);
    }
    applySoftmax(weights, op.getClip(), head % op.getHeads(), positions);
    SmallVector<double> sums(D, 0.0);
    for (auto [weight, key] : llvm::zip_equal(weights, valid))
      for (auto [sum, x] : llvm::zip_equal(sums, headOf(v, key.head)))
        sum += weight * x;
    for (auto [c, sum] : llvm::enumerate(sums))
      result.setFloat(head * D + c, sum);
  });
  return SmallVector<RuntimeValue>{result};
}

//===----------------------------------------------------------------------===//
// Elementwise and row by row
//===----------------------------------------------------------------------===//

static double silu(double x) { return x / (1 + std::exp(-x)); }

static double gelu(GeluForm form, double x) {
  if (form == GeluForm::Erf)
    return x * (1 + std::erf(x / std::sqrt(2.0))) / 2;
  if (form == GeluForm::Sigmoid)
    return x / (1 + std::exp(-1.702 * x));
  double inner = std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
  return x * (1 + std::tanh(inner)) / 2;
}

/// The result of an elementwise op at one element; `y` is the second operand.
static double compute(Operation *op, double x, double y) {
  return TypeSwitch<Operation *, double>(op)
      .Case([&](AddOp) { return x + y; })
      .Case([&](MulOp) { return x * y; })
      .Case([&](SwiGluOp) { return silu(x) * y; })
      .Case([&](SiluOp) { return silu(x); })
      .Case([&](ReluOp) { return std::max(x, 0.0); })
      .Case([&](GeluOp gelu) { return ::gelu(gelu.getForm(), x); });
}

static Results evaluateElementwise(Operation *op, Evaluator &evaluator) {
  SmallVector<Tensor> inputs = evaluator.tensors(op->getOperands());
  auto result =
      mapElements(op, inputs, inputs.front().getElementType(),
                  [&](int64_t i, Tensor &result) {
                    result.setFloat(i, compute(op, inputs.front().getFloat(i),
                                               inputs.back().getFloat(i)));
                    return success();
                  });
  if (failed(result))
    return failure();
  return SmallVector<RuntimeValue>{*result};
}

static Results evaluateScale(ScaleOp op, Evaluator &evaluator) {
  Tensor factors = evaluator.tensor(op.getFactors());
  return mapRows(op, evaluator, [&](MutableArrayRef<double> x) {
    for (auto [c, element] : llvm::enumerate(x))
      element *= factors.getFloat(c);
  });
}

static Results evaluateClamp(ClampOp op, Evaluator &evaluator) {
  return mapRows(op, evaluator, [&](MutableArrayRef<double> x) {
    for (auto [c, element] : llvm::enumerate(x)) {
      double range = op.getRanges()[c / op.getGroup()];
      element = std::clamp(element, -range, range);
    }
  });
}

static Results evaluateArgmax(ArgmaxOp op, Evaluator &evaluator) {
  Tensor input = evaluator.tensor(op.getInput());
  Tensor result(input.getShape().drop_back(), getElementTypeOf(op.getResult()));
  int64_t K = input.getShape().back();
  for (int64_t r = 0, rows = input.getNumRows(); r < rows; ++r) {
    SmallVector<double> row = toDoubles(input, r * K, K);
    result.setInt(r, llvm::max_element(row) - row.begin());
  }
  return SmallVector<RuntimeValue>{result};
}

static Results evaluateMeanPool(MeanPoolOp op, Evaluator &evaluator) {
  Tensor input = evaluator.tensor(op.getInput());
  auto result = iquant::reference::poolRows(
      op, input, evaluator.tensor(op.getMask()),
      [&](Tensor &result, int64_t i, ArrayRef<int64_t> elements) {
        double sum = 0;
        for (int64_t element : elements)
          sum += input.getFloat(element);
        result.setFloat(i, sum / std::max<size_t>(elements.size(), 1));
      });
  if (failed(result))
    return failure();
  return SmallVector<RuntimeValue>{*result};
}

Results iquant::reference::evaluateTransformer(Operation *op, Evaluator &e) {
  return TypeSwitch<Operation *, Results>(op)
      .Case([&](EmbeddingOp op) { return evaluateEmbedding(op, e); })
      .Case([&](LinearOp op) { return evaluateLinear(op, e); })
      .Case([&](RmsNormOp op) { return evaluateRmsNorm(op, e); })
      .Case([&](LayerNormOp op) { return evaluateLayerNorm(op, e); })
      .Case([&](RopeOp op) { return evaluateRope(op, e); })
      .Case([&](RotatePairsOp op) { return evaluateRotatePairs(op, e); })
      .Case([&](UpdateCacheOp op) { return evaluateUpdateCache(op, e); })
      .Case([&](AttentionOp op) { return evaluateAttention(op, e); })
      .Case([&](SoftmaxOp op) {
        return mapRows(op, e, [&](MutableArrayRef<double> x) {
          applySoftmax(x, op.getClip());
        });
      })
      .Case([&](ClampOp op) { return evaluateClamp(op, e); })
      .Case([&](ArgmaxOp op) { return evaluateArgmax(op, e); })
      .Case([&](MeanPoolOp op) { return evaluateMeanPool(op, e); })
      .Case([&](ObserveOp op) {
        return SmallVector<RuntimeValue>{e.get(op.getInput())};
      })
      .Case([&](ScaleOp op) { return evaluateScale(op, e); })
      .Case<AddOp, MulOp, SwiGluOp, SiluOp, GeluOp, ReluOp>(
          [&](auto) { return evaluateElementwise(op, e); })
      .Default([](Operation *op) { return reportUnknown(op); });
}
