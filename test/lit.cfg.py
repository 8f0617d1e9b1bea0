# -*- Python -*-
"""Configuration of the lit tests.

Environment variables that change what runs:
  IQUANT_VERIFY_ROUNDTRIP=1  every quant-opt call also checks that its input
                             survives printing and parsing, text and bytecode
  IQUANT_PYTHON              the Python that has the packages of
                             scripts/requirements.txt (default: .venv)
  IQUANT_IMPORT_PYTHON       the Python that has the packages of
                             scripts/requirements-import.txt (default: .venv-import)
  IQUANT_MODEL               the GGUF model (default: under models/)
  IQUANT_ENCODER             the directory of the encoder (default: under models/)
  IQUANT_FOREIGN_IR          models as other compilers write them
  IQUANT_CROSS_CASES         random programs of every op for each processor that
                             an emulator plays (default: 10)
"""

import os
import shutil
import subprocess
import sys

import lit.formats
from lit.llvm import llvm_config
from lit.llvm.subst import ToolSubst

config.name = "iquant"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.iquant_obj_root, "test")

llvm_config.with_system_environment(["HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS"])
# A variable that leaks out of its CHECK-LABEL block, or a prefix that nothing
# uses, is a test that does not check what it seems to.
config.environment["FILECHECK_OPTS"] = "-enable-var-scope --allow-unused-prefixes=false"

# ===------------------------------------------------------------------------===#
# Tools
# ===------------------------------------------------------------------------===#

tool_dirs = [config.iquant_tools_dir, config.llvm_tools_dir]
llvm_config.with_environment("PATH", tool_dirs, append_path=True)
llvm_config.use_default_substitutions()

quant_opt_args = []
if os.environ.get("IQUANT_VERIFY_ROUNDTRIP", "0") not in ("", "0"):
    quant_opt_args.append("--verify-roundtrip")

llvm_config.add_tool_substitutions(
    [
        ToolSubst("quant-opt", extra_args=quant_opt_args, unresolved="fatal"),
        ToolSubst("quant-import", unresolved="ignore"),
        ToolSubst("quant-compile", unresolved="ignore"),
        ToolSubst("quant-run", unresolved="ignore"),
        ToolSubst("quant-lsp-server", unresolved="ignore"),
        ToolSubst("mlir-opt", unresolved="fatal"),
        ToolSubst("mlir-cat", unresolved="ignore"),
        ToolSubst("mlir-translate", unresolved="fatal"),
        ToolSubst("llc", unresolved="fatal"),
        ToolSubst("split-file", unresolved="fatal"),
    ],
    tool_dirs,
)

# ===------------------------------------------------------------------------===#
# What tests may need, and why they are skipped where it is missing
# ===------------------------------------------------------------------------===#


def provide(feature, available, substitution, value, missing):
    """Adds `feature` and its substitution, or says once why tests are skipped."""
    config.substitutions.append((substitution, value))
    if available:
        config.available_features.add(feature)
    else:
        lit_config.note(f"tests that need '{feature}' are skipped: {missing}")


def first_existing(*paths):
    return next((path for path in paths if path and os.path.exists(path)), None)


root = config.iquant_src_root
python = first_existing(os.environ.get("IQUANT_PYTHON"), os.path.join(root, ".venv/bin/python")) or sys.executable
packages = "import gguf, jinja2, numpy, safetensors, tokenizers"
has_packages = subprocess.run([python, "-c", packages], capture_output=True).returncode == 0
provide("python-packages", has_packages, "%{python}", f'"{python}"',
        f"{python} lacks the packages of scripts/requirements.txt; run scripts/setup.sh")

finds_torch = "import sys, importlib.util; sys.exit(not importlib.util.find_spec('torch'))"
has_torch = has_packages and subprocess.run([python, "-c", finds_torch]).returncode == 0
provide("torch", has_torch, "%{learn-smoothing}", f'"{python}" "{root}/scripts/learn-smoothing.py"',
        f"{python} lacks the packages of scripts/requirements-torch.txt; run scripts/setup.sh --torch")

import_python = os.environ.get("IQUANT_IMPORT_PYTHON") or os.path.join(root, ".venv-import/bin/python")
finds_turbine = "import iree.turbine.aot, onnx, transformers"
has_turbine = (os.path.exists(import_python) and
               subprocess.run([import_python, "-c", finds_turbine], capture_output=True).returncode == 0)
provide("import-torch", has_turbine, "%{import-torch}", f'"{import_python}" "{root}/scripts/import-torch.py"',
        f"no {import_python} with the packages of scripts/requirements-import.txt, which says how to make it")
config.substitutions += [
    ("%{import-onnx}", f'"{import_python}" "{root}/scripts/import-onnx.py"'),
    ("%{import-python}", f'"{import_python}"'),
]

model = os.environ.get("IQUANT_MODEL") or os.path.join(root, "models/SmolLM2-135M-Instruct.Q4_1.gguf")
provide("model", os.path.exists(model), "%{model}", model, f"no {model}; run scripts/setup.sh")

encoder = os.environ.get("IQUANT_ENCODER") or os.path.join(root, "models/all-MiniLM-L6-v2")
provide("encoder", os.path.exists(encoder), "%{encoder}", encoder, f"no {encoder}; run scripts/setup.sh")

text = os.path.join(root, "models/text/test.txt")
provide("text", os.path.exists(text), "%{text}", text, f"no {text}; run scripts/setup.sh")

foreign_ir = os.environ.get("IQUANT_FOREIGN_IR") or os.path.join(root, "../shared/ir")
provide("foreign-ir", os.path.exists(foreign_ir), "%{foreign-ir}", foreign_ir,
        f"no {foreign_ir}, files of other compilers; IQUANT_FOREIGN_IR says where they are")

openmp = os.path.join(config.llvm_tools_dir, "../lib/libomp.so")
provide("openmp", os.path.exists(openmp), "%{openmp}", openmp, f"no {openmp}; run scripts/setup.sh")

linear_benchmark = os.path.join(config.iquant_tools_dir, "iquant-linear-benchmark")
provide("onednn", os.path.exists(linear_benchmark), "%{linear-benchmark}", linear_benchmark,
        f"no {linear_benchmark}; install libdnnl-dev, configure and build again")

softmax_benchmark = os.path.join(config.iquant_tools_dir, "iquant-softmax-benchmark")
provide("google-benchmark", os.path.exists(softmax_benchmark), "%{softmax-benchmark}", softmax_benchmark,
        f"no {softmax_benchmark}; install libbenchmark-dev, configure and build again")

# Processors that are not this one: programs of a library, examples/bare and
# nothing else, run by the user-mode emulator of QEMU.
bare = os.path.join(root, "examples/bare")
bare_flags = f"-std=c23 -Wall -Wextra -Wpedantic -Werror -O1 -ffreestanding -nostdlib -static -fuse-ld=lld -I {bare}"
for name, flags in {"aarch64": "", "riscv64": "-march=rv64imac -mabi=lp64", "x86_64": ""}.items():
    qemu = shutil.which(f"qemu-{name}")
    provide(name, qemu is not None, f"%{{qemu-{name}}}", qemu or f"qemu-{name}", f"no qemu-{name}; run scripts/setup.sh")
    clang = os.path.join(config.llvm_tools_dir, "clang")
    config.substitutions.append((f"%{{cc-{name}}}", f"{clang} --target={name}-linux-gnu {flags} {bare_flags}"))
config.substitutions += [
    ("%{bare}", bare),
    ("%{cross-cases}", os.environ.get("IQUANT_CROSS_CASES", "10")),
    ("%{random-program}", os.path.join(config.iquant_obj_root, "unittests/iquant-random-program")),
]

if config.iquant_sanitizer:
    config.available_features.add("sanitizer")

config.substitutions += [
    # quant-opt reads the bytecode of a round trip from memory that it does not
    # align, which weights of imported models ask for; their tests use this.
    ("%{opt-no-roundtrip}", os.path.join(config.iquant_tools_dir, "quant-opt")),
    ("%{source-root}", config.iquant_src_root),
    ("%{build-root}", config.iquant_obj_root),
    ("%{libs}", config.iquant_libs_dir),
    ("%{cmake}", config.cmake),
    ("%{cc}", config.cc),
    ("%{cxx}", config.cxx),
    ("%{mlir-dir}", config.mlir_dir),
]
