#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times raise-to-transformer on exports of LLaMA with grouped queries, by their number of layers.

Prints the medians of 5 runs of the pass, and with --plot draws them as an SVG file. Weights are random; needs the packages
of scripts/requirements-import.txt.
"""
import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import line_plot

SCRIPTS = pathlib.Path(__file__).parent
CONFIG = dict(model_type="llama", architectures=["LlamaForCausalLM"], vocab_size=320, hidden_size=96, intermediate_size=256,
              num_attention_heads=6, num_key_value_heads=2, max_position_embeddings=512)


def export(folder, layers):
    (folder / "config.json").write_text(json.dumps(dict(CONFIG, num_hidden_layers=layers)))
    subprocess.run([sys.executable, SCRIPTS / "import-torch.py", "--hf", folder, "--random", "-o", folder / "model.mlir"],
                   check=True)
    return folder / "model.mlir"


def raise_once(opt, model):
    """Seconds in the pass, and in reading, raising and writing the file."""
    report = subprocess.run([opt, model, "--raise-to-transformer", "--mlir-timing", "-o", "/dev/null"], check=True,
                            capture_output=True, text=True).stderr
    return [float(re.search(rf"([\d.]+) +\([ \d.]+%\)  {name}\b", report)[1]) for name in ("RaiseToTransformer", "Total")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, nargs="+", default=[3, 6, 12, 24])
    parser.add_argument("--opt", default=SCRIPTS.parent / "build/bin/quant-opt", help="default: build/bin/quant-opt")
    parser.add_argument("--plot", type=pathlib.Path, metavar="SVG", help="where a plot goes")
    arguments = parser.parse_args()
    rows = {}
    for layers in sorted(arguments.layers):
        with tempfile.TemporaryDirectory() as name:
            model = export(pathlib.Path(name), layers)
            runs = [raise_once(arguments.opt, model) for _ in range(5)]
            rows[layers] = [statistics.median(times) for times in zip(*runs)]
        print(f"{layers:3} layers: {rows[layers][0]:.2f} s in the pass, {rows[layers][1]:.2f} s with the file", flush=True)
    if arguments.plot:
        line_plot.write(arguments.plot, "layers", "seconds", {name: {layers: times[i] for layers, times in rows.items()}
                                                              for i, name in enumerate(("raise", "and the file"))})


if __name__ == "__main__":
    main()
