#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Turns a PyTorch model into IR that quant-opt takes, as linalg on tensors.

  scripts/import-torch.py --hf DIR -o model.mlir        a checkpoint of Hugging Face
  scripts/import-torch.py --hf DIR --random -o ...      its architecture with random weights: config.json is enough
  scripts/import-torch.py --module FILE.py -o ...       make(), which gives the module and a tuple of example inputs

iree-turbine exports the module for the shapes of the example inputs, and iree-compile lowers it; what they wrap around
the function for their own runtime is taken off. `--arrays PREFIX` writes the example inputs and what PyTorch makes of
them to PREFIX.in0.npy, ... and PREFIX.out0.npy, ..., for quant-run. Needs scripts/requirements-import.txt.
"""

import argparse
import importlib.util
import os
import sys
import tempfile

from iree_lowering import lower


def load_huggingface(directory, random, tokens):
    """A model of transformers that gives one tensor, and token ids or pixels for it."""
    import torch
    import transformers

    config = transformers.AutoConfig.from_pretrained(directory)
    config._attn_implementation = "eager"
    # The head that the checkpoint was made with, where it says so.
    name = (config.architectures or [None])[0]
    kind = getattr(transformers, name) if name else transformers.AutoModel
    torch.manual_seed(0)
    if random:
        model = kind._from_config(config) if name else kind.from_config(config)
    else:
        model = kind.from_pretrained(directory, attn_implementation="eager")
    model = model.float().eval()

    class FirstResult(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, inputs):
            return self.model(inputs, return_dict=False, **extra)[0]

    if model.main_input_name == "pixel_values":
        extra = {}
        inputs = torch.randn(1, config.num_channels, config.image_size, config.image_size)
    else:
        # With a mask that says so, nobody looks for the ends of several texts in one.
        extra = {"attention_mask": torch.ones(1, tokens, dtype=torch.int64)}
        inputs = torch.randint(0, config.vocab_size, (1, tokens))
    if hasattr(config, "use_cache"):
        extra["use_cache"] = False
    return FirstResult(), (inputs,)


def load_module(path):
    """What make() of a Python file gives."""
    spec = importlib.util.spec_from_file_location("module_to_import", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make()


def export(module, inputs, output):
    """Writes the module as linalg on tensors, one function `main`."""
    import iree.turbine.aot as aot
    import torch

    # iree-compile would lower a cumulative sum to a dialect of its own.
    decomposed = [torch.ops.aten.cumsum.default]
    with tempfile.TemporaryDirectory() as folder:
        torch_ir = os.path.join(folder, "torch.mlir")
        with aot.extend_aot_decompositions(from_current=True, add_ops=decomposed):
            aot.export(module.eval(), args=inputs, strict_export=False).save_mlir(torch_ir)
        lower(torch_ir, "torch", output)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--hf", metavar="DIR", help="a directory with config.json, and weights unless --random")
    source.add_argument("--module", metavar="FILE", help="a Python file with a function make()")
    parser.add_argument("--random", action="store_true", help="random weights, always the same")
    parser.add_argument("--tokens", type=int, default=24, help="length of the sequence (default: 24)")
    parser.add_argument("--arrays", metavar="PREFIX", help="where inputs and outputs go, as .npy")
    parser.add_argument("-o", dest="output", required=True, help="the MLIR file")
    arguments = parser.parse_args()

    import numpy
    import torch

    module, inputs = (load_module(arguments.module) if arguments.module else
                      load_huggingface(arguments.hf, arguments.random, arguments.tokens))
    if arguments.arrays:
        with torch.no_grad():
            outputs = module(*inputs)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        for kind, tensors in (("in", inputs), ("out", outputs)):
            for i, tensor in enumerate(tensors):
                numpy.save(f"{arguments.arrays}.{kind}{i}.npy", tensor.numpy())
    export(module, inputs, arguments.output)


if __name__ == "__main__":
    sys.exit(main())
