//===- ArithOpsTest.cpp - arith and math, interpreted ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterFixture.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant::reference;

namespace {

class ArithOpsTest : public InterpreterTest {
protected:
  Tensor scalar(int64_t value, unsigned width) {
    return Tensor::integerScalar(value, IntegerType::get(&context, width));
  }
  Tensor scalar(double value, Type type) {
    return Tensor::floatScalar(value, type);
  }

  /// `main` with one op on scalars. `signature` is what follows the operands.
  static std::string moduleOf(StringRef op, StringRef signature,
                              ArrayRef<StringRef> operandTypes,
                              StringRef resultType) {
    std::string arguments, operands;
    for (auto [i, type] : llvm::enumerate(operandTypes)) {
      arguments += llvm::formatv("{0}%a{1}: {2}", i ? ", " : "", i, type);
      operands += llvm::formatv("{0}%a{1}", i ? ", " : "", i);
    }
    return llvm::formatv("func.func @main({0}) -> {1} {{ %r = {2} {3} : {4} "
                         "return %r : {1} }",
                         arguments, resultType, op, operands, signature);
  }

  /// A binary op on `i8`, with the sign of its operands and result.
  int64_t binary(StringRef op, int64_t a, int64_t b) {
    auto results = run(moduleOf(op, "i8", {"i8", "i8"}, "i8"),
                       {scalar(a, 8), scalar(b, 8)});
    return results.empty() ? INT64_MIN : results[0].getTensor().getInt();
  }

  bool compare(StringRef op, int64_t a, int64_t b) {
    auto results = run(moduleOf(op, "i8", {"i8", "i8"}, "i1"),
                       {scalar(a, 8), scalar(b, 8)});
    return !results.empty() && results[0].getTensor().getInt();
  }

  double floatBinary(StringRef op, double a, double b) {
    Type f32 = Float32Type::get(&context);
    auto results = run(moduleOf(op, "f32", {"f32", "f32"}, "f32"),
                       {scalar(a, f32), scalar(b, f32)});
    return results.empty() ? NAN : results[0].getTensor().getFloat();
  }

  bool floatCompare(StringRef op, double a, double b) {
    Type f32 = Float32Type::get(&context);
    auto results = run(moduleOf(op, "f32", {"f32", "f32"}, "i1"),
                       {scalar(a, f32), scalar(b, f32)});
    return !results.empty() && results[0].getTensor().getInt();
  }

  /// A conversion of one scalar.
  RuntimeValue convert(StringRef op, Tensor input, StringRef from,
                       StringRef to) {
    std::string signature = llvm::formatv("{0} to {1}", from, to);
    auto results = run(moduleOf(op, signature, {from}, to), {input});
    return results.empty() ? RuntimeValue(input) : results[0];
  }

  /// A unary math op on `f64`.
  double unary(StringRef op, double x) {
    auto results = run(moduleOf(op, "f64", {"f64"}, "f64"),
                       {scalar(x, Float64Type::get(&context))});
    return results.empty() ? NAN : results[0].getTensor().getFloat();
  }
};

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

TEST_F(ArithOpsTest, SumsAndProductsWrap) {
  EXPECT_EQ(binary("arith.addi", 100, 100), -56);
  EXPECT_EQ(binary("arith.subi", -100, 100), 56);
  EXPECT_EQ(binary("arith.muli", 100, 3), 44);
}

TEST_F(ArithOpsTest, Divisions) {
  EXPECT_EQ(binary("arith.divsi", -7, 2), -3);
  EXPECT_EQ(binary("arith.floordivsi", -7, 2), -4);
  EXPECT_EQ(binary("arith.ceildivsi", -7, 2), -3);
  EXPECT_EQ(binary("arith.ceildivsi", 7, 2), 4);
  EXPECT_EQ(binary("arith.remsi", -7, 2), -1);
  EXPECT_EQ(binary("arith.divui", -7, 2), 124);
  EXPECT_EQ(binary("arith.ceildivui", -7, 2), 125);
  EXPECT_EQ(binary("arith.remui", -7, 2), 1);
}

TEST_F(ArithOpsTest, UndefinedDivisionsAreDiagnosed) {
  std::string module = moduleOf("arith.divsi", "i8", {"i8", "i8"}, "i8");
  EXPECT_EQ(runForError(module, {scalar(5, 8), scalar(0, 8)}),
            "'arith.divsi' op divides 5 by zero\n");
  EXPECT_EQ(runForError(module, {scalar(-128, 8), scalar(-1, 8)}),
            "'arith.divsi' op divides -128 by -1, which does not fit 8 bits\n");
  module = moduleOf("arith.remui", "i8", {"i8", "i8"}, "i8");
  EXPECT_EQ(runForError(module, {scalar(5, 8), scalar(0, 8)}),
            "'arith.remui' op divides 5 by zero\n");
}

TEST_F(ArithOpsTest, Bits) {
  EXPECT_EQ(binary("arith.andi", 12, 10), 8);
  EXPECT_EQ(binary("arith.ori", 12, 10), 14);
  EXPECT_EQ(binary("arith.xori", 12, 10), 6);
  EXPECT_EQ(binary("arith.shli", 65, 1), -126);
  EXPECT_EQ(binary("arith.shrsi", -7, 1), -4);
  EXPECT_EQ(binary("arith.shrui", -7, 1), 124);
  EXPECT_EQ(runForError(moduleOf("arith.shrsi", "i8", {"i8", "i8"}, "i8"),
                        {scalar(5, 8), scalar(8, 8)}),
            "'arith.shrsi' op shifts a number of 8 bits by 8\n");
}

TEST_F(ArithOpsTest, IntegerComparisons) {
  EXPECT_EQ(binary("arith.maxsi", -1, 1), 1);
  EXPECT_EQ(binary("arith.minsi", -1, 1), -1);
  EXPECT_EQ(binary("arith.maxui", -1, 1), -1);
  EXPECT_EQ(binary("arith.minui", -1, 1), 1);
  struct {
    StringRef predicate;
    bool less, equal, greater, lessUnsigned, greaterUnsigned;
  } rows[] = {{"eq", false, true, false, false, false},
              {"ne", true, false, true, true, true},
              {"slt", true, false, false, false, true},
              {"sle", true, true, false, false, true},
              {"sgt", false, false, true, true, false},
              {"sge", false, true, true, true, false},
              {"ult", true, false, false, true, false},
              {"ule", true, true, false, true, false},
              {"ugt", false, false, true, false, true},
              {"uge", false, true, true, false, true}};
  for (auto &row : rows) {
    std::string op = ("arith.cmpi " + row.predicate + ",").str();
    EXPECT_EQ(compare(op, 1, 2), row.less) << op;
    EXPECT_EQ(compare(op, 2, 2), row.equal) << op;
    EXPECT_EQ(compare(op, 2, 1), row.greater) << op;
    EXPECT_EQ(compare(op, 1, -1), row.lessUnsigned) << op;
    EXPECT_EQ(compare(op, -1, 1), row.greaterUnsigned) << op;
  }
}

TEST_F(ArithOpsTest, ExtendedResults) {
  auto results = run(R"mlir(
    func.func @main(%a: i8, %b: i8) -> (i8, i8, i8, i8, i8, i1) {
      %0, %1 = arith.mulsi_extended %a, %b : i8
      %2, %3 = arith.mului_extended %a, %b : i8
      %4, %5 = arith.addui_extended %a, %b : i8, i1
      return %0, %1, %2, %3, %4, %5 : i8, i8, i8, i8, i8, i1
    })mlir",
                     {scalar(-3, 8), scalar(100, 8)});
  std::vector<int64_t> values;
  for (const RuntimeValue &result : results)
    values.push_back(result.getTensor().getInt());
  // -300 = -2 * 256 + 212; 253 * 100 = 98 * 256 + 212; 353 = 256 + 97.
  EXPECT_EQ(values, (std::vector<int64_t>{-44, -2, -44, 98, 97, -1}));
}

TEST_F(ArithOpsTest, ExtendedResultsOf64Bits) {
  auto results = run(R"mlir(
    func.func @main(%a: i64) -> (i64, i64, i64, i64) {
      %0, %1 = arith.mulsi_extended %a, %a : i64
      %2, %3 = arith.mului_extended %a, %a : i64
      return %0, %1, %2, %3 : i64, i64, i64, i64
    })mlir",
                     {scalar(-2, 64)});
  std::vector<int64_t> values;
  for (const RuntimeValue &result : results)
    values.push_back(result.getTensor().getInt());
  EXPECT_EQ(values, (std::vector<int64_t>{4, 0, 4, -4}));
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

TEST_F(ArithOpsTest, FloatArithmeticRoundsOnce) {
  EXPECT_EQ(floatBinary("arith.addf", 1.0, std::ldexp(1, -24)), 1);
  EXPECT_EQ(floatBinary("arith.subf", 1.0, 0.75), 0.25);
  EXPECT_EQ(floatBinary("arith.mulf", 3.0, -0.5), -1.5);
  EXPECT_EQ(floatBinary("arith.divf", 1.0, 3.0), 1.0f / 3);
  EXPECT_EQ(floatBinary("arith.remf", 5.5, 2.0), 1.5);
}

TEST_F(ArithOpsTest, FloatMaximumAndMinimum) {
  EXPECT_EQ(floatBinary("arith.maximumf", 1.0, 2.0), 2);
  EXPECT_EQ(floatBinary("arith.minimumf", 1.0, 2.0), 1);
  EXPECT_TRUE(std::isnan(floatBinary("arith.maximumf", 1.0, NAN)));
  EXPECT_TRUE(std::isnan(floatBinary("arith.minimumf", NAN, 1.0)));
  EXPECT_EQ(floatBinary("arith.maxnumf", 1.0, double(NAN)), 1);
  EXPECT_EQ(floatBinary("arith.minnumf", double(NAN), 1.0), 1);
  EXPECT_FALSE(std::signbit(floatBinary("arith.maximumf", -0.0, 0.0)));
  EXPECT_TRUE(std::signbit(floatBinary("arith.minimumf", 0.0, -0.0)));
}

TEST_F(ArithOpsTest, FloatComparisons) {
  struct {
    StringRef predicate;
    bool less, equal, greater, unordered;
  } rows[] = {
      {"false", false, false, false, false}, {"oeq", false, true, false, false},
      {"ogt", false, false, true, false},    {"oge", false, true, true, false},
      {"olt", true, false, false, false},    {"ole", true, true, false, false},
      {"one", true, false, true, false},     {"ord", true, true, true, false},
      {"ueq", false, true, false, true},     {"ugt", false, false, true, true},
      {"uge", false, true, true, true},      {"ult", true, false, false, true},
      {"ule", true, true, false, true},      {"une", true, false, true, true},
      {"uno", false, false, false, true},    {"true", true, true, true, true}};
  for (auto &row : rows) {
    std::string op = ("arith.cmpf " + row.predicate + ",").str();
    EXPECT_EQ(floatCompare(op, 1.0, 2.0), row.less) << op;
    EXPECT_EQ(floatCompare(op, 2.0, 2.0), row.equal) << op;
    EXPECT_EQ(floatCompare(op, 2.0, 1.0), row.greater) << op;
    EXPECT_EQ(floatCompare(op, 1.0, double(NAN)), row.unordered) << op;
  }
}

//===----------------------------------------------------------------------===//
// Conversions, constants, selection
//===----------------------------------------------------------------------===//

TEST_F(ArithOpsTest, Conversions) {
  Type f32 = Float32Type::get(&context);
  EXPECT_EQ(ints(convert("arith.extsi", scalar(-3, 8), "i8", "i32"))[0], -3);
  EXPECT_EQ(ints(convert("arith.extui", scalar(-3, 8), "i8", "i32"))[0], 253);
  EXPECT_EQ(ints(convert("arith.extui", scalar(1, 1), "i1", "i32"))[0], 1);
  EXPECT_EQ(ints(convert("arith.extsi", scalar(1, 1), "i1", "i32"))[0], -1);
  EXPECT_EQ(ints(convert("arith.trunci", scalar(300, 32), "i32", "i8"))[0], 44);
  EXPECT_EQ(ints(convert("arith.index_cast", scalar(-3, 8), "i8", "index"))[0],
            -3);
  EXPECT_EQ(
      ints(convert("arith.index_castui", scalar(-3, 8), "i8", "index"))[0],
      253);
  EXPECT_EQ(floats(convert("arith.sitofp", scalar(-3, 8), "i8", "f32"))[0], -3);
  EXPECT_EQ(floats(convert("arith.uitofp", scalar(-3, 8), "i8", "f32"))[0],
            253);
  EXPECT_EQ(ints(convert("arith.fptosi", scalar(-2.9, f32), "f32", "i8"))[0],
            -2);
  EXPECT_EQ(ints(convert("arith.fptoui", scalar(200.5, f32), "f32", "i8"))[0],
            200 - 256);
  EXPECT_EQ(
      floats(convert("arith.truncf", scalar(257.0, f32), "f32", "bf16"))[0],
      256);
  EXPECT_EQ(floats(convert("arith.extf", scalar(0.5, f32), "f32", "f64"))[0],
            0.5);
  EXPECT_EQ(ints(convert("arith.bitcast", scalar(1.0, f32), "f32", "i32"))[0],
            0x3F800000);
  EXPECT_EQ(runForError(moduleOf("arith.fptosi", "f32 to i8", {"f32"}, "i8"),
                        {scalar(128.0, f32)}),
            "'arith.fptosi' op converts 1.280000e+02, which does not fit "
            "'i8'\n");
}

TEST_F(ArithOpsTest, Constants) {
  auto results = run(R"mlir(
    func.func @main() -> (i32, index, f16, tensor<2xi8>, tensor<2xf32>, i1) {
      %0 = arith.constant -7 : i32
      %1 = arith.constant 5 : index
      %2 = arith.constant 0.1 : f16
      %3 = arith.constant dense<[1, -2]> : tensor<2xi8>
      %4 = arith.constant dense<0.5> : tensor<2xf32>
      %5 = arith.constant true
      return %0, %1, %2, %3, %4, %5
          : i32, index, f16, tensor<2xi8>, tensor<2xf32>, i1
    })mlir");
  ASSERT_EQ(results.size(), 6u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{-7}));
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{5}));
  EXPECT_EQ(floats(results[2]), (std::vector<double>{0.0999755859375}));
  EXPECT_EQ(ints(results[3]), (std::vector<int64_t>{1, -2}));
  EXPECT_EQ(floats(results[4]), (std::vector<double>{0.5, 0.5}));
  EXPECT_EQ(ints(results[5]), (std::vector<int64_t>{-1}));
}

TEST_F(ArithOpsTest, ElidedResourceIsDiagnosed) {
  EXPECT_EQ(runForError(R"mlir(
    func.func @main() {
      %0 = arith.constant dense_resource<__elided__> : tensor<2xi8>
      return
    })mlir"),
            "'arith.constant' op has no elements that can be read; its "
            "resource may have been elided\n");
}

TEST_F(ArithOpsTest, SelectChoosesWholesaleOrByElement) {
  Type i1 = IntegerType::get(&context, 1);
  auto results = run(R"mlir(
    func.func @main(%c: i1, %d: tensor<2xi1>, %a: tensor<2xi32>,
                    %b: tensor<2xi32>) -> (tensor<2xi32>, tensor<2xi32>) {
      %0 = arith.select %c, %a, %b : tensor<2xi32>
      %1 = arith.select %d, %a, %b : tensor<2xi1>, tensor<2xi32>
      return %0, %1 : tensor<2xi32>, tensor<2xi32>
    })mlir",
                     {Tensor::integerScalar(0, i1),
                      Tensor::fromArray<char>({2}, i1, {1, 0}),
                      i32({2}, {1, 2}), i32({2}, {3, 4})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{3, 4}));
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{1, 4}));
}

TEST_F(ArithOpsTest, TensorsElementByElement) {
  auto results = run(R"mlir(
    func.func @main(%a: tensor<2x2xi32>, %b: tensor<2x2xi32>)
        -> (tensor<2x2xi32>, tensor<2x2xi1>) {
      %0 = arith.muli %a, %b : tensor<2x2xi32>
      %1 = arith.cmpi slt, %a, %b : tensor<2x2xi32>
      return %0, %1 : tensor<2x2xi32>, tensor<2x2xi1>
    })mlir",
                     {i32({2, 2}, {1, 2, 3, 4}), i32({2, 2}, {4, 3, 2, 1})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{4, 6, 6, 4}));
  EXPECT_EQ(ints(results[1]), (std::vector<int64_t>{-1, -1, 0, 0}));
}

//===----------------------------------------------------------------------===//
// math
//===----------------------------------------------------------------------===//

TEST_F(ArithOpsTest, MathOfFloats) {
  EXPECT_EQ(unary("math.absf", -1.5), 1.5);
  EXPECT_EQ(unary("math.ceil", 1.2), 2);
  EXPECT_EQ(unary("math.floor", -1.2), -2);
  EXPECT_EQ(unary("math.trunc", -1.7), -1);
  EXPECT_EQ(unary("math.round", 2.5), 3);
  EXPECT_EQ(unary("math.roundeven", 2.5), 2);
  EXPECT_EQ(unary("math.cos", 0.5), std::cos(0.5));
  EXPECT_EQ(unary("math.sin", 0.5), std::sin(0.5));
  EXPECT_EQ(unary("math.exp", 0.5), std::exp(0.5));
  EXPECT_EQ(unary("math.exp2", 3), 8);
  EXPECT_EQ(unary("math.log", 0.5), std::log(0.5));
  EXPECT_EQ(unary("math.log2", 8), 3);
  EXPECT_EQ(unary("math.sqrt", 9), 3);
  EXPECT_EQ(unary("math.rsqrt", 4), 0.5);
  EXPECT_EQ(unary("math.tanh", 0.5), std::tanh(0.5));
  EXPECT_EQ(unary("math.erf", 0.5), std::erf(0.5));
  EXPECT_EQ(floatBinary("math.powf", 3.0, 2.0), 9);
  EXPECT_EQ(floatBinary("math.copysign", 3.0, -2.0), -3);
}

TEST_F(ArithOpsTest, MathOfSeveralOperands) {
  auto results = run(R"mlir(
    func.func @main(%x: f32, %n: i32) -> (f32, f32) {
      %0 = math.fma %x, %x, %x : f32
      %1 = math.fpowi %x, %n : f32, i32
      return %0, %1 : f32, f32
    })mlir",
                     {scalar(3.0, Float32Type::get(&context)), scalar(-2, 32)});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(floats(results[0])[0], 12);
  EXPECT_EQ(floats(results[1])[0], double(1.0f / 9));
}

TEST_F(ArithOpsTest, MathOfIntegers) {
  auto unary8 = [&](StringRef op, int64_t x) {
    auto results = run(moduleOf(op, "i8", {"i8"}, "i8"), {scalar(x, 8)});
    return results.empty() ? INT64_MIN : results[0].getTensor().getInt();
  };
  EXPECT_EQ(unary8("math.absi", -5), 5);
  EXPECT_EQ(unary8("math.absi", -128), -128);
  EXPECT_EQ(unary8("math.ctlz", 1), 7);
  EXPECT_EQ(unary8("math.ctlz", 0), 8);
  EXPECT_EQ(unary8("math.ctlz", -1), 0);
  EXPECT_EQ(unary8("math.cttz", 8), 3);
  EXPECT_EQ(unary8("math.cttz", 0), 8);
  EXPECT_EQ(unary8("math.ctpop", -1), 8);
}

TEST_F(ArithOpsTest, UnknownMathIsDiagnosed) {
  EXPECT_EQ(runForError(moduleOf("math.cbrt", "f64", {"f64"}, "f64"),
                        {scalar(8.0, Float64Type::get(&context))}),
            "the reference interpreter does not know 'math.cbrt'\n");
}

} // namespace
