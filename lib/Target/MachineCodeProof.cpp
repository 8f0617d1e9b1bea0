//===- MachineCodeProof.cpp - No floats in compiled code ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/MachineCodeProof.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstPrinter.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/TargetSelect.h"

using namespace mlir;
using namespace mlir::iquant;
using llvm::createStringError;
using llvm::Expected;
using llvm::Triple;
using llvm::object::ObjectFile;
using llvm::object::SectionRef;
using llvm::object::SymbolRef;

std::string MachineCodeFinding::describe() const {
  std::string place =
      "function '" + function + "', offset 0x" + llvm::utohexstr(offset);
  switch (kind) {
  case FloatInstruction:
    return place + ": floating-point instruction '" + what + "'";
  case UnknownBytes:
    return place + ": bytes " + what + " are no known instruction";
  case SoftFloat:
    return "function '" + what + "' computes floating point in integers";
  case ForeignSymbol:
    return "needs the symbol '" + what +
           "', which is not known to be integer-only";
  }
  llvm_unreachable("unknown kind of finding");
}

//===----------------------------------------------------------------------===//
// What is floating point
//===----------------------------------------------------------------------===//

/// Mnemonics of floating-point instructions that raise no exception, and so do
/// not carry the flag that tells the others: approximations, formats of 16 and
/// 8 bits, exact conversions, and all of a unit whose registers hold nothing
/// but floats.
static StringRef quietFloatMnemonics(const Triple &triple) {
  if (triple.isX86())
    return "^(f[^ex]|v?cvt|vcvt|v?rcp|v?rsqrt|v?exp2|v?fpclass|v?getexp|"
           "v?getmant|v?scalef|v?range|v?reduce|v?fixupimm|"
           "[vt].*(bf16|fp16|tf32|bf8|hf8))";
  if (triple.isAArch64())
    // Not `fneg` of vectors: it flips a bit of each element, and LLVM makes
    // integer constants with it, such as 2^63 of 0.
    return "^(f([^mn]|n[^e]|neg "
           "[^v])|fm[^o]|bf(1|2|a|clamp|cvt|dot|m[a-z]|scale|"
           "sub|tmop|vdot)|[su]cvtf)";
  if (triple.isRISCV())
    return "^(f[^e]|vf[^i]|.*fw?cvt)";
  return "";
}

/// Functions of compilers' libraries that compute floating point in integers:
/// `__addsf3`, `__fixdfsi`, `__floatundidf`, `__extendhfsf2`.
static bool isSoftFloat(StringRef name) {
  static const llvm::Regex names(
      "^__((add|sub|mul|div|neg|cmp|eq|ne|lt|le|gt|ge|unord|powi)[hsdtbx]f[23]|"
      "fix(uns)?[hsdtbx]f[sdt]i|float(un)?[sdt]i[hsdtbx]f|"
      "(extend|trunc)[hsdtbx]f[hsdtbx]f2|aeabi_[fdh].*)$");
  return names.match(name);
}

/// Functions that generated code calls: memory and threads, nothing that
/// computes.
static bool isKnownSymbol(StringRef name) {
  static constexpr StringLiteral known[] = {
      "aligned_alloc", "malloc", "free", "memcpy", "memmove", "memset",
      // These deal out steps of loops that this code computes itself.
      "__kmpc_fork_call_if", "__kmpc_global_thread_num",
      "__kmpc_for_static_init_8u", "__kmpc_for_static_fini",
      "_GLOBAL_OFFSET_TABLE_"};
  return llvm::is_contained(known, name);
}

//===----------------------------------------------------------------------===//
// Disassembly
//===----------------------------------------------------------------------===//

namespace {

/// The parts of LLVM that take one target's instructions apart.
class Decoder {
public:
  static Expected<std::unique_ptr<Decoder>> create(const ObjectFile &object);

  /// The length of the instruction at the front of `bytes`, 0 if there is none;
  /// `text` becomes it in assembly if it is floating point, else empty.
  uint64_t decode(ArrayRef<uint8_t> bytes, uint64_t address,
                  std::string &text) const;
  /// By how many bytes to go on behind what is no instruction.
  uint64_t getStep() const { return info->getMinInstAlignment(); }

private:
  llvm::MCTargetOptions options;
  std::unique_ptr<const llvm::MCRegisterInfo> registers;
  std::unique_ptr<const llvm::MCAsmInfo> info;
  std::unique_ptr<const llvm::MCInstrInfo> instructions;
  std::unique_ptr<const llvm::MCSubtargetInfo> subtarget;
  std::unique_ptr<llvm::MCContext> context;
  std::unique_ptr<const llvm::MCDisassembler> disassembler;
  std::unique_ptr<llvm::MCInstPrinter> printer;
  std::unique_ptr<llvm::Regex> quietFloats;
};

} // namespace

/// Every extension that could hold an instruction: an object says which ones
/// it was meant to use, not which ones it uses.
static std::string allFeatures(const Triple &triple) {
  if (triple.isAArch64())
    return "+all";
  if (triple.isRISCV())
    return "+m,+a,+f,+d,+c,+v,+zfh,+zba,+zbb,+zbs";
  return "";
}

Expected<std::unique_ptr<Decoder>> Decoder::create(const ObjectFile &object) {
  llvm::InitializeAllTargetInfos();
  llvm::InitializeAllTargetMCs();
  llvm::InitializeAllDisassemblers();
  Triple triple = object.makeTriple();
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return createStringError("cannot disassemble for '" + triple.str() +
                             "': " + error);
  auto decoder = std::make_unique<Decoder>();
  decoder->registers.reset(target->createMCRegInfo(triple));
  decoder->info.reset(
      target->createMCAsmInfo(*decoder->registers, triple, decoder->options));
  decoder->instructions.reset(target->createMCInstrInfo());
  decoder->subtarget.reset(
      target->createMCSubtargetInfo(triple, "", allFeatures(triple)));
  decoder->context = std::make_unique<llvm::MCContext>(
      triple, decoder->info.get(), decoder->registers.get(),
      decoder->subtarget.get());
  decoder->disassembler.reset(
      target->createMCDisassembler(*decoder->subtarget, *decoder->context));
  decoder->printer.reset(target->createMCInstPrinter(
      triple, decoder->info->getAssemblerDialect(), *decoder->info,
      *decoder->instructions, *decoder->registers));
  if (!decoder->disassembler || !decoder->printer)
    return createStringError("no disassembler for '" + triple.str() + "'");
  if (StringRef quiet = quietFloatMnemonics(triple); !quiet.empty())
    decoder->quietFloats = std::make_unique<llvm::Regex>(quiet);
  return decoder;
}

uint64_t Decoder::decode(ArrayRef<uint8_t> bytes, uint64_t address,
                         std::string &text) const {
  llvm::MCInst instruction;
  uint64_t size = 0;
  if (disassembler->getInstruction(instruction, size, bytes, address,
                                   llvm::nulls()) !=
      llvm::MCDisassembler::Success)
    return 0;
  text.clear();
  llvm::raw_string_ostream out(text);
  printer->printInst(&instruction, address, "", *subtarget, out);
  text = StringRef(text).trim().str();
  llvm::replace(text, '\t', ' ');
  bool isFloat =
      instructions->get(instruction.getOpcode()).mayRaiseFPException() ||
      (quietFloats && quietFloats->match(text));
  if (!isFloat)
    text.clear();
  return size;
}

//===----------------------------------------------------------------------===//
// Objects
//===----------------------------------------------------------------------===//

namespace {
struct Function {
  uint64_t address;
  std::string name;
};
} // namespace

/// The functions of a section by address.
static Expected<std::vector<Function>> functionsOf(const ObjectFile &object,
                                                   const SectionRef &section) {
  std::vector<Function> functions;
  for (const SymbolRef &symbol : object.symbols()) {
    Expected<SymbolRef::Type> type = symbol.getType();
    if (!type)
      return type.takeError();
    auto where = symbol.getSection();
    if (!where)
      return where.takeError();
    if (*type != SymbolRef::ST_Function || *where != section)
      continue;
    Expected<uint64_t> address = symbol.getAddress();
    if (!address)
      return address.takeError();
    Expected<StringRef> name = symbol.getName();
    if (!name)
      return name.takeError();
    functions.push_back({*address, name->str()});
  }
  llvm::sort(functions, [](const Function &a, const Function &b) {
    return a.address < b.address;
  });
  return functions;
}

static llvm::Error scanSection(const ObjectFile &object,
                               const SectionRef &section,
                               const Decoder &decoder,
                               std::vector<MachineCodeFinding> &findings) {
  Expected<StringRef> contents = section.getContents();
  if (!contents)
    return contents.takeError();
  auto functions = functionsOf(object, section);
  if (!functions)
    return functions.takeError();
  Expected<StringRef> sectionName = section.getName();
  if (!sectionName)
    return sectionName.takeError();

  ArrayRef<uint8_t> bytes = llvm::arrayRefFromStringRef(*contents);
  uint64_t start = section.getAddress();
  auto report = [&](MachineCodeFinding::Kind kind, uint64_t address,
                    std::string what) {
    auto next = llvm::upper_bound(
        *functions, address, [](uint64_t address, const Function &function) {
          return address < function.address;
        });
    // Code before the first function, such as stubs of the linker.
    Function function = next == functions->begin()
                            ? Function{start, sectionName->str()}
                            : *std::prev(next);
    findings.push_back(
        {kind, function.name, address - function.address, std::move(what)});
  };
  for (uint64_t position = 0; position < bytes.size();) {
    uint64_t address = start + position;
    std::string text;
    uint64_t size = decoder.decode(bytes.drop_front(position), address, text);
    if (size == 0) {
      size = std::min<uint64_t>(decoder.getStep(), bytes.size() - position);
      report(MachineCodeFinding::UnknownBytes, address,
             llvm::toHex(bytes.slice(position, size)));
    } else if (!text.empty()) {
      report(MachineCodeFinding::FloatInstruction, address, std::move(text));
    }
    position += size;
  }
  return llvm::Error::success();
}

/// Reports functions that replace a floating-point unit, and the symbols of
/// other libraries; those of a shared library are in its dynamic table, those
/// of an object in the only one that it has.
static llvm::Error scanSymbols(const ObjectFile &object,
                               std::vector<MachineCodeFinding> &findings) {
  auto scan = [&](const SymbolRef &symbol) -> llvm::Error {
    Expected<uint32_t> flags = symbol.getFlags();
    if (!flags)
      return flags.takeError();
    Expected<StringRef> name = symbol.getName();
    if (!name)
      return name.takeError();
    if (isSoftFloat(*name)) {
      findings.push_back({MachineCodeFinding::SoftFloat, "", 0, name->str()});
      return llvm::Error::success();
    }
    bool isForeign = (*flags & SymbolRef::SF_Undefined) && !name->empty() &&
                     !isKnownSymbol(*name);
    if (isForeign)
      findings.push_back(
          {MachineCodeFinding::ForeignSymbol, "", 0, name->str()});
    return llvm::Error::success();
  };
  auto *elf = dyn_cast<llvm::object::ELFObjectFileBase>(&object);
  if (elf && elf->getEType() == llvm::ELF::ET_DYN) {
    for (const SymbolRef &symbol : elf->getDynamicSymbolIterators())
      if (llvm::Error error = scan(symbol))
        return error;
    return llvm::Error::success();
  }
  for (const SymbolRef &symbol : object.symbols())
    if (llvm::Error error = scan(symbol))
      return error;
  return llvm::Error::success();
}

Expected<std::vector<MachineCodeFinding>>
iquant::findFloatsInMachineCode(llvm::MemoryBufferRef buffer) {
  auto object = ObjectFile::createObjectFile(buffer);
  if (!object)
    return object.takeError();
  auto decoder = Decoder::create(**object);
  if (!decoder)
    return decoder.takeError();
  std::vector<MachineCodeFinding> findings;
  for (const SectionRef &section : (*object)->sections())
    if (section.isText())
      if (llvm::Error error =
              scanSection(**object, section, **decoder, findings))
        return std::move(error);
  if (llvm::Error error = scanSymbols(**object, findings))
    return std::move(error);
  return findings;
}
