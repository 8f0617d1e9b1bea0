/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

   Ends with what the functions of a compiled model say of the processor, which
   must be one thing: their status, or, if all is well, 20 and the number of the
   target whose code was chosen. */

#include "model.h"

static _Alignas(64) const unsigned char weights[] = {
#embed "model.weights"
};

int main(int argc, char **argv) {
  (void)argc;
  (void)argv;
  static _Alignas(64) int64_t state[1 << 13];
  static int32_t logits[2 * MODEL_VOCABULARY];
  static const int32_t ids[] = {1, 2};
  enum { CHOSEN = 20, OTHER = 100, CAPACITY = 4 };
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
  /* The fourth word of a state. */
  return CHOSEN + (int)state[3];
}
