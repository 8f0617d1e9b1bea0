#!/usr/bin/env python3
"""Checks that every op and pass has a doctest, and every doctest an op or pass.

The doctest of `iquant.linear` is test/Doctest/IQuant/linear.mlir, that of the
pass `verify-integer-only` is test/Doctest/Passes/verify-integer-only.mlir. It
uses what it documents, runs, and checks what comes out.
"""

import re
import sys

from definitions import ROOT, dialect_definitions, pass_definitions


def complaint(definition):
    """What is wrong with the definition's doctest, or None."""
    path = definition.doctest
    if not path.exists():
        return f"{definition.name} has no doctest; expects {path.relative_to(ROOT)}"
    text = path.read_text()
    runs = re.findall(r"^// RUN: (.*(?:\\\n// RUN: .*)*)", text, re.MULTILINE)
    if not runs or "FileCheck" not in runs[0]:
        return f"{path.relative_to(ROOT)} does not check what comes out of its first RUN line"
    if definition.folder == "Passes":
        used = any(definition.name in run for run in runs)
    else:
        used = re.search(rf"\b{re.escape(definition.name)}\b", text)
    return None if used else f"{path.relative_to(ROOT)} does not use {definition.name}"


def main():
    definitions = [d for d in dialect_definitions() if not d.is_type] + pass_definitions()
    complaints = [text for text in map(complaint, definitions) if text]
    wanted = {d.doctest for d in definitions}
    extra = [p for p in sorted((ROOT / "test/Doctest").glob("*/*.mlir")) if p not in wanted]
    for text in complaints + [f"{p.relative_to(ROOT)} documents no op or pass" for p in extra]:
        print(text)
    print(f"{len(definitions) - len(complaints)} of {len(definitions)} ops and passes have a doctest")
    return 1 if complaints or extra else 0


if __name__ == "__main__":
    sys.exit(main())
