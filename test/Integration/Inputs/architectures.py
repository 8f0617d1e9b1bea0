#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes config.json of small models of some architectures of Hugging Face, each in a folder of its name."""

import json
import os
import sys

decoder = dict(vocab_size=320, hidden_size=96, intermediate_size=256, num_hidden_layers=2, num_attention_heads=6,
               max_position_embeddings=512)
architectures = {
    # Biases on queries, keys and values, which are grouped.
    "qwen2": dict(decoder, num_key_value_heads=2, architectures=["Qwen2ForCausalLM"]),
    # Attention and feed-forward in parallel, and a rotation of half of the channels of a head.
    "phi": dict(decoder, num_key_value_heads=6, partial_rotary_factor=0.5, architectures=["PhiForCausalLM"]),
    # The same with neighbours as pairs.
    "gptj": dict(vocab_size=320, n_embd=96, n_layer=2, n_head=6, n_positions=512, rotary_dim=8,
                 architectures=["GPTJForCausalLM"]),
    # A gate with a GELU, and a factor on the embedding.
    "gemma": dict(decoder, num_key_value_heads=2, head_dim=16, hidden_act="gelu_pytorch_tanh",
                  hidden_activation="gelu_pytorch_tanh", architectures=["GemmaForCausalLM"]),
    # Norms of queries and keys with a scale for each head, and a factor on the logits.
    "cohere": dict(decoder, num_key_value_heads=2, use_qk_norm=True, bos_token_id=1, eos_token_id=2, pad_token_id=0,
                   architectures=["CohereForCausalLM"]),
    # Queries, keys and values are gathered.
    "falcon": dict(vocab_size=320, hidden_size=96, num_hidden_layers=2, num_attention_heads=6, num_kv_heads=2,
                   ffn_hidden_size=256, new_decoder_architecture=True, bias=False, architectures=["FalconForCausalLM"]),
    # A ReLU, learned positions, and scores that are limited.
    "opt": dict(vocab_size=320, hidden_size=96, ffn_dim=256, num_hidden_layers=2, num_attention_heads=6,
                max_position_embeddings=512, word_embed_proj_dim=96, architectures=["OPTForCausalLM"]),
    # A bias on the scores, which no op has.
    "bloom": dict(vocab_size=320, hidden_size=96, n_layer=2, n_head=6, architectures=["BloomForCausalLM"]),
    # A convolution of patches.
    "vit": dict(hidden_size=96, intermediate_size=256, num_hidden_layers=2, num_attention_heads=6, image_size=32,
                patch_size=8, architectures=["ViTForImageClassification"]),
    # An encoder whose scores are selected.
    "distilbert": dict(vocab_size=320, dim=96, hidden_dim=256, n_layers=2, n_heads=6, max_position_embeddings=512,
                       architectures=["DistilBertModel"]),
}
for name, config in architectures.items():
    os.makedirs(os.path.join(sys.argv[1], name), exist_ok=True)
    with open(os.path.join(sys.argv[1], name, "config.json"), "w") as file:
        json.dump(dict(config, model_type=name), file)
