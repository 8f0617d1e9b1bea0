"""GGUF files that cannot be read, each with the sentence that says why.

Usage: refuse_gguf.py QUANT_IMPORT DIRECTORY
The files are written by hand: the gguf package writes no broken ones.
"""

import struct
import sys

from refusal import Refusals

UINT8, UINT32, FLOAT32, BOOL, STRING, ARRAY, UINT64 = 0, 4, 6, 7, 8, 9, 10


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def metadata(key, kind, value):
    return string(key) + struct.pack("<I", kind) + value


def tensor(name, shape, kind=0, offset=0, rank=None):
    """`shape` is innermost first, as in the file."""
    rank = len(shape) if rank is None else rank
    return string(name) + struct.pack(f"<I{len(shape)}QIQ", rank, *shape, kind, offset)


def gguf(values=(), tensors=(), data=b"", magic=b"GGUF", version=3, tensor_count=None, value_count=None,
         alignment=32):
    tensor_count = len(tensors) if tensor_count is None else tensor_count
    value_count = len(values) if value_count is None else value_count
    header = magic + struct.pack("<IQQ", version, tensor_count, value_count) + b"".join(values) + b"".join(tensors)
    return header + b"\0" * (-len(header) % alignment) + data


ARCHITECTURE = metadata("general.architecture", STRING, string("llama"))


def main(program, directory):
    refusals = Refusals(program, directory)

    def refuse(name, data, sentence):
        refusals.expect(refusals.write(name, data), f"DIR/{name}: {sentence}")

    # Header.
    refusals.expect(refusals.path("absent.gguf"), "cannot read 'DIR/absent.gguf': No such file or directory")
    refuse("empty.gguf", b"", "is not a GGUF file: expects the magic number 'GGUF', got ''")
    refuse("magic.gguf", gguf(magic=b"GGML"), "is not a GGUF file: expects the magic number 'GGUF', got 'GGML'")
    refuse("unprintable.gguf", gguf(magic=b"\x7f\n'\\"),
           r"is not a GGUF file: expects the magic number 'GGUF', got '\7F\0A'\\'")
    refuse("version.gguf", gguf(version=1), "expects GGUF version 2 or 3, got 1")
    refuse("big-endian.gguf", gguf(version=3 << 24), "is a big-endian GGUF file; only little-endian is read")
    refuse("short.gguf", gguf()[:10],
           "is truncated: the number of tensors needs 8 bytes at byte 8, the file has 10")

    # Metadata.
    refuse("truncated.gguf", gguf([ARCHITECTURE])[:60],
           "is truncated: the size of the metadata value 'general.architecture' needs 8 bytes at byte 56, "
           "the file has 60")
    refuse("many-values.gguf", gguf([ARCHITECTURE], value_count=2**63, alignment=1),
           "is truncated: the size of a metadata key needs 8 bytes at byte 69, the file has 69")
    refuse("long-key.gguf", gguf([struct.pack("<Q", 2**64 - 1) + b"key"]),
           "is truncated: a metadata key needs 18446744073709551615 bytes at byte 32, the file has 64")
    refuse("value-type.gguf", gguf([metadata("k", 13, b"")]), "the metadata value 'k' has the unknown type 13")
    refuse("bool.gguf", gguf([metadata("k", BOOL, b"\x02")]), "the metadata value 'k' expects a bool of 0 or 1, got 2")
    refuse("same-key.gguf", gguf([metadata("k", UINT8, b"\1"), metadata("k", UINT8, b"\1")]),
           "the metadata value 'k' appears twice")
    refuse("long-array.gguf", gguf([metadata("k", ARRAY, struct.pack("<IQ", UINT64, 2**61))]),
           "is truncated: the metadata value 'k' has 2305843009213693952 elements of 8 bytes at byte 49, "
           "the file has 64")
    refuse("long-strings.gguf", gguf([metadata("k", ARRAY, struct.pack("<IQ", STRING, 2**40) + string("a"))]),
           "is truncated: the size of an element of the metadata value 'k' needs 8 bytes at byte 58, the file has 64")
    refuse("element-type.gguf", gguf([metadata("k", ARRAY, struct.pack("<IQ", 99, 1))]),
           "the metadata value 'k' has elements of the unknown type 99")
    refuse("deep-array.gguf", gguf([metadata("k", ARRAY, struct.pack("<IQ", ARRAY, 1) * 100)]),
           "the metadata value 'k' nests more than 4 arrays")
    refuse("alignment.gguf", gguf([metadata("general.alignment", UINT32, struct.pack("<I", 24))]),
           "the metadata value 'general.alignment' expects a power of two below 2^32, got 24")
    refuse("alignment-type.gguf", gguf([metadata("general.alignment", STRING, string("32"))]),
           "the metadata value 'general.alignment' expects an unsigned integer, got another type")

    # Tensors.
    refuse("many-tensors.gguf", gguf([ARCHITECTURE], tensor_count=2**62, alignment=1),
           "is truncated: the size of a tensor name needs 8 bytes at byte 69, the file has 69")
    refuse("rank.gguf", gguf([], [tensor("t", [1] * 5)]), "tensor 't' has the rank 5, at most 4 is read")
    refuse("offset.gguf", gguf([], [tensor("t", [4], offset=64)], bytes(32)),
           "tensor 't' of type F32 and shape [4] has 16 bytes from byte 64 of the data, which have 32 bytes")
    refuse("end.gguf", gguf([], [tensor("t", [4, 2], offset=32)], bytes(60)),
           "tensor 't' of type F32 and shape [2, 4] has 32 bytes from byte 32 of the data, which have 60 bytes")
    refuse("far-offset.gguf", gguf([], [tensor("t", [4], offset=2**64 - 32)], bytes(32)),
           "tensor 't' of type F32 and shape [4] has 16 bytes from byte 18446744073709551584 of the data, "
           "which have 32 bytes")
    refuse("odd-offset.gguf", gguf([], [tensor("t", [2], offset=8)], bytes(32)),
           "tensor 't' of type F32 and shape [2] begins at byte 8 of the data, which is no multiple of the "
           "alignment 32")
    refuse("overflow.gguf", gguf([], [tensor("t", [2**32, 2**32])], bytes(32)),
           "tensor 't' of type F32 and shape [4294967296, 4294967296] has a size above 2^63 - 1 bytes")
    refuse("overflow-bytes.gguf", gguf([], [tensor("t", [2**31, 2**31])], bytes(32)),
           "tensor 't' of type F32 and shape [2147483648, 2147483648] has a size above 2^63 - 1 bytes")
    refuse("overflow-zero.gguf", gguf([], [tensor("t", [2**32, 2**32, 0])], bytes(32)),
           "tensor 't' of type F32 and shape [0, 4294967296, 4294967296] has a size above 2^63 - 1 bytes")
    refuse("block.gguf", gguf([], [tensor("t", [48, 2], kind=3)], bytes(64)),
           "tensor 't' of type Q4_1 and shape [2, 48] has rows of 48 elements, which is no multiple of 32")
    refuse("same-tensor.gguf", gguf([], [tensor("t", [8]), tensor("t", [8], offset=32)], bytes(64)),
           "tensor 't' appears twice")
    refuse("overlap.gguf", gguf([], [tensor("b", [8], offset=32), tensor("a", [16])], bytes(64)),
           "tensor 'b' begins at byte 32, inside of tensor 'a', which ends at byte 64")
    refusals.finish()


if __name__ == "__main__":
    main(*sys.argv[1:])
