// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Conversions between levels of IR.

#ifndef IQUANT_CONVERSION_PASSES_TD
#define IQUANT_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def RaiseToTransformer : Pass<"raise-to-transformer", "::mlir::ModuleOp"> {
  let summary = "Find the ops of transformers in linalg and TOSA of other compilers";
  let description = [{
    Reads what every float tensor is computed from, as a formula of elements
    and indices: whatever op writes a square, a quotient or a mean, and however
    the operands were reshaped, transposed, broadcast, sliced or cast on the way,
    leaves the same formula. Where that is the one of a transformer op, the op
    takes the value's place: embedding, linear, RMSNorm, LayerNorm, softmax,
    RoPE, attention, SiLU, SwiGLU, GELU, ReLU, gates, factors and sums of
    activations. `docs/Raising.md` says what of each.

    Requires tensors; what is computed on buffers is not read. Constants are
    judged by their values: a mask is causal, and an angle grows with the
    position, because its numbers say so. Positions may be integers that are not
    known, such as an argument; angles that are computed from them, and not
    gathered from a table, are those of RoPE only with `max-positions`, since a
    table needs a size. Cosines and sines that are not known at all rotate as
    tensors (`transformer.rotate_pairs`). A mask may depend on an argument of
    truth values or integers, which says where it has or has not one value; one
    of floats is a mask only with `mask-arguments`, since it could hold any
    numbers. A query of which such a
    mask leaves no key gives 0. A weight is a constant, an argument of the function
    or what an op without operands loads, in whatever order of its dimensions:
    a constant that is not `[N, K]` gets a transposed copy.

    Guarantees that the function computes what it did, up to the rounding of
    intermediate results; assertions that an id is in the table are dropped.
    What is not raised stays as it was, apart from ops that nobody uses.

    Declines, with a remark that says why, what looks like an op and is not: a
    softmax without its maximum, a mean over another dimension, other
    coefficients.
  }];
  let options = [
    Option<"maskArguments", "mask-arguments", "bool", /*default=*/"false",
           "Take float arguments that are added to scores for masks: what is above -9984 is 0 and lets a key count">,
    Option<"maxPositions", "max-positions", "int64_t", /*default=*/"0",
           "How many positions a rotation has whose positions are not known and whose angles are computed; 0 for none">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect", "::mlir::transformer::TransformerDialect"];
}

def ConvertTransformerToIQuant : Pass<"convert-transformer-to-iquant", "::mlir::ModuleOp"> {
  let summary = "Rewrite transformer ops into integer ops with scales as integer values";
  let description = [{
    Every float tensor becomes `!iquant.fixed<...xi32, exponent>`, in function
    signatures too; every op becomes the integer op of `docs/Numerics.md`.
    A linear reads 8-bit codes with one multiplier per row and an exponent per
    group of channels, whose size is the largest divisor of their number that is
    a multiple of 32 and at most `row-group`; without one, or with no more
    channels than that, the row is the one group. A norm that feeds linears only
    gives these codes itself, other values are quantized once for all their
    linears. Queries, keys and values have one scale per head. Constants
    become integers by rules V3, F4 and P1, once per use, whatever the number of
    functions that read them; those of more than 1024 elements become resources,
    which the functions share. `softmax`, `sigmoid` and `erf` take forms that
    other systems published, to compare with (rules D1 to D6).

    Requires: weights, biases, norm parameters and rotation frequencies that
    are constant (inline or resource; f16, bf16, f32, f64) and finite;
    activations that are ranked tensors; at most 66311 input channels of a
    linear, 65536 channels of a norm, 32768 of a softmax, 32768 keys; no clip
    beside a published softmax.

    Guarantees: no transformer op and no float type is left, and every new op
    has the location of the op that it replaces. A value that stands for the
    result of an op is the last one with its location.

    Declines a module as a whole and leaves it as it was: an error and a
    remark at every op that cannot be converted say what is missing. Ops of
    other dialects that touch floats are such, and so are functions without a
    body. Only `func`, `scf`, branches, and slices, reshapes, transposes,
    broadcasts and concatenations carry floats.

    With `float-islands`, such an op stays as it is, and so does a transformer
    op whose parameters are not known; what it reads becomes floats, and what
    others read of it fixed point (rule F8), by ops of linalg. Remarks only say
    why. The program is not integer-only then. What carries floats over
    boundaries of functions and blocks must have an integer form still, so that
    numbers which are no tensors stay within an island, and caches outside.

    A remark counts what was converted in each
    function, another names each norm that could not be fused with quantization.
  }];
  let options = [
    Option<"exponent", "exponent", "int64_t", /*default=*/"14",
           "Fraction bits of every activation, 0 .. 24">,
    Option<"rowGroup", "row-group", "int64_t", /*default=*/"384",
           "Most channels of a linear's input that share an exponent, 0 for whole rows">,
    Option<"softmax", "softmax", "ExponentialRule", /*default=*/"ExponentialRule::Table",
           "The exponentials of softmax and attention",
           [{::llvm::cl::values(
             clEnumValN(::mlir::iquant::ExponentialRule::Table, "table", "the table of 8 bits, or that of a clip"),
             clEnumValN(::mlir::iquant::ExponentialRule::DiExp, "di-exp", "I-LLM's, of the scores"),
             clEnumValN(::mlir::iquant::ExponentialRule::DiExpGuarded, "di-exp-guarded", "the same with guard bits"),
             clEnumValN(::mlir::iquant::ExponentialRule::DiClipped, "di-clipped", "I-LLM's, of scores clipped to 8 bits"),
             clEnumValN(::mlir::iquant::ExponentialRule::DiClippedGuarded, "di-clipped-guarded", "the same with guard bits"),
             clEnumValN(::mlir::iquant::ExponentialRule::IBert, "ibert", "I-BERT's polynomial"))}]>,
    Option<"sigmoid", "sigmoid", "SigmoidRule", /*default=*/"SigmoidRule::Branches",
           "The sigmoid of SiLU and SwiGLU",
           [{::llvm::cl::values(
             clEnumValN(::mlir::iquant::SigmoidRule::Branches, "branches", "of each element by its sign"),
             clEnumValN(::mlir::iquant::SigmoidRule::RowMaximum, "row-maximum", "I-LLM's, by the largest of a row"))}]>,
    Option<"erf", "erf", "ErfRule", /*default=*/"ErfRule::Sigmoid",
           "The error function of GELU",
           [{::llvm::cl::values(
             clEnumValN(::mlir::iquant::ErfRule::Sigmoid, "sigmoid", "a sigmoid of a polynomial"),
             clEnumValN(::mlir::iquant::ErfRule::IBert, "ibert", "I-BERT's polynomial"))}]>,
    Option<"floatIslands", "float-islands", "bool", /*default=*/"false",
           "Keep ops that have no integer form in floats, instead of stopping">
  ];
  let dependentDialects = [
    "::mlir::iquant::IQuantDialect", "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect"
  ];
}

def ConvertTransformerToLinalg : Pass<"convert-transformer-to-linalg", "::mlir::ModuleOp"> {
  let summary = "Lower transformer ops to floating-point linalg on tensors";
  let description = [{
    The float side of every comparison: each op becomes its formula, computed
    in f32, or in f64 when an operand is, and rounded at the result. A linear
    is one contraction `c[m, n] += a[m, k] * w[n, k]` with the rows joined, and
    an epilogue for the bias. Attention is a loop nest over batch, head and
    blocks of 64 queries, whose scores are the only ones in memory; a causal
    block stops at its last key. Constant rotation frequencies become tables of
    cosines and sines, up to 2^24 angles; others are computed where they are
    used. `transformer.observe` disappears.

    Requires nothing of weights: they may be arguments, and of any float type.
    Batch, sequence and cache may be dynamic. A position at or past
    `max_positions` reads the last row of a table.

    Guarantees that no transformer op is left, that results are written in
    place, so that one-shot bufferization copies no activation, and that a row
    of attention or softmax without a valid element is 0. Declines nothing; other
    dialects stay as they are.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect", "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

def ConvertObserversToCalls : Pass<"convert-observers-to-calls", "::mlir::ModuleOp"> {
  let summary = "Show observed values to functions of the host";
  let description = [{
    For calibration runs. `transformer.observe` becomes a call of
    `@iquant_observe_rows`, with the value as rows of f32; an attention with a
    name for its scores gets, in front of it, loops over batches, heads and
    blocks of queries, which call `@iquant_observe_scores` with the scaled
    scores of a block, minus infinity where a key is not valid. So no more than
    one block of scores exists at a time, and no value lives longer than it did.

    Both functions are declared, and the host provides them. The first argument
    says for whom: functions that observe, and those that call them, take one
    more, last argument of type `index` and pass it on. The second is the number
    of the observer: its place among all that have a name, in the order of the
    program. As a number it is an operand, so that layers which differ in names
    are equal for `outline-repeated-bodies`.

    Requires that the module has no symbols of these names.

    Guarantees that no `transformer.observe` is left, and that functions compute
    what they did. Declines observers of other dialects, which stay.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
                           "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

def ConvertIQuantToLinalg : Pass<"convert-iquant-to-linalg", "::mlir::ModuleOp"> {
  let summary = "Lower iquant ops and types to integer linalg on plain tensors";
  let description = [{
    Every value of an iquant type becomes its components, in function
    signatures, calls and structured control flow too; the first component of a
    function's argument or result keeps the type as the attribute `iquant.type`,
    so that a caller still knows what the integers mean. Every iquant op becomes
    `linalg.generic` ops with integer arithmetic in their bodies, which compute
    the rules of `docs/Numerics.md` to the last bit.

    All matrix products are products of rows, `c[m, n] += ext(a[m, k]) * ext(b[n, k])`,
    or, for the values of attention, weighted sums of rows,
    `c[m, n] += ext(a[m, k]) * ext(b[k, n])`, of 8-bit operands whose last
    dimension is contiguous, with a 32-bit sum that starts at 0 (see
    `vectorize-contractions`). Only a linear whose weight is in tiles becomes
    `scf` loops around vector ops: sums of a block of rows and channels stay in
    registers over all of `K`, added to by the `vector.contract` that
    `select-matrix-instructions` knows, and the scales of rule L1 are applied
    where the sums are stored. Elementwise bodies neither
    branch nor call, so that their loops vectorise. Attention loops over
    batches, heads and blocks of queries, and keeps the scores of one block.

    Guarantees that no iquant op and no iquant type of a value is left. Requires
    that ops of other dialects, apart from `func` and `scf`, have no operands or
    results of iquant types; it fails at such an op.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::iquant::IQuantDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
                           "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::vector::VectorDialect"];
}

#endif // IQUANT_CONVERSION_PASSES_TD
