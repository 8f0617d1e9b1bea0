#!/usr/bin/env bash
# Builds llama.cpp, or forks of it, outside of this tree and times them and
# SmolLM2 of this project in turn: prefill of 512 tokens and decode of 128,
# medians and paired ratios.
# Usage: scripts/bench-peers.sh [--rounds N] [--threads N] PATH...

# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

rounds=10
threads=1
peers=()
while [ $# -gt 0 ]; do
  case "$1" in
  --rounds | --threads)
    [[ "${2:-}" =~ ^[1-9][0-9]*$ ]] || die "expects a positive number behind $1, got '${2:-}'"
    declare "${1#--}=$2"
    shift
    ;;
  -*) die "unknown argument $1; expects --rounds, --threads or folders with sources" ;;
  *)
    [ -f "$1/CMakeLists.txt" ] || die "'$1' has no CMakeLists.txt; expects the sources of llama.cpp or of a fork"
    peers+=("$(realpath "$1")")
    ;;
  esac
  shift
done
if [ ${#peers[@]} -eq 0 ]; then
  cat >&2 <<'HELP'
usage: scripts/bench-peers.sh [--rounds N] [--threads N] PATH...
PATH is a clone of https://github.com/ggml-org/llama.cpp or of
https://github.com/ikawrakow/ik_llama.cpp, or the folder vendor/llama.cpp of the
Python package that carries it:
  pip download --no-binary :all: --no-deps llama-cpp-python
  tar xf llama_cpp_python-*.tar.gz
HELP
  exit 1
fi

builds="${TMPDIR:-/tmp}/iquant-peers"
out="$root/build/bench-peers"
mkdir -p "$out"

# build_peer SOURCES BUILD
build_peer() {
  mkdir -p "$2"
  cmake -S "$1" -B "$2" -G Ninja -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON -DGGML_BLAS=OFF \
    -DLLAMA_OPENSSL=OFF -DLLAMA_CURL=OFF -DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_TESTS=OFF >"$2/cmake.log" 2>&1 || {
    cat "$2/cmake.log"
    die "cmake cannot configure '$1'"
  }
  cmake --build "$2" --parallel "$(nproc)" --target llama-bench llama-quantize
}

# quantize_peer BUILD: the peer has no 8-bit form of the model; its own tool
# makes one of the same weights that quant-import reads.
quantize_peer() {
  [ -f "$1/model.Q8_0.gguf" ] ||
    "$1/bin/llama-quantize" --allow-requantize "$model" "$1/model.Q8_0.gguf" Q8_0 >"$1/quantize.log" 2>&1 || {
    tail -n 5 "$1/quantize.log"
    die "llama-quantize cannot make a Q8_0 file of $model"
  }
}

quantize_ours() {
  build/bin/quant-import "$model" -o "$out/float.mlirbc"
  build/bin/quant-opt "$out/float.mlirbc" --iquant-quantize-pipeline --emit-bytecode -o "$out/integer.mlirbc"
}

[ -x build/bin/quant-run ] || stage "Build iquant" build release
arguments=()
for peer in "${peers[@]}"; do
  name=$(basename "$peer")
  stage "Build $name in $builds/$name" build_peer "$peer" "$builds/$name"
  stage "Quantize for $name" quantize_peer "$builds/$name"
  arguments+=(--peer "$name" "$builds/$name/bin/llama-bench" "$builds/$name/model.Q8_0.gguf")
done
stage "Import and quantize" quantize_ours
"$python" scripts/bench-peers.py --rounds "$rounds" --threads "$threads" "${arguments[@]}" \
  --ours build/bin/quant-run "$out/integer.mlirbc"
