#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares an array with the one it should be: by its largest difference, or by its signal to noise in dB."""

import argparse
import math
import sys

import numpy

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("actual")
parser.add_argument("expected")
parser.add_argument("--largest", type=float, help="the largest difference that is allowed")
parser.add_argument("--decibels", type=float, help="the least signal to noise that is allowed")
arguments = parser.parse_args()

actual = numpy.load(arguments.actual).astype(numpy.float64)
expected = numpy.load(arguments.expected).astype(numpy.float64)
if actual.shape != expected.shape:
    sys.exit(f"expects the shape {expected.shape}, got {actual.shape}")
difference = actual - expected
largest = abs(difference).max()
noise = (difference**2).sum()
decibels = 10 * math.log10((expected**2).sum() / noise) if noise else math.inf
print(f"largest difference {largest:.3g}, signal to noise {decibels:.1f} dB")
if arguments.largest is not None and not largest <= arguments.largest:
    sys.exit(f"expects a difference of at most {arguments.largest:g}")
if arguments.decibels is not None and not decibels >= arguments.decibels:
    sys.exit(f"expects a signal to noise of at least {arguments.decibels:g} dB")
