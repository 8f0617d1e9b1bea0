// RUN: quant-opt %s --iquant-set-target | FileCheck %s --check-prefix=KEPT
// RUN: quant-opt %s --iquant-set-target="triple=x86_64-linux-gnu cpu=cascadelake" | FileCheck %s --check-prefix=CPU
// RUN: quant-opt %s --iquant-set-target="triple=x86_64-linux-gnu cpu=cascadelake features=-avx512vnni" | FileCheck %s --check-prefix=LESS
// RUN: quant-opt %s --iquant-set-target="triple=x86_64-linux-gnu" | FileCheck %s --check-prefix=GENERIC
// RUN: echo "module {}" | quant-opt --iquant-set-target | FileCheck %s --check-prefix=NATIVE
// RUN: not quant-opt %s --iquant-set-target="triple=abacus-linux-gnu" 2>&1 | FileCheck %s --check-prefix=TRIPLE
// RUN: not quant-opt %s --iquant-set-target="triple=riscv64-linux-gnu cpu=cascadelake" 2>&1 | FileCheck %s --check-prefix=CHIP
// RUN: quant-opt %s --iquant-set-target="triple=aarch64-linux-gnu cpu=generic+dotprod+i8mm features=-i8mm" | FileCheck %s --check-prefix=BEHIND
// RUN: not quant-opt %s --iquant-set-target="triple=x86_64-linux-gnu features=+avx512vni" 2>&1 | FileCheck %s --check-prefix=FEATURE

// A module that says what it is for keeps that, unless an option says other.
// KEPT: llvm.target = #llvm.target<triple = "riscv64-linux-gnu", chip = "generic-rv64">

// A processor brings its features.
// CPU: llvm.target = #llvm.target<triple = "x86_64-unknown-linux-gnu", chip = "cascadelake", features = <[{{.*}}"+avx512vnni"{{.*}}"+sse2"
// LESS-NOT: avx512vnni
// LESS: chip = "cascadelake", features = <[{{.*}}"+avx512vl"
// LESS-NOT: avx512vnni
// GENERIC-NOT: +avx
// GENERIC: chip = "", features = <[{{.*}}"+sse2"
// GENERIC-NOT: +avx

// NATIVE: llvm.target = #llvm.target<triple = "{{.+}}", chip = "{{.+}}", features = <["+

// TRIPLE: error: unknown target 'abacus-linux-gnu'; known are aarch64, {{.*}}x86-64
// CHIP: error: unknown processor 'cascadelake' of target 'riscv64-unknown-linux-gnu'; known are {{.*}}generic-rv64,
// FEATURE: error: unknown feature 'avx512vni' of target 'x86_64-unknown-linux-gnu'; the nearest is 'avx512vnni'

// Features may stand behind the processor; those of the option come after them.
// BEHIND-NOT: +i8mm
// BEHIND: chip = "generic", features = <[{{.*}}"+dotprod"
// BEHIND-NOT: +i8mm
module attributes {llvm.target = #llvm.target<triple = "riscv64-linux-gnu", chip = "generic-rv64">} {
}
