"""Compares embeddings of an integer program to those of its float original.

Usage: check_embeddings.py FLOAT.npy INTEGER.npy

The first three sentences are those of which the documentation of sentence-transformers prints the cosines.
"""

import sys

import numpy as np

PUBLISHED = [0.6660, 0.1046, 0.1411]  # of 0 and 1, 0 and 2, 1 and 2


def load(path):
    rows = np.load(path)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def cosines(rows):
    """Of all pairs of rows."""
    return (rows @ rows.T)[np.triu_indices(len(rows), 1)]


def ranking_kept(expected, actual, margin=0.01):
    """The share of the pairs of cosines, at least `margin` apart, that keep their order."""
    kept = total = 0
    for x, y in zip(expected, actual):
        apart = expected > x + margin
        total += np.count_nonzero(apart)
        kept += np.count_nonzero(apart & (actual > y))
    return kept / total


def require(what, value, bar):
    print(f"{what}: {value:.5f}")
    if not value >= bar:
        sys.exit(f"expects {what} of at least {bar}, got {value:.5f}")


expected, actual = load(sys.argv[1]), load(sys.argv[2])
for name, rows, tolerance in (("float", expected, 1e-4), ("integer", actual, 2e-2)):
    error = np.abs(cosines(rows[:3]) - PUBLISHED).max()
    print(f"{name}: {error:.5f} off the published cosines")
    if not error <= tolerance:
        sys.exit(f"expects {name} cosines within {tolerance} of {PUBLISHED}, got {cosines(rows[:3])}")
expected, actual = expected[3:], actual[3:]
each = (expected * actual).sum(axis=1)
print(f"sentences: {len(each)}")
require("mean cosine", each.mean(), 0.998)
require("worst cosine", each.min(), 0.99)
require("ranking kept", ranking_kept(cosines(expected), cosines(actual)), 0.99)
