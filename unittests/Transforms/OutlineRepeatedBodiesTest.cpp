//===- OutlineRepeatedBodiesTest.cpp - Outlining keeps what is computed ---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs random unrolled programs before and after their bodies are outlined.
//
//===----------------------------------------------------------------------===//

#include "Reference/InterpreterFixture.h"
#include "iquant/Analysis/RepeatedBodies.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"

#include <chrono>

using namespace mlir;
using namespace mlir::iquant;

namespace {

/// Writes programs of layers in a row. The operands of an op in a layer are
/// values of the layer, of its constants, of the layer before, or, which makes
/// layers of the same ops differ, any value before.
class Generator {
public:
  explicit Generator(unsigned seed) : random(seed) {}

  std::string makeProgram() {
    text = "func.func @main(%v0: i32, %v1: i32) -> (i32, i32, i32) {\n";
    numValues = 2;
    for (unsigned i = 0; i < random() % 3; ++i)
      emitOp(pickKind(), {anyValue(), anyValue()});
    for (unsigned row = 0; row < 1 + random() % 2; ++row)
      emitRow();
    for (unsigned i = 0; i < random() % 3; ++i)
      emitOp(pickKind(), {anyValue(), anyValue()});
    text += llvm::formatv("return {0}, {1}, %v{2} : i32, i32, i32\n}\n",
                          anyValue(), anyValue(), numValues - 1);
    return text;
  }

private:
  struct Op {
    const char *kind;
    unsigned operands[2];
  };

  unsigned pick(unsigned bound) { return random() % bound; }
  const char *pickKind() {
    static const char *kinds[] = {"addi", "subi", "muli", "xori", "andi"};
    return kinds[pick(5)];
  }
  std::string anyValue() { return llvm::formatv("%v{0}", pick(numValues)); }

  void emitOp(StringRef kind, std::pair<std::string, std::string> operands) {
    text += llvm::formatv("%v{0} = arith.{1} {2}, {3} : i32\n", numValues++,
                          kind, operands.first, operands.second);
  }

  std::string emitConstant(unsigned value) {
    text +=
        llvm::formatv("%v{0} = arith.constant {1} : i32\n", numValues, value);
    return llvm::formatv("%v{0}", numValues++);
  }

  void emitRow() {
    unsigned size = 2 + pick(6), count = 2 + pick(4);
    SmallVector<Op> ops;
    for (unsigned i = 0; i < size; ++i)
      ops.push_back({pickKind(), {pick(100), pick(100)}});
    std::string shared = emitConstant(pick(1000)), stream = anyValue(),
                other = anyValue();
    for (unsigned layer = 0; layer < count; ++layer) {
      SmallVector<std::string> values;
      auto getOperand = [&](unsigned choice) -> std::string {
        if (choice < 15 || values.empty())
          return stream;
        if (choice < 25)
          return other;
        if (choice < 35)
          return shared;
        if (choice < 45)
          return emitConstant(7);
        if (choice < 60)
          return emitConstant(pick(1000));
        if (choice < 65)
          return anyValue();
        return values[choice % values.size()];
      };
      for (const Op &op : ops) {
        std::string lhs = getOperand(op.operands[0]);
        emitOp(op.kind, {lhs, getOperand(op.operands[1])});
        values.push_back(llvm::formatv("%v{0}", numValues - 1));
      }
      stream = values.back();
      other = values[pick(values.size())];
    }
  }

  std::mt19937 random;
  std::string text;
  unsigned numValues = 0;
};

class OutlineRepeatedBodiesTest : public reference::InterpreterTest {
protected:
  SmallVector<reference::RuntimeValue> call(ModuleOp module) {
    SmallVector<reference::RuntimeValue> arguments = {
        reference::Tensor::integerScalar(-123456789, i32Type()),
        reference::Tensor::integerScalar(987654321, i32Type())};
    auto results = reference::Interpreter(module).call("main", arguments);
    EXPECT_TRUE(succeeded(results)) << diagnostics;
    return results.value_or(SmallVector<reference::RuntimeValue>());
  }

  Type i32Type() { return IntegerType::get(&context, 32); }

  /// Outlines bodies of two or more ops; whether there were any.
  bool outline(ModuleOp module) {
    PassManager passes(&context);
    OutlineRepeatedBodiesOptions options;
    options.minOps = 2;
    passes.addPass(createOutlineRepeatedBodies(options));
    EXPECT_TRUE(succeeded(passes.run(module))) << diagnostics;
    return llvm::range_size(module.getOps<func::FuncOp>()) > 1;
  }
};

TEST_F(OutlineRepeatedBodiesTest, RandomProgramsComputeTheSame) {
  unsigned numOutlined = 0;
  for (unsigned seed = 0; seed < 1000; ++seed) {
    std::string text = Generator(seed).makeProgram();
    auto before = parseSourceString<ModuleOp>(text, &context);
    ASSERT_TRUE(before) << diagnostics << text;
    OwningOpRef<ModuleOp> after = before->clone();
    numOutlined += outline(*after);
    ASSERT_EQ(call(*before), call(*after)) << "seed " << seed << "\n" << text;
  }
  // Enough programs have equal layers for the comparison to mean something.
  EXPECT_GT(numOutlined, 500u);
}

TEST_F(OutlineRepeatedBodiesTest, OutliningAgainChangesNothing) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    auto module =
        parseSourceString<ModuleOp>(Generator(seed).makeProgram(), &context);
    outline(*module);
    // The bodies themselves may hold bodies; only the function is looked at.
    auto main = module->lookupSymbol<func::FuncOp>("main");
    EXPECT_FALSE(findRepeatedBodies(main.front(), /*minOps=*/2,
                                    /*minCount=*/2))
        << "seed " << seed;
  }
}

/// The time grows little faster than the number of ops: a model of 15000 ops
/// takes well under a second.
TEST_F(OutlineRepeatedBodiesTest, LongPrograms) {
  std::string text = "func.func @main(%v0: i32, %v1: i32) -> i32 {\n";
  unsigned numValues = 2;
  constexpr unsigned kLayers = 30, kOps = 500;
  for (unsigned layer = 0; layer < kLayers; ++layer) {
    std::mt19937 random(1);
    for (unsigned i = 0; i < kOps; ++i, ++numValues)
      text += llvm::formatv("%v{0} = arith.{1} %v{2}, %v{3} : i32\n", numValues,
                            random() % 2 ? "addi" : "muli", numValues - 1,
                            numValues - 1 - random() % std::min(i + 1, 40u));
  }
  text += llvm::formatv("return %v{0} : i32\n}\n", numValues - 1);
  auto module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module) << diagnostics;

  auto start = std::chrono::steady_clock::now();
  auto bodies = findRepeatedBodies(
      module->lookupSymbol<func::FuncOp>("main").front(), 8, 2);
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(bodies);
  EXPECT_EQ(bodies->bodySize, kOps);
  EXPECT_EQ(bodies->getCount(), kLayers);
  RecordProperty("milliseconds", std::to_string(1000 * seconds.count()));
  // Ten times what it takes, so that a loaded machine does not fail the test.
  EXPECT_LT(seconds.count(), 5.0);
}

} // namespace
