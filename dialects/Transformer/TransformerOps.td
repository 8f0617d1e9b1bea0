// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Ops of the transformer dialect.

#ifndef IQUANT_TRANSFORMER_OPS_TD
#define IQUANT_TRANSFORMER_OPS_TD

include "dialects/Transformer/TransformerDialect.td"
include "dialects/Transformer/TransformerInterfaces.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Types and attributes
//===----------------------------------------------------------------------===//

def Transformer_FloatTensor : RankedTensorOf<[AnyFloat]>;
def Transformer_IdTensor : RankedTensorOf<[AnySignlessInteger]>;
def Transformer_MaskTensor : RankedTensorOf<[I1]>;
def Transformer_FiniteAttr : ConfinedAttr<F64Attr, [AttrConstraint<
  CPred<"::llvm::cast<::mlir::FloatAttr>($_self).getValue().isFinite()">,
  "whose value is finite">]>;
def Transformer_Epsilon : ConfinedAttr<F64Attr, [AttrConstraint<
  CPred<"::llvm::cast<::mlir::FloatAttr>($_self).getValue().isFinite() && "
        "::llvm::cast<::mlir::FloatAttr>($_self).getValueAsDouble() >= 0.0">,
  "whose value is finite and not negative">]>;
def Transformer_Count : ConfinedAttr<I64Attr, [IntPositive]>;

def Transformer_GeluForm : I32EnumAttr<"GeluForm", "how the Gaussian error linear unit is computed", [
  I32EnumAttrCase<"Erf", 0, "erf">, I32EnumAttrCase<"Tanh", 1, "tanh">,
  I32EnumAttrCase<"Sigmoid", 2, "sigmoid">]> {
  let cppNamespace = "::mlir::transformer";
  let genSpecializedAttr = 0;
}
def Transformer_GeluFormAttr : EnumAttr<Transformer_Dialect, Transformer_GeluForm, "gelu_form"> {
  let assemblyFormat = "`<` $value `>`";
}

def Transformer_RopePairing : I32EnumAttr<"RopePairing", "which two channels of a head rotate together", [
  I32EnumAttrCase<"Half", 0, "half">, I32EnumAttrCase<"Interleaved", 1, "interleaved">]> {
  let cppNamespace = "::mlir::transformer";
  let genSpecializedAttr = 0;
}
def Transformer_RopePairingAttr : EnumAttr<Transformer_Dialect, Transformer_RopePairing, "rope_pairing"> {
  let assemblyFormat = "`<` $value `>`";
}

def Transformer_ClipFloor : I32Enum<"ClipFloor", "what the last code of a clipped softmax weighs", [
  I32EnumCase<"Exponential", 0, "exponential">, I32EnumCase<"Zero", 1, "zero">]> {
  let cppNamespace = "::mlir::transformer";
}
def Transformer_ClipRounding : I32Enum<"ClipRounding", "how the inputs of a clipped softmax become codes", [
  I32EnumCase<"Nearest", 0, "nearest">, I32EnumCase<"Dithered", 1, "dithered">]> {
  let cppNamespace = "::mlir::transformer";
}

def Transformer_ClipAttr : AttrDef<Transformer_Dialect, "Clip"> {
  let mnemonic = "clip";
  let summary = "A softmax of few exponentials: where its input is clipped, and what each code weighs";
  let description = [{
    `#transformer.clip<bits = 2, at = [-3.51]>`: the input of the softmax, an
    element `x` minus the largest of its row, becomes a code of `bits`, and the
    exponential a table of `2^bits` entries (EXAQ, arXiv 2410.03185). `at` has
    the clip `C` of each head, or one for all.

    Formula: with `n = 2^bits - 1` and a step of `-C / n`, the code of
    position `j` is `min(n, floor(n * x / C + r))`, so that code 0 is the
    largest element's and code `n` that of everything from the clip on. `r` is
    1/2 with the rounding `nearest`; with `dithered` it is
    `(2 * ((7 * j + 3) mod 16) + 1) / 32`, so that codes are right on average.

    With `thresholds` codes need not be equally far apart: `f` is such a code of
    8 bits, `min(255, floor(255 * x / C + r))`, and the code is the number of
    the head's thresholds that `f` reaches.

    Code `k` weighs `exp(C * k / n)`, but code `n` nothing where `floor` is
    `zero`. A `table` holds other weights, head by head, such as those that
    leave the least error on calibrated text. Weights are rounded to multiples
    of `1/255`, or of `1/65280` with a `width` of 16: those are the integers
    that a target looks up.

    Codes of 8 bits without a `table` weigh `E(k) / E(0)` of rule S1 (docs/Numerics.md), with `C` in the place of its
    -12: products of two tables. With `at = [-12.0]` that is the softmax that integers have by default.

    Constraints:
    * (C1) `bits` is 2, 3, 4, 5 or 8.
    * (C2) `at` has one or more clips, negative and finite.
    * (C3) `table` has `2^bits` entries per clip.
    * (C4) the entries of a head begin with 1, do not grow and are not negative.
    * (C5) where there is a `table`, `floor` is not `zero`.
    * (C6) `width` is 8 or 16.
    * (C7) `thresholds` come with a `table`, `2^bits - 1` of them per clip.
    * (C8) the thresholds of a head rise, and lie in 1 .. 255.
  }];
  let parameters = (ins "unsigned":$bits, "::mlir::DenseF64ArrayAttr":$at,
                        DefaultValuedParameter<"::mlir::transformer::ClipFloor", "ClipFloor::Exponential">:$floor,
                        DefaultValuedParameter<"::mlir::transformer::ClipRounding", "ClipRounding::Nearest">:$rounding,
                        OptionalParameter<"::mlir::DenseF64ArrayAttr">:$table,
                        DefaultValuedParameter<"unsigned", "8">:$width,
                        OptionalParameter<"::mlir::DenseI64ArrayAttr">:$thresholds);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The number of heads with a clip of their own, 1 if one serves all.
    int64_t getHeads() const { return getAt().size(); }
    int64_t getNumCodes() const { return int64_t(1) << getBits(); }
    /// The thresholds of a head, none where codes are equally far apart.
    ::llvm::ArrayRef<int64_t> getThresholdsOf(int64_t head) const;
    /// The last of the codes that are equally far apart.
    int64_t getLastStep() const { return getThresholds() ? 255 : getNumCodes() - 1; }
    /// How many of these one unit of the input spans.
    double getStepsPerUnit(int64_t head) const { return getLastStep() / -getAt()[head]; }
    /// The input of a head from which on all have the last code.
    double getClip(int64_t head) const;
    /// Of an input of a head at a position of its row: how many steps it is
    /// from the largest one, up to the last, and its code.
    int64_t getStep(double input, int64_t head, int64_t position) const;
    int64_t getCode(double input, int64_t head, int64_t position) const;
    /// What an integer entry of 1 stands for is one over this.
    int64_t getEntryUnit() const;
    /// The weights of a head's codes as integers.
    ::llvm::SmallVector<int64_t> getEntries(int64_t head) const;
  }];
}

def Transformer_StatisticsAttr : AttrDef<Transformer_Dialect, "Statistics"> {
  let mnemonic = "statistics";
  let summary = "What a calibration run saw of a value, channel by channel";
  let description = [{
    `#transformer.statistics<count = 3, min = dense<[-1.0, 0.0]> : tensor<2xf32>, max = ..., mean = ...,
    deviation = ..., absmax = ...>`: every channel was seen `count` times, for
    `transformer.observe` once per row. `deviation` is the square root of the
    mean squared distance to `mean`; `absmax` the largest magnitude. `rows`, where
    present, are some of the rows themselves, in the order in which they came;
    `sequences` all rows of some texts.

    Constraints:
    * (C1) `count` is positive.
    * (C2) `min`, `max`, `mean`, `deviation` and `absmax` are f32 vectors of one length, inline or resources.
    * (C3) `rows` is an f32 matrix with a column per channel, inline or a resource.
    * (C4) `sequences` is an f32 tensor `[texts, rows, channels]`, inline or a resource.
  }];
  let parameters = (ins "int64_t":$count, "::mlir::ElementsAttr":$min, "::mlir::ElementsAttr":$max,
                        "::mlir::ElementsAttr":$mean, "::mlir::ElementsAttr":$deviation,
                        "::mlir::ElementsAttr":$absmax, OptionalParameter<"::mlir::ElementsAttr">:$rows,
                        OptionalParameter<"::mlir::ElementsAttr">:$sequences);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    int64_t getChannels() const { return getAbsmax().getNumElements(); }
  }];
}

//===----------------------------------------------------------------------===//
// Base classes
//===----------------------------------------------------------------------===//

class Transformer_Op<string mnemonic, list<Trait> traits = []>
    : Op<Transformer_Dialect, mnemonic, !listconcat(traits, [Pure])>;

/// An op whose result type follows from its operands; a written type may be more or less static.
class Transformer_InferredOp<string mnemonic, list<Trait> traits = []>
    : Transformer_Op<mnemonic, !listconcat(traits, [InferTypeOpAdaptorWithIsCompatible])> {
  let extraClassDefinition = [{
    bool $cppClass::isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange written) {
      return ::mlir::succeeded(::mlir::verifyCompatibleShapes(inferred, written)) &&
             ::mlir::getElementTypeOrSelf(inferred[0]) == ::mlir::getElementTypeOrSelf(written[0]);
    }
  }];
}

/// One activation in, one of the same type out, element by element.
class Transformer_ElementwiseOp<string mnemonic, list<Trait> traits = []>
    : Transformer_Op<mnemonic, !listconcat(traits, [SameOperandsAndResultType])>;

//===----------------------------------------------------------------------===//
// Ops with parameters
//===----------------------------------------------------------------------===//

def Transformer_EmbeddingOp : Transformer_InferredOp<"embedding", [
    DeclareOpInterfaceMethods<AbsorbsChannelMapOpInterface, ["getOutputSinks"]>]> {
  let summary = "Look up one row of a table per token id";
  let description = [{
    Replaces every id by the row of the table that it names. An id outside of
    the table is an error that the caller must exclude; what the op gives for
    it is the row of the nearest valid id. The result may have another float
    type than the table: that of the activations which begin here.

    Formula: `result[..., c] = table[clamp(ids[...], 0, V - 1), c]`, `V` the number of rows.

    Constraints:
    * (C1) `table` has rank 2.
    * (C2) `table` has a static, positive size in both dimensions.
    * (C3) the result has the shape of `ids` followed by the columns of `table`.
  }];
  let arguments = (ins Transformer_IdTensor:$ids, Transformer_FloatTensor:$table);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$ids `,` $table attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let extraClassDefinition = [{
    bool $cppClass::isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange written) {
      return ::mlir::succeeded(::mlir::verifyCompatibleShapes(inferred, written));
    }
  }];
}

def Transformer_LinearOp : Transformer_InferredOp<"linear", [
    DeclareOpInterfaceMethods<AbsorbsChannelMapOpInterface,
                              ["getInputSinks", "getOutputSinks", "getInputShiftSink"]>]> {
  let summary = "Multiply every row by a weight matrix, and add a bias if there is one";
  let description = [{
    The linear layer of a checkpoint: the weight is `[N, K]`, `N` output and
    `K` input channels.

    Formula: `result[..., n] = sum_k input[..., k] * weight[n, k] + bias[n]`.

    Constraints:
    * (C1) `weight` has rank 2 and static sizes.
    * (C2) the last dimension of `input` is the last dimension of `weight`.
    * (C3) `bias` has shape `[N]`.
    * (C4) the result has the rows and elements of `input`, and `N` channels.
  }];
  let arguments = (ins Transformer_FloatTensor:$input, Transformer_FloatTensor:$weight,
                       Optional<Transformer_FloatTensor>:$bias);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$input `,` $weight (`bias` $bias^)? attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transformer_RmsNormOp : Transformer_Op<"rms_norm", [AllTypesMatch<["input", "result"]>,
    DeclareOpInterfaceMethods<CommutesWithChannelMapOpInterface>,
    DeclareOpInterfaceMethods<ScalesChannelsOpInterface, ["getChannelScale"]>]> {
  let summary = "Divide every row by its root mean square, and scale its channels";
  let description = [{
    Formula: `result[..., c] = input[..., c] / sqrt(mean_c(input^2) + epsilon) * scale[c]`;
    without `scale` its value is 1.

    Constraints:
    * (C1) the number of channels of `input` is static.
    * (C2) `scale` has shape `[channels]`.
    * (C3) `epsilon` is finite and not negative.
    * (C4) operand and result have one type.
  }];
  let arguments = (ins Transformer_FloatTensor:$input, Optional<Transformer_FloatTensor>:$scale,
                       Transformer_Epsilon:$epsilon);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$input (`scale` $scale^)? attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transformer_LayerNormOp : Transformer_Op<"layer_norm", [AllTypesMatch<["input", "result"]>,
    AttrSizedOperandSegments, DeclareOpInterfaceMethods<CommutesWithChannelMapOpInterface>,
    DeclareOpInterfaceMethods<ScalesChannelsOpInterface, ["getChannelScale", "getChannelShift"]>]> {
  let summary = "Bring every row to mean 0 and variance 1, then scale and shift its channels";
  let description = [{
    Formula: `result[..., c] = (input[..., c] - mean) / sqrt(variance + epsilon) * scale[c] + shift[c]`,
    `variance = mean_c((input - mean)^2)`; without `scale` its value is 1, without `shift` 0.

    Constraints:
    * (C1) the number of channels of `input` is static.
    * (C2) `scale` has shape `[channels]`.
    * (C3) `shift` has shape `[channels]`.
    * (C4) `epsilon` is finite and not negative.
    * (C5) operand and result have one type.
  }];
  let arguments = (ins Transformer_FloatTensor:$input, Optional<Transformer_FloatTensor>:$scale,
                       Optional<Transformer_FloatTensor>:$shift, Transformer_Epsilon:$epsilon);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = [{
    $input (`scale` $scale^)? (`shift` $shift^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

def Transformer_RopeOp : Transformer_Op<"rope", [AllTypesMatch<["input", "result"]>,
    DeclareOpInterfaceMethods<CommutesWithChannelMapOpInterface>]> {
  let summary = "Rotate channel pairs of every head by an angle that grows with the position";
  let description = [{
    Rotary position embedding. The second-to-last dimension counts rows, of
    which `position` is that of the first, or those of all. Pair `i` of a head of
    width `D` rotates by `angle = p * frequencies[i]` in a row at position `p`;
    the frequencies are an operand, so every published scaling of them is a
    constant, not an attribute here.

    Formula, with `(a, b)` the two channels of pair `i`:
    `a' = a * cos(angle) - b * sin(angle)`, `b' = a * sin(angle) + b * cos(angle)`.
    Pairing `half` takes channels `i` and `i + D/2` of a head (Hugging Face),
    `interleaved` takes `2i` and `2i + 1` (GGUF). `max_positions` is the context
    that the model was made for; a lowering may tabulate that many positions,
    and what it gives for a later one is the last of them, for a negative one the
    first.

    Constraints:
    * (C1) `input` has rank 2 or more.
    * (C2) the number of channels is static and a multiple of `2 * heads`.
    * (C3) `frequencies` has shape `[channels / heads / 2]`.
    * (C4) `heads` and `max_positions` are positive.
    * (C5) operand and result have one type.
    * (C6) a `position` of every row has shape `[rows]`, or that of `input` without its channels.
  }];
  let arguments = (ins Transformer_FloatTensor:$input, Transformer_FloatTensor:$frequencies,
                       AnyTypeOf<[Index, Transformer_IdTensor]>:$position, Transformer_Count:$heads,
                       Transformer_Count:$max_positions, Transformer_RopePairingAttr:$pairing);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = [{
    $input `` $pairing `by` $frequencies `at` $position attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Transformer_RotatePairsOp : Transformer_Op<"rotate_pairs", [
    AllTypesMatch<["input", "result"]>, AllTypesMatch<["cosine", "sine"]>,
    DeclareOpInterfaceMethods<CommutesWithChannelMapOpInterface>]> {
  let summary = "Rotate channel pairs of every head by cosines and sines that are operands";
  let description = [{
    Rotary position embedding by tables that come from elsewhere, such as
    arguments of the function. All heads share them, and every channel of a head
    has entries of its own: other IR repeats the angles of the pairs to that,
    and of an argument nobody knows that it did.

    Formula, with `(a, b)` channels `(i, j)` of a head that are a pair as those of `transformer.rope` are, in row `s`:
    `a' = a * cosine[..., s, i] - b * sine[..., s, i]`, `b' = b * cosine[..., s, j] + a * sine[..., s, j]`.

    Constraints:
    * (C1) `input` has rank 2 or more.
    * (C2) the number of channels is static and a multiple of `2 * heads`.
    * (C3) `cosine` has shape `[rows, channels / heads]`, or that of `input` with `channels / heads` channels.
    * (C4) `cosine` and `sine` have one type.
    * (C5) `heads` is positive.
    * (C6) operand and result have one type.
  }];
  let arguments = (ins Transformer_FloatTensor:$input, Transformer_FloatTensor:$cosine, Transformer_FloatTensor:$sine,
                       Transformer_Count:$heads, Transformer_RopePairingAttr:$pairing);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = [{
    $input `` $pairing `by` $cosine `,` $sine attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Transformer_SoftmaxOp : Transformer_ElementwiseOp<"softmax"> {
  let summary = "Normalised exponentials of every row";
  let description = [{
    Formula: `result[..., c] = exp(input[..., c] - m) / sum_c exp(input[..., c] - m)`, `m` the row's maximum.
    An element of minus infinity gets exactly 0; a row of nothing else is all 0.
    With a `clip`, `exp` is that of few codes which `#transformer.clip` describes.

    Constraints:
    * (C1) operand and result have one type.
    * (C2) `input` has rank 1 or more.
    * (C3) `clip` has one head.
  }];
  let arguments = (ins Transformer_FloatTensor:$input, OptionalAttr<Transformer_ClipAttr>:$clip);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def Transformer_UpdateCacheOp : Transformer_Op<"update_cache", [AllTypesMatch<["cache", "result"]>]> {
  let summary = "Write the rows of new positions into a cache of keys or values";
  let description = [{
    A cache keeps the keys or the values of all positions so far, a row for
    each; the rows past them mean nothing. The second-to-last dimension counts
    positions, and its size is the capacity. As a value the result is a new
    cache; where nobody reads the old one, it takes the old one's place in
    memory. A row past the capacity is an error that the caller must exclude;
    the op drops it.

    Formula: `result[..., offset + s, c] = rows[..., s, c]`; all other rows are those of `cache`.

    Constraints:
    * (C1) `cache` and `rows` have the same rank, 2 (`[T, channels]`) or 3 (`[B, T, channels]`).
    * (C2) `cache` and `rows` have the same elements, channels and batch.
    * (C3) `rows` has no more rows than `cache`.
    * (C4) the result has the type of `cache`.
  }];
  let arguments = (ins Transformer_FloatTensor:$cache, Transformer_FloatTensor:$rows, Index:$offset);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$cache `,` $rows `at` $offset attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transformer_AttentionOp : Transformer_InferredOp<"attention", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<CommutesWithChannelMapOpInterface>,
    DeclareOpInterfaceMethods<ObserverOpInterface, ["getObservedName", "getObservedChannels"]>]> {
  let summary = "Scaled dot-product attention of all heads, grouped queries included";
  let description = [{
    Query head `h` reads key and value head `h * kv_heads / heads` (integer
    division). There are `S` queries and `T` keys. Query `i` stands at position
    `offset + i` among the keys, and keys from `offset + S` on, the unused part
    of a cache, are not valid. Without an offset the queries are the last `S`
    of the `T` positions.

    Formula, per batch and head:
    `result = softmax(scale * query . key^T over the valid keys) . value`,
    `scale` is `1 / sqrt(D)` when it is not given, `D` the width of a head.
    Key `j < offset + S` is valid for query `i` when `mask` is absent or true
    for it, and, if `causal`, when `j <= offset + i`. A row without a valid key
    is all 0. A query past the last key is an error that the caller must
    exclude; the keys that there are count for it.

    With a `clip`, the softmax has few exponentials, each head those that
    `#transformer.clip` describes for it.

    `scores` names the scores for calibration: `scale * query . key^T` minus the
    largest of its row, of the valid keys. `statistics` is what was collected of
    them, head by head.

    Constraints:
    * (C1) `query`, `key` and `value` have the same rank, 2 (`[S, channels]`) or 3 (`[B, S, channels]`).
    * (C2) the channels are static; those of `query` are a multiple of `heads`.
    * (C3) `heads` is a multiple of `kv_heads`.
    * (C4) the channels of `key` and of `value` are `kv_heads` times the width of a query head.
    * (C5) `key` and `value` agree in every dimension before the channels.
    * (C6) `mask` has shape `[..., T]` (per key) or `[..., S, T]` (per query and key), `...` the batch.
    * (C7) a `causal` attention has no more queries than keys.
    * (C8) `query` has the batch of `key`.
    * (C9) `heads` and `kv_heads` are positive.
    * (C10) `scale` is finite.
    * (C11) the result has the type of `query`.
    * (C12) `scores` is not empty.
    * (C13) `statistics` has a channel per head, and `scores` a name.
    * (C14) `clip` has one head, or as many as the attention.
  }];
  let arguments = (ins Transformer_FloatTensor:$query, Transformer_FloatTensor:$key, Transformer_FloatTensor:$value,
                       Optional<Transformer_MaskTensor>:$mask, Optional<Index>:$offset, Transformer_Count:$heads,
                       Transformer_Count:$kv_heads, OptionalAttr<Transformer_FiniteAttr>:$scale, UnitAttr:$causal,
                       OptionalAttr<Transformer_ClipAttr>:$clip, OptionalAttr<StrAttr>:$scores,
                       OptionalAttr<Transformer_StatisticsAttr>:$statistics);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` $mask^)? (`at` $offset^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Number of channels of one head.
    int64_t getHeadWidth();
    /// The factor on the scores, given or `1 / sqrt(width)`.
    double getScoreScale();
  }];
}

//===----------------------------------------------------------------------===//
// Sequences
//===----------------------------------------------------------------------===//

def Transformer_MeanPoolOp : Transformer_InferredOp<"mean_pool", [
    DeclareOpInterfaceMethods<CommutesWithChannelMapOpInterface>]> {
  let summary = "Mean of the valid rows of every sequence: a sentence embedding";
  let description = [{
    The second-to-last dimension of `input` counts the rows of a sequence, and a
    row is valid where `mask` is true for it. What other rows hold, padding, does
    not matter.

    Formula: `result[..., c] = sum_s input[..., s, c] / max(n, 1)` over the `n` valid rows `s`, so that the mean of a
    sequence without a valid row is 0.

    Constraints:
    * (C1) `input` has rank 2 or more.
    * (C2) `mask` has the shape of `input` without its channels.
    * (C3) the result has the shape of `input` without its rows.
  }];
  let arguments = (ins Transformer_FloatTensor:$input, Transformer_MaskTensor:$mask);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$input `mask` $mask attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

def Transformer_SwiGluOp : Transformer_ElementwiseOp<"swiglu", [
    DeclareOpInterfaceMethods<CommutesWithChannelMapOpInterface>]> {
  let summary = "The up projection times the SiLU of the gate projection";
  let description = [{
    Formula: `result = gate / (1 + exp(-gate)) * up`.

    Constraints:
    * (C1) operands and result have one type.
  }];
  let arguments = (ins Transformer_FloatTensor:$gate, Transformer_FloatTensor:$up);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$gate `,` $up attr-dict `:` type($gate)";
}

def Transformer_SiluOp : Transformer_ElementwiseOp<"silu"> {
  let summary = "Sigmoid linear unit";
  let description = [{
    Formula: `result = input / (1 + exp(-input))`.

    Constraints:
    * (C1) operand and result have one type.
  }];
  let arguments = (ins Transformer_FloatTensor:$input);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Transformer_GeluOp : Transformer_ElementwiseOp<"gelu"> {
  let summary = "Gaussian error linear unit";
  let description = [{
    Formula, form `erf`: `result = input * (1 + erf(input / sqrt(2))) / 2`;
    form `tanh`: `result = input * (1 + tanh(sqrt(2 / pi) * (input + 0.044715 * input^3))) / 2`;
    form `sigmoid`, also known as QuickGELU: `result = input / (1 + exp(-1.702 * input))`.

    Constraints:
    * (C1) operand and result have one type.
  }];
  let arguments = (ins Transformer_FloatTensor:$input,
                       Transformer_GeluFormAttr:$form);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$input `` $form attr-dict `:` type($input)";
}

def Transformer_ReluOp : Transformer_ElementwiseOp<"relu"> {
  let summary = "Rectified linear unit";
  let description = [{
    Formula: `result = max(input, 0)`.

    Constraints:
    * (C1) operand and result have one type.
  }];
  let arguments = (ins Transformer_FloatTensor:$input);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Transformer_MulOp : Transformer_ElementwiseOp<"mul", [
    DeclareOpInterfaceMethods<CommutesWithChannelMapOpInterface>]> {
  let summary = "Product of two activations: the up projection under a gate";
  let description = [{
    With an activation function as `gate` this is a gated linear unit, of a
    GELU (GeGLU) or a ReLU (ReGLU); that of a SiLU is `transformer.swiglu`.

    Formula: `result = gate * up`.

    Constraints:
    * (C1) operands and result have one type.
  }];
  let arguments = (ins Transformer_FloatTensor:$gate, Transformer_FloatTensor:$up);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$gate `,` $up attr-dict `:` type($gate)";
}

def Transformer_ScaleOp : Transformer_Op<"scale", [AllTypesMatch<["input", "result"]>,
    DeclareOpInterfaceMethods<CommutesWithChannelMapOpInterface>]> {
  let summary = "Multiply every channel by a factor";
  let description = [{
    The factor of an embedding or of logits, the same for all channels, or what
    a model has learned to multiply the channels of a branch with.

    Formula: `result[..., c] = input[..., c] * factors[c]`.

    Constraints:
    * (C1) the number of channels of `input` is static.
    * (C2) `factors` has shape `[channels]`.
    * (C3) operand and result have one type.
  }];
  let arguments = (ins Transformer_FloatTensor:$input, Transformer_FloatTensor:$factors);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$input `by` $factors attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transformer_AddOp : Transformer_ElementwiseOp<"add", [Commutative,
    DeclareOpInterfaceMethods<CommutesWithChannelMapOpInterface>]> {
  let summary = "Sum of two activations: the residual connection";
  let description = [{
    Formula: `result = lhs + rhs`.

    Constraints:
    * (C1) operands and result have one type.
  }];
  let arguments = (ins Transformer_FloatTensor:$lhs, Transformer_FloatTensor:$rhs);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs)";
}

def Transformer_ClampOp : Transformer_ElementwiseOp<"clamp"> {
  let summary = "Limit magnitudes to fixed ranges";
  let description = [{
    The channels are in groups of one size, a range for each. What keys and
    values are clamped to becomes the static scale of their integers, where
    others get a scale per row.

    Formula: `result[..., c] = min(max(input[..., c], -r), r)`, `r = ranges[c / group]`.

    Constraints:
    * (C1) operand and result have one type.
    * (C2) the channels are static, and a positive multiple of the number of `ranges`.
    * (C3) `ranges` are positive and finite.
  }];
  let arguments = (ins Transformer_FloatTensor:$input, DenseF64ArrayAttr:$ranges);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$input `to` $ranges attr-dict `:` type($input)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Number of channels that share a range.
    int64_t getGroup();
  }];
}

def Transformer_ArgmaxOp : Transformer_InferredOp<"argmax"> {
  let summary = "Index of the largest element of every row: the greedy next token";
  let description = [{
    Formula: `result[...] = min { c : input[..., c] = max_c input[..., c] }`.

    Constraints:
    * (C1) `input` has rank 1 or more and a static, positive number of channels.
    * (C2) the result has the shape of `input` without its channels.
  }];
  let arguments = (ins Transformer_FloatTensor:$input);
  let results = (outs RankedTensorOf<[I32]>:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Calibration
//===----------------------------------------------------------------------===//

def Transformer_ObserveOp : Transformer_ElementwiseOp<"observe", [
    DeclareOpInterfaceMethods<CommutesWithChannelMapOpInterface>,
    DeclareOpInterfaceMethods<ObserverOpInterface, ["getObservedName", "getObservedChannels"]>]> {
  let summary = "Name a value whose range matters";
  let description = [{
    The identity. Where a calibration run collects statistics of a value, it
    does so under this name; everywhere else the op disappears. `statistics` is
    what was collected.

    Formula: `result = input`.

    Constraints:
    * (C1) `name` is not empty.
    * (C2) operand and result have one type.
    * (C3) `statistics` has the channels of `input`.
  }];
  let arguments = (ins Transformer_FloatTensor:$input, StrAttr:$name,
                       OptionalAttr<Transformer_StatisticsAttr>:$statistics);
  let results = (outs Transformer_FloatTensor:$result);
  let assemblyFormat = "$input $name attr-dict `:` type($input)";
  let hasVerifier = 1;
}

#endif // IQUANT_TRANSFORMER_OPS_TD
