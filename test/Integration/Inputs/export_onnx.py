#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Exports an architecture of architectures.py as ONNX: export_onnx.py DIR PREFIX writes PREFIX.onnx, .in.npy, .out.npy."""

import sys

import numpy
import torch
import transformers

directory, prefix = sys.argv[1:]
config = transformers.AutoConfig.from_pretrained(directory)
config._attn_implementation = "eager"
torch.manual_seed(0)
model = getattr(transformers, config.architectures[0])._from_config(config).eval()


class FirstResult(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.model = model

    def forward(self, inputs):
        return self.model(inputs, return_dict=False)[0]


if model.main_input_name == "pixel_values":
    inputs = torch.randn(1, config.num_channels, config.image_size, config.image_size)
else:
    inputs = torch.randint(0, config.vocab_size, (1, 24))
module = FirstResult().eval()
numpy.save(f"{prefix}.in.npy", inputs.numpy())
numpy.save(f"{prefix}.out.npy", module(inputs).detach().numpy())
torch.onnx.export(module, (inputs,), f"{prefix}.onnx", dynamo=False)
