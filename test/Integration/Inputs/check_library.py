"""Calls an encoder of quant-compile, and compares what it gives to the reference and to the JIT.

Usage: check_library.py LIBRARY PREFIX WEIGHTS IDS.npy MASK.npy TYPES.npy REFERENCE.npy JIT.npy

REFERENCE are the embeddings of the same batch, JIT those of a larger batch that begins with its sentences.
"""

import ctypes
import mmap
import sys

import numpy as np

library, prefix, weights = sys.argv[1:4]
ids, mask, types, reference, jit = (np.load(path) for path in sys.argv[4:])
with open(weights, "rb") as file:
    mapped = ctypes.c_char.from_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
arguments = [ctypes.byref(mapped)]
for tensor in (ids, mask, types):
    arguments += [tensor.ctypes.data_as(ctypes.c_void_p), *map(ctypes.c_int64, tensor.shape)]
result = np.zeros(reference.shape, np.int32)
arguments += [result.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(result.size)]
status = ctypes.CDLL(library)[prefix + "_forward"](*arguments)
if status != 0:
    sys.exit(f"expects status 0, got {status}")
result = result / 2**14  # the unit of the result, as the header says
for engine, expected in ("reference", reference), ("JIT", jit[:len(result)]):
    if not np.array_equal(result, expected):
        sys.exit(f"expects the bits of the {engine}, got {np.count_nonzero(result != expected)} others")
print("library, reference and JIT agree")
