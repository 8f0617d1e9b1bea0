//===- MachineLimitsTest.cpp - What a machine can do at most --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutableRegistry.h"

#include "iquant/Runtime/MachineLimits.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace mlir::iquant;

TEST(MachineLimitsTest, ReadsMemory) {
  MemoryProbe probe;
  for (unsigned threads : {1, 2, 7}) {
    // A loop that was optimised away would be faster than any machine.
    EXPECT_GT(probe.measure(threads), 1e7);
    EXPECT_LT(probe.measure(threads), 1e14);
  }
}

TEST(MachineLimitsTest, MultipliesCodes) {
  MLIRContext context(makeExecutableRegistry());
  context.loadAllAvailableDialects();
  for (unsigned threads : {1, 2}) {
    FailureOr<PeakKernel> kernel = PeakKernel::compile(context, threads);
    ASSERT_TRUE(succeeded(kernel));
    FailureOr<double> speed = kernel->measure();
    ASSERT_TRUE(succeeded(speed));
    EXPECT_GT(*speed, 1e8);
    EXPECT_LT(*speed, 1e14);
  }
}
