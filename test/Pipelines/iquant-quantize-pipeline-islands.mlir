// REQUIRES: python-packages

// RUN: rm -rf %t && mkdir %t
// RUN: not quant-opt %s --iquant-quantize-pipeline="exponent=0" 2>&1 | FileCheck %s --check-prefix=WITHOUT
// RUN: quant-opt %s --iquant-quantize-pipeline="exponent=0 float-islands" -o %t/integer.mlir
// RUN: %{python} -c "import numpy; numpy.save(r'%t/x.npy', numpy.array([-2**31, 2**24 + 1, -2**24 - 3], 'int32'))"
// RUN: quant-run run %t/integer.mlir --input %t/x.npy --output %t/y.npy --output %t/z.npy
// RUN: %{python} -c "import numpy; [print(numpy.load(f).astype('int64').tolist()) for f in (r'%t/y.npy', r'%t/z.npy')]" | FileCheck %s

// Without the option these are obstacles.
// WITHOUT: error: 'arith.negf' op has no integer form
// WITHOUT: error: 'tosa.abs' op has no integer form

// Corners of rule F8: halves go away from zero, what is too large is the
// nearest code, and what is no number the least. An island's floats have their
// type: f32 has 24 bits.
// CHECK: [-2147483648, 2147483647, -2147483648, 1, 2, -2, -2147483520, 2147483647]
// CHECK: [2147483647, 16777216, 16777220]
func.func @forward(%x: tensor<3xf32>) -> (tensor<8xf32>, tensor<3xf32>) {
  %c = arith.constant dense<[0x7FC00000, 0xFF800000, 0x7F800000, -0.5, -1.5, 2.4375, 2147483520.0, -2147483648.0]> : tensor<8xf32>
  %0 = arith.negf %c : tensor<8xf32>
  %1 = tosa.abs %x : (tensor<3xf32>) -> tensor<3xf32>
  return %0, %1 : tensor<8xf32>, tensor<3xf32>
}
