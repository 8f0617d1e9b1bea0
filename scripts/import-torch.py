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
import re
import subprocess
import sys
import tempfile


def strip_abi(text):
    """Makes functions of IREE's runtime plain functions of tensors, and its globals their constants.

    `util.func public @main$async(%arg0: !hal.buffer_view, ...)` imports its arguments from buffers, waits for fences and
    exports its results; all of that is one op a line.
    """
    lines, header, arguments, names, weights, wrapper = [], None, {}, {}, {}, None

    def rename(line):
        return re.sub(r"%[\w$.]+", lambda match: names.get(match[0], match[0]), line)

    for line in text.splitlines():
        if wrapper is not None:
            # The function that calls the asynchronous one, and waits.
            if line == wrapper + "}":
                wrapper = None
        elif re.match(r"\s*util\.func public @\w+\$async\(", line):
            header, arguments, names = len(lines), {}, {}
            lines.append(line)
        elif match := re.match(r"\s*util\.global private @(\S+) = (.*) : (tensor<.*>)$", line):
            weights[match[1]] = match[2]
        elif match := re.match(r"(\s*%\S+) = util\.global\.load (?:immutable )?@(\S+) : (tensor<.*>)$", line):
            lines.append(f"{match[1]} = arith.constant {weights[match[2]]} : {match[3]}")
        elif match := re.match(r"(\s*)util\.func public @", line):
            wrapper = match[1]
        elif match := re.match(r"\s*(%\w+) = hal\.tensor\.import wait\(%\w+\) => (%\w+) : !hal\.buffer_view -> (tensor<.*>)$",
                               line):
            arguments[match[2]] = match[3]
            names[match[1]] = match[2]
        elif match := re.match(r"\s*(%\w+)(?::\d+)? = hal\.tensor\.barrier join\((.*) : (.*)\) => ", line):
            values = [value.strip() for value in match[2].split(",")]
            results = [match[1]] if len(values) == 1 else [f"{match[1]}#{i}" for i in range(len(values))]
            barrier = dict(zip(results, values))
        elif match := re.match(r"\s*(%\w+) = hal\.tensor\.export (%[\w#]+) : (tensor<.*>) -> !hal\.buffer_view$", line):
            names[match[1]] = (barrier[match[2]], match[3])
        elif match := re.match(r"(\s*)util\.return (.*?) : ", line):
            results = [names[value.strip()] for value in match[2].split(",")]
            types = ", ".join(type for _, type in results)
            lines.append(rename(f"{match[1]}return {', '.join(value for value, _ in results)} : {types}"))
            name = re.match(r"(\s*)util\.func public @(\w+)\$async", lines[header])
            inputs = ", ".join(f"{value}: {type}" for value, type in arguments.items())
            lines[header] = f"{name[1]}func.func @{name[2]}({inputs}) -> ({types}) {{"
        else:
            lines.append(rename(line))
    return "\n".join(lines) + "\n"


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


def export(module, inputs):
    """The module as linalg on tensors, one function `main`."""
    from iree.compiler.tools.binaries import find_tool
    import iree.turbine.aot as aot
    import torch

    # iree-compile would lower a cumulative sum to a dialect of its own.
    decomposed = [torch.ops.aten.cumsum.default]
    with tempfile.TemporaryDirectory() as folder:
        torch_ir, lowered = os.path.join(folder, "torch.mlir"), os.path.join(folder, "lowered.mlir")
        with aot.extend_aot_decompositions(from_current=True, add_ops=decomposed):
            aot.export(module.eval(), args=inputs, strict_export=False).save_mlir(torch_ir)
        subprocess.run([find_tool("iree-compile"), "--compile-to=input", "--iree-input-type=torch", torch_ir, "-o", lowered],
                       check=True)
        with open(lowered) as file:
            return strip_abi(file.read())


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
    text = export(module, inputs)
    with open(arguments.output, "w") as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(main())
