// The ops of SmolLM2-135M in the order of a layer, each as often as the model
// has it; one sequence of --rows tokens.

!residual = !iquant.fixed<?x576xi32, 14>
!small = !iquant.fixed<?x192xi32, 14>
!large = !iquant.fixed<?x1536xi32, 14>
!codes = !iquant.dyn<?x576xui8, 288>
!large_codes = !iquant.dyn<?x1536xui8, 384>
!query = !iquant.dyn<?x576xsi8, 64>
!key = !iquant.dyn<?x192xsi8, 64>
!norm = !iquant.fixed<576xi16, 16>
!angles = !iquant.fixed<8192x32xi16, 14>

func.func @embedding(%ids: tensor<?xi32>, %table: !iquant.weight<49152x576xsi8, 288>) -> !residual {
  %r = iquant.embedding %ids, %table : (tensor<?xi32>, !iquant.weight<49152x576xsi8, 288>) -> !residual
  return %r : !residual
}
func.func @rms_norm(%x: !residual, %scale: !norm) -> !codes attributes {benchmark.calls = 61} {
  %r = iquant.rms_norm %x scale %scale {epsilon = 2684 : i64} : (!residual, !norm) -> !codes
  return %r : !codes
}
func.func @linear_q_o(%x: !codes, %w: !iquant.weight<576x576xsi8, 288>) -> !residual attributes {benchmark.calls = 60} {
  %r = iquant.linear %x, %w : (!codes, !iquant.weight<576x576xsi8, 288>) -> !residual
  return %r : !residual
}
func.func @linear_k_v(%x: !codes, %w: !iquant.weight<192x576xsi8, 288>) -> !small attributes {benchmark.calls = 60} {
  %r = iquant.linear %x, %w : (!codes, !iquant.weight<192x576xsi8, 288>) -> !small
  return %r : !small
}
func.func @rope_q(%x: !residual, %c: !angles, %s: !angles, %at: index) -> !residual attributes {benchmark.calls = 30} {
  %r = iquant.rope %x<interleaved> by %c, %s at %at {heads = 9 : i64} : (!residual, !angles, !angles, index) -> !residual
  return %r : !residual
}
func.func @rope_k(%x: !small, %c: !angles, %s: !angles, %at: index) -> !small attributes {benchmark.calls = 30} {
  %r = iquant.rope %x<interleaved> by %c, %s at %at {heads = 3 : i64} : (!small, !angles, !angles, index) -> !small
  return %r : !small
}
func.func @quantize_q(%x: !residual) -> !query attributes {benchmark.calls = 30} {
  %r = iquant.quantize %x : !residual -> !query
  return %r : !query
}
func.func @quantize_k_v(%x: !small) -> !key attributes {benchmark.calls = 60} {
  %r = iquant.quantize %x : !small -> !key
  return %r : !key
}
func.func @attention(%q: !query, %k: !key, %v: !key) -> !residual attributes {benchmark.calls = 30} {
  %r = iquant.attention %q, %k, %v {causal, heads = 9 : i64, kv_heads = 3 : i64, scale_exponent = 14 : i64, scale_multiplier = 43520 : i64} : (!query, !key, !key) -> !residual
  return %r : !residual
}
func.func @quantize_o(%x: !residual) -> !codes attributes {benchmark.calls = 30} {
  %r = iquant.quantize %x : !residual -> !codes
  return %r : !codes
}
func.func @add(%x: !residual, %y: !residual) -> !residual attributes {benchmark.calls = 60} {
  %r = iquant.add %x, %y : !residual
  return %r : !residual
}
func.func @linear_gate_up(%x: !codes, %w: !iquant.weight<1536x576xsi8, 288>) -> !large attributes {benchmark.calls = 60} {
  %r = iquant.linear %x, %w : (!codes, !iquant.weight<1536x576xsi8, 288>) -> !large
  return %r : !large
}
func.func @swiglu(%g: !large, %u: !large) -> !large attributes {benchmark.calls = 30} {
  %r = iquant.swiglu %g, %u : (!large, !large) -> !large
  return %r : !large
}
func.func @quantize_down(%x: !large) -> !large_codes attributes {benchmark.calls = 30} {
  %r = iquant.quantize %x : !large -> !large_codes
  return %r : !large_codes
}
func.func @linear_down(%x: !large_codes, %w: !iquant.weight<576x1536xsi8, 384>) -> !residual attributes {benchmark.calls = 30} {
  %r = iquant.linear %x, %w : (!large_codes, !iquant.weight<576x1536xsi8, 384>) -> !residual
  return %r : !residual
}
// Logits are those of the last token.
func.func @linear_head(%x: !codes, %w: !iquant.weight<49152x576xsi8, 288>) -> !iquant.fixed<1x49152xi32, 14> {
  %c, %m, %e, %z = iquant.decompose %x : (!codes) -> (tensor<?x576xi8>, tensor<?xi32>, tensor<?x2xi32>, tensor<?x2xi32>)
  %c1 = tensor.extract_slice %c[0, 0] [1, 576] [1, 1] : tensor<?x576xi8> to tensor<1x576xi8>
  %m1 = tensor.extract_slice %m[0] [1] [1] : tensor<?xi32> to tensor<1xi32>
  %e1 = tensor.extract_slice %e[0, 0] [1, 2] [1, 1] : tensor<?x2xi32> to tensor<1x2xi32>
  %z1 = tensor.extract_slice %z[0, 0] [1, 2] [1, 1] : tensor<?x2xi32> to tensor<1x2xi32>
  %x1 = iquant.compose %c1, %m1, %e1, %z1 : (tensor<1x576xi8>, tensor<1xi32>, tensor<1x2xi32>, tensor<1x2xi32>) -> !iquant.dyn<1x576xui8, 288>
  %r = iquant.linear %x1, %w : (!iquant.dyn<1x576xui8, 288>, !iquant.weight<49152x576xsi8, 288>) -> !iquant.fixed<1x49152xi32, 14>
  return %r : !iquant.fixed<1x49152xi32, 14>
}
