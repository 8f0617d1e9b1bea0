//===- CpuPipeline.cpp - From the dialects to LLVM for a CPU --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Pipelines/CpuPipeline.h"

#include "dialects/Transformer/Transformer.h"
#include "iquant/Conversion/Passes.h"
#include "iquant/Target/TargetList.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/BufferizationToMemRef/BufferizationToMemRef.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/OpenMPToLLVM/ConvertOpenMPToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/SCFToOpenMP/SCFToOpenMP.h"
#include "mlir/Conversion/TosaToArith/TosaToArith.h"
#include "mlir/Conversion/TosaToLinalg/TosaToLinalg.h"
#include "mlir/Conversion/TosaToTensor/TosaToTensor.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/Transforms/RequestCWrappers.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::iquant;

/// Tensors become buffers, and the buffers are freed.
static void addBufferization(OpPassManager &pm) {
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  // Plain row-major buffers at every function, so that a caller can make them.
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  // A cache comes back where it was passed in.
  pm.addPass(createDropCacheResults());
  // So does the result of a kernel.
  pm.addPass(bufferization::createDropEquivalentBufferResultsPass());
  bufferization::buildBufferDeallocationPipeline(pm);
  // A function that returns what it does not own returns a copy.
  pm.addPass(createConvertBufferizationToMemRefPass());
  pm.addNestedPass<func::FuncOp>(createConvertStridedCopyToLinalg());
  pm.addPass(createCanonicalizerPass());
  // Freed behind the last use, so that others take their place.
  pm.addNestedPass<func::FuncOp>(
      bufferization::createOptimizeAllocationLivenessPass());
  pm.addNestedPass<func::FuncOp>(createMergeAllocations());
}

/// Ops of TOSA that are no part of a transformer become ops of linalg.
static void addTosa(OpPassManager &pm) {
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(tosa::createTosaToLinalgNamed());
  functions.addPass(tosa::createTosaToLinalg());
  functions.addPass(createTosaToTensorPass());
  functions.addPass(createTosaToArithPass());
}

/// From either dialect to loops over vectors, all that depends on what the
/// target's registers and instructions are.
static void addLoops(OpPassManager &pm) {
  // Weights are put in the order of the target's matrix instruction while they
  // still are weights.
  pm.addPass(createPackWeights());
  pm.addPass(createConvertTransformerToLinalg());
  pm.addPass(createConvertIQuantToLinalg());
  addTosa(pm);
  // Comparisons and casts of tensors, beside ops of the dialects.
  pm.addNestedPass<func::FuncOp>(createConvertElementwiseToLinalgPass());
  // No elimination of common subexpressions here: accumulators of one shape
  // would become one value, and bufferization would copy it for each of them;
  // and layers that share values with their neighbours would not be equal.
  pm.addPass(createCanonicalizerPass());

  // Equal layers are shared as soon as the exponents that types held are
  // constants, which may differ from layer to layer, and before bufferization:
  // everything below works on one body, and compile time does not grow with
  // depth. A body smaller than an attention block is not worth a call.
  OutlineRepeatedBodiesOptions outlining;
  outlining.minOps = 50;
  pm.addPass(createOutlineRepeatedBodies(outlining));
  // Sizes of tensors become those of arguments, which are known when buffers
  // are made.
  pm.addPass(memref::createResolveRankedShapeTypeResultDimsPass());
  pm.addPass(createCanonicalizerPass());

  addBufferization(pm);

  // Matrix products are recognised as long as they are one op.
  pm.addNestedPass<func::FuncOp>(createPackContractions());
  pm.addNestedPass<func::FuncOp>(createVectorizeContractions());
  pm.addNestedPass<func::FuncOp>(createSelectMatrixInstructions());
  pm.addNestedPass<func::FuncOp>(createPrefetchStreams());
  pm.addNestedPass<func::FuncOp>(createVectorizeRows());
  pm.addNestedPass<func::FuncOp>(createSelectByteShuffles());
  // Where tables are in registers, bytes are all that is looked up.
  pm.addNestedPass<func::FuncOp>(createSelectPacks());
  pm.addNestedPass<func::FuncOp>(createCSEPass());
  pm.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  // What threads may share has one form from here on.
  pm.addNestedPass<func::FuncOp>(createForallToParallelLoopPass());
  pm.addPass(createCanonicalizerPass());
}

/// The same for each processor of a list, in a module of its own, so that no
/// pass has more than one target in view.
static void addLoopsOfTargets(OpPassManager &pm,
                              const CpuPipelineOptions &options) {
  CloneForTargetsOptions targets;
  targets.triple = options.triple;
  targets.cpu = options.cpu;
  targets.features = options.features;
  pm.addPass(createCloneForTargets(targets));
  addLoops(pm.nest<ModuleOp>());
  // While caches and results have types that say how they lie in memory.
  pm.addPass(createDispatchToTargets());
}

void iquant::buildCpuPipeline(OpPassManager &pm,
                              const CpuPipelineOptions &options) {
  if (isTargetList(options.cpu)) {
    addLoopsOfTargets(pm, options);
  } else {
    SetTargetOptions target;
    target.triple = options.triple;
    target.cpu = options.cpu;
    target.features = options.features;
    pm.addPass(createSetTarget(target));
    addLoops(pm);
  }

  // Constants leave the module after bufferization, which creates them as
  // globals, and before LLVM, which would print them into the code.
  PoolConstantsOptions pool;
  pool.threshold = options.poolThreshold;
  pm.addPass(createPoolConstants(pool));
  // Behind the constants, which the function of the state's size needs none of.
  if (options.poolState || !options.cInterface.empty())
    pm.addPass(createPoolState());
  // Buffers have their final form, and their functions still have signatures.
  if (options.cInterface.empty()) {
    pm.addNestedPass<func::FuncOp>(LLVM::createLLVMRequestCWrappersPass());
  } else {
    AddCInterfaceOptions interface;
    interface.prefix = options.cInterface;
    pm.addPass(createAddCInterface(interface));
  }

  // From here on everything is upstream's road to LLVM.
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  // The loops that are left become control flow, which no longer says that
  // steps come in any order.
  if (options.threads) {
    pm.addPass(createConvertSCFToOpenMPPass());
    pm.addNestedPass<func::FuncOp>(createSimplifyParallelRegions());
  }
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createArithToLLVMConversionPass());
  // Pointers that LLVM knows to be new: with the default, which aligns the
  // result of malloc by hand, any two buffers might overlap, and no loop that
  // reads one and accumulates in another vectorises.
  FinalizeMemRefToLLVMConversionPassOptions allocation;
  allocation.useAlignedAlloc = true;
  pm.addPass(createFinalizeMemRefToLLVMConversionPass(allocation));
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createConvertFuncToLLVMPass());
  if (options.threads)
    pm.addPass(createConvertOpenMPToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void iquant::protectArguments(ModuleOp module) {
  Builder builder(module.getContext());
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function.isPublic() || function.isExternal())
      continue;
    for (unsigned i = 0; i < function.getNumArguments(); ++i) {
      // A cache comes back as the result of its name.
      Attribute cache = function.getArgAttr(i, transformer::kCache);
      bool isCache =
          cache &&
          llvm::any_of(
              llvm::seq(function.getNumResults()), [&](unsigned result) {
                return function.getResultAttr(result, transformer::kCache) ==
                       cache;
              });
      function.setArgAttr(
          i, bufferization::BufferizationDialect::kWritableAttrName,
          builder.getBoolAttr(isCache));
    }
  }
}

void iquant::registerCpuPipeline() {
  PassPipelineRegistration<CpuPipelineOptions>(
      "iquant-to-cpu-pipeline",
      "Lower transformer, iquant or linalg IR to LLVM dialect for a CPU",
      buildCpuPipeline);
}
