//===- ThreadPool.cpp - Threads that share loops --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Runtime/ThreadPool.h"

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

ThreadPool::ThreadPool(unsigned threads) {
  for (unsigned i = 1; i < threads; ++i)
    workers.emplace_back([this] { work(); });
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

bool ThreadPool::takeShare() {
  uint64_t seen = open.load(std::memory_order_acquire);
  while (auto left = static_cast<uint32_t>(seen)) {
    // Belong to the loop that was seen if it is still open below.
    Body run = body.load(std::memory_order_relaxed);
    void *argument = context.load(std::memory_order_relaxed);
    if (!open.compare_exchange_weak(seen, seen - 1, std::memory_order_acq_rel,
                                    std::memory_order_acquire))
      continue;
    run(argument, left - 1);
    done.fetch_add(1, std::memory_order_release);
    return true;
  }
  return false;
}

void ThreadPool::run(uint32_t count, Body body, void *context) {
  if (workers.empty() || count < 2 || isBusy.exchange(true)) {
    for (uint32_t share = 0; share < count; ++share)
      body(context, share);
    return;
  }
  done.store(0, std::memory_order_relaxed);
  this->body.store(body, std::memory_order_relaxed);
  this->context.store(context, std::memory_order_relaxed);
  uint64_t number = (open.load(std::memory_order_relaxed) >> 32) + 1;
  // In one order with `sleepers`: either a worker that is about to sleep sees
  // these shares, or this thread sees it.
  open.store(number << 32 | count);
  if (sleepers.load() != 0) {
    std::lock_guard<std::mutex> lock(mutex);
    wake.notify_all();
  }
  while (takeShare())
    ;
  for (unsigned look = 1; done.load(std::memory_order_acquire) != count; ++look)
    if (look % kLooks != 0)
      relax();
    else
      std::this_thread::yield();
  isBusy.store(false, std::memory_order_release);
}

void ThreadPool::work() {
  using Clock = std::chrono::steady_clock;
  do {
    Clock::time_point start = Clock::now();
    for (unsigned look = 1;; ++look) {
      if (takeShare()) {
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
  wake.wait(lock, [&] {
    return isStopping || static_cast<uint32_t>(open.load()) != 0;
  });
  --sleepers;
  return !isStopping;
}
