// A language model that knows one rule: the next token is the last one plus 1
// modulo 5. The head looks up the successor of each embedding, and attention is
// too small to matter.

func.func @forward(%ids: tensor<?x?xi32> loc("ids")) -> tensor<?x?x5xf32>
    attributes {transformer.context_length = 300 : i64, transformer.vocabulary_size = 5 : i64, transformer.end_tokens = array<i64: 9>} {
  %table = arith.constant dense<[[8.0, 0.0, 0.0, 0.0, 0.0], [0.0, 8.0, 0.0, 0.0, 0.0], [0.0, 0.0, 8.0, 0.0, 0.0], [0.0, 0.0, 0.0, 8.0, 0.0], [0.0, 0.0, 0.0, 0.0, 8.0]]> : tensor<5x5xf32>
  %small = arith.constant dense<[[0.01, 0.0, 0.0, 0.0, 0.0], [0.0, 0.01, 0.0, 0.0, 0.0], [0.0, 0.0, 0.01, 0.0, 0.0], [0.0, 0.0, 0.0, 0.01, 0.0], [0.0, 0.0, 0.0, 0.0, 0.01]]> : tensor<5x5xf32>
  %next = arith.constant dense<[[0.0, 0.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 0.0]]> : tensor<5x5xf32>
  %x = transformer.embedding %ids, %table : (tensor<?x?xi32>, tensor<5x5xf32>) -> tensor<?x?x5xf32>
  %v = transformer.linear %x, %small : (tensor<?x?x5xf32>, tensor<5x5xf32>) -> tensor<?x?x5xf32>
  %a = transformer.attention %x, %x, %v {heads = 1, kv_heads = 1, causal} : (tensor<?x?x5xf32>, tensor<?x?x5xf32>, tensor<?x?x5xf32>) -> tensor<?x?x5xf32>
  %s = transformer.add %x, %a : tensor<?x?x5xf32>
  %r = transformer.linear %s, %next : (tensor<?x?x5xf32>, tensor<5x5xf32>) -> tensor<?x?x5xf32>
  return %r : tensor<?x?x5xf32>
}
