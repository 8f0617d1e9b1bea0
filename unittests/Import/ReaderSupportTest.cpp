//===- ReaderSupportTest.cpp - What both checkpoint readers check ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tests the checks on sizes and on spans of a file.
//
//===----------------------------------------------------------------------===//

#include "../../lib/Import/ReaderSupport.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace mlir::iquant;

namespace {

TEST(GetTensorBytes, CountsBlocks) {
  EXPECT_EQ(getTensorBytes({}, 1, 4), 4u);
  EXPECT_EQ(getTensorBytes({3, 5}, 1, 2), 30u);
  EXPECT_EQ(getTensorBytes({3, 64}, 32, 18), 108u);
  EXPECT_EQ(getTensorBytes({3, 0}, 1, 4), 0u);
}

TEST(GetTensorBytes, RefusesWhatDoesNotFit63Bits) {
  uint64_t half = uint64_t(1) << 32, most = INT64_MAX;
  EXPECT_EQ(getTensorBytes({most / 4}, 1, 4), std::nullopt);
  EXPECT_EQ(getTensorBytes({most / 4 - 1}, 1, 4), most / 4 * 4 - 4);
  EXPECT_EQ(getTensorBytes({half, half}, 1, 1), std::nullopt);
  EXPECT_EQ(getTensorBytes({half, half, half}, 32, 18), std::nullopt);
  EXPECT_EQ(getTensorBytes({0, half, half}, 1, 1), std::nullopt);
  EXPECT_EQ(getTensorBytes({UINT64_MAX}, 1, 1), std::nullopt);
}

TEST(CheckDisjoint, FindsAnOverlap) {
  std::vector<TensorSpan> spans = {{"c", 8, 16}, {"a", 0, 4}, {"b", 4, 9}};
  EXPECT_EQ(toString(checkDisjoint("file", spans)),
            "file: tensor 'c' begins at byte 8, inside of tensor 'b', which "
            "ends at byte 9");
}

TEST(CheckDisjoint, AllowsNeighboursAndHolesAndEmptySpans) {
  std::vector<TensorSpan> spans = {
      {"c", 8, 16}, {"a", 0, 4}, {"b", 4, 8}, {"e", 8, 8}, {"d", 32, 33}};
  EXPECT_FALSE(static_cast<bool>(checkDisjoint("file", spans)));
  spans.clear();
  EXPECT_FALSE(static_cast<bool>(checkDisjoint("file", spans)));
}

} // namespace
