#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures how the speed of a model depends on the length of the text and on the threads, by `quant-run bench`.

Prints two tables of tokens per second: prompts by their length, and tokens one by one by what is before them. With
--plots FOLDER draws them as prefill.svg and decode.svg.
"""
import argparse
import json
import pathlib
import subprocess

import line_plot


def bench(arguments, threads, phase, *options):
    command = [arguments.tools / "quant-run", "bench", arguments.model, "--json", "--threads", threads,
               "--repetitions", arguments.repetitions, *options]
    report = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout
    return json.loads(report)[phase]["tokens_per_second"]


def measure(arguments, title, lengths, run):
    """The speeds of `run` for every number of threads and length, as lines of a plot."""
    names = [f"{threads} thread{'s' * (threads > 1)}" for threads in arguments.threads]
    lines = {name: {} for name in names}
    print(f"{title:>20}" + "".join(f"{name:>12}" for name in names))
    for length in lengths:
        for name, threads in zip(names, arguments.threads):
            lines[name][length] = run(threads, length)
        print(f"{length:20}" + "".join(f"{lines[name][length]:12.1f}" for name in names), flush=True)
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--prompts", type=int, nargs="+", default=[64, 128, 256, 512, 1024], help="lengths of prompts")
    parser.add_argument("--depths", type=int, nargs="+", default=[0, 256, 512, 1024, 1536],
                        help="tokens that are there before")
    parser.add_argument("--generate", type=int, default=32, help="tokens computed one by one (default: 32)")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--tools", type=pathlib.Path, default=pathlib.Path(__file__).parents[1] / "build/bin",
                        help="where quant-run is (default: build/bin)")
    parser.add_argument("--plots", type=pathlib.Path, metavar="FOLDER", help="where plots go")
    arguments = parser.parse_args()
    prefill = measure(arguments, "prompt of", arguments.prompts, lambda threads, length: bench(
        arguments, threads, "prefill", "--prompt", length, "--generate", 0))
    decode = measure(arguments, "decode behind", arguments.depths, lambda threads, depth: bench(
        arguments, threads, "decode", "--prompt", 0, "--generate", arguments.generate, "--depth", depth))
    if arguments.plots:
        line_plot.write(arguments.plots / "prefill.svg", "tokens of the prompt", "prefill, tokens/s", prefill)
        line_plot.write(arguments.plots / "decode.svg", "tokens before", "decode, tokens/s", decode)


if __name__ == "__main__":
    main()
