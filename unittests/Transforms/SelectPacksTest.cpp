//===- SelectPacksTest.cpp - Other widths within lanes, interpreted -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Reference/Interpreter.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

#include <random>

using namespace mlir;
using namespace mlir::iquant;
using reference::Tensor;

// 32-bit integers to bytes by two steps with arithmetic in between, and from
// bytes a sum of 16 bits in 32, as softmax has them; `$` stands for a number of
// elements, `&` for half of it.
static constexpr StringLiteral kProgram = R"mlir(
  func.func @main(%x: vector<$xi32>) -> (vector<$xi8>, vector<$xi16>, vector<$xi8>, i32) {
    %least16 = arith.constant dense<0> : vector<$xi32>
    %most16 = arith.constant dense<65535> : vector<$xi32>
    %least8 = arith.constant dense<-128> : vector<$xi16>
    %most8 = arith.constant dense<127> : vector<$xi16>
    %eight = arith.constant dense<8> : vector<$xi16>
    %three = arith.constant dense<3> : vector<$xi16>
    %sixteen = arith.constant dense<16> : vector<&xi32>
    %zeros = arith.constant dense<0> : vector<&xi32>
    %zero = arith.constant 0 : i32
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %a = arith.maxsi %x, %least16 : vector<$xi32>
    %b = arith.minsi %a, %most16 : vector<$xi32>
    %half = arith.trunci %b : vector<$xi32> to vector<$xi16>
    %moved = arith.addi %half, %three : vector<$xi16>
    %shifted = arith.shrsi %moved, %three : vector<$xi16>
    %c = arith.maxsi %shifted, %least8 : vector<$xi16>
    %d = arith.minsi %c, %most8 : vector<$xi16>
    %byte = arith.trunci %d : vector<$xi16> to vector<$xi8>
    %wide = arith.extui %byte : vector<$xi8> to vector<$xi16>
    %product = arith.muli %wide, %wide : vector<$xi16>
    %high = arith.shrui %product, %eight : vector<$xi16>
    %back = arith.trunci %high : vector<$xi16> to vector<$xi8>
    %pairs = vector.bitcast %product : vector<$xi16> to vector<&xi32>
    %odd = arith.shrui %pairs, %sixteen : vector<&xi32>
    %sum = scf.for %i = %c0 to %c3 step %c1 iter_args(%before = %zeros) -> vector<&xi32> {
      %copy = arith.addi %odd, %zeros : vector<&xi32>
      %after = arith.addi %before, %copy : vector<&xi32>
      scf.yield %after : vector<&xi32>
    }
    %total = vector.reduction <add>, %sum : vector<&xi32> into i32
    return %byte, %half, %back, %total : vector<$xi8>, vector<$xi16>, vector<$xi8>, i32
  })mlir";

static std::string getProgram(int64_t elements) {
  std::string text;
  for (char c : kProgram)
    text += c == '$'   ? std::to_string(elements)
            : c == '&' ? std::to_string(elements / 2)
                       : std::string(1, c);
  return text;
}

// Registers of either width, one of bytes or two, and a half.
TEST(SelectPacksTest, KeepsEveryElement) {
  MLIRContext context;
  context
      .loadDialect<arith::ArithDialect, func::FuncDialect,
                   vector::VectorDialect, scf::SCFDialect, LLVM::LLVMDialect>();
  std::mt19937 random(1);
  for (auto [features, bytes] :
       {std::pair("+avx2", 32), {"+avx2,+avx512bw", 64}, {"+sse2", 32}})
    for (int64_t elements : {bytes, 2 * bytes, bytes / 2}) {
      SCOPED_TRACE(std::string(features) + " " + std::to_string(elements));
      auto module = parseSourceString<ModuleOp>(getProgram(elements), &context);
      ASSERT_TRUE(module);
      Tensor x({elements}, IntegerType::get(&context, 32));
      for (int64_t i = 0; i < elements; ++i)
        x.setInt(i, static_cast<int32_t>(random()) >> (i % 4 * 8));
      auto expected = reference::Interpreter(*module).call("main", {x});

      PassManager passes(&context);
      SetTargetOptions target;
      target.triple = "x86_64-linux-gnu";
      target.features = features;
      passes.addPass(createSetTarget(target));
      passes.addNestedPass<func::FuncOp>(createSelectPacks());
      ASSERT_TRUE(succeeded(passes.run(*module)));
      int64_t packs = 0;
      module->walk([&](LLVM::CallIntrinsicOp) { ++packs; });
      // One step to 16 bits, two to bytes.
      int64_t expectedPacks = 2 * elements / bytes + elements / bytes * 2;
      EXPECT_EQ(packs, StringRef(features) == "+sse2" ? 0 : expectedPacks);
      auto actual = reference::Interpreter(*module).call("main", {x});
      ASSERT_TRUE(succeeded(expected) && succeeded(actual));
      EXPECT_EQ(*actual, *expected);
    }
}
