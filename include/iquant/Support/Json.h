//===- Json.h - JSON that a stranger wrote ----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares how JSON from outside is parsed, and how messages show text from it.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_JSON_H
#define IQUANT_SUPPORT_JSON_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <string>

namespace mlir::iquant {

/// Parses JSON that a stranger wrote: nothing may nest deeper than 64 levels,
/// and no object may have two members of one name. `file` and `what` name it in
/// the error.
llvm::Expected<llvm::json::Value>
parseJson(llvm::StringRef text, llvm::StringRef file, llvm::StringRef what);

/// The object that a file of this project is: its member 'format' is `format`,
/// and 'version' is `version`. `file` and `kind` ("file of scales") name it in
/// the error.
llvm::Expected<const llvm::json::Object *>
checkFormat(const llvm::json::Value &root, llvm::StringRef file,
            llvm::StringRef kind, llvm::StringRef format, int64_t version);

/// `text` in single quotes, with everything unprintable escaped.
std::string quoted(llvm::StringRef text);

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_JSON_H
