// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Ops of the iquant dialect.

#ifndef IQUANT_OPS_TD
#define IQUANT_OPS_TD

include "dialects/IQuant/IQuantDialect.td"
include "dialects/IQuant/IQuantTypes.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Types and attributes
//===----------------------------------------------------------------------===//

def IQuant_IntegerTensor : RankedTensorOf<[AnySignlessInteger]>;
def IQuant_IdTensor : RankedTensorOf<[AnySignlessInteger]>;
def IQuant_MaskTensor : RankedTensorOf<[I1]>;
def IQuant_AnyType : AnyTypeOf<[IQuant_FixedType, IQuant_DynType, IQuant_WeightType]>;

/// The 32-bit fixed point that activations have.
def IQuant_Activation : Type<
  And<[IQuant_FixedType.predicate,
       CPred<"::llvm::cast<::mlir::iquant::FixedType>($_self).getElementType().isInteger(32)">]>,
  "fixed-point type of i32 elements", "::mlir::iquant::FixedType">;
/// The 16-bit fixed point that parameters have.
def IQuant_Parameter : Type<
  And<[IQuant_FixedType.predicate,
       CPred<"::llvm::cast<::mlir::iquant::FixedType>($_self).getElementType().isInteger(16)">]>,
  "fixed-point type of i16 elements", "::mlir::iquant::FixedType">;

def IQuant_Count : ConfinedAttr<I64Attr, [IntPositive]>;
/// An epsilon in units of the square of the input's unit, `2^(-2 * exponent)`.
def IQuant_Epsilon : ConfinedAttr<I64Attr, [IntNonNegative, IntMaxValue<1073741823>]>;

def IQuant_GeluForm : I32EnumAttr<"GeluForm", "how the Gaussian error linear unit is computed", [
  I32EnumAttrCase<"Erf", 0, "erf">, I32EnumAttrCase<"Tanh", 1, "tanh">,
  I32EnumAttrCase<"Sigmoid", 2, "sigmoid">, I32EnumAttrCase<"IBert", 3, "ibert">]> {
  let cppNamespace = "::mlir::iquant";
  let genSpecializedAttr = 0;
}
def IQuant_GeluFormAttr : EnumAttr<IQuant_Dialect, IQuant_GeluForm, "gelu_form"> {
  let assemblyFormat = "`<` $value `>`";
}

def IQuant_SigmoidForm : I32EnumAttr<"SigmoidForm", "how a sigmoid is computed if not by two branches", [
  I32EnumAttrCase<"RowMaximum", 0, "row_maximum">]> {
  let cppNamespace = "::mlir::iquant";
  let genSpecializedAttr = 0;
}
def IQuant_SigmoidFormAttr : EnumAttr<IQuant_Dialect, IQuant_SigmoidForm, "sigmoid"> {
  let assemblyFormat = "`<` $value `>`";
}

def IQuant_RopePairing : I32EnumAttr<"RopePairing", "which two channels of a head rotate together", [
  I32EnumAttrCase<"Half", 0, "half">, I32EnumAttrCase<"Interleaved", 1, "interleaved">]> {
  let cppNamespace = "::mlir::iquant";
  let genSpecializedAttr = 0;
}
def IQuant_RopePairingAttr : EnumAttr<IQuant_Dialect, IQuant_RopePairing, "rope_pairing"> {
  let assemblyFormat = "`<` $value `>`";
}

def IQuant_ExponentialForm : I32EnumAttr<"ExponentialForm", "how an exponential is computed if not by a table", [
  I32EnumAttrCase<"DiExp", 0, "di_exp">, I32EnumAttrCase<"DiExpGuarded", 1, "di_exp_guarded">,
  I32EnumAttrCase<"DiClipped", 2, "di_clipped">, I32EnumAttrCase<"DiClippedGuarded", 3, "di_clipped_guarded">,
  I32EnumAttrCase<"IBert", 4, "ibert">]> {
  let cppNamespace = "::mlir::iquant";
  let genSpecializedAttr = 0;
}
def IQuant_ExponentialFormAttr : EnumAttr<IQuant_Dialect, IQuant_ExponentialForm, "exponential"> {
  let assemblyFormat = "`<` $value `>`";
}

def IQuant_CodeRounding : I32Enum<"CodeRounding", "how the inputs of an exponential become codes", [
  I32EnumCase<"Nearest", 0, "nearest">, I32EnumCase<"Dithered", 1, "dithered">]> {
  let cppNamespace = "::mlir::iquant";
}

def IQuant_PackedSum : I32EnumAttr<"PackedSum", "how exponentials are added up from packed codes", [
  I32EnumAttrCase<"Table", 0, "table">, I32EnumAttrCase<"Counts", 1, "counts">]> {
  let cppNamespace = "::mlir::iquant";
  let genSpecializedAttr = 0;
}
def IQuant_PackedSumAttr : EnumAttr<IQuant_Dialect, IQuant_PackedSum, "packed_sum"> {
  let assemblyFormat = "`<` $value `>`";
}

def IQuant_TableAttr : AttrDef<IQuant_Dialect, "Table"> {
  let mnemonic = "table";
  let summary = "The exponentials of a softmax as tables of 4, 8, 16 or 32 entries";
  let description = [{
    `#iquant.table<bits = 2, multiplier = [55924], exponent = [16], entries = [255, 79, 25, 8]>`:
    the largest element of a row minus another one, times
    `multiplier * 2^-exponent`, is the other's code of `bits`, and its
    exponential the entry of the code (rule S4). Of attention the multiplier
    has the factor on the scores in it. Each head has a multiplier, an exponent
    and `2^bits` entries, or one of each serves all heads. Codes are rounded to
    the nearest, or, `dithered`, up or down by the position of the key. With
    `thresholds` the product is a code of 8 bits, and the number of thresholds
    that it reaches that of `bits`.

    Constraints:
    * (C1) `bits` is 2, 3, 4 or 5.
    * (C2) there are as many exponents as multipliers, one or more.
    * (C3) there are `2^bits` entries per multiplier.
    * (C4) multipliers lie in 32768 .. 65535.
    * (C5) exponents lie in 0 .. 62.
    * (C6) entries lie in 0 .. 65280, the first one of a head in 1 .. 65280.
    * (C7) there are no `thresholds`, or `2^bits - 1` per multiplier.
    * (C8) the thresholds of a head rise, and lie in 1 .. 255.
  }];
  let parameters = (ins "unsigned":$bits, "::mlir::DenseI64ArrayAttr":$multiplier,
                        "::mlir::DenseI64ArrayAttr":$exponent, "::mlir::DenseI64ArrayAttr":$entries,
                        DefaultValuedParameter<"::mlir::iquant::CodeRounding", "CodeRounding::Nearest">:$rounding,
                        OptionalParameter<"::mlir::DenseI64ArrayAttr">:$thresholds);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The number of heads with a table of their own, 1 if one serves all.
    int64_t getHeads() const { return getMultiplier().size(); }
    int64_t getNumCodes() const { return int64_t(1) << getBits(); }
    /// How many codes a byte has room for.
    int64_t getCodesPerByte() const { return 8 / getBits(); }
    /// The entries of a head.
    ::llvm::ArrayRef<int64_t> getEntriesOf(int64_t head) const {
      return getEntries().asArrayRef().slice(head * getNumCodes(), getNumCodes());
    }
    /// The thresholds of a head, none where codes are equally far apart.
    ::llvm::ArrayRef<int64_t> getThresholdsOf(int64_t head) const {
      if (!getThresholds())
        return {};
      return getThresholds().asArrayRef().slice(head * (getNumCodes() - 1), getNumCodes() - 1);
    }
    /// The last of the codes that are equally far apart.
    int64_t getLastStep() const { return getThresholds() ? 255 : getNumCodes() - 1; }
    bool isDithered() const { return getRounding() == CodeRounding::Dithered; }
  }];
}

//===----------------------------------------------------------------------===//
// Base classes
//===----------------------------------------------------------------------===//

class IQuant_Op<string mnemonic, list<Trait> traits = []>
    : Op<IQuant_Dialect, mnemonic, !listconcat(traits, [Pure])>;

/// Fixed point in, fixed point of the same type out, element by element.
class IQuant_ElementwiseOp<string mnemonic, list<Trait> traits = []>
    : IQuant_Op<mnemonic, !listconcat(traits, [SameOperandsAndResultType])>;

//===----------------------------------------------------------------------===//
// Values and their components
//===----------------------------------------------------------------------===//

def IQuant_ComposeOp : IQuant_Op<"compose"> {
  let summary = "Make one iquant value of its plain integer tensors";
  let description = [{
    The components and their order are those that the result type documents.
    Constants enter a function this way, and so do buffers of a caller.

    Formula: the identity on the integers (rule V1).

    Constraints:
    * (C1) the operand types are the components of the result type.
  }];
  let arguments = (ins Variadic<IQuant_IntegerTensor>:$components);
  let results = (outs IQuant_AnyType:$result);
  let assemblyFormat = "$components attr-dict `:` functional-type($components, $result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def IQuant_DecomposeOp : IQuant_Op<"decompose"> {
  let summary = "Take an iquant value apart into its plain integer tensors";
  let description = [{
    The inverse of `iquant.compose`; the two cancel when they meet.

    Formula: the identity on the integers (rule V1).

    Constraints:
    * (C1) the result types are the components of the operand type.
  }];
  let arguments = (ins IQuant_AnyType:$value);
  let results = (outs Variadic<IQuant_IntegerTensor>:$components);
  let assemblyFormat = "$value attr-dict `:` functional-type($value, $components)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def IQuant_QuantizeOp : IQuant_Op<"quantize"> {
  let summary = "Quantize every row, or every group of a row, with a scale found from its values";
  let description = [{
    Finds the range of the row and rounds it to 8-bit codes; the scale is an
    integer multiplier and exponent (rules Q1 for `ui8`, Q2 for `si8`). The
    scale of a `ui8` group is that of the row's widest group times the smallest
    power of two, down to 2^-15, that still holds the group.

    Formula, `ui8`: `lo = min(0, min x)`, `hi = max(0, max x)`, scale `(hi - lo) / 255`, codes `round((x - lo) / scale)`;
    `si8`: scale `max |x| / 127`, codes `round(x / scale)`.

    `ranges` takes the place of `max |x|`, in units of the operand and the same
    for all rows (rule Q4): the scales are static, and what is larger saturates.

    Constraints:
    * (C1) operand and result have the same shape.
    * (C2) `ranges` stands with `si8` codes in groups, and has a positive number for each of them.
  }];
  let arguments = (ins IQuant_Activation:$input, OptionalAttr<DenseI32ArrayAttr>:$ranges);
  let results = (outs IQuant_DynType:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input)) `->` qualified(type($result))";
  let hasVerifier = 1;
}

def IQuant_DequantizeOp : IQuant_Op<"dequantize"> {
  let summary = "Bring codes and their scales back to fixed point";
  let description = [{
    Formula: `(q - z) * m * 2^-e`, rounded to the unit of the result (rule Q3).

    Constraints:
    * (C1) operand and result have the same shape.
  }];
  let arguments = (ins IQuant_DynType:$input);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input)) `->` qualified(type($result))";
  let hasVerifier = 1;
}

def IQuant_RescaleOp : IQuant_Op<"rescale"> {
  let summary = "Change the exponent of a fixed-point value";
  let description = [{
    Formula: `x * 2^(to - from)`, rounded and saturated (rule F1).

    Constraints:
    * (C1) operand and result have the same shape.
  }];
  let arguments = (ins IQuant_Activation:$input);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input)) `->` qualified(type($result))";
  let hasFolder = 1;
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Ops with parameters
//===----------------------------------------------------------------------===//

def IQuant_EmbeddingOp : IQuant_Op<"embedding"> {
  let summary = "Look up one row of a quantized table per token id, as fixed point";
  let description = [{
    An id outside of the table counts as the nearest valid one.

    Formula: `result[..., c] = q[id, c] * m[id] * 2^-e[id]`, rounded to the unit of the result (rule E1).

    Constraints:
    * (C1) the result has the shape of `ids` followed by the number of columns of `table`.
  }];
  let arguments = (ins IQuant_IdTensor:$ids, IQuant_WeightType:$table);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = "$ids `,` $table attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def IQuant_LinearOp : IQuant_Op<"linear"> {
  let summary = "Integer matrix product of quantized rows and a quantized weight";
  let description = [{
    The 32-bit sum of 8-bit products times the row's and the channel's scale,
    in one rounding, plus the bias. The sums of groups are first shifted to the
    coarsest group's unit (rule L1).

    Formula: `result[r, n] = (sum_k (q[r, k] - z[r]) * w[n, k]) * m[r] * m[n] * 2^-(e[r] + e[n]) + bias[n]`.

    Constraints:
    * (C1) the last dimension of `input` is the last dimension of `weight`.
    * (C2) `input` and `weight` have the same groups, and an `si8` input has none.
    * (C3) the result has the rows of `input` and one channel per row of `weight`.
    * (C4) `bias` is `i32` fixed point of shape `[N]` with the exponent of the result.
  }];
  let arguments = (ins IQuant_DynType:$input, IQuant_WeightType:$weight, Optional<IQuant_Activation>:$bias);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = "$input `,` $weight (`bias` $bias^)? attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def IQuant_RmsNormOp : IQuant_Op<"rms_norm"> {
  let summary = "Root-mean-square norm fused with quantization";
  let description = [{
    The codes of a normalised row are those of the row itself, so the inverse
    square root enters the row's multiplier only (rule N1). With a fixed-point
    result the normalised values themselves come out (rule N2).

    Formula: `input / sqrt(mean(input^2) + epsilon) * scale`.

    Constraints:
    * (C1) operand and result have the same shape; the number of channels is static and at most 65536.
    * (C2) `scale` is `i16` fixed point of shape `[channels]`.
    * (C3) a quantized result is `ui8`.
    * (C4) `epsilon` lies in 0 .. 2^30 - 1.
  }];
  let arguments = (ins IQuant_Activation:$input, Optional<IQuant_Parameter>:$scale, IQuant_Epsilon:$epsilon);
  let results = (outs AnyTypeOf<[IQuant_Activation, IQuant_DynType]>:$result);
  let assemblyFormat = "$input (`scale` $scale^)? attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def IQuant_LayerNormOp : IQuant_Op<"layer_norm", [AttrSizedOperandSegments]> {
  let summary = "Layer norm fused with quantization";
  let description = [{
    As `iquant.rms_norm`, on the centred row and with a shift (rules N3, N4).

    Formula: `(input - mean) / sqrt(variance + epsilon) * scale + shift`.

    Constraints:
    * (C1) operand and result have the same shape; the number of channels is static and at most 65536.
    * (C2) `scale` is `i16` fixed point of shape `[channels]`.
    * (C3) `shift` is `i16` fixed point of shape `[channels]`.
    * (C4) a quantized result is `ui8`.
    * (C5) `epsilon` lies in 0 .. 2^30 - 1.
  }];
  let arguments = (ins IQuant_Activation:$input, Optional<IQuant_Parameter>:$scale, Optional<IQuant_Parameter>:$shift,
                       IQuant_Epsilon:$epsilon);
  let results = (outs AnyTypeOf<[IQuant_Activation, IQuant_DynType]>:$result);
  let assemblyFormat = [{
    $input (`scale` $scale^)? (`shift` $shift^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

def IQuant_RopeOp : IQuant_Op<"rope", [AllTypesMatch<["input", "result"]>]> {
  let summary = "Rotate channel pairs of every head by table entries of the position";
  let description = [{
    The second-to-last dimension counts rows, of which `position` is that of the
    first, or those of all. A row at position `p` reads row `p` of the tables; a
    position outside of them counts as the nearest (rule P1).

    Formula, `(a, b)` the two channels of pair `i`:
    `a' = a * cosine[p, i] - b * sine[p, i]`, `b' = a * sine[p, i] + b * cosine[p, i]`.

    Constraints:
    * (C1) `input` has rank 2 or more.
    * (C2) the number of channels is static and a multiple of `2 * heads`.
    * (C3) the tables have shape `[positions, channels / heads / 2]`, one exponent, and at least one position.
    * (C4) `heads` is positive.
    * (C5) operand and result have one type.
    * (C6) a `position` of every row has shape `[rows]`, or that of `input` without its channels.
  }];
  let arguments = (ins IQuant_Activation:$input, IQuant_Parameter:$cosine, IQuant_Parameter:$sine,
                       AnyTypeOf<[Index, IQuant_IdTensor]>:$position, IQuant_Count:$heads,
                       IQuant_RopePairingAttr:$pairing);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = [{
    $input `` $pairing `by` $cosine `,` $sine `at` $position attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def IQuant_RotatePairsOp : IQuant_Op<"rotate_pairs", [
    AllTypesMatch<["input", "result"]>, AllTypesMatch<["cosine", "sine"]>]> {
  let summary = "Rotate channel pairs of every head by activations";
  let description = [{
    All heads share the cosines and sines, and every channel of a head has
    entries of its own (rule P2).

    Formula, `(a, b)` channels `(i, j)` of a pair in row `s`:
    `a' = a * cosine[..., s, i] - b * sine[..., s, i]`, `b' = b * cosine[..., s, j] + a * sine[..., s, j]`.

    Constraints:
    * (C1) `input` has rank 2 or more.
    * (C2) the number of channels is static and a multiple of `2 * heads`.
    * (C3) `cosine` has shape `[rows, channels / heads]`, or that of `input` with `channels / heads` channels.
    * (C4) `cosine` and `sine` have one type.
    * (C5) `heads` is positive.
    * (C6) operand and result have one type.
  }];
  let arguments = (ins IQuant_Activation:$input, IQuant_Activation:$cosine, IQuant_Activation:$sine,
                       IQuant_Count:$heads, IQuant_RopePairingAttr:$pairing);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = [{
    $input `` $pairing `by` $cosine `,` $sine attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def IQuant_SoftmaxOp : IQuant_Op<"softmax"> {
  let summary = "Integer softmax of every row through a table";
  let description = [{
    The exponential is cut off at -12 (rules S1, S2), or a `table` stands in the
    place of the two-level one (rule S4). A quantized result is the exponentials
    themselves, rounded to 8 bits; their sum enters the row's scale only
    (rule S5). With a fixed-point result they are divided by it (rule S3). With
    `packed_sum` the sum comes from packed codes, and is the same (rule S6). With
    `exponential` a published form stands in the place of tables (rules D1 to D4).

    Formula: `exp(input - max input) / sum exp(input - max input)`.

    Constraints:
    * (C1) the number of channels is static, positive and at most 32768.
    * (C2) operand and result have the same shape, and a fixed-point result the exponent of the operand.
    * (C3) `table` has one head.
    * (C4) a quantized result is `ui8` without groups.
    * (C5) a `packed_sum` comes with a `table`.
    * (C6) there is no `table` beside an `exponential`.
  }];
  let arguments = (ins IQuant_Activation:$input, OptionalAttr<IQuant_TableAttr>:$table,
                       OptionalAttr<IQuant_PackedSumAttr>:$packed_sum,
                       OptionalAttr<IQuant_ExponentialFormAttr>:$exponential);
  let results = (outs AnyTypeOf<[IQuant_Activation, IQuant_DynType]>:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def IQuant_UpdateCacheOp : IQuant_Op<"update_cache", [AllTypesMatch<["cache", "result"]>]> {
  let summary = "Write the rows of new positions into a cache of quantized keys or values";
  let description = [{
    As `transformer.update_cache`; codes and scales of a row move together, and
    no integer changes (rule K1). Where nobody reads the old cache, the new one
    takes its place in memory.

    Formula: `result[..., offset + s, c] = rows[..., s, c]`; all other rows are those of `cache`.

    Constraints:
    * (C1) `cache` and `rows` have the same rank, 2 or 3.
    * (C2) `cache` and `rows` have the same elements, groups, channels and batch.
    * (C3) `rows` has no more rows than `cache`.
    * (C4) the result has the type of `cache`.
  }];
  let arguments = (ins IQuant_DynType:$cache, IQuant_DynType:$rows, Index:$offset);
  let results = (outs IQuant_DynType:$result);
  let assemblyFormat = "$cache `,` $rows `at` $offset attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def IQuant_AttentionOp : IQuant_Op<"attention", [AttrSizedOperandSegments]> {
  let summary = "Integer attention of all heads: scores, clipped table softmax, weighted sum";
  let description = [{
    Heads, grouped queries, offset, mask and causality are those of
    `transformer.attention` (rule K2). Scores are 32-bit; exponentials come from the
    two-level table and multiply the values before the one division by their
    sum (rules S1, A1 to A4). A row without a valid key is all 0. The factor on
    the scores is `multiplier * 2^-exponent` times the table's steps per unit.
    A `table` of few entries stands in the place of the two-level one, and has
    such a factor for each head (rule S4); with `packed_sum` its sum comes from
    packed codes, and is the same (rule S6). With `exponential` a published form
    stands in the place of tables, and the factor on the scores is
    `multiplier * 2^-exponent` itself (rules D1 to D4).

    Formula: `softmax(scale * query . key^T) . value`.

    Constraints:
    * (C1) `query`, `key` and `value` have the same rank, 2 or 3, and `si8` elements.
    * (C2) the query channels are a multiple of `heads`, and `heads` of `kv_heads`.
    * (C3) the groups of every operand are its heads, even when there is one head only.
    * (C4) the channels of `key` and of `value` are `kv_heads` times the width of a head.
    * (C5) `key` and `value` have the same shape.
    * (C6) `mask` has shape `[..., T]` (per key) or `[..., S, T]` (per query and key), `...` the batch.
    * (C7) the result has the shape of `query`.
    * (C8) the score scale's multiplier lies in 32768 .. 65535.
    * (C9) a `causal` attention has no more queries than keys.
    * (C10) `query` has the batch of `key`.
    * (C11) `heads` and `kv_heads` are positive.
    * (C12) the score scale's exponent lies in 0 .. 62.
    * (C13) there is a score scale, or a `table`, but not both.
    * (C14) `table` has one head, or as many as the attention.
    * (C15) a `packed_sum` comes with a `table`.
    * (C16) there is no `table` beside an `exponential`.
  }];
  let arguments = (ins IQuant_DynType:$query, IQuant_DynType:$key, IQuant_DynType:$value,
                       Optional<IQuant_MaskTensor>:$mask, Optional<Index>:$offset, IQuant_Count:$heads,
                       IQuant_Count:$kv_heads, OptionalAttr<I64Attr>:$scale_multiplier,
                       OptionalAttr<I64Attr>:$scale_exponent, OptionalAttr<IQuant_TableAttr>:$table,
                       OptionalAttr<IQuant_PackedSumAttr>:$packed_sum,
                       OptionalAttr<IQuant_ExponentialFormAttr>:$exponential, UnitAttr:$causal);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` $mask^)? (`at` $offset^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Number of channels of one head.
    int64_t getHeadWidth() { return getQuery().getType().getGroup(); }
    /// Query heads that share the keys of one key head.
    int64_t getGroup() { return getHeads() / getKvHeads(); }
  }];
}

//===----------------------------------------------------------------------===//
// Sequences
//===----------------------------------------------------------------------===//

def IQuant_MeanPoolOp : IQuant_Op<"mean_pool"> {
  let summary = "Mean of the valid rows of every sequence";
  let description = [{
    As `transformer.mean_pool`: exact sums, then one rounded division by the
    number of valid rows (rule F5). The unit of the result is that of the rows.

    Formula: `result[..., c] = sum_s input[..., s, c] / max(n, 1)` over the `n` valid rows `s`.

    Constraints:
    * (C1) `input` has rank 2 or more.
    * (C2) `mask` has the shape of `input` without its channels.
    * (C3) the result has the shape of `input` without its rows.
    * (C4) the result has the exponent of `input`.
  }];
  let arguments = (ins IQuant_Activation:$input, IQuant_MaskTensor:$mask);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = "$input `mask` $mask attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

def IQuant_SwiGluOp : IQuant_Op<"swiglu"> {
  let summary = "The up projection times the SiLU of the gate projection";
  let description = [{
    The sigmoid has two branches, or the published form that `sigmoid` names
    (rule D5).

    Formula: `gate * sigmoid(gate) * up` (rule G2).

    Constraints:
    * (C1) operands and result have the same shape.
    * (C2) with a maximum of its row in the `sigmoid`, `gate` has rank 1 or more.
  }];
  let arguments = (ins IQuant_Activation:$gate, IQuant_Activation:$up, OptionalAttr<IQuant_SigmoidFormAttr>:$sigmoid);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = "$gate `,` $up attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def IQuant_SiluOp : IQuant_ElementwiseOp<"silu"> {
  let summary = "Sigmoid linear unit";
  let description = [{
    As that of `iquant.swiglu`, the sigmoid has two branches or a published form.

    Formula: `input * sigmoid(input)` (rule G1).

    Constraints:
    * (C1) operand and result have one type.
    * (C2) with a maximum of its row in the `sigmoid`, `input` has rank 1 or more.
  }];
  let arguments = (ins IQuant_Activation:$input, OptionalAttr<IQuant_SigmoidFormAttr>:$sigmoid);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input))";
  let hasVerifier = 1;
}

def IQuant_GeluOp : IQuant_ElementwiseOp<"gelu"> {
  let summary = "Gaussian error linear unit";
  let description = [{
    Formula: `input * sigmoid(p(input))`, `p` an odd polynomial that depends on the form (rule G3); for the published form
    `ibert`, `input * (1 + erf(input / sqrt(2))) / 2` with a polynomial for `erf` (rule D6).

    Constraints:
    * (C1) operand and result have one type.
  }];
  let arguments = (ins IQuant_Activation:$input, IQuant_GeluFormAttr:$form);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = "$input `` $form attr-dict `:` qualified(type($input))";
}

def IQuant_ReluOp : IQuant_ElementwiseOp<"relu"> {
  let summary = "Rectified linear unit";
  let description = [{
    Formula: `max(input, 0)` (rule G4).

    Constraints:
    * (C1) operand and result have one type.
  }];
  let arguments = (ins IQuant_Activation:$input);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input))";
}

def IQuant_MulOp : IQuant_Op<"mul"> {
  let summary = "Product of two fixed-point values: the up projection under a gate";
  let description = [{
    Formula: `gate * up`, saturated (rule F6).

    Constraints:
    * (C1) operands and result have the same shape.
  }];
  let arguments = (ins IQuant_Activation:$gate, IQuant_Activation:$up);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = "$gate `,` $up attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def IQuant_ScaleOp : IQuant_Op<"scale", [AllTypesMatch<["input", "result"]>]> {
  let summary = "Multiply every channel by a factor";
  let description = [{
    Formula: `input * factors`, saturated (rule F7).

    Constraints:
    * (C1) `input` has rank 1 or more, and `factors` the shape `[channels]`.
    * (C2) operand and result have one type.
  }];
  let arguments = (ins IQuant_Activation:$input, IQuant_Parameter:$factors);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = "$input `by` $factors attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def IQuant_AddOp : IQuant_ElementwiseOp<"add", [Commutative]> {
  let summary = "Saturating sum of two fixed-point values of one exponent";
  let description = [{
    Formula: `lhs + rhs`, saturated (rule F2).

    Constraints:
    * (C1) operands and result have one type.
  }];
  let arguments = (ins IQuant_Activation:$lhs, IQuant_Activation:$rhs);
  let results = (outs IQuant_Activation:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` qualified(type($lhs))";
}

def IQuant_ArgmaxOp : IQuant_Op<"argmax"> {
  let summary = "Index of the largest element of every row, the first of equals";
  let description = [{
    Formula: `min { c : input[..., c] = max_c input[..., c] }` (rule F3).

    Constraints:
    * (C1) the number of channels is static and positive.
    * (C2) the result has the shape of `input` without its channels.
  }];
  let arguments = (ins IQuant_Activation:$input);
  let results = (outs RankedTensorOf<[I32]>:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif // IQUANT_OPS_TD
