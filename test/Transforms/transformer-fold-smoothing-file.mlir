// RUN: split-file %s %t
// RUN: quant-opt %t/model.mlir --transformer-fold-smoothing="strategy=file file=%t/scales.json output=%t/again.json" | FileCheck %s
// RUN: quant-opt %t/model.mlir --transformer-fold-smoothing="strategy=file file=%t/scales.json" -o /dev/null \
// RUN:   --remarks-filter=transformer-fold-smoothing --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: diff %t/scales.json %t/again.json

// RUN: not quant-opt %t/model.mlir --transformer-fold-smoothing="strategy=file file=%t/other.json" 2>&1 | FileCheck %s --check-prefix=OTHER
// RUN: not quant-opt %t/model.mlir --transformer-fold-smoothing="strategy=file file=%t/many.json" 2>&1 | FileCheck %s --check-prefix=MANY
// RUN: not quant-opt %t/model.mlir --transformer-fold-smoothing="strategy=file file=%t/zero.json" 2>&1 | FileCheck %s --check-prefix=ZERO
// RUN: not quant-opt %t/model.mlir --transformer-fold-smoothing="strategy=file file=%t/huge.json" 2>&1 | FileCheck %s --check-prefix=HUGE
// RUN: not quant-opt %t/model.mlir --transformer-fold-smoothing="strategy=file file=%t/absent.json" 2>&1 | FileCheck %s --check-prefix=ABSENT
// RUN: not quant-opt %t/model.mlir --transformer-fold-smoothing="strategy=file" 2>&1 | FileCheck %s --check-prefix=UNNAMED
// RUN: not quant-opt %t/model.mlir --transformer-fold-smoothing="alpha=1.5" 2>&1 | FileCheck %s --check-prefix=RANGE
// RUN: not quant-opt %t/model.mlir --transformer-fold-smoothing 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not quant-opt %t/model.mlir --transformer-fold-smoothing="strategy=file file=%t/scales.json output=%t/no/where" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=OUTPUT

// The norm's result is divided by 2 and 4, the weight multiplied. The last norm
// keeps what it has, as all of its scales are 1.
// CHECK: arith.constant dense<[5.000000e-01, 2.500000e-01]>
// CHECK: arith.constant dense<{{\[}}[2.000000e+00, 4.000000e+00]]>
// CHECK: transformer.rms_norm %{{.*}} {epsilon
// REMARK: [Passed] Smoothed | {{.*}}place=normed, scales=2
// REMARK: [Missed] NotSmoothed | {{.*}}"not smoothed, since all scales are 1"

// OTHER: error: the scales of '{{.*}}other.json' are not of this module
// OTHER: model.mlir:3:{{.*}} note: place 'normed' expects 2 scales, got 3
// OTHER: model.mlir:6:{{.*}} note: place 'last' has no scales in the file
// OTHER: note: place 'past' of the file is not there
// MANY: note: place 'b' of the file is not there
// MANY-NEXT: note: and 1 more that do not fit
// ZERO: zero.json': place 'normed' expects positive, finite scales, got 0 at index 1
// HUGE: huge.json': place 'last' expects positive, finite scales, got inf at index 0
// ABSENT: absent.json': No such file or directory
// UNNAMED: expects the option 'file' to name a file of scales
// RANGE: expects an alpha in 0 .. 1, got 1.5
// NONE: expects statistics of one place at least, got none: no observer has statistics of what 'transformer.rms_norm' gives, in function 'f', imported as 'normed'
// OUTPUT: error: {{.*}}no/where

//--- model.mlir
func.func @f(%x: tensor<?x2xf32>) -> (tensor<?x1xf32>, tensor<?x1xf32>) {
  %n = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<?x2xf32>) -> tensor<?x2xf32> loc("normed"("model.mlir":3:1))
  %w = arith.constant dense<1.0> : tensor<1x2xf32>
  %0 = transformer.linear %n, %w : (tensor<?x2xf32>, tensor<1x2xf32>) -> tensor<?x1xf32>
  %m = transformer.rms_norm %x {epsilon = 1.0e-5} : (tensor<?x2xf32>) -> tensor<?x2xf32> loc("last"("model.mlir":6:1))
  %1 = transformer.linear %m, %w : (tensor<?x2xf32>, tensor<1x2xf32>) -> tensor<?x1xf32>
  return %0, %1 : tensor<?x1xf32>, tensor<?x1xf32>
}
//--- scales.json
{"format":"iquant scales","version":1,"places":{"normed":
[2,4],"last":
[1,1]}}
//--- other.json
{"format": "iquant scales", "version": 1, "places": {"normed": [2, 4, 1], "past": [1, 1]}}
//--- many.json
{"format": "iquant scales", "version": 1, "places": {"normed": [2], "last": [2], "a": [], "b": [], "a2": [], "c": []}}
//--- zero.json
{"format": "iquant scales", "version": 1, "places": {"normed": [2, 0], "last": [1, 1]}}
//--- huge.json
{"format": "iquant scales", "version": 1, "places": {"normed": [2, 1], "last": [1e999, 1]}}
