//===- LlvmOps.cpp - Instructions that the compiler calls by name ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the processors' manuals say of them, so that code for an instruction is
// checked on machines that lack it.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace mlir::iquant::reference;

/// `sums[n] + sum_k a[n, k] * b[n, k]`, where `k` runs over what fits a lane of
/// the sums; `a` is read without sign if `isUnsigned`.
static Tensor addLaneProducts(Tensor sums, const Tensor &a, const Tensor &b,
                              bool isUnsigned) {
  int64_t inputs = a.getNumElements() / sums.getNumElements();
  for (int64_t i = 0, end = a.getNumElements(); i < end; ++i) {
    int64_t x = isUnsigned ? a.getUnsigned(i) : a.getInt(i);
    int64_t lane = i / inputs;
    sums.setInt(lane, sums.getInt(lane) + x * b.getInt(i));
  }
  return sums;
}

/// Bytes of `table` at positions in the same 16; 0 where `isZero` says so of
/// the position.
static Tensor shuffleBytes(const Tensor &table, Tensor positions,
                           function_ref<bool(uint64_t)> isZero) {
  for (int64_t i = 0, end = positions.getNumElements(); i < end; ++i) {
    uint64_t position = positions.getUnsigned(i);
    positions.setInt(
        i, isZero(position) ? 0 : table.getInt(i / 16 * 16 + position % 16));
  }
  return positions;
}

/// The sums of the distances between every eight bytes.
static Tensor addDistances(const Tensor &a, const Tensor &b, Tensor sums) {
  for (int64_t i = 0, end = a.getNumElements(); i < end; ++i) {
    int64_t distance = a.getUnsigned(i) - b.getUnsigned(i);
    sums.setInt(i / 8, sums.getInt(i / 8) + std::abs(distance));
  }
  return sums;
}

/// The halves of every 128 bits of the result, those of `a` first, saturated as
/// integers without sign if `isUnsigned`.
static Tensor pack(const Tensor &a, const Tensor &b, Tensor packed,
                   bool isUnsigned) {
  unsigned width = packed.getElementType().getIntOrFloatBitWidth();
  int64_t perLane = 64 / width, least = isUnsigned ? 0 : llvm::minIntN(width),
          most = isUnsigned ? llvm::maxUIntN(width) : llvm::maxIntN(width);
  for (int64_t i = 0, end = packed.getNumElements(); i < end; ++i) {
    int64_t half = i / perLane;
    const Tensor &from = half % 2 == 0 ? a : b;
    int64_t x = from.getInt(half / 2 * perLane + i % perLane);
    packed.setInt(i, std::clamp(x, least, most));
  }
  return packed;
}

Results mlir::iquant::reference::evaluateLlvm(Operation *op,
                                              Evaluator &evaluator) {
  auto call = dyn_cast<LLVM::CallIntrinsicOp>(op);
  if (!call)
    return reportUnknown(op);
  StringRef name = call.getIntrin();
  SmallVector<Tensor> in = evaluator.tensors(call.getArgs());
  if (name == "llvm.x86.avx512.vpdpbusd.512" ||
      name == "llvm.x86.avx512.vpdpbusd.256" ||
      name == "llvm.aarch64.neon.usdot")
    return SmallVector<RuntimeValue>{
        addLaneProducts(in[0], in[1], in[2], /*isUnsigned=*/true)};
  if (name == "llvm.aarch64.neon.sdot")
    return SmallVector<RuntimeValue>{
        addLaneProducts(in[0], in[1], in[2], /*isUnsigned=*/false)};
  if (name == "llvm.x86.avx2.pmadd.wd" || name == "llvm.x86.sse2.pmadd.wd") {
    auto type = cast<VectorType>(call.getResult(0).getType());
    Tensor zeros(type.getShape(), type.getElementType());
    return SmallVector<RuntimeValue>{
        addLaneProducts(zeros, in[0], in[1], /*isUnsigned=*/false)};
  }
  if (name == "llvm.x86.ssse3.pshuf.b.128" || name == "llvm.x86.avx2.pshuf.b" ||
      name == "llvm.x86.avx512.pshuf.b.512")
    return SmallVector<RuntimeValue>{shuffleBytes(
        in[0], in[1], [](uint64_t position) { return position >= 128; })};
  if (name == "llvm.aarch64.neon.tbl1.v16i8")
    return SmallVector<RuntimeValue>{shuffleBytes(
        in[0], in[1], [](uint64_t position) { return position >= 16; })};
  if (name == "llvm.x86.sse2.psad.bw" || name == "llvm.x86.avx2.psad.bw" ||
      name == "llvm.x86.avx512.psad.bw.512") {
    auto type = cast<VectorType>(call.getResult(0).getType());
    Tensor zeros(type.getShape(), type.getElementType());
    return SmallVector<RuntimeValue>{addDistances(in[0], in[1], zeros)};
  }
  if (name.starts_with("llvm.x86.") && name.contains(".pack")) {
    auto type = cast<VectorType>(call.getResult(0).getType());
    Tensor packed(type.getShape(), type.getElementType());
    return SmallVector<RuntimeValue>{
        pack(in[0], in[1], packed, name.contains(".packus"))};
  }
  return op->emitError()
         << "the reference interpreter does not know the intrinsic '" << name
         << "'";
}
