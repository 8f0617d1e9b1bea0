// RUN: quant-opt %s --transformer-fold-norm-scale --split-input-file | FileCheck %s
// RUN: quant-opt %s --transformer-fold-norm-scale --split-input-file -o /dev/null \
// RUN:   --remarks-filter=transformer-fold-norm-scale --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK

// Every linear gets the scale, also behind an observer, which loses its
// statistics; a weight that another op reads is copied, and a narrow one widened
// to f32.
// CHECK-LABEL: func.func @readers
// CHECK-DAG: %[[OLD:.*]] = arith.constant dense<{{\[}}[1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: %[[NEW:.*]] = arith.constant dense<{{\[}}[5.000000e-01, 0.000000e+00], [1.500000e+00, 0.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: %[[WIDE:.*]] = arith.constant dense<{{\[}}[5.000000e-01, 0.000000e+00], [0.000000e+00, 0.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: %[[NORMED:.*]] = transformer.rms_norm %{{.*}} {epsilon =
// CHECK-DAG: %[[OBSERVED:.*]] = transformer.observe %[[NORMED]] "n" : tensor<?x2xf32>
// CHECK: transformer.linear %[[OBSERVED]], %[[NEW]] :
// CHECK: transformer.linear %[[NORMED]], %[[WIDE]] :
// CHECK: transformer.linear %{{.*}}, %[[OLD]] :
// REMARK: fold-norm-scale.mlir:[[#@LINE+3]]:{{.*}} remark: [Passed] NormScaleFolded | {{.*}}Remark="folded into the ops that read it", readers=2
func.func @readers(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) {
  %g = arith.constant dense<[0.5, 0.0]> : tensor<2xf32>
  %n = transformer.rms_norm %x scale %g {epsilon = 1.0e-5} : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %o = transformer.observe %n "n" {statistics = #transformer.statistics<count = 1, min = dense<0.0> : tensor<2xf32>,
    max = dense<1.0> : tensor<2xf32>, mean = dense<0.5> : tensor<2xf32>, deviation = dense<0.5> : tensor<2xf32>,
    absmax = dense<1.0> : tensor<2xf32>>} : tensor<?x2xf32>
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %narrow = arith.constant dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xbf16>
  %0 = transformer.linear %o, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %1 = transformer.linear %n, %narrow : (tensor<?x2xf32>, tensor<2x2xbf16>) -> tensor<?x2xf32>
  %2 = transformer.linear %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %0, %1, %2 : tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>
}

// -----

// A shift alone; f64 stays f64; an existing bias is added to.
// CHECK-LABEL: func.func @shift
// CHECK: transformer.layer_norm %{{.*}} {epsilon = {{.*}}} : (tensor<?x2xf64>) ->
// CHECK: arith.constant dense<[1.110000e+02, 2.230000e+02]> : tensor<2xf64>
func.func @shift(%x: tensor<?x2xf64>) -> tensor<?x2xf64> {
  %b = arith.constant dense<[1.0, 10.0]> : tensor<2xf32>
  %n = transformer.layer_norm %x shift %b {epsilon = 1.0e-5} : (tensor<?x2xf64>, tensor<2xf32>) -> tensor<?x2xf64>
  %w = arith.constant dense<[[1.0, 1.0], [3.0, 2.0]]> : tensor<2x2xf64>
  %c = arith.constant dense<[100.0, 200.0]> : tensor<2xf64>
  %0 = transformer.linear %n, %w bias %c : (tensor<?x2xf64>, tensor<2x2xf64>, tensor<2xf64>) -> tensor<?x2xf64>
  return %0 : tensor<?x2xf64>
}

// -----

// Two norms with one scale and one weight: it changes alike, so it stays shared.
// CHECK-LABEL: func.func @shared
// CHECK: %[[W:.*]] = arith.constant dense<2.000000e+00>
// CHECK-NOT: arith.constant
// CHECK-COUNT-2: transformer.linear %{{.*}}, %[[W]] :
func.func @shared(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %g = arith.constant dense<2.0> : tensor<2xf32>
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %n = transformer.rms_norm %x scale %g {epsilon = 1.0e-5} : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %0 = transformer.linear %n, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %m = transformer.rms_norm %0 scale %g {epsilon = 1.0e-5} : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %1 = transformer.linear %m, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}

// -----

// CHECK-LABEL: func.func @declined
// CHECK-COUNT-3: transformer.rms_norm %{{.*}} scale
// CHECK: transformer.layer_norm %{{.*}} scale
// CHECK: transformer.rms_norm %{{.*}} {epsilon
func.func @declined(%x: tensor<?x2xf32>, %v: tensor<2x2xf32>, %h: tensor<2xf32>)
    -> (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) {
  %g = arith.constant dense<2.0> : tensor<2xf32>
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  // REMARK: [[#@LINE+1]]:{{.*}} [Missed] NormScaleKept | {{.*}}"not folded, since 'transformer.add', which reads it, absorbs no scale, in function 'declined'"
  %n = transformer.rms_norm %x scale %g {epsilon = 1.0e-5} : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %a = transformer.add %n, %n : tensor<?x2xf32>
  // REMARK: [[#@LINE+1]]:{{.*}} [Missed] NormScaleKept | {{.*}}"not folded, since 'transformer.linear', which reads it, expects a constant
  %m = transformer.rms_norm %x scale %g {epsilon = 1.0e-5} : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %0 = transformer.linear %m, %v : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  // REMARK: [[#@LINE+1]]:{{.*}} [Missed] NormScaleKept | {{.*}}"not folded, since its own parameters
  %p = transformer.rms_norm %x scale %h {epsilon = 1.0e-5} : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %1 = transformer.linear %p, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  // A bias that is no constant takes no shift.
  // REMARK: [[#@LINE+1]]:{{.*}} [Missed] NormScaleKept | {{.*}}"not folded, since 'transformer.linear', which reads it, expects a constant
  %q = transformer.layer_norm %x scale %g shift %g {epsilon = 1.0e-5} : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %2 = transformer.linear %q, %w bias %h : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  // Nothing to fold, nothing to say.
  // REMARK-NOT: [[#@LINE+1]]:
  %r = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %3 = transformer.add %2, %r : tensor<?x2xf32>
  return %a, %0, %1, %3 : tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>
}
