// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A dialect that the foldings know nothing of: it takes part through interfaces.

include "dialects/Transformer/TransformerInterfaces.td"
include "mlir/IR/DialectBase.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Foreign_Dialect : Dialect {
  let name = "foreign";
  let cppNamespace = "::foreign";
}

class Foreign_Op<string mnemonic, list<Trait> traits> : Op<Foreign_Dialect, mnemonic, !listconcat(traits, [Pure])> {
  let results = (outs AnyRankedTensor:$result);
}

/// `input * scale + shift`, channel by channel.
def Foreign_AffineOp : Foreign_Op<"affine", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<ScalesChannelsOpInterface, ["getChannelScale", "getChannelShift"]>]> {
  let arguments = (ins AnyRankedTensor:$input, Optional<AnyRankedTensor>:$scale, Optional<AnyRankedTensor>:$shift);
  let assemblyFormat = "$input (`scale` $scale^)? (`shift` $shift^)? attr-dict `:` functional-type(operands, results)";
}

/// `input * weight + bias`, the weight being `[input channels, output channels]`.
def Foreign_ProjectOp : Foreign_Op<"project", [
    DeclareOpInterfaceMethods<AbsorbsChannelMapOpInterface,
                              ["getInputSinks", "getOutputSinks", "getInputShiftSink"]>]> {
  let arguments = (ins AnyRankedTensor:$input, AnyRankedTensor:$weight, Optional<AnyRankedTensor>:$bias);
  let assemblyFormat = "$input `,` $weight (`bias` $bias^)? attr-dict `:` functional-type(operands, results)";
}

/// `lhs + rhs / 2`.
def Foreign_MixOp : Foreign_Op<"mix", [DeclareOpInterfaceMethods<CommutesWithChannelMapOpInterface>]> {
  let arguments = (ins AnyRankedTensor:$lhs, AnyRankedTensor:$rhs);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

/// The channels in opposite order.
def Foreign_ReverseOp : Foreign_Op<"reverse", [DeclareOpInterfaceMethods<CommutesWithChannelMapOpInterface>]> {
  let arguments = (ins AnyRankedTensor:$input);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}
