"""Compares the resources of a textual module with the checkpoint, bit for bit.

Usage: compare_weights.py MODULE.mlir CHECKPOINT
The packages safetensors and gguf say what the checkpoint's tensors are.
"""

import glob
import json
import os
import re
import struct
import sys

import gguf
import numpy as np
from safetensors import safe_open

CONSTANT = re.compile(r'arith\.constant dense_resource<("[^"]*"|[\w.$-]+)> : tensor<([\dx]*)x(f32|f16|bf16)>')
RESOURCE = re.compile(r'^ *("[^"]*"|[\w.$-]+): "0x([0-9A-F]*)"')
BITS = {"f32": np.uint32, "f16": np.uint16, "bf16": np.uint16}


def module_weights(path):
    """Name -> (element type, shape, bits) of the resources of a module."""
    types, weights = {}, {}
    with open(path) as file:
        for line in file:
            if constant := CONSTANT.search(line):
                name, shape, element = constant.groups()
                types[name.strip('"')] = element, tuple(map(int, shape.split("x")))
            elif resource := RESOURCE.match(line):
                name, data = resource[1].strip('"'), bytes.fromhex(resource[2])
                assert struct.unpack("<I", data[:4])[0] == 64, f"{name}: alignment is not 64"
                element, shape = types[name]
                weights[name] = element, shape, np.frombuffer(data[4:], BITS[element]).reshape(shape)
    assert types.keys() == weights.keys(), types.keys() ^ weights.keys()
    return weights


def gguf_weights(path):
    quants = gguf.GGMLQuantizationType
    for tensor in gguf.GGUFReader(path).tensors:
        shape = tuple(int(size) for size in reversed(tensor.shape))
        if tensor.tensor_type in (quants.F16, quants.BF16):
            yield tensor.name, (tensor.tensor_type.name.lower(), shape, tensor.data.view(np.uint16).reshape(shape))
        else:
            floats = gguf.dequantize(tensor.data, tensor.tensor_type)
            yield tensor.name, ("f32", shape, floats.view(np.uint32).reshape(shape))


def safetensors_weights(directory):
    for path in sorted(glob.glob(os.path.join(directory, "*.safetensors"))):
        with safe_open(path, "numpy") as file:
            for name in file.keys():
                part = file.get_slice(name)
                element, shape = part.get_dtype().lower(), tuple(part.get_shape())
                if element == "bf16":
                    yield name, (element, shape, bf16_bits(path, name).reshape(shape))
                else:
                    yield name, (element, shape, file.get_tensor(name).view(BITS[element]))


def bf16_bits(path, name):
    """numpy has no bfloat16; the deserializer below it gives the bytes."""
    from safetensors import deserialize
    with open(path, "rb") as file:
        return np.frombuffer(dict(deserialize(file.read()))[name]["data"], np.uint16)


def main(module, checkpoint):
    actual = module_weights(module)
    read = safetensors_weights if os.path.isdir(checkpoint) else gguf_weights
    expected = dict(read(checkpoint))
    ignored = set()
    for name, (element, shape, bits) in expected.items():
        if name not in actual:
            ignored.add(name)
            continue
        got_element, got_shape, got_bits = actual[name]
        assert (got_element, got_shape) == (element, shape), f"{name}: {got_element}{got_shape}, {element}{shape}"
        different = np.count_nonzero(got_bits != bits)
        assert different == 0, f"{name}: {different} of {bits.size} elements differ"
    unknown = actual.keys() - expected.keys()
    assert not unknown, f"not in the checkpoint: {unknown}"
    print(f"{len(actual)} tensors equal, not imported: {json.dumps(sorted(ignored))}")


if __name__ == "__main__":
    main(*sys.argv[1:])
