//===- OutputFile.cpp - Files that are complete or absent -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Implements how tools write their results.
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/OutputFile.h"

#include "llvm/Support/FileSystem.h"

using namespace llvm;

using Writer = function_ref<Error(raw_ostream &)>;

/// Writes everything out and reports what the stream has met on the way; a
/// stream that is destroyed with an error of its own ends the process.
static Error writeAndFlush(raw_fd_ostream &os, Writer write) {
  Error error = write(os);
  os.flush();
  std::error_code code = os.error();
  os.clear_error();
  if (error)
    return error;
  return errorCodeToError(code);
}

/// Writes to what is no regular file: a device or a pipe.
static Error writeDirectly(StringRef path, Writer write) {
  std::error_code code;
  raw_fd_ostream os(path, code);
  if (code)
    return errorCodeToError(code);
  return writeAndFlush(os, write);
}

static Error writeAndRename(StringRef path, Writer write) {
  Expected<sys::fs::TempFile> file =
      sys::fs::TempFile::create(path + ".%%%%%%.tmp");
  if (!file)
    return file.takeError();
  raw_fd_ostream os(file->FD, /*shouldClose=*/false);
  if (Error error = writeAndFlush(os, write))
    return joinErrors(std::move(error), file->discard());
  return file->keep(path);
}

Error mlir::iquant::writeOutputFile(StringRef path, Writer write) {
  Error error = Error::success();
  if (path == "-")
    error = writeAndFlush(outs(), write);
  else if (sys::fs::exists(path) && !sys::fs::is_regular_file(path))
    error = writeDirectly(path, write);
  else
    error = writeAndRename(path, write);
  if (!error)
    return error;
  return createStringError("cannot write '" + path +
                           "': " + toString(std::move(error)));
}
