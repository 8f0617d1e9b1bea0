"""What the TableGen files define: ops, types, attributes and passes, as Python objects."""

import dataclasses
import functools
import json
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
LLVM = pathlib.Path("/usr/lib/llvm-22")
INCLUDES = [ROOT, ROOT / "include", LLVM / "include"]
DIALECTS = {
    "Transformer": ROOT / "dialects/Transformer/TransformerOps.td",
    "IQuant": ROOT / "dialects/IQuant/IQuantOps.td",
}
PASS_FILES = sorted((ROOT / "include/iquant").glob("**/Passes.td"))


@dataclasses.dataclass(frozen=True)
class Definition:
    """An op (`iquant.add`), type (`!iquant.dyn`), attribute (`#transformer.statistics`), or a pass or pipeline (its flag)."""

    name: str
    folder: str  # of its tests: the dialect's, "Passes" or "Pipelines"
    description: str

    @property
    def is_op(self):
        return re.match(r"\w+\.", self.name) is not None

    @property
    def constraints(self):
        """The numbered constraints of the description: C1, C2, ..."""
        return re.findall(r"^\s*\* \((C\d+)\)", self.description, re.MULTILINE)

    @property
    def doctest(self):
        return ROOT / "test/Doctest" / self.folder / f"{self.name.split('.')[-1]}.mlir"


def tblgen(tool, *arguments):
    """The standard output of a TableGen tool with the project's include path."""
    command = [LLVM / "bin" / tool, *[f"-I{path}" for path in INCLUDES], *arguments]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def instances(file, kind):
    records = json.loads(tblgen("llvm-tblgen", "--dump-json", file))
    return [records[name] for name in records["!instanceof"].get(kind, [])]


@functools.cache
def dialect_definitions():
    """The ops, types and attributes of both dialects."""
    found = []
    for folder, file in DIALECTS.items():
        for op in instances(file, "Op"):
            found.append(Definition(f"{folder.lower()}.{op['opName']}", folder, op["description"]))
        for type_ in instances(file, "TypeDef"):
            found.append(Definition(f"!{folder.lower()}.{type_['mnemonic']}", folder, type_["description"]))
        for attribute in instances(file, "AttrDef"):
            found.append(Definition(f"#{folder.lower()}.{attribute['mnemonic']}", folder, attribute["description"]))
    return found


@functools.cache
def pass_definitions():
    """The passes of every Passes.td."""
    return [
        Definition(pass_["argument"], "Passes", pass_["description"])
        for file in PASS_FILES
        for pass_ in instances(file, "PassBase")
    ]


@functools.cache
def pipeline_definitions(build):
    """The pipelines that quant-opt lists, with their options as description."""
    command = [build / "bin/quant-opt", "--help"]
    text = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout
    text = text[text.index("Pass Pipelines:"):]
    entries = re.findall(r"^ {6}--(iquant-[\w-]+) +- +(.*)\n((?: {8}.*\n| {4}=.*\n)*)", text, re.MULTILINE)
    return [
        Definition(flag, "Pipelines", "\n".join([summary, *(line.removeprefix(" " * 8) for line in options.splitlines())]))
        for flag, summary, options in entries
    ]


def doctest_definitions(build):
    """Everything that has a doctest."""
    ops = [d for d in dialect_definitions() if d.is_op]
    return ops + pass_definitions() + pipeline_definitions(build)


@dataclasses.dataclass(frozen=True)
class Doctest:
    """A lit test whose input and output the documentation shows."""

    path: pathlib.Path

    @functools.cached_property
    def runs(self):
        """The commands of its RUN lines, continued lines joined."""
        joined = re.sub(r"\\\n// RUN:\s*", "", self.path.read_text())
        return re.findall(r"^// RUN: *(.*)", joined, re.MULTILINE)

    @property
    def command(self):
        """The first RUN line as a reader would type it, without FileCheck."""
        path = self.path.relative_to(ROOT)
        command = re.sub(r"\s*\|\s*FileCheck\b.*", "", self.runs[0])
        return command.replace("%s", str(path)).replace("%S", str(path.parent))

    @property
    def input(self):
        """The IR without what only lit reads."""
        noise = re.compile(r"^\s*// (RUN|REQUIRES|UNSUPPORTED|[A-Z_]*CHECK[A-Z_-]*|expected-\w+)\b.*\n", re.MULTILINE)
        return noise.sub("", self.path.read_text()).strip("\n")

    def output(self, build):
        """What the command prints now."""
        path = f"{build / 'bin'}:{LLVM / 'bin'}:{os.environ['PATH']}"
        command = ["bash", "-e", "-o", "pipefail", "-c", self.command]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, text=True, capture_output=True)
        if done.returncode:
            raise SystemExit(f"{self.path}: '{self.command}' ends with {done.returncode}:\n{done.stderr}")
        return done.stdout.strip("\n")
