#!/usr/bin/env bash
# The whole way of one model: import, quantize, prove, run, compare.
# Usage: scripts/main-job.sh [DIRECTORY OF THE TOOLS]

# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "$0")/common.sh"

tools=$(realpath "${1:-build/bin}")
out="$root/build/main-job"
prompt="The capital of France is"
context=512 windows=2
mkdir -p "$out"

printf '%s' "$prompt" | "$python" scripts/text.py encode "$model" >"$out/prompt.ids"
"$python" scripts/text.py encode "$model" "$test_text" --limit $((context * windows)) >"$out/test.ids"

stage "Import the GGUF file as transformer IR" \
  "$tools/quant-import" "$model" -o "$out/float.mlirbc"
stage "Quantize to iquant IR" \
  "$tools/quant-opt" "$out/float.mlirbc" --iquant-quantize-pipeline --emit-bytecode -o "$out/integer.mlirbc"
stage "Prove that no floating-point computation is left" \
  "$tools/quant-opt" "$out/integer.mlirbc" --verify-integer-only --verify-accumulator-range -o /dev/null

next_tokens() {
  for kind in float integer; do
    "$tools/quant-run" run "$out/$kind.mlirbc" --ids "$out/prompt.ids" --top 5 --json >"$out/$kind.json"
  done
  "$python" scripts/text.py next "$model" "$out/float.json" "$out/integer.json"
}
stage "Five likeliest tokens after \"$prompt\"" next_tokens

continue_prompt() {
  "$tools/quant-run" generate "$out/integer.mlirbc" --ids "$out/prompt.ids" --tokens 32 >"$out/answer.ids"
  "$python" scripts/text.py decode "$model" "$out/answer.ids"
  echo
}
stage "Continuation of \"$prompt\" in integers" continue_prompt

for kind in float integer; do
  stage "Perplexity on $windows x $context tokens, $kind" \
    "$tools/quant-run" perplexity "$out/$kind.mlirbc" --ids "$out/test.ids" --context "$context" --windows "$windows"
done
stage "Compare op by op" \
  "$tools/quant-run" compare "$out/float.mlirbc" "$out/integer.mlirbc" --ids "$out/prompt.ids" --html "$out/report.html"
say "report: $out/report.html"
