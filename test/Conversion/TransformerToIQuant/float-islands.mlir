// RUN: quant-opt %s --convert-transformer-to-iquant=float-islands -split-input-file | FileCheck %s
// RUN: quant-opt %s --convert-transformer-to-iquant=float-islands -split-input-file --remarks-filter=convert-transformer-to-iquant -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: Declined {{.*}} Remark="has no integer form for its type tensor<?x2xf32>
// REMARK: Converted {{.*}} Function=between {{.*}} add=1, relu=1

// What an island reads becomes floats, what others read of it fixed point.
// CHECK-LABEL: @between(%arg0: !iquant.fixed<?x2xi32, 14>) -> !iquant.fixed<?x2xi32, 14>
func.func @between(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  // CHECK: %[[RELU:.*]] = iquant.relu %arg0
  %0 = transformer.relu %x : tensor<?x2xf32>
  // CHECK: %[[CODES:.*]] = iquant.decompose %[[RELU]]
  // CHECK: %[[UNIT:.*]] = arith.constant 6.103515625E-5 : f64
  // CHECK: %[[FLOATS:.*]] = linalg.map ins(%[[CODES]] : tensor<?x2xi32>)
  // CHECK:   %[[WIDE:.*]] = arith.sitofp %{{.*}} : i32 to f64
  // CHECK:   %[[NUMBER:.*]] = arith.mulf %[[WIDE]], %[[UNIT]] : f64
  // CHECK:   arith.truncf %[[NUMBER]] : f64 to f32
  // CHECK: %[[TANH:.*]] = math.tanh %[[FLOATS]] : tensor<?x2xf32>
  %1 = math.tanh %0 : tensor<?x2xf32>
  // CHECK: %[[UNITS:.*]] = arith.constant 1.638400e+04 : f64
  // CHECK: %[[LEAST:.*]] = arith.constant 0xC1E0000000000000 : f64
  // CHECK: %[[MOST:.*]] = arith.constant 0x41DFFFFFFFC00000 : f64
  // CHECK: %[[BACK:.*]] = linalg.map ins(%[[TANH]] : tensor<?x2xf32>)
  // CHECK:   %[[EXACT:.*]] = arith.extf %{{.*}} : f32 to f64
  // CHECK:   %[[SCALED:.*]] = arith.mulf %[[EXACT]], %[[UNITS]] : f64
  // CHECK:   %[[ROUND:.*]] = math.round %[[SCALED]] : f64
  // CHECK:   %[[MAX:.*]] = arith.maxnumf %[[ROUND]], %[[LEAST]] : f64
  // CHECK:   %[[MIN:.*]] = arith.minnumf %[[MAX]], %[[MOST]] : f64
  // CHECK:   arith.fptosi %[[MIN]] : f64 to i32
  // CHECK: %[[FIXED:.*]] = iquant.compose %[[BACK]]
  // CHECK: iquant.add %[[FIXED]], %[[RELU]]
  %2 = transformer.add %1, %0 : tensor<?x2xf32>
  return %2 : tensor<?x2xf32>
}

// -----

// What only moves the values of an island belongs to it.
// CHECK-LABEL: @moves
// CHECK-COUNT-2: arith.sitofp
// CHECK:       math.sin {{.*}} : tensor<2x4xf32>
// CHECK:       tensor.expand_shape {{.*}} : tensor<2x4xf32>
// CHECK:       linalg.transpose ins({{.*}} : tensor<1x2x4xf32>)
// CHECK:       math.cos {{.*}} : tensor<2x1x4xf32>
// CHECK:       arith.fptosi
// CHECK:       tensor.expand_shape {{.*}} : tensor<2x4xi32>
// CHECK-NOT:   arith.sitofp
func.func @moves(%x: tensor<2x4xf32>, %y: tensor<2x4xf32>) -> (tensor<2x1x4xf32>, tensor<1x2x4xf32>) {
  %0 = math.sin %x : tensor<2x4xf32>
  %1 = tensor.expand_shape %0 [[0, 1], [2]] output_shape [1, 2, 4] : tensor<2x4xf32> into tensor<1x2x4xf32>
  %empty = tensor.empty() : tensor<2x1x4xf32>
  %2 = linalg.transpose ins(%1 : tensor<1x2x4xf32>) outs(%empty : tensor<2x1x4xf32>) permutation = [1, 0, 2]
  %3 = math.cos %2 : tensor<2x1x4xf32>
  %4 = math.sin %y : tensor<2x4xf32>
  %5 = transformer.relu %4 : tensor<2x4xf32>
  %6 = tensor.expand_shape %5 [[0, 1], [2]] output_shape [1, 2, 4] : tensor<2x4xf32> into tensor<1x2x4xf32>
  return %3, %6 : tensor<2x1x4xf32>, tensor<1x2x4xf32>
}

// -----

// A constant that both sides read is one of each; an island's may be anything.
// CHECK-LABEL: @constants
// CHECK-DAG:   arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK-DAG:   arith.constant dense<[16384, 32768]> : tensor<2xi32>
// CHECK-DAG:   arith.constant dense<0xFF800000> : tensor<2xf32>
// CHECK-DAG:   arith.constant 0.000000e+00 : f32
// CHECK:       linalg.fill
// CHECK:       linalg.add
// CHECK:       arith.maximumf
func.func @constants(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %lowest = arith.constant dense<0xFF800000> : tensor<2xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<2xf32>) -> tensor<2xf32>
  %0 = linalg.add ins(%x, %c : tensor<2xf32>, tensor<2xf32>) outs(%init : tensor<2xf32>) -> tensor<2xf32>
  %1 = arith.maximumf %0, %lowest : tensor<2xf32>
  %2 = transformer.add %x, %c : tensor<2xf32>
  return %1, %2 : tensor<2xf32>, tensor<2xf32>
}

// -----

// Transformer ops whose parameters are not known are islands, and are not
// counted as integer ops.
// CHECK-LABEL: @weight
// CHECK:       transformer.linear {{.*}} : (tensor<2x2xf16>, tensor<2x2xf16>) -> tensor<2x2xf16>
// REMARK: Declined {{.*}} Remark="expects a constant weight, got argument 1 of 'func.func'"
// REMARK: Converted {{.*}} Function=weight {{.*}}, relu=1
func.func @weight(%x: tensor<2x2xf16>, %w: tensor<2x2xf16>) -> tensor<2x2xf16> {
  %0 = transformer.linear %x, %w : (tensor<2x2xf16>, tensor<2x2xf16>) -> tensor<2x2xf16>
  %1 = transformer.relu %0 : tensor<2x2xf16>
  return %1 : tensor<2x2xf16>
}

// -----

// f64 needs no rounding.
// CHECK-LABEL: @double
// CHECK-NOT:   truncf
// CHECK-NOT:   extf
func.func @double(%x: tensor<2xf64>) -> tensor<2xf64> {
  %0 = math.tanh %x : tensor<2xf64>
  return %0 : tensor<2xf64>
}

// -----

// Regions and branches carry integers around islands.
// CHECK-LABEL: @loop
// CHECK:       scf.for {{.*}} iter_args(%[[X:.*]] = %arg0) -> (!iquant.fixed<2xi32, 14>)
// CHECK:         arith.sitofp
// CHECK:         math.tanh
// CHECK:         arith.fptosi
// CHECK:         scf.yield {{.*}} : !iquant.fixed<2xi32, 14>
func.func @loop(%x: tensor<2xf32>, %n: index) -> tensor<2xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%y = %x) -> tensor<2xf32> {
    %1 = math.tanh %y : tensor<2xf32>
    scf.yield %1 : tensor<2xf32>
  }
  return %0 : tensor<2xf32>
}

// -----

// Numbers that are no tensors stay within an island.
// CHECK-LABEL: @scalars
// CHECK:       tensor.extract {{.*}} : tensor<2xf32>
// CHECK:       arith.mulf {{.*}} : f32
// CHECK:       tensor.insert {{.*}} : tensor<2xf32>
func.func @scalars(%x: tensor<2xf32>, %i: index) -> tensor<2xf32> {
  %0 = tensor.extract %x[%i] : tensor<2xf32>
  %1 = arith.mulf %0, %0 : f32
  %2 = tensor.insert %1 into %x[%i] : tensor<2xf32>
  return %2 : tensor<2xf32>
}
