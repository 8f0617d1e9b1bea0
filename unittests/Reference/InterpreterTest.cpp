//===- InterpreterTest.cpp - Calls, errors and observation ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterFixture.h"

using namespace mlir;
using namespace mlir::iquant::reference;

namespace {

TEST_F(InterpreterTest, CallsOtherFunctions) {
  auto results = run(R"mlir(
    func.func private @twice(%x: i32) -> (i32, i32) {
      %0 = arith.addi %x, %x : i32
      return %x, %0 : i32, i32
    }
    func.func @main(%x: i32) -> i32 {
      %0:2 = call @twice(%x) : (i32) -> (i32, i32)
      %1:2 = call @twice(%0#1) : (i32) -> (i32, i32)
      return %1#1 : i32
    })mlir",
                     {i32({}, {5})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ints(results[0]), (std::vector<int64_t>{20}));
}

TEST_F(InterpreterTest, ArgumentsMustFit) {
  constexpr StringLiteral kModule = R"mlir(
    func.func @main(%x: tensor<?x2xi32>) { return })mlir";
  run(kModule, {i32({3, 2}, {1, 2, 3, 4, 5, 6})});
  EXPECT_EQ(runForError(kModule),
            "'func.func' op expects 1 arguments, got 0\n");
  EXPECT_EQ(runForError(kModule, {i32({2, 1}, {1, 2})}),
            "'func.func' op argument 0 expects tensor<?x2xi32>, got a tensor "
            "of shape [2, 1] "
            "and element type 'i32'\n");
  EXPECT_EQ(runForError(kModule, {integers<int8_t>({1, 2}, {1, 2})}),
            "'func.func' op argument 0 expects tensor<?x2xi32>, got a tensor "
            "of shape [1, 2] "
            "and element type 'i8'\n");
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%x: !iquant.dyn<2x2xsi8>) { return })mlir",
                        {i32({1}, {1})}),
            "'func.func' op argument 0 expects 3 components of "
            "!iquant.dyn<2x2xsi8>, got 1\n");
}

TEST_F(InterpreterTest, ScalesMustFitTheCodes) {
  EXPECT_EQ(runForError(R"mlir(
    func.func @main(%x: !iquant.dyn<?x2xsi8>) { return })mlir",
                        {RuntimeValue(SmallVector<Tensor, 1>{
                            integers<int8_t>({2, 2}, {1, 2, 3, 4}),
                            i32({1}, {32768}), i32({1}, {0})})}),
            "'func.func' op argument 0 expects scales of shape [2] beside "
            "codes of shape [2, 2], "
            "got [1]\n");
}

TEST_F(InterpreterTest, UnknownOpsAreDiagnosed) {
  EXPECT_EQ(runForError(R"mlir(
    func.func @main() {
      %0 = tensor.empty() : tensor<2xf32>
      %1 = linalg.softmax dimension(0) ins(%0 : tensor<2xf32>)
          outs(%0 : tensor<2xf32>) -> tensor<2xf32>
      return
    })mlir"),
            "the reference interpreter does not know 'linalg.softmax'\n");
  EXPECT_EQ(runForError(R"mlir(
    func.func @main() {
      %0 = ub.poison : i32
      return
    })mlir"),
            "the reference interpreter does not know 'ub.poison'\n");
  EXPECT_EQ(runForError(R"mlir(
    func.func @main() {
      %0 = arith.constant 1 : i128
      return
    })mlir"),
            "the reference interpreter has no values of 'i128'\n");
}

TEST_F(InterpreterTest, FunctionsThatCannotRun) {
  EXPECT_EQ(runForError("func.func private @main()"),
            "'func.func' op has no body to interpret\n");
  EXPECT_EQ(runForError("func.func @other() { return }"),
            "there is no function 'main' to call\n");
  EXPECT_EQ(runForError(R"mlir(
    func.func @main() {
      call @main() : () -> ()
      return
    })mlir"),
            "'func.call' op calls 'main' more than 256 levels deep\n");
  EXPECT_EQ(runForError(R"mlir(
    func.func @main() {
      cf.br ^next
    ^next:
      return
    })mlir"),
            "'func.func' op expects a region of one block to interpret, got "
            "2\n");
}

TEST_F(InterpreterTest, AssertionsHold) {
  constexpr StringLiteral kModule = R"mlir(
    func.func @main(%c: i1) {
      cf.assert %c, "must be true"
      return
    })mlir";
  Type i1 = IntegerType::get(&context, 1);
  run(kModule, {Tensor::integerScalar(1, i1)});
  EXPECT_EQ(runForError(kModule, {Tensor::integerScalar(0, i1)}),
            "'cf.assert' op assertion failed: must be true\n");
}

TEST_F(InterpreterTest, ObserverSeesOperandsAndResultsOfEveryOp) {
  std::vector<std::string> seen;
  observer = [&](Operation *op, ArrayRef<RuntimeValue> operands,
                 ArrayRef<RuntimeValue> results) {
    std::string text = op->getName().getStringRef().str();
    for (const RuntimeValue &operand : operands)
      text += " " + std::to_string(operand.getTensor().getInt());
    text += " ->";
    for (const RuntimeValue &result : results)
      text += " " + std::to_string(result.getTensor().getInt());
    seen.push_back(text);
  };
  run(R"mlir(
    func.func @main(%c: i1) -> i32 {
      %0 = arith.constant 3 : i32
      %1 = scf.if %c -> i32 {
        %2 = arith.addi %0, %0 : i32
        scf.yield %2 : i32
      } else {
        scf.yield %0 : i32
      }
      return %1 : i32
    })mlir",
      {Tensor::integerScalar(1, IntegerType::get(&context, 1))});
  EXPECT_EQ(seen, (std::vector<std::string>{"arith.constant -> 3",
                                            "arith.addi 3 3 -> 6",
                                            "scf.if -1 -> 6"}));
}

TEST_F(InterpreterTest, ValuesAreDroppedAfterTheirLastUse) {
  // A tensor that is written to keeps its place only when nobody shares it:
  // the test keeps every result, and asks two ops later who else has it.
  std::vector<Tensor> kept;
  std::vector<bool> dropped;
  observer = [&](Operation *, ArrayRef<RuntimeValue>,
                 ArrayRef<RuntimeValue> results) {
    kept.push_back(results.front().getTensor());
    if (kept.size() < 3)
      return;
    Tensor &old = kept[kept.size() - 3];
    const char *before = old.getRawData().data();
    old.setInt(0, old.getInt(0));
    dropped.push_back(before == old.getRawData().data());
  };
  run(R"mlir(
    func.func @main(%x: tensor<3xi32>) -> tensor<3xi32> {
      %0 = arith.addi %x, %x : tensor<3xi32>
      %1 = arith.addi %0, %0 : tensor<3xi32>
      %2 = arith.addi %1, %1 : tensor<3xi32>
      %3 = arith.addi %2, %1 : tensor<3xi32>
      %4 = arith.addi %3, %3 : tensor<3xi32>
      return %4 : tensor<3xi32>
    })mlir",
      {i32({3}, {1, 2, 3})});
  // %1 is in use until %3; %0 and %2 are gone two ops after them.
  EXPECT_EQ(dropped, (std::vector<bool>{true, false, true}));
}

} // namespace
