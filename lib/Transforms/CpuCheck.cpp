//===- CpuCheck.cpp - Whether a processor can run the code ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CpuCheck.h"

#include "iquant/Target/CpuFeatures.h"
#include "iquant/Target/MatrixInstruction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace mlir::iquant;

namespace {

/// Builds a function that returns at the first thing that is missing.
class CheckEmitter {
public:
  explicit CheckEmitter(ModuleOp module);

  func::FuncOp emit(ArrayRef<CpuRequirement> requirements);

private:
  enum Register { Eax, Ebx, Ecx };

  Value integer(int64_t value, unsigned width) {
    return arith::ConstantIntOp::create(b, value, width);
  }
  /// Goes on if the condition holds.
  void require(Value condition);
  void requireAnyBit(Value word, uint64_t mask);

  /// Output `index` of an instruction that has outputs of these widths; it is
  /// executed where it stands.
  Value callAssembly(StringRef code, StringRef constraints, ValueRange inputs,
                     unsigned index, ArrayRef<unsigned> widths);
  Value cpuid(uint32_t leaf, uint32_t part, Register output);
  Value systemRegister(StringRef name);
  Value read(CpuWord word);

  ImplicitLocOpBuilder b;
  func::FuncOp function;
};

} // namespace

CheckEmitter::CheckEmitter(ModuleOp module)
    : b(module.getLoc(), OpBuilder::atBlockEnd(module.getBody())) {
  // The prefix keeps it apart from functions of users.
  function = func::FuncOp::create(b, "iquant.has_processor",
                                  b.getFunctionType({}, b.getI1Type()));
  function.setPrivate();
  compileForAnyCpu(function);
  b.setInsertionPointToStart(function.addEntryBlock());
}

void CheckEmitter::require(Value condition) {
  Block *here = b.getInsertionBlock();
  Region *body = &function.getBody();
  Block *leave = b.createBlock(body, body->end());
  func::ReturnOp::create(b, integer(0, 1));
  Block *next = b.createBlock(body, body->end());
  b.setInsertionPointToEnd(here);
  cf::CondBranchOp::create(b, condition, next, leave);
  b.setInsertionPointToStart(next);
}

void CheckEmitter::requireAnyBit(Value word, uint64_t mask) {
  unsigned width = word.getType().getIntOrFloatBitWidth();
  Value bits = arith::AndIOp::create(
      b, word, integer(llvm::SignExtend64(mask, width), width));
  require(arith::CmpIOp::create(b, arith::CmpIPredicate::ne, bits,
                                integer(0, width)));
}

Value CheckEmitter::callAssembly(StringRef code, StringRef constraints,
                                 ValueRange inputs, unsigned index,
                                 ArrayRef<unsigned> widths) {
  SmallVector<Type> types;
  for (unsigned width : widths)
    types.push_back(b.getIntegerType(width));
  Type type = types.size() == 1
                  ? types.front()
                  : LLVM::LLVMStructType::getLiteral(b.getContext(), types);
  Value result =
      LLVM::InlineAsmOp::create(
          b, type, inputs, code, constraints, /*has_side_effects=*/true,
          /*is_align_stack=*/false, LLVM::tailcallkind::TailCallKind::None,
          /*asm_dialect=*/nullptr, /*operand_attrs=*/nullptr)
          .getResult(0);
  return types.size() == 1
             ? result
             : Value(LLVM::ExtractValueOp::create(b, result, index));
}

/// Around it RBX is kept, which LLVM may need for itself.
Value CheckEmitter::cpuid(uint32_t leaf, uint32_t part, Register output) {
  return callAssembly(
      "xchgq %rbx, ${1:q}\ncpuid\nxchgq %rbx, ${1:q}",
      "={ax},=r,={cx},={dx},0,2",
      {integer(static_cast<int32_t>(leaf), 32), integer(part, 32)}, output,
      {32, 32, 32, 32});
}

Value CheckEmitter::systemRegister(StringRef name) {
  return callAssembly(("mrs $0, " + name).str(), "=r", {}, 0, {64});
}

Value CheckEmitter::read(CpuWord word) {
  switch (word) {
  case CpuWord::X86Leaf1Ecx:
    return cpuid(1, 0, Ecx);
  case CpuWord::X86SavedState:
    return callAssembly("xgetbv", "={ax},={dx},{cx}", integer(0, 32), 0,
                        {32, 32});
  case CpuWord::X86Leaf7Ebx:
  case CpuWord::X86Leaf7Ecx:
  case CpuWord::X86Leaf7Sub1Eax: {
    // Of a leaf that does not exist a processor may tell anything.
    require(arith::CmpIOp::create(b, arith::CmpIPredicate::uge,
                                  cpuid(0, 0, Eax), integer(7, 32)));
    bool isSub = word == CpuWord::X86Leaf7Sub1Eax;
    return cpuid(7, isSub,
                 isSub                          ? Eax
                 : word == CpuWord::X86Leaf7Ebx ? Ebx
                                                : Ecx);
  }
  case CpuWord::X86Extended1Ecx:
    return cpuid(0x80000001, 0, Ecx);
  case CpuWord::AArch64Isar0:
    return systemRegister("ID_AA64ISAR0_EL1");
  case CpuWord::AArch64Isar1:
    return systemRegister("ID_AA64ISAR1_EL1");
  case CpuWord::AArch64Pfr0:
    return systemRegister("ID_AA64PFR0_EL1");
  }
  llvm_unreachable("unknown word");
}

func::FuncOp CheckEmitter::emit(ArrayRef<CpuRequirement> requirements) {
  std::optional<CpuWord> word;
  Value value;
  for (const CpuRequirement &requirement : requirements) {
    if (word != requirement.word)
      value = read(requirement.word);
    word = requirement.word;
    requireAnyBit(value, requirement.mask);
  }
  func::ReturnOp::create(b, integer(1, 1));
  return function;
}

func::FuncOp mlir::iquant::emitCpuCheck(ModuleOp module) {
  SmallVector<CpuRequirement> requirements =
      getCpuRequirements(getTarget(module));
  if (requirements.empty())
    return nullptr;
  return CheckEmitter(module).emit(requirements);
}

void mlir::iquant::compileForAnyCpu(func::FuncOp function) {
  LLVM::TargetAttrInterface target = getTarget(function);
  if (!target)
    return;
  // The names of llvm.func, which gets them.
  MLIRContext *context = function.getContext();
  function->setAttr("target_cpu",
                    StringAttr::get(context, getBaselineCpu(target)));
  function->setAttr("target_features",
                    LLVM::TargetFeaturesAttr::get(context, ""));
}
