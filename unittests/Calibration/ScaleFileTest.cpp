//===- ScaleFileTest.cpp - The file of a smoothing's scales ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tests that what was written is read, and what is wrong is refused by name.
//
//===----------------------------------------------------------------------===//

#include "iquant/Calibration/ScaleFile.h"

#include "gtest/gtest.h"

using namespace llvm;
using namespace mlir::iquant;

namespace {

TEST(ScaleFile, IsReadAsWritten) {
  // A third has no short decimal form, and must come back all the same.
  std::vector<double> first = {1.0 / 3, 1e-300, 1e300}, second = {2};
  std::string text;
  raw_string_ostream out(text);
  writeScales(out, {{"layers.0.\"q\"", first}, {"a", second}});
  Expected<ScalesByPlace> scales = parseScales(text, "file");
  ASSERT_TRUE(static_cast<bool>(scales)) << toString(scales.takeError());
  EXPECT_EQ(*scales, (ScalesByPlace{{"layers.0.\"q\"", first}, {"a", second}}));
}

/// What is wrong with a file of these places, or of this text.
std::string explain(StringRef text) {
  Expected<ScalesByPlace> scales = parseScales(text, "file");
  return scales ? "" : toString(scales.takeError());
}
std::string explainPlaces(StringRef places) {
  return explain(
      (R"({"format": "iquant scales", "version": 1, "places": )" + places + "}")
          .str());
}

TEST(ScaleFile, RefusesOtherFiles) {
  StringRef other =
      "'file': is no file of scales: it has no member 'format' that is "
      "'iquant scales'";
  EXPECT_EQ(explain("[]"), other);
  EXPECT_EQ(explain(R"({"format": "iquant statistics"})"), other);
  EXPECT_EQ(explain(R"({"format": "iquant scales"})"),
            "'file': has format version unknown, but version 1 is read");
  EXPECT_EQ(explain(R"({"format": "iquant scales", "version": 2})"),
            "'file': has format version 2, but version 1 is read");
  EXPECT_EQ(explainPlaces("[]"), "'file': has no object 'places'");
  EXPECT_NE(explain("{"), "");
}

TEST(ScaleFile, RefusesScalesByPlace) {
  EXPECT_EQ(explainPlaces("{}"), "");
  EXPECT_EQ(explainPlaces(R"({"q": 1})"),
            "'file': place 'q' expects an array of scales");
  for (StringRef scale : {"0", "-1", "1e999", "null", "\"1\""})
    EXPECT_TRUE(
        StringRef(explainPlaces((R"({"q": [1, )" + scale + "]}").str()))
            .starts_with(
                "'file': place 'q' expects positive, finite scales, got "))
        << scale.str();
  EXPECT_NE(explainPlaces(R"({"q": [1], "q": [1]})"), "");
}

TEST(ScaleFile, RefusesTheFirstNameThatIsWrong) {
  EXPECT_EQ(explainPlaces(R"({"z": 1, "b": 1, "a": [1], "y": 1})"),
            "'file': place 'b' expects an array of scales");
}

} // namespace
