/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

   Calls two compiled models in one process, with good arguments and with bad
   ones; prints what comes back. */

#include "a.h"
#include "b.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *allocate(size_t size) {
  void *memory = aligned_alloc(64, (size + 63) / 64 * 64);
  if (!memory)
    exit(2);
  return memory;
}

static void *read_file(const char *path, size_t size) {
  FILE *file = fopen(path, "rb");
  char *bytes = allocate(size);
  if (!file || fread(bytes, 1, size, file) != size)
    exit(2);
  fclose(file);
  return bytes;
}

static int largest(const int32_t *logits) {
  int best = 0;
  for (int i = 1; i < A_VOCABULARY; ++i)
    if (logits[i] > logits[best])
      best = i;
  return best;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  char *a = read_file(argv[1], A_WEIGHTS_SIZE);
  char *b = read_file(argv[2], B_WEIGHTS_SIZE);
  int64_t size = a_state_size(8);
  char *first = allocate(size), *second = allocate(size),
       *other = allocate(b_state_size(8));
  int32_t one = 1, prompt[] = {0, 1, 2}, bad[] = {0, 5}, negative[] = {-1};
  int32_t many[9] = {0}, logits[A_VOCABULARY];

  printf("init %d %d %d\n", a_init(first, size, 8), a_init(second, size, 8),
         b_init(other, b_state_size(8), 8));
  a_prefill(a, first, prompt, 3, logits);
  printf("successor of 2: %d\n", largest(logits));
  a_decode(a, second, 4, logits);
  printf("successor of 4: %d\n", largest(logits));
  b_prefill(b, other, prompt, 3, logits);
  printf("predecessor of 2: %d\n", largest(logits));
  a_decode(a, first, 3, logits);
  printf("successor of 3: %d\n", largest(logits));
  printf("positions %d %d %d\n", (int)a_position(first), (int)a_position(second),
         (int)b_position(other));

  printf("sizes of no capacity: %d %d\n", (int)a_state_size(0),
         (int)a_state_size(A_CONTEXT + 1));
  printf("null pointers: %d %d %d %d %d %d\n", a_init(NULL, size, 8),
         a_prefill(NULL, first, prompt, 3, logits),
         a_prefill(a, NULL, prompt, 3, logits),
         a_prefill(a, first, NULL, 3, logits),
         a_decode(a, first, one, NULL), a_rewind(NULL, 0));
  printf("position of nothing: %d\n", (int)a_position(NULL));
  printf("sizes: %d %d %d %d\n", a_init(first, size, 0),
         a_prefill(a, first, prompt, 0, logits), a_rewind(first, 5),
         a_rewind(first, -1));
  char *zeros = allocate(size);
  memset(zeros, 0, size);
  printf("states: %d %d %d\n", a_decode(a, zeros, one, logits),
         a_decode(a, other, one, logits), a_rewind(zeros, 0));
  printf("tokens: %d %d\n", a_prefill(a, first, bad, 2, logits),
         a_prefill(a, first, negative, 1, logits));
  printf("full: %d %d\n", a_prefill(a, second, many, 8, logits),
         a_prefill(a, first, many, 9, logits));
  printf("weights: %d %d\n", a_decode(b, first, one, logits),
         a_decode(zeros, first, one, logits));
  printf("short state: %d\n", a_init(first, size - 1, 8));
  printf("misaligned: %d %d\n", a_init(first + 8, size, 4),
         a_decode(a + 8, first, one, logits));

  /* Nothing of that changed the text, and what is taken back can be said anew. */
  printf("positions %d %d\n", (int)a_position(first), (int)a_position(second));
  printf("rewind %d\n", a_rewind(first, 1));
  a_decode(a, first, 0, logits);
  printf("successor of 0: %d\n", largest(logits));

  int32_t rows[2 * A_VOCABULARY], ids[] = {3, 4};
  printf("forward %d", a_forward(a, ids, 1, 2, rows, 2 * A_VOCABULARY));
  printf(": %d %d\n", largest(rows), largest(rows + A_VOCABULARY));
  printf("short result: %d\n", a_forward(a, ids, 1, 2, rows, 9));
  printf("negative size: %d\n", a_forward(a, ids, 1, -2, rows, 10));
  return 0;
}
