"""Counts in the output of learn-smoothing.py the errors and divergences that became smaller."""
import re
import sys

with open(sys.argv[1]) as file:
    lines = re.findall(r"(?:error|divergence) (\S+).*, learned (\S+)", file.read())
print(f"{sum(float(after) < float(before) for before, after in lines)} of {len(lines)} have a smaller error")
