//===- Locations.cpp - Names of ops ---------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/Locations.h"

#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;

StringRef iquant::getLocationName(Location location) {
  StringRef name;
  location->walk([&](Location part) {
    auto named = dyn_cast<NameLoc>(part);
    if (!named)
      return WalkResult::advance();
    name = named.getName();
    return WalkResult::interrupt();
  });
  return name;
}

std::string iquant::describePlace(Operation *op) {
  std::string text;
  Operation *parent = op->getParentOfType<FunctionOpInterface>();
  if (auto symbol = dyn_cast_or_null<SymbolOpInterface>(parent))
    text += ", in function '" + symbol.getName().str() + "'";
  if (StringRef name = getLocationName(op->getLoc()); !name.empty())
    text += ", imported as '" + name.str() + "'";
  return text;
}
