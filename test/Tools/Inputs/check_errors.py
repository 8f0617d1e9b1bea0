"""Counts in the output of learn-smoothing.py the parts whose error became smaller."""
import re
import sys

with open(sys.argv[1]) as file:
    errors = [(float(before), float(after)) for before, after in re.findall(r"error (\S+), learned (\S+)", file.read())]
print(f"{sum(after < before for before, after in errors)} of {len(errors)} parts have a smaller error")
