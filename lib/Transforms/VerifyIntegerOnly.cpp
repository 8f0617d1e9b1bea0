//===- VerifyIntegerOnly.cpp - Prove that no float is left ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the proof that a module computes in integers only.
//
//===----------------------------------------------------------------------===//

#include "iquant/Analysis/FloatFinder.h"
#include "iquant/Analysis/FloatOrigin.h"
#include "iquant/Analysis/UnseenCode.h"
#include "iquant/Support/Locations.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Support/DebugStringHelper.h"
#include "llvm/ADT/StringSwitch.h"

namespace mlir::iquant {
#define GEN_PASS_DEF_VERIFYINTEGERONLY
#include "iquant/Transforms/Passes.h.inc"
} // namespace mlir::iquant

using namespace mlir;
using namespace mlir::iquant;

/// Longest chain of producers that is shown whole.
static constexpr size_t kMaxChain = 6;

//===----------------------------------------------------------------------===//
// What counts
//===----------------------------------------------------------------------===//

/// Ops that mean a function of real numbers and are legal on integer types.
static bool isRealFunction(StringRef op) {
  return llvm::StringSwitch<bool>(op)
      .Cases({"tosa.exp", "tosa.log", "tosa.pow", "tosa.rsqrt"}, true)
      .Cases({"tosa.sigmoid", "tosa.tanh", "tosa.erf"}, true)
      .Cases({"tosa.sin", "tosa.cos", "tosa.reciprocal"}, true)
      .Cases({"tosa.fft2d", "tosa.rfft2d", "linalg.softmax"}, true)
      .Default(false);
}

/// Whether `attribute`, which `op` may do without, describes the op only.
static bool isMetadata(Operation *op, NamedAttribute attribute) {
  return attribute.getName().strref().contains('.') &&
         (isa<FunctionOpInterface>(op) || op->hasTrait<OpTrait::SymbolTable>());
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string show(Type type) { return "'" + debugString(type) + "'"; }

/// A value of an attribute, without the elements of large constants.
static std::string show(Attribute attribute) {
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(8).elideLargeResourceString(8);
  std::string text;
  llvm::raw_string_ostream out(text);
  out << '\'';
  AsmState state(attribute.getContext(), flags);
  attribute.print(out, state);
  out << '\'';
  return text;
}

/// The name of `op`, if it has one, to go before what is said about it.
static std::string describeName(Operation *op) {
  auto symbol = dyn_cast<SymbolOpInterface>(op);
  if (!symbol || !symbol.getNameAttr())
    return {};
  return "'" + symbol.getName().str() + "' ";
}

//===----------------------------------------------------------------------===//
// The proof of one op
//===----------------------------------------------------------------------===//

namespace {

/// Why an op is not proven.
struct Refutation {
  /// A predicate whose subject is the op.
  std::string reason;
  /// The declaration of the function that the op calls, if that is the reason.
  Operation *declaration = nullptr;
};

/// Judges the ops of one module, one by one.
class IntegerProof {
public:
  explicit IntegerProof(const TrustedCode &trusted) : trusted(trusted) {}

  /// What keeps `op` from being integer-only, if anything does.
  std::optional<Refutation> refute(Operation *op);

  /// Reports that `op` is refuted, and how floating point came there.
  void report(Operation *op, const Refutation &refutation);

private:
  std::string refuteTypes(StringRef what, TypeRange types);
  std::string refuteAttribute(StringRef name, Attribute attribute);
  std::string refuteAttributes(Operation *op);
  std::string refuteSignature(FunctionOpInterface function);
  std::string refuteValues(Operation *op);
  void explain(InFlightDiagnostic &diagnostic, Value value, bool isEntry);

  const TrustedCode &trusted;
  FloatFinder floats;
  SymbolTableCollection symbols;
};

} // namespace

std::string IntegerProof::refuteTypes(StringRef what, TypeRange types) {
  for (auto [index, type] : llvm::enumerate(types))
    if (floats.contains(type))
      return llvm::formatv("{0} {1} of type {2}", what, index, show(type));
  return {};
}

std::string IntegerProof::refuteAttribute(StringRef name, Attribute attribute) {
  if (!floats.contains(attribute))
    return {};
  if (auto elements = dyn_cast<ElementsAttr>(attribute))
    return llvm::formatv("has a floating-point constant of type {0} as "
                         "attribute '{1}'",
                         show(elements.getShapedType()), name);
  return llvm::formatv("has the floating-point attribute '{0}', {1}", name,
                       show(attribute));
}

std::string IntegerProof::refuteAttributes(Operation *op) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (Attribute properties = op->getPropertiesAsAttribute()) {
    auto dictionary = dyn_cast<DictionaryAttr>(properties);
    if (!dictionary)
      return refuteAttribute("properties", properties);
    for (NamedAttribute property : dictionary) {
      Attribute value = property.getValue();
      // The signature of a function is judged by its parts.
      if (function && (value == function.getArgAttrsAttr() ||
                       value == function.getResAttrsAttr() ||
                       value == TypeAttr::get(function.getFunctionType())))
        continue;
      std::string reason = refuteAttribute(property.getName(), value);
      if (!reason.empty())
        return reason;
    }
  }
  for (NamedAttribute attribute : op->getDiscardableAttrs()) {
    if (isMetadata(op, attribute))
      continue;
    std::string reason =
        refuteAttribute(attribute.getName(), attribute.getValue());
    if (!reason.empty())
      return reason;
  }
  return {};
}

std::string IntegerProof::refuteSignature(FunctionOpInterface function) {
  std::string reason = refuteTypes("has argument", function.getArgumentTypes());
  if (reason.empty())
    reason = refuteTypes("returns result", function.getResultTypes());
  SmallVector<Attribute> lists;
  for (ArrayAttr list :
       {function.getArgAttrsAttr(), function.getResAttrsAttr()})
    if (list)
      llvm::append_range(lists, list);
  for (Attribute list : lists)
    for (NamedAttribute attribute : cast<DictionaryAttr>(list))
      if (reason.empty() && isa<TypeAttr>(attribute.getValue()))
        reason = refuteAttribute(attribute.getName(), attribute.getValue());
  return reason;
}

std::string IntegerProof::refuteValues(Operation *op) {
  std::string reason = refuteTypes("has result", op->getResultTypes());
  if (reason.empty())
    reason = refuteTypes("has operand", op->getOperandTypes());
  for (Region &region : op->getRegions())
    for (Block &block : region)
      if (reason.empty())
        reason = refuteTypes("has block argument", block.getArgumentTypes());
  return reason;
}

std::optional<Refutation> IntegerProof::refute(Operation *op) {
  // The most telling reason comes first: a call to `expf` before its operands,
  // the number that a constant has before its type, and a float that is seen
  // before an op of which nothing else is known.
  std::optional<UnseenCode> unseen = findUnseenCode(op, symbols, trusted);
  if (unseen && op->isRegistered())
    return Refutation{unseen->reason, unseen->declaration};
  std::string reason;
  if (isRealFunction(op->getName().getStringRef()))
    reason = "computes a function of real numbers on whatever types";
  if (auto function = dyn_cast<FunctionOpInterface>(op);
      function && reason.empty())
    reason = refuteSignature(function);
  if (reason.empty() && op->getNumOperands() == 0)
    reason = refuteAttributes(op);
  if (reason.empty())
    reason = refuteValues(op);
  if (reason.empty() && op->getNumOperands() != 0)
    reason = refuteAttributes(op);
  if (reason.empty() && unseen)
    reason = unseen->reason;
  if (reason.empty())
    return std::nullopt;
  return Refutation{reason};
}

/// Adds one step of the way back from an op to where floating point enters.
void IntegerProof::explain(InFlightDiagnostic &diagnostic, Value value,
                           bool isEntry) {
  Diagnostic &note = diagnostic.attachNote(value.getLoc());
  Operation *op = value.getDefiningOp();
  if (!isEntry) {
    if (op)
      note << "which comes from '" << op->getName() << "' op";
    else
      note << "which comes through a block argument";
    return;
  }
  note << "floating point enters here, ";
  SymbolRefAttr callee;
  if (auto call = dyn_cast_or_null<CallOpInterface>(op))
    callee = dyn_cast<SymbolRefAttr>(call.getCallableForCallee());
  if (!op)
    note << "as argument " << cast<BlockArgument>(value).getArgNumber()
         << " of '" << value.getParentBlock()->getParentOp()->getName()
         << "' op";
  else if (callee)
    note << "as the result of a call to '"
         << callee.getLeafReference().getValue() << "'";
  else if (op->hasTrait<OpTrait::ConstantLike>())
    note << "as a constant, '" << op->getName() << "' op";
  else if (op->getNumOperands() == 0)
    note << "made by '" << op->getName() << "' op";
  else
    note << "made of other types by '" << op->getName() << "' op";
}

void IntegerProof::report(Operation *op, const Refutation &refutation) {
  InFlightDiagnostic diagnostic = op->emitOpError()
                                  << describeName(op) << refutation.reason
                                  << describePlace(op);
  if (refutation.declaration)
    diagnostic.attachNote(refutation.declaration->getLoc()) << "declared here";
  SmallVector<Value> chain = traceFloatOrigin(op, floats);
  if (chain.empty())
    return;
  Value entry = chain.pop_back_val();
  for (Value value : ArrayRef(chain).take_front(kMaxChain))
    explain(diagnostic, value, /*isEntry=*/false);
  if (chain.size() > kMaxChain)
    diagnostic.attachNote(entry.getLoc())
        << "values left out of this chain: " << chain.size() - kMaxChain;
  explain(diagnostic, entry, /*isEntry=*/true);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

class VerifyIntegerOnly
    : public iquant::impl::VerifyIntegerOnlyBase<VerifyIntegerOnly> {
public:
  using VerifyIntegerOnlyBase::VerifyIntegerOnlyBase;

  void runOnOperation() override {
    TrustedCode trusted;
    trusted.functions.insert_range(allow);
    trusted.ops.insert_range(allowOps);
    IntegerProof proof(trusted);

    unsigned proven = 0, refuted = 0, skipped = 0;
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      auto symbol = dyn_cast<SymbolOpInterface>(op);
      if (isa<FunctionOpInterface>(op) && symbol &&
          trusted.functions.contains(symbol.getName())) {
        ++skipped;
        return WalkResult::skip();
      }
      if (trusted.isCalledBy(op))
        return WalkResult::advance();
      std::optional<Refutation> refutation = proof.refute(op);
      if (!refutation)
        ++proven;
      else if (++refuted <= maxErrors)
        proof.report(op, *refutation);
      return WalkResult::advance();
    });

    markAllAnalysesPreserved();
    if (refuted > maxErrors)
      emitError(getOperation().getLoc())
          << "module is not integer-only at " << refuted
          << " ops, of which the first " << unsigned(maxErrors)
          << " are reported";
    if (refuted)
      return signalPassFailure();
    remark::passed(
        getOperation().getLoc(),
        remark::RemarkOpts::name("IntegerOnly").category(getArgument()))
        << remark::add("no op computes in floating point")
        << remark::metric("ProvenOps", proven)
        << remark::metric("AllowedFunctions", skipped);
  }
};

} // namespace
