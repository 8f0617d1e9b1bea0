// RUN: quant-opt %s --iquant-to-cpu-pipeline="triple=x86_64-linux-gnu cpu=cascadelake" | mlir-translate --mlir-to-llvmir | llc -O3 -mtriple=x86_64-linux-gnu -mcpu=cascadelake | FileCheck %s --check-prefix=VNNI
// RUN: quant-opt %s --iquant-to-cpu-pipeline="triple=x86_64-linux-gnu cpu=alderlake" | mlir-translate --mlir-to-llvmir | llc -O3 -mtriple=x86_64-linux-gnu -mcpu=alderlake | FileCheck %s --check-prefix=AVXVNNI
// RUN: quant-opt %s --iquant-to-cpu-pipeline="triple=x86_64-linux-gnu cpu=cascadelake features=-avx512vnni" | mlir-translate --mlir-to-llvmir | llc -O3 -mtriple=x86_64-linux-gnu -mcpu=haswell | FileCheck %s --check-prefix=AVX2
// RUN: quant-opt %s --iquant-to-cpu-pipeline="triple=x86_64-linux-gnu" | mlir-translate --mlir-to-llvmir | llc -O3 -mtriple=x86_64-linux-gnu | FileCheck %s --check-prefix=SSE2
// RUN: quant-opt %s --iquant-to-cpu-pipeline="triple=aarch64-linux-gnu features=+i8mm" | mlir-translate --mlir-to-llvmir | llc -O3 -mtriple=aarch64-linux-gnu -mattr=+i8mm | FileCheck %s --check-prefix=I8MM
// RUN: quant-opt %s --iquant-to-cpu-pipeline="triple=aarch64-linux-gnu cpu=cortex-a76" | mlir-translate --mlir-to-llvmir | llc -O3 -mtriple=aarch64-linux-gnu -mcpu=cortex-a76 | FileCheck %s --check-prefix=DOTPROD
// RUN: quant-opt %s --iquant-to-cpu-pipeline="triple=aarch64-linux-gnu" | mlir-translate --mlir-to-llvmir | llc -O3 -mtriple=aarch64-linux-gnu | FileCheck %s --check-prefix=NEON
// RUN: quant-opt %s --iquant-to-cpu-pipeline="triple=riscv64-linux-gnu features=+m pool-threshold=0" | mlir-translate --mlir-to-llvmir | llc -O3 -mtriple=riscv64-linux-gnu -mattr=+m | FileCheck %s --check-prefix=RISCV

// A constant weight meets the best instruction of whatever the module is
// compiled for; the last of these has neither vectors nor floating point.
// VNNI-LABEL: iquant.linear_16x8_tiles_16x4_ui8:
// VNNI: vpdpbusd {{.*}} %zmm
// AVXVNNI-LABEL: iquant.linear_16x8_tiles_16x4_ui8:
// AVXVNNI: {vex} vpdpbusd {{.*}} %ymm
// AVX2-LABEL: iquant.linear_16x8_tiles_8x2_ui8:
// AVX2: vpmaddwd {{.*}} %ymm
// SSE2-LABEL: iquant.linear_16x8_tiles_4x2_ui8:
// SSE2: pmaddwd {{.*}} %xmm
// I8MM-LABEL: iquant.linear_16x8_tiles_4x4_ui8:
// I8MM: {{su|us}}dot v{{[0-9]+}}.4s
// DOTPROD-LABEL: iquant.linear_16x8_tiles_4x4_ui8:
// DOTPROD: {{[[:space:]]}}sdot v{{[0-9]+}}.4s
// NEON-LABEL: iquant.linear_16x8_tiles_8x1_ui8:
// NEON: smlal v{{[0-9]+}}.4s
// RISCV-LABEL: iquant.linear_16x8_tiles_4x1_ui8:
// RISCV: {{^[[:space:]]+lb[[:space:]]}}
// RISCV: {{^[[:space:]]+mul[[:space:]]}}
func.func @project(%q: tensor<?x8xi8>, %m: tensor<?xi32>, %e: tensor<?xi32>, %z: tensor<?xi32>) -> tensor<?x16xi32> {
  %codes = arith.constant dense<1> : tensor<16x8xi8>
  %multipliers = arith.constant dense<32768> : tensor<16xi32>
  %exponents = arith.constant dense<20> : tensor<16xi32>
  %sums = arith.constant dense<8> : tensor<16xi32>
  %weight = iquant.compose %codes, %multipliers, %exponents, %sums : (tensor<16x8xi8>, tensor<16xi32>, tensor<16xi32>, tensor<16xi32>) -> !iquant.weight<16x8xsi8>
  %x = iquant.compose %q, %m, %e, %z : (tensor<?x8xi8>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) -> !iquant.dyn<?x8xui8>
  %y = iquant.linear %x, %weight : (!iquant.dyn<?x8xui8>, !iquant.weight<16x8xsi8>) -> !iquant.fixed<?x16xi32, 14>
  %result = iquant.decompose %y : (!iquant.fixed<?x16xi32, 14>) -> tensor<?x16xi32>
  return %result : tensor<?x16xi32>
}
