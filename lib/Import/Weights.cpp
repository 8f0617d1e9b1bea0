//===- Weights.cpp - Constants from the tensors of a file -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements how a tensor of a checkpoint becomes a resource of the module.
//
//===----------------------------------------------------------------------===//

#include "Weights.h"

#include "iquant/Import/Dequantize.h"
#include "iquant/Support/CacheLine.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Alignment.h"

using namespace mlir;
using namespace mlir::iquant;

static_assert(llvm::endianness::native == llvm::endianness::little,
              "mapped weights are little-endian");

/// What bytecode aligns every weight to.
/// In this process a weight that lies in its file is aligned to its element
/// type only; the position in the file decides.
static constexpr size_t blobAlignment = kCacheLine;

StringRef iquant::getSupportedFormats() {
  return "F32, F16, BF16, Q8_0, Q4_0 or Q4_1";
}

static Type getElementType(MLIRContext *context, TensorFormat format) {
  if (format == TensorFormat::F16)
    return Float16Type::get(context);
  if (format == TensorFormat::BF16)
    return BFloat16Type::get(context);
  return Float32Type::get(context);
}

static AsmResourceBlob getBlob(const SourceTensor &tensor,
                               RankedTensorType type) {
  size_t elementBytes = type.getElementTypeBitWidth() / 8;
  if (isBlockFormat(tensor.format)) {
    AsmResourceBlob blob = HeapAsmResourceBlob::allocate(
        type.getNumElements() * elementBytes, blobAlignment);
    MutableArrayRef<char> data = blob.getMutableData();
    dequantize(tensor.format, tensor.bytes,
               {reinterpret_cast<float *>(data.data()),
                static_cast<size_t>(type.getNumElements())});
    return blob;
  }
  if (!llvm::isAddrAligned(llvm::Align(elementBytes), tensor.bytes.data()))
    return HeapAsmResourceBlob::allocateAndCopyWithAlign(tensor.bytes,
                                                         blobAlignment);
  auto keepAlive = [file = tensor.file](void *, size_t, size_t) {};
  return UnmanagedAsmResourceBlob::allocateWithAlign(
      tensor.bytes, blobAlignment, std::move(keepAlive));
}

DenseResourceElementsAttr iquant::getWeightAttr(MLIRContext *context,
                                                const SourceTensor &tensor) {
  auto type = RankedTensorType::get(tensor.shape,
                                    getElementType(context, tensor.format));
  return DenseResourceElementsAttr::get(type, tensor.name,
                                        getBlob(tensor, type));
}
