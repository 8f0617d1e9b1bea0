//===- CStepFunctions.cpp - Functions of a language model in C ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// They keep a text in a state: a header, then the caches.
//
//===----------------------------------------------------------------------===//

#include "CFunctionEmitter.h"
#include "CpuCheck.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::iquant;

namespace {

/// Emits the functions of one model.
class StepEmitter {
public:
  StepEmitter(ModuleOp module, const CInterface &interface)
      : module(module), interface(interface), step(*interface.step),
        pointer(LLVM::LLVMPointerType::get(module.getContext())),
        i32(IntegerType::get(module.getContext(), 32)),
        i64(IntegerType::get(module.getContext(), 64)) {}

  void emit() {
    emitStateSize();
    emitInit();
    emitPosition();
    emitRewind();
    emitPrefill();
    emitDecode();
  }

private:
  void emitStateSize();
  void emitInit();
  void emitPosition();
  void emitRewind();
  void emitPrefill();
  void emitDecode();

  FunctionEmitter start(StringRef name, TypeRange arguments, Type result) {
    return FunctionEmitter(module, interface,
                           interface.prefix + "_" + name.str(), arguments,
                           result);
  }
  /// The bytes of a state, header included.
  Value getStateSize(FunctionEmitter &f, Value capacity);
  /// Whether all tokens are in the vocabulary.
  Value areTokensValid(FunctionEmitter &f, Value tokens, Value count);

  ModuleOp module;
  const CInterface &interface;
  const CStep &step;
  Type pointer, i32, i64;
};

} // namespace

Value StepEmitter::getStateSize(FunctionEmitter &f, Value capacity) {
  ImplicitLocOpBuilder &b = f.getBuilder();
  Value one = arith::ConstantIndexOp::create(b, 1);
  Value bytes = func::CallOp::create(b, step.stateSize,
                                     ValueRange{one, f.index(capacity)})
                    .getResult(0);
  bytes = arith::IndexCastOp::create(b, b.getI64Type(), bytes);
  return arith::AddIOp::create(b, bytes, f.integer(kCHeaderBytes));
}

void StepEmitter::emitStateSize() {
  FunctionEmitter f = start("state_size", i64, i64);
  Value capacity = f.argument(0);
  f.require(f.isBetween(capacity, 1, step.contextLength), f.integer(0));
  f.finish(getStateSize(f, capacity));
}

void StepEmitter::emitInit() {
  FunctionEmitter f = start("init", {pointer, i64, i64}, i32);
  Value state = f.argument(0), size = f.argument(1), capacity = f.argument(2);
  // Who has a state has passed this.
  Value target = f.requireTarget(interface);
  f.requireAligned(state);
  f.require(f.isBetween(capacity, 1, step.contextLength), CStatus::BadSize);
  f.require(
      f.compare(arith::CmpIPredicate::sge, size, getStateSize(f, capacity)),
      CStatus::ShortBuffer);
  f.store(state, StateWord::BuildId,
          f.integer(static_cast<int64_t>(interface.buildId)));
  f.store(state, StateWord::Capacity, capacity);
  f.store(state, StateWord::Position, f.integer(0));
  f.store(state, StateWord::Target, target);
  f.finish(CStatus::Ok);
}

void StepEmitter::emitPosition() {
  FunctionEmitter f = start("position", pointer, i64);
  Value state = f.argument(0), none = f.integer(-1);
  f.require(f.isPresent(state), none);
  f.checkState(state, interface, none);
  f.finish(f.load(state, StateWord::Position));
}

void StepEmitter::emitRewind() {
  FunctionEmitter f = start("rewind", {pointer, i64}, i32);
  Value state = f.argument(0), position = f.argument(1);
  f.require(f.isPresent(state), CStatus::NullPointer);
  f.checkState(state, interface, f.status(CStatus::BadState));
  Value known = f.load(state, StateWord::Position);
  // Unsigned: a negative position is past any other.
  f.require(f.compare(arith::CmpIPredicate::ule, position, known),
            CStatus::BadSize);
  f.store(state, StateWord::Position, position);
  f.finish(CStatus::Ok);
}

Value StepEmitter::areTokensValid(FunctionEmitter &f, Value tokens,
                                  Value count) {
  ImplicitLocOpBuilder &b = f.getBuilder();
  Value yes = arith::ConstantIntOp::create(b, 1, 1);
  auto loop = scf::ForOp::create(
      b, f.index(f.integer(0)), f.index(count), f.index(f.integer(1)), yes,
      [&](OpBuilder &nested, Location loc, Value i, ValueRange all) {
        ImplicitLocOpBuilder body(loc, nested);
        Value zero = arith::ConstantIndexOp::create(body, 0);
        Value token = memref::LoadOp::create(body, tokens, ValueRange{zero, i});
        Value size =
            arith::ConstantIntOp::create(body, step.vocabularySize, 32);
        // Unsigned, so that a negative id is too large.
        Value valid =
            arith::CmpIOp::create(body, arith::CmpIPredicate::ult, token, size);
        valid = arith::AndIOp::create(body, valid, all[0]);
        scf::YieldOp::create(body, valid);
      });
  return loop.getResult(0);
}

void StepEmitter::emitPrefill() {
  FunctionEmitter f =
      start("prefill", {pointer, pointer, pointer, i64, pointer}, i32);
  ImplicitLocOpBuilder &b = f.getBuilder();
  Value state = f.argument(1), count = f.argument(3), logits = f.argument(4);
  Value weights = f.checkWeights(f.argument(0), interface);
  for (Value needed : {state, f.argument(2), logits})
    f.require(f.isPresent(needed), CStatus::NullPointer);
  f.checkState(state, interface, f.status(CStatus::BadState));
  f.require(f.compare(arith::CmpIPredicate::sgt, count, f.integer(0)),
            CStatus::BadSize);
  Value capacity = f.load(state, StateWord::Capacity);
  Value position = f.load(state, StateWord::Position);
  Value room = arith::SubIOp::create(b, capacity, position);
  f.require(f.compare(arith::CmpIPredicate::sle, count, room),
            CStatus::ContextFull);
  Value one = f.integer(1);
  func::FuncOp callee = step.callee;
  auto idsType = cast<MemRefType>(callee.getArgumentTypes().front());
  Value tokens = f.view(f.argument(2), idsType, {one, count});
  f.require(areTokensValid(f, tokens, count), CStatus::BadToken);

  Value bytes = arith::SubIOp::create(b, getStateSize(f, capacity),
                                      f.integer(kCHeaderBytes));
  Value caches =
      f.view(f.address(state, f.integer(kCHeaderBytes)),
             MemRefType::get({ShapedType::kDynamic}, b.getI8Type()), bytes);
  SmallVector<Value> arguments = {tokens, f.index(position)};
  if (interface.hasTargets)
    arguments.push_back(f.index(f.load(state, StateWord::Target)));
  arguments.append({weights, caches, f.index(one), f.index(capacity)});
  auto call = func::CallOp::create(b, callee, arguments);
  f.moveTo(logits, call.getResult(0));
  f.store(state, StateWord::Position,
          arith::AddIOp::create(b, position, count));
  f.finish(CStatus::Ok);
}

void StepEmitter::emitDecode() {
  FunctionEmitter f = start("decode", {pointer, pointer, i32, pointer}, i32);
  ImplicitLocOpBuilder &b = f.getBuilder();
  Value one = f.integer(1);
  Value token = LLVM::AllocaOp::create(b, pointer, i32, one);
  LLVM::StoreOp::create(b, f.argument(2), token);
  auto prefill =
      module.lookupSymbol<func::FuncOp>(interface.prefix + "_prefill");
  auto call = func::CallOp::create(
      b, prefill,
      ValueRange{f.argument(0), f.argument(1), token, one, f.argument(3)});
  f.finish(call.getResult(0));
}

void iquant::emitStepFunctions(ModuleOp module, const CInterface &interface) {
  // Callers ask for the size of a state before they have one.
  if (interface.chooseTarget)
    compileForAnyCpu(interface.step->stateSize);
  StepEmitter(module, interface).emit();
}
