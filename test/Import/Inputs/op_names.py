"""Prints the names of all ops of a textual module with local locations; fails if one repeats.

Usage: op_names.py MODULE.mlir
"""

import re
import sys

with open(sys.argv[1]) as file:
    # The last name of a line is that of its op; a line that opens a region has none.
    lines = [re.findall(r'loc\("([^"]*)"\(', line) for line in file if " = " in line and not line.startswith("  func")]
names = [found[-1] for found in lines if found]
assert len(names) > 40, f"only {len(names)} names"
assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)
print("\n".join(names))
