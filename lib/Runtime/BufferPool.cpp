//===- BufferPool.cpp - Buffers of compiled code --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BufferPool.h"

#include "iquant/Support/CacheLine.h"

#include "llvm/Support/MathExtras.h"

#include <array>
#include <cstdlib>

using namespace mlir;
using namespace mlir::iquant;

/// The least alignment, and the room of a header.
static constexpr size_t kLine = kCacheLine;
/// Larger buffers are few, and take their time to fill.
static constexpr size_t kLargestKept = 1 << 20;

namespace {

/// What stands before a buffer.
struct Header {
  /// Where its memory begins.
  void *memory;
  /// The list that keeps it, or none.
  std::optional<unsigned> list;
};
static_assert(sizeof(Header) <= kLine);

/// Four sizes from one power of two to the next.
constexpr unsigned kLists = 4 * llvm::ConstantLog2<kLargestKept>();

/// The freed buffers of a thread.
class FreeBuffers {
public:
  ~FreeBuffers() {
    for (SmallVectorImpl<void *> &list : lists)
      for (void *buffer : list)
        std::free(getHeader(buffer)->memory);
  }

  static Header *getHeader(void *buffer) {
    return reinterpret_cast<Header *>(static_cast<char *>(buffer) - kLine);
  }
  SmallVectorImpl<void *> &operator[](unsigned list) { return lists[list]; }

private:
  std::array<SmallVector<void *, 0>, kLists> lists;
};

/// A list, and the size of its buffers.
struct SizeClass {
  explicit SizeClass(size_t bytes) {
    size_t most = std::max(bytes, 2 * kLine) - 1;
    unsigned power = llvm::Log2_64(most);
    size_t quarter = size_t(1) << (power - 2);
    list = 4 * power + (most / quarter) % 4;
    size = (most / quarter + 1) * quarter;
  }

  unsigned list;
  size_t size;
};

} // namespace

static thread_local FreeBuffers freeBuffers;

void *iquant::allocateBuffer(size_t alignment, size_t size) {
  alignment = std::max(alignment, kLine);
  std::optional<unsigned> list;
  if (alignment == kLine && size <= kLargestKept) {
    SizeClass sizeClass(size);
    list = sizeClass.list;
    size = sizeClass.size;
    if (SmallVectorImpl<void *> &kept = freeBuffers[*list]; !kept.empty())
      return kept.pop_back_val();
  }
  void *memory =
      std::aligned_alloc(alignment, alignment + llvm::alignTo(size, alignment));
  if (!memory)
    return nullptr;
  char *buffer = static_cast<char *>(memory) + alignment;
  *FreeBuffers::getHeader(buffer) = {memory, list};
  return buffer;
}

void iquant::freeBuffer(void *buffer) {
  if (!buffer)
    return;
  Header *header = FreeBuffers::getHeader(buffer);
  if (header->list)
    freeBuffers[*header->list].push_back(buffer);
  else
    std::free(header->memory);
}

ArrayRef<HostFunction> iquant::getBufferFunctions() {
  static const HostFunction functions[] = {
      {"aligned_alloc", reinterpret_cast<void *>(allocateBuffer)},
      {"free", reinterpret_cast<void *>(freeBuffer)},
  };
  return functions;
}
