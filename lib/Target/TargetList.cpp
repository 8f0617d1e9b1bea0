//===- TargetList.cpp - The processors of one library ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Target/TargetList.h"

#include "iquant/Target/CpuFeatures.h"

using namespace mlir;
using namespace mlir::iquant;
using llvm::createStringError;

/// Whether every processor that can run `other` can run `first`.
static bool runsWherever(const ListedTarget &first, const ListedTarget &other) {
  auto has = getCpuRequirements(other.target);
  return llvm::all_of(getCpuRequirements(first.target),
                      [&](const CpuRequirement &requirement) {
                        return llvm::is_contained(has, requirement);
                      });
}

llvm::Expected<SmallVector<ListedTarget>>
iquant::describeTargetList(const CodeTarget &wanted, MLIRContext *context) {
  SmallVector<StringRef> names;
  StringRef(wanted.cpu).split(names, ',');
  SmallVector<ListedTarget> targets;
  for (StringRef name : names) {
    if (name.empty())
      return createStringError("expects processors between the commas, got '" +
                               wanted.cpu + "'");
    auto machine =
        createTargetMachine({wanted.triple, name.str(), wanted.features});
    if (!machine)
      return machine.takeError();
    ListedTarget target{name.str(), describeTarget(**machine, context)};
    if (names.size() > 1 && !canAskCpu((*machine)->getTargetTriple()))
      return createStringError("programs for '" +
                               (*machine)->getTargetTriple().str() +
                               "' cannot ask what their processor has: expects "
                               "one processor, got '" +
                               wanted.cpu + "'");
    for (const ListedTarget &first : targets)
      if (runsWherever(first, target))
        return createStringError(
            "'" + name + "' would never be chosen behind '" + first.name +
            "', which runs wherever it does: expects the best one first");
    targets.push_back(std::move(target));
  }
  return targets;
}

CodeTarget iquant::getBaseline(LLVM::TargetAttr target) {
  return {target.getTriple().str(), getBaselineCpu(target).str(), ""};
}
