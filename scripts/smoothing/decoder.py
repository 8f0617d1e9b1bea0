# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The parts of a decoder whose outputs are reconstructed: its layers, and its head.

A part computes its output in real numbers, or, given scales, as the compiler will once `transformer-fold-smoothing` has
moved them into the weights: with codes of 8 bits for what linears and attention read, in real numbers else.
"""
import torch
from torch.nn.functional import linear, scaled_dot_product_attention, silu

from .fake_quantization import asymmetric, symmetric


MOST_TOKENS = 4096


class Part:
    """What layers and head have in common. `places` are the places of the part, with their numbers of scales."""

    def __init__(self, checkpoint, prefix, row_group):
        self.config = checkpoint.config
        self.tensors = {name.removeprefix(prefix): tensor for name, tensor in checkpoint.tensors.items()
                        if name.startswith(prefix)}
        self.row_group = row_group
        self.places = {}

    def __call__(self, x, scales=None):
        self.quantized = scales is not None
        return self.compute(x, scales or {name: torch.ones(count) for name, count in self.places.items()})

    def rows(self, x):
        """What a linear reads."""
        return asymmetric(x, self.row_group) if self.quantized else x

    def heads(self, x):
        """What attention reads."""
        return symmetric(x) if self.quantized else x

    def norm(self, x, name, scale):
        """The norm of the rows, divided by `scale`."""
        x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.config.epsilon)
        return self.rows(x * (self.tensors[f"{name}.weight"] / scale))

    def linear(self, x, name, inputs, outputs=torch.ones(1)):
        """A linear whose weight's columns are multiplied by `inputs`, and whose outputs are divided by `outputs`."""
        weight = self.tensors[f"{name}.weight"] * inputs / outputs[:, None]
        bias = self.tensors.get(f"{name}.bias")
        return linear(x, symmetric(weight) if self.quantized else weight, None if bias is None else bias / outputs)


class Layer(Part):
    """Layer `number`: attention and feed-forward network, with their residual additions."""

    def __init__(self, checkpoint, number, row_group):
        super().__init__(checkpoint, f"layers.{number}.", row_group)
        stream, values = (self.tensors[f"{name}.weight"].shape for name in ("self_attn.q_proj", "self_attn.v_proj"))
        self.places = {"input_layernorm": stream[1], "self_attn.q_proj": values[0] // 2,
                       "self_attn.v_proj": values[0], "post_attention_layernorm": stream[1],
                       "mlp.up_proj": self.tensors["mlp.up_proj.weight"].shape[0]}

    def compute(self, x, scales):
        x = x + self.attend(x, scales["input_layernorm"], scales["self_attn.q_proj"], scales["self_attn.v_proj"])
        return x + self.feed_forward(x, scales["post_attention_layernorm"], scales["mlp.up_proj"])

    def attend(self, x, stream, pairs, values):
        c = self.config
        # One scale for both channels of a rotated pair, and for all query heads that read a key head.
        pairs, values = pairs.view(c.key_value_heads, -1), values.view(c.key_value_heads, -1)
        keys = pairs.repeat_interleave(2, -1) if c.interleaved else pairs.repeat(1, 2)
        x = self.norm(x, "input_layernorm", stream)
        query = self.linear(x, "self_attn.q_proj", stream, self.share(keys).flatten()).unflatten(-1, (c.heads, -1))
        key = self.linear(x, "self_attn.k_proj", stream, 1 / keys.flatten()).unflatten(-1, keys.shape)
        value = self.linear(x, "self_attn.v_proj", stream, values.flatten()).unflatten(-1, values.shape)
        query, key, value = (self.heads(rows).transpose(-2, -3)
                             for rows in (self.rotate(query), self.share(self.rotate(key)), self.share(value)))
        x = scaled_dot_product_attention(query, key, value, is_causal=True).transpose(-2, -3).flatten(-2)
        return self.linear(self.rows(x), "self_attn.o_proj", self.share(values).flatten())

    def share(self, heads):
        """Every key head as often as query heads read it."""
        return heads.repeat_interleave(self.config.heads // self.config.key_value_heads, -2)

    def rotate(self, heads):
        c = self.config
        frequencies = c.rope_base ** (-torch.arange(0, c.head_width, 2) / c.head_width)
        angles = torch.arange(heads.shape[-3])[:, None, None] * frequencies
        dim = -1 if c.interleaved else -2  # of the two channels of a pair
        a, b = heads.unflatten(-1, (-1, 2) if c.interleaved else (2, -1)).unbind(dim)
        return torch.stack((a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()), dim).flatten(-2)

    def feed_forward(self, x, stream, up):
        x = self.norm(x, "post_attention_layernorm", stream)
        x = silu(self.linear(x, "mlp.gate_proj", stream)) * self.linear(x, "mlp.up_proj", stream, up)
        return self.linear(self.rows(x), "mlp.down_proj", up)


class Head(Part):
    """The last norm and the vocabulary, of which about `most_tokens` at equal distances, as in the search of the
    compiler, or all."""

    def __init__(self, checkpoint, row_group, most_tokens=None):
        super().__init__(checkpoint, "", row_group)
        weight = self.tensors["lm_head.weight"]
        if most_tokens:
            self.tensors["lm_head.weight"] = weight[::max(1, len(weight) // most_tokens)]
        self.places = {"norm": self.tensors["norm.weight"].shape[0]}

    def compute(self, x, scales):
        return self.linear(self.norm(x, "norm", scales["norm"]), "lm_head", scales["norm"])
