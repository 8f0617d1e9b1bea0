# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Decoders of the LLaMA family from GGUF files and Hugging Face directories, as PyTorch tensors."""
import glob
import json
import os
from dataclasses import dataclass

import torch


class CheckpointError(Exception):
    """Says in a sentence what is wrong with a checkpoint."""


@dataclass
class Config:
    layers: int
    heads: int
    key_value_heads: int
    head_width: int
    epsilon: float
    rope_base: float
    interleaved: bool  # whether the two channels of a rotated pair are neighbours


@dataclass
class Checkpoint:
    config: Config
    tensors: dict  # names as in a Hugging Face checkpoint without the leading `model.`


def load(path):
    """What `path` holds; raises CheckpointError if that is no decoder that this module knows."""
    checkpoint = load_directory(path) if os.path.isdir(path) else load_gguf(path)
    if "lm_head.weight" not in checkpoint.tensors:
        checkpoint.tensors["lm_head.weight"] = checkpoint.tensors["embed_tokens.weight"]
    return checkpoint


GGUF_LAYERS = {"attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
               "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm",
               "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
               "token_embd": "embed_tokens", "output_norm": "norm", "output": "lm_head"}


def name_of_gguf(name):
    *block, layer, kind = name.split(".")
    return ".".join([*("layers" if part == "blk" else part for part in block), GGUF_LAYERS.get(layer, layer), kind])


def load_gguf(path):
    from gguf import GGUFReader, dequantize

    if not os.path.isfile(path):
        raise CheckpointError(f"no such model: '{path}'")
    try:
        reader = GGUFReader(path)
    except ValueError as error:
        raise CheckpointError(f"'{path}' is no GGUF file: {error}") from None

    def value(key, default=None):
        field = reader.fields.get(f"llama.{key}")
        if field is None and default is None:
            raise CheckpointError(f"'{path}' has no 'llama.{key}'; expects the architecture llama")
        return field.contents() if field else default

    names = {name_of_gguf(tensor.name): tensor for tensor in reader.tensors}
    if "rope_freqs.weight" in names or value("rope.scaling.type", "none") != "none":
        raise CheckpointError(f"'{path}' scales its rotary embedding, which is not supported here")
    heads = value("attention.head_count")
    config = Config(layers=value("block_count"), heads=heads,
                    key_value_heads=value("attention.head_count_kv", heads),
                    head_width=value("attention.key_length", value("embedding_length") // heads),
                    epsilon=value("attention.layer_norm_rms_epsilon"), rope_base=value("rope.freq_base", 10000.0),
                    interleaved=True)
    return Checkpoint(config, {name: torch.from_numpy(dequantize(tensor.data, tensor.tensor_type).astype("float32"))
                               for name, tensor in names.items()})


def load_directory(path):
    from safetensors import safe_open

    try:
        with open(os.path.join(path, "config.json"), encoding="utf-8") as file:
            values = json.load(file)
    except (OSError, ValueError) as error:
        raise CheckpointError(f"cannot read the config.json of '{path}': {error}") from None
    if values.get("model_type") not in ("llama", "qwen2"):
        raise CheckpointError(f"'{path}' expects model_type llama or qwen2, got '{values.get('model_type')}'")
    rope = values.get("rope_parameters") or values.get("rope_scaling") or {}
    if rope.get("rope_type", rope.get("type", "default")) != "default":
        raise CheckpointError(f"'{path}' scales its rotary embedding, which is not supported here")
    heads = values["num_attention_heads"]
    config = Config(layers=values["num_hidden_layers"], heads=heads,
                    key_value_heads=values.get("num_key_value_heads", heads),
                    head_width=values.get("head_dim") or values["hidden_size"] // heads,
                    epsilon=values["rms_norm_eps"],
                    rope_base=rope.get("rope_theta", values.get("rope_theta", 10000.0)), interleaved=False)
    tensors = {}
    for file in sorted(glob.glob(os.path.join(path, "*.safetensors"))):
        with safe_open(file, framework="pt") as shard:
            tensors |= {name.removeprefix("model."): shard.get_tensor(name).float() for name in shard.keys()}
    return Checkpoint(config, tensors)
