//===- ThreadPoolTest.cpp - Threads that share loops ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Runtime/ThreadPool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>

using mlir::iquant::ThreadPool;

namespace {
class ThreadPoolTest : public ::testing::TestWithParam<unsigned> {};

/// How often each share ran. Every share writes to memory of its own, without
/// atomics, as compiled loops do.
struct Counts {
  explicit Counts(uint32_t shares) : runs(shares) {}
  static void run(void *context, uint32_t share) {
    ++static_cast<Counts *>(context)->runs[share];
  }
  std::vector<int> runs;
};
} // namespace

TEST_P(ThreadPoolTest, EveryShareRunsOnce) {
  ThreadPool pool(GetParam());
  EXPECT_EQ(pool.getNumThreads(), GetParam());
  for (uint32_t shares : {0, 1, 2, 3, 7, 8, 28, 1000}) {
    Counts counts(shares);
    pool.run(shares, Counts::run, &counts);
    EXPECT_EQ(counts.runs, std::vector<int>(shares, 1));
  }
}

TEST_P(ThreadPoolTest, ManyLoopsInARow) {
  ThreadPool pool(GetParam());
  Counts counts(8);
  for (int loop = 0; loop < 5000; ++loop)
    pool.run(8, Counts::run, &counts);
  EXPECT_EQ(counts.runs, std::vector<int>(8, 5000));
}

TEST_P(ThreadPoolTest, LoopsOfDifferentSizesDoNotMix) {
  ThreadPool pool(GetParam());
  for (int loop = 0; loop < 2000; ++loop) {
    Counts counts(2 + loop % 31);
    pool.run(counts.runs.size(), Counts::run, &counts);
    ASSERT_EQ(counts.runs, std::vector<int>(counts.runs.size(), 1));
  }
}

TEST_P(ThreadPoolTest, WorkersThatSleepWakeUp) {
  ThreadPool pool(GetParam());
  for (int loop = 0; loop < 20; ++loop) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    Counts counts(28);
    pool.run(28, Counts::run, &counts);
    ASSERT_EQ(counts.runs, std::vector<int>(28, 1));
  }
}

// Whoever comes while the pool is busy is on its own.
TEST_P(ThreadPoolTest, SeveralCallersAtOnce) {
  ThreadPool pool(GetParam());
  std::vector<Counts> counts(3, Counts(8));
  std::vector<std::thread> callers;
  for (Counts &own : counts)
    callers.emplace_back([&pool, &own] {
      for (int loop = 0; loop < 500; ++loop)
        pool.run(8, Counts::run, &own);
    });
  for (std::thread &caller : callers)
    caller.join();
  for (const Counts &own : counts)
    EXPECT_EQ(own.runs, std::vector<int>(8, 500));
}

namespace {
struct Nested {
  ThreadPool pool{3};
  std::vector<Counts> inner = std::vector<Counts>(8, Counts(8));
  static void run(void *context, uint32_t share) {
    auto *self = static_cast<Nested *>(context);
    self->pool.run(8, Counts::run, &self->inner[share]);
  }
};
} // namespace

TEST(ThreadPool, LoopsInsideOfLoops) {
  Nested nested;
  nested.pool.run(8, Nested::run, &nested);
  for (const Counts &inner : nested.inner)
    EXPECT_EQ(inner.runs, std::vector<int>(8, 1));
}

namespace {
/// Holds every share until all threads have one.
struct Meeting {
  explicit Meeting(unsigned threads) : missing(threads) {}
  static void run(void *context, uint32_t share) {
    auto *self = static_cast<Meeting *>(context);
    --self->missing;
    while (self->missing > 0)
      std::this_thread::yield();
    self->threads[share] = std::this_thread::get_id();
  }
  std::atomic<int> missing;
  std::thread::id threads[3];
};
} // namespace

TEST(ThreadPool, AllThreadsTakePart) {
  ThreadPool pool(3);
  Meeting meeting(3);
  pool.run(3, Meeting::run, &meeting);
  EXPECT_EQ(
      std::set<std::thread::id>(meeting.threads, meeting.threads + 3).size(),
      3u);
}

namespace {
/// The shares of its own and of the other half that each of two threads took.
struct Orders {
  static void run(void *context, uint32_t share) {
    auto *self = static_cast<Orders *>(context);
    unsigned thread = std::this_thread::get_id() == self->caller ? 0 : 1;
    auto &taken = share / 8 == thread ? self->own : self->others;
    taken[thread].push_back(share);
  }
  std::thread::id caller = std::this_thread::get_id();
  std::vector<uint32_t> own[2], others[2];
};
} // namespace

TEST(ThreadPool, SharesAreTakenInTheirOrder) {
  ThreadPool pool(2);
  for (int loop = 0; loop < 1000; ++loop) {
    Orders orders;
    pool.run(16, Orders::run, &orders);
    for (unsigned thread : {0, 1}) {
      const std::vector<uint32_t> &own = orders.own[thread],
                                  &others = orders.others[thread];
      EXPECT_TRUE(std::is_sorted(own.begin(), own.end()));
      EXPECT_TRUE(std::is_sorted(others.rbegin(), others.rend()));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, ThreadPoolTest,
                         ::testing::Values(1, 2, 3, 7));
