"""Writes small checkpoints with the safetensors and gguf packages.

Usage: checkpoints.py FAMILY FORMAT PATH [option...]
  FAMILY   llama, qwen2 or bert
  FORMAT   F32, F16, BF16: a Hugging Face directory of that type;
           gguf-F32, gguf-Q4_1, ...: a GGUF file with that tensor type
  options  NAME=JSON sets a value of config.json or of the GGUF metadata,
           shards=N writes N safetensors files,
           deviation=D draws tensors of that standard deviation (0.1),
           tied leaves out the head, tied head stores it all the same,
           bias gives every linear a bias, prefix=P puts P before every name,
           gamma calls the parameters of norms gamma and beta,
           modules=A,B lists modules of sentence-transformers,
           rope-factors writes rope_freqs.weight
"""

import json
import os
import sys

import gguf
import numpy as np
from safetensors import TensorSpec, serialize_file

HIDDEN, INTERMEDIATE, HEADS, KV_HEADS, WIDTH = 64, 96, 4, 2, 16
LAYERS, VOCABULARY, CONTEXT = 2, 40, 128

DECODER_CONFIG = dict(
    num_hidden_layers=LAYERS, hidden_size=HIDDEN, intermediate_size=INTERMEDIATE, num_attention_heads=HEADS,
    num_key_value_heads=KV_HEADS, vocab_size=VOCABULARY, max_position_embeddings=CONTEXT, rms_norm_eps=1e-5,
    rope_theta=10000.0, hidden_act="silu", bos_token_id=1, eos_token_id=2)
CONFIGS = {
    "llama": DECODER_CONFIG | dict(model_type="llama"),
    "qwen2": DECODER_CONFIG | dict(model_type="qwen2", eos_token_id=[2, 3]),
    "bert": dict(
        model_type="bert", num_hidden_layers=LAYERS, hidden_size=HIDDEN, intermediate_size=INTERMEDIATE,
        num_attention_heads=HEADS, vocab_size=VOCABULARY, max_position_embeddings=CONTEXT, type_vocab_size=2,
        layer_norm_eps=1e-12, hidden_act="gelu"),
}


def decoder_shapes(qkv_bias, bias, tied):
    """Hugging Face names and shapes of a decoder."""
    shapes = {"model.embed_tokens.weight": (VOCABULARY, HIDDEN), "model.norm.weight": (HIDDEN,)}
    if not tied:
        shapes["lm_head.weight"] = (VOCABULARY, HIDDEN)
    linears = {"self_attn.q_proj": (HEADS * WIDTH, HIDDEN), "self_attn.k_proj": (KV_HEADS * WIDTH, HIDDEN),
               "self_attn.v_proj": (KV_HEADS * WIDTH, HIDDEN), "self_attn.o_proj": (HIDDEN, HEADS * WIDTH),
               "mlp.gate_proj": (INTERMEDIATE, HIDDEN), "mlp.up_proj": (INTERMEDIATE, HIDDEN),
               "mlp.down_proj": (HIDDEN, INTERMEDIATE)}
    for i in range(LAYERS):
        layer = f"model.layers.{i}."
        for norm in ("input_layernorm", "post_attention_layernorm"):
            shapes[layer + norm + ".weight"] = (HIDDEN,)
        for name, shape in linears.items():
            shapes[layer + name + ".weight"] = shape
            if bias or (qkv_bias and name[-6:] in ("q_proj", "k_proj", "v_proj")):
                shapes[layer + name + ".bias"] = shape[:1]
    return shapes


def bert_shapes():
    shapes = {"embeddings.word_embeddings.weight": (VOCABULARY, HIDDEN),
              "embeddings.position_embeddings.weight": (CONTEXT, HIDDEN),
              "embeddings.token_type_embeddings.weight": (2, HIDDEN),
              "pooler.dense.weight": (HIDDEN, HIDDEN), "pooler.dense.bias": (HIDDEN,)}
    linears = {"attention.self.query": (HIDDEN, HIDDEN), "attention.self.key": (HIDDEN, HIDDEN),
               "attention.self.value": (HIDDEN, HIDDEN), "attention.output.dense": (HIDDEN, HIDDEN),
               "intermediate.dense": (INTERMEDIATE, HIDDEN), "output.dense": (HIDDEN, INTERMEDIATE)}
    norms = ["embeddings.LayerNorm"]
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}."
        norms += [layer + "attention.output.LayerNorm", layer + "output.LayerNorm"]
        for name, shape in linears.items():
            shapes[layer + name + ".weight"] = shape
            shapes[layer + name + ".bias"] = shape[:1]
    for norm in norms:
        shapes[norm + ".weight"] = shapes[norm + ".bias"] = (HIDDEN,)
    return shapes


GGUF_NAMES = {"embed_tokens": "token_embd", "norm": "output_norm", "lm_head": "output", "input_layernorm": "attn_norm",
              "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
              "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
              "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}


def gguf_name(name):
    name, kind = name.removeprefix("model.").rsplit(".", 1)
    block = ""
    if name.startswith("layers."):
        _, number, name = name.split(".", 2)
        block = f"blk.{number}."
    return f"{block}{GGUF_NAMES[name]}.{kind}"


def random_tensors(shapes, deviation=0.1):
    generator = np.random.default_rng(1)
    return {name: generator.normal(0, deviation, shape).astype(np.float32) for name, shape in shapes.items()}


def round_to(tensor, dtype):
    """As the bits of the type; numpy has no bfloat16."""
    if dtype == "BF16":
        return gguf.quantize(tensor, gguf.GGMLQuantizationType.BF16).view(np.uint16).reshape(tensor.shape)
    return tensor.astype({"F64": np.float64, "F32": np.float32, "F16": np.float16}[dtype])


def save_safetensors(tensors, dtype, path):
    # Not through safetensors.numpy, which has no bfloat16.
    rounded = {name: round_to(tensor, dtype) for name, tensor in tensors.items()}
    dtype = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}[dtype]
    serialize_file({name: TensorSpec(dtype=dtype, shape=t.shape, data_ptr=t.ctypes.data, data_len=t.nbytes)
                    for name, t in rounded.items()}, path, {"format": "pt"})


def save_directory(directory, dtype, tensors, config, shards):
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "config.json"), "w") as file:
        json.dump(config, file)
    if shards == 1:
        return save_safetensors(tensors, dtype, os.path.join(directory, "model.safetensors"))
    index = {}
    for i in range(shards):
        name = f"model-{i + 1:05}-of-{shards:05}.safetensors"
        names = list(tensors)[i::shards]
        save_safetensors({n: tensors[n] for n in names}, dtype, os.path.join(directory, name))
        index |= {n: name for n in names}
    with open(os.path.join(directory, "model.safetensors.index.json"), "w") as file:
        json.dump({"metadata": {}, "weight_map": index}, file)


def save_modules(directory, types, pooling={"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}):
    """Lists the modules after an encoder, and configures the pooling, as sentence-transformers does."""
    paths = [f"{i}_{name}" if i else "" for i, name in enumerate(types)]
    modules = [dict(idx=i, name=str(i), path=path, type=f"sentence_transformers.models.{name}")
               for i, (path, name) in enumerate(zip(paths, types))]
    with open(os.path.join(directory, "modules.json"), "w") as file:
        json.dump(modules, file)
    os.makedirs(os.path.join(directory, "1_Pooling"), exist_ok=True)
    with open(os.path.join(directory, "1_Pooling", "config.json"), "w") as file:
        json.dump(pooling, file)


def save_gguf(path, dtype, tensors, overrides, rope_factors):
    metadata = {"llama.block_count": LAYERS, "llama.context_length": CONTEXT, "llama.embedding_length": HIDDEN,
                "llama.feed_forward_length": INTERMEDIATE, "llama.attention.head_count": HEADS,
                "llama.attention.head_count_kv": KV_HEADS, "llama.rope.freq_base": 10000.0,
                "llama.attention.layer_norm_rms_epsilon": 1e-5, "llama.vocab_size": VOCABULARY,
                "tokenizer.ggml.bos_token_id": 1, "tokenizer.ggml.eos_token_id": 2} | overrides
    architecture = metadata.pop("general.architecture", "llama")
    writer = gguf.GGUFWriter(path, architecture)
    for key, value in metadata.items():
        if value is None:
            continue
        add = {bool: writer.add_bool, int: writer.add_uint32, float: writer.add_float32, str: writer.add_string,
               list: writer.add_array}[type(value)]
        add(key, value)
    qtype = gguf.GGMLQuantizationType[dtype]
    for name, tensor in tensors.items():
        # As the converters do: what is no matrix stays 32-bit.
        own = qtype if tensor.ndim == 2 else gguf.GGMLQuantizationType.F32
        writer.add_tensor(gguf_name(name), gguf.quantize(tensor, own), raw_dtype=own)
    if rope_factors:
        writer.add_tensor("rope_freqs.weight", np.linspace(1, 8, WIDTH // 2, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main(family, form, path, *options):
    flags = {option for option in options if "=" not in option}
    values = dict(option.split("=", 1) for option in options if "=" in option)
    shards, prefix = int(values.pop("shards", 1)), values.pop("prefix", "")
    deviation = float(values.pop("deviation", 0.1))
    modules = values.pop("modules", None)
    overrides = {name: json.loads(value) for name, value in values.items()}

    if family == "bert":
        shapes = bert_shapes()
    else:
        shapes = decoder_shapes(family == "qwen2", "bias" in flags, "tied" in flags and "head" not in flags)
    tensors = random_tensors(shapes, deviation)
    if form.startswith("gguf-"):
        return save_gguf(path, form.removeprefix("gguf-"), tensors, overrides, "rope-factors" in flags)
    config = CONFIGS[family] | overrides
    if family != "bert":
        config |= dict(tie_word_embeddings="tied" in flags)
    if "bias" in flags:
        config |= dict(attention_bias=True, mlp_bias=True)
    if "gamma" in flags:
        tensors = {name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): t
                   for name, t in tensors.items()}
    tensors = {prefix + name: tensor for name, tensor in tensors.items()}
    save_directory(path, form, tensors, config, shards)
    if modules:
        save_modules(path, modules.split(","))


if __name__ == "__main__":
    main(*sys.argv[1:])
