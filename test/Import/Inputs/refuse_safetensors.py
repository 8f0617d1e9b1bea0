"""Safetensors files that cannot be read, each with the sentence that says why.

Usage: refuse_safetensors.py QUANT_IMPORT DIRECTORY
The files are written by hand: the safetensors package writes no broken ones.
"""

import json
import os
import struct
import sys

from checkpoints import CONFIGS
from refusal import Refusals


def file_of(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(shape, begin, end, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def main(program, directory):
    refusals = Refusals(program, directory)

    def checkpoint(name, files):
        """A directory with a good config.json and the given files."""
        os.makedirs(refusals.path(name), exist_ok=True)
        refusals.write(f"{name}/config.json", json.dumps(CONFIGS["llama"]).encode())
        for file, data in files.items():
            refusals.write(f"{name}/{file}", data)
        return refusals.path(name)

    def refuse(name, data, sentence):
        refusals.expect(checkpoint(name, {"model.safetensors": data}), f"DIR/{name}/model.safetensors: {sentence}")

    def refuse_index(name, index, sentence, **files):
        files = {file + ".safetensors": data for file, data in files.items()}
        text = index if isinstance(index, bytes) else json.dumps(index).encode()
        refusals.expect(checkpoint(name, files | {"model.safetensors.index.json": text}), sentence)

    # Header.
    refusals.expect(checkpoint("absent", {}),
                    "DIR/absent: expects model.safetensors or model.safetensors.index.json, got neither")
    refuse("empty", b"", "is truncated: expects 8 bytes of header size, got 0")
    refuse("magic", b"PK\x03\x04" + bytes(60), "is truncated: the header has 67324752 bytes, the file 56 after the "
           "header size")
    refuse("huge", struct.pack("<Q", 2**63) + b"{}", "is not a safetensors file: its first 8 bytes give a header of "
           "9223372036854775808 bytes, at most 100000000 are read")
    refuse("truncated", file_of({"t": entry([2], 0, 8)}, bytes(8))[:30],
           "is truncated: the header has 61 bytes, the file 22 after the header size")
    refuse("broken", file_of(b'{"t": {"dtype": '),
           "the header is not valid JSON: [1:16, byte=16]: Unexpected EOF")
    refuse("array", file_of(b"[]"), "the header is not a JSON object")
    refuse("deep", file_of(b'{"t": ' + b"[" * 100000),
           "the header nests 65 levels deep or more, at most 64 are read")
    refuse("not-utf8", file_of(b'{"t\xff": 1}'),
           "the header is not valid JSON: [1:3, byte=3]: Invalid UTF-8 sequence")
    same = json.dumps(entry([2], 0, 8))
    refuse("same", file_of(f'{{"t": {same}, "t": {same}}}'.encode(), bytes(8)), "the header has the member 't' twice")
    refuse("same-escaped", file_of(f'{{"t": {same}, "\\u0074": {same}}}'.encode(), bytes(8)),
           "the header has the member 't' twice")

    # Tensors.
    refuse("no-object", file_of({"t": 1}), "tensor 't' is not described by a JSON object")
    refuse("no-dtype", file_of({"t": {"shape": [1], "data_offsets": [0, 4]}}),
           "tensor 't' has no 'dtype' that is a string")
    refuse("negative", file_of({"t": entry([-1], 0, 4)}, bytes(4)),
           "tensor 't' has no 'shape' of integers from 0 to 2^63 - 1")
    refuse("one-offset", file_of({"t": {"dtype": "F32", "shape": [1], "data_offsets": [0]}}, bytes(4)),
           "tensor 't' has no 'data_offsets' of two integers from 0 to 2^63 - 1")
    refuse("backward", file_of({"t": entry([1], 4, 0)}, bytes(4)),
           "tensor 't' begins at byte 4, past its end at byte 0")
    refuse("offset", file_of({"t": entry([2], 0, 8)}, bytes(7)),
           "tensor 't' ends at byte 8 of the data, which have 7 bytes")
    refuse("size", file_of({"t": entry([2], 0, 4)}, bytes(4)),
           "tensor 't' of type F32 and shape [2] expects 8 bytes, got 4")
    refuse("overflow", file_of({"t": entry([2**32, 2**32], 0, 4)}, bytes(4)),
           "tensor 't' has the shape [4294967296, 4294967296], whose size exceeds 2^63 - 1 bytes")
    refuse("overflow-bytes", file_of({"t": entry([2**31, 2**31], 0, 4)}, bytes(4)),
           "tensor 't' has the shape [2147483648, 2147483648], whose size exceeds 2^63 - 1 bytes")
    refuse("overlap", file_of({"a": entry([2], 0, 8), "b": entry([2], 4, 12)}, bytes(12)),
           "tensor 'b' begins at byte 4, inside of tensor 'a', which ends at byte 8")
    refuse("hole", file_of({"a": entry([1], 0, 4), "b": entry([1], 8, 12)}, bytes(12)),
           "tensor 'b' begins at byte 8 of the data, but the one before it ends at byte 4")
    refuse("rest", file_of({"a": entry([1], 0, 4)}, bytes(12)),
           "the tensors end at byte 4 of the data, which have 12 bytes")

    # Index of several files.
    one = file_of({"t": entry([1], 0, 4)}, bytes(4))
    where = "model.safetensors.index.json"
    refuse_index("index-broken", b"{", f"DIR/index-broken/{where}: the index is not valid JSON: [1:1, byte=1]: "
                 "Expected object key")
    refuse_index("index-empty", {}, f"DIR/index-empty/{where}: the index has no object 'weight_map'")
    refuse_index("index-outside", {"weight_map": {"t": "../a.safetensors"}},
                 f"DIR/index-outside/{where}: tensor 't' expects the name of a file beside the index, "
                 "got '../a.safetensors'")
    refuse_index("index-absent", {"weight_map": {"t": "a.safetensors"}},
                 "cannot read 'DIR/index-absent/a.safetensors': No such file or directory")
    refuse_index("index-wrong", {"weight_map": {"u": "a.safetensors"}},
                 f"DIR/index-wrong/{where}: tensor 'u' is not in DIR/index-wrong/a.safetensors, where the index "
                 "puts it", a=one)
    two = file_of({"t": entry([1], 0, 4), "u": entry([1], 4, 8)}, bytes(8))
    refuse_index("index-same", {"weight_map": {"t": "a.safetensors", "u": "b.safetensors"}},
                 "DIR/index-same/b.safetensors: tensor 't' appears twice, first in DIR/index-same/a.safetensors",
                 a=one, b=two)
    refusals.finish()


if __name__ == "__main__":
    main(*sys.argv[1:])
