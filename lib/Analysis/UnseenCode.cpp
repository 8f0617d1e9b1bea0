//===- UnseenCode.cpp - What an op runs that the IR does not show ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the search for code that a proof on the IR cannot see.
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/UnseenCode.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace mlir::iquant;

bool TrustedCode::isCalledBy(Operation *op) const {
  auto call = dyn_cast<CallOpInterface>(op);
  if (!call)
    return false;
  auto callee = dyn_cast<SymbolRefAttr>(call.getCallableForCallee());
  return callee && functions.contains(callee.getLeafReference());
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// Ops that hold code in another form than IR.
static bool holdsOpaqueCode(StringRef op) {
  return llvm::StringSwitch<bool>(op)
      .Cases({"llvm.inline_asm", "nvvm.inline_ptx", "gpu.binary"}, true)
      .Cases({"emitc.call_opaque", "emitc.verbatim", "emitc.literal"}, true)
      .Case("tosa.custom", true)
      .Default(false);
}

/// What lowerings to LLVM call to get, free and copy memory.
static bool isMemoryFunction(StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"malloc", "calloc", "realloc", "aligned_alloc", "free"}, true)
      .Cases({"memcpy", "memmove", "memset", "memrefCopy", "abort"}, true)
      .Default(false);
}

/// `expf` and the like, in any of the three precisions.
static bool isMathFunction(StringRef name) {
  auto isDouble = [](StringRef name) {
    return llvm::StringSwitch<bool>(name)
        .Cases({"exp", "exp2", "exp10", "expm1", "pow", "ldexp"}, true)
        .Cases({"log", "log2", "log10", "log1p", "logb"}, true)
        .Cases({"sin", "cos", "tan", "asin", "acos", "atan"}, true)
        .Cases({"sinh", "cosh", "tanh", "asinh", "acosh", "atanh"}, true)
        .Cases({"atan2", "sincos", "sqrt", "cbrt", "rsqrt", "hypot"}, true)
        .Cases({"erf", "erfc", "tgamma", "lgamma"}, true)
        .Cases({"ceil", "floor", "trunc", "round", "roundeven"}, true)
        .Cases({"rint", "nearbyint", "lrint", "lround", "llround"}, true)
        .Cases({"fabs", "fma", "fmod", "fmin", "fmax", "copysign"}, true)
        .Default(false);
  };
  return isDouble(name) || ((name.ends_with("f") || name.ends_with("l")) &&
                            isDouble(name.drop_back()));
}

/// `__mulsf3`, `__floatsidf`, `__aeabi_fadd`: arithmetic on floating point in
/// integer registers, as compilers call it where no hardware has it.
static bool isSoftFloatFunction(StringRef name) {
  if (name.consume_front("__aeabi_"))
    return name.starts_with("f") || name.starts_with("d2") ||
           name.ends_with("2f") || name.ends_with("2d") ||
           name.starts_with("dadd") || name.starts_with("dsub") ||
           name.starts_with("dmul") || name.starts_with("ddiv") ||
           name.starts_with("dcmp");
  if (!name.consume_front("__") ||
      !llvm::all_of(name, [](char c) { return llvm::isAlnum(c); }))
    return false;
  auto hasMode = [&](StringRef mode) {
    return name.find(mode, 2) != name.npos;
  };
  return hasMode("hf") || hasMode("bf") || hasMode("sf") || hasMode("df") ||
         hasMode("xf") || hasMode("tf");
}

/// A matrix intrinsic takes its tiles as integers: `llvm.x86.tdpbf16ps`.
static bool isFloatIntrinsic(StringRef name) {
  for (StringRef part :
       {"bf16", "fp16", "f16", "f32", "f64", "fp8", "bf8", "hf8", "fp4"})
    if (name.contains(part))
      return true;
  return false;
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

/// What is unknown about a function of this name that has no body; nothing if
/// it is known to compute no float.
static std::optional<std::string> describeDeclared(StringRef name) {
  if (isMemoryFunction(name))
    return std::nullopt;
  if (name.starts_with("llvm.")) {
    if (isFloatIntrinsic(name))
      return "a floating-point intrinsic";
    return std::nullopt;
  }
  if (isMathFunction(name))
    return "a floating-point function of the C library";
  if (isSoftFloatFunction(name))
    return "floating-point arithmetic of the compiler's runtime";
  return "whose body is not in this module";
}

static std::optional<UnseenCode> checkReference(Operation *op,
                                                SymbolRefAttr symbol,
                                                SymbolTableCollection &symbols,
                                                const TrustedCode &trusted) {
  StringRef name = symbol.getLeafReference();
  if (trusted.functions.contains(name))
    return std::nullopt;
  bool isCall = isa<CallOpInterface>(op);
  Operation *target = symbols.lookupNearestSymbolFrom(op, symbol);
  auto function = dyn_cast_or_null<FunctionOpInterface>(target);
  if (target ? !function || !function.isExternal() : !isCall)
    return std::nullopt;
  std::optional<std::string> unknown = describeDeclared(name);
  if (!unknown)
    return std::nullopt;
  std::string verb = isCall ? "calls '" : "refers to '";
  return UnseenCode{verb + name.str() + "', " + *unknown, target};
}

/// Whether a callee is the address of one function, taken in plain sight.
static bool isKnownCallee(Value callee) {
  Operation *op = callee.getDefiningOp();
  return op && op->getNumOperands() == 0 && op->getNumRegions() == 0 &&
         llvm::any_of(op->getAttrs(), [](NamedAttribute attribute) {
           return isa<SymbolRefAttr>(attribute.getValue());
         });
}

//===----------------------------------------------------------------------===//
// findUnseenCode
//===----------------------------------------------------------------------===//

std::optional<UnseenCode>
mlir::iquant::findUnseenCode(Operation *op, SymbolTableCollection &symbols,
                             const TrustedCode &trusted) {
  StringRef name = op->getName().getStringRef();
  if (trusted.ops.contains(name))
    return std::nullopt;
  if (!op->isRegistered())
    return UnseenCode{"is not registered, so what it computes is not known"};
  if (holdsOpaqueCode(name))
    return UnseenCode{"runs code that is not in this module"};
  if (auto intrinsic = op->getAttrOfType<StringAttr>("intrin");
      intrinsic && name == "llvm.call_intrinsic")
    if (isFloatIntrinsic(intrinsic.getValue()))
      return UnseenCode{"calls '" + intrinsic.str() +
                        "', a floating-point intrinsic"};

  if (auto call = dyn_cast<CallOpInterface>(op)) {
    auto callee = dyn_cast<Value>(call.getCallableForCallee());
    if (callee && !isKnownCallee(callee))
      return UnseenCode{"calls a function that is known only at run time"};
  }
  std::optional<UnseenCode> found;
  op->getAttrDictionary().walk<WalkOrder::PreOrder>([&](SymbolRefAttr symbol) {
    if (!found)
      found = checkReference(op, symbol, symbols, trusted);
    // The nested parts of a reference are not references of their own.
    return WalkResult::skip();
  });
  return found;
}
