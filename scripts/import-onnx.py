#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Turns an ONNX model into IR that quant-opt takes, as linalg on tensors.

  scripts/import-onnx.py model.onnx -o model.mlir

iree-import-onnx reads the model, with its weights, and iree-compile lowers it; what they wrap around the function for
their own runtime is taken off. The function has the name of the model's graph. Needs scripts/requirements-import.txt.
"""

import argparse
import os
import sys
import tempfile

from iree_lowering import lower, run

# Older models are brought up to what iree-compile knows whole.
OPSET = 17


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="the ONNX file")
    parser.add_argument("-o", dest="output", required=True, help="the MLIR file")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        onnx_ir = os.path.join(folder, "onnx.mlir")
        run([sys.executable, "-m", "iree.compiler.tools.import_onnx", arguments.model, "-o", onnx_ir, "--opset-version",
             str(OPSET)], f"read {arguments.model} as ONNX")
        lower(onnx_ir, "onnx", arguments.output)


if __name__ == "__main__":
    sys.exit(main())
