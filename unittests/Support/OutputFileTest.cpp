//===- OutputFileTest.cpp - Files that are complete or absent -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tests that an output file is complete, or as it was before.
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/OutputFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace mlir::iquant;

namespace {

/// A directory of its own for every test.
class OutputFile : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(sys::fs::createUniqueDirectory("iquant-output", directory));
    path = directory;
    sys::path::append(path, "file");
  }
  void TearDown() override { sys::fs::remove_directories(directory); }

  std::string read() {
    auto buffer = MemoryBuffer::getFile(path);
    return buffer ? (*buffer)->getBuffer().str() : "no file";
  }
  size_t countFiles() {
    std::error_code code;
    size_t count = 0;
    for (sys::fs::directory_iterator i(directory, code), end; i != end;
         i.increment(code))
      ++count;
    return count;
  }

  SmallString<128> directory, path;
};

Error writeWord(raw_ostream &os) {
  os << "word";
  return Error::success();
}

Error failAfterWriting(raw_ostream &os) {
  os << "half";
  return createStringError(Twine("no more"));
}

TEST_F(OutputFile, IsWrittenAndReplaced) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(static_cast<bool>(writeOutputFile(path, writeWord)));
    EXPECT_EQ(read(), "word");
    EXPECT_EQ(countFiles(), 1u);
  }
}

TEST_F(OutputFile, IsAbsentAfterAnError) {
  EXPECT_EQ(toString(writeOutputFile(path, failAfterWriting)),
            ("cannot write '" + path + "': no more").str());
  EXPECT_EQ(countFiles(), 0u);
}

TEST_F(OutputFile, StaysAfterAnError) {
  EXPECT_FALSE(static_cast<bool>(writeOutputFile(path, writeWord)));
  EXPECT_TRUE(errorToBool(writeOutputFile(path, failAfterWriting)));
  EXPECT_EQ(read(), "word");
  EXPECT_EQ(countFiles(), 1u);
}

TEST_F(OutputFile, IsNotADirectory) {
  EXPECT_EQ(toString(writeOutputFile(directory, writeWord)),
            ("cannot write '" + directory + "': Is a directory").str());
}

} // namespace
