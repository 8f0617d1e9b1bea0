"""Recomputes from logits what `quant-run perplexity --reference` says.

Usage: check_perplexity.py FIGURES IDS CONTEXT MODEL REFERENCE
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy

figures_file, ids_file, context, *models = sys.argv[1:]
with open(figures_file) as file:
    figures = json.load(file)
windows = numpy.loadtxt(ids_file, dtype="int32").reshape(-1, int(context))


def log_probabilities(model):
    with tempfile.TemporaryDirectory() as folder:
        ids, logits = os.path.join(folder, "ids.npy"), os.path.join(folder, "logits.npy")
        numpy.save(ids, windows)
        subprocess.run(["quant-run", "run", model, "--input", ids, "--output", logits], check=True)
        x = numpy.load(logits).astype("float64")
    x -= x.max(-1, keepdims=True)
    return (x - numpy.log(numpy.exp(x).sum(-1, keepdims=True)))[:, windows.shape[1] // 2 - 1:-1]


def mean_and_error(x):
    return x.mean(), x.std(ddof=1) / x.size ** 0.5


own, reference = map(log_probabilities, models)
targets = windows[:, windows.shape[1] // 2:, None]
loss, expected_loss = (-numpy.take_along_axis(x, targets, -1) for x in (own, reference))
more, more_error = mean_and_error(loss - expected_loss)
divergence, divergence_error = mean_and_error((numpy.exp(reference) * (reference - own)).sum(-1))
expected = {"perplexity": numpy.exp(loss.mean()), "reference": numpy.exp(expected_loss.mean()), "ratio": numpy.exp(more),
            "ratio_error": numpy.exp(more) * more_error, "divergence": divergence, "divergence_error": divergence_error}
# Logits of floats depend on the order of their sums, which differs between
# processors and between one window and two.
differing = {name: (figures[name], value) for name, value in expected.items()
             if not numpy.isclose(figures[name], value, rtol=1e-3)}
for name, (got, value) in differing.items():
    print(f"{name}: expects {value}, got {got}")
print(f"{len(expected) - len(differing)} figures agree")
