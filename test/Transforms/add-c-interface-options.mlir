// RUN: quant-opt %s --add-c-interface=prefix=my_model2 | FileCheck %s
// RUN: not quant-opt %s --add-c-interface=prefix=2x 2>&1 | FileCheck %s --check-prefix=DIGIT
// RUN: not quant-opt %s --add-c-interface=prefix=a-b 2>&1 | FileCheck %s --check-prefix=DASH
// RUN: quant-opt %s --iquant-to-cpu-pipeline=c-interface=m | FileCheck %s --check-prefix=PIPELINE

// CHECK: #ifndef MY_MODEL2_H
// CHECK: func.func @my_model2_f(
// DIGIT: error: expects a prefix that C takes as a name, got '2x'
// DASH: error: expects a prefix that C takes as a name, got 'a-b'

// The names of the pipeline's other functions are not those of a library.
// PIPELINE-NOT: _mlir_ciface
// PIPELINE: llvm.func internal @f(
// PIPELINE: llvm.func @m_f(
func.func @f(%x: memref<2xi8>, %constants: memref<?xi8>) {
  return
}
