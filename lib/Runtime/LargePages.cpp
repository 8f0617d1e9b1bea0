//===- LargePages.cpp - Memory that is looked up faster -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LargePages.h"

#include "llvm/Support/MathExtras.h"

#ifdef __linux__
#include <linux/mman.h>
#include <sys/mman.h>
#endif

using namespace mlir;

void iquant::adviseLargePages(ArrayRef<char> memory) {
#if defined(__linux__) && defined(MADV_COLLAPSE)
  constexpr uintptr_t size = 2 << 20;
  uintptr_t first = llvm::alignTo(reinterpret_cast<uintptr_t>(memory.begin()),
                                  size),
            last = llvm::alignDown(reinterpret_cast<uintptr_t>(memory.end()),
                                   size);
  if (first < last)
    (void)madvise(reinterpret_cast<void *>(first), last - first, MADV_COLLAPSE);
#endif
}
