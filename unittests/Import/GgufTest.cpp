//===- GgufTest.cpp - Reader of GGUF files --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tests the metadata and the tensors of files that are written here.
//
//===----------------------------------------------------------------------===//

#include "iquant/Import/Gguf.h"

#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"

#include <cstring>

using namespace llvm;
using namespace mlir::iquant;

namespace {

/// Writes a file value by value.
class Writer {
public:
  template <typename T> Writer &add(T value) {
    char data[sizeof(T)];
    std::memcpy(data, &value, sizeof(T));
    bytes.append(data, sizeof(T));
    return *this;
  }
  Writer &addText(StringRef text) {
    add<uint64_t>(text.size());
    bytes += text;
    return *this;
  }
  /// A key and the type of its value, which follows.
  Writer &addKey(StringRef key, uint32_t type) {
    return addText(key).add(type);
  }
  Writer &addHeader(uint64_t tensors, uint64_t values) {
    bytes = "GGUF";
    return add<uint32_t>(3).add(tensors).add(values);
  }
  Writer &pad(size_t alignment) {
    bytes.resize(alignTo(bytes.size(), alignment));
    return *this;
  }
  Expected<GgufFile> read() {
    return GgufFile::read(MemoryBuffer::getMemBufferCopy(bytes, "file"));
  }

private:
  std::string bytes;
};

template <typename T>
void expectValue(const GgufFile &file, StringRef key, T expected) {
  const GgufValue *value = file.find(key);
  ASSERT_NE(value, nullptr) << key.str();
  const T *actual = std::get_if<T>(value);
  ASSERT_NE(actual, nullptr) << key.str();
  EXPECT_EQ(*actual, expected) << key.str();
}

TEST(Gguf, ReadsMetadataOfEveryType) {
  Writer writer;
  writer.addHeader(0, 14);
  writer.addKey("u8", 0).add<uint8_t>(200);
  writer.addKey("i8", 1).add<int8_t>(-100);
  writer.addKey("u16", 2).add<uint16_t>(60000);
  writer.addKey("i16", 3).add<int16_t>(-30000);
  writer.addKey("u32", 4).add<uint32_t>(4000000000);
  writer.addKey("i32", 5).add<int32_t>(-2000000000);
  writer.addKey("f32", 6).add<float>(0.5f);
  writer.addKey("bool", 7).add<uint8_t>(1);
  writer.addKey("string", 8).addText("text");
  writer.addKey("numbers", 9).add<uint32_t>(3).add<uint64_t>(2);
  writer.add<int16_t>(1).add<int16_t>(2);
  writer.addKey("strings", 9).add<uint32_t>(8).add<uint64_t>(2);
  writer.addText("a").addText("");
  writer.addKey("u64", 10).add<uint64_t>(UINT64_MAX);
  writer.addKey("i64", 11).add<int64_t>(INT64_MIN);
  writer.addKey("f64", 12).add<double>(-1.5);

  Expected<GgufFile> file = writer.read();
  ASSERT_TRUE(static_cast<bool>(file)) << toString(file.takeError());
  expectValue<uint64_t>(*file, "u8", 200);
  expectValue<int64_t>(*file, "i8", -100);
  expectValue<uint64_t>(*file, "u16", 60000);
  expectValue<int64_t>(*file, "i16", -30000);
  expectValue<uint64_t>(*file, "u32", 4000000000);
  expectValue<int64_t>(*file, "i32", -2000000000);
  expectValue<double>(*file, "f32", 0.5);
  expectValue<bool>(*file, "bool", true);
  expectValue<StringRef>(*file, "string", "text");
  expectValue<uint64_t>(*file, "u64", UINT64_MAX);
  expectValue<int64_t>(*file, "i64", INT64_MIN);
  expectValue<double>(*file, "f64", -1.5);
  const auto &numbers = std::get<GgufArray>(*file->find("numbers"));
  EXPECT_EQ(numbers.size, 2u);
  EXPECT_EQ(numbers.bytes.size(), 4u);
  const auto &strings = std::get<GgufArray>(*file->find("strings"));
  EXPECT_EQ(strings.size, 2u);
  EXPECT_EQ(strings.bytes.size(), 17u);
  EXPECT_EQ(file->find("other"), nullptr);
}

TEST(Gguf, ReadsTensorsAtTheirAlignment) {
  Writer writer;
  writer.addHeader(2, 1);
  writer.addKey("general.alignment", 4).add<uint32_t>(64);
  // Sizes are innermost first, then type and offset.
  writer.addText("matrix").add<uint32_t>(2).add<uint64_t>(3).add<uint64_t>(2);
  writer.add<uint32_t>(0).add<uint64_t>(64);
  writer.addText("scalar").add<uint32_t>(0).add<uint32_t>(30).add<uint64_t>(0);
  writer.pad(64).add<uint16_t>(0x3f80).pad(64);
  for (int i = 0; i < 6; ++i)
    writer.add<float>(i);

  Expected<GgufFile> file = writer.read();
  ASSERT_TRUE(static_cast<bool>(file)) << toString(file.takeError());
  const SourceTensor *matrix = file->getTensors().find("matrix");
  ASSERT_NE(matrix, nullptr);
  EXPECT_EQ(matrix->format, TensorFormat::F32);
  EXPECT_EQ(ArrayRef<int64_t>(matrix->shape), ArrayRef<int64_t>({2, 3}));
  ASSERT_EQ(matrix->bytes.size(), 24u);
  float last;
  std::memcpy(&last, matrix->bytes.data() + 20, sizeof(last));
  EXPECT_EQ(last, 5.0f);
  const SourceTensor *scalar = file->getTensors().find("scalar");
  ASSERT_NE(scalar, nullptr);
  EXPECT_EQ(scalar->format, TensorFormat::BF16);
  EXPECT_TRUE(scalar->shape.empty());
  EXPECT_EQ(scalar->bytes.size(), 2u);
}

TEST(Gguf, KeepsTensorsOfOtherTypesByName) {
  Writer writer;
  writer.addHeader(2, 0);
  writer.addText("known").add<uint32_t>(1).add<uint64_t>(256);
  writer.add<uint32_t>(14).add<uint64_t>(0);
  writer.addText("unknown").add<uint32_t>(1).add<uint64_t>(7);
  writer.add<uint32_t>(1000).add<uint64_t>(224);
  writer.pad(32);
  for (int i = 0; i < 224; ++i)
    writer.add<uint8_t>(0);

  Expected<GgufFile> file = writer.read();
  ASSERT_TRUE(static_cast<bool>(file)) << toString(file.takeError());
  for (StringRef name : {"known", "unknown"}) {
    const SourceTensor *tensor = file->getTensors().find(name);
    ASSERT_NE(tensor, nullptr);
    EXPECT_EQ(tensor->format, TensorFormat::Other);
    EXPECT_TRUE(tensor->bytes.empty());
  }
  EXPECT_EQ(file->getTensors().find("known")->formatName, "Q6_K");
  EXPECT_EQ(file->getTensors().find("unknown")->formatName, "1000");
}

} // namespace
