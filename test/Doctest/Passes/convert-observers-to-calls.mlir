// RUN: quant-opt %s --convert-observers-to-calls | FileCheck %s

func.func @active(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %gate = transformer.observe %x "gate" : tensor<?x2xf32>
  %result = transformer.silu %gate : tensor<?x2xf32>
  return %result : tensor<?x2xf32>
}

// CHECK-DAG: func.func private @iquant_observe_rows(index, index, tensor<?x?xf32> {bufferization.access = "read"})
// CHECK-DAG: func.func private @iquant_observe_scores(index, index, index, tensor<?x?xf32> {bufferization.access = "read"})
// CHECK: func.func @active(%[[X:.*]]: tensor<?x2xf32>, %[[OBSERVER:.*]]: index)
// CHECK: %[[NUMBER:.*]] = arith.constant 0 : index
// CHECK: %[[ROWS:.*]] = tensor.cast %[[X]]
// CHECK: call @iquant_observe_rows(%[[OBSERVER]], %[[NUMBER]], %[[ROWS]])
// CHECK: transformer.silu %[[X]]
