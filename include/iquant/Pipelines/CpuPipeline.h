//===- CpuPipeline.h - From the dialects to LLVM for a CPU ------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass pipeline that turns transformer or iquant IR into LLVM dialect.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_PIPELINES_CPUPIPELINE_H
#define IQUANT_PIPELINES_CPUPIPELINE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassOptions.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace mlir::iquant {

struct CpuPipelineOptions : public PassPipelineOptions<CpuPipelineOptions> {
  Option<std::string> triple{
      *this, "triple",
      llvm::cl::desc("Target triple; empty for what the module says that it is "
                     "for, or else this machine.")};
  Option<std::string> cpu{
      *this, "cpu",
      llvm::cl::desc("Processor, as LLVM names it, perhaps with features, "
                     "`generic+dotprod`; empty for this machine's, or for a "
                     "generic one of another triple. Of several, with commas "
                     "between, the first that can run is taken.")};
  Option<std::string> features{
      *this, "features",
      llvm::cl::desc("Features to add or remove, as `+avx2,-fma`.")};
  Option<int64_t> poolThreshold{
      *this, "pool-threshold",
      llvm::cl::desc("Size from which a constant moves to the pool that the "
                     "caller passes in, in bytes."),
      llvm::cl::init(4096)};
  Option<bool> threads{
      *this, "threads",
      llvm::cl::desc("Whether the threads of an OpenMP runtime share the loops "
                     "whose steps come in any order."),
      llvm::cl::init(false)};
  Option<bool> poolState{
      *this, "pool-state",
      llvm::cl::desc("Whether all caches of a function are in one buffer that "
                     "the caller passes in."),
      llvm::cl::init(false)};
  Option<std::string> cInterface{
      *this, "c-interface",
      llvm::cl::desc("What the names of the functions for callers in C begin "
                     "with; without it there are none. Implies pool-state.")};
};

/// Appends the passes from either dialect (or plain linalg on tensors) down to
/// LLVM dialect. Every public function gets a `_mlir_ciface_` wrapper and the
/// constant pool as its last argument; with `poolState`, one with caches takes
/// state, batch and capacity behind that. With `cInterface`, the functions of
/// `add-c-interface` take their place. With several processors, the number of
/// one comes before the constant pool (`dispatch-to-targets`).
void buildCpuPipeline(OpPassManager &pm, const CpuPipelineOptions &options);

/// Forbids the pipeline to write to what callers of public functions pass in,
/// other than caches.
void protectArguments(ModuleOp module);

/// Registers `iquant-to-cpu-pipeline`.
void registerCpuPipeline();

} // namespace mlir::iquant

#endif // IQUANT_PIPELINES_CPUPIPELINE_H
