//===- BufferPoolTest.cpp - Tests of buffers of compiled code -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Runtime/BufferPool.h"

#include "llvm/Support/Alignment.h"

#include <gtest/gtest.h>
#include <random>
#include <thread>

using namespace mlir;
using namespace mlir::iquant;

TEST(BufferPoolTest, BuffersDoNotOverlap) {
  std::mt19937 random;
  auto below = [&](size_t end) { return random() % end; };
  struct Buffer {
    unsigned char *bytes;
    size_t size;
    unsigned char filling;
  };
  std::vector<Buffer> buffers;
  for (int step = 0; step < 3000; ++step) {
    if (!buffers.empty() && below(2)) {
      std::swap(buffers[below(buffers.size())], buffers.back());
      auto [bytes, size, filling] = buffers.back();
      EXPECT_EQ(std::count(bytes, bytes + size, filling), ptrdiff_t(size));
      freeBuffer(bytes);
      buffers.pop_back();
      continue;
    }
    // Sizes around the powers of two, up to some that are not kept.
    size_t size = (size_t(1) << below(22)) + below(3) - 1,
           alignment = size_t(1) << below(9);
    auto *bytes = static_cast<unsigned char *>(allocateBuffer(alignment, size));
    ASSERT_TRUE(bytes);
    EXPECT_TRUE(llvm::isAddrAligned(llvm::Align(alignment), bytes));
    auto filling = static_cast<unsigned char>(step);
    std::fill_n(bytes, size, filling);
    buffers.push_back({bytes, size, filling});
  }
  for (const Buffer &buffer : buffers)
    freeBuffer(buffer.bytes);
}

TEST(BufferPoolTest, WhatWasFreedComesBack) {
  void *first = allocateBuffer(64, 5000);
  freeBuffer(first);
  // A little smaller, but in need of as much memory.
  void *second = allocateBuffer(16, 4900);
  EXPECT_EQ(second, first);
  void *third = allocateBuffer(64, 5000);
  EXPECT_NE(third, first);
  freeBuffer(second);
  freeBuffer(third);
  freeBuffer(nullptr);
}

TEST(BufferPoolTest, AnotherThreadMayFree) {
  void *buffer = allocateBuffer(64, 5000);
  std::thread([&] {
    freeBuffer(buffer);
    EXPECT_EQ(allocateBuffer(64, 5000), buffer);
    freeBuffer(buffer);
  }).join();
}
