#!/usr/bin/env python3
"""Checks that every numbered constraint of the dialects has a negative test.

A constraint `(C2)` in the description of `transformer.linear`, `!iquant.dyn`
or `#transformer.statistics` is met by a block of its dialect's invalid.mlir in
test/Dialect: after a `// -----` line (or the start), a comment
`// transformer.linear C2`, an expected error, and the op, type or attribute it
is about. Prints what is missing or stale.
"""

import re
import sys

from definitions import ROOT, dialect_definitions

MARKER = re.compile(r"^// ([!#]?\w+\.\w+) (C\d+)$", re.MULTILINE)


def negative_tests(folder):
    """The (name, constraint) pairs that invalid.mlir claims, and complaints."""
    path = ROOT / "test/Dialect" / folder / "invalid.mlir"
    claims, complaints = set(), []
    for block in re.split(r"^// -----\n", path.read_text(), flags=re.MULTILINE):
        for name, constraint in MARKER.findall(block):
            claims.add((name, constraint))
            code = "\n".join(line for line in block.splitlines() if not line.lstrip().startswith("//"))
            if "expected-error" not in block:
                complaints.append(f"{path}: no expected error for {name} {constraint}")
            if name not in code:
                complaints.append(f"{path}: the test of {name} {constraint} does not use {name}")
    return claims, complaints


def main():
    definitions = dialect_definitions()
    wanted = {(d.name, constraint) for d in definitions for constraint in d.constraints}
    claims, complaints = set(), []
    for folder in sorted({d.folder for d in definitions}):
        found, wrong = negative_tests(folder)
        claims |= found
        complaints += wrong
    complaints += [f"no negative test for {name} {number}" for name, number in sorted(wanted - claims)]
    complaints += [f"test of {name} {number}, which no definition has" for name, number in sorted(claims - wanted)]
    for complaint in complaints:
        print(complaint)
    print(f"{len(wanted & claims)} of {len(wanted)} numbered constraints have a negative test")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
