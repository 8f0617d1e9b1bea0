//===- OneDnnLinear.h - A product of codes by oneDNN ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The peer of the linear benchmark.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_BENCHMARKS_ONEDNNLINEAR_H
#define IQUANT_BENCHMARKS_ONEDNNLINEAR_H

#include "iquant/Reference/Tensor.h"

#include "dnnl.hpp"

#include <unordered_map>

namespace mlir::iquant {

/// The product of unsigned codes of rows and signed codes of a weight, which
/// has a row for every output channel and which oneDNN reorders as it likes.
class OneDnnLinear {
public:
  /// The 32-bit sums, nothing else. An inner product: faster than a matrix
  /// product where there is one row.
  static OneDnnLinear makeSums(const reference::Tensor &rows,
                               const reference::Tensor &weight);
  /// The sums of codes less a zero point, times a scale for every channel, in
  /// f32. A matrix product: an inner product has no zero points.
  static OneDnnLinear makeScaled(const reference::Tensor &rows,
                                 const reference::Tensor &weight,
                                 int32_t zeroPoint,
                                 const std::vector<float> &scales);

  void run();

  template <typename T> ArrayRef<T> getResult() const {
    dnnl::memory result = arguments.at(DNNL_ARG_DST);
    return {static_cast<const T *>(result.get_data_handle()),
            result.get_desc().get_size() / sizeof(T)};
  }

private:
  /// `weightOrder` describes `weight` as it is.
  OneDnnLinear(const dnnl::primitive_desc &description,
               const reference::Tensor &rows, const reference::Tensor &weight,
               const dnnl::memory::desc &weightOrder);

  dnnl::stream stream;
  dnnl::primitive primitive;
  std::unordered_map<int, dnnl::memory> arguments;
};

/// The version of oneDNN, and the instructions of this processor that it uses.
std::string describeOneDnn();

/// Keeps oneDNN from using more threads than the caller's.
void restrictOneDnnToOneThread();

} // namespace mlir::iquant

#endif // IQUANT_BENCHMARKS_ONEDNNLINEAR_H
