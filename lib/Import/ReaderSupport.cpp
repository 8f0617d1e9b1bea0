//===- ReaderSupport.cpp - What both checkpoint readers check -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements the checks that the checkpoint readers share.
//
//===----------------------------------------------------------------------===//

#include "ReaderSupport.h"

#include "iquant/Import/TensorTable.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace llvm;

namespace mlir::iquant {

Error checkDisjoint(StringRef file, MutableArrayRef<TensorSpan> spans) {
  llvm::sort(spans, [](const TensorSpan &a, const TensorSpan &b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  for (size_t i = 1; i < spans.size(); ++i) {
    const TensorSpan &previous = spans[i - 1], &next = spans[i];
    if (next.begin < previous.end)
      return createStringError(Twine(file) + ": tensor " + quoted(next.name) +
                               " begins at byte " + Twine(next.begin) +
                               ", inside of tensor " + quoted(previous.name) +
                               ", which ends at byte " + Twine(previous.end));
  }
  return Error::success();
}

std::optional<uint64_t> getTensorBytes(ArrayRef<uint64_t> shape,
                                       uint64_t blockElements,
                                       uint64_t blockBytes) {
  // Zero sizes do not excuse the others from fitting.
  uint64_t elements = 1, nonzero = 1;
  for (uint64_t size : shape) {
    std::optional<uint64_t> product =
        checkedMulUnsigned(nonzero, std::max<uint64_t>(size, 1));
    if (!product)
      return std::nullopt;
    nonzero = *product;
    elements *= size;
  }
  std::optional<uint64_t> bytes =
      checkedMulUnsigned(nonzero / blockElements + 1, blockBytes);
  if (!bytes || *bytes > uint64_t(INT64_MAX) || nonzero > uint64_t(INT64_MAX))
    return std::nullopt;
  return elements / blockElements * blockBytes;
}

Expected<json::Value> readJson(StringRef path, StringRef what) {
  Expected<MappedFile> file = mapFile(path);
  if (!file)
    return file.takeError();
  return parseJson((*file)->getBuffer(), path, what);
}

} // namespace mlir::iquant
