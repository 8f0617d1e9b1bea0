//===- RandomCases.cpp - Programs of one op with random inputs ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RandomCases.h"

#include "dialects/IQuant/IQuant.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/FormatVariadic.h"

#include <random>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::testing;
using reference::RuntimeValue;
using reference::Tensor;

namespace {

using Shape = SmallVector<int64_t>;

/// An argument as the text of the function shows it.
struct Argument {
  std::string name, type;
};

class CaseMaker {
public:
  CaseMaker(MLIRContext &context, StringRef op, unsigned seed)
      : builder(&context), mnemonic(op) {
    std::seed_seq seeds(op.begin(), op.end());
    std::mt19937_64 ofOp(seeds);
    random.seed(ofOp() + seed);
  }

  RandomCase make();

private:
  //===--------------------------------------------------------------------===//
  // Chance
  //===--------------------------------------------------------------------===//

  int64_t from(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }
  bool oneIn(int64_t count) { return from(1, count) == 1; }
  template <typename T> T oneOf(std::initializer_list<T> values) {
    return values.begin()[from(0, values.size() - 1)];
  }
  /// Sizes before the channels, now and then one of 0.
  Shape sizes(int64_t least, int64_t most) {
    Shape result(from(least, most));
    for (int64_t &size : result)
      size = oneIn(12) ? 0 : from(1, 4);
    return result;
  }
  int64_t channels() { return oneOf<int64_t>({1, 2, 3, 5, 16, 33, 70}); }
  /// Mostly what models have, sometimes anything.
  int64_t exponent() {
    return oneIn(2) ? oneOf<int64_t>({12, 14, 16}) : from(0, 30);
  }

  //===--------------------------------------------------------------------===//
  // Elements
  //===--------------------------------------------------------------------===//

  int64_t fixedElement(int64_t style);
  Tensor fixedTensor(ArrayRef<int64_t> shape, int64_t group);
  Tensor fixedTensor(ArrayRef<int64_t> shape) {
    return fixedTensor(shape, shape.empty() ? 1 : shape.back());
  }
  Tensor integers(ArrayRef<int64_t> shape, unsigned width, int64_t low,
                  int64_t high);
  Tensor exponents(ArrayRef<int64_t> shape, int64_t low, int64_t high);
  Tensor groupSums(const Tensor &codes, int64_t group);

  //===--------------------------------------------------------------------===//
  // Arguments
  //===--------------------------------------------------------------------===//

  /// A shape as in a type, an x after each size; sizes before the last `known`
  /// may become dynamic.
  std::string text(ArrayRef<int64_t> shape, size_t known);
  std::string fixedType(ArrayRef<int64_t> shape, size_t known, int64_t f) {
    return llvm::formatv("!iquant.fixed<{0}i32, {1}>", text(shape, known), f);
  }
  Argument add(std::string type, RuntimeValue value);
  Argument fixed(ArrayRef<int64_t> shape, size_t known, int64_t f) {
    return add(fixedType(shape, known, f), fixedTensor(shape));
  }
  Argument index(int64_t value) {
    return add("index", Tensor::integerScalar(value, builder.getIndexType()));
  }
  /// Fixed point of any exponent whose groups of channels have styles of their
  /// own; 0 is the row as a whole.
  Argument fixedInGroups(ArrayRef<int64_t> shape, size_t known, int64_t group);
  Argument parameter(ArrayRef<int64_t> shape, int64_t f, int64_t bound);
  /// A mask that admits nothing, some or all.
  Argument mask(ArrayRef<int64_t> shape);
  Argument dyn(ArrayRef<int64_t> shape, bool isAsymmetric, int64_t group);
  /// How a weight's codes lie; in rows now and then.
  TilesAttr tiles(int64_t group);
  Argument weight(int64_t rows, int64_t columns, int64_t group = 0);

  Shape rowsOf(ArrayRef<int64_t> shape);

  /// Ends the function with the op on all arguments; `operands` is what stands
  /// between the mnemonic and the types.
  RandomCase finish(const Twine &operands, StringRef resultType);
  /// The same for ops whose syntax has no functional type.
  RandomCase finish(const Twine &operands, StringRef types,
                    StringRef resultType);
  /// An op of operands and result of one fixed-point type.
  RandomCase makeElementwise(ArrayRef<int64_t> shape, size_t known,
                             int64_t operands, StringRef suffix = "");

  /// The attribute of a table for each head, or for all of them, of scales that
  /// make the most of codes for differences of about `2^exponent`; perhaps with
  /// that of a packed sum.
  std::string table(int64_t heads, int64_t exponent);
  /// The attributes of published forms; none for the rules' own sigmoid.
  std::string exponential();
  std::string sigmoid();

  RandomCase makeArgmax();
  RandomCase makeAttention();
  RandomCase makeDequantize();
  RandomCase makeEmbedding();
  RandomCase makeLinear();
  RandomCase makeMeanPool();
  RandomCase makeNorm(bool hasShift);
  RandomCase makeQuantize();
  RandomCase makeRescale();
  RandomCase makeRope();
  RandomCase makeRotatePairs();
  RandomCase makeSilu();
  RandomCase makeSoftmax();
  RandomCase makeProduct();
  RandomCase makeScale();
  RandomCase makeUpdateCache();

  Builder builder;
  std::string mnemonic;
  std::mt19937_64 random;
  SmallVector<Argument> signature;
  RandomCase result;
};

} // namespace

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

int64_t CaseMaker::fixedElement(int64_t style) {
  switch (style) {
  case 0:
    return 0;
  case 1:
    return from(-3, 3);
  case 2:
    return oneOf<int64_t>({INT32_MIN, INT32_MIN + 1, -1, 0, 1, INT32_MAX});
  case 3:
    return from(INT32_MIN, INT32_MAX);
  case 4:
    return from(1, 1 << 20);
  case 5:
    return from(-(1 << 20), -1);
  case 6:
    return oneIn(20) ? from(-(1 << 28), 1 << 28) : from(-9000, 9000);
  default:
    return from(-(1 << 18), 1 << 18);
  }
}

/// Every group of elements in a style of its own, one in eight of one repeated
/// element.
Tensor CaseMaker::fixedTensor(ArrayRef<int64_t> shape, int64_t group) {
  Tensor tensor(shape, builder.getI32Type());
  MutableArrayRef<int32_t> elements = tensor.mutableData<int32_t>();
  int64_t style = 0, repeated = 0;
  bool isRepeated = false;
  for (int64_t i = 0, end = elements.size(); i < end; ++i) {
    if (i % group == 0) {
      style = from(0, 10);
      isRepeated = oneIn(8);
      repeated = fixedElement(style);
    }
    elements[i] = isRepeated ? repeated : fixedElement(style);
  }
  return tensor;
}

Tensor CaseMaker::integers(ArrayRef<int64_t> shape, unsigned width, int64_t low,
                           int64_t high) {
  Tensor tensor(shape, builder.getIntegerType(width));
  for (int64_t i = 0, end = tensor.getNumElements(); i < end; ++i)
    tensor.setInt(i, oneIn(16) ? oneOf<int64_t>({low, high}) : from(low, high));
  return tensor;
}

/// Close to each other, with one far off now and then.
Tensor CaseMaker::exponents(ArrayRef<int64_t> shape, int64_t low,
                            int64_t high) {
  Tensor tensor(shape, builder.getI32Type());
  int64_t base = oneIn(3) ? from(low, high) : from(12, 24);
  for (int64_t i = 0, end = tensor.getNumElements(); i < end; ++i)
    tensor.setInt(i, oneIn(30) ? oneOf<int64_t>({low, high})
                               : std::clamp(base + from(0, 4), low, high));
  return tensor;
}

Tensor CaseMaker::groupSums(const Tensor &codes, int64_t group) {
  Shape shape = {codes.getDim(0)};
  if (group)
    shape.push_back(codes.getDim(1) / group);
  Tensor sums(shape, builder.getI32Type());
  for (int64_t i = 0, end = codes.getNumElements(); i < end; ++i) {
    int64_t sum = i / (group ? group : codes.getDim(1));
    sums.setInt(sum, sums.getInt(sum) + codes.getInt(i));
  }
  return sums;
}

/// What follows the shape of a type with groups.
static std::string groupSuffix(int64_t group) {
  return group ? ", " + std::to_string(group) : "";
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

std::string CaseMaker::text(ArrayRef<int64_t> shape, size_t known) {
  std::string text;
  for (auto [dimension, size] : llvm::enumerate(shape)) {
    bool mayBeOpen = dimension + known < shape.size();
    // Upstream's canonicalizer makes invalid reshapes of sizes that are known
    // to be 0 beside unknown ones.
    bool isOpen = mayBeOpen && (oneIn(2) || size == 0);
    text += (isOpen ? "?" : std::to_string(size)) + "x";
  }
  return text;
}

Argument CaseMaker::add(std::string type, RuntimeValue value) {
  signature.push_back({"%" + std::to_string(signature.size()), type});
  result.arguments.push_back(std::move(value));
  return signature.back();
}

Argument CaseMaker::fixedInGroups(ArrayRef<int64_t> shape, size_t known,
                                  int64_t group) {
  Tensor tensor = fixedTensor(shape, group ? group : shape.back());
  return add(fixedType(shape, known, exponent()), std::move(tensor));
}

Argument CaseMaker::parameter(ArrayRef<int64_t> shape, int64_t f,
                              int64_t bound) {
  return add(
      llvm::formatv("!iquant.fixed<{0}i16, {1}>", text(shape, shape.size()), f),
      integers(shape, 16, -bound - 1, bound));
}

Argument CaseMaker::mask(ArrayRef<int64_t> shape) {
  Tensor mask(shape, builder.getI1Type());
  int64_t density = from(0, 4);
  for (int64_t i = 0, end = mask.getNumElements(); i < end; ++i)
    mask.setInt(i, from(1, 4) <= density);
  return add("tensor<" + text(shape, 0) + "i1>", mask);
}

Argument CaseMaker::dyn(ArrayRef<int64_t> shape, bool isAsymmetric,
                        int64_t group) {
  Shape scaleShape(shape.drop_back());
  if (group)
    scaleShape.push_back(shape.back() / group);
  Shape multiplierShape = isAsymmetric ? Shape(shape.drop_back()) : scaleShape;
  SmallVector<Tensor, 1> components = {
      isAsymmetric ? integers(shape, 8, 0, 255) : integers(shape, 8, -127, 127),
      integers(multiplierShape, 32, 32768, 65535),
      exponents(scaleShape, -16, 62)};
  if (isAsymmetric)
    components.push_back(integers(scaleShape, 32, 0, 255));
  return add(llvm::formatv("!iquant.dyn<{0}{1}{2}>", text(shape, 1),
                           isAsymmetric ? "ui8" : "si8", groupSuffix(group)),
             RuntimeValue(std::move(components)));
}

TilesAttr CaseMaker::tiles(int64_t group) {
  // Those of matrix instructions and one that nobody has.
  auto [outputs, inputs] = oneOf<std::pair<int64_t, int64_t>>(
      {{4, 1}, {8, 1}, {4, 2}, {8, 2}, {4, 4}, {16, 4}, {3, 5}});
  if (oneIn(4) || (group != 0 && group % inputs != 0))
    return nullptr;
  return TilesAttr::get(builder.getContext(), outputs, inputs);
}

Argument CaseMaker::weight(int64_t rows, int64_t columns, int64_t group) {
  auto type = WeightType::get(builder.getContext(), {rows, columns},
                              builder.getIntegerType(8, /*isSigned=*/true),
                              group, tiles(group));
  Tensor codes = integers({rows, columns}, 8, -127, 127);
  Tensor inOrder(type.getCodeShape(), builder.getI8Type());
  for (int64_t i = 0, end = codes.getNumElements(); i < end; ++i)
    inOrder.setInt(type.getCodePosition(i / columns, i % columns),
                   codes.getInt(i));
  SmallVector<Tensor, 1> components = {
      inOrder, integers(rows, 32, 32768, 65535), exponents(rows, 0, 47),
      groupSums(codes, group)};
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return add(text, RuntimeValue(std::move(components)));
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

RandomCase CaseMaker::finish(const Twine &operands, StringRef types,
                             StringRef resultType) {
  llvm::raw_string_ostream out(result.module);
  out << "func.func @main(";
  llvm::interleaveComma(signature, out, [&](const Argument &argument) {
    out << argument.name << ": " << argument.type;
  });
  out << ") -> " << resultType << " {\n  %result = iquant." << mnemonic << ' '
      << operands << " : " << types << "\n  return %result : " << resultType
      << "\n}\n";
  return std::move(result);
}

RandomCase CaseMaker::finish(const Twine &operands, StringRef resultType) {
  std::string types = "(";
  llvm::raw_string_ostream out(types);
  llvm::interleaveComma(
      signature, out, [&](const Argument &argument) { out << argument.type; });
  out << ") -> " << resultType;
  return finish(operands, types, resultType);
}

RandomCase CaseMaker::makeElementwise(ArrayRef<int64_t> shape, size_t known,
                                      int64_t operands, StringRef suffix) {
  std::string type = fixedType(shape, known, exponent());
  std::string names;
  for (int64_t i = 0; i < operands; ++i)
    names += (i ? ", " : "") + add(type, fixedTensor(shape)).name;
  return finish(names + " " + suffix, type, type);
}

/// `sizes` followed by `last`.
static Shape concat(Shape sizes, int64_t last) {
  sizes.push_back(last);
  return sizes;
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

RandomCase CaseMaker::makeQuantize() {
  bool isAsymmetric = oneIn(2);
  int64_t group = oneIn(2) ? oneOf<int64_t>({1, 2, 8}) : 0;
  int64_t width = group ? group * from(1, 3) : oneIn(10) ? 0 : channels();
  Shape shape = concat(sizes(0, 2), width);
  Argument input = fixedInGroups(shape, 0, group);
  std::string type =
      llvm::formatv("!iquant.dyn<{0}{1}{2}>", text(shape, 1),
                    isAsymmetric ? "ui8" : "si8", groupSuffix(group));
  std::string ranges;
  if (!isAsymmetric && group && oneIn(2)) {
    for (int64_t i = 0; i < width / group; ++i)
      ranges += (i ? ", " : "") + std::to_string(int64_t(1) << from(0, 30));
    ranges = " {ranges = array<i32: " + ranges + ">}";
  }
  return finish(input.name + ranges, input.type + " -> " + type, type);
}

RandomCase CaseMaker::makeDequantize() {
  int64_t group = oneIn(2) ? oneOf<int64_t>({1, 2, 8}) : 0;
  Shape shape = concat(sizes(0, 2), group ? group * from(1, 3) : channels());
  Argument input = dyn(shape, oneIn(2), group);
  std::string type = fixedType(shape, 0, exponent());
  return finish(input.name, input.type + " -> " + type, type);
}

RandomCase CaseMaker::makeRescale() {
  Shape shape = sizes(0, 3);
  Argument input = fixed(shape, 0, exponent());
  std::string type = fixedType(shape, 0, exponent());
  return finish(input.name, input.type + " -> " + type, type);
}

RandomCase CaseMaker::makeArgmax() {
  Shape shape = concat(sizes(0, 2), channels());
  Argument input = fixed(shape, 1, exponent());
  shape.pop_back();
  return finish(input.name, "tensor<" + text(shape, 0) + "i32>");
}

RandomCase CaseMaker::makeEmbedding() {
  Shape shape = sizes(0, 2);
  int64_t rows = from(1, 9), columns = channels();
  unsigned width = oneOf<unsigned>({8, 32, 64});
  Argument ids = add(llvm::formatv("tensor<{0}i{1}>", text(shape, 0), width),
                     integers(shape, width, oneIn(4) ? -3 : 0, rows + 1));
  Argument table = weight(rows, columns);
  return finish(ids.name + ", " + table.name,
                fixedType(concat(shape, columns), 0, exponent()));
}

RandomCase CaseMaker::makeLinear() {
  Shape rows = sizes(0, 3);
  int64_t inputs = oneOf<int64_t>({1, 3, 16, 70, 257});
  int64_t outputs = oneIn(3) ? from(30, 70) : from(1, 9);
  int64_t group = oneIn(2) ? oneOf<int64_t>({1, 3, 16, 64}) : 0;
  if (group)
    inputs = group * from(1, 4);
  int64_t f = exponent();
  std::string operands =
      dyn(concat(rows, inputs), group || oneIn(2), group).name + ", " +
      weight(outputs, inputs, group).name;
  if (oneIn(2))
    operands += " bias " + fixed(outputs, 1, f).name;
  return finish(operands, fixedType(concat(rows, outputs), 0, f));
}

RandomCase CaseMaker::makeMeanPool() {
  Shape batch = sizes(0, 2);
  int64_t rows = oneIn(12) ? 0 : oneIn(6) ? from(100, 300) : from(1, 9);
  int64_t width = channels(), f = exponent();
  Shape perRow = concat(batch, rows);
  std::string operands =
      fixed(concat(perRow, width), 1, f).name + " mask " + mask(perRow).name;
  return finish(operands, fixedType(concat(batch, width), 1, f));
}

RandomCase CaseMaker::makeNorm(bool hasShift) {
  int64_t width = oneIn(12) ? oneOf<int64_t>({0, 300}) : channels();
  int64_t group = oneIn(3) ? oneOf<int64_t>({1, 2, 16}) : 0;
  if (group)
    width = group * from(1, 4);
  Shape shape = concat(sizes(0, 2), width);
  std::string operands = fixedInGroups(shape, 1, group).name;
  if (oneIn(2))
    operands +=
        " scale " + parameter(width, from(0, 30), oneIn(3) ? 32767 : 300).name;
  if (hasShift && oneIn(2))
    operands +=
        " shift " + parameter(width, from(0, 30), oneIn(3) ? 32767 : 300).name;
  int64_t epsilon = oneIn(3)   ? 0
                    : oneIn(3) ? from(0, (1 << 30) - 1)
                               : from(0, 50000);
  operands += " {epsilon = " + std::to_string(epsilon) + " : i64}";
  return finish(operands, oneIn(2) && !group
                              ? fixedType(shape, 1, exponent())
                              : "!iquant.dyn<" + text(shape, 1) + "ui8" +
                                    groupSuffix(group) + ">");
}

/// The rows of a tensor with channels, of one batch or of all.
Shape CaseMaker::rowsOf(ArrayRef<int64_t> shape) {
  shape = shape.drop_back();
  return Shape(oneIn(2) ? shape.take_back() : shape);
}

RandomCase CaseMaker::makeRope() {
  int64_t heads = from(1, 3), pairs = from(1, 6), positions = from(1, 9);
  Shape shape = concat(sizes(1, 3), heads * pairs * 2);
  std::string type = fixedType(shape, 1, exponent());
  Argument input = add(type, fixedTensor(shape));
  int64_t f = oneIn(2) ? 14 : from(0, 15);
  std::string cosine = parameter({positions, pairs}, f, 1 << 14).name;
  std::string sine = parameter({positions, pairs}, f, 1 << 14).name;
  auto ofRows = [&] {
    Shape rows = rowsOf(shape);
    int64_t width = oneOf<int64_t>({8, 32, 64});
    return add("tensor<" + text(rows, 0) + "i" + std::to_string(width) + ">",
               integers(rows, width, -3, positions + 3));
  };
  Argument position = oneIn(2) ? index(from(0, positions)) : ofRows();
  StringRef pairing = oneIn(2) ? "half" : "interleaved";
  return finish(
      llvm::formatv("{0}<{1}> by {2}, {3} at {4} {{heads = {5} : i64}",
                    input.name, pairing, cosine, sine, position.name, heads)
          .str(),
      type);
}

RandomCase CaseMaker::makeRotatePairs() {
  int64_t heads = from(1, 3), width = 2 * from(1, 6);
  Shape shape = concat(sizes(1, 3), heads * width);
  std::string type = fixedType(shape, 1, exponent());
  Argument input = add(type, fixedTensor(shape));
  Shape rows = concat(rowsOf(shape), width);
  std::string tableType = fixedType(rows, 1, exponent());
  Argument cosine = add(tableType, fixedTensor(rows));
  Argument sine = add(tableType, fixedTensor(rows));
  StringRef pairing = oneIn(2) ? "half" : "interleaved";
  return finish(llvm::formatv("{0}<{1}> by {2}, {3} {{heads = {4} : i64}",
                              input.name, pairing, cosine.name, sine.name,
                              heads)
                    .str(),
                type);
}

std::string CaseMaker::exponential() {
  StringRef form = oneOf<StringRef>({"di_exp", "di_exp_guarded", "di_clipped",
                                     "di_clipped_guarded", "ibert"});
  return ("exponential = #iquant.exponential<" + form + ">").str();
}

std::string CaseMaker::sigmoid() {
  return oneIn(2) ? " {sigmoid = #iquant.sigmoid<row_maximum>}" : "";
}

RandomCase CaseMaker::makeSilu() {
  std::string form = sigmoid();
  Shape shape = form.empty() ? sizes(0, 3) : concat(sizes(0, 2), channels());
  return makeElementwise(shape, 0, 1, form);
}

RandomCase CaseMaker::makeProduct() {
  std::string form = mnemonic == "swiglu" ? sigmoid() : "";
  Shape shape = form.empty() ? sizes(0, 3) : concat(sizes(0, 2), channels());
  std::string operands = fixed(shape, 0, exponent()).name + ", " +
                         fixed(shape, 0, exponent()).name + form;
  return finish(operands, fixedType(shape, 0, exponent()));
}

RandomCase CaseMaker::makeScale() {
  int64_t channels = from(1, 9);
  Shape shape = concat(sizes(0, 2), channels);
  std::string type = fixedType(shape, 1, exponent());
  std::string input = add(type, fixedTensor(shape)).name;
  std::string factors =
      parameter(channels, from(0, 30), oneIn(3) ? 32767 : 300).name;
  return finish(input + " by " + factors, type);
}

std::string CaseMaker::table(int64_t heads, int64_t exponent) {
  int64_t bits = from(2, 5), tables = oneIn(2) ? 1 : heads;
  bool hasThresholds = oneIn(2);
  SmallVector<int64_t> multipliers, exponents, entries, thresholds;
  for (int64_t table = 0; table < tables; ++table) {
    multipliers.push_back(from(32768, 65535));
    exponents.push_back(oneIn(4) ? from(0, 62) : from(exponent, exponent + 6));
    int64_t largest = oneOf<int64_t>({1, 255, 65280});
    for (int64_t code = 0, end = 1 << bits; code < end; ++code)
      entries.push_back(code == 0 ? largest : from(0, largest));
    for (int64_t left = (1 << bits) - 1, threshold = 0; left > 0; --left) {
      threshold = from(threshold + 1,
                       std::min<int64_t>(threshold + 255 / left, 256 - left));
      thresholds.push_back(threshold);
    }
  }
  auto list = [](ArrayRef<int64_t> numbers) {
    return llvm::formatv("[{0:$[, ]}]",
                         llvm::make_range(numbers.begin(), numbers.end()))
        .str();
  };
  StringRef packed =
      oneOf<StringRef>({"", "packed_sum = #iquant.packed_sum<table>, ",
                        "packed_sum = #iquant.packed_sum<counts>, "});
  return llvm::formatv("{5}table = #iquant.table<bits = {0}, multiplier = {1}, "
                       "exponent = {2}, entries = {3}{4}{6}>",
                       bits, list(multipliers), list(exponents), list(entries),
                       oneIn(2) ? ", rounding = dithered" : "", packed,
                       hasThresholds ? ", thresholds = " + list(thresholds)
                                     : "");
}

RandomCase CaseMaker::makeSoftmax() {
  Shape shape = concat(sizes(0, 2), channels());
  std::string type = fixedType(shape, 1, exponent());
  std::string operands = add(type, fixedTensor(shape)).name;
  if (oneIn(2))
    operands += " {" + table(/*heads=*/1, /*exponent=*/12) + "}";
  else if (oneIn(2))
    operands += " {" + exponential() + "}";
  return finish(operands,
                oneIn(2) ? type : "!iquant.dyn<" + text(shape, 1) + "ui8>");
}

RandomCase CaseMaker::makeAttention() {
  int64_t kvHeads = from(1, 2), heads = kvHeads * from(1, 2);
  bool isCausal = oneIn(2);
  Shape batch(from(0, 1), oneIn(12) ? 0 : from(1, 2));
  // One in twenty is longer than the blocks that a target may work in, and may
  // have heads that its tiles divide.
  bool isLong = oneIn(20);
  int64_t queries = isLong ? from(60, 135) : oneIn(12) ? 0 : from(1, 7);
  int64_t width =
      isLong ? oneOf<int64_t>({12, 16, 48, 64}) : oneOf<int64_t>({1, 2, 4, 12});
  int64_t keys = isCausal ? queries + from(0, 5) : oneIn(12) ? 0 : from(1, 9);
  bool hasOffset = queries <= keys && oneIn(2);
  auto shape = [&](int64_t rows, int64_t heads) {
    return concat(concat(batch, rows), heads * width);
  };
  std::string operands = dyn(shape(queries, heads), false, width).name + ", " +
                         dyn(shape(keys, kvHeads), false, width).name + ", " +
                         dyn(shape(keys, kvHeads), false, width).name;
  if (oneIn(2)) {
    Shape maskShape = batch;
    if (oneIn(2))
      maskShape.push_back(queries);
    maskShape.push_back(keys);
    operands += " mask " + mask(maskShape).name;
  }
  if (hasOffset)
    operands += " at " + index(from(0, keys - queries)).name;
  std::string scale =
      oneIn(2) ? table(heads, /*exponent=*/14)
               : llvm::formatv("scale_multiplier = {0} : i64, scale_exponent = "
                               "{1} : i64{2}",
                               from(32768, 65535), oneIn(2) ? 13 : from(0, 30),
                               oneIn(2) ? ", " + exponential() : "")
                     .str();
  operands +=
      llvm::formatv(" {{heads = {0} : i64, kv_heads = {1} : i64, {2}{3}}",
                    heads, kvHeads, scale, isCausal ? ", causal" : "");
  return finish(operands, fixedType(shape(queries, heads), 0, exponent()));
}

RandomCase CaseMaker::makeUpdateCache() {
  int64_t group = oneIn(3) ? 0 : from(1, 4);
  int64_t width = group ? group * from(1, 3) : from(1, 5);
  bool isAsymmetric = oneIn(4);
  Shape batch(from(0, 1), oneIn(12) ? 0 : from(1, 3));
  int64_t capacity = oneIn(12) ? 0 : from(1, 9), rows = from(0, capacity);
  Argument cache =
      dyn(concat(concat(batch, capacity), width), isAsymmetric, group);
  std::string operands =
      cache.name + ", " +
      dyn(concat(concat(batch, rows), width), isAsymmetric, group).name +
      " at " + index(from(0, capacity - rows)).name;
  return finish(operands, cache.type);
}

RandomCase CaseMaker::make() {
  if (mnemonic == "add")
    return makeElementwise(sizes(0, 3), 0, 2);
  if (mnemonic == "argmax")
    return makeArgmax();
  if (mnemonic == "attention")
    return makeAttention();
  if (mnemonic == "dequantize")
    return makeDequantize();
  if (mnemonic == "embedding")
    return makeEmbedding();
  if (mnemonic == "gelu")
    return makeElementwise(
        sizes(0, 3), 0, 1,
        oneOf<StringRef>({"<erf>", "<tanh>", "<sigmoid>", "<ibert>"}));
  if (mnemonic == "layer_norm")
    return makeNorm(/*hasShift=*/true);
  if (mnemonic == "linear")
    return makeLinear();
  if (mnemonic == "mean_pool")
    return makeMeanPool();
  if (mnemonic == "mul")
    return makeProduct();
  if (mnemonic == "quantize")
    return makeQuantize();
  if (mnemonic == "relu")
    return makeElementwise(sizes(0, 3), 0, 1);
  if (mnemonic == "rescale")
    return makeRescale();
  if (mnemonic == "rms_norm")
    return makeNorm(/*hasShift=*/false);
  if (mnemonic == "rope")
    return makeRope();
  if (mnemonic == "rotate_pairs")
    return makeRotatePairs();
  if (mnemonic == "scale")
    return makeScale();
  if (mnemonic == "silu")
    return makeSilu();
  if (mnemonic == "softmax")
    return makeSoftmax();
  if (mnemonic == "swiglu")
    return makeProduct();
  assert(mnemonic == "update_cache" && "an op that has no cases");
  return makeUpdateCache();
}

ArrayRef<StringLiteral> iquant::testing::getRandomCaseOps() {
  static constexpr StringLiteral ops[] = {
      "add",          "argmax",     "attention", "dequantize", "embedding",
      "gelu",         "layer_norm", "linear",    "mean_pool",  "mul",
      "quantize",     "relu",       "rescale",   "rms_norm",   "rope",
      "rotate_pairs", "scale",      "silu",      "softmax",    "swiglu",
      "update_cache"};
  return ops;
}

RandomCase iquant::testing::makeRandomCase(MLIRContext &context, StringRef op,
                                           unsigned seed) {
  return CaseMaker(context, op, seed).make();
}
