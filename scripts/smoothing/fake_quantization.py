# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The quantization rules of docs/Numerics.md on real numbers: values are rounded to the grid of the codes.

Gradients pass a rounding as if it were not there; a step of the grid has the gradient of the range that it comes from.
"""
import torch

LEAST = 1e-12  # ranges below this count as this


def round_through(x):
    return x + (x.round() - x).detach()


def symmetric(x):
    """Rules V3 and Q2: 127 steps to each side, of one size along the last dimension."""
    step = x.abs().amax(-1, keepdim=True).clamp(min=LEAST) / 127
    return round_through(x / step) * step


def row_group(channels, most):
    """The channels of a group: the largest divisor that is a multiple of 32 and at most `most`; 0 stands for all."""
    if most == 0 or channels <= most:
        return channels
    return next((size for size in range(most // 32 * 32, 0, -32) if channels % size == 0), channels)


def asymmetric(x, most):
    """Rule Q1: 255 steps per row; a group of at most `most` channels has a zero point and steps smaller by a power of two."""
    groups = x.unflatten(-1, (-1, row_group(x.shape[-1], most)))
    low = groups.amin(-1, keepdim=True).clamp(max=0)
    own = groups.amax(-1, keepdim=True).clamp(min=0) - low
    widest = own.amax(-2, keepdim=True).clamp(min=LEAST)
    finer = torch.floor(torch.log2(widest / own.clamp(min=LEAST))).clamp(0, 15).detach()
    step = widest / 255 * torch.exp2(-finer)
    zero = (-low / step).round().detach()
    return (((round_through(groups / step) + zero).clamp(0, 255) - zero) * step).flatten(-2)
