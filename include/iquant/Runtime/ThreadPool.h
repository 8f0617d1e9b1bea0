//===- ThreadPool.h - Threads that share loops ------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops of compiled code last microseconds, and a call of a model has hundreds
// of them. So a worker spins for a while when it has nothing to do, and sleeps
// only after that. Nobody waits for a worker that has not begun: the caller
// takes the shares that nobody else takes, and on a machine with other work it
// is never slower than alone by more than the shares that others have begun.
//
// Shares that follow each other read memory that follows each other. So every
// thread has a range of them, which it takes in their order, and takes of the
// ranges of others, from their ends, when its own is done.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_RUNTIME_THREADPOOL_H
#define IQUANT_RUNTIME_THREADPOOL_H

#include "iquant/Support/CacheLine.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace mlir::iquant {

class ThreadPool {
public:
  /// Runs share number `share` of a loop.
  using Body = void (*)(void *context, uint32_t share);

  /// The thread that calls `run` is one of the `threads`.
  explicit ThreadPool(unsigned threads);
  ~ThreadPool();

  unsigned getNumThreads() const { return ranges.size(); }

  /// Runs shares 0 to `count` - 1, in any order, and returns when all are done.
  /// While the pool is busy with another call, the caller runs all of them.
  /// They are fewer than 2^16.
  void run(uint32_t count, Body body, void *context);

private:
  /// What the worker that is number `thread` does all its life.
  void work(unsigned thread);
  /// Runs a share that nobody has taken; false if there is none.
  bool takeShare(unsigned thread);
  /// Takes a share of the range of `owner` for `thread`, and runs it.
  bool takeShareOf(unsigned owner, unsigned thread);
  bool hasShares() const;
  /// Waits for shares; false when the pool goes away.
  bool sleep();

  /// The shares of a range that nobody has taken.
  struct alignas(kCacheLine) Range {
    std::atomic<uint64_t> open{0};
  };

  /// One for each thread; the caller of `run` has the first.
  std::vector<Range> ranges;
  alignas(kCacheLine) std::atomic<uint32_t> done{0};
  /// Written only while no share is open.
  alignas(kCacheLine) std::atomic<Body> body{nullptr};
  std::atomic<void *> context{nullptr};
  std::atomic<bool> isBusy{false}, isStopping{false};
  std::atomic<unsigned> sleepers{0};
  std::mutex mutex;
  std::condition_variable wake;
  std::vector<std::thread> workers;
};

} // namespace mlir::iquant

#endif // IQUANT_RUNTIME_THREADPOOL_H
