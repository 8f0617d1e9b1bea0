// RUN: quant-opt %s --convert-transformer-to-iquant --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s

// The last op with a location is the one whose result stands for the replaced
// op's; quantization comes before it, with the location of its first reader.
// CHECK-LABEL: func.func @f
func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // CHECK: arith.constant {{.*}} loc("w")
  // CHECK: iquant.compose {{.*}} -> !iquant.weight<2x2xsi8> loc("w")
  // CHECK: iquant.rms_norm {{.*}} -> !iquant.dyn<2x2xui8> loc("norm")
  // CHECK-NOT: loc("norm")
  // CHECK: iquant.linear {{.*}} loc("up")
  // CHECK-NOT: loc("up")
  // CHECK: iquant.quantize {{.*}} loc("down")
  // CHECK: iquant.linear {{.*}} loc("down")
  // CHECK-NOT: loc("down")
  // CHECK: iquant.quantize {{.*}} loc("attention")
  // CHECK: iquant.attention {{.*}} loc("attention")
  %w = arith.constant dense<1.0> : tensor<2x2xf32> loc("w")
  %n = transformer.rms_norm %x {epsilon = 0.0} : (tensor<2x2xf32>) -> tensor<2x2xf32> loc("norm")
  %0 = transformer.linear %n, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32> loc("up")
  %1 = transformer.linear %0, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32> loc("down")
  %2 = transformer.attention %1, %1, %1 {heads = 1, kv_heads = 1} : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32> loc("attention")
  return %2 : tensor<2x2xf32>
}
