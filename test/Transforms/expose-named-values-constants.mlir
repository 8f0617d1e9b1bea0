// RUN: quant-opt %s --expose-named-values | FileCheck %s

// A parameter is no value of the model, in neither form; what a caller's
// buffer holds is.
// CHECK-LABEL: func.func @f(
// CHECK-SAME: -> (!iquant.fixed<4xi32, 14>, !iquant.fixed<4xi32, 14> {iquant.name = "given"}, !iquant.fixed<4xi32, 14> {iquant.name = "norm"}) {
func.func @f(%x: tensor<4xi32>) -> !iquant.fixed<4xi32, 14> {
  %c = arith.constant dense<1> : tensor<4xi16> loc("scale")
  %f = arith.constant dense<1.0> : tensor<4xf32> loc("float")
  %s = iquant.compose %c : (tensor<4xi16>) -> !iquant.fixed<4xi16, 0> loc("scale")
  %g = iquant.compose %x : (tensor<4xi32>) -> !iquant.fixed<4xi32, 14> loc("given")
  %n = iquant.rms_norm %g scale %s {epsilon = 0 : i64} : (!iquant.fixed<4xi32, 14>, !iquant.fixed<4xi16, 0>) -> !iquant.fixed<4xi32, 14> loc("norm")
  return %n : !iquant.fixed<4xi32, 14>
}
