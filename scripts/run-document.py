#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the commands of a document, and compares what they print with what it shows.

All blocks marked `sh` run in one shell, from the project's folder. A block marked `text` behind one is its output, up
to times, speeds, and the last digits of floating-point numbers, which differ from machine to machine; --update writes
the output there instead.
"""
import argparse
import difflib
import itertools
import math
import os
import re
import subprocess
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))
BLOCK = re.compile(r"```sh\n(?P<commands>.*?)```\n(?:\n```text\n(?P<output>.*?)```\n)?", re.DOTALL)
SEPARATOR = "--- end of block ---"


def run(blocks, replacements):
    """What each block prints."""
    script = "set -eo pipefail\n"
    for block in blocks:
        script += f"{block['commands']}\nprintf '%s\\n' '{SEPARATOR}'\n"
    for old, new in replacements:
        script = script.replace(old, new)
    shell = subprocess.run(["bash", "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    outputs = shell.stdout.split(SEPARATOR + "\n")
    if shell.returncode != 0:
        sys.exit(f"error: exit status {shell.returncode} in block {len(outputs)}:\n{outputs[-1]}")
    return outputs[:-1]


def is_alike(shown, printed):
    """Whether two lines differ in nothing but times, speeds, and less than 2 % of numbers with a point."""
    shown, printed = (re.sub(r"[0-9.]+ (s|tokens/s)\b", r"0 \1", line) for line in (shown, printed))
    number = r"(-?[0-9]+\.[0-9]+)"
    pairs = list(itertools.zip_longest(re.split(number, shown), re.split(number, printed)))
    texts, numbers = pairs[0::2], pairs[1::2]
    # Columns move with the width of their numbers.
    return all(a is not None and b is not None and a.split() == b.split() for a, b in texts) and all(
        math.isclose(float(a), float(b), rel_tol=0.02) for a, b in numbers
    )


def report_difference(document, shown, printed):
    """Prints how an output differs from what is shown; returns whether it does."""
    shown, printed = shown.splitlines(), printed.splitlines()
    if len(shown) == len(printed) and all(map(is_alike, shown, printed)):
        return False
    print("\n".join(difflib.unified_diff(shown, printed, document, "printed", lineterm="")))
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("document")
    parser.add_argument("--update", action="store_true", help="write what the commands print into the document")
    parser.add_argument(
        "--replace", nargs=2, action="append", default=[], metavar=("OLD", "NEW"), help="in the commands, before they run"
    )
    arguments = parser.parse_args()
    with open(arguments.document) as file:
        text = file.read()
    blocks = list(BLOCK.finditer(text))
    outputs = run(blocks, arguments.replace)
    if arguments.update:
        for block, output in reversed(list(zip(blocks, outputs))):
            if block["output"] is not None:
                text = text[: block.start("output")] + output + text[block.end("output") :]
        with open(arguments.document, "w") as file:
            file.write(text)
        return
    differences = [
        report_difference(arguments.document, block["output"] or "", output) for block, output in zip(blocks, outputs)
    ]
    sys.exit(any(differences))


if __name__ == "__main__":
    main()
