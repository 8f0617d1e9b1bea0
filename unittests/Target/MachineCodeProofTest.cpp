//===- MachineCodeProofTest.cpp -------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles small functions for several targets and looks for floats in them.
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/MachineCodeProof.h"
#include "iquant/Target/NativeCode.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/SourceMgr.h"

#include <gtest/gtest.h>

using namespace mlir::iquant;

namespace {
class MachineCodeProofTest : public ::testing::TestWithParam<CodeTarget> {
protected:
  /// The findings in the object of a function body, as sentences.
  std::vector<std::string> prove(const std::string &ir) {
    llvm::LLVMContext context;
    llvm::SMDiagnostic diagnostic;
    auto module = llvm::parseAssemblyString(ir, diagnostic, context);
    if (!module) {
      ADD_FAILURE() << diagnostic.getMessage().str();
      return {};
    }
    auto machine = llvm::cantFail(createTargetMachine(GetParam()));
    module->setTargetTriple(machine->getTargetTriple());
    module->setDataLayout(machine->createDataLayout());
    llvm::SmallString<0> object;
    llvm::raw_svector_ostream out(object);
    llvm::cantFail(
        emitCode(*module, *machine, llvm::CodeGenFileType::ObjectFile, out));
    std::vector<std::string> sentences;
    for (const MachineCodeFinding &finding :
         llvm::cantFail(findFloatsInMachineCode({object, "test"})))
      sentences.push_back(finding.describe());
    return sentences;
  }
};
} // namespace

TEST_P(MachineCodeProofTest, IntegersPass) {
  EXPECT_TRUE(prove(R"(
    declare ptr @aligned_alloc(i64, i64)
    define i32 @sum(ptr %x, i64 %n) {
    entry:
      br label %loop
    loop:
      %i = phi i64 [ 0, %entry ], [ %j, %loop ]
      %s = phi i32 [ 0, %entry ], [ %t, %loop ]
      %p = getelementptr i32, ptr %x, i64 %i
      %v = load i32, ptr %p
      %t = add i32 %s, %v
      %j = add i64 %i, 1
      %c = icmp ult i64 %j, %n
      br i1 %c, label %loop, label %exit
    exit:
      %m = call ptr @aligned_alloc(i64 64, i64 64)
      store i32 %t, ptr %m
      ret i32 %t
    })")
                  .empty());
}

TEST_P(MachineCodeProofTest, ArithmeticIsFound) {
  std::vector<std::string> found = prove(R"(
    define i32 @clean(i32 %x) {
      ret i32 %x
    }
    define float @twice(float %x) {
      %y = fadd float %x, %x
      ret float %y
    })");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].find("function 'twice', offset 0x"), std::string::npos);
  EXPECT_NE(found[0].find("add"), std::string::npos);
}

TEST_P(MachineCodeProofTest, ConversionsAreFound) {
  EXPECT_FALSE(prove(R"(
    define double @widen(i32 %x) {
      %y = sitofp i32 %x to double
      ret double %y
    })")
                   .empty());
  EXPECT_FALSE(prove(R"(
    define i32 @narrow(float %x) {
      %y = fptosi float %x to i32
      ret i32 %y
    })")
                   .empty());
}

// LLVM negates vectors on AArch64 to make constants of integers, so that alone
// says nothing; a scalar is negated for its own sake.
TEST_P(MachineCodeProofTest, ConstantsPass) {
  EXPECT_TRUE(prove(R"(
    define <2 x i64> @constant() {
      ret <2 x i64> splat (i64 -9223372036854775808)
    })")
                  .empty());
  bool flipsInRegister = llvm::StringRef(GetParam().triple).starts_with("x86");
  EXPECT_EQ(prove(R"(
    define double @negate(double %x) {
      %y = fneg double %x
      ret double %y
    })")
                .empty(),
            flipsInRegister);
}

TEST_P(MachineCodeProofTest, FunctionsOfOtherLibrariesAreFound) {
  std::vector<std::string> found = prove(R"(
    declare i32 @secret(i32)
    define i32 @caller(i32 %x) {
      %y = call i32 @secret(i32 %x)
      %z = add i32 %y, 1
      ret i32 %z
    })");
  EXPECT_EQ(found, std::vector<std::string>{
                       "needs the symbol 'secret', which is not known to be "
                       "integer-only"});
}

INSTANTIATE_TEST_SUITE_P(
    Targets, MachineCodeProofTest,
    ::testing::Values(CodeTarget{"x86_64-linux-gnu", "x86-64-v4", ""},
                      CodeTarget{"x86_64-linux-gnu", "x86-64", ""},
                      CodeTarget{"aarch64-linux-gnu", "generic", ""},
                      CodeTarget{"riscv64-linux-gnu", "generic-rv64",
                                 "+m,+a,+c,+f,+d"}),
    [](const ::testing::TestParamInfo<CodeTarget> &info) {
      std::string name = info.param.triple + "_" + info.param.cpu;
      std::replace_if(
          name.begin(), name.end(), [](char c) { return !llvm::isAlnum(c); },
          '_');
      return name;
    });

/// Without a floating-point unit the compiler calls its own library.
TEST(MachineCodeProof, SoftFloatIsFound) {
  llvm::LLVMContext context;
  llvm::SMDiagnostic diagnostic;
  auto module = llvm::parseAssemblyString(
      "define float @twice(float %x) {\n  %y = fadd float %x, %x\n"
      "  ret float %y\n}",
      diagnostic, context);
  auto machine = llvm::cantFail(
      createTargetMachine({"riscv64-linux-gnu", "generic-rv64", "+m,+a,+c"}));
  module->setTargetTriple(machine->getTargetTriple());
  module->setDataLayout(machine->createDataLayout());
  llvm::SmallString<0> object;
  llvm::raw_svector_ostream out(object);
  llvm::cantFail(
      emitCode(*module, *machine, llvm::CodeGenFileType::ObjectFile, out));
  auto found = llvm::cantFail(findFloatsInMachineCode({object, "test"}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].describe(),
            "function '__addsf3' computes floating point in integers");
}

TEST(MachineCodeProof, WhatIsNoObjectIsRefused) {
  auto found = findFloatsInMachineCode({"not an object", "test"});
  EXPECT_FALSE(static_cast<bool>(found));
  llvm::consumeError(found.takeError());
}

TEST(NativeCode, UnknownTargetsAreRefused) {
  auto unknown = createTargetMachine({"pdp11-unknown-unix", "", ""});
  ASSERT_FALSE(static_cast<bool>(unknown));
  std::string message = llvm::toString(unknown.takeError());
  EXPECT_NE(message.find("unknown target 'pdp11-unknown-unix'; known are "),
            std::string::npos);
  EXPECT_NE(message.find("aarch64, "), std::string::npos);
  auto processor = createTargetMachine({"x86_64-linux-gnu", "z80", ""});
  ASSERT_FALSE(static_cast<bool>(processor));
  EXPECT_EQ(llvm::toString(processor.takeError())
                .find("unknown processor 'z80' of target"),
            0u);
}
