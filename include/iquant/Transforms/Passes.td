// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes within one level of IR: calibration, foldings, proofs, sharing of bodies, vectorisation.

#ifndef IQUANT_TRANSFORMS_PASSES_TD
#define IQUANT_TRANSFORMS_PASSES_TD

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

def VerifyIntegerOnly : Pass<"verify-integer-only", "::mlir::ModuleOp"> {
  let summary = "Prove that no floating-point computation is left";
  let description = [{
    Proves that what the module computes, it computes in integers, or fails at
    every op for which that cannot be shown. Changes nothing.

    Requires nothing: any dialects, registered or not, at any level of lowering
    and in any nesting.

    Guarantees, when it succeeds, that outside of the functions in `allow`

    * no value, block argument, function argument or function result has a type
      with floating point anywhere in it: elements of tensors, vectors and
      memrefs, members of structs and tuples, arguments of function types, the
      expressed type of a `!quant.uniform` (its scale is a float);
    * no attribute that an op computes with holds a float or names a
      floating-point type: constants, type attributes, initial values of
      globals, an enum or number inside an attribute of any dialect;
    * no op is a function of real numbers on integer types (`tosa.exp` on `i8`,
      `linalg.softmax` on `i32`);
    * no code runs that the module does not show: functions that are only
      declared or only known at run time, assembly, C or PTX text, binaries,
      `tosa.custom`, target intrinsics whose name says that they work on floats,
      and ops that are not registered. A declared function that only manages
      memory (`malloc`, `calloc`, `realloc`, `aligned_alloc`, `free`, `memcpy`,
      `memmove`, `memset`, `memrefCopy`, `abort`) is taken on trust, as is an op
      of a registered dialect: it computes in the types that it shows.

    An attribute counts on whatever op it stands, inherent or discardable. It is
    metadata, and does not count, only if its name has a dialect prefix and it
    stands on a module, another symbol table, a function, an argument or a
    result: `transformer.rope_theta = 1.0e5 : f64` on a function describes it,
    `scale = 0.5 : f32` on an op takes part. A type in such an attribute of an
    argument or result counts (`llvm.byval = f32`). Locations never count.

    A failure names the op, the type or attribute and the function, and the name
    that the import gave to the op, if its location has one. Notes follow a
    shortest chain of producers back to where floating point enters: a constant,
    a cast, an argument, a call. A success is reported as a remark of the
    category `verify-integer-only`.

    Declines nothing; what it cannot see through, it does not prove.
  }];
  let options = [
    ListOption<"allow", "allow", "std::string",
               "Names of functions that may be floating point or declared only, and may be called">,
    ListOption<"allowOps", "allow-ops", "std::string",
               "Names of ops to trust although what they run is not in the module; their types and attributes still "
               "count">,
    Option<"maxErrors", "max-errors", "unsigned", /*default=*/"10",
           "Number of offending ops to report one by one; the rest is counted">
  ];
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
    reads the caches, and rotary embeddings start at the position. A
    `tensor.extract_slice` takes the last position as early as it can, so that
    a long prompt does not pay for the head of a vocabulary at every position. An argument
    and a result that are one cache have the same name as `transformer.cache`:
    `key.0` for the keys of the first attention. A static length of the
    sequence becomes dynamic, and so is the capacity of the caches. Constants
    are those of `forward`; run foldings before, as each works on one function.

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

def OutlineRepeatedBodies : Pass<"outline-repeated-bodies", "::mlir::ModuleOp"> {
  let summary = "Turn equal layers of an unrolled function into calls of one function";
  let description = [{
    Finds, in each block of each `func.func`, the longest row of ops that is one
    body repeated, makes a private function of the body and calls it once for
    each repetition; and again, until nothing repeats. So what comes later in a
    pipeline compiles one layer, not thirty.

    Requires nothing of the ops: they may be of any dialect, registered or not,
    and at any level on values; on tensors is best, since what a body allocates
    it must also free. Run `canonicalize` before, which moves constants out of
    regions and makes equal ones one value; and `cse` after, not before, as it
    would take from all layers but the first what they share with it. Types are
    compared too: two `iquant` layers whose parameters have different exponents
    are equal only after `convert-iquant-to-linalg`, which makes of an exponent
    a constant, and so an argument.

    Bodies are equal when their ops are, with all attributes and regions, up to
    locations and to the values that they take from outside:

    * values that differ between repetitions, as weights do and the result of
      the repetition before, become arguments; so do equal ones, except that a
      constant that all repetitions share is copied into the body;
    * constants, and pure ops on nothing but constants such as the
      `iquant.compose` of a weight, are not part of a body, and move before the
      first call;
    * values that an op behind a repetition uses become results.

    Guarantees that the module computes the same, op for op. The functions are
    named `<function>_body_<n>`, are `no_inline`, and take over
    `transformer.context_length`. Their ops keep the locations of the first
    repetition; a call has the part that the names of its ops share, `blk.3` of
    `blk.3.attn_q` and `blk.3.ffn_up`, or else all their locations, fused.

    Declines a function in which nothing repeats, by a remark. Never takes into
    a body what allocates on the stack or ends a block, and does not look into
    regions of ops for bodies. Ops with different discardable attributes differ.
    A row of equal ops, or of equal groups below `min-ops`, is left as it is, and
    so the pass changes nothing when it runs again.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
  let options = [
    Option<"minRepetitions", "min-repetitions", "unsigned", /*default=*/"2",
           "Least number of repetitions worth a function; at least 2">,
    Option<"minOps", "min-ops", "unsigned", /*default=*/"8",
           "Least number of ops in a body, constants not counted; at least 2">
  ];
}

def VerifyAccumulatorRange : Pass<"verify-accumulator-range", "::mlir::ModuleOp"> {
  let summary = "Prove that no accumulator of the integer rules can overflow";
  let description = [{
    Bounds every sum that an `iquant` op keeps in 32 bits (64 in norms and means)
    by the largest codes that its types allow and by the number of its terms, and
    fails at each op whose bound does not fit, naming the length up to which it
    would. Changes nothing.

    | op | rule | terms | fits up to |
    | --- | --- | --- | --- |
    | `linear`, `ui8` input | L1 | 255 * 127 per channel | 66311 channels |
    | `linear`, `si8` input | L1 | 127 * 127 per channel | 133144 channels |
    | `attention`, scores | A1 | 127 * 127 per channel of a head | 133144 channels |
    | `attention`, exponentials | A4 | 65025 per key | 32768 keys |
    | `attention`, values | A4 | 255 * 127 per key | 66311 keys |
    | `softmax` | S3 | 65025 per channel | 32768 channels, by its verifier |
    | norms | N0 | 2^44 per channel, 64 bits | 65536 channels, by their verifiers |
    | `mean_pool` | F5 | 2^32 per row, 64 bits | 2^30 rows |

    A `linear` whose bound fails gets a second chance if its weight is composed
    of constants in the same function: the codes themselves bound each channel's sum by 255 times the
    larger one of its positive and negative part (`ui8`), or by 127 times the
    sum of all magnitudes (`si8`). A remark says so.

    Requires nothing of other ops, and says nothing about them: run it before
    `convert-iquant-to-linalg`. Where the number of keys of an attention or of
    rows of a mean is dynamic, it requires a bound: `max-keys`, or else the integer attribute
    `transformer.context_length` of the function or of an op around it.

    Guarantees that a program that the pass accepts gives the same bits for any
    order of its sums. A success is reported as a remark of the category
    `verify-accumulator-range`.

    Declines nothing.
  }];
  let options = [
    Option<"maxKeys", "max-keys", "int64_t", /*default=*/"0",
           "Largest number of keys or rows that a dynamic sequence has; 0 takes it from transformer.context_length">
  ];
}

def SetTarget : Pass<"iquant-set-target", "::mlir::ModuleOp"> {
  let summary = "Describe the processor that a module is compiled for";
  let description = [{
    Requires nothing of the module. Guarantees that it has the attribute
    `llvm.target` of upstream's LLVM dialect: triple, processor and the full list
    of features that the processor and `features` give. Passes that choose by
    target read it there.

    Without options, a module that has the attribute keeps it, and another is for
    the machine that runs the pass. Declines a triple or processor that LLVM does
    not know.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
  let options = [
    Option<"triple", "triple", "std::string", "", "Target triple; empty for the machine that runs this.">,
    Option<"cpu", "cpu", "std::string", "",
           "Processor, as LLVM names it; empty for this machine's, or for a generic one of another triple.">,
    Option<"features", "features", "std::string", "", "Features to add or remove, as `+avx2,-fma`.">
  ];
}

def PackWeights : Pass<"iquant-pack-weights", "::mlir::ModuleOp"> {
  let summary = "Put the codes of weights in the order in which the target reads them";
  let description = [{
    Rewrites every constant weight of an `iquant.linear`, an `iquant.compose` of
    constants, to the tiles of the best matrix instruction that the module's
    `llvm.target` has (see `iquant-set-target`), or to those of `tiles`. An
    `iquant.embedding` that shares the weight reads the new one.

    Guarantees the same integers: tiles are the order of codes in memory and
    nothing else. Declines, by a remark, weights that are not constant, and
    leaves those of embeddings alone that no linear reads.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::iquant::IQuantDialect"];
  let options = [
    Option<"tiles", "tiles", "std::string", "",
           "Output by input channels of a tile, `16x4`; `none` for rows; empty for those of the target.">
  ];
}

def ConvertStridedCopyToLinalg : Pass<"convert-strided-copy-to-linalg", "::mlir::func::FuncOp"> {
  let summary = "Turn copies of parts of buffers into linalg, so that they need no runtime";
  let description = [{
    Requires bufferized functions. A `memref.copy` from or to memory that is not
    one block becomes a `linalg.copy`, and so a loop nest: upstream's lowering
    to LLVM calls `memrefCopy` of MLIR's runtime library for it, which compiled
    code here must do without. Copies of whole blocks stay, as they become
    `memcpy`.

    Guarantees the same memory. Declines buffers without a rank.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def SimplifyParallelRegions : Pass<"simplify-parallel-regions", "::mlir::func::FuncOp"> {
  let summary = "Share only loops of several steps, and let their threads meet once";
  let description = [{
    Requires loops as `convert-scf-to-openmp` leaves them: an `omp.parallel` that
    holds an `omp.wsloop` and nothing else. Such a region runs on the thread that
    meets it when its loops have a single step, as all loops over rows have for
    one row, and threads wait for each other at the end of the region only, not
    at the end of the loop as well. The scope of stack memory around the body of
    the loop goes away if nothing in it asks for such memory, so that the body
    may become control flow of several blocks.

    Guarantees the same memory behind the region. Leaves alone a region that
    holds more than its loop, and a condition that is there.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def SelectMatrixInstructions : Pass<"select-matrix-instructions", "::mlir::func::FuncOp"> {
  let summary = "Turn small integer vector contractions into the target's matrix instruction";
  let description = [{
    Rewrites every `vector.contract` that computes
    `sums[n] + sum_k ext(row[k]) * ext(tile[n, k])` in `i32`, `row` of 8 or 16 bits
    and `tile` of 8. If the module's `llvm.target` has an instruction for these
    sizes and this signedness, it becomes the intrinsic of it; else arithmetic on
    vectors of products, from which LLVM makes what any target has.

    Requires bufferized functions: an intrinsic may do anything to memory, as far
    as bufferization knows. Guarantees the same integers, if no sum overflows
    (`verify-accumulator-range`). Leaves every other contraction as it is.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::vector::VectorDialect"];
}

def VectorizeContractions : Pass<"vectorize-contractions", "::mlir::func::FuncOp"> {
  let summary = "Turn matrix products on buffers into register-tiled vector loops";
  let description = [{
    Rewrites every `linalg.generic` on memrefs that computes a product of rows,
    `c[m, n] += ext(a[m, k]) * ext(b[n, k])`, or a weighted sum of rows,
    `c[m, n] += ext(a[m, k]) * ext(b[k, n])`, into loops over tiles of
    accumulators that stay in vector registers over the whole of `k`. The
    product of 8-bit codes is written so that LLVM selects the widening
    multiply-add of pairs that most targets have (`pmaddwd`, `smlal`).

    Requires that the last dimension of `a` and `b` is contiguous, and integer
    sums that do not overflow (`verify-accumulator-range`). Guarantees the same
    bits for integers; float sums are reassociated. Leaves every other generic
    as it is, and says by a remark why, if it is a contraction all the same.
    Sizes may be dynamic; remainders have loops of their own, and the end of a
    row that is no multiple of the vector is read through a mask.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", "0",
           "Width of a vector register, in bits: 128, 256 or 512; 0 for that of the module's `llvm.target`.">
  ];
}

def VectorizeRows : Pass<"vectorize-rows", "::mlir::func::FuncOp"> {
  let summary = "Turn elementwise integer ops and reductions of rows on buffers into vector loops";
  let description = [{
    Rewrites every `linalg.generic` on memrefs of integers whose innermost loop
    is elementwise, or a sum, minimum or maximum, into loops of which the
    innermost runs over whole vectors. Values that it does not move along stay
    scalars. An element of a table, `memref.load` at a computed position, becomes
    a `vector.gather`. Elements that fill no vector have a scalar loop. Outer
    loops whose steps come in any order become one `scf.parallel`, without those
    inside of it that are known to cover few elements; in an `scf.forall`, which
    is shared already, they stay plain loops.

    Requires that the iterations of parallel loops are independent, as `linalg`
    does, where LLVM's vectoriser would have to prove it. Guarantees the same
    bits. Leaves every other generic as it is: floats, operands that are not
    contiguous along the innermost loop, bodies with ops that have no vector
    form, and rows that are known to be shorter than a vector.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", "0",
           "Width of a vector register, in bits: 128, 256 or 512; 0 for that of the module's `llvm.target`.">
  ];
}

def DropCacheResults : Pass<"drop-cache-results", "::mlir::ModuleOp"> {
  let summary = "Drop results that are a function's own arguments, updated in place";
  let description = [{
    Requires bufferized functions. After bufferization a cache that is updated
    in place is an argument that the function also returns. Such a result is
    dropped, and at calls the operand takes its place: of a private function
    every result that is an argument, of a public one those that are named as a
    cache, by the same `transformer.cache` on the result and on the argument.
    Callees come before their callers, so that a cache may pass through any
    number of calls. Run it before buffers are deallocated, as a function that
    returns what it does not own would return a copy.

    Guarantees that no function returns a cache, and so that no call copies one:
    it fails where a result that is named as a cache is not the argument of that
    name, which means that bufferization found a reader of the old cache.
    Declines nothing.
  }];
}

def PoolConstants : Pass<"pool-constants", "::mlir::ModuleOp"> {
  let summary = "Move large constants into one buffer that the caller passes in";
  let description = [{
    Requires bufferized functions (`memref.global`, `memref.get_global`).
    Collects the data of every constant global of at least `threshold` bytes in
    one byte array, the module attribute `iquant.constants`, each at a multiple
    of 64 bytes with zeros up to the next. Resources refer to the array from then
    on, so that no data is in memory twice. Every public function, and every private one that needs it,
    takes the array as one more, last argument of type `memref<?xi8>`; an access
    to a pooled global becomes a `memref.view` of it. So the weights are neither
    copied into generated code nor global state: a tool can map them from a
    file, and two models can live in one process.

    Guarantees that no function refers to a pooled global, and removes those
    globals. Declines, by a remark at each, large globals that other modules can
    refer to, that repeat one element, or whose elements are not whole bytes; a
    remark at the module says how much was pooled. Does nothing but add the
    argument when no constant is large enough.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
  let options = [
    Option<"threshold", "threshold", "int64_t", "4096", "Size from which a constant is pooled, in bytes.">
  ];
}

def PoolState : Pass<"pool-state", "::mlir::ModuleOp"> {
  let summary = "Put all caches into one buffer that the caller passes in";
  let description = [{
    Requires bufferized functions that return no cache (see
    `drop-cache-results`). Every public function whose arguments include caches,
    named by `transformer.cache`, takes three arguments at its end instead: a
    byte buffer `memref<?xi8>`, the batch, and the capacity in positions. Each cache becomes
    a `memref.view` of the buffer, in the order of the arguments, each at
    a multiple of 64 bytes; the buffer must be aligned so. A function
    `<function>_state_size` of batch and capacity gives the bytes that it
    needs. What they hold before the first position does not matter.

    Guarantees that no public function takes a cache. Fails on a cache whose
    size depends on more than batch and capacity, and on a call of such a
    function. Does nothing without caches.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def AddCInterface : Pass<"add-c-interface", "::mlir::ModuleOp"> {
  let summary = "Give the public functions of a module a C interface, and write its header";
  let description = [{
    Requires bufferized functions behind `pool-constants` and `pool-state`, whose
    other arguments and results are row-major buffers.
    Adds functions that take pointers and 64-bit sizes, check them, and return a
    status; the functions that they call become private.

    * A function with a state is the step of a language model (see
      `transformer-add-cache`). It becomes
      `<prefix>_state_size`, `_init`, `_position`, `_rewind`, `_prefill` and
      `_decode`: all caches of a text stand in one state that the caller owns.
    * Any other public function `f` becomes `<prefix>_f`, with the sizes of the
      open dimensions behind each pointer.

    Guarantees that no function keeps global state, and that a null pointer, a
    token outside of the vocabulary, a text longer than its state, weights or a
    state of another module are a status, not a crash. So is a processor without
    what the module's `llvm.target` has, on x86-64 and on Linux for AArch64: the
    functions themselves are compiled for the whole architecture, and those that
    need no state, or make one, ask the processor before they call the module.

    Sets the module attributes `iquant.c_header`, the text of the header, and
    `iquant.build_id`, a hash of constants and code, which stands in every state
    and in the file of weights: 8 bytes `IQWEIGHT`, 8 bytes of the id, zeros up to
    64 bytes, and the pool.

    Declines nothing: fails at a public function that C cannot call.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::cf::ControlFlowDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
  let options = [
    Option<"prefix", "prefix", "std::string", /*default=*/"\"model\"", "What the names of all functions begin with">
  ];
}

#endif // IQUANT_TRANSFORMS_PASSES_TD
