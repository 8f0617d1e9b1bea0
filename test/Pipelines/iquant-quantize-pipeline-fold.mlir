// RUN: quant-opt %s --iquant-quantize-pipeline="fold=rotation" --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=ROTATION
// RUN: quant-opt %s --iquant-quantize-pipeline="fold=none" --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: quant-opt %s --iquant-quantize-pipeline --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: quant-opt %s --iquant-quantize-pipeline="fold=smoothing,rotation statistics=%S/Inputs/one-value.json" --dump-pass-pipeline -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=BOTH
// RUN: quant-opt %s --iquant-quantize-pipeline="fold=smoothing scales=%S/Inputs/no-places.json" --dump-pass-pipeline -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SCALES
// RUN: quant-opt %s --iquant-quantize-pipeline="cache-scales=channel fold=rotation" --dump-pass-pipeline -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=CHANNEL
// RUN: quant-opt %s --iquant-quantize-pipeline="softmax=exaq3 statistics=%S/Inputs/one-value.json cache-scales=channel" --dump-pass-pipeline -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=EXAQ
// RUN: quant-opt %s --iquant-quantize-pipeline="softmax=calibrated" --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=AUTO
// RUN: quant-opt %s --iquant-quantize-pipeline="softmax=calibrated2" --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=CALIBRATED
// RUN: not quant-opt %s --iquant-quantize-pipeline="fold=everything" 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// ROTATION: transformer-fold-rotation
// ROTATION-NEXT: transformer-add-cache
// ROTATION-NEXT: convert-transformer-to-iquant
// BOTH: transformer-insert-observers
// BOTH-NEXT: transformer-attach-statistics{file={{.*}}one-value.json}
// BOTH-NEXT: transformer-fold-rotation
// BOTH-NEXT: transformer-fold-smoothing{{{.*}}row-group=384 strategy=search}
// BOTH-NEXT: transformer-add-cache
// SCALES-NOT: observers
// SCALES: transformer-fold-smoothing{{{.*}}file={{.*}}no-places.json{{.*}}strategy=file}
// SCALES-NEXT: transformer-add-cache
// CHANNEL: transformer-fold-cache-scales
// CHANNEL-NEXT: transformer-fold-rotation
// EXAQ: transformer-attach-statistics
// EXAQ-NEXT: transformer-clip-softmax{{{.*}}bits=3{{.*}}strategy=exaq-rule{{.*}}}
// EXAQ-NEXT: transformer-fold-cache-scales
// AUTO: transformer-clip-softmax{{{.*}}bits=auto{{.*}}strategy=calibrated{{.*}}}
// CALIBRATED: transformer-clip-softmax{{{.*}}bits=2{{.*}}strategy=calibrated{{.*}}}
// NONE-NOT: transformer-clip
// NONE-NOT: transformer-fold
// NONE: convert-transformer-to-iquant
// UNKNOWN: Cannot find option named 'everything'
func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}
