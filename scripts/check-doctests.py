#!/usr/bin/env python3
"""Checks that every op, pass and pipeline has a doctest, and no doctest is left over.

The doctest of `iquant.linear` is test/Doctest/IQuant/linear.mlir, that of the
pass `verify-integer-only` is test/Doctest/Passes/verify-integer-only.mlir,
pipelines have a folder of their own. A doctest uses what it documents, runs,
and checks what comes out.
"""

import argparse
import pathlib
import re
import sys

from definitions import ROOT, Doctest, doctest_definitions


def complaint(definition):
    """What is wrong with the definition's doctest, or None."""
    path = definition.doctest.relative_to(ROOT)
    if not definition.doctest.exists():
        return f"{definition.name} has no doctest; expects {path}"
    doctest = Doctest(definition.doctest)
    if not doctest.runs or "FileCheck" not in doctest.runs[0]:
        return f"{path} does not check what comes out of its first RUN line"
    place = doctest.input if "." in definition.name else doctest.command
    if not re.search(rf"(?<![\w-]){re.escape(definition.name)}(?![\w-])", place):
        return f"{path} does not use {definition.name}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="build directory (default: build)")
    definitions = doctest_definitions(parser.parse_args().build)
    complaints = [text for text in map(complaint, definitions) if text]
    documented = len(definitions) - len(complaints)
    wanted = {d.doctest for d in definitions}
    for path in sorted((ROOT / "test/Doctest").glob("*/*.mlir")):
        if path not in wanted:
            complaints.append(f"{path.relative_to(ROOT)} documents no op, pass or pipeline")
    for text in complaints:
        print(text)
    print(f"{documented} of {len(definitions)} ops, passes and pipelines have a doctest")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
