//===- ThreadPool.cpp - Threads that share loops --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Runtime/ThreadPool.h"

#include "llvm/ADT/STLExtras.h"

#include <cassert>
#include <chrono>

using namespace mlir::iquant;

/// How long a worker spins before it sleeps: longer than code between two loops
/// of a model takes, and less than a time slice of the operating system.
static constexpr std::chrono::microseconds kSpinTime(200);
/// Looks at what somebody else has to change, before whoever waits for this
/// core gets it: that may be the one who changes it.
static constexpr unsigned kLooks = 64;

/// Tells the processor that this thread waits for another.
static void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

namespace {
/// What an atomic word says of a range: its shares `first` to `last` - 1 are
/// not taken yet. With the number of the loop, so that a worker that comes late
/// takes none of the next loop for one of this.
struct Open {
  explicit Open(uint64_t word)
      : loop(word >> 32), first(word >> 16), last(word) {}
  Open(uint32_t loop, uint16_t first, uint16_t last)
      : loop(loop), first(first), last(last) {}
  uint64_t getWord() const {
    return uint64_t(loop) << 32 | uint64_t(first) << 16 | last;
  }
  bool isEmpty() const { return first == last; }

  uint32_t loop;
  uint16_t first, last;
};
} // namespace

ThreadPool::ThreadPool(unsigned threads) : ranges(threads) {
  for (unsigned i = 1; i < threads; ++i)
    workers.emplace_back([this, i] { work(i); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    isStopping = true;
  }
  wake.notify_all();
  for (std::thread &worker : workers)
    worker.join();
}

bool ThreadPool::takeShareOf(unsigned owner, unsigned thread) {
  std::atomic<uint64_t> &word = ranges[owner].open;
  uint64_t seen = word.load(std::memory_order_acquire);
  for (Open left(seen); !left.isEmpty(); left = Open(seen)) {
    uint32_t share = owner == thread ? left.first++ : --left.last;
    // Belong to the loop that was seen if the range is the same below.
    Body run = body.load(std::memory_order_relaxed);
    void *argument = context.load(std::memory_order_relaxed);
    if (!word.compare_exchange_weak(seen, left.getWord(),
                                    std::memory_order_acq_rel,
                                    std::memory_order_acquire))
      continue;
    run(argument, share);
    done.fetch_add(1, std::memory_order_release);
    return true;
  }
  return false;
}

bool ThreadPool::takeShare(unsigned thread) {
  unsigned threads = getNumThreads();
  for (unsigned i = 0; i < threads; ++i)
    if (takeShareOf((thread + i) % threads, thread))
      return true;
  return false;
}

bool ThreadPool::hasShares() const {
  return llvm::any_of(ranges, [](const Range &range) {
    return !Open(range.open.load()).isEmpty();
  });
}

void ThreadPool::run(uint32_t count, Body body, void *context) {
  assert(count <= UINT16_MAX && "shares are counted in 16 bits");
  if (workers.empty() || count < 2 || isBusy.exchange(true)) {
    for (uint32_t share = 0; share < count; ++share)
      body(context, share);
    return;
  }
  done.store(0, std::memory_order_relaxed);
  this->body.store(body, std::memory_order_relaxed);
  this->context.store(context, std::memory_order_relaxed);
  uint32_t loop =
      Open(ranges.front().open.load(std::memory_order_relaxed)).loop + 1;
  uint16_t first = 0;
  for (auto [thread, range] : llvm::enumerate(ranges)) {
    uint16_t last = count * (thread + 1) / ranges.size();
    // In one order with `sleepers`: either a worker that is about to sleep sees
    // these shares, or this thread sees it.
    range.open.store(Open(loop, first, last).getWord());
    first = last;
  }
  if (sleepers.load() != 0) {
    std::lock_guard<std::mutex> lock(mutex);
    wake.notify_all();
  }
  while (takeShare(0))
    ;
  for (unsigned look = 1; done.load(std::memory_order_acquire) != count; ++look)
    if (look % kLooks != 0)
      relax();
    else
      std::this_thread::yield();
  isBusy.store(false, std::memory_order_release);
}

void ThreadPool::work(unsigned thread) {
  using Clock = std::chrono::steady_clock;
  do {
    Clock::time_point start = Clock::now();
    for (unsigned look = 1;; ++look) {
      if (takeShare(thread)) {
        start = Clock::now();
      } else if (look % kLooks != 0) {
        relax();
      } else if (Clock::now() - start < kSpinTime) {
        std::this_thread::yield();
      } else {
        break;
      }
    }
  } while (sleep());
}

bool ThreadPool::sleep() {
  std::unique_lock<std::mutex> lock(mutex);
  ++sleepers;
  wake.wait(lock, [&] { return isStopping || hasShares(); });
  --sleepers;
  return !isStopping;
}
