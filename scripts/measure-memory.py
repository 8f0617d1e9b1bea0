#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Says how much memory a program has when it prints its last line, and had at most (Linux).

  measure-memory.py COMMAND [ARGUMENT...]

What the program prints is passed on; the figures go to standard error. Resident memory has two parts: `own` is what the
process has written, which nothing else shares and nothing but swap can hold; `files` is what it has read of mapped
files, its libraries among them, which the system shares between processes and takes back as it needs.
"""
import subprocess
import sys


def read_status(pid):
    """The sizes of a process in megabytes; none once it has ended."""
    with open(f"/proc/{pid}/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    return {name: int(value.split()[0]) / 1000 for name, value in fields.items() if value.endswith(" kB\n")}


def main(command):
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    sizes = {}
    for line in process.stdout:
        sizes = read_status(process.pid) or sizes
        sys.stdout.buffer.write(line)
        sys.stdout.flush()
    status = process.wait()
    if sizes:
        print(f"memory: own {sizes['RssAnon']:.0f} MB, files {sizes['RssFile']:.0f} MB; "
              f"at most {sizes['VmHWM']:.0f} MB", file=sys.stderr)
    return status


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
