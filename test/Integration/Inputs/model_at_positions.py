# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A small LLaMA that takes positions."""

import torch
import transformers


def make():
    torch.manual_seed(0)
    config = transformers.LlamaConfig(vocab_size=320, hidden_size=96, intermediate_size=256, num_hidden_layers=2,
                                      num_attention_heads=6, num_key_value_heads=2)
    config._attn_implementation = "eager"

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = transformers.LlamaForCausalLM(config)

        def forward(self, ids, positions):
            # With a mask that says so, nobody looks for the ends of several texts in one.
            mask = torch.ones(1, 24, dtype=torch.int64)
            return self.model(ids, attention_mask=mask, position_ids=positions, use_cache=False, return_dict=False)[0]

    # Not one after the other, as in texts with padding in front.
    positions = torch.cat([torch.zeros(4, dtype=torch.int64), torch.arange(20) + 100])[None]
    return Model(), (torch.randint(0, 320, (1, 24)), positions)
