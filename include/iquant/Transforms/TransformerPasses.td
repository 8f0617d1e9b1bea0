// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes on the transformer dialect: calibration, foldings, caches.

#ifndef IQUANT_TRANSFORMS_TRANSFORMERPASSES_TD
#define IQUANT_TRANSFORMS_TRANSFORMERPASSES_TD

include "mlir/Pass/PassBase.td"

def TransformerInsertObservers : Pass<"transformer-insert-observers", "::mlir::ModuleOp"> {
  let summary = "Name every value whose range matters to quantization";
  let description = [{
    Puts a `transformer.observe` on each of these values, in front of all that
    read it:

    * what a linear or a norm reads, a value once, however many read it;
    * query, key and value of an attention, and its result;
    * what a SwiGLU, SiLU or GELU reads;
    * every sum, and so the residual stream;
    * what a function returns: hidden states or logits.

    An attention gets a name for its scores.

    Requires nothing; functions may hold anything beside these ops.

    Guarantees that every name occurs once in the module and depends on nothing
    but the model. It is that of the location of the op that makes the value,
    `layers.3.self_attn.q_rope`, followed by `#1` for its second result. Where
    the location has no name, it is made of function, kind of op, and the place
    of the op among those of its kind: `forward.linear.12`; for an argument of a
    block, `forward.argument.0`. A name that is taken gets `'` behind it. The
    scores of an attention add `.scores`. Later matching sees through observers,
    so that a function converts to the same integer ops as without them.

    Declines, by a remark, a value of which the number of channels is dynamic.
    Leaves alone constants, and values that have an observer; so it changes
    nothing when it runs again.
  }];
  let dependentDialects = ["::mlir::transformer::TransformerDialect"];
}

def TransformerAttachStatistics : Pass<"transformer-attach-statistics", "::mlir::ModuleOp"> {
  let summary = "Give every observer what a calibration run saw";
  let description = [{
    Reads a file that `quant-run calibrate` wrote, format and meaning of which
    are in `docs/Calibration.md`, and sets the attribute `statistics` of every
    op that observes a value: `transformer.observe`, and `transformer.attention`
    with a name for its scores. Vectors of more than 16 channels are resources.

    Requires that the module has the observers of the one that was calibrated:
    run `transformer-insert-observers` before, and what changes values later.

    Guarantees all or nothing: a file that cannot be read, of another version,
    or of another model is an error, and no observer changes. The error names
    values without statistics, with another number of channels, and in the file
    alone. Whether weights are the same cannot be seen, if names and shapes are.
  }];
  let options = [
    Option<"file", "file", "std::string", /*default=*/"", "The file of statistics">
  ];
  let dependentDialects = ["::mlir::transformer::TransformerDialect"];
}

def TransformerFoldNormScale : Pass<"transformer-fold-norm-scale", "::mlir::ModuleOp"> {
  let summary = "Fold scale and shift of every norm into the linears that read it";
  let description = [{
    A norm multiplies each channel by a constant scale and adds a constant
    shift. A linear can do both: its weight's columns take the scale, its bias
    takes the product of weight and shift.

    Requires nothing. The norm is any op with `ScalesChannelsOpInterface`, the
    linear any op with `AbsorbsChannelMapOpInterface`; observers between them
    are looked through.

    Guarantees that the module computes the same function of real numbers. The
    norm has neither scale nor shift afterwards. A linear without a bias gets
    one if there is a shift. Constants are computed in double precision and
    rounded once, to f32 unless they are f64; a constant that other ops read too
    is copied, and one that nobody reads is erased. Observers of the norm lose
    their statistics.

    Declines a norm whose parameters are no constants, or whose result is read
    by anything else than such linears, the residual stream of a post-norm
    encoder for one. A remark says which op is in the way.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def TransformerFoldRotation : Pass<"transformer-fold-rotation", "::mlir::ModuleOp"> {
  let summary = "Rotate residual stream and heads so that no channel stands out";
  let description = [{
    Multiplies the channels of values by random orthogonal matrices, and the
    constants around them by the inverse. An outlier of one channel then spreads
    over all of them, and 8-bit codes of a row lose less.

    Requires nothing. What passes and what absorbs a rotation, ops say through
    `CommutesWithChannelMapOpInterface` and `AbsorbsChannelMapOpInterface`; the
    pass finds all values that can be rotated together. In a decoder these are

    * the residual stream: embedding, sums, the norms that read them, and every
      linear before and behind;
    * each value head with the part of the output projection that reads it, for
      grouped queries one matrix per value head.

    Queries and keys rotate together where no rotary embedding stands between. A
    norm with a scale lets no rotation pass, so all of `transformer-fold-norm-scale`
    is done first. A layer norm subtracts the mean: through it pass the rotations
    that keep the vector of ones, so these are used where the stream meets one.

    Guarantees that the module computes the same function of real numbers; that
    weights are computed in double precision and rounded once, to f32 unless
    they are f64; and that the same `seed` gives the same weights on every
    machine. An embedding and a head that share their table get one each.

    The matrices are Hadamard matrices with random signs, their order being a
    power of two times the smallest order for which Paley's constructions over a
    prime field give one (576 = 16 * 36); for other sizes the discrete Hartley
    transform of the odd part takes that place. Both are as flat as can be: no
    entry is above sqrt(2 / n).

    Declines, by a remark that names the op in the way, values that anything
    else reads or makes: a norm whose scale could not be folded, a function's
    arguments and results, ops without the interfaces. Observers keep their
    names; those of rotated values lose their statistics.
  }];
  let options = [
    Option<"seed", "seed", "uint64_t", /*default=*/"0",
           "Seed of the signs, any 64-bit number">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def TransformerFoldCacheScales : Pass<"transformer-fold-cache-scales", "::mlir::ModuleOp"> {
  let summary = "Static scales of keys and values, per channel";
  let description = [{
    Clamps the keys and values of every attention to the ranges that calibration
    saw, so that their integers have static scales, where otherwise each row has
    one. The scales are per channel: those of the channels move into the
    projections (the query takes the inverse of its keys'), so that one range a
    head is left, in a `transformer.clamp`. Channels whose maps are tied, such
    as the pairs of a rotary embedding, share the scale of the larger one.

    Requires observers with statistics of all keys and values
    (`transformer-attach-statistics`).

    Guarantees that the module computes the same function of real numbers as
    long as magnitudes are within those of the statistics; larger ones saturate.
    Later passes find no scales between the values, since no map passes a clamp.

    Declines nothing: an attention whose channels cannot be scaled has ranges a
    head all the same. Statistics that are missing are an error.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def TransformerFoldSmoothing : Pass<"transformer-fold-smoothing", "::mlir::ModuleOp"> {
  let summary = "Trade the range of activations for that of weights, channel by channel";
  let description = [{
    Divides the channels of a value by scales that the constants before it
    absorb, and multiplies the weights behind it by the same scales. Where an
    activation has outliers in a few channels and the weight has none, 8-bit
    codes of both lose less.

    The places are found through `CommutesWithChannelMapOpInterface`,
    `AbsorbsChannelMapOpInterface` and `ScalesChannelsOpInterface`: all values
    whose channel scales nobody sees. In a decoder these are

    * the result of a norm, for query, key and value projections, for gate and
      up projections, and for the head;
    * the up projection, through the SwiGLU, for the down projection;
    * the value projection, through the attention, for the output projection:
      one scale per channel of a value head, shared by its query heads;
    * query against key: one scale per channel of a key head, shared by its
      query heads and, with a rotary embedding, by both channels of a pair.

    Requires observers with statistics (`transformer-attach-statistics`), unless
    scales come from a file; the search requires that they hold sample rows
    (`quant-run calibrate --rows`).

    | strategy | scales |
    | --- | --- |
    | `alpha` | `a^alpha / w^(1 - alpha)`, divided by their geometric mean: `a` is the largest magnitude of the channel's activations, `w` that of the weights, or keys, that it meets |
    | `search` | the same, with that `alpha` of 0, 0.05 .. 1 that leaves the smallest error of the quantized products on sample rows |
    | `file` | those of `file`, in the format of `docs/Folding.md`, for every place |

    Guarantees that the module computes the same function of real numbers, and
    that constants are computed in double precision and rounded once, to f32
    unless they are f64. A norm without a scale gets one; a constant that other
    ops read too is copied. Observers of values that were divided lose their
    statistics. A file that does not fit the module is an error that names the
    places.

    Declines, by a remark, places without statistics, those of which no alpha
    makes the error smaller, and those whose scales are all 1. That no place has
    statistics is an error.
  }];
  let options = [
    Option<"strategy", "strategy", "SmoothingStrategy", /*default=*/"SmoothingStrategy::Search",
           "Where scales come from",
           [{::llvm::cl::values(
             clEnumValN(::mlir::iquant::SmoothingStrategy::Alpha, "alpha", "statistics, with one alpha"),
             clEnumValN(::mlir::iquant::SmoothingStrategy::Search, "search", "statistics, with the best alpha of each place"),
             clEnumValN(::mlir::iquant::SmoothingStrategy::File, "file", "a file"))}]>,
    Option<"alpha", "alpha", "double", /*default=*/"0.6",
           "Share of the activations' range that moves into weights, 0 .. 1; for the strategy alpha">,
    Option<"rowGroup", "row-group", "int64_t", /*default=*/"384",
           "Most channels of a linear's input that share an exponent, 0 for whole rows; for the search">,
    Option<"file", "file", "std::string", /*default=*/"", "The file of scales to read">,
    Option<"output", "output", "std::string", /*default=*/"", "Where to write the scales of all places, as such a file">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def TransformerClipSoftmax : Pass<"transformer-clip-softmax", "::mlir::ModuleOp"> {
  let summary = "Give every softmax few exponentials: a clip, codes of few bits, and a table";
  let description = [{
    Sets the attribute `clip` of every `transformer.attention`, and of every
    `transformer.softmax` where the clip is given: where the input of the softmax
    is clipped, and what each of its few codes weighs. The float lowering
    computes with these codes, so that a float model shows what they cost, and
    nothing but that; `convert-transformer-to-iquant` makes tables of integers
    of them.

    | strategy | clip | weights |
    | --- | --- | --- |
    | `fixed` | `at`, for all | exponentials |
    | `exaq-rule` | the published line over the deviation of the scores (EXAQ, arXiv 2410.03185), and not below the smallest score | exponentials |
    | `exaq-mse` | the minimum of the expected squared error of the exponential of a Gaussian with mean and deviation of the scores, which the line approximates | exponentials |
    | `calibrated` | for each head, thresholds between codes, down to -16, with the least squared error of attention's results on sample texts | those with the least error |

    EXAQ has lines for 2, 3 and 4 bits. With `bits=5 strategy=fixed at=-6.6
    floor=zero` the table is that of IntAttention (arXiv 2511.21513). Codes of 8
    bits have a given clip; with `bits=8 strategy=fixed at=-12` exponentials are
    those that integers have without a clip, so that a float model shows what
    these cost.

    The first three clip all heads of an attention alike, unless `per-head` is
    set. `bits=auto` starts from 2 bits and gives more to the attention where
    they take most error away, until the squared error of attention's results,
    relative to their square and averaged over the attentions, is at most
    `budget`.

    Requires observers with statistics of the scores
    (`transformer-attach-statistics`) for the strategies of EXAQ; with sequences
    (`quant-run calibrate --sequences`) for `calibrated` and for `bits=auto`.
    Runs before passes that change queries, keys and values, which lose their
    statistics; clips hold for what they become, as scores stay the same.

    Guarantees that statistics have no sequences afterwards: nothing else reads
    them, and they are large.

    Declines, by a remark, attentions without statistics, and softmax ops if the
    clip is not given. It is an error if no attention has what it needs, or if 4
    bits everywhere do not meet the budget.
  }];
  let options = [
    Option<"strategy", "strategy", "ClipStrategy", /*default=*/"ClipStrategy::Calibrated",
           "Where clips come from",
           [{::llvm::cl::values(
             clEnumValN(::mlir::iquant::ClipStrategy::Fixed, "fixed", "the option 'at'"),
             clEnumValN(::mlir::iquant::ClipStrategy::ExaqRule, "exaq-rule", "the published line over the deviation"),
             clEnumValN(::mlir::iquant::ClipStrategy::ExaqMse, "exaq-mse", "the least expected error of the exponential"),
             clEnumValN(::mlir::iquant::ClipStrategy::Calibrated, "calibrated", "the least error of attention's results"))}]>,
    Option<"bits", "bits", "ClipBits", /*default=*/"ClipBits::Three", "Bits of a code",
           [{::llvm::cl::values(
             clEnumValN(::mlir::iquant::ClipBits::Two, "2", "4 weights"),
             clEnumValN(::mlir::iquant::ClipBits::Three, "3", "8 weights"),
             clEnumValN(::mlir::iquant::ClipBits::Four, "4", "16 weights"),
             clEnumValN(::mlir::iquant::ClipBits::Five, "5", "32 weights"),
             clEnumValN(::mlir::iquant::ClipBits::Eight, "8", "256 weights, products of two tables"),
             clEnumValN(::mlir::iquant::ClipBits::Auto, "auto", "as few as the budget allows"))}]>,
    Option<"perHead", "per-head", "bool", /*default=*/"false",
           "Whether heads have clips of their own; with 'calibrated' they always have thresholds of their own">,
    Option<"at", "at", "double", /*default=*/"-6.0", "The clip of the strategy 'fixed'">,
    Option<"floor", "floor", "transformer::ClipFloor", /*default=*/"transformer::ClipFloor::Exponential",
           "What the last code weighs, unless calibrated",
           [{::llvm::cl::values(
             clEnumValN(::mlir::transformer::ClipFloor::Exponential, "exponential", "the exponential of the clip"),
             clEnumValN(::mlir::transformer::ClipFloor::Zero, "zero", "nothing"))}]>,
    Option<"rounding", "rounding", "transformer::ClipRounding", /*default=*/"transformer::ClipRounding::Nearest",
           "How inputs become codes",
           [{::llvm::cl::values(
             clEnumValN(::mlir::transformer::ClipRounding::Nearest, "nearest", "to the nearest"),
             clEnumValN(::mlir::transformer::ClipRounding::Dithered, "dithered", "up or down by the position of the key"))}]>,
    Option<"width", "width", "unsigned", /*default=*/"8", "Bits of a weight, 8 or 16">,
    Option<"budget", "budget", "double", /*default=*/"0.01",
           "Most squared error of attention's results relative to their square, for 'bits=auto'">
  ];
  let dependentDialects = ["::mlir::transformer::TransformerDialect"];
}

def TransformerAddCache : Pass<"transformer-add-cache", "::mlir::ModuleOp"> {
  let summary = "Give a decoder a second function that continues from a cache";
  let description = [{
    Makes `step` beside `forward`. It takes the ids of the next positions, one
    or many, the position of the first of them, and for each attention a cache
    of keys and one of values; it returns the result of the last position, such
    as the logits of the next token, and the caches with the rows of the new
    positions. The cut of a text into calls does not matter: each position
    computes what it computes in `forward`.

    In `step` keys and values go through `transformer.update_cache`, attention
    reads the caches, and rotary embeddings start at the position; arguments
    that hold the positions of all rows, or cosines and sines, hold those of the
    new rows. A `tensor.extract_slice` takes the last position as early as it
    can, so that a long prompt does not pay for the head of a vocabulary at every
    position. An argument and a result that are one cache have the same name as
    `transformer.cache`: `key.0` for the keys of the first attention. A static
    length of the sequence becomes dynamic, and so is the capacity of the caches.
    Constants are those of `forward`; run foldings before, as each works on one
    function.

    Requires: a function of one block and one result, in which ids go through
    `transformer.embedding`, and everything that comes from them through ops of
    the transformer dialect that work row by row, or through causal attention
    without a mask.

    Guarantees that `forward` stays as it is. Declines, with a remark that
    names what is in the way: no such function, a function `step` that exists,
    an attention that is not causal, has a mask or has an offset already, and any op
    that might mix positions.
  }];
  let options = [
    Option<"function", "function", "std::string", /*default=*/"\"forward\"", "The function of whole sequences">,
    Option<"step", "step", "std::string", /*default=*/"\"step\"", "Name of the function that continues from a cache">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::transformer::TransformerDialect"];
}

#endif // IQUANT_TRANSFORMS_TRANSFORMERPASSES_TD
