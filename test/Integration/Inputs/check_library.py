"""Calls an encoder of quant-compile, and compares what it gives to the reference and to the JIT.

Usage: check_library.py LIBRARY PREFIX WEIGHTS IDS.npy MASK.npy TYPES.npy STATES.npy EMBEDDINGS.npy

STATES are the hidden states of the same batch, EMBEDDINGS those of its sentences, first in a larger batch. States are
multiples of 2^-14, so that their sums are exact in double precision: the means are equal only if the states are.
"""

import ctypes
import mmap
import sys

import numpy as np

library, prefix, weights = sys.argv[1:4]
ids, mask, types, states, embeddings = (np.load(path) for path in sys.argv[4:])
with open(weights, "rb") as file:
    mapped = ctypes.c_char.from_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
arguments = [ctypes.byref(mapped)]
for tensor in (ids, mask, types):
    arguments += [tensor.ctypes.data_as(ctypes.c_void_p), *map(ctypes.c_int64, tensor.shape)]
result = np.zeros(states.shape, np.int32)
arguments += [result.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(result.size)]
status = ctypes.CDLL(library)[prefix + "_forward"](*arguments)
if status != 0:
    sys.exit(f"expects status 0, got {status}")
result = result / 2**14  # the unit of the result, as the header says
if not np.array_equal(result, states):
    sys.exit(f"expects the bits of the reference, got {np.count_nonzero(result != states)} others")
means = result.sum(axis=1, where=mask[..., None]) / mask.sum(axis=1, keepdims=True)
if not np.array_equal(means, embeddings[:len(means)]):
    sys.exit(f"expects the embeddings of the JIT, got others by up to {np.abs(means - embeddings[:len(means)]).max()}")
print("library, reference and JIT agree")
