/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

   Prints the logits behind every token of a text, computed token by token:

     logits WEIGHTS < text.ids */

#include "bare.h"
#include "model.h"

int main(int argc, char **argv) {
  const void *weights =
      argc == 2 ? map_file(argv[1], MODEL_WEIGHTS_SIZE) : NULL;
  if (!weights)
    fail("cannot map the weights");
  int64_t size = model_state_size(MODEL_CONTEXT);
  void *state = aligned_alloc(64, (size_t)size);
  if (!state || model_init(state, size, MODEL_CONTEXT) != MODEL_OK)
    fail("cannot make a state");
  static int32_t logits[MODEL_VOCABULARY];
  for (int64_t token; read_number(&token);) {
    if (model_decode(weights, state, (int32_t)token, logits) != MODEL_OK)
      fail("the model did not compute");
    for (int i = 0; i < MODEL_VOCABULARY; ++i) {
      print_number(logits[i]);
      print("\n");
    }
  }
  free(state);
  return 0;
}
