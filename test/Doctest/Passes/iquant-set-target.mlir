// RUN: quant-opt %s --iquant-set-target="triple=riscv64-linux-gnu features=+m,+a" | FileCheck %s

// A processor that computes with integers and nothing else.
module {
}

// CHECK: module attributes {llvm.target = #llvm.target<triple = "riscv64-unknown-linux-gnu", chip = "", features = <["+64bit", "+a", "+i", "+m", {{.*}}]>>}
