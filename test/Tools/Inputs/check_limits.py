"""Checks what `quant-run bench --limits --json` says of successor.mlir, whose two linears are 5 x 5.

The first runs on every token, the second, which makes the logits, on the last one of a call.

Usage: check_limits.py REPORT.json BYTES_OF_A_WEIGHT
"""

import json
import statistics
import sys

with open(sys.argv[1]) as file:
    report = json.load(file)
width = int(sys.argv[2])


def check(phase, unit, work):
    limit = phase["limit"]
    reached = work(phase["tokens"]) / statistics.median(phase["seconds"])
    assert limit["unit"] == unit, limit
    assert abs(limit["reached"] / reached - 1) < 1e-6, f"{limit}, expected {reached}"
    assert limit["measured"] > 1e6, limit
    assert abs(limit["share"] * limit["measured"] / reached - 1) < 1e-6, limit


check(report["prefill"], "OP/s", lambda tokens: 50 * tokens + 50)
check(report["decode"], "B/s", lambda tokens: 50 * tokens * width)
