// RUN: quant-opt %s --iquant-quantize-pipeline="fold=rotation" --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=ROTATION
// RUN: quant-opt %s --iquant-quantize-pipeline="fold=none" --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: quant-opt %s --iquant-quantize-pipeline --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not quant-opt %s --iquant-quantize-pipeline="fold=everything" 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// ROTATION: transformer-fold-rotation
// ROTATION-NEXT: transformer-add-cache
// ROTATION-NEXT: convert-transformer-to-iquant
// NONE-NOT: transformer-fold
// NONE: convert-transformer-to-iquant
// UNKNOWN: Cannot find option named 'everything'
func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}
