//===- CFunctions.cpp - Code of the functions that C calls ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each checks what it was given, makes buffers of pointers, and calls the
// module's own function.
//
//===----------------------------------------------------------------------===//

#include "CInterface.h"
#include "CpuCheck.h"

#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace mlir::iquant;

namespace {

/// Where the words of a state's header stand, in bytes.
enum StateWord : int64_t { BuildId = 0, Capacity = 8, Position = 16 };

/// Builds one function whose arguments are pointers and integers.
class FunctionEmitter {
public:
  FunctionEmitter(ModuleOp module, const CInterface &interface, StringRef name,
                  TypeRange arguments, Type result);

  Value argument(unsigned i) { return function.getArgument(i); }
  Value integer(int64_t value) {
    return arith::ConstantIntOp::create(b, value, 64);
  }
  Value compare(arith::CmpIPredicate predicate, Value x, Value y) {
    return arith::CmpIOp::create(b, predicate, x, y);
  }
  Value isBetween(Value x, int64_t least, int64_t most);
  Value isPresent(Value pointer);

  /// Goes on if the condition holds; else the function returns the status.
  void require(Value condition, CStatus status);
  void require(Value condition, Value otherwise);
  /// Goes on if a pointer is there and at a multiple of a cache line.
  void requireAligned(Value pointer);
  /// Goes on if the processor has what the module is compiled for.
  void requireCpu(const CInterface &interface);
  void finish(CStatus status);
  void finish(Value result) { func::ReturnOp::create(b, result); }

  Value address(Value pointer, Value bytes);
  Value load(Value pointer, int64_t byte);
  void store(Value pointer, int64_t byte, Value value);

  /// A row-major buffer at a pointer; `sizes` are 64-bit integers.
  Value view(Value pointer, MemRefType type, ValueRange sizes);
  /// Copies a buffer to a pointer and frees it.
  void moveTo(Value pointer, Value buffer);
  /// The number of elements of a buffer, a 64-bit integer.
  Value count(Value buffer);

  /// Checks the header of the weights; returns what is behind it.
  Value checkWeights(Value weights, const CInterface &interface);
  /// Checks the header of a state.
  void checkState(Value state, const CInterface &interface, Value otherwise);

  Value status(CStatus status) {
    return arith::ConstantIntOp::create(b, static_cast<int32_t>(status), 32);
  }
  ImplicitLocOpBuilder &getBuilder() { return b; }

private:
  ImplicitLocOpBuilder b;
  LLVMTypeConverter converter;
  func::FuncOp function;
};

} // namespace

//===----------------------------------------------------------------------===//
// FunctionEmitter
//===----------------------------------------------------------------------===//

FunctionEmitter::FunctionEmitter(ModuleOp module, const CInterface &interface,
                                 StringRef name, TypeRange arguments,
                                 Type result)
    : b(NameLoc::get(StringAttr::get(module.getContext(), name)),
        OpBuilder::atBlockEnd(module.getBody())),
      converter(module.getContext()) {
  function =
      func::FuncOp::create(b, name, b.getFunctionType(arguments, result));
  // LLVM inlines no code for one processor into code for all of them.
  if (interface.cpuCheck)
    compileForAnyCpu(function);
  b.setInsertionPointToStart(function.addEntryBlock());
}

Value FunctionEmitter::isBetween(Value x, int64_t least, int64_t most) {
  Value low = compare(arith::CmpIPredicate::sge, x, integer(least));
  Value high = compare(arith::CmpIPredicate::sle, x, integer(most));
  return arith::AndIOp::create(b, low, high);
}

Value FunctionEmitter::isPresent(Value pointer) {
  Value null = LLVM::ZeroOp::create(b, pointer.getType());
  return LLVM::ICmpOp::create(b, LLVM::ICmpPredicate::ne, pointer, null);
}

void FunctionEmitter::require(Value condition, CStatus otherwise) {
  require(condition, status(otherwise));
}

void FunctionEmitter::require(Value condition, Value otherwise) {
  Block *here = b.getInsertionBlock();
  Block *leave = b.createBlock(&function.getBody(), function.getBody().end());
  func::ReturnOp::create(b, otherwise);
  Block *next = b.createBlock(&function.getBody(), function.getBody().end());
  b.setInsertionPointToEnd(here);
  cf::CondBranchOp::create(b, condition, next, leave);
  b.setInsertionPointToStart(next);
}

void FunctionEmitter::requireAligned(Value pointer) {
  require(isPresent(pointer), CStatus::NullPointer);
  Value number = LLVM::PtrToIntOp::create(b, b.getI64Type(), pointer);
  Value rest = arith::AndIOp::create(b, number, integer(kCHeaderBytes - 1));
  require(compare(arith::CmpIPredicate::eq, rest, integer(0)),
          CStatus::Misaligned);
}

void FunctionEmitter::requireCpu(const CInterface &interface) {
  func::FuncOp check = interface.cpuCheck;
  if (check)
    require(func::CallOp::create(b, check).getResult(0),
            CStatus::UnsupportedCpu);
}

void FunctionEmitter::finish(CStatus result) { finish(status(result)); }

Value FunctionEmitter::address(Value pointer, Value bytes) {
  return LLVM::GEPOp::create(b, pointer.getType(), b.getI8Type(), pointer,
                             bytes);
}

Value FunctionEmitter::load(Value pointer, int64_t byte) {
  return LLVM::LoadOp::create(b, b.getI64Type(),
                              address(pointer, integer(byte)));
}

void FunctionEmitter::store(Value pointer, int64_t byte, Value value) {
  LLVM::StoreOp::create(b, value, address(pointer, integer(byte)));
}

Value FunctionEmitter::view(Value pointer, MemRefType type, ValueRange sizes) {
  Location loc = b.getLoc();
  auto descriptor =
      MemRefDescriptor::poison(b, loc, converter.convertType(type));
  descriptor.setAllocatedPtr(b, loc, pointer);
  descriptor.setAlignedPtr(b, loc, pointer);
  descriptor.setConstantOffset(b, loc, 0);
  SmallVector<Value> all;
  for (int64_t size : type.getShape()) {
    bool isOpen = ShapedType::isDynamic(size);
    all.push_back(isOpen ? sizes.front() : integer(size));
    if (isOpen)
      sizes = sizes.drop_front();
  }
  Value stride = integer(1);
  for (int64_t i = type.getRank(); i-- > 0;) {
    descriptor.setSize(b, loc, i, all[i]);
    descriptor.setStride(b, loc, i, stride);
    stride = arith::MulIOp::create(b, stride, all[i]);
  }
  Value value = descriptor;
  return UnrealizedConversionCastOp::create(b, type, value).getResult(0);
}

Value FunctionEmitter::count(Value buffer) {
  Value result = integer(1);
  for (int64_t i = 0, e = cast<MemRefType>(buffer.getType()).getRank(); i < e;
       ++i) {
    Value size = memref::DimOp::create(b, buffer, i);
    size = arith::IndexCastOp::create(b, b.getI64Type(), size);
    result = arith::MulIOp::create(b, result, size);
  }
  return result;
}

void FunctionEmitter::moveTo(Value pointer, Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<Value> sizes;
  for (int64_t i = 0; i < type.getRank(); ++i)
    if (type.isDynamicDim(i)) {
      Value size = memref::DimOp::create(b, buffer, i);
      sizes.push_back(arith::IndexCastOp::create(b, b.getI64Type(), size));
    }
  memref::CopyOp::create(b, buffer, view(pointer, type, sizes));
  memref::DeallocOp::create(b, buffer);
}

Value FunctionEmitter::checkWeights(Value weights,
                                    const CInterface &interface) {
  requireAligned(weights);
  auto isWord = [&](int64_t byte, uint64_t expected) {
    return compare(arith::CmpIPredicate::eq, load(weights, byte),
                   integer(static_cast<int64_t>(expected)));
  };
  require(arith::AndIOp::create(b, isWord(0, kWeightsMagic),
                                isWord(8, interface.buildId)),
          CStatus::BadWeights);
  return view(address(weights, integer(kCHeaderBytes)),
              MemRefType::get({ShapedType::kDynamic}, b.getI8Type()),
              integer(interface.weightBytes));
}

void FunctionEmitter::checkState(Value state, const CInterface &interface,
                                 Value otherwise) {
  Value isOurs =
      compare(arith::CmpIPredicate::eq, load(state, StateWord::BuildId),
              integer(static_cast<int64_t>(interface.buildId)));
  require(isOurs, otherwise);
}

//===----------------------------------------------------------------------===//
// Language models
//===----------------------------------------------------------------------===//

namespace {

/// Emits the functions that keep a text in a state: a header, then the caches.
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
  Value positions = arith::IndexCastOp::create(b, b.getIndexType(), capacity);
  Value bytes =
      func::CallOp::create(b, step.stateSize, ValueRange{one, positions})
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
  f.requireCpu(interface);
  f.requireAligned(state);
  f.require(f.isBetween(capacity, 1, step.contextLength), CStatus::BadSize);
  f.require(
      f.compare(arith::CmpIPredicate::sge, size, getStateSize(f, capacity)),
      CStatus::ShortBuffer);
  f.store(state, StateWord::BuildId,
          f.integer(static_cast<int64_t>(interface.buildId)));
  f.store(state, StateWord::Capacity, capacity);
  f.store(state, StateWord::Position, f.integer(0));
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
  auto index = [&](Value value) -> Value {
    return arith::IndexCastOp::create(b, b.getIndexType(), value);
  };
  Value yes = arith::ConstantIntOp::create(b, 1, 1);
  auto loop = scf::ForOp::create(
      b, index(f.integer(0)), index(count), index(f.integer(1)), yes,
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

  auto index = [&](Value value) -> Value {
    return arith::IndexCastOp::create(b, b.getIndexType(), value);
  };
  Value bytes = arith::SubIOp::create(b, getStateSize(f, capacity),
                                      f.integer(kCHeaderBytes));
  Value caches =
      f.view(f.address(state, f.integer(kCHeaderBytes)),
             MemRefType::get({ShapedType::kDynamic}, b.getI8Type()), bytes);
  Value arguments[] = {tokens, index(position), weights,
                       caches, index(one),      index(capacity)};
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

//===----------------------------------------------------------------------===//
// Functions of tensors
//===----------------------------------------------------------------------===//

static void emitFunction(ModuleOp module, const CInterface &interface,
                         const CFunction &function) {
  MLIRContext *context = module.getContext();
  Type pointer = LLVM::LLVMPointerType::get(context);
  Type i32 = IntegerType::get(context, 32), i64 = IntegerType::get(context, 64);
  SmallVector<Type> types = {pointer};
  for (const CTensor &argument : function.arguments) {
    types.push_back(pointer);
    types.append(argument.type.getNumDynamicDims(), i64);
  }
  for (size_t i = 0; i < function.results.size(); ++i)
    types.append({pointer, i64});
  func::FuncOp callee = function.callee;
  std::string name = interface.prefix + "_" + callee.getSymName().str();
  FunctionEmitter f(module, interface, name, types, i32);
  ImplicitLocOpBuilder &b = f.getBuilder();

  f.requireCpu(interface);
  Value weights = f.checkWeights(f.argument(0), interface);
  unsigned next = 1;
  SmallVector<Value> arguments;
  for (const CTensor &argument : function.arguments) {
    Value data = f.argument(next++);
    f.require(f.isPresent(data), CStatus::NullPointer);
    SmallVector<Value> sizes;
    for (size_t i = 0; i < argument.type.getNumDynamicDims(); ++i) {
      sizes.push_back(f.argument(next++));
      f.require(
          f.compare(arith::CmpIPredicate::sge, sizes.back(), f.integer(0)),
          CStatus::BadSize);
    }
    arguments.push_back(f.view(data, argument.type, sizes));
  }
  unsigned firstResult = next;
  for (size_t i = 0; i < function.results.size(); ++i)
    f.require(f.isPresent(f.argument(firstResult + 2 * i)),
              CStatus::NullPointer);
  arguments.push_back(weights);
  auto call = func::CallOp::create(b, callee, arguments);
  // All results fit, or none is written.
  Value fit = arith::ConstantIntOp::create(b, 1, 1);
  for (auto [i, result] : llvm::enumerate(call.getResults())) {
    Value room = f.argument(firstResult + 2 * i + 1);
    Value fits = f.compare(arith::CmpIPredicate::sle, f.count(result), room);
    fit = arith::AndIOp::create(b, fit, fits);
  }
  auto branch = scf::IfOp::create(b, fit, /*withElseRegion=*/true);
  b.setInsertionPointToStart(branch.thenBlock());
  for (auto [i, result] : llvm::enumerate(call.getResults()))
    f.moveTo(f.argument(firstResult + 2 * i), result);
  b.setInsertionPointToStart(branch.elseBlock());
  for (Value result : call.getResults())
    memref::DeallocOp::create(b, result);
  b.setInsertionPointAfter(branch);
  f.finish(arith::SelectOp::create(b, fit, f.status(CStatus::Ok),
                                   f.status(CStatus::ShortBuffer)));
}

void iquant::emitCFunctions(ModuleOp module, const CInterface &interface) {
  // Callers ask for the size of a state before they have one.
  if (interface.step && interface.cpuCheck)
    compileForAnyCpu(interface.step->stateSize);
  if (interface.step)
    StepEmitter(module, interface).emit();
  for (const CFunction &function : interface.functions)
    emitFunction(module, interface, function);
}
