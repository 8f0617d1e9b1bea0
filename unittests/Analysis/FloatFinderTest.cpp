//===- FloatFinderTest.cpp - Floating point in types and attributes -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks what counts as floating point, by text and by structure.
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/FloatFinder.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/Builders.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::iquant;

namespace {

TEST(NamesFloat, Types) {
  for (StringRef text :
       {"f32", "!a.b<f16>", "!a.b<4xf64>", "!a.b<?x576xbf16>", "!a.b<*xtf32>",
        "!a.b<[4]xf80>", "!a.b<2x[4]xf128>", "!a.b<f8E4M3FN>", "!a.b<f4E2M1FN>",
        "#a.kind<e5m2>", "!llvm.ppc_fp128", "!a.b<i8:f32, 1>", "(i32,f32)"})
    EXPECT_TRUE(namesFloat(text)) << text.str();
}

TEST(NamesFloat, Literals) {
  for (StringRef text :
       {"#a.b<0.5>", "#a.b<-1.>", "#a.b<3e8>", "#a.b<1.0E-5>", "[1, 2.5]"})
    EXPECT_TRUE(namesFloat(text)) << text.str();
}

TEST(NamesFloat, Integers) {
  for (StringRef text :
       {"i32", "!a.b<4xi32>", "!iquant.fixed<?x576xi32, 16>", "#a.b<0x1e5>",
        "#a.pairing<half>", "#a.version<1.2.3>", "#a.b<v1.0>", "#a.b<xf32y>",
        "#a.b<f>", "#a.b<f7>", "#a.b<buf32>", "#a.b<e4>", "#a.b<8e>", ""})
    EXPECT_FALSE(namesFloat(text)) << text.str();
}

TEST(NamesFloat, StringsAreNames) {
  EXPECT_FALSE(namesFloat("!a.b<\"f32\">"));
  EXPECT_FALSE(namesFloat("!a.b<\"say \\\"f32\\\" f32\", i8>"));
  EXPECT_TRUE(namesFloat("!a.b<\"x\", f32>"));
  EXPECT_FALSE(namesFloat("!a.b<\"unterminated f32"));
}

TEST(NamesFloat, StringsOfProgramText) {
  EXPECT_TRUE(namesFloat("!emitc.opaque<\"float\">", /*readStrings=*/true));
  EXPECT_TRUE(namesFloat("<\"std::vector<double>\">", /*readStrings=*/true));
  EXPECT_TRUE(namesFloat("#emitc.opaque<\"1.5f\">", /*readStrings=*/true));
  EXPECT_FALSE(namesFloat("#emitc.opaque<\"int32_t\">", /*readStrings=*/true));
  // Only in strings: `double` is a word of many dialects.
  EXPECT_FALSE(namesFloat("#a.precision<double>", /*readStrings=*/true));
}

class FloatFinderTest : public ::testing::Test {
protected:
  FloatFinderTest() {
    context.allowUnregisteredDialects();
    context.loadDialect<LLVM::LLVMDialect, quant::QuantDialect>();
  }
  bool hasFloat(StringRef type) {
    return finder.contains(parseType(type, &context));
  }
  bool attributeHasFloat(StringRef attribute) {
    return finder.contains(parseAttribute(attribute, &context));
  }

  MLIRContext context;
  FloatFinder finder;
};

TEST_F(FloatFinderTest, TypesWithFloat) {
  for (StringRef type :
       {"f32", "tensor<?x4xf16>", "vector<[4]xbf16>", "memref<*xf32>",
        "tuple<i1, tuple<f8E5M2>>", "complex<f64>", "(i32) -> f32",
        "(() -> f32) -> ()", "tensor<4xi8, {scale = 1.0 : f32}>",
        "!quant.uniform<i8:f32, 0.5>", "tensor<4x!quant.any<i8<-8:7>:f32>>",
        "!llvm.array<2 x vector<4xf32>>",
        "!llvm.struct<\"s\", (i32, struct<(f64)>)>", "!llvm.func<f32 (i32)>",
        "!llvm.ppc_fp128", "!other.tile<8xf32>"})
    EXPECT_TRUE(hasFloat(type)) << type.str();
}

TEST_F(FloatFinderTest, TypesWithoutFloat) {
  for (StringRef type :
       {"i32", "index", "none", "tensor<?x4xui8>", "complex<i32>",
        "memref<?xi8, affine_map<(d0) -> (d0 * 2)>, 3>", "(i32) -> (index, i1)",
        "!llvm.ptr<3>", "!llvm.struct<\"f32\", (i32)>",
        "!llvm.struct<\"list\", (ptr, i32)>", "!other.tile<8xi8>"})
    EXPECT_FALSE(hasFloat(type)) << type.str();
}

TEST_F(FloatFinderTest, Attributes) {
  for (StringRef attribute :
       {"0.5 : f32", "[1, [2.0]]", "{a = 1, b = {c = 1.0 : f16}}", "f32",
        "dense<1.0> : tensor<2xf32>", "sparse<[0], 1.0> : tensor<2xf32>",
        "array<f64: 1.0>", "tensor<2xf32>", "#other.scale<0.5>"})
    EXPECT_TRUE(attributeHasFloat(attribute)) << attribute.str();
  for (StringRef attribute :
       {"1 : i32", "\"0.5 : f32\"", "unit", "@f32", "dense<1> : tensor<2xi32>",
        "array<i8: 1>", "affine_map<(d0) -> (d0)>", "loc(\"f32\")", "true",
        "#other.scale<1, 2>"})
    EXPECT_FALSE(attributeHasFloat(attribute)) << attribute.str();
}

TEST_F(FloatFinderTest, LocationsDoNotCount) {
  EXPECT_FALSE(attributeHasFloat("loc(fused<0.5 : f32>[\"a\"])"));
  EXPECT_FALSE(attributeHasFloat("[loc(fused<f32>[\"a\"]), 1]"));
}

TEST_F(FloatFinderTest, RecursiveStructEnds) {
  auto node = LLVM::LLVMStructType::getIdentified(&context, "node");
  auto pointer = LLVM::LLVMPointerType::get(&context);
  ASSERT_TRUE(succeeded(node.setBody({pointer, node}, /*isPacked=*/false)));
  EXPECT_FALSE(finder.contains(node));
}

} // namespace
