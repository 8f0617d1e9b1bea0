"""Compares the integers that a program printed with logits of quant-run.

Usage: check_logits.py PRINTED REFERENCE.npy EXPONENT
"""

import sys

import numpy as np

printed, reference, exponent = sys.argv[1:]
actual = np.loadtxt(printed, dtype=np.int64) / 2.0 ** int(exponent)
expected = np.load(reference).astype(np.float64).ravel()
assert actual.shape == expected.shape, (actual.shape, expected.shape)
assert len(np.unique(expected)) > expected.size // 2, "the logits say nothing"
assert (actual == expected).all(), f"{(actual != expected).sum()} of {expected.size} logits differ"
print(f"{expected.size} logits agree")
