//===- LargePages.cpp - Memory that is looked up faster -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Runtime/LargePages.h"

#include "llvm/Support/MathExtras.h"

#ifdef __linux__
#include <linux/mman.h>
#include <sys/mman.h>
#endif

using namespace mlir;

static constexpr size_t kLargePage = 2 << 20;

void iquant::adviseLargePages(ArrayRef<char> memory) {
#if defined(__linux__) && defined(MADV_COLLAPSE)
  uintptr_t first = llvm::alignTo(reinterpret_cast<uintptr_t>(memory.begin()),
                                  kLargePage),
            last = llvm::alignDown(reinterpret_cast<uintptr_t>(memory.end()),
                                   kLargePage);
  if (first < last)
    (void)madvise(reinterpret_cast<void *>(first), last - first, MADV_COLLAPSE);
#endif
}

std::shared_ptr<char[]> iquant::allocateLargePages(size_t bytes) {
  bytes = llvm::alignTo(bytes, kLargePage);
  std::align_val_t alignment{kLargePage};
  std::shared_ptr<char[]> memory(
      new (alignment) char[bytes](),
      [=](char *pages) { operator delete[](pages, alignment); });
  adviseLargePages({memory.get(), bytes});
  return memory;
}
