#!/usr/bin/env bash
# Sets up, builds, and runs every test. Ends with "N passed, N failed".
# Usage: scripts/test.sh [--sanitize] [--no-setup] [--real-ir]
#   --sanitize  the build with AddressSanitizer and UndefinedBehaviorSanitizer
#   --no-setup  with what is installed: no root and no network are needed, and
#               tests whose model or packages are missing are skipped
#   --real-ir   models of PyTorch and ONNX alone: sets up .venv-import, in which
#               scripts/import-torch.py and import-onnx.py make IR of them,
#               builds, and runs the tests that raise it

# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

preset=release
build_dir="$root/build"
needs_setup=true
only_real_ir=false
for argument in "$@"; do
  case "$argument" in
  --sanitize)
    preset=sanitize
    build_dir="$root/build/sanitize"
    # LLVM's allocators poison in this build and unpoison in the one of Debian;
    # the signal stacks of its threads are its own to free.
    export ASAN_OPTIONS=allow_user_poisoning=0:use_sigaltstack=0
    ;;
  --no-setup) needs_setup=false ;;
  --real-ir) only_real_ir=true ;;
  *) die "unknown argument $argument; expects --sanitize, --no-setup or --real-ir" ;;
  esac
done

passed=0
failed=0
declare -a broken=()

# count PASSED FAILED NAME: adds to the sum.
count() {
  passed=$((passed + $1))
  failed=$((failed + $2))
  [ "$2" -eq 0 ] || broken+=("$3")
}

# check TITLE COMMAND...: one test that is a command's exit status.
check() {
  local title=$1 start=$SECONDS
  shift
  printf '== %s\n' "$title"
  if "$@"; then count 1 0 "$title"; else count 0 1 "$title"; fi
  printf '== %s: %d s\n\n' "$title" $((SECONDS - start))
}

# The number that follows or precedes a word in a log: figure LOG PATTERN.
figure() { sed -nE "s/$2/\1/p" "$1" | awk '{ sum += $1 } END { print sum + 0 }'; }

# lit_tests [FILTER]
lit_tests() {
  local log="$build_dir/lit.log" status=0
  IQUANT_VERIFY_ROUNDTRIP=1 "$(llvm-config-22 --bindir)/lit" -sv -j "$(nproc)" --order=smart --filter="${1:-}" "$build_dir/test" 2>&1 |
    tee "$log" || status=$?
  local bad
  bad=$(sed -nE 's/^ *(Failed|Unresolved|Timed Out|Unexpectedly Passed) *: *([0-9]+).*/\2/p' "$log" | awk '{ s += $1 } END { print s + 0 }')
  [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  count "$(figure "$log" '^ *Passed *: *([0-9]+).*')" "$bad" "lit tests"
}

unit_tests() {
  local log="$build_dir/ctest.log" status=0
  ctest --test-dir "$build_dir" --parallel "$(nproc)" --output-on-failure 2>&1 |
    tee "$log" | grep -v '^ *Start ' || status=$?
  local all bad
  all=$(figure "$log" '.* tests failed out of ([0-9]+).*')
  bad=$(figure "$log" '.*, ([0-9]+) tests failed out of .*')
  [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  count $((all - bad)) "$bad" "unit tests"
}

# finish: says what was found, and is the exit status.
finish() {
  [ ${#broken[@]} -eq 0 ] || printf 'failed: %s\n' "${broken[@]}"
  echo "total time: $SECONDS s"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}

# The environment that exports models, as its requirements say.
setup_import() {
  [ -x .venv-import/bin/python ] || python3.11 -m venv .venv-import
  .venv-import/bin/pip install --quiet --no-deps --require-hashes -r scripts/requirements-import.txt -r scripts/requirements-torch.txt
}

if $needs_setup; then scripts/setup.sh; fi
if $only_real_ir; then
  if $needs_setup; then stage "Packages that export models" setup_import; fi
  stage "Build ($preset)" build "$preset"
  stage "Models of PyTorch" lit_tests 'Integration/(import-|raise)'
  finish
  exit
fi
stage "Build ($preset)" build "$preset"
stage "Lit tests" lit_tests
stage "Unit tests" unit_tests
check "Every numbered constraint has a negative test" "$python" scripts/check-constraints.py
check "Every op and pass has a doctest" "$python" scripts/check-doctests.py --build "$build_dir"
check "Generated docs are current" "$python" scripts/generate-docs.py --build "$build_dir" --check
if [ "$preset" = release ]; then
  check "A project outside of the tree builds with find_package(IQuant)" scripts/test-consumer.sh "$build_dir"
fi
if "$python" -c 'import gguf, safetensors' 2>/dev/null; then
  for fuzzer in "$build_dir"/fuzz/*-fuzzer; do
    [ -x "$fuzzer" ] || continue
    check "$(basename "$fuzzer"): 60 s" scripts/fuzz.sh "$fuzzer" 60
  done
else
  say "no fuzzers run: $python lacks the packages that write their seeds"
fi

finish
