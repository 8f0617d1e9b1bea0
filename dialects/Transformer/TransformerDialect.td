// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The transformer dialect: what a model means, in floating point.

#ifndef IQUANT_TRANSFORMER_DIALECT_TD
#define IQUANT_TRANSFORMER_DIALECT_TD

include "mlir/IR/DialectBase.td"

def Transformer_Dialect : Dialect {
  let name = "transformer";
  let cppNamespace = "::mlir::transformer";
  let summary = "The operators of decoder and encoder transformers on ranked tensors.";
  let description = [{
    One op per operator of a LLaMA-style decoder or BERT-style encoder, with
    the float semantics of the published model. Foldings, calibration and
    quantization work at this level, because here a scale, a clip or a bit
    width still has a name. `RATIONALE.md` beside the definitions says why
    these ops and what was left out.

    Conventions, for every op:

    * The last dimension of an activation holds the channels; the dimensions
      before it are rows (batch, sequence). Any of them may be dynamic, the
      channels may not.
    * Heads stay packed in the channels: head `h` of width `D` is the channels
      `h*D .. h*D + D - 1`.
    * A weight is `[output channels, input channels]`, as checkpoints store it.
    * Activations and parameters may have different float types; arithmetic is
      that of real numbers, rounded at the result.

    A function that is a whole model says what a runner must know of it:

    * `transformer.context_length : i64`: the most positions it was made for.
    * `transformer.vocabulary_size : i64`: valid token ids are those below.
    * `transformer.begin_token : i64`, `transformer.end_tokens : array<i64>`:
      the ids that begin and that end a text, where the checkpoint names them.

    A function that continues a text names its caches. An argument and a result
    of the same `transformer.cache : string` are one cache: the caller passes
    what it got from the call before, and may lose what it passed, since the
    function may update it in place.
  }];
  let useDefaultAttributePrinterParser = 1;
}

#endif // IQUANT_TRANSFORMER_DIALECT_TD
