/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

   Continues a text as examples/generate does, without a C library and, on
   RISC-V, without a floating-point register:

     generate WEIGHTS TOKENS < prompt.ids */

#include "bare.h"
#include "smollm2.h"

static void check(int32_t status) {
  if (status == SMOLLM2_OK)
    return;
  print("status ");
  print_number(status);
  print("\n");
  fail("the model did not compute");
}

/* The likeliest token; of equal ones the first. */
static int32_t find_largest(const int32_t *logits) {
  int32_t best = 0;
  for (int32_t token = 1; token < SMOLLM2_VOCABULARY; ++token)
    if (logits[token] > logits[best])
      best = token;
  return best;
}

static bool is_end(int32_t token) {
  static const int32_t ends[] = SMOLLM2_END_TOKENS;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; ++i)
    if (token == ends[i])
      return true;
  return false;
}

int main(int argc, char **argv) {
  if (argc != 3)
    fail("usage: generate WEIGHTS TOKENS < prompt.ids");
  const void *weights = map_file(argv[1], SMOLLM2_WEIGHTS_SIZE);
  if (!weights)
    fail("cannot map the weights");
  int64_t wanted = parse_number(argv[2]);

  static int32_t prompt[SMOLLM2_CONTEXT], logits[SMOLLM2_VOCABULARY];
  int64_t length = 0;
  for (int64_t token; length < SMOLLM2_CONTEXT && read_number(&token);)
    prompt[length++] = (int32_t)token;
  int64_t capacity = length + wanted;
  if (wanted < 1 || capacity > SMOLLM2_CONTEXT)
    fail("the prompt and the tokens wanted do not fit the model's context");

  int64_t size = smollm2_state_size(capacity);
  void *state = aligned_alloc(64, (size_t)size);
  if (!state)
    fail("out of memory");
  check(smollm2_init(state, size, capacity));
  check(smollm2_prefill(weights, state, prompt, length, logits));
  for (int32_t token; wanted > 0; --wanted) {
    token = find_largest(logits);
    if (is_end(token))
      break;
    print_number(token);
    print("\n");
    if (wanted > 1)
      check(smollm2_decode(weights, state, token, logits));
  }
  free(state);
  return 0;
}
