//===- ObserversTest.cpp - Matching as if observers were not there --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/Observers.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::iquant;

namespace {

/// An input with observers in a row and side by side, one of them with
/// statistics, and its readers in front of, between and behind them.
constexpr StringLiteral kModule = R"mlir(
  func.func @f(%x: tensor<?x1xf32>) {
    %0 = transformer.silu %x : tensor<?x1xf32>
    %a = transformer.observe %x "a" : tensor<?x1xf32>
    %1 = transformer.gelu %a<erf> : tensor<?x1xf32>
    %b = transformer.observe %a "b" {statistics = #transformer.statistics<
      count = 7, min = dense<0.0> : tensor<1xf32>, max = dense<0.0> : tensor<1xf32>, mean = dense<0.0> : tensor<1xf32>,
      deviation = dense<0.0> : tensor<1xf32>, absmax = dense<0.0> : tensor<1xf32>>} : tensor<?x1xf32>
    %2 = transformer.add %b, %b : tensor<?x1xf32>
    %c = transformer.observe %x "c" : tensor<?x1xf32>
    return
  })mlir";

class Observers : public testing::Test {
protected:
  Observers() {
    context.loadDialect<transformer::TransformerDialect, func::FuncDialect>();
    module = parseSourceString<ModuleOp>(kModule, &context);
    function = *module->getOps<func::FuncOp>().begin();
  }

  Value observed(StringRef name) {
    for (auto op : function.getOps<transformer::ObserveOp>())
      if (op.getName() == name)
        return op.getResult();
    return Value();
  }

  static std::vector<std::string> ownersOf(ArrayRef<OpOperand *> readers) {
    std::vector<std::string> owners;
    for (OpOperand *reader : readers)
      owners.push_back(reader->getOwner()->getName().stripDialect().str() +
                       std::to_string(reader->getOperandNumber()));
    llvm::sort(owners);
    return owners;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
};

TEST_F(Observers, SkipsToTheValue) {
  EXPECT_EQ(skipObservers(observed("b")), function.getArgument(0));
  EXPECT_EQ(skipObservers(function.getArgument(0)), function.getArgument(0));
}

TEST_F(Observers, FindsAllReaders) {
  using Owners = std::vector<std::string>;
  EXPECT_EQ(ownersOf(getReaders(function.getArgument(0))),
            (Owners{"add0", "add1", "gelu0", "silu0"}));
  EXPECT_EQ(ownersOf(getReaders(observed("a"))),
            (Owners{"add0", "add1", "gelu0"}));
  EXPECT_TRUE(getReaders(observed("c")).empty());
}

TEST_F(Observers, FindsStatisticsBeforeAndAfter) {
  for (Value value : {Value(function.getArgument(0)), observed("a"),
                      observed("b"), observed("c")}) {
    transformer::StatisticsAttr statistics = findStatistics(value);
    ASSERT_TRUE(statistics);
    EXPECT_EQ(statistics.getCount(), 7);
  }
  auto add = *function.getOps<transformer::AddOp>().begin();
  EXPECT_FALSE(findStatistics(add.getResult()));
}

} // namespace
