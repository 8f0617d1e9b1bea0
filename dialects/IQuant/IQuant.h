//===- IQuant.h - The iquant dialect ----------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the iquant dialect: how integers compute a transformer.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_DIALECTS_IQUANT_H
#define IQUANT_DIALECTS_IQUANT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/IQuant/IQuantDialect.h.inc"
#include "dialects/IQuant/IQuantEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/IQuant/IQuantAttributes.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/IQuant/IQuantTypes.h.inc"

#define GET_OP_CLASSES
#include "dialects/IQuant/IQuantOps.h.inc"

namespace mlir::iquant {

/// Longest row whose sums the norms' rules keep within 64 bits.
constexpr int64_t kMaxNormChannels = 65536;
/// Longest row whose exponentials the softmax rules can sum in 32 bits.
constexpr int64_t kMaxSoftmaxChannels = 32768;
/// Largest entry of a table of exponentials: times any multiplier and dithered,
/// it stays within 32 bits.
constexpr int64_t kLargestTableEntry = 65280;
/// Longest sequence whose rows the rule of the mean can sum in 64 bits.
constexpr int64_t kMaxMeanRows = int64_t(1) << 30;

/// The plain integer tensors that a value of an iquant type is made of; the
/// type itself for any other.
SmallVector<Type> getComponents(Type type);

/// The shape of an iquant type or ranked tensor.
ArrayRef<int64_t> getShape(Type type);

} // namespace mlir::iquant

#endif // IQUANT_DIALECTS_IQUANT_H
