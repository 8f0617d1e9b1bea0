//===- ScaleFile.h - The file of a smoothing's scales -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the reader and the writer of the format of docs/Folding.md.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_CALIBRATION_SCALEFILE_H
#define IQUANT_CALIBRATION_SCALEFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <map>
#include <string>
#include <vector>

namespace mlir::iquant {

/// The scales of every place, by its name.
using ScalesByPlace = std::map<std::string, std::vector<double>, std::less<>>;

/// Reads a file; says by name and value what is wrong with it. All scales are
/// positive and finite.
llvm::Expected<ScalesByPlace> readScales(llvm::StringRef path);

/// The same of the text of a file.
llvm::Expected<ScalesByPlace> parseScales(llvm::StringRef text,
                                          llvm::StringRef path);

/// A place's name and its scales.
using NamedScales = std::pair<llvm::StringRef, llvm::ArrayRef<double>>;

/// Writes places in this order.
void writeScales(llvm::raw_ostream &out, llvm::ArrayRef<NamedScales> places);

} // namespace mlir::iquant

#endif // IQUANT_CALIBRATION_SCALEFILE_H
