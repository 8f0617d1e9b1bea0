//===- CFunctionEmitter.cpp - One function that C calls -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CFunctionEmitter.h"
#include "CpuCheck.h"

#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::iquant;

FunctionEmitter::FunctionEmitter(ModuleOp module, const CInterface &interface,
                                 StringRef name, TypeRange arguments,
                                 Type result)
    : b(NameLoc::get(StringAttr::get(module.getContext(), name)),
        OpBuilder::atBlockEnd(module.getBody())),
      converter(module.getContext()) {
  function =
      func::FuncOp::create(b, name, b.getFunctionType(arguments, result));
  // LLVM inlines no code for one processor into code for all of them.
  if (interface.chooseTarget)
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

Value FunctionEmitter::requireTarget(const CInterface &interface) {
  func::FuncOp choose = interface.chooseTarget;
  if (!choose)
    return integer(0);
  Value target = func::CallOp::create(b, choose).getResult(0);
  require(compare(arith::CmpIPredicate::sge, target, integer(0)),
          CStatus::UnsupportedCpu);
  return target;
}

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
