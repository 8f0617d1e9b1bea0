# shellcheck shell=bash disable=SC2034
# Sourced by the scripts beside it: where things are, and stages that show
# what runs and how long it took.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

model="$root/models/SmolLM2-135M-Instruct.Q4_1.gguf"
encoder="$root/models/all-MiniLM-L6-v2"
test_text="$root/models/text/test.txt"
python="$root/.venv/bin/python"
[ -x "$python" ] || python=python3

say() { printf '   %s\n' "$*"; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# stage TITLE COMMAND...: runs the command under a heading and prints its time.
stage() {
  local title=$1 start=$SECONDS
  shift
  printf '== %s\n' "$title"
  "$@"
  printf '== %s: %d s\n\n' "$title" $((SECONDS - start))
}

# build PRESET: configures and builds everything, tests included.
build() {
  cmake --preset "$1" >"$root/.cmake.log" 2>&1 || {
    cat "$root/.cmake.log"
    die "cmake cannot configure preset $1"
  }
  rm -f "$root/.cmake.log"
  # One compiler per core: more would need more than 4 GiB of memory on two.
  cmake --build --preset "$1" --parallel "$(nproc)"
}
