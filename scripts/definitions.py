"""What the TableGen files define: ops, types and passes, as Python objects."""

import dataclasses
import functools
import json
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
    """An op (`iquant.add`), a type (`!iquant.dyn`) or a pass (its flag)."""

    name: str
    folder: str  # of its tests: the dialect's, or "Passes"
    description: str

    @property
    def is_type(self):
        return self.name.startswith("!")

    @property
    def constraints(self):
        """The numbered constraints of the description: C1, C2, ..."""
        return re.findall(r"^\s*\* \((C\d+)\)", self.description, re.MULTILINE)

    @property
    def doctest(self):
        stem = self.name if self.folder == "Passes" else self.name.split(".", 1)[1]
        return ROOT / "test/Doctest" / self.folder / f"{stem}.mlir"


def tblgen(tool, *arguments):
    """The standard output of a TableGen tool with the project's include path."""
    command = [LLVM / "bin" / tool, *[f"-I{path}" for path in INCLUDES], *arguments]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def instances(file, kind):
    records = json.loads(tblgen("llvm-tblgen", "--dump-json", file))
    return [records[name] for name in records["!instanceof"].get(kind, [])]


@functools.cache
def dialect_definitions():
    """The ops and types of both dialects."""
    found = []
    for folder, file in DIALECTS.items():
        for op in instances(file, "Op"):
            found.append(Definition(f"{folder.lower()}.{op['opName']}", folder, op["description"]))
        for type_ in instances(file, "TypeDef"):
            found.append(Definition(f"!{folder.lower()}.{type_['mnemonic']}", folder, type_["description"]))
    return found


@functools.cache
def pass_definitions():
    """The passes of every Passes.td."""
    return [
        Definition(pass_["argument"], "Passes", pass_["description"])
        for file in PASS_FILES
        for pass_ in instances(file, "PassBase")
    ]
