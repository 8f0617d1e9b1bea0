"""Checks that the times of all ops that `quant-run bench --by-op --json` reports add up to the time of the runs.

Usage: check_op_times.py REPORT.json
"""

import json
import sys

with open(sys.argv[1]) as file:
    report = json.load(file)
for name in ("prefill", "decode"):
    phase = report[name]
    total = sum(phase["seconds"]) / len(phase["seconds"])
    parts = sum(op["seconds"] for op in phase["ops"])
    assert 0.95 * total < parts <= total, f"{name}: ops take {parts} s of {total} s"
