#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times how long models of the shape of SmolLM2-135M take to import, quantize and compile, by their number of layers.

Prints a table of processor seconds, and with --plot draws it as an SVG file. Weights are random.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import tempfile

import numpy
from safetensors.numpy import save_file

import line_plot

HIDDEN, INTERMEDIATE, HEADS, KV_HEADS, WIDTH, VOCABULARY = 576, 1536, 9, 3, 64, 49152
STAGES = ["import", "quantize and prove", "lower", "machine code"]
LINEARS = {"self_attn.q_proj": (HEADS * WIDTH, HIDDEN), "self_attn.k_proj": (KV_HEADS * WIDTH, HIDDEN),
           "self_attn.v_proj": (KV_HEADS * WIDTH, HIDDEN), "self_attn.o_proj": (HIDDEN, HEADS * WIDTH),
           "mlp.gate_proj": (INTERMEDIATE, HIDDEN), "mlp.up_proj": (INTERMEDIATE, HIDDEN),
           "mlp.down_proj": (HIDDEN, INTERMEDIATE)}
NORMS = {"input_layernorm": (HIDDEN,), "post_attention_layernorm": (HIDDEN,)}


def write_checkpoint(folder, layers):
    random = numpy.random.default_rng(layers)
    weight = lambda *shape: (random.standard_normal(shape, dtype=numpy.float32) / 16).astype(numpy.float16)
    tensors = {"model.embed_tokens.weight": weight(VOCABULARY, HIDDEN), "model.norm.weight": weight(HIDDEN)}
    for i in range(layers):
        for name, shape in (NORMS | LINEARS).items():
            tensors[f"model.layers.{i}.{name}.weight"] = weight(*shape)
    save_file(tensors, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(dict(
        model_type="llama", num_hidden_layers=layers, hidden_size=HIDDEN, intermediate_size=INTERMEDIATE,
        num_attention_heads=HEADS, num_key_value_heads=KV_HEADS, vocab_size=VOCABULARY, max_position_embeddings=8192,
        rms_norm_eps=1e-5, rope_theta=100000.0, hidden_act="silu", tie_word_embeddings=True)))


def seconds_of(*command):
    """Processor seconds, of all threads: others on the machine do not matter much to them."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(tools, layers):
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        folder = pathlib.Path(name)
        write_checkpoint(folder, layers)
        model, integer = folder / "float.mlirbc", folder / "integer.mlirbc"
        times = [seconds_of(tools / "quant-import", folder, "-o", model),
                 seconds_of(tools / "quant-opt", model, "--iquant-quantize-pipeline", "--emit-bytecode", "-o", integer)]
        library = ["--function", "step", "--prefix", "model", "-o", folder / "model.out"]
        lower = seconds_of(tools / "quant-compile", integer, "--emit=mlir", *library)
        return times + [lower, seconds_of(tools / "quant-compile", integer, "--emit=obj", *library) - lower]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, nargs="+", default=[6, 12, 30, 60])
    parser.add_argument("--tools", type=pathlib.Path, default=pathlib.Path(__file__).parents[1] / "build/bin",
                        help="where quant-import, quant-opt and quant-compile are (default: build/bin)")
    parser.add_argument("--plot", type=pathlib.Path, metavar="SVG", help="where a plot goes")
    arguments = parser.parse_args()
    print("layers" + "".join(f"{stage:>20}" for stage in STAGES))
    rows = {}
    for layers in sorted(arguments.layers):
        rows[layers] = measure(arguments.tools, layers)
        print(f"{layers:6}" + "".join(f"{seconds:18.1f} s" for seconds in rows[layers]), flush=True)
    if arguments.plot:
        line_plot.write(arguments.plot, "layers", "processor seconds",
                        {stage: {layers: times[i] for layers, times in rows.items()} for i, stage in enumerate(STAGES)})


if __name__ == "__main__":
    main()
