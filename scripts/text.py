#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Text to token ids and back, with the vocabulary that a model carries.

  text.py encode MODEL [FILE]     text from FILE or stdin -> ids, one a line
  text.py decode MODEL [FILE]     ids from FILE or stdin -> text
  text.py next MODEL FILE...      likeliest next tokens side by side, from `quant-run run --ids --json`
  text.py chat MODEL MODULE       a conversation with MODULE: one line from stdin, one answer
  text.py embed MODEL MODULE [FILE]  sentences, one a line -> embeddings, one a line, or an array with -o

MODEL is a .gguf file with a byte-level BPE vocabulary, or a directory with a tokenizer.json. For `chat` it also has
the model's chat template, for `embed` it is a directory in the layout of sentence-transformers; MODULE is what
quant-import and quant-opt made of it.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

QUANT_RUN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../build/bin/quant-run")


def gguf_fields(path):
    from gguf import GGUFReader

    return GGUFReader(path).fields


def gguf_string(fields, key, default=None):
    return bytes(fields[key].parts[-1]).decode() if key in fields else default


def gguf_tokenizer(path):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    fields = gguf_fields(path)

    def strings(key):
        if key not in fields:
            sys.exit(f"text.py: error: '{path}' has no '{key}'")
        field = fields[key]
        return [bytes(field.parts[i]).decode() for i in field.data]

    def string(key):
        return gguf_string(fields, key, "absent")

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


def special_name(value):
    """The text of a special token, which a tokenizer_config.json may describe by an object."""
    return value["content"] if isinstance(value, dict) else value or ""


def chat_template(path, tokenizer):
    """The model's template, as a function from messages to the text of a prompt."""
    from jinja2.exceptions import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    if os.path.isdir(path):
        file = os.path.join(path, "tokenizer_config.json")
        config = json.loads(read(file))
        template = config.get("chat_template")
        names = {key: special_name(config.get(key)) for key in ("bos_token", "eos_token")}
    else:
        fields = gguf_fields(path)
        template = gguf_string(fields, "tokenizer.chat_template")
        ids = {key: f"tokenizer.ggml.{key}_id" for key in ("bos_token", "eos_token")}
        names = {key: tokenizer.id_to_token(int(fields[id].parts[-1][0])) for key, id in ids.items() if id in fields}
    if not isinstance(template, str):
        sys.exit(f"text.py: error: '{path}' has no chat template")

    def raise_exception(message):
        raise TemplateError(message)

    # A template is code of whoever made the model.
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = raise_exception
    try:
        compiled = environment.from_string(template)
        return lambda messages: compiled.render(messages=messages, add_generation_prompt=True, **names)
    except TemplateError as error:
        sys.exit(f"text.py: error: the chat template of '{path}': {error}")


def stream(lines, tokenizer):
    """Prints the text of ids, one a line up to an empty one, as far as it is certain; returns it."""
    ids, shown = [], ""
    for line in iter(lines.readline, ""):
        if line == "\n":
            print(tokenizer.decode(ids)[len(shown):])
            return tokenizer.decode(ids)
        ids.append(int(line))
        text = tokenizer.decode(ids)
        if not text.endswith("\ufffd"):  # the first bytes of a character
            print(text[len(shown):], end="", flush=True)
            shown = text
    sys.exit(1)  # quant-run has said why


def chat(options, tokenizer):
    from jinja2.exceptions import TemplateError

    render = chat_template(options.model, tokenizer)
    messages = [{"role": "system", "content": options.system}] if options.system else []
    command = [options.quant_run, "generate", options.module, "--conversation", f"--tokens={options.tokens}",
               f"--temperature={options.temperature}", f"--top-p={options.top_p}", f"--seed={options.seed}"]
    try:
        run = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    except OSError as error:
        sys.exit(f"text.py: error: cannot run '{options.quant_run}': {error.strerror}")
    prompt = "> " if sys.stdin.isatty() else ""
    while True:
        print(prompt, end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            break
        messages.append({"role": "user", "content": line.strip()})
        try:
            text = render(messages)
        except TemplateError as error:
            sys.exit(f"text.py: error: the chat template of '{options.model}': {error}")
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        try:
            print(*ids, file=run.stdin, flush=True)
        except BrokenPipeError:
            sys.exit(1)  # quant-run has said why
        messages.append({"role": "assistant", "content": stream(run.stdout, tokenizer)})
    run.stdin.close()
    sys.exit(run.wait())


def read_object(directory, *names):
    """The JSON object of a file in the directory of a model."""
    file = os.path.join(directory, *names)
    try:
        value = json.loads(read(file))
    except ValueError as error:
        sys.exit(f"text.py: error: '{file}': {error}")
    return value if isinstance(value, dict) else sys.exit(f"text.py: error: '{file}' is no JSON object")


def prepare_embedding(directory, tokenizer):
    """Lets the tokenizer cut and pad as the model does."""
    length = read_object(directory, "sentence_bert_config.json").get("max_seq_length")
    if type(length) is not int or length < 3:
        sys.exit(f"text.py: error: expects a 'max_seq_length' of 3 or more in "
                 f"'{directory}/sentence_bert_config.json', got {length!r}")
    tokenizer.enable_truncation(length)
    # To the longest sentence of a batch, whatever length the file names.
    tokenizer.enable_padding(**((tokenizer.padding or {}) | {"length": None}))


def embed_batch(options, encodings, folder):
    """The embeddings that the module gives, padded sentences in one call."""
    import numpy

    def path(name):
        return os.path.join(folder, name + ".npy")

    numpy.save(path("mask"), numpy.array([encoding.attention_mask for encoding in encodings], dtype=bool))
    numpy.save(path("ids"), numpy.array([encoding.ids for encoding in encodings], dtype=numpy.int32))
    numpy.save(path("types"), numpy.array([encoding.type_ids for encoding in encodings], dtype=numpy.int32))
    command = [options.quant_run, "run", options.module, f"--output={path('rows')}"]
    command += [f"--input={path(name)}" for name in ("ids", "mask", "types")]
    try:
        if subprocess.run(command).returncode != 0:
            sys.exit(1)  # quant-run has said why
    except OSError as error:
        sys.exit(f"text.py: error: cannot run '{options.quant_run}': {error.strerror}")
    rows = numpy.load(path("rows"))
    if rows.ndim != 2 or len(rows) != len(encodings):
        sys.exit(f"text.py: error: expects embeddings of shape [{len(encodings)}, channels] from '{options.module}', "
                 f"got {list(rows.shape)}")
    return rows


def embed(options, tokenizer):
    import numpy

    if options.batch < 1:
        sys.exit(f"text.py: error: expects a batch of 1 or more sentences, got {options.batch}")
    prepare_embedding(options.model, tokenizer)
    sentences = read(options.file).splitlines()
    if not sentences:
        sys.exit("text.py: error: expects sentences, one a line, got nothing")
    with tempfile.TemporaryDirectory() as folder:
        batches = (sentences[i:i + options.batch] for i in range(0, len(sentences), options.batch))
        rows = numpy.concatenate([embed_batch(options, tokenizer.encode_batch(batch), folder) for batch in batches])
    if not options.output:
        return numpy.savetxt(sys.stdout, rows, fmt="%.7g")
    try:
        with open(options.output, "wb") as file:
            numpy.save(file, rows)
    except OSError as error:
        sys.exit(f"text.py: error: cannot write '{options.output}': {error.strerror}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="encode|decode|next|chat|embed")
    for name in ("encode", "decode"):
        command = commands.add_parser(name)
        command.add_argument("model")
        command.add_argument("file", nargs="?")
        if name == "encode":
            command.add_argument("--limit", type=int, help="write at most this many ids")
    command = commands.add_parser("next")
    command.add_argument("model")
    command.add_argument("files", nargs="+")
    command = commands.add_parser("chat")
    command.add_argument("model")
    command.add_argument("module")
    command.add_argument("--system", help="what the model is told about its part")
    command.add_argument("--tokens", type=int, default=512, help="most tokens of an answer")
    command.add_argument("--temperature", type=float, default=0, help="0 takes the likeliest token")
    command.add_argument("--top-p", type=float, default=1)
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--quant-run", default=QUANT_RUN, help="the tool, build/bin/quant-run by default")
    command = commands.add_parser("embed")
    command.add_argument("model")
    command.add_argument("module")
    command.add_argument("file", nargs="?")
    command.add_argument("-o", "--output", help="write the embeddings to this file, as .npy")
    command.add_argument("--batch", type=int, default=64, help="most sentences of a call")
    command.add_argument("--quant-run", default=QUANT_RUN, help="the tool, build/bin/quant-run by default")
    options = parser.parse_args()
    if options.command == "embed" and not os.path.isdir(options.model):
        sys.exit(f"text.py: error: expects the directory of an encoder, got '{options.model}'")
    tokenizer = load(options.model)
    if options.command == "encode":
        print("\n".join(map(str, tokenizer.encode(read(options.file)).ids[:options.limit])))
    elif options.command == "decode":
        sys.stdout.write(tokenizer.decode(integers(read(options.file).split()), skip_special_tokens=False))
    elif options.command == "chat":
        chat(options, tokenizer)
    elif options.command == "embed":
        embed(options, tokenizer)
    else:
        print_next(tokenizer, options.files)


if __name__ == "__main__":
    main()
