// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types of the iquant dialect. Each stands for a fixed list of plain integer tensors.

#ifndef IQUANT_TYPES_TD
#define IQUANT_TYPES_TD

include "dialects/IQuant/IQuantDialect.td"
include "mlir/IR/AttrTypeBase.td"

class IQuant_Type<string name, string typeMnemonic> : TypeDef<IQuant_Dialect, name> {
  let mnemonic = typeMnemonic;
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The plain integer tensors that a value of this type is made of, in the
    /// order of `iquant.compose` and `iquant.decompose`.
    ::llvm::SmallVector<::mlir::Type> getComponents() const;
  }];
}

def IQuant_FixedType : IQuant_Type<"Fixed", "fixed"> {
  let summary = "Fixed point: integers with one static power-of-two scale";
  let description = [{
    `!iquant.fixed<?x576xi32, 16>`: element `q` means `q * 2^-16`. The residual
    stream and everything between a linear and the next quantization is of this
    type; small parameters (norm scales, rotation tables) use `i16`.

    Components: the codes, `tensor<?x576xi32>`.

    Constraints:
    * (C1) the elements are `i16` or `i32`.
    * (C2) the exponent lies in 0 .. 30.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape, "::mlir::Type":$elementType, "int64_t":$exponent);
}

def IQuant_DynType : IQuant_Type<"Dyn", "dyn"> {
  let summary = "Dynamically quantized: 8-bit codes and integer scales found at run time";
  let description = [{
    `!iquant.dyn<?x576xui8>`: every row has its own multiplier `m`, exponent `e`
    and zero point `z`; code `q` means `(q - z) * m * 2^-e`. With `si8` elements
    the codes are symmetric in -127 .. 127 and there is no zero point.

    With a group, `!iquant.dyn<?x576xui8, 288>`, every 288 channels of a row
    have their own exponent and zero point and share the row's multiplier, so
    that the scales of a row's groups differ by powers of two; linears read
    these. `si8` groups, `!iquant.dyn<?x576xsi8, 64>`, have a multiplier each;
    attention uses one group per head.

    Components, for `[..., C]` codes: codes `tensor<...xCxi8>`, multipliers and
    exponents `tensor<...xi32>`, for `ui8` also zero points `tensor<...xi32>`.
    With groups of G, exponents, zero points and the multipliers of `si8` codes
    are `tensor<...x(C/G)xi32>`.

    Constraints:
    * (C1) the elements are `ui8` or `si8`.
    * (C2) the rank is 1 or more and the number of channels is static.
    * (C3) a group size is positive and divides the number of channels, which is then positive, too.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape, "::mlir::IntegerType":$elementType,
                        DefaultValuedParameter<"int64_t", "0">:$group);
  let extraClassDeclaration = [{
    ::llvm::SmallVector<::mlir::Type> getComponents() const;
    /// Whether the codes have a zero point.
    bool isAsymmetric() const { return getElementType().isUnsigned(); }
    /// The number of channels that share a scale: the group, or all of them.
    int64_t getScaleGroup() const { return getGroup() ? getGroup() : getShape().back(); }
    /// The number of scales of a row.
    int64_t getNumGroups() const { return getGroup() ? getShape().back() / getGroup() : 1; }
    /// The shape of exponents and zero points.
    ::llvm::SmallVector<int64_t> getScaleShape() const;
    /// The shape of multipliers: that of the exponents, or one per row.
    ::llvm::SmallVector<int64_t> getMultiplierShape() const;
  }];
}

def IQuant_TilesAttr : AttrDef<IQuant_Dialect, "Tiles"> {
  let mnemonic = "tiles";
  let summary = "The order of a weight's codes in memory: tiles of output and input channels";
  let parameters = (ins "int64_t":$outputs, "int64_t":$inputs);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The shape in memory of codes `[N, K]`: `[tiles of N, tiles of K, outputs, inputs]`.
    ::llvm::SmallVector<int64_t> getStorageShape(::llvm::ArrayRef<int64_t> shape) const;
  }];
}

def IQuant_WeightType : IQuant_Type<"Weight", "weight"> {
  let summary = "A constant weight matrix: codes and one integer scale per output channel";
  let description = [{
    `!iquant.weight<1536x576xsi8>`, `[N, K]`: code `q` of output channel `n`
    means `q * m[n] * 2^-e[n]`; codes lie in -127 .. 127. A group,
    `!iquant.weight<1536x576xsi8, 288>`, is that of the inputs it multiplies.

    Components: codes `tensor<NxKxi8>`, multipliers and exponents `tensor<Nxi32>`,
    and the sum of the codes of every output channel, `tensor<Nxi32>`, which
    takes the zero point out of a product; with groups of G a sum per group,
    `tensor<Nx(K/G)xi32>`.

    `!iquant.weight<1536x576xsi8, #iquant.tiles<8x2>>` means the same, but its codes lie in
    the order in which a matrix instruction for 8 output and 2 input channels
    reads them: tile by tile, `tensor<192x288x8x2xi8>`, filled up with zeros where the
    sizes are no multiples. With `#iquant.tiles<4x2>`, the codes of `N = 6`, `K = 3`
    have these positions, and the positions that the table leaves out hold 0:

    | | k = 0 | k = 1 | k = 2 |
    | --- | --- | --- | --- |
    | n = 0 | 0 | 1 | 8 |
    | n = 1 | 2 | 3 | 10 |
    | n = 2 | 4 | 5 | 12 |
    | n = 3 | 6 | 7 | 14 |
    | n = 4 | 16 | 17 | 24 |
    | n = 5 | 18 | 19 | 26 |

    Constraints:
    * (C1) the elements are `si8`.
    * (C2) the shape has two static, positive sizes.
    * (C3) a group size is positive and divides the number of input channels.
    * (C4) tiles have 1 .. 64 output and 1 .. 64 input channels.
    * (C5) the input channels of a tile divide a group.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape, "::mlir::IntegerType":$elementType,
                        DefaultValuedParameter<"int64_t", "0">:$group, OptionalParameter<"TilesAttr">:$tiles);
  let extraClassDeclaration = [{
    ::llvm::SmallVector<::mlir::Type> getComponents() const;
    /// The number of input channels of one sum: the group, or all of them.
    int64_t getSumGroup() const { return getGroup() ? getGroup() : getShape().back(); }
    /// The number of sums of an output channel.
    int64_t getNumGroups() const { return getShape().back() / getSumGroup(); }
    /// The shape of the sums.
    ::llvm::SmallVector<int64_t> getSumShape() const;
    /// The shape of the codes in memory.
    ::llvm::SmallVector<int64_t> getCodeShape() const;
    /// The position in memory of the code of output channel `n` and input channel `k`.
    int64_t getCodePosition(int64_t n, int64_t k) const;
  }];
}

#endif // IQUANT_TYPES_TD
