"""Checks that quant-import refuses a bad input as it promises to."""

import os
import subprocess
import sys


class Refusals:
    """Runs cases against one program, in one directory; `finish` gives the verdict."""

    def __init__(self, program, directory):
        self.program, self.directory = program, directory
        self.cases, self.broken = 0, 0
        os.makedirs(directory, exist_ok=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    def expect(self, source, sentence, output=None):
        """Importing `source` must end with exactly `sentence` (in which DIR stands for
        the directory), status 1 and nothing left where the output would be."""
        results = self.path("results")
        os.makedirs(results, exist_ok=True)
        output = output or os.path.join(results, "module.mlirbc")
        run = subprocess.run([self.program, source, "-o", output], capture_output=True, text=True, timeout=60)
        expected = "quant-import: error: " + sentence.replace("DIR", self.directory) + "\n"
        left = os.listdir(results)
        self.cases += 1
        if (run.returncode, run.stderr, run.stdout, left) != (1, expected, "", []):
            self.broken += 1
            print(f"{source}: status {run.returncode}, left {left}\n  expected {expected}  got      {run.stderr}")
            for name in left:
                os.remove(os.path.join(results, name))

    def finish(self):
        print(f"{self.cases - self.broken} of {self.cases} inputs are refused as they should be")
        sys.exit(self.broken > 0 or self.cases == 0)
