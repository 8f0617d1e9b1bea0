# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Lowers IR of torch and onnx to linalg on tensors with iree-compile, for import-torch.py and import-onnx.py."""

import re
import subprocess
import sys


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


def run(command, what):
    """The standard output of a command, which says itself why it fails to do this."""
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        sys.exit(f"error: cannot {what}")
    return result.stdout


def lower(source, input_type, output):
    """Writes the functions of the file `source`, in the dialect `input_type`, as linalg on tensors."""
    from iree.compiler.tools.binaries import find_tool

    text = strip_abi(run([find_tool("iree-compile"), "--compile-to=input", f"--iree-input-type={input_type}", source],
                         "lower the model to linalg"))
    # What has no form in linalg becomes ops of dialects that only IREE has.
    if foreign := sorted(set(re.findall(r"= (iree_\w+\.\w+)", text))):
        sys.exit(f"error: expects a model whose ops have a form in linalg, got {', '.join(foreign)}")
    with open(output, "w") as file:
        file.write(text)
