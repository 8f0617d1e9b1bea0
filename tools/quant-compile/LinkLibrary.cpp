//===- LinkLibrary.cpp - Shared libraries of objects ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinkLibrary.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

LLD_HAS_DRIVER(elf)

using namespace llvm;

Expected<std::string> mlir::iquant::linkSharedLibrary(StringRef object,
                                                      StringRef name) {
  // The linker reads and writes files only.
  SmallString<128> folder;
  if (std::error_code code =
          sys::fs::createUniqueDirectory("quant-compile", folder))
    return createStringError(code, "cannot make a temporary folder: " +
                                       code.message());
  llvm::scope_exit remove([&] { (void)sys::fs::remove_directories(folder); });
  SmallString<128> input(folder), output(folder);
  sys::path::append(input, "module.o");
  sys::path::append(output, "module.so");
  std::error_code code;
  {
    raw_fd_ostream out(input, code);
    if (code)
      return createStringError(code, "cannot write '" + Twine(input) +
                                         "': " + code.message());
    out << object;
  }
  std::string soname = ("-soname=" + sys::path::filename(name)).str();
  const char *arguments[] = {"ld.lld",       "-shared",      "-z",
                             "now",          "-z",           "noexecstack",
                             "--build-id",   soname.c_str(), "-o",
                             output.c_str(), input.c_str()};
  std::string messages;
  raw_string_ostream log(messages);
  lld::Result result =
      lld::lldMain(arguments, log, log, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0)
    return createStringError("cannot link '" + name + "': " + messages);
  auto linked = MemoryBuffer::getFile(output);
  if (!linked)
    return createStringError(linked.getError(),
                             "cannot read '" + Twine(output) +
                                 "': " + linked.getError().message());
  return (*linked)->getBuffer().str();
}
