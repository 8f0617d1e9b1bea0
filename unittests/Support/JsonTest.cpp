//===- JsonTest.cpp - JSON that a stranger wrote --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/Json.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace mlir::iquant;

namespace {

/// The error that a text gives, empty if it parses.
std::string jsonError(StringRef text) {
  Expected<json::Value> value = parseJson(text, "file", "the header");
  return value ? "" : toString(value.takeError());
}

std::string nested(size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(ParseJson, LimitsTheDepth) {
  EXPECT_EQ(jsonError(nested(64)), "");
  EXPECT_EQ(
      jsonError(nested(65)),
      "file: the header nests 65 levels deep or more, at most 64 are read");
  EXPECT_NE(jsonError(std::string(1000000, '{')), "");
}

TEST(ParseJson, BracketsInStringsAreText) {
  EXPECT_EQ(jsonError("{\"" + std::string(100, '[') + "\": \"\\\"{{\"}"), "");
}

TEST(ParseJson, RefusesAMemberTwice) {
  const char *twice = "file: the header has the member 'a' twice";
  EXPECT_EQ(jsonError(R"({"a": 1, "b": 2, "a": 3})"), twice);
  EXPECT_EQ(jsonError(R"({"x": [{"a": 1, "a": 1}]})"), twice);
  EXPECT_EQ(jsonError(R"({"a": 1, "\u0061": 1})"), twice);
}

TEST(ParseJson, AllowsANameInSeveralObjects) {
  EXPECT_EQ(jsonError(R"({"a": {"a": 1}, "b": {"a": 1}, "c": [{"a": "a"}]})"),
            "");
  EXPECT_EQ(jsonError(R"({"a": "a:b", "b:": ":"})"), "");
}

TEST(ParseJson, RefusesBrokenText) {
  for (StringRef text : {"", "{", "{\"a\"", "{\"a\":", "{:1}", "[1,]", "\"\\",
                         "{\"a\": 1}}", "\xff", "nul", ":", "]["})
    EXPECT_NE(jsonError(text), "") << text.str();
}

TEST(Quoted, EscapesWhatIsNotPrintable) {
  EXPECT_EQ(quoted("a.b"), "'a.b'");
  EXPECT_EQ(quoted(StringRef("\0\x1b[", 3)), "'\\00\\1B['");
}

} // namespace
