// RUN: quant-opt %s --convert-transformer-to-iquant | FileCheck %s
// RUN: quant-opt %s --convert-transformer-to-iquant="row-group=192" | FileCheck %s --check-prefix=SMALL
// RUN: quant-opt %s --convert-transformer-to-iquant="row-group=0" | FileCheck %s --check-prefix=ROW
// RUN: quant-opt %s --iquant-quantize-pipeline="row-group=192" | FileCheck %s --check-prefix=SMALL
// RUN: not quant-opt %s --convert-transformer-to-iquant="row-group=-1" 2>&1 | FileCheck %s --check-prefix=NEGATIVE

// NEGATIVE: error: expects a row group of 0 or more channels, got -1

// The largest divisor of the channels that is a multiple of 32 and at most the
// row group; a norm gives the groups that its linears read.
// CHECK-LABEL: func.func @norm(
// CHECK: iquant.rms_norm %{{.*}} -> !iquant.dyn<?x576xui8, 288>
// CHECK: iquant.linear %{{.*}} : (!iquant.dyn<?x576xui8, 288>, !iquant.weight<2x576xsi8, 288>)
// SMALL-LABEL: func.func @norm(
// SMALL: (!iquant.dyn<?x576xui8, 192>, !iquant.weight<2x576xsi8, 192>)
// ROW-LABEL: func.func @norm(
// ROW: (!iquant.dyn<?x576xui8>, !iquant.weight<2x576xsi8>)
func.func @norm(%x: tensor<?x576xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x576xf32>
  %0 = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<?x576xf32>) -> tensor<?x576xf32>
  %1 = transformer.linear %0, %w : (tensor<?x576xf32>, tensor<2x576xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}

// The sums of a weight are those of its groups.
// CHECK-LABEL: func.func @quantize(
// CHECK: iquant.quantize %{{.*}} -> !iquant.dyn<?x1536xui8, 384>
// CHECK: arith.constant dense<48768> : tensor<1x4xi32>
// SMALL-LABEL: func.func @quantize(
// SMALL: iquant.quantize %{{.*}} -> !iquant.dyn<?x1536xui8, 192>
// ROW-LABEL: func.func @quantize(
// ROW: iquant.quantize %{{.*}} -> !iquant.dyn<?x1536xui8>
// ROW: arith.constant dense<195072> : tensor<1xi32>
func.func @quantize(%x: tensor<?x1536xf32>) -> tensor<?x1xf32> {
  %w = arith.constant dense<1.0> : tensor<1x1536xf32>
  %0 = transformer.linear %x, %w : (tensor<?x1536xf32>, tensor<1x1536xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}

// A row of no more channels than the row group has no groups, and neither has
// one without a divisor that is a multiple of 32.
// CHECK-LABEL: func.func @whole(
// CHECK: iquant.linear %{{.*}} : (!iquant.dyn<?x384xui8>, !iquant.weight<2x384xsi8>)
// CHECK: iquant.linear %{{.*}} : (!iquant.dyn<?x400xui8>, !iquant.weight<2x400xsi8>)
// SMALL-LABEL: func.func @whole(
// SMALL: iquant.linear %{{.*}} : (!iquant.dyn<?x384xui8, 192>, !iquant.weight<2x384xsi8, 192>)
// SMALL: iquant.linear %{{.*}} : (!iquant.dyn<?x400xui8>, !iquant.weight<2x400xsi8>)
func.func @whole(%x: tensor<?x384xf32>, %y: tensor<?x400xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %v = arith.constant dense<1.0> : tensor<2x384xf32>
  %w = arith.constant dense<1.0> : tensor<2x400xf32>
  %0 = transformer.linear %x, %v : (tensor<?x384xf32>, tensor<2x384xf32>) -> tensor<?x2xf32>
  %1 = transformer.linear %y, %w : (tensor<?x400xf32>, tensor<2x400xf32>) -> tensor<?x2xf32>
  return %0, %1 : tensor<?x2xf32>, tensor<?x2xf32>
}
