//===- UniqueNames.cpp - Names of a module's values -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/UniqueNames.h"

#include "iquant/Support/Locations.h"

#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace mlir::iquant;

UniqueNames::UniqueNames(Operation *root) {
  root->walk([&](FunctionOpInterface function) {
    llvm::StringMap<unsigned> counts;
    function.walk([&](Operation *op) {
      places[op] = counts[op->getName().stripDialect()]++;
    });
  });
}

/// The name of the function around an op.
static StringRef getFunctionName(Operation *op) {
  auto function = isa<FunctionOpInterface>(op)
                      ? cast<FunctionOpInterface>(op)
                      : op->getParentOfType<FunctionOpInterface>();
  return function ? SymbolTable::getSymbolName(function).getValue() : "";
}

std::string UniqueNames::describe(Operation *op) const {
  if (StringRef name = getLocationName(op->getLoc()); !name.empty())
    return name.str();
  return (getFunctionName(op) + "." + op->getName().stripDialect() + "." +
          Twine(places.lookup(op)))
      .str();
}

std::string UniqueNames::get(Operation *op, StringRef suffix) {
  return makeUnique(describe(op) + suffix.str());
}

std::string UniqueNames::get(Value value) {
  if (auto result = dyn_cast<OpResult>(value)) {
    unsigned number = result.getResultNumber();
    return get(result.getOwner(),
               number == 0 ? "" : "#" + std::to_string(number));
  }
  auto argument = cast<BlockArgument>(value);
  if (StringRef name = getLocationName(argument.getLoc()); !name.empty())
    return makeUnique(name.str());
  return makeUnique((getFunctionName(argument.getOwner()->getParentOp()) +
                     ".argument." + Twine(argument.getArgNumber()))
                        .str());
}

std::string UniqueNames::makeUnique(std::string name) {
  while (!taken.insert(name).second)
    name += "'";
  return name;
}
