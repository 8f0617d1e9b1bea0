//===- FakeQuantization.h - What 8-bit codes make of values -----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rounding of rules V3, Q1 and Q2 of docs/Numerics.md in floating point,
// fast enough for a search: ties and the last digits of scales may differ.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_TRANSFORMS_FAKEQUANTIZATION_H
#define IQUANT_LIB_TRANSFORMS_FAKEQUANTIZATION_H

#include "ConstantMatrix.h"

namespace mlir::iquant {

/// Rule V3: every row, an output channel, has one scale of 127 steps.
void fakeQuantizeWeight(Eigen::Ref<FloatMatrix> weight);

/// Rule Q1: 255 steps per row, and per group of `group` channels a power of two
/// finer steps and a zero point; 0 for one group.
void fakeQuantizeRows(Eigen::Ref<FloatMatrix> rows, Eigen::Index group);

/// Rule Q2: every group of `group` channels has one scale of 127 steps.
void fakeQuantizeGroups(Eigen::Ref<FloatMatrix> rows, Eigen::Index group);

} // namespace mlir::iquant

#endif // IQUANT_LIB_TRANSFORMS_FAKEQUANTIZATION_H
