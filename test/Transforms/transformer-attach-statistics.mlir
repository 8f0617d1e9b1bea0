// RUN: split-file %s %t
// RUN: quant-opt %t/fits.mlir --transformer-attach-statistics=file=%S/Inputs/two-values.json | FileCheck %s
// Again, over what is there already.
// RUN: quant-opt %t/fits.mlir --transformer-attach-statistics=file=%S/Inputs/two-values.json \
// RUN:   --transformer-attach-statistics=file=%S/Inputs/two-values.json | FileCheck %s

// CHECK: transformer.observe %arg0 "x" {statistics = #transformer.statistics<count = 5,
// CHECK-SAME: min = dense<[-1.000000e+00, 0.000000e+00]> : tensor<2xf32>,
// CHECK-SAME: max = dense<[5.000000e-01, 7.500000e-01]> : tensor<2xf32>,
// CHECK-SAME: mean = dense<[-2.500000e-01, 5.000000e-01]> : tensor<2xf32>,
// CHECK-SAME: deviation = dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>,
// CHECK-SAME: absmax = dense<[1.000000e+00, 7.500000e-01]> : tensor<2xf32>,
// CHECK-SAME{LITERAL}: rows = dense<[[1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>>} : tensor<?x2xf32>
// CHECK: transformer.attention {{.*}} scores = "mix.scores", statistics = #transformer.statistics<count = 15, min = dense<-4.000000e+00> : tensor<1xf32>,

//--- fits.mlir
func.func @f(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %0 = transformer.observe %x "x" : tensor<?x2xf32>
  %1 = transformer.attention %0, %0, %0 {heads = 1, kv_heads = 1, scores = "mix.scores"} : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}

// A value of another width, one without statistics, two of one name, and one of
// the file that is not observed: nothing is attached.
// RUN: not quant-opt %t/other.mlir --transformer-attach-statistics=file=%S/Inputs/two-values.json --mlir-print-ir-after-failure \
// RUN:   2>&1 | FileCheck %s --check-prefix=OTHER
// OTHER: error: the statistics of '{{.*}}two-values.json' are not of this module
// OTHER: other.mlir:2:{{.*}} note: value 'x' has 3 channels, but statistics of 2
// OTHER: other.mlir:3:{{.*}} note: value 'y' has no statistics in the file
// OTHER: other.mlir:4:{{.*}} note: value 'y' has two observers
// OTHER: note: value 'mix.scores' of the file has no observer
// OTHER: IR Dump After TransformerAttachStatistics Failed
// OTHER-NOT: statistics =

//--- other.mlir
func.func @f(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %0 = transformer.observe %x "x" : tensor<?x3xf32>
  %1 = transformer.observe %0 "y" : tensor<?x3xf32>
  %2 = transformer.observe %1 "y" : tensor<?x3xf32>
  return %2 : tensor<?x3xf32>
}

// Of many, some are named.
// RUN: not quant-opt %t/many.mlir --transformer-attach-statistics=file=%S/Inputs/two-values.json 2>&1 | FileCheck %s --check-prefix=MANY
// MANY-COUNT-5: has no statistics in the file
// MANY: note: and 3 more that do not fit

//--- many.mlir
func.func @f(%x: tensor<?x2xf32>) {
  %0 = transformer.observe %x "a" : tensor<?x2xf32>
  %1 = transformer.observe %0 "b" : tensor<?x2xf32>
  %2 = transformer.observe %1 "c" : tensor<?x2xf32>
  %3 = transformer.observe %2 "d" : tensor<?x2xf32>
  %4 = transformer.observe %3 "e" : tensor<?x2xf32>
  %5 = transformer.observe %4 "f" : tensor<?x2xf32>
  return
}

// Files that are none.
// RUN: not quant-opt %t/fits.mlir --transformer-attach-statistics 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: expects the option 'file' to name a file of statistics
// RUN: not quant-opt %t/fits.mlir --transformer-attach-statistics=file=%t/nothing.json 2>&1 | FileCheck %s --check-prefix=ABSENT
// ABSENT: error: '{{.*}}nothing.json': No such file or directory
// RUN: not quant-opt %t/fits.mlir --transformer-attach-statistics=file=%t/fits.mlir 2>&1 | FileCheck %s --check-prefix=JSON
// JSON: error: {{.*}}fits.mlir: the file is not valid JSON:
// RUN: not quant-opt %t/fits.mlir --transformer-attach-statistics=file=%t/newer.json 2>&1 | FileCheck %s --check-prefix=NEWER
// NEWER: error: '{{.*}}newer.json': has format version 2, but version 1 is read

//--- newer.json
{"format": "iquant statistics", "version": 2, "values": []}
