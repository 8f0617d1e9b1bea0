#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Keeps the table of files of other compilers in docs/Raising.md: what is raised in each of them, and what remains.

Without --update, fails where the page says something else than quant-opt finds.
"""
import argparse
import collections
import pathlib
import re
import subprocess
import sys

PAGE = pathlib.Path(__file__).parents[1] / "docs/Raising.md"
BLOCK = re.compile(r"(<!-- begin files -->\n).*?(<!-- end -->)", re.DOTALL)
# An op on tensors or buffers in a function's own block; what is in bodies of ops counts with them.
OP = re.compile(r'^    (?:%[^=]* = )?"?([a-z_0-9]+\.[a-z_0-9.]+)(?=.*(?:tensor<|memref<|\{$))', re.MULTILINE)
# What computes nothing: constants, moves of elements, places and sizes.
NOTHING = re.compile(r"(arith|tosa)\.const\w*|tensor\.(\w+_slice|\w+_shape|concat|empty|cast|dim|splat)|linalg\.(transpose|broadcast|fill)"
                     r"|tosa\.(reshape|transpose|slice|concat|identity)|arith\.(ext|trunc)f|func\.\w+|memref\.(dim|cast|subview|alloc)")


def count(opt, file):
    """The ops of the dialect and the others, as a cell of the table each."""
    text = subprocess.run([opt, file, "--raise-to-transformer"], check=True, capture_output=True, text=True).stdout
    names = [name for name in OP.findall(text) if not NOTHING.fullmatch(name)]
    raised = collections.Counter(name.split(".", 1)[1] for name in names if name.startswith("transformer."))
    rest = collections.Counter(name for name in names if not name.startswith("transformer."))
    show = lambda counter: ", ".join(f"{number} {name}" for name, number in sorted(counter.items())) or "nothing"
    return show(raised), show(rest)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("opt", help="quant-opt")
    parser.add_argument("folder", type=pathlib.Path, help="where the files are")
    parser.add_argument("--update", action="store_true", help="write the page")
    arguments = parser.parse_args()
    page = PAGE.read_text()
    # Reasons are written by hand, and stay.
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in BLOCK.search(page)[0].splitlines() if line.startswith("| `")]
    reasons = {row[0]: row[3] for row in rows}
    lines = ["| file | raised | left | why |", "| --- | --- | --- | --- |"]
    for file in sorted(arguments.folder.rglob("*.mlir")):
        name = f"`{file.relative_to(arguments.folder)}`"
        raised, rest = count(arguments.opt, file)
        lines.append(f"| {name} | {raised} | {rest} | {reasons.get(name, '')} |")
        if rest != "nothing" and not reasons.get(name) and not arguments.update:
            sys.exit(f"{PAGE}: expects a reason why {rest} of {name} are left")
    current = BLOCK.sub(lambda match: match[1] + "\n".join(lines) + "\n" + match[2], page)
    if arguments.update:
        PAGE.write_text(current)
    elif current != page:
        was = page.splitlines()
        different = [line for line in current.splitlines() if line not in was]
        sys.exit(f"{PAGE} is not current; expects, as scripts/count-raised.py --update writes:\n" + "\n".join(different))


if __name__ == "__main__":
    main()
