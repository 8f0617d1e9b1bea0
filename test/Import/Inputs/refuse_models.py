"""Checkpoints that are whole files but no model that can be imported.

Usage: refuse_models.py QUANT_IMPORT DIRECTORY
"""

import os
import sys

import numpy as np

from checkpoints import (CONFIGS, HIDDEN, VOCABULARY, bert_shapes, decoder_shapes, random_tensors, save_directory,
                         save_gguf, save_modules)
from refusal import Refusals


def main(program, directory):
    refusals = Refusals(program, directory)
    number = iter(range(1000))

    def config_case(family, sentence, **overrides):
        """A directory whose config.json differs from a good one; its weights are never read."""
        name = f"{family}-{next(number)}"
        save_directory(refusals.path(name), "F32", {"t": np.zeros(1, np.float32)}, CONFIGS[family] | overrides, 1)
        refusals.expect(refusals.path(name), f"DIR/{name}/config.json: {sentence}")

    def modules_case(sentence, types=("Transformer", "Pooling"), pooling={}, text=None):
        """An encoder whose modules.json lists these types, or is `text`."""
        name = f"modules-{next(number)}"
        save_directory(refusals.path(name), "F32", {"t": np.zeros(1, np.float32)}, CONFIGS["bert"], 1)
        save_modules(refusals.path(name), types, pooling)
        if text is not None:
            refusals.write(f"{name}/modules.json", text)
        refusals.expect(refusals.path(name), f"DIR/{name}/{sentence}")

    def tensor_case(family, change, sentence, dtype="F32"):
        name = f"{family}-{next(number)}"
        tensors = random_tensors(bert_shapes() if family == "bert" else decoder_shapes(family == "qwen2", False, False))
        change(tensors)
        save_directory(refusals.path(name), dtype, tensors, CONFIGS[family], 1)
        refusals.expect(refusals.path(name), sentence.replace("PATH", f"DIR/{name}"))

    def gguf_case(sentence, dtype="F32", rope_factors=False, change=lambda tensors: None, **metadata):
        name = f"{next(number)}.gguf"
        tensors = random_tensors(decoder_shapes(False, False, False))
        change(tensors)
        save_gguf(refusals.path(name), dtype, tensors, {key.replace("__", "."): v for key, v in metadata.items()},
                  rope_factors)
        refusals.expect(refusals.path(name), f"DIR/{name}: {sentence}")

    # What is no checkpoint.
    refusals.expect(refusals.path("absent"), "cannot read 'DIR/absent': No such file or directory")
    os.makedirs(refusals.path("bare"), exist_ok=True)
    refusals.expect(refusals.path("bare"), "cannot read 'DIR/bare/config.json': No such file or directory")
    refusals.write("bare/config.json", b"[")
    refusals.expect(refusals.path("bare"), "DIR/bare/config.json: the configuration is not valid JSON: "
                    "[1:1, byte=1]: Unexpected EOF")
    refusals.write("bare/config.json", b"[]")
    refusals.expect(refusals.path("bare"), "DIR/bare/config.json: the configuration is not a JSON object")

    # Architecture and hyperparameters, config.json.
    config_case("llama", "'model_type' expects llama, qwen2 or bert, got 'mamba'", model_type="mamba")
    config_case("llama", "'model_type' expects llama, qwen2 or bert, got nothing", model_type=None)
    config_case("llama", "'model_type' expects a string, got 7", model_type=7)
    config_case("llama", "'quantization_config' expects weights that are not quantized, got {\"bits\":4}",
                quantization_config={"bits": 4})
    for value, shown in ((None, "nothing"), (0, "0"), (-1, "-1"), ("2", "'2'"), (2**31, "2147483648"), (True, "true"),
                         (1.5, "1.5"), ([1], "[1]")):
        config_case("llama", f"'num_hidden_layers' expects an integer from 1 to 2147483647, got {shown}",
                    num_hidden_layers=value)
    config_case("llama", "'rms_norm_eps' expects a finite number above 0, got -0.5", rms_norm_eps=-0.5)
    config_case("llama", "'tie_word_embeddings' expects true or false, got 'no'", tie_word_embeddings="no")
    config_case("llama", "'hidden_act' expects silu, got 'relu'", hidden_act="relu")
    config_case("llama", "'head_dim' expects at most 65536, got 65537", head_dim=65537)
    config_case("llama", "expects heads of an even width to rotate, got 15", head_dim=15)
    config_case("llama", "expects as many channels as a multiple of the attention heads, got 64 and 5",
                num_attention_heads=5)
    config_case("llama", "'partial_rotary_factor' expects 1, got 0.5", partial_rotary_factor=0.5)
    config_case("llama", "'rope_scaling' expects an object, got 'yarn'", rope_scaling="yarn")
    config_case("llama", "'rope_scaling.rope_type' expects default, linear or llama3, got 'yarn'",
                rope_scaling={"rope_type": "yarn", "factor": 4.0})
    config_case("llama", "'rope_scaling.type' expects default, linear or llama3, got 'dynamic'",
                rope_scaling={"type": "dynamic", "factor": 4.0})
    config_case("llama", "'rope_parameters.factor' expects a finite number above 0, got nothing",
                rope_parameters={"rope_type": "linear"})
    config_case("llama", "'rope_scaling.high_freq_factor' expects more than 'low_freq_factor', got 1",
                rope_scaling={"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 1,
                              "original_max_position_embeddings": 64})
    config_case("llama", "'eos_token_id' expects a token id or an array of them, got [2,\"x\"]", eos_token_id=[2, "x"])
    config_case("llama", "'bos_token_id' expects an integer from 0 to 2147483647, got -1", bos_token_id=-1)
    config_case("qwen2", "'use_sliding_window' expects false, got true", use_sliding_window=True)
    config_case("bert", "'hidden_act' expects gelu, gelu_new or gelu_pytorch_tanh, got 'relu'", hidden_act="relu")
    config_case("bert", "'position_embedding_type' expects absolute, got 'relative_key'",
                position_embedding_type="relative_key")
    config_case("bert", "'is_decoder' expects false, got true", is_decoder=True)

    # What sentence-transformers puts behind an encoder.
    expected = "modules.json: expects the modules Transformer, Pooling and perhaps Normalize, got"
    modules_case(f"{expected} 'Transformer'", types=("Transformer",))
    modules_case(f"{expected} 'Transformer, Pooling, Dense'", types=("Transformer", "Pooling", "Dense"))
    modules_case("modules.json: the list of modules is not valid JSON: [1:1, byte=1]: Unexpected EOF", text=b"[")
    modules_case("modules.json: the list of modules is not a JSON array", text=b"{}")
    modules_case("modules.json: expects modules with a 'type' and a 'path', got {\"type\":\"Transformer\"}",
                 text=b'[{"type": "Transformer"}]')
    expected = "1_Pooling/config.json: expects the mode 'pooling_mode_mean_tokens', got"
    modules_case(f"{expected} none", pooling={"pooling_mode_mean_tokens": False})
    modules_case(f"{expected} 'pooling_mode_cls_token'", pooling={"pooling_mode_cls_token": True})
    modules_case(f"{expected} 'pooling_mode_max_tokens', 'pooling_mode_mean_tokens'",
                 pooling={"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True})
    modules_case("1_Pooling/config.json: 'include_prompt' expects true, got false",
                 pooling={"pooling_mode_mean_tokens": True, "include_prompt": False})
    modules_case("1_Pooling/config.json: the configuration of the pooling is not a JSON object", pooling=[])

    # Architecture and hyperparameters, GGUF.
    gguf_case("'general.architecture' expects llama, got 'gemma'", general__architecture="gemma")
    gguf_case("'llama.block_count' expects an integer from 1 to 2147483647, got nothing", llama__block_count=None)
    gguf_case("'llama.attention.head_count' expects an integer from 1 to 2147483647, got an array of 2",
              llama__attention__head_count=[4, 4])
    gguf_case("expects as many attention heads as a multiple of the key and value heads, got 4 and 3",
              llama__attention__head_count_kv=3)
    gguf_case("'llama.attention.value_length' expects the width of a key, 16, got 8",
              llama__attention__value_length=8)
    gguf_case("'llama.expert_count' expects no mixture of experts, got 8", llama__expert_count=8)
    gguf_case("expects to rotate all channels of a head, an even number, got 8 of 16", llama__rope__dimension_count=8)
    gguf_case("'llama.rope.scaling.type' expects none or linear, got 'yarn'", llama__rope__scaling__type="yarn")
    gguf_case("'tokenizer.ggml.bos_token_id' expects an integer from 0 to 2147483647, got 'x'",
              tokenizer__ggml__bos_token_id="x")
    gguf_case("tensor 'rope_freqs.weight' expects type F32 and shape [16], got F32 and [8]", rope_factors=True,
              llama__attention__key_length=32, llama__attention__value_length=32)
    gguf_case("expects finite rotation frequencies, got one that is not", llama__rope__scaling__factor=1e-42)

    # Tensors.
    query = "model.layers.1.self_attn.q_proj.weight"
    tensor_case("llama", lambda t: t.pop(query), f"PATH: tensor '{query}' of shape [64, 64] is missing")
    tensor_case("llama", lambda t: t.update({query: np.zeros((32, 64), np.float32)}),
                f"PATH/model.safetensors: tensor '{query}' expects shape [64, 64], got [32, 64]")
    tensor_case("llama", lambda t: t.update({"model.norm.weight": np.zeros((1, HIDDEN), np.float32)}),
                f"PATH/model.safetensors: tensor 'model.norm.weight' expects shape [{HIDDEN}], got [1, {HIDDEN}]")
    tensor_case("llama", lambda t: t.pop("lm_head.weight"),
                f"PATH: tensor 'lm_head.weight' of shape [{VOCABULARY}, {HIDDEN}] is missing")
    tensor_case("llama", lambda t: t.update({"model.layers.0.self_attn.q_norm.weight": np.zeros(16, np.float32)}),
                "PATH/model.safetensors: tensor 'model.layers.0.self_attn.q_norm.weight' of shape [16] has no place in "
                "a model of this architecture")
    tensor_case("llama", lambda t: None, "PATH/model.safetensors: tensor 'model.embed_tokens.weight' expects type "
                "F32, F16, BF16, Q8_0, Q4_0 or Q4_1, got F64", dtype="F64")
    tensor_case("qwen2", lambda t: t.pop("model.layers.0.self_attn.k_proj.bias"),
                "PATH: tensor 'model.layers.0.self_attn.k_proj.bias' of shape [32] is missing")
    tensor_case("bert", lambda t: t.pop("encoder.layer.1.output.LayerNorm.bias"),
                "PATH: tensor 'encoder.layer.1.output.LayerNorm.bias' of shape [64] is missing")
    gguf_case("tensor 'token_embd.weight' expects shape [41, 64], got [40, 64]", llama__vocab_size=41)
    gguf_case("tensor 'token_embd.weight' expects type F32, F16, BF16, Q8_0, Q4_0 or Q4_1, got Q5_1", dtype="Q5_1")
    gguf_case("tensor 'blk.2.attn_norm.weight' of shape [64] is missing", llama__block_count=3)
    gguf_case("tensor 'blk.1.attn_norm.weight' of shape [64] has no place in a model of this architecture",
              llama__block_count=1)

    # Output.
    good = refusals.path("good.gguf")
    save_gguf(good, "F32", random_tensors(decoder_shapes(False, False, False)), {}, False)
    refusals.expect(good, "cannot write 'DIR/none/m.mlirbc': No such file or directory",
                    output=refusals.path("none/m.mlirbc"))
    refusals.expect(good, "cannot write 'DIR': Is a directory", output=directory)
    refusals.expect(good, "cannot write '/dev/full': No space left on device", output="/dev/full")
    refusals.finish()


if __name__ == "__main__":
    main(*sys.argv[1:])
