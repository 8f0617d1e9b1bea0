#!/usr/bin/env bash
# Builds llama.cpp outside of this tree and times it and SmolLM2 of this project
# in turn: prefill of 512 tokens and decode of 128 on one thread, medians and
# paired ratios.
# Usage: scripts/bench-peers.sh PATH_TO_LLAMA_CPP [ROUNDS]

# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  cat >&2 <<'HELP'
usage: scripts/bench-peers.sh PATH_TO_LLAMA_CPP [ROUNDS]
The sources of llama.cpp are a clone of its repository, or the folder
vendor/llama.cpp of the Python package that carries them:
  pip download --no-binary :all: --no-deps llama-cpp-python
  tar xf llama_cpp_python-*.tar.gz
HELP
  exit 1
fi
llama=$(realpath -e "$1") || die "'$1' is no folder"
rounds=${2:-10}
[ -f "$llama/CMakeLists.txt" ] || die "'$llama' has no CMakeLists.txt; expects the sources of llama.cpp"
[[ $rounds =~ ^[1-9][0-9]*$ ]] || die "expects a positive number of rounds, got '$rounds'"

peer="${TMPDIR:-/tmp}/iquant-peers/llama.cpp"
out="$root/build/bench-peers"
mkdir -p "$peer" "$out"

build_peer() {
  cmake -S "$llama" -B "$peer" -G Ninja -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON -DGGML_BLAS=OFF \
    -DLLAMA_OPENSSL=OFF -DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_TESTS=OFF >"$peer/cmake.log" 2>&1 || {
    cat "$peer/cmake.log"
    die "cmake cannot configure llama.cpp"
  }
  cmake --build "$peer" --parallel "$(nproc)" --target llama-bench llama-quantize
}

# The peer has no 8-bit form of the model; its own tool makes one of the same
# weights that quant-import reads.
quantize_peer() {
  [ -f "$peer/model.Q8_0.gguf" ] ||
    "$peer/bin/llama-quantize" --allow-requantize "$model" "$peer/model.Q8_0.gguf" Q8_0 >"$peer/quantize.log" 2>&1 || {
    tail -n 5 "$peer/quantize.log"
    die "llama-quantize cannot make a Q8_0 file of $model"
  }
}

quantize_ours() {
  build/bin/quant-import "$model" -o "$out/float.mlirbc"
  build/bin/quant-opt "$out/float.mlirbc" --iquant-quantize-pipeline --emit-bytecode -o "$out/integer.mlirbc"
}

[ -x build/bin/quant-run ] || stage "Build iquant" build release
stage "Build llama.cpp in $peer" build_peer
stage "Quantize for the peer" quantize_peer
stage "Import and quantize" quantize_ours
"$python" scripts/bench-peers.py --rounds "$rounds" \
  --peer "$peer/bin/llama-bench" "$peer/model.Q8_0.gguf" \
  --ours build/bin/quant-run "$out/integer.mlirbc"
