//===- StatisticsFileTest.cpp - The file of a calibration run -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tests that what was written is read, and what is wrong is refused by name.
//
//===----------------------------------------------------------------------===//

#include "iquant/Calibration/StatisticsFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/JSON.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace mlir::iquant;

namespace {

std::string write(ArrayRef<NamedStatistics> values) {
  std::string text;
  raw_string_ostream out(text);
  writeStatistics(out, {"model.mlirbc", /*windows=*/2, /*context=*/4}, values);
  return text;
}

TEST(StatisticsFile, IsReadAsWritten) {
  ValueStatistics rows(2, /*sampleSize=*/2), scores(1);
  // 0.1 has no short binary form, and must come back all the same.
  rows.addRow({0.1f, -2});
  rows.addRow({0.5f, 1e-30f});
  rows.addRow({-1, 3e38f});
  scores.addScores(0, {1, 3, -std::numeric_limits<float>::infinity()});
  std::string text =
      write({{"layers.0.\"q\"", &rows}, {"layers.0.scores", &scores}});
  Expected<std::vector<RecordedValue>> values = parseStatistics(text, "file");
  ASSERT_TRUE(static_cast<bool>(values)) << toString(values.takeError());
  ASSERT_EQ(values->size(), 2u);

  const RecordedValue &first = (*values)[0], &second = (*values)[1];
  EXPECT_EQ(first.name, "layers.0.\"q\"");
  EXPECT_EQ(first.count, 3);
  using Floats = std::vector<float>;
  EXPECT_EQ(first.min, (Floats{-1, -2}));
  EXPECT_EQ(first.max, (Floats{0.5f, 3e38f}));
  EXPECT_EQ(first.absmax, (Floats{1, 3e38f}));
  EXPECT_EQ(first.mean[0], static_cast<float>(rows.getChannel(0).mean));
  EXPECT_EQ(first.deviation[0],
            static_cast<float>(rows.getChannel(0).getDeviation()));
  EXPECT_EQ(first.rows, rows.getSample().getRows());
  EXPECT_EQ(first.rows.size(), 4u);

  EXPECT_EQ(second.count, 2);
  EXPECT_EQ(second.min, Floats{-2});
  EXPECT_EQ(second.max, Floats{0});
  EXPECT_EQ(second.mean, Floats{-1});
  EXPECT_EQ(second.deviation, Floats{1});
  EXPECT_TRUE(second.rows.empty());
}

TEST(StatisticsFile, IsTheSameTextAgain) {
  ValueStatistics rows(2);
  rows.addRow({0.1f, -2});
  EXPECT_EQ(write({{"x", &rows}}), write({{"x", &rows}}));
}

TEST(StatisticsFile, HasTotalsForPeople) {
  ValueStatistics rows(2);
  rows.addRow({1, -3});
  Expected<json::Value> root = json::parse(write({{"x", &rows}}));
  ASSERT_TRUE(static_cast<bool>(root)) << toString(root.takeError());
  const json::Object &file = *root->getAsObject();
  EXPECT_EQ(file.getString("model"), "model.mlirbc");
  EXPECT_EQ(file.getInteger("windows"), 2);
  EXPECT_EQ(file.getInteger("context"), 4);
  const json::Object &value = *(*file.getArray("values"))[0].getAsObject();
  EXPECT_EQ(value.getNumber("mean"), -1);
  EXPECT_EQ(value.getNumber("deviation"), 2);
  EXPECT_EQ(value.getNumber("absmax"), 3);
  EXPECT_EQ(value.getObject("percentiles")->size(), 11u);
}

//===----------------------------------------------------------------------===//
// Refusals
//===----------------------------------------------------------------------===//

/// The error that a text gives, empty if it is read.
std::string errorOf(StringRef text) {
  Expected<std::vector<RecordedValue>> values = parseStatistics(text, "file");
  return values ? "" : toString(values.takeError());
}

/// A file of one value, `rest` its members behind the name.
std::string fileOf(StringRef rest) {
  return (R"({"format": "iquant statistics", "version": 1, "values": [{"name": "x", )" +
          rest + "}]}")
      .str();
}

constexpr StringLiteral kChannel =
    R"("channel": {"min": [0], "max": [0], "mean": [0], "deviation": [0], "absmax": [0]})";

TEST(StatisticsFile, NamesWhatIsNoFileOfStatistics) {
  EXPECT_EQ(errorOf("[1, 2"),
            "file: the file is not valid JSON: [1:5, byte=5]: Expected , or ] "
            "after array element");
  const char *format = "'file': is no file of statistics: it has no member "
                       "'format' that is 'iquant statistics'";
  EXPECT_EQ(errorOf("[]"), format);
  EXPECT_EQ(errorOf(R"({"format": "statistics"})"), format);
  EXPECT_EQ(errorOf(R"({"format": "iquant statistics", "version": 2})"),
            "'file': has format version 2, but version 1 is read");
  EXPECT_EQ(errorOf(R"({"format": "iquant statistics"})"),
            "'file': has format version unknown, but version 1 is read");
  EXPECT_EQ(errorOf(R"({"format": "iquant statistics", "version": 1})"),
            "'file': has no array 'values'");
  EXPECT_EQ(
      errorOf(
          R"({"format": "iquant statistics", "version": 1, "values": [{}]})"),
      "'file': has a value without a name");
}

TEST(StatisticsFile, NamesTheValueThatIsWrong) {
  EXPECT_EQ(errorOf(fileOf(("\"count\": 1, " + kChannel).str())), "");
  EXPECT_EQ(errorOf(fileOf(("\"count\": 0, " + kChannel).str())),
            "'file': value 'x' has no 'count' that is a positive integer");
  EXPECT_EQ(errorOf(fileOf("\"count\": 1")),
            "'file': value 'x' has no object 'channel'");
  EXPECT_EQ(errorOf(fileOf(R"("count": 1, "channel": {"min": [0]})")),
            "'file': value 'x' has no array 'max' in 'channel'");
  EXPECT_EQ(
      errorOf(fileOf(R"("count": 1, "channel": {"min": [0], "max": [0, 1]})")),
      "'file': value 'x' has 1 channels in 'min', but 2 in 'max'");
  for (StringRef number : {"1e39", "\"1\"", "null"})
    EXPECT_EQ(
        errorOf(fileOf(
            (R"("count": 1, "channel": {"min": [)" + number + "]}").str())),
        "'file': value 'x' has an element of 'min' that is no number in "
        "the range of f32");
}

TEST(StatisticsFile, KeepsTheFirstSequences) {
  ValueStatistics value(2, /*sampleSize=*/0, {/*length=*/2, /*count=*/2, {}});
  for (float row = 0; row < 6; ++row)
    value.addRow({row, -row});
  Expected<std::vector<RecordedValue>> values =
      parseStatistics(write({{"x", &value}}), "file");
  ASSERT_TRUE(static_cast<bool>(values)) << toString(values.takeError());
  EXPECT_EQ((*values)[0].sequenceLength, 2);
  EXPECT_EQ((*values)[0].sequences,
            (std::vector<float>{0, 0, 1, -1, 2, -2, 3, -3}));
  EXPECT_TRUE((*values)[0].rows.empty());
}

TEST(StatisticsFile, NamesSequencesThatAreWrong) {
  auto error = [](StringRef members) {
    return errorOf(
        fileOf(("\"count\": 1, " + kChannel + ", " + members).str()));
  };
  EXPECT_EQ(error(R"("sequences": "AACAPw==", "sequence_length": 1)"), "");
  for (StringRef length :
       {"", R"(, "sequence_length": 0)", R"(, "sequence_length": 2)"})
    EXPECT_EQ(error((R"("sequences": "AACAPw==")" + length).str()),
              "'file': value 'x' has 1 rows of 'sequences', which is no "
              "multiple of a positive 'sequence_length'");
  EXPECT_EQ(error(R"("sequences": "AADAfw==")"),
            "'file': value 'x' has an element of 'sequences' that is not "
            "finite");
}

TEST(StatisticsFile, NamesRowsThatAreWrong) {
  auto error = [](StringRef rows) {
    return errorOf(
        fileOf(("\"count\": 1, " + kChannel + ", \"rows\": " + rows).str()));
  };
  EXPECT_EQ(error("\"AACAPw==\""), "");
  EXPECT_EQ(error("1"),
            "'file': value 'x' has 'rows' that are not in Base64: it is no "
            "string");
  EXPECT_NE(error("\"A\""), "");
  EXPECT_EQ(error("\"AAA=\""),
            "'file': value 'x' has 2 bytes of 'rows', which is no multiple of "
            "the 4 of a row");
  EXPECT_EQ(error("\"AADAfw==\""),
            "'file': value 'x' has an element of 'rows' that is not finite");
}

TEST(StatisticsFile, RefusesAValueTwice) {
  std::string value =
      ("{\"name\": \"x\", \"count\": 1, " + kChannel + "}").str();
  EXPECT_EQ(
      errorOf(R"({"format": "iquant statistics", "version": 1, "values": [)" +
              value + "," + value + "]}"),
      "'file': value 'x' is there twice");
}

TEST(StatisticsFile, NamesAFileThatIsNotThere) {
  Expected<std::vector<RecordedValue>> values =
      readStatistics("/no/such/file.json");
  ASSERT_FALSE(static_cast<bool>(values));
  EXPECT_EQ(toString(values.takeError()),
            "'/no/such/file.json': No such file or directory");
}

} // namespace
