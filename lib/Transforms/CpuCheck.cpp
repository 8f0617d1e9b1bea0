//===- CpuCheck.cpp - Which code a processor can run ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CpuCheck.h"

#include "iquant/Target/CpuFeatures.h"
#include "iquant/Target/MatrixInstruction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// Questions
//===----------------------------------------------------------------------===//

namespace {

/// Emits the questions that a processor answers, each once: those of a virtual
/// machine go to its host.
class CpuReader {
public:
  explicit CpuReader(ImplicitLocOpBuilder &builder) : b(builder) {}

  /// A word of 32 or 64 bits.
  Value read(CpuWord word);

private:
  enum Register : int64_t { Eax, Ebx, Ecx };
  /// EAX, EBX, ECX and EDX.
  using Leaf = Value;

  Value ask(CpuWord word);
  Leaf cpuid(uint32_t leaf, uint32_t part);
  /// A part of leaf 7, or zeros where there is none.
  Leaf readLeaf7(uint32_t part);
  Value readSavedState();
  Value readSystemRegister(StringRef name);

  Value integer(int64_t value) {
    return arith::ConstantIntOp::create(b, value, 32);
  }
  Value extract(Value registers, int64_t index) {
    return LLVM::ExtractValueOp::create(b, registers, index);
  }
  Type getRegisters(unsigned count) {
    return LLVM::LLVMStructType::getLiteral(
        b.getContext(), SmallVector<Type>(count, b.getI32Type()));
  }
  /// An instruction that is executed where it stands.
  Value callAssembly(StringRef code, StringRef constraints, ValueRange inputs,
                     Type result);
  /// What `read` gives if the condition holds, else zeros.
  Value readIf(Value condition, Type type, function_ref<Value()> read);

  ImplicitLocOpBuilder &b;
  DenseMap<CpuWord, Value> words;
  Value hasLeaf7;
  Leaf leaf7;
};

} // namespace

Value CpuReader::callAssembly(StringRef code, StringRef constraints,
                              ValueRange inputs, Type result) {
  return LLVM::InlineAsmOp::create(
             b, result, inputs, code, constraints, /*has_side_effects=*/true,
             /*is_align_stack=*/false, LLVM::tailcallkind::TailCallKind::None,
             /*asm_dialect=*/nullptr, /*operand_attrs=*/nullptr)
      .getResult(0);
}

Value CpuReader::readIf(Value condition, Type type,
                        function_ref<Value()> read) {
  auto branch = scf::IfOp::create(b, type, condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, LLVM::ZeroOp::create(b, type).getResult());
  b.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(b, read());
  return branch.getResult(0);
}

/// Around it RBX is kept, which LLVM may need for itself.
CpuReader::Leaf CpuReader::cpuid(uint32_t leaf, uint32_t part) {
  return callAssembly("xchgq %rbx, ${1:q}\ncpuid\nxchgq %rbx, ${1:q}",
                      "={ax},=r,={cx},={dx},0,2",
                      {integer(static_cast<int32_t>(leaf)), integer(part)},
                      getRegisters(4));
}

/// Of a leaf that does not exist a processor may tell anything.
CpuReader::Leaf CpuReader::readLeaf7(uint32_t part) {
  Value last = extract(cpuid(0, 0), Eax);
  Value isThere =
      arith::CmpIOp::create(b, arith::CmpIPredicate::uge, last, integer(7));
  return readIf(isThere, getRegisters(4), [&] { return cpuid(7, part); });
}

/// Without OSXSAVE, a bit of leaf 1, there is no such instruction.
Value CpuReader::readSavedState() {
  Value bit = arith::AndIOp::create(b, read(CpuWord::X86Leaf1Ecx),
                                    integer(int64_t(1) << 27));
  Value isThere =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ne, bit, integer(0));
  return readIf(isThere, b.getI32Type(), [&] {
    Value registers =
        callAssembly("xgetbv", "={ax},={dx},{cx}", integer(0), getRegisters(2));
    return extract(registers, 0);
  });
}

Value CpuReader::readSystemRegister(StringRef name) {
  return callAssembly(("mrs $0, " + name).str(), "=r", {}, b.getI64Type());
}

Value CpuReader::ask(CpuWord word) {
  switch (word) {
  case CpuWord::X86Leaf1Ecx:
    return extract(cpuid(1, 0), Ecx);
  case CpuWord::X86SavedState:
    return readSavedState();
  case CpuWord::X86Leaf7Ebx:
  case CpuWord::X86Leaf7Ecx:
    if (!leaf7)
      leaf7 = readLeaf7(0);
    return extract(leaf7, word == CpuWord::X86Leaf7Ebx ? Ebx : Ecx);
  case CpuWord::X86Leaf7Sub1Eax:
    return extract(readLeaf7(1), Eax);
  case CpuWord::X86Extended1Ecx:
    return extract(cpuid(0x80000001, 0), Ecx);
  case CpuWord::AArch64Isar0:
    return readSystemRegister("ID_AA64ISAR0_EL1");
  case CpuWord::AArch64Isar1:
    return readSystemRegister("ID_AA64ISAR1_EL1");
  case CpuWord::AArch64Pfr0:
    return readSystemRegister("ID_AA64PFR0_EL1");
  }
  llvm_unreachable("unknown word");
}

Value CpuReader::read(CpuWord word) {
  if (Value known = words.lookup(word))
    return known;
  Value value = ask(word);
  words[word] = value;
  return value;
}

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

/// Whether the processor has all that is required.
static Value emitIsThere(ImplicitLocOpBuilder &b, CpuReader &reader,
                         ArrayRef<CpuRequirement> requirements) {
  Value all = arith::ConstantIntOp::create(b, 1, 1);
  for (const CpuRequirement &requirement : requirements) {
    Value word = reader.read(requirement.word);
    unsigned width = word.getType().getIntOrFloatBitWidth();
    auto integer = [&](uint64_t value) -> Value {
      return arith::ConstantIntOp::create(b, llvm::SignExtend64(value, width),
                                          width);
    };
    Value bits = arith::AndIOp::create(b, word, integer(requirement.mask));
    Value isThere =
        arith::CmpIOp::create(b, arith::CmpIPredicate::ne, bits, integer(0));
    all = arith::AndIOp::create(b, all, isThere);
  }
  return all;
}

/// The number of the first target that the processor can run, or -1.
static Value emitChoice(ImplicitLocOpBuilder &b,
                        ArrayRef<SmallVector<CpuRequirement>> requirements) {
  CpuReader reader(b);
  auto areThere = llvm::map_to_vector(
      requirements, [&](auto &list) { return emitIsThere(b, reader, list); });
  Value choice = arith::ConstantIntOp::create(b, -1, 64);
  for (size_t i = areThere.size(); i-- > 0;) {
    Value number = arith::ConstantIntOp::create(b, i, 64);
    choice = arith::SelectOp::create(b, areThere[i], number, choice);
  }
  return choice;
}

/// What `emit` emits, executed by the first call alone: a question takes
/// microseconds where a virtual machine's host answers it. Threads that ask at
/// the same time write the same answer.
static Value remember(ImplicitLocOpBuilder &b, func::FuncOp function,
                      function_ref<Value()> emit) {
  Type type = b.getI64Type();
  LLVM::GlobalOp memory;
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(function);
    memory = LLVM::GlobalOp::create(
        b, type, /*isConstant=*/false, LLVM::Linkage::Internal,
        "iquant.chosen_target", b.getI64IntegerAttr(0));
  }
  // What is written is two more than the answer, which is -1 or more: never 0.
  Value offset = arith::ConstantIntOp::create(b, 2, 64),
        none = arith::ConstantIntOp::create(b, 0, 64),
        address = LLVM::AddressOfOp::create(b, memory);
  Value known = LLVM::LoadOp::create(
      b, type, address, /*alignment=*/8, /*isVolatile=*/false,
      /*isNonTemporal=*/false, /*isInvariant=*/false,
      /*isInvariantGroup=*/false, LLVM::AtomicOrdering::monotonic);
  Value isKnown =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ne, known, none);
  auto branch = scf::IfOp::create(b, type, isKnown, /*withElseRegion=*/true);
  b.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(b, known);
  b.setInsertionPointToStart(branch.elseBlock());
  Value answer = arith::AddIOp::create(b, emit(), offset);
  LLVM::StoreOp::create(b, answer, address, /*alignment=*/8,
                        /*isVolatile=*/false, /*isNonTemporal=*/false,
                        /*isInvariantGroup=*/false,
                        LLVM::AtomicOrdering::monotonic);
  scf::YieldOp::create(b, answer);
  b.setInsertionPointAfter(branch);
  return arith::SubIOp::create(b, branch.getResult(0), offset);
}

func::FuncOp
mlir::iquant::emitCpuCheck(ModuleOp module,
                           ArrayRef<LLVM::TargetAttrInterface> targets) {
  auto requirements = llvm::map_to_vector(
      targets, [](auto target) { return getCpuRequirements(target); });
  if (llvm::all_of(requirements, [](auto &list) { return list.empty(); }))
    return nullptr;
  ImplicitLocOpBuilder b(module.getLoc(),
                         OpBuilder::atBlockEnd(module.getBody()));
  // The prefix keeps it apart from functions of users.
  auto function = func::FuncOp::create(b, "iquant.choose_target",
                                       b.getFunctionType({}, b.getI64Type()));
  function.setPrivate();
  compileForAnyCpu(function);
  b.setInsertionPointToStart(function.addEntryBlock());
  Value choice =
      remember(b, function, [&] { return emitChoice(b, requirements); });
  func::ReturnOp::create(b, choice);
  return function;
}

//===----------------------------------------------------------------------===//
// Functions for other targets
//===----------------------------------------------------------------------===//

/// The names are those of llvm.func, which gets the attributes.
static void setTarget(func::FuncOp function, StringRef cpu,
                      Attribute features) {
  MLIRContext *context = function.getContext();
  function->setAttr("target_cpu", StringAttr::get(context, cpu));
  function->setAttr("target_features",
                    features ? features
                             : LLVM::TargetFeaturesAttr::get(context, ""));
}

void mlir::iquant::compileFor(func::FuncOp function,
                              LLVM::TargetAttrInterface target) {
  setTarget(function, target.getChip(), target.getFeatures());
}

void mlir::iquant::compileForAnyCpu(func::FuncOp function) {
  if (LLVM::TargetAttrInterface target = getTarget(function))
    setTarget(function, getBaselineCpu(target), nullptr);
}
