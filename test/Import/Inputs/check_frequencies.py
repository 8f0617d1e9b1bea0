"""Compares the rotation frequencies of a textual module with the published formulas.

Usage: check_frequencies.py MODULE.mlir default|linear|llama3|factors [PARAMETER...]
  default THETA, linear THETA FACTOR, factors THETA (rope_freqs.weight of checkpoints.py),
  llama3 THETA FACTOR LOW HIGH CONTEXT
"""

import re
import sys

import numpy as np

from checkpoints import WIDTH


def llama3(frequencies, factor, low, high, context):
    """As Hugging Face's _compute_llama3_parameters."""
    wavelengths = 2 * np.pi / frequencies
    smooth = (context / wavelengths - low) / (high - low)
    medium = (1 - smooth) * frequencies / factor + smooth * frequencies
    long = wavelengths > context / low
    short = wavelengths < context / high
    assert long.any() and short.any() and not (long | short).all(), "the test does not meet all three cases"
    return np.where(long, frequencies / factor, np.where(short, frequencies, medium))


def main(module, kind, theta, *parameters):
    expected = float(theta) ** -(np.arange(0, WIDTH, 2) / WIDTH)
    parameters = [float(parameter) for parameter in parameters]
    if kind == "linear":
        expected = expected / parameters[0]
    elif kind == "factors":
        expected = expected / np.linspace(1, 8, WIDTH // 2, dtype=np.float32)
    elif kind == "llama3":
        expected = llama3(expected, *parameters)
    with open(module) as file:
        constants = re.findall(r"arith\.constant dense<\[([^\]]*)\]> : tensor<8xf32>", file.read())
    assert len(constants) == 1, f"{len(constants)} constants could be the frequencies"
    actual = np.array([float(text) for text in constants[0].split(",")])
    error = np.max(np.abs(actual / expected - 1))
    # Two roundings to 32 bits: the frequency, and its scaling.
    assert error < 2**-23, f"relative error {error}"
    print(f"{len(actual)} frequencies agree")


if __name__ == "__main__":
    main(*sys.argv[1:])
