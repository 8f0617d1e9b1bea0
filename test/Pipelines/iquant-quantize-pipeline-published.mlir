// RUN: quant-opt %s --iquant-quantize-pipeline="softmax=di-exp" --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=EXP
// RUN: quant-opt %s --iquant-quantize-pipeline="softmax=di-exp-guarded" --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=EXP-GUARDED
// RUN: quant-opt %s --iquant-quantize-pipeline="softmax=di-clipped" --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=CLIPPED
// RUN: quant-opt %s --iquant-quantize-pipeline="softmax=di-clipped-guarded" --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=CLIPPED-GUARDED
// RUN: quant-opt %s --iquant-quantize-pipeline="softmax=ibert sigmoid=row-maximum erf=ibert" --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=ALL
// RUN: quant-opt %s --iquant-quantize-pipeline --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=NONE

// EXP-NOT: transformer-clip
// EXP: convert-transformer-to-iquant{erf=sigmoid {{.*}}sigmoid=branches softmax=di-exp}
// EXP-GUARDED: convert-transformer-to-iquant{{{.*}}softmax=di-exp-guarded}
// CLIPPED: convert-transformer-to-iquant{{{.*}}softmax=di-clipped}
// CLIPPED-GUARDED: convert-transformer-to-iquant{{{.*}}softmax=di-clipped-guarded}
// ALL: convert-transformer-to-iquant{erf=ibert {{.*}}sigmoid=row-maximum softmax=ibert}
// NONE: convert-transformer-to-iquant{erf=sigmoid {{.*}}sigmoid=branches softmax=table}
func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}
