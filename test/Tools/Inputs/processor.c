/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

   Returns what the functions of a compiled model say of the processor, which
   must be one thing. Needs no library. */

#include "model.h"

static _Alignas(64) const unsigned char weights[] = {
#embed "model.weights"
};

int main(int argc, char **argv) {
  (void)argc;
  (void)argv;
  static _Alignas(64) char state[1 << 16];
  static int32_t logits[2 * MODEL_VOCABULARY];
  static const int32_t ids[] = {1, 2};
  enum { OTHER = 100, CAPACITY = 4 };
  int64_t size = model_state_size(CAPACITY);
  if (size <= 0 || size > (int64_t)sizeof state)
    return OTHER;
  int32_t status = model_init(state, sizeof state, CAPACITY);
  int32_t forward =
      model_forward(weights, ids, 1, 2, logits, 2 * MODEL_VOCABULARY);
  if (status != forward)
    return OTHER;
  if (status != MODEL_OK)
    return status;
  int32_t last = logits[2 * MODEL_VOCABULARY - 1];
  if (model_prefill(weights, state, ids, 2, logits) != MODEL_OK ||
      logits[MODEL_VOCABULARY - 1] != last)
    return OTHER;
  return MODEL_OK;
}
