"""Writes small valid files that a fuzzer starts from.

Usage: fuzz-seeds.py safetensors|gguf|statistics|scales DIRECTORY
"""

import os
import sys

import gguf
import numpy as np
from safetensors.numpy import save


def write(directory, name, data):
    with open(os.path.join(directory, "seed-" + name), "wb") as file:
        file.write(data)


def safetensors_seeds(directory):
    for dtype in (np.float32, np.float16, np.int64, np.bool_):
        data = save({"a": np.zeros((2, 3), dtype), "b.weight": np.ones(4, dtype)}, {"format": "pt"})
        name = np.dtype(dtype).name
        write(directory, name, data)
        # The fuzzer puts the size of the header in front; a 0 ends the header.
        write(directory, name + "-unframed", data[8:])
    write(directory, "empty", save({}))
    write(directory, "scalar", save({"s": np.array(1, np.float32)}))


def gguf_seeds(directory):
    path = os.path.join(directory, "seed.tmp")
    for qtype in ("F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q6_K", "Q5_1"):
        own = gguf.GGMLQuantizationType[qtype]
        writer = gguf.GGUFWriter(path, "llama")
        writer.add_uint32("llama.block_count", 2)
        writer.add_float32("llama.rope.freq_base", 10000.0)
        writer.add_string("llama.rope.scaling.type", "linear")
        writer.add_bool("llama.flag", True)
        writer.add_int64("llama.token", -3)
        writer.add_array("tokenizer.ggml.tokens", ["a", "bc"])
        writer.add_array("tokenizer.ggml.scores", [0.5, 1.0])
        columns, stored = gguf.GGML_QUANT_SIZES[own]
        columns, stored = (4, 4 * stored) if columns == 1 else (columns, stored)
        for name in ("token_embd.weight", "blk.0.attn_q.weight"):
            writer.add_tensor(name, np.arange(2 * stored, dtype=np.uint8).reshape(2, stored), raw_dtype=own)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        os.replace(path, os.path.join(directory, "seed-" + qtype))


def statistics_seeds(directory):
    tests = os.path.join(os.path.dirname(__file__), "../test")
    for name in ("Doctest/Passes/Inputs/statistics.json", "Transforms/Inputs/two-values.json"):
        with open(os.path.join(tests, name), "rb") as file:
            write(directory, os.path.basename(name), file.read())


def scales_seeds(directory):
    write(directory, "places", b'{"format": "iquant scales", "version": 1, "places": {"a": [0.5, 2], "b": [1e-3], "c": []}}')


if __name__ == "__main__":
    seeds = {
        "safetensors": safetensors_seeds,
        "gguf": gguf_seeds,
        "statistics": statistics_seeds,
        "scales": scales_seeds,
    }
    seeds[sys.argv[1]](sys.argv[2])
