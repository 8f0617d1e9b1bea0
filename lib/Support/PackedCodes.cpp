//===- PackedCodes.cpp - Codes of few bits in bytes -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/PackedCodes.h"

using namespace mlir;
using namespace llvm;

SmallVector<int64_t> iquant::getSumsOfBytes(ArrayRef<int64_t> entries,
                                            int64_t codesPerByte) {
  SmallVector<int64_t> sums = {0};
  for (int64_t i = 0; i < codesPerByte; ++i) {
    SmallVector<int64_t> longer;
    for (int64_t entry : entries)
      for (int64_t sum : sums)
        longer.push_back(entry + sum);
    sums = std::move(longer);
  }
  return sums;
}
