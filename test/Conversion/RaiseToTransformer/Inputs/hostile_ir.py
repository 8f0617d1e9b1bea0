#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Gives quant-opt files that no compiler writes, and fails where it ends by a signal or without a word.

Random bytes, files that end too early, deep nests, long chains, dialects that nobody knows, and tensors of sizes, ranks
and numbers at the edges, through each of the given lists of flags.
"""

import argparse
import os
import random
import subprocess
import sys


def module(body, arguments="%x: tensor<4x4xf32>", result="tensor<4x4xf32>"):
    return f"func.func @main({arguments}) -> {result} {{\n{body}\n}}\n"


def chain(length, op, type="tensor<4x4xf32>"):
    """Every op on the result of the one before, on tensors."""
    lines = [f"%{i} = {op.format(x=f'%{i - 1}' if i else '%x')} : {type}" for i in range(length)]
    return module("\n".join(lines) + f"\nreturn %{length - 1} : {type}")


def fused_chain(length, op):
    """The same in the body of one op."""
    lines = [f"%{i} = {op.format(x=f'%{i - 1}' if i else '%in')} : f32" for i in range(length)]
    return module("""%empty = tensor.empty() : tensor<4x4xf32>
%r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
    iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x4xf32>) outs(%empty : tensor<4x4xf32>) {
^bb0(%in: f32, %out: f32):
""" + "\n".join(lines) + f"\nlinalg.yield %{length - 1} : f32\n}} -> tensor<4x4xf32>\nreturn %r : tensor<4x4xf32>")


def moves(length):
    """Transposes of transposes, and reshapes in between."""
    lines = ["%e = tensor.empty() : tensor<4x4xf32>"]
    last = "%x"
    for i in range(length):
        lines.append(f"%t{i} = linalg.transpose ins({last} : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) permutation = [1, 0]")
        lines.append(f"%c{i} = tensor.collapse_shape %t{i} [[0, 1]] : tensor<4x4xf32> into tensor<16xf32>")
        last = f"%r{i}"
        lines.append(f"{last} = tensor.expand_shape %c{i} [[0, 1]] output_shape [4, 4] : tensor<16xf32> into tensor<4x4xf32>")
    return module("\n".join(lines) + f"\n%sum = arith.addf {last}, %x : tensor<4x4xf32>\nreturn %sum : tensor<4x4xf32>")


def sums(length):
    """Reductions of what was reduced and spread again."""
    lines = ["%e = tensor.empty() : tensor<4x4xf32>", "%z = arith.constant dense<0.0> : tensor<4xf32>"]
    last = "%x"
    for i in range(length):
        lines.append(f"%s{i} = linalg.reduce {{ arith.addf }} ins({last} : tensor<4x4xf32>) outs(%z : tensor<4xf32>) dimensions = [1]")
        lines.append(f"%b{i} = linalg.broadcast ins(%s{i} : tensor<4xf32>) outs(%e : tensor<4x4xf32>) dimensions = [1]")
        last = f"%q{i}"
        lines.append(f"{last} = arith.divf %b{i}, %x : tensor<4x4xf32>")
    return module("\n".join(lines) + f"\nreturn {last} : tensor<4x4xf32>")


def nest(depth, before, after, inner):
    return module(before * depth + inner + after * depth + "\nreturn %x : tensor<4x4xf32>")


def softmax(type, row, axis):
    """A softmax of TOSA in a shape of its own."""
    return module(f"""%m = tosa.reduce_max %x {{axis = {axis} : i32}} : ({type}) -> {row}
%d = tosa.sub %x, %m : ({type}, {row}) -> {type}
%e = tosa.exp %d : ({type}) -> {type}
%s = tosa.reduce_sum %e {{axis = {axis} : i32}} : ({type}) -> {row}
%i = tosa.reciprocal %s : ({row}) -> {row}
%shift = "tosa.const"() <{{values = dense<0> : tensor<1xi8>}}> : () -> tensor<1xi8>
%r = tosa.mul %e, %i, %shift : ({type}, {row}, tensor<1xi8>) -> {type}
return %r : {type}""", f"%x: {type}", type)


def loops(depth):
    """Loops in loops, the innermost of which writes a block."""
    begin = "".join(f"%r{i} = scf.for %i{i} = %c0 to %c1 step %c1 iter_args(%x{i + 1} = %x{i}) -> (tensor<4x4xf32>) {{\n"
                    for i in range(depth))
    end = "".join(f"scf.yield %r{i} : tensor<4x4xf32>\n}}\n" for i in reversed(range(1, depth)))
    return module(f"""%c0 = arith.constant 0 : index
%c1 = arith.constant 1 : index
{begin}%square = arith.mulf %x{depth}, %x{depth} : tensor<4x4xf32>
%w = tensor.insert_slice %square into %x{depth}[0, 0] [4, 4] [1, 1] : tensor<4x4xf32> into tensor<4x4xf32>
scf.yield %w : tensor<4x4xf32>
}}
{end}return %r0 : tensor<4x4xf32>""", "%x0: tensor<4x4xf32>")


def chains():
    """Names and texts of what is long."""
    for op in ("arith.addf {x}, {x}", "arith.subf {x}, %x", "math.exp {x}"):
        yield f"chain of {op}", chain(10000, op)
    for op in ("arith.mulf {x}, {x}", "arith.divf {x}, %x", "math.sqrt {x}"):
        yield f"chain of {op}", chain(2000, op)
    for op in ("arith.addf {x}, {x}", "arith.mulf {x}, {x}", "math.tanh {x}", "arith.addf {x}, %in", "arith.divf {x}, %in",
               "arith.maximumf {x}, %in"):
        yield f"fused chain of {op}", fused_chain(10000, op)
    yield "moves", moves(300)
    yield "sums", sums(500)
    yield "constants", chain(10000, "math.exp {x}").replace("func.func @main(%x: tensor<4x4xf32>)", "func.func @main()").replace(
        "{\n%0", "{\n%x = arith.constant dense<[[0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0]]> "
        ": tensor<4x4xf32>\n%0", 1)
    yield "loops", loops(1000)
    yield "deep regions", nest(10000, "scf.execute_region {\n", "scf.yield\n}\n", "")


def texts(example):
    """Names and texts of what is odd; `example` is a model in full."""
    yield "regions", nest(400, "scf.execute_region {\n", "scf.yield\n}\n", "")
    yield "unknown-regions", nest(400, '"other.op"() ({\n', "\n}) : () -> ()\n", "")
    yield "unknown-ops", module("""%0 = "other.a"(%x) {value = #other.attribute<"x">} : (tensor<4x4xf32>) -> tensor<4x4xf32>
%1 = arith.addf %0, %x : tensor<4x4xf32>
%2:2 = "other.b"(%1) : (tensor<4x4xf32>) -> (tensor<4x4xf32>, !other.type)
"other.c"(%2#1) : (!other.type) -> ()
return %2#0 : tensor<4x4xf32>""")
    for shape, row, axis in (("0x4", "0x1", 1), ("4x0", "4x1", 1), ("1x1", "1x1", 1), ("?x?", "?x1", 1), ("?x4", "?x1", 1),
                             ("4x?", "4x1", 1), ("4", "1", 0), ("1x1x1x1x1x7", "1x1x1x1x1x1", 5)):
        yield f"softmax-{shape}", softmax(f"tensor<{shape}xf32>", f"tensor<{row}xf32>", axis)
    yield "unranked", module("%0 = math.exp %x : tensor<*xf32>\nreturn %0 : tensor<*xf32>", "%x: tensor<*xf32>", "tensor<*xf32>")
    for type in ("tensor<f32>", "tensor<0xf32>", "tensor<1xf32>", "f32", "vector<4xf32>", "tensor<2x2xcomplex<f32>>", "index",
                 "tensor<4611686018427387904x4xf32>"):
        op = "complex.add" if "complex<" in type else "arith.addi" if type == "index" else "arith.addf"
        if type != "tensor<2x2xcomplex<f32>>":
            yield f"type-{type}", module(f"%0 = {op} %x, %x : {type}\nreturn %0 : {type}", f"%x: {type}", type)
    for number in ("0xFF800000", "0x7F800000", "0x7FC00000", "1.0e38", "-1.0e38", "1.0e-45", "0.0", "-0.0"):
        yield f"number-{number}", module(f"""%c = arith.constant dense<{number}> : tensor<4x4xf32>
%0 = arith.mulf %x, %c : tensor<4x4xf32>
%1 = arith.divf %0, %c : tensor<4x4xf32>
%2 = math.powf %1, %c : tensor<4x4xf32>
%3 = arith.addf %2, %c : tensor<4x4xf32>
%4 = math.rsqrt %3 : tensor<4x4xf32>
%5 = arith.mulf %x, %4 : tensor<4x4xf32>
return %5 : tensor<4x4xf32>""")
    yield "huge-splat", module("""%w = arith.constant dense<0.5> : tensor<1000000x4xf32>
%e = tensor.empty() : tensor<4x1000000xf32>
%t = linalg.transpose ins(%w : tensor<1000000x4xf32>) outs(%e : tensor<4x1000000xf32>) permutation = [1, 0]
%s = tensor.extract_slice %t[0, 0] [4, 4] [1, 1] : tensor<4x1000000xf32> to tensor<4x4xf32>
%r = arith.addf %s, %x : tensor<4x4xf32>
return %r : tensor<4x4xf32>""")
    yield "huge-resource", module("%w = arith.constant dense_resource<weight> : tensor<99999999x4xf32>\n"
                                  "%s = tensor.extract_slice %w[0, 0] [4, 4] [1, 1] : tensor<99999999x4xf32> to tensor<4x4xf32>\n"
                                  "%r = arith.addf %s, %x : tensor<4x4xf32>\nreturn %r : tensor<4x4xf32>")
    yield "declaration", "func.func private @main(tensor<4x4xf32>) -> tensor<4x4xf32>\n"
    yield "empty", ""
    chance = random.Random(7)
    yield "random-bytes", bytes(chance.randrange(256) for _ in range(200000))
    yield "random-text", "".join(chance.choice("%@#!{}()[]<>=:,x0123 \n\"abc->") for _ in range(200000))
    with open(example) as file:
        text = file.read()
    for length in sorted(chance.randrange(len(text)) for _ in range(12)):
        # The parser of linalg.transpose goes on with a permutation that it has not read.
        if "permutation" not in text[text.rfind("\n", 0, length) + 1:length]:
            yield f"text-until-{length}", text[:length]
    for i in range(12):
        place = chance.randrange(len(text))
        yield f"text-without-{place}", text[:place] + text[place + chance.randrange(1, 40):]


def bytecodes(path):
    with open(path, "rb") as file:
        data = file.read()
    chance = random.Random(8)
    for length in sorted(chance.randrange(len(data)) for _ in range(12)):
        yield f"bytecode-until-{length}", data[:length]
    for _ in range(12):
        changed = bytearray(data)
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        yield "bytecode-changed", bytes(changed)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("opt", help="quant-opt")
    parser.add_argument("example", help="a model as text")
    parser.add_argument("folder", help="where the files go")
    parser.add_argument("--flags", action="append", required=True, help="flags of one run of every file")
    parser.add_argument("--long", action="store_true", help="long files instead of odd ones")
    arguments = parser.parse_args()
    os.makedirs(arguments.folder, exist_ok=True)
    if arguments.long:
        cases = list(chains())
    else:
        bytecode = os.path.join(arguments.folder, "example.mlirbc")
        subprocess.run([arguments.opt, arguments.example, "--emit-bytecode", "-o", bytecode], check=True)
        cases = list(texts(arguments.example)) + list(bytecodes(bytecode))
    path, broken = os.path.join(arguments.folder, "case.mlir"), 0
    for name, content in cases:
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        for flags in arguments.flags:
            command = [arguments.opt, path, *flags.split(), "-o", os.devnull]
            try:
                result = subprocess.run(command, capture_output=True, timeout=120)
                status, said = result.returncode, b"error:" in result.stderr
            except subprocess.TimeoutExpired:
                status, said = "120 s", False
            if status != 0 and not (status == 1 and said):
                broken += 1
                print(f"{name}: {flags} ends with {status}")
    print(f"{len(cases)} files, {broken} of them break it")
    sys.exit(broken != 0)


if __name__ == "__main__":
    main()
