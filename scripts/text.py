#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Text to token ids and back, with the vocabulary that a model carries.

  text.py encode MODEL [FILE]     text from FILE or stdin -> ids, one a line
  text.py decode MODEL [FILE]     ids from FILE or stdin -> text
  text.py next MODEL FILE...      likeliest next tokens side by side, from `quant-run run --ids --json`

MODEL is a .gguf file with a byte-level BPE vocabulary, or a directory with a tokenizer.json.
"""
import argparse
import json
import os
import sys


def gguf_tokenizer(path):
    from gguf import GGUFReader
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    fields = GGUFReader(path).fields

    def strings(key):
        if key not in fields:
            sys.exit(f"text.py: error: '{path}' has no '{key}'")
        field = fields[key]
        return [bytes(field.parts[i]).decode() for i in field.data]

    def string(key):
        return bytes(fields[key].parts[-1]).decode() if key in fields else "absent"

    if string("tokenizer.ggml.model") != "gpt2":
        sys.exit(f"text.py: error: expects a byte-level BPE vocabulary ('gpt2') in '{path}', "
                 f"got '{string('tokenizer.ggml.model')}'")
    tokens = strings("tokenizer.ggml.tokens")
    merges = [tuple(pair.split(" ")) for pair in strings("tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=merges))
    steps = [pre_tokenizers.ByteLevel(add_prefix_space=False)]
    if string("tokenizer.ggml.pre") in ("smollm", "starcoder", "refact", "command-r"):
        steps.insert(0, pre_tokenizers.Digits(individual_digits=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps)
    tokenizer.decoder = decoders.ByteLevel()
    kinds = fields.get("tokenizer.ggml.token_type")
    if kinds is not None:  # kind 3: control tokens such as <|im_start|>, matched as a whole
        special = [tokens[i] for i, part in enumerate(kinds.data) if kinds.parts[part][0] == 3]
        tokenizer.add_special_tokens(special)
    return tokenizer


def load(path):
    if os.path.isdir(path):
        from tokenizers import Tokenizer

        file = os.path.join(path, "tokenizer.json")
        if not os.path.isfile(file):
            sys.exit(f"text.py: error: no tokenizer.json in '{path}'")
        return Tokenizer.from_file(file)
    if not os.path.isfile(path):
        sys.exit(f"text.py: error: no such model: '{path}'")
    return gguf_tokenizer(path)


def read(file):
    if file is None:
        return sys.stdin.read()
    try:
        with open(file, encoding="utf-8", errors="ignore") as stream:
            return stream.read()
    except OSError as error:
        sys.exit(f"text.py: error: cannot read '{file}': {error.strerror}")


def integers(words):
    try:
        return [int(word) for word in words]
    except ValueError as error:
        sys.exit(f"text.py: error: expects token ids: {error}")


def print_next(tokenizer, files):
    columns = []
    for file in files:
        try:
            columns.append(json.loads(read(file))["next"])
        except (ValueError, KeyError):
            sys.exit(f"text.py: error: '{file}' is no output of 'quant-run run --ids --json'")
    name = lambda path: os.path.splitext(os.path.basename(path))[0]
    print("   ".join(f"{name(file):>16s}  share" for file in files))
    for row in zip(*columns):
        cells = ((tokenizer.decode([t["id"]], skip_special_tokens=False), t["probability"]) for t in row)
        print("   ".join(f"{text!r:>16s} {share:6.4f}" for text, share in cells))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="encode|decode|next")
    for name in ("encode", "decode"):
        command = commands.add_parser(name)
        command.add_argument("model")
        command.add_argument("file", nargs="?")
        if name == "encode":
            command.add_argument("--limit", type=int, help="write at most this many ids")
    command = commands.add_parser("next")
    command.add_argument("model")
    command.add_argument("files", nargs="+")
    options = parser.parse_args()
    tokenizer = load(options.model)
    if options.command == "encode":
        print("\n".join(map(str, tokenizer.encode(read(options.file)).ids[:options.limit])))
    elif options.command == "decode":
        sys.stdout.write(tokenizer.decode(integers(read(options.file).split()), skip_special_tokens=False))
    else:
        print_next(tokenizer, options.files)


if __name__ == "__main__":
    main()
