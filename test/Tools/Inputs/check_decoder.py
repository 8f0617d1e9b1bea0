"""Compares the decoder that learn-smoothing.py learns with to what the compiler makes of the same checkpoints.

Usage: check_decoder.py SCRIPTS IDS MODEL...
"""
import os
import subprocess
import sys
import tempfile

import numpy
import torch

sys.path.insert(0, sys.argv[1])
from smoothing.checkpoint import load
from smoothing.decoder import Head, Layer
from smoothing.fake_quantization import symmetric

ROW_GROUP = 32  # so that rows have groups

ids = numpy.loadtxt(sys.argv[2], dtype="int32")[None, :32]


def compute(checkpoint, quantized):
    parts = [Layer(checkpoint, i, ROW_GROUP) for i in range(checkpoint.config.layers)] + [Head(checkpoint, ROW_GROUP)]
    table = checkpoint.tensors["embed_tokens.weight"]
    with torch.no_grad():
        x = (symmetric(table) if quantized else table)[torch.from_numpy(ids[0]).long()]
        for part in parts:
            scales = {name: torch.ones(count) for name, count in part.places.items()}
            x = part(x, scales if quantized else None)
    return x.numpy()


def run(model, folder, quantized):
    module, integers, logits = (os.path.join(folder, name) for name in ("model.mlirbc", "int.mlirbc", "logits.npy"))
    subprocess.run(["quant-import", model, "-o", module], check=True)
    if quantized:
        subprocess.run(["quant-opt", module, f"--iquant-quantize-pipeline=row-group={ROW_GROUP}", "--emit-bytecode",
                        "-o", integers], check=True)
    numpy.save(os.path.join(folder, "ids.npy"), ids)
    subprocess.run(["quant-run", "run", integers if quantized else module, "--input", os.path.join(folder, "ids.npy"), "--output", logits],
                   check=True)
    return numpy.load(logits)[0]


def distance(x, y):
    return numpy.linalg.norm(x - y) / numpy.linalg.norm(y)


for model in sys.argv[3:]:
    checkpoint = load(model)
    with tempfile.TemporaryDirectory() as folder:
        real, integer = run(model, folder, False), run(model, folder, True)
    rounding, loss = distance(compute(checkpoint, False), real), distance(integer, real)
    left = distance(compute(checkpoint, True), integer)
    print(f"{os.path.basename(model)}: real numbers {'agree' if rounding < 1e-5 else 'differ'}, "
          f"codes {'agree' if left < 0.6 * loss else 'differ'} ({rounding:.1e}; {loss:.1e}, {left:.1e})")
