# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A decoder layer of LLaMA by itself, which takes cosines and sines."""

import torch
import transformers
from transformers.models.llama import modeling_llama


def make():
    torch.manual_seed(0)
    config = transformers.LlamaConfig(hidden_size=96, intermediate_size=256, num_attention_heads=6, num_key_value_heads=2)
    config._attn_implementation = "eager"
    layer = modeling_llama.LlamaDecoderLayer(config, layer_idx=0)
    for weight in layer.parameters():
        if weight.dim() == 2:
            torch.nn.init.normal_(weight, std=0.08)
    causal = torch.full((24, 24), -1e9).triu(1)[None, None]

    class Layer(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def forward(self, hidden, cosine, sine):
            result = self.layer(hidden, attention_mask=causal, position_embeddings=(cosine, sine))
            return result[0] if isinstance(result, tuple) else result

    hidden = torch.randn(1, 24, 96)
    cosine, sine = modeling_llama.LlamaRotaryEmbedding(config)(hidden, torch.arange(24)[None])
    return Layer(), (hidden, cosine, sine)
