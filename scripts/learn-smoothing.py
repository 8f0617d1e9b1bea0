#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Learns the scales of `transformer-fold-smoothing`, in the manner of I-LLM's fully-smooth block reconstruction.

  learn-smoothing.py MODEL IDS --start SCALES -o SCALES

MODEL is a decoder of the LLaMA family, a .gguf file or a Hugging Face directory; IDS are token ids, one a line; SCALES
are files of scales in the format of docs/Folding.md. Layer by layer, the scales move from where they start so that the
layer's output, computed with the codes that the compiler will use, comes near to that in real numbers of the same input,
which is what the quantized layers before it gave; an error is squared, relative to the row that it is in. Then all
scales move together so that the distributions of the next token come near to those in real numbers.
"""
import argparse
import functools
import json
import math
import os
import sys

try:
    import torch
    from tqdm import tqdm

    from smoothing.checkpoint import CheckpointError, load
    from smoothing.decoder import MOST_TOKENS, Head, Layer
    from smoothing.fake_quantization import symmetric
    from smoothing.training import evaluate, reconstruct, tune
except ImportError as error:
    sys.exit(f"learn-smoothing.py: error: {error}; 'scripts/setup.sh --torch' installs what is missing")


def fail(sentence):
    sys.exit(f"learn-smoothing.py: error: {sentence}")


HELD_OUT = 4  # windows behind those to learn from, which tell whether scales became better


def read_ids(path, context, windows, vocabulary):
    try:
        with open(path, encoding="utf-8") as file:
            ids = [int(line) for line in file][:context * windows]
    except (OSError, ValueError) as error:
        fail(f"cannot read token ids, one a line, from '{path}': {error}")
    if len(ids) < context * windows:
        fail(f"'{path}' expects at least {context * windows} token ids ({windows} windows of {context}), got {len(ids)}")
    if not 0 <= min(ids) <= max(ids) < vocabulary:
        fail(f"'{path}' expects token ids in 0 .. {vocabulary - 1}, got {min(ids)} .. {max(ids)}")
    return torch.tensor(ids).view(windows, context)


def read_scales(path, places):
    """The file at `path`, which must have the places of the model with their numbers of scales."""
    try:
        with open(path, encoding="utf-8") as file:
            scales = json.load(file)
        found = {name: len(values) for name, values in scales["places"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        fail(f"'{path}' is no file of scales: {error!r}")
    for name in sorted(places.keys() | found.keys()):
        if places.get(name, 0) != found.get(name, 0):
            fail(f"'{path}' expects {places.get(name, 0)} scales at '{name}', got {found.get(name, 0)}")
        for scale in scales["places"][name]:
            if not isinstance(scale, (int, float)) or not 0 < scale < math.inf:
                fail(f"'{path}' expects positive, finite scales at '{name}', got {scale!r}")
    return scales


def write_scales(path, scales):
    """Writes all of the file or nothing, a place a line, as the compiler does."""
    places = ",\n".join(f"{json.dumps(name)}: {json.dumps(values)}" for name, values in scales["places"].items())
    text = json.dumps(scales | {"places": {}}).replace('"places": {}', f'"places": {{\n{places}\n}}')
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.replace(temporary, path)
    except OSError as error:
        fail(f"cannot write '{path}': {error.strerror}")


def positive(kind):
    def parse(text):
        if not kind(text) > 0:
            raise ValueError
        return kind(text)

    parse.__name__ = f"positive {kind.__name__}"  # what argparse calls it
    return parse


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("ids", metavar="IDS")
    parser.add_argument("--start", metavar="SCALES", required=True,
                        help="where to start, as 'quant-opt --transformer-fold-smoothing=output=SCALES' writes it")
    parser.add_argument("-o", dest="output", metavar="SCALES", required=True, help="where the learned scales go")
    parser.add_argument("--context", type=positive(int), default=512, help="tokens of a window (default: %(default)s)")
    parser.add_argument("--windows", type=positive(int), default=8,
                        help="windows to learn from layer by layer (default: %(default)s)")
    parser.add_argument("--steps", type=positive(int), default=64, help="steps a layer, a window each (default: %(default)s)")
    parser.add_argument("--rate", type=positive(float), default=0.03,
                        help="how far a step moves the logarithm of a scale, at first (default: %(default)s)")
    parser.add_argument("--joint-windows", type=int, default=64,
                        help="windows to learn from with all layers together, a step each (default: %(default)s)")
    parser.add_argument("--joint-rate", type=positive(float), default=0.01, help="the rate of that (default: %(default)s)")
    parser.add_argument("--row-group", type=int, default=384,
                        help="as of iquant-quantize-pipeline (default: %(default)s)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # sums in one order, whatever the machine
    try:
        checkpoint = load(arguments.model)
        layers = {f"layers.{number}.": Layer(checkpoint, number, arguments.row_group)
                  for number in range(checkpoint.config.layers)}
        sampled = layers | {"": Head(checkpoint, arguments.row_group, MOST_TOKENS)}
        parts = layers | {"": Head(checkpoint, arguments.row_group)}
    except CheckpointError as error:
        fail(error)
    except KeyError as error:
        fail(f"'{arguments.model}' has no {error}")

    scales = read_scales(arguments.start, {prefix + name: count for prefix, part in parts.items()
                                           for name, count in part.places.items()})
    table = symmetric(checkpoint.tensors["embed_tokens.weight"])
    joint = max(arguments.joint_windows, 0)
    count = max(arguments.windows, joint + HELD_OUT if joint else 0)
    texts = table[read_ids(arguments.ids, arguments.context, count, len(table))]
    progress = functools.partial(tqdm, disable=None)
    windows = texts[:arguments.windows]
    for prefix, part in progress(sampled.items(), unit="part"):
        start = {name: scales["places"][prefix + name] for name in part.places}
        learned, before, after = reconstruct(part, windows, start, arguments.steps, arguments.rate)
        scales["places"] |= {prefix + name: values.tolist() for name, values in learned.items()}
        tqdm.write(f"{prefix.rstrip('.') or 'head'}: error {before:.3g}, learned {after:.3g}")
        if isinstance(part, Layer):
            windows = evaluate(part, windows, learned)
    if joint:
        learned, before, after = tune(parts, texts[:joint], texts[joint:joint + HELD_OUT], scales["places"],
                                      arguments.joint_rate, functools.partial(progress, unit="window"))
        scales["places"] = {name: values.tolist() for name, values in learned.items()}
        tqdm.write(f"all together: divergence {before:.3g} nats a token, learned {after:.3g}")
    write_scales(arguments.output, scales)


if __name__ == "__main__":
    main()
