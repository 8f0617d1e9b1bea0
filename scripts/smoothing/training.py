# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The two ways in which scales are learned: part by part, and all parts together."""
import torch
from torch.utils.checkpoint import checkpoint as recompute


def relative_error(actual, expected):
    """The squared error, relative to the row that it is in."""
    return ((actual - expected).pow(2).sum(-1) / expected.pow(2).sum(-1).clamp(min=1e-30)).mean()


def divergence(actual, expected):
    """What the distributions of these logits differ by, in nats a token (Kullback-Leibler)."""
    actual, expected = actual.log_softmax(-1), expected.log_softmax(-1)
    return (expected.exp() * (expected - actual)).sum(-1).mean()


class Scales:
    """The scales of some places, of which Adam moves the logarithms."""

    def __init__(self, start, steps, rate, betas):
        self.logarithms = {name: torch.tensor(scales).log().requires_grad_() for name, scales in start.items()}
        self.optimizer = torch.optim.Adam(self.logarithms.values(), lr=rate, betas=betas)
        self.schedule = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, steps)

    def values(self):
        return {name: logarithm.exp() for name, logarithm in self.logarithms.items()}

    def fixed(self):
        return {name: scales.detach() for name, scales in self.values().items()}

    def step(self, loss):
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.schedule.step()


def better(first, last, error):
    """Those scales of two that leave the smaller error, and the errors of the first and of these."""
    with torch.no_grad():
        before, after = error(first), error(last)
    return (last, before, after) if after < before else (first, before, before)


def evaluate(part, windows, scales=None):
    with torch.no_grad():
        return torch.stack([part(window, scales) for window in windows])


def reconstruct(part, windows, start, steps, rate):
    """The scales of one part, and the errors that those of the start and these leave on all windows."""
    expected = evaluate(part, windows)
    scales = Scales(start, steps, rate, betas=(0.9, 0.999))
    first = scales.fixed()
    for step in range(steps):
        window = step % len(windows)
        scales.step(relative_error(part(windows[window], scales.values()), expected[window]))
    return better(first, scales.fixed(), lambda values: relative_error(evaluate(part, windows, values), expected).item())


def run(parts, x, scales=None, function=lambda part, *arguments: part(*arguments)):
    """The logits of the model that `parts` are, by prefixes of their places."""
    for prefix, part in parts.items():
        x = function(part, x, scales and {name: scales[prefix + name] for name in part.places})
    return x


def tune(parts, windows, held_out, start, rate, progress):
    """The scales of all parts, after a step for each window, and the divergences from the model in real numbers that
    those of the start and these leave on other windows."""
    # What is between the layers is kept, what is inside of them computed twice: activations of all fill the memory.
    keep = lambda part, *arguments: recompute(part, *arguments, use_reentrant=False)
    scales = Scales(start, len(windows), rate, betas=(0.9, 0.99))
    first = scales.fixed()
    for window in progress(windows):
        with torch.no_grad():
            expected = run(parts, window)
        scales.step(divergence(run(parts, window, scales.values(), keep), expected))

    def error(values):
        return sum(divergence(run(parts, window, values), run(parts, window)).item() for window in held_out) / len(held_out)

    return better(first, scales.fixed(), error)
