//===- FoldingTest.cpp - Foldings keep what is computed -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs random models of double precision before and after foldings: the results
// differ by rounding only. One model is of a dialect that no pass knows.
//
//===----------------------------------------------------------------------===//

#include "FoldingFixture.h"

#include "iquant/Transforms/Passes.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

namespace {

/// Writes the text of a model with random weights. All values have two rows.
class Model {
public:
  explicit Model(unsigned seed) : random(seed) {
    text = "func.func @main(%ids: tensor<2xi32>, %offset: index) -> ";
  }

  /// A random constant around `mean`.
  std::string constant(ArrayRef<int64_t> shape, double mean = 0) {
    std::string name = fresh();
    body += name + " = arith.constant dense<";
    writeElements(shape, mean);
    body += "> : " + type(shape) + "\n";
    return name;
  }

  std::string embedding(int64_t channels, const std::string &table) {
    return add("transformer.embedding", "%ids, " + table,
               {"tensor<2xi32>", type({vocabulary, channels})}, channels);
  }
  std::string table(int64_t channels) {
    return constant({vocabulary, channels});
  }

  std::string linear(const std::string &input, int64_t inputs, int64_t outputs,
                     bool hasBias = true) {
    std::string weight = constant({outputs, inputs});
    return linear(input, weight, inputs, outputs, hasBias);
  }
  std::string linear(const std::string &input, const std::string &weight,
                     int64_t inputs, int64_t outputs, bool hasBias) {
    std::string operands = input + ", " + weight;
    SmallVector<std::string> types = {rows(inputs), type({outputs, inputs})};
    if (hasBias) {
      operands += " bias " + constant({outputs});
      types.push_back(type({outputs}));
    }
    return add("transformer.linear", operands, types, outputs);
  }

  std::string norm(StringRef kind, const std::string &input, int64_t channels) {
    SmallVector<std::string> types = {rows(channels), type({channels})};
    std::string operands = input + " scale " + constant({channels}, 1);
    if (kind == "layer_norm") {
      operands += " shift " + constant({channels});
      types.push_back(type({channels}));
    }
    return add("transformer." + kind.str(), operands + " {epsilon = 1.0e-5}",
               types, channels);
  }

  std::string rope(StringRef pairing, const std::string &input, int64_t heads,
                   int64_t width) {
    std::string frequencies = constant({width / 2}, 1);
    std::string operands = llvm::formatv(
        "{0}<{1}> by {2} at %offset {{heads = {3}, max_positions = 64}", input,
        pairing, frequencies, heads);
    return add("transformer.rope", operands,
               {rows(heads * width), type({width / 2}), "index"},
               heads * width);
  }

  std::string attention(const std::string &query, const std::string &key,
                        const std::string &value, int64_t heads,
                        int64_t kvHeads, int64_t width) {
    std::string operands =
        llvm::formatv("{0}, {1}, {2} {{heads = {3}, kv_heads = {4}}", query,
                      key, value, heads, kvHeads);
    return add(
        "transformer.attention", operands,
        {rows(heads * width), rows(kvHeads * width), rows(kvHeads * width)},
        heads * width);
  }

  /// Ops of operands and results of one type.
  std::string elementwise(StringRef op, const std::string &operands,
                          int64_t channels) {
    std::string name = fresh();
    body += name + " = transformer." + op.str() + operands + " : " +
            rows(channels) + "\n";
    return name;
  }
  std::string sum(const std::string &lhs, const std::string &rhs,
                  int64_t channels) {
    return elementwise("add ", lhs + ", " + rhs, channels);
  }

  /// Any op whose assembly ends in the types of operands and result.
  std::string add(const std::string &op, const std::string &operands,
                  ArrayRef<std::string> types, int64_t channels) {
    std::string name = fresh();
    body += name + " = " + op + " " + operands + " : (" +
            llvm::join(types, ", ") + ") -> " + rows(channels) + "\n";
    return name;
  }

  std::string finish(const std::string &result, int64_t channels) {
    return text + rows(channels) + " {\n" + body + "return " + result + " : " +
           rows(channels) + "\n}";
  }

  static std::string type(ArrayRef<int64_t> shape) {
    std::string result = "tensor<";
    for (int64_t size : shape)
      result += std::to_string(size) + "x";
    return result + "f64>";
  }
  static std::string rows(int64_t channels) { return type({2, channels}); }

  static constexpr int64_t vocabulary = 5;

private:
  std::string fresh() { return "%v" + std::to_string(counter++); }

  void writeElements(ArrayRef<int64_t> shape, double mean) {
    body += "[";
    for (int64_t i = 0; i < shape.front(); ++i) {
      if (i > 0)
        body += ", ";
      if (shape.size() > 1)
        writeElements(shape.drop_front(), mean);
      else
        body += llvm::formatv("{0:e17}", mean + normal(random)).str();
    }
    body += "]";
  }

  std::mt19937 random;
  std::normal_distribution<double> normal{0, 0.5};
  unsigned counter = 0;
  std::string text, body;
};

/// The sizes of a model. The stream is no power of two, and heads are shared.
struct Shape {
  int64_t hidden = 12, heads = 4, kvHeads = 2, width = 4, inner = 6, layers = 2;
};

/// A LLaMA-style decoder whose head is its embedding.
std::string makeDecoder(unsigned seed, StringRef pairing, Shape s = {}) {
  Model m(seed);
  int64_t queries = s.heads * s.width, keys = s.kvHeads * s.width;
  std::string table = m.table(s.hidden);
  std::string state = m.embedding(s.hidden, table);
  for (int64_t layer = 0; layer < s.layers; ++layer) {
    std::string normed = m.norm("rms_norm", state, s.hidden);
    std::string query =
        m.rope(pairing, m.linear(normed, s.hidden, queries), s.heads, s.width);
    std::string key =
        m.rope(pairing, m.linear(normed, s.hidden, keys), s.kvHeads, s.width);
    std::string value = m.linear(normed, s.hidden, keys);
    std::string mixed =
        m.attention(query, key, value, s.heads, s.kvHeads, s.width);
    state = m.sum(state, m.linear(mixed, queries, s.hidden), s.hidden);
    normed = m.norm("rms_norm", state, s.hidden);
    std::string gate = m.linear(normed, s.hidden, s.inner);
    std::string up = m.linear(normed, s.hidden, s.inner);
    std::string product = m.elementwise("swiglu ", gate + ", " + up, s.inner);
    state = m.sum(state, m.linear(product, s.inner, s.hidden), s.hidden);
  }
  state = m.norm("rms_norm", state, s.hidden);
  return m.finish(
      m.linear(state, table, s.hidden, Model::vocabulary, /*hasBias=*/false),
      Model::vocabulary);
}

/// A model with layer norms, before the blocks as GPT-2 has them or behind them
/// as BERT has them, and without rotary embedding.
std::string makeEncoder(unsigned seed, bool normFirst, Shape s = {}) {
  Model m(seed);
  int64_t queries = s.heads * s.width, keys = s.kvHeads * s.width;
  std::string state = m.embedding(s.hidden, m.table(s.hidden));
  if (!normFirst)
    state = m.norm("layer_norm", state, s.hidden);
  auto addBlock = [&](function_ref<std::string(std::string)> block) {
    std::string input =
        normFirst ? m.norm("layer_norm", state, s.hidden) : state;
    state = m.sum(state, block(input), s.hidden);
    if (!normFirst)
      state = m.norm("layer_norm", state, s.hidden);
  };
  for (int64_t layer = 0; layer < s.layers; ++layer) {
    addBlock([&](std::string input) {
      std::string query = m.linear(input, s.hidden, queries);
      std::string key = m.linear(input, s.hidden, keys);
      std::string value = m.linear(input, s.hidden, keys);
      return m.linear(
          m.attention(query, key, value, s.heads, s.kvHeads, s.width), queries,
          s.hidden);
    });
    addBlock([&](std::string input) {
      std::string inner = m.linear(input, s.hidden, s.inner);
      return m.linear(m.elementwise("gelu ", inner + "<erf>", s.inner), s.inner,
                      s.hidden);
    });
  }
  if (normFirst)
    state = m.norm("layer_norm", state, s.hidden);
  return m.finish(m.linear(state, s.hidden, 3), 3);
}

/// A stream of foreign ops, and one that the foldings cannot see through.
std::string makeForeign(unsigned seed) {
  Model m(seed);
  constexpr int64_t hidden = 12, inner = 8;
  std::string rows = Model::rows(hidden);
  auto project = [&](const std::string &input, int64_t inputs,
                     int64_t outputs) {
    return m.add(
        "foreign.project", input + ", " + m.constant({inputs, outputs}),
        {Model::rows(inputs), Model::type({inputs, outputs})}, outputs);
  };
  std::string state = m.embedding(hidden, m.table(hidden));
  for (int layer = 0; layer < 2; ++layer) {
    std::string normed = m.norm("rms_norm", state, hidden);
    std::string affine =
        m.add("foreign.affine",
              project(normed, hidden, hidden) + " scale " +
                  m.constant({hidden}, 1) + " shift " + m.constant({hidden}),
              {rows, Model::type({hidden}), Model::type({hidden})}, hidden);
    std::string gate = project(affine, hidden, inner);
    std::string up = m.linear(affine, hidden, inner);
    std::string product = m.elementwise("swiglu ", gate + ", " + up, inner);
    std::string reversed =
        m.add("foreign.reverse", product, {Model::rows(inner)}, inner);
    std::string down = project(reversed, inner, hidden);
    state = m.add("foreign.mix", state + ", " + down, {rows, rows}, hidden);
  }
  return m.finish(project(state, hidden, 3), 3);
}

class FoldingTest : public FoldingFixture {
protected:
  void parse(StringRef text) {
    module = parseSourceString<ModuleOp>(text, &context);
    ASSERT_TRUE(module) << diagnostics;
  }

  double getChange(std::unique_ptr<Pass> pass) {
    return FoldingFixture::getChange(std::move(pass), "main",
                                     {i32({2}, {1, 3}), index(2)});
  }
  double getChange(StringRef text, std::unique_ptr<Pass> pass) {
    parse(text);
    return getChange(std::move(pass));
  }

  /// What smoothing by random statistics changes.
  double getSmoothingChange(StringRef text, unsigned seed,
                            SmoothingStrategy strategy, int64_t rowGroup = 0) {
    parse(text);
    observeAll(seed);
    TransformerFoldSmoothingOptions options;
    options.strategy = strategy;
    options.rowGroup = rowGroup;
    return getChange(createTransformerFoldSmoothing(options));
  }

  /// Whether a constant is none of the model's text.
  static bool isChanged(StringRef text, Value constant) {
    std::string printed;
    llvm::raw_string_ostream(printed) << constant;
    return !text.contains(printed);
  }

  /// The largest element of the constant `value` relative to its root mean
  /// square.
  static double getPeak(Value value) {
    DenseElementsAttr elements;
    EXPECT_TRUE(matchPattern(value, m_Constant(&elements)));
    double squares = 0, largest = 0;
    for (double element : elements.getValues<double>()) {
      squares += element * element;
      largest = std::max(largest, std::abs(element));
    }
    return largest / std::sqrt(squares / elements.getNumElements());
  }
};

/// Sums of a few dozen products of double precision, layer after layer.
constexpr double kRounding = 1e-12;

//===----------------------------------------------------------------------===//
// Norm scales
//===----------------------------------------------------------------------===//

TEST_F(FoldingTest, NormScalesOfDecoders) {
  for (unsigned seed = 0; seed < 4; ++seed) {
    EXPECT_LT(
        getChange(makeDecoder(seed, "half"), createTransformerFoldNormScale()),
        kRounding);
    for (transformer::RmsNormOp norm : ops<transformer::RmsNormOp>())
      EXPECT_FALSE(norm.getScale());
    // The head's scale unties it from the embedding.
    EXPECT_NE(ops<transformer::LinearOp>().back().getWeight(),
              ops<transformer::EmbeddingOp>().front().getTable());
  }
}

TEST_F(FoldingTest, NormScalesAndShiftsOfPreNormModels) {
  for (unsigned seed = 0; seed < 4; ++seed) {
    EXPECT_LT(getChange(makeEncoder(seed, /*normFirst=*/true),
                        createTransformerFoldNormScale()),
              kRounding);
    for (transformer::LayerNormOp norm : ops<transformer::LayerNormOp>())
      EXPECT_FALSE(norm.getScale() || norm.getShift());
  }
}

TEST_F(FoldingTest, NormScalesOfPostNormModelsStay) {
  EXPECT_LT(getChange(makeEncoder(0, /*normFirst=*/false),
                      createTransformerFoldNormScale()),
            kRounding);
  SmallVector<transformer::LayerNormOp> norms = ops<transformer::LayerNormOp>();
  // Nothing but the head reads the last one.
  EXPECT_FALSE(norms.pop_back_val().getScale());
  for (transformer::LayerNormOp norm : norms)
    EXPECT_TRUE(norm.getScale() && norm.getShift());
}

//===----------------------------------------------------------------------===//
// Rotations
//===----------------------------------------------------------------------===//

std::unique_ptr<Pass> createRotation(uint64_t seed) {
  TransformerFoldRotationOptions options;
  options.seed = seed;
  return createTransformerFoldRotation(options);
}

TEST_F(FoldingTest, RotationsOfDecoders) {
  for (unsigned seed = 0; seed < 4; ++seed)
    for (StringRef pairing : {"half", "interleaved"}) {
      std::string text = makeDecoder(seed, pairing);
      EXPECT_LT(getChange(text, createRotation(seed)), kRounding);
    }
}

/// Sizes without a Hadamard matrix.
TEST_F(FoldingTest, RotationsOfOddSizes) {
  Shape shape;
  shape.hidden = 14;
  shape.width = 6;
  EXPECT_LT(getChange(makeDecoder(0, "half", shape), createRotation(0)),
            kRounding);
}

TEST_F(FoldingTest, RotationsOfPreNormModelsKeepTheMean) {
  for (unsigned seed = 0; seed < 4; ++seed)
    EXPECT_LT(
        getChange(makeEncoder(seed, /*normFirst=*/true), createRotation(seed)),
        kRounding);
}

TEST_F(FoldingTest, RotationsOfPostNormModelsAreThoseOfHeads) {
  EXPECT_LT(getChange(makeEncoder(0, /*normFirst=*/false), createRotation(0)),
            kRounding);
}

TEST_F(FoldingTest, RotationsSpreadAnOutlier) {
  // One channel of the stream is a hundred times the others.
  std::string text = R"(
func.func @main(%ids: tensor<2xi32>, %offset: index) -> tensor<2x4xf64> {
  %table = arith.constant dense<[[1.0, 0.01, -0.01, 0.01], [-0.01, 0.01, 0.0, 0.01],
    [-0.9, 0.01, 0.0, 0.01], [1.1, 0.0, 0.0, 0.01]]> : tensor<4x4xf64>
  %x = transformer.embedding %ids, %table : (tensor<2xi32>, tensor<4x4xf64>) -> tensor<2x4xf64>
  %y = transformer.linear %x, %table : (tensor<2x4xf64>, tensor<4x4xf64>) -> tensor<2x4xf64>
  return %y : tensor<2x4xf64>
})";
  EXPECT_LT(getChange(text, createRotation(0)), kRounding);
  EXPECT_LT(getPeak(ops<transformer::EmbeddingOp>().front().getTable()), 1.3);
}

//===----------------------------------------------------------------------===//
// Smoothing
//===----------------------------------------------------------------------===//

TEST_F(FoldingTest, ScalesOfDecoders) {
  for (unsigned seed = 0; seed < 4; ++seed)
    for (StringRef pairing : {"half", "interleaved"}) {
      std::string text = makeDecoder(seed, pairing);
      EXPECT_LT(getSmoothingChange(text, seed, SmoothingStrategy::Alpha),
                kRounding);
      for (transformer::LinearOp op : ops<transformer::LinearOp>())
        EXPECT_TRUE(isChanged(text, op.getWeight()));
    }
}

TEST_F(FoldingTest, ScalesOfEncoders) {
  for (bool normFirst : {true, false})
    for (unsigned seed = 0; seed < 4; ++seed)
      EXPECT_LT(getSmoothingChange(makeEncoder(seed, normFirst), seed,
                                   SmoothingStrategy::Alpha),
                kRounding);
}

TEST_F(FoldingTest, SearchedScales) {
  for (unsigned seed = 0; seed < 4; ++seed) {
    std::string text = makeDecoder(seed, "half");
    EXPECT_LT(getSmoothingChange(text, seed, SmoothingStrategy::Search),
              kRounding);
    EXPECT_TRUE(llvm::any_of(ops<transformer::LinearOp>(),
                             [&](transformer::LinearOp op) {
                               return isChanged(text, op.getWeight());
                             }));
  }
}

/// The search quantizes rows by the groups of the conversion.
TEST_F(FoldingTest, SearchedScalesDependOnGroups) {
  Model model(0);
  std::string state = model.embedding(128, model.table(128));
  std::string normed = model.norm("rms_norm", state, 128);
  std::string text = model.finish(model.linear(normed, 128, 4), 4);
  auto getScale = [&](int64_t rowGroup) {
    getSmoothingChange(text, 0, SmoothingStrategy::Search, rowGroup);
    std::string printed;
    llvm::raw_string_ostream(printed)
        << ops<transformer::RmsNormOp>().front().getScale();
    return printed;
  };
  EXPECT_NE(getScale(0), getScale(32));
}

//===----------------------------------------------------------------------===//
// Scales of caches
//===----------------------------------------------------------------------===//

TEST_F(FoldingTest, CacheScalesOfDecoders) {
  for (unsigned seed = 0; seed < 4; ++seed)
    for (StringRef pairing : {"half", "interleaved"}) {
      std::string text = makeDecoder(seed, pairing);
      parse(text);
      // Ranges that no value of the model reaches.
      observeAll(seed, /*least=*/1e6);
      EXPECT_LT(getChange(createTransformerFoldCacheScales()), kRounding);
      for (auto op : ops<transformer::AttentionOp>())
        EXPECT_TRUE(op.getKey().getDefiningOp<transformer::ClampOp>() &&
                    op.getValue().getDefiningOp<transformer::ClampOp>());
      EXPECT_TRUE(llvm::any_of(ops<transformer::LinearOp>(),
                               [&](transformer::LinearOp op) {
                                 return isChanged(text, op.getWeight());
                               }));
    }
}

//===----------------------------------------------------------------------===//
// Ops of another dialect
//===----------------------------------------------------------------------===//

TEST_F(FoldingTest, ForeignOpsTakeNormScales) {
  EXPECT_LT(getChange(makeForeign(0), createTransformerFoldNormScale()),
            kRounding);
  for (transformer::RmsNormOp norm : ops<transformer::RmsNormOp>())
    EXPECT_FALSE(norm.getScale());
  for (foreign::AffineOp op : ops<foreign::AffineOp>())
    EXPECT_FALSE(op.getScale() || op.getShift());
}

TEST_F(FoldingTest, ForeignOpsTakeRotations) {
  std::string text = makeForeign(0);
  EXPECT_LT(getChange(text, createRotation(0)), kRounding);
  EXPECT_TRUE(
      isChanged(text, ops<transformer::EmbeddingOp>().front().getTable()));
}

TEST_F(FoldingTest, ForeignOpsTakeScales) {
  std::string text = makeForeign(0);
  EXPECT_LT(getSmoothingChange(text, 0, SmoothingStrategy::Alpha), kRounding);
  for (foreign::AffineOp op : ops<foreign::AffineOp>())
    EXPECT_TRUE(isChanged(text, op.getScale()) &&
                isChanged(text, op.getShift()));
  // The last one reads the stream, which a norm fixes.
  SmallVector<foreign::ProjectOp> projections = ops<foreign::ProjectOp>();
  projections.pop_back();
  for (foreign::ProjectOp op : projections)
    EXPECT_TRUE(isChanged(text, op.getWeight()));
}

} // namespace
