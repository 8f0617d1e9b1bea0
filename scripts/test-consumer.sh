#!/usr/bin/env bash
# Installs a build to a scratch prefix, builds examples/consumer against it with
# find_package(IQuant), and runs it. Usage: scripts/test-consumer.sh [BUILD_DIR]

# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

build_dir=$(realpath "${1:-build}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cmake --install "$build_dir" --prefix "$scratch/prefix" >/dev/null
"$scratch/prefix/bin/quant-opt" --version >/dev/null || die "the installed quant-opt does not start"
cmake -S examples/consumer -B "$scratch/build" -G Ninja -DCMAKE_CXX_COMPILER=clang++-22 -DCMAKE_C_COMPILER=clang-22 \
  -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld-22 -DCMAKE_PREFIX_PATH="$scratch/prefix;/usr/lib/llvm-22" >/dev/null
cmake --build "$scratch/build"
"$scratch/build/consumer" examples/consumer/model.mlir >"$scratch/out.mlir"
grep -q 'iquant.linear .* -> !iquant.fixed<2x2xi32, 12>' "$scratch/out.mlir" ||
  die "the consumer did not convert its module with its own options"
! grep -q 'transformer\.' "$scratch/out.mlir" || die "the consumer left transformer ops"

# Bad input ends with a sentence and status 1.
echo 'func.func @f(' >"$scratch/bad.mlir"
status=0
"$scratch/build/consumer" "$scratch/bad.mlir" 2>"$scratch/error" || status=$?
[ "$status" -eq 1 ] || die "the consumer ended with $status on a broken module; expects 1"
grep -q 'error:' "$scratch/error" || die "the consumer said nothing about a broken module"
