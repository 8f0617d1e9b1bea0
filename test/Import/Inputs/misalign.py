"""Rewrites a safetensors file with a header of odd length.

Usage: misalign.py FILE
"""

import struct
import sys

with open(sys.argv[1], "rb") as file:
    data = file.read()
size = struct.unpack("<Q", data[:8])[0]
header = data[8:8 + size].rstrip()
header += b" " * (1 - len(header) % 2)
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + data[8 + size:])
