#!/usr/bin/env bash
# Runs one fuzzer on seeds that the packages safetensors and gguf write, or that
# tests have. Fails when it finds an input that crashes, hangs or leaks.
# Usage: scripts/fuzz.sh FUZZER SECONDS
#   FUZZER   for example build/fuzz/gguf-fuzzer
#   SECONDS  how long it looks for new inputs

# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

[ $# -eq 2 ] || die "expects 2 arguments, got $#"
fuzzer=$1
[ -x "$fuzzer" ] || die "no fuzzer $fuzzer; build it first"

# The corpus grows from run to run; findings stay beside it.
corpus="$fuzzer.corpus"
mkdir -p "$corpus"
"$python" scripts/fuzz-seeds.py "$(basename "$fuzzer" -fuzzer)" "$corpus"
"$fuzzer" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -max_len=8192 -verbosity=0 -print_final_stats=1 \
  -artifact_prefix="$fuzzer." "$corpus"
