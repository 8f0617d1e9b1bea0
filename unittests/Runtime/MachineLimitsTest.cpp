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

/// A loop that was optimised away would be faster than any machine.
static void expectSpeed(FailureOr<MachineLimit> limit, double slowest) {
  ASSERT_TRUE(succeeded(limit));
  FailureOr<double> speed = limit->measure();
  ASSERT_TRUE(succeeded(speed));
  EXPECT_GT(*speed, slowest);
  EXPECT_LT(*speed, 1e14);
}

TEST(MachineLimitTest, ReadsMemory) {
  MLIRContext context(makeExecutableRegistry());
  context.loadAllAvailableDialects();
  for (unsigned threads : {1, 2, 7})
    expectSpeed(MachineLimit::compileMemory(context, threads), 1e7);
}

TEST(MachineLimitTest, MultipliesCodes) {
  MLIRContext context(makeExecutableRegistry());
  context.loadAllAvailableDialects();
  for (unsigned threads : {1, 2})
    expectSpeed(MachineLimit::compileArithmetic(context, threads), 1e8);
}
