# One precompiled header for every target: a compiler that parses MLIR's headers for each file spends five sixths of
# its time on them. A file names what it uses all the same, as a build with IQUANT_PRECOMPILED_HEADERS=OFF shows.

option(IQUANT_PRECOMPILED_HEADERS "Parse MLIR's headers once, not once per file." ON)
if(NOT IQUANT_PRECOMPILED_HEADERS)
  function(iquant_precompile_headers target)
  endfunction()
  return()
endif()

file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/precompiled.cpp" CONTENT "")
add_library(IQuantPrecompiled OBJECT EXCLUDE_FROM_ALL "${PROJECT_BINARY_DIR}/precompiled.cpp")
# Without its time of creation, the same headers give ccache the same file.
target_compile_options(IQuantPrecompiled PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
target_precompile_headers(IQuantPrecompiled PRIVATE
  <mlir/Dialect/Affine/IR/AffineOps.h>
  <mlir/Dialect/Arith/IR/Arith.h>
  <mlir/Dialect/Bufferization/IR/Bufferization.h>
  <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/Dialect/LLVMIR/LLVMDialect.h>
  <mlir/Dialect/Linalg/IR/Linalg.h>
  <mlir/Dialect/Math/IR/Math.h>
  <mlir/Dialect/MemRef/IR/MemRef.h>
  <mlir/Dialect/SCF/IR/SCF.h>
  <mlir/Dialect/Tensor/IR/Tensor.h>
  <mlir/Dialect/Vector/IR/VectorOps.h>
  <mlir/IR/AsmState.h>
  <mlir/IR/BuiltinOps.h>
  <mlir/IR/DialectImplementation.h>
  <mlir/IR/ImplicitLocOpBuilder.h>
  <mlir/IR/Matchers.h>
  <mlir/IR/PatternMatch.h>
  <mlir/IR/Remarks.h>
  <mlir/Parser/Parser.h>
  <mlir/Pass/PassManager.h>
  <mlir/Pass/PassOptions.h>
  <mlir/Transforms/DialectConversion.h>
  <llvm/ADT/StringSwitch.h>
  <llvm/ADT/TypeSwitch.h>
  <llvm/Support/FormatVariadic.h>
  <llvm/Support/JSON.h>)

function(iquant_precompile_headers target)
  target_precompile_headers(${target} REUSE_FROM IQuantPrecompiled)
endfunction()
