//===- CacheLine.h - What memory is read by ---------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_CACHELINE_H
#define IQUANT_SUPPORT_CACHELINE_H

#include <cstdint>

namespace mlir::iquant {

/// The bytes of a cache line, which the widest vector has, too: where buffers
/// begin, no vector of them crosses one.
constexpr int64_t kCacheLine = 64;

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_CACHELINE_H
