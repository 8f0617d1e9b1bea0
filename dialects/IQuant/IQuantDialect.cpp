//===- IQuantDialect.cpp - Registration -----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/IQuant/IQuant.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::iquant;

#include "dialects/IQuant/IQuantDialect.cpp.inc"
#include "dialects/IQuant/IQuantEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/IQuant/IQuantAttributes.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/IQuant/IQuantTypes.cpp.inc"

void IQuantDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/IQuant/IQuantOps.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/IQuant/IQuantAttributes.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/IQuant/IQuantTypes.cpp.inc"
      >();
}
