// RUN: quant-opt %s --verify-accumulator-range -split-input-file -verify-diagnostics \
// RUN:   --remark-format=emitRemark --remarks-filter=verify-accumulator-range

// The last number of channels that fits, for both kinds of input.
// expected-remark@+1 {{[Passed] AccumulatorRange | Category:verify-accumulator-range | ProvenAccumulators=2, Remark="no accumulator can overflow"}}
module {
  func.func @longest_linear(%a: !iquant.dyn<?x66311xui8>, %w: !iquant.weight<2x66311xsi8>,
                            %b: !iquant.dyn<?x133144xsi8>, %v: !iquant.weight<2x133144xsi8>) {
    %0 = iquant.linear %a, %w : (!iquant.dyn<?x66311xui8>, !iquant.weight<2x66311xsi8>) -> !iquant.fixed<?x2xi32, 16>
    %1 = iquant.linear %b, %v : (!iquant.dyn<?x133144xsi8>, !iquant.weight<2x133144xsi8>) -> !iquant.fixed<?x2xi32, 16>
    return
  }
}

// -----

// The first that does not.
// expected-note@+1 {{the codes of this weight are not constant here, so nothing closer is known}}
func.func @long_linear(%a: !iquant.dyn<?x66312xui8>, %w: !iquant.weight<2x66312xsi8>,
                       // expected-note@+1 {{the codes of this weight are not constant here, so nothing closer is known}}
                       %b: !iquant.dyn<?x133145xsi8>, %v: !iquant.weight<2x133145xsi8>) {
  // expected-error@+1 {{'iquant.linear' op accumulates 66312 products of up to 255 * 127 in 32 bits, which can overflow beyond 66311 channels, in function 'long_linear'}}
  %0 = iquant.linear %a, %w : (!iquant.dyn<?x66312xui8>, !iquant.weight<2x66312xsi8>) -> !iquant.fixed<?x2xi32, 16>
  // expected-error@+1 {{'iquant.linear' op accumulates 133145 products of up to 127 * 127 in 32 bits, which can overflow beyond 133144 channels, in function 'long_linear'}}
  %1 = iquant.linear %b, %v : (!iquant.dyn<?x133145xsi8>, !iquant.weight<2x133145xsi8>) -> !iquant.fixed<?x2xi32, 16>
  return
}

// -----

// Constant codes bound the sum more closely: 70000 * 120 * 255.
// expected-remark@+1 {{[Passed] AccumulatorRange | Category:verify-accumulator-range | ProvenAccumulators=1, Remark="no accumulator can overflow"}}
module {
  func.func @constant_codes(%a: !iquant.dyn<?x70000xui8>, %m: tensor<2xi32>) {
    %codes = arith.constant dense<120> : tensor<2x70000xi8>
    %w = iquant.compose %codes, %m, %m, %m
      : (tensor<2x70000xi8>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>) -> !iquant.weight<2x70000xsi8>
    // expected-remark@+1 {{[Analysis] AccumulatorRange | Category:verify-accumulator-range | Remark="70000 products of up to 255 * 127 could overflow 32 bits, but with the codes of this weight their sum stays within 2142000000"}}
    %0 = iquant.linear %a, %w : (!iquant.dyn<?x70000xui8>, !iquant.weight<2x70000xsi8>) -> !iquant.fixed<?x2xi32, 16>
    return
  }
}

// -----

// Constant codes that do not help.
func.func @large_codes(%a: !iquant.dyn<?x70000xui8>, %m: tensor<2xi32>) {
  %codes = arith.constant dense<-127> : tensor<2x70000xi8>
  // expected-note@+1 {{with the codes of this weight a sum can reach 2266950000, and 32 bits hold 2147483647}}
  %w = iquant.compose %codes, %m, %m, %m
    : (tensor<2x70000xi8>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>) -> !iquant.weight<2x70000xsi8>
  // expected-error@+1 {{'iquant.linear' op accumulates 70000 products of up to 255 * 127 in 32 bits, which can overflow beyond 66311 channels, in function 'large_codes'}}
  %0 = iquant.linear %a, %w : (!iquant.dyn<?x70000xui8>, !iquant.weight<2x70000xsi8>) -> !iquant.fixed<?x2xi32, 16>
  return
}

// -----

// Norms and softmax cannot be written too long: their verifiers refuse it.
// expected-remark@+1 {{[Passed] AccumulatorRange | Category:verify-accumulator-range | ProvenAccumulators=3, Remark="no accumulator can overflow"}}
module {
  func.func @norms(%x: !iquant.fixed<?x65536xi32, 16>, %y: !iquant.fixed<?x32768xi32, 16>) {
    %0 = iquant.rms_norm %x {epsilon = 0 : i64} : (!iquant.fixed<?x65536xi32, 16>) -> !iquant.dyn<?x65536xui8>
    %1 = iquant.layer_norm %x {epsilon = 0 : i64} : (!iquant.fixed<?x65536xi32, 16>) -> !iquant.dyn<?x65536xui8>
    %2 = iquant.softmax %y : (!iquant.fixed<?x32768xi32, 16>) -> !iquant.fixed<?x32768xi32, 16>
    return
  }
}

// -----

// For how long rows packed sums would do: the sums of whole bytes end at a byte.
// expected-remark@+1 {{[Passed] AccumulatorRange | Category:verify-accumulator-range | ProvenAccumulators=2, Remark="no accumulator can overflow"}}
module {
  func.func @packed(%x: !iquant.fixed<?x32768xi32, 16>) {
    // expected-remark@+1 {{[Analysis] AccumulatorRange | Category:verify-accumulator-range | Remark="the sum of packed codes by table fits 32 bits for at most 10737416 of them, one by one for 10737418, and the rules admit 32768"}}
    %0 = iquant.softmax %x {packed_sum = #iquant.packed_sum<table>, table = #iquant.table<bits = 2, multiplier = [32768], exponent = [15], entries = [200, 79, 25, 8]>} : (!iquant.fixed<?x32768xi32, 16>) -> !iquant.fixed<?x32768xi32, 16>
    // expected-remark@+1 {{[Analysis] AccumulatorRange | Category:verify-accumulator-range | Remark="the sum of packed codes by counts fits 32 bits for at most 32896 of them, one by one for 32896, and the rules admit 32768"}}
    %1 = iquant.softmax %x {packed_sum = #iquant.packed_sum<counts>, table = #iquant.table<bits = 2, multiplier = [32768], exponent = [15], entries = [65280, 79, 25, 8]>} : (!iquant.fixed<?x32768xi32, 16>) -> !iquant.fixed<?x32768xi32, 16>
    return
  }
}

// -----

// Keys: the last number that fits, from the shape of either operand.
// expected-remark@+1 {{[Passed] AccumulatorRange | Category:verify-accumulator-range | ProvenAccumulators=6, Remark="no accumulator can overflow"}}
module {
  func.func @most_keys(%q: !iquant.dyn<1x8xsi8, 4>, %k: !iquant.dyn<32768x8xsi8, 4>, %v: !iquant.dyn<?x8xsi8, 4>) {
    %0 = iquant.attention %q, %k, %v {heads = 2 : i64, kv_heads = 2 : i64, scale_multiplier = 32768 : i64, scale_exponent = 15 : i64}
      : (!iquant.dyn<1x8xsi8, 4>, !iquant.dyn<32768x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<1x8xi32, 16>
    %1 = iquant.attention %q, %v, %k {heads = 2 : i64, kv_heads = 2 : i64, scale_multiplier = 32768 : i64, scale_exponent = 15 : i64}
      : (!iquant.dyn<1x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<32768x8xsi8, 4>) -> !iquant.fixed<1x8xi32, 16>
    return
  }
}

// -----

// The first that does not.
func.func @many_keys(%q: !iquant.dyn<1x8xsi8, 4>, %k: !iquant.dyn<32769x8xsi8, 4>) {
  // expected-error@+1 {{'iquant.attention' op accumulates the exponentials of 32769 keys, each up to 65025, in 32 bits, which rule A4 allows for at most 32768 keys, in function 'many_keys'}}
  %0 = iquant.attention %q, %k, %k {heads = 2 : i64, kv_heads = 2 : i64, scale_multiplier = 32768 : i64, scale_exponent = 15 : i64}
    : (!iquant.dyn<1x8xsi8, 4>, !iquant.dyn<32769x8xsi8, 4>, !iquant.dyn<32769x8xsi8, 4>) -> !iquant.fixed<1x8xi32, 16>
  return
}

// -----

// A dynamic number of keys needs a bound; the import named the op.
// expected-error@unknown {{'iquant.attention' op accumulates over a number of keys that has no bound, and 32 bits suffice for 32768 keys; give max-keys or the attribute 'transformer.context_length', in function 'unknown_keys', imported as 'layers.0.attention'}}
func.func @unknown_keys(%q: !iquant.dyn<1x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>) {
  %0 = iquant.attention %q, %k, %k {heads = 2 : i64, kv_heads = 2 : i64, scale_multiplier = 32768 : i64, scale_exponent = 15 : i64}
    : (!iquant.dyn<1x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<1x8xi32, 16> loc("layers.0.attention")
  return
}

// -----

// The function has one, or an op around it.
module attributes {transformer.context_length = 40000 : i64} {
  func.func @short_context(%q: !iquant.dyn<1x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>) attributes {transformer.context_length = 2048 : i64} {
    %0 = iquant.attention %q, %k, %k {heads = 2 : i64, kv_heads = 2 : i64, scale_multiplier = 32768 : i64, scale_exponent = 15 : i64}
      : (!iquant.dyn<1x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<1x8xi32, 16>
    return
  }
  func.func @long_context(%q: !iquant.dyn<1x8xsi8, 4>, %k: !iquant.dyn<?x8xsi8, 4>) {
    // expected-error@+1 {{'iquant.attention' op accumulates the exponentials of 40000 keys, each up to 65025, in 32 bits, which rule A4 allows for at most 32768 keys, in function 'long_context'}}
    %0 = iquant.attention %q, %k, %k {heads = 2 : i64, kv_heads = 2 : i64, scale_multiplier = 32768 : i64, scale_exponent = 15 : i64}
      : (!iquant.dyn<1x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>, !iquant.dyn<?x8xsi8, 4>) -> !iquant.fixed<1x8xi32, 16>
    return
  }
}

// -----

// Exponentials of a table.
func.func @table(%q: !iquant.dyn<1x8xsi8, 4>, %k: !iquant.dyn<32769x8xsi8, 4>) {
  // expected-error@+1 {{'iquant.attention' op accumulates the exponentials of 32769 keys, each up to 255, in 32 bits, which rule A4 allows for at most 32768 keys, in function 'table'}}
  %0 = iquant.attention %q, %k, %k {heads = 2 : i64, kv_heads = 2 : i64, table = #iquant.table<bits = 2, multiplier = [32768], exponent = [15], entries = [255, 79, 25, 8]>}
    : (!iquant.dyn<1x8xsi8, 4>, !iquant.dyn<32769x8xsi8, 4>, !iquant.dyn<32769x8xsi8, 4>) -> !iquant.fixed<1x8xi32, 16>
  return
}

// -----

// And those of a published form.
func.func @published(%q: !iquant.dyn<1x8xsi8, 4>, %k: !iquant.dyn<32769x8xsi8, 4>) {
  // expected-error@+1 {{'iquant.attention' op accumulates the exponentials of 32769 keys, each up to 32767, in 32 bits, which rule A4 allows for at most 32768 keys, in function 'published'}}
  %0 = iquant.attention %q, %k, %k {exponential = #iquant.exponential<di_exp>, heads = 2 : i64, kv_heads = 2 : i64, scale_multiplier = 32768 : i64, scale_exponent = 15 : i64}
    : (!iquant.dyn<1x8xsi8, 4>, !iquant.dyn<32769x8xsi8, 4>, !iquant.dyn<32769x8xsi8, 4>) -> !iquant.fixed<1x8xi32, 16>
  return
}

// -----

// A head that is too wide.
func.func @wide_head(%q: !iquant.dyn<4x133145xsi8, 133145>) {
  // expected-error@+1 {{'iquant.attention' op accumulates 133145 products of up to 127 * 127 in 32 bits, which can overflow beyond 133144 channels of a head, in function 'wide_head'}}
  %0 = iquant.attention %q, %q, %q {heads = 1 : i64, kv_heads = 1 : i64, scale_multiplier = 32768 : i64, scale_exponent = 15 : i64}
    : (!iquant.dyn<4x133145xsi8, 133145>, !iquant.dyn<4x133145xsi8, 133145>, !iquant.dyn<4x133145xsi8, 133145>) -> !iquant.fixed<4x133145xi32, 16>
  return
}

// -----

// The rows of a mean, from the shape of input or mask, or from the context.
// expected-remark@+1 {{[Passed] AccumulatorRange | Category:verify-accumulator-range | ProvenAccumulators=3, Remark="no accumulator can overflow"}}
module {
  func.func @most_rows(%x: !iquant.fixed<1073741824x8xi32, 16>, %y: !iquant.fixed<?x8xi32, 16>,
                       %m: tensor<1073741824xi1>, %n: tensor<?xi1>)
      attributes {transformer.context_length = 512 : i64} {
    %0 = iquant.mean_pool %x mask %n : (!iquant.fixed<1073741824x8xi32, 16>, tensor<?xi1>) -> !iquant.fixed<8xi32, 16>
    %1 = iquant.mean_pool %y mask %m : (!iquant.fixed<?x8xi32, 16>, tensor<1073741824xi1>) -> !iquant.fixed<8xi32, 16>
    %2 = iquant.mean_pool %y mask %n : (!iquant.fixed<?x8xi32, 16>, tensor<?xi1>) -> !iquant.fixed<8xi32, 16>
    return
  }
}

// -----

// One row too many, and a number of them without a bound.
func.func @many_rows(%x: !iquant.fixed<1073741825x8xi32, 16>, %y: !iquant.fixed<?x8xi32, 16>, %m: tensor<?xi1>) {
  // expected-error@+1 {{'iquant.mean_pool' op accumulates 1073741825 rows in 64 bits, which rule F5 allows for at most 1073741824 rows, in function 'many_rows'}}
  %0 = iquant.mean_pool %x mask %m : (!iquant.fixed<1073741825x8xi32, 16>, tensor<?xi1>) -> !iquant.fixed<8xi32, 16>
  // expected-error@+1 {{'iquant.mean_pool' op accumulates over a number of rows that has no bound, and 64 bits suffice for 1073741824 rows; give max-keys or the attribute 'transformer.context_length', in function 'many_rows'}}
  %1 = iquant.mean_pool %y mask %m : (!iquant.fixed<?x8xi32, 16>, tensor<?xi1>) -> !iquant.fixed<8xi32, 16>
  return
}

// -----

// Other ops are not looked at.
// expected-remark@+1 {{[Passed] AccumulatorRange | Category:verify-accumulator-range | ProvenAccumulators=0, Remark="no accumulator can overflow"}}
module {
  func.func @others(%x: !iquant.fixed<?x8xi32, 16>, %t: tensor<8xi32>) {
    %0 = iquant.add %x, %x : !iquant.fixed<?x8xi32, 16>
    %1 = arith.addi %t, %t : tensor<8xi32>
    return
  }
}
