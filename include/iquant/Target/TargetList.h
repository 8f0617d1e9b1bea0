//===- TargetList.h - The processors of one library -------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A library may have code for several processors, best first; the first that
// can run is taken.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_TARGET_TARGETLIST_H
#define IQUANT_TARGET_TARGETLIST_H

#include "iquant/Target/NativeCode.h"

namespace mlir::iquant {

/// A processor as the list names it, and what code for it may use.
struct ListedTarget {
  std::string name;
  LLVM::TargetAttr target;
};

/// Whether the name of a processor is a list of several.
inline bool isTargetList(StringRef cpu) { return cpu.contains(','); }

/// The targets of the list `wanted.cpu`, `haswell,x86-64`, all with the same
/// triple and with `wanted.features`. Fails with a sentence if there is an
/// unknown one, one that would never be chosen, or no way for programs to ask
/// what their processor has.
llvm::Expected<SmallVector<ListedTarget>>
describeTargetList(const CodeTarget &wanted, MLIRContext *context);

/// The target that every processor with this triple can run.
CodeTarget getBaseline(LLVM::TargetAttr target);

} // namespace mlir::iquant

#endif // IQUANT_TARGET_TARGETLIST_H
