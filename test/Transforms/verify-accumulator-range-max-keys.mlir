// RUN: quant-opt %s --verify-accumulator-range=max-keys=32768 -o /dev/null
// RUN: not quant-opt %s --verify-accumulator-range=max-keys=32769 -o /dev/null 2>&1 | FileCheck %s

// The option bounds a dynamic number of keys, whatever the context length says.

// CHECK: error: 'iquant.attention' op accumulates the exponentials of 32769 keys
func.func @dynamic_keys(%q: !iquant.dyn<1x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>)
    attributes {transformer.context_length = 1000000 : i64} {
  %0 = iquant.attention %q, %k, %k
    {heads = 2 : i64, kv_heads = 2 : i64, scale_multiplier = 32768 : i64, scale_exponent = 15 : i64}
    : (!iquant.dyn<1x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<1x8xi32, 16>
  return
}
