/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

   Continues a text with a compiled language model, greedily: reads token ids,
   one a line, and prints those that follow until the text ends.

     generate WEIGHTS TOKENS < prompt.ids

   The library is integer-only, and so is this: it compares logits as such. */

#include "smollm2.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static _Noreturn void fail(const char *what) {
  fprintf(stderr, "generate: error: %s\n", what);
  exit(1);
}

static void check(int32_t status) {
  if (status == SMOLLM2_OK)
    return;
  if (status == SMOLLM2_UNSUPPORTED_CPU)
    fail("the library is compiled for a processor that has more than this");
  fprintf(stderr, "generate: error: the model returned status %d\n", status);
  exit(1);
}

/* The weights are read as they are needed, and shared by all processes. */
static const void *map_weights(const char *path) {
  struct stat status;
  int file = open(path, O_RDONLY);
  if (file < 0 || fstat(file, &status) != 0)
    fail("cannot open the weights");
  if (status.st_size != SMOLLM2_WEIGHTS_SIZE)
    fail("the weights have another size");
  void *weights = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (weights == MAP_FAILED)
    fail("cannot map the weights");
  return weights;
}

/* The likeliest token; of equal ones the first. */
static int32_t find_largest(const int32_t *logits) {
  int32_t best = 0;
  for (int32_t token = 1; token < SMOLLM2_VOCABULARY; ++token)
    if (logits[token] > logits[best])
      best = token;
  return best;
}

static int is_end(int32_t token) {
  static const int32_t ends[] = SMOLLM2_END_TOKENS;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; ++i)
    if (token == ends[i])
      return 1;
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 3)
    fail("usage: generate WEIGHTS TOKENS < prompt.ids");
  const void *weights = map_weights(argv[1]);
  long wanted = strtol(argv[2], NULL, 10);

  static int32_t prompt[SMOLLM2_CONTEXT], logits[SMOLLM2_VOCABULARY];
  int64_t length = 0;
  while (length < SMOLLM2_CONTEXT && scanf("%d", &prompt[length]) == 1)
    ++length;
  int64_t capacity = length + wanted;
  if (length < 1 || wanted < 1 || capacity > SMOLLM2_CONTEXT)
    fail("the prompt and the tokens wanted do not fit the model's context");

  int64_t size = smollm2_state_size(capacity);
  void *state = aligned_alloc(64, size);
  if (!state)
    fail("out of memory");
  check(smollm2_init(state, size, capacity));
  /* The pieces of a prompt give the bits of the whole, and need less memory. */
  for (int64_t done = 0; done < length; done += 128)
    check(smollm2_prefill(weights, state, prompt + done,
                          length - done < 128 ? length - done : 128, logits));
  for (int32_t token; wanted > 0; --wanted) {
    token = find_largest(logits);
    if (is_end(token))
      break;
    printf("%d\n", token);
    fflush(stdout);
    if (wanted > 1)
      check(smollm2_decode(weights, state, token, logits));
  }
  free(state);
  return 0;
}
