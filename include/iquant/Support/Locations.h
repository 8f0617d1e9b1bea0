//===- Locations.h - Names of ops -------------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The importer names every op by its location; tools find an op, and the ops
// that it became, by that name.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_SUPPORT_LOCATIONS_H
#define IQUANT_SUPPORT_LOCATIONS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "mlir/IR/Operation.h"

#include <string>

namespace mlir::iquant {

/// The first name in a location, or an empty string when it has none.
StringRef getLocationName(Location location);

/// The end of a sentence about `op`: the function that it is part of and the
/// name that its location gives it, ", in function 'f', imported as 'n'".
std::string describePlace(Operation *op);

} // namespace mlir::iquant

#endif // IQUANT_SUPPORT_LOCATIONS_H
