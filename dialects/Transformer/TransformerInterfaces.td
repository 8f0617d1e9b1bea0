// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Op interfaces through which foldings reach an op, whatever its dialect.

#ifndef IQUANT_TRANSFORMER_INTERFACES_TD
#define IQUANT_TRANSFORMER_INTERFACES_TD

include "mlir/IR/OpBase.td"

def CommutesWithChannelScaleOpInterface : OpInterface<"CommutesWithChannelScaleOpInterface"> {
  let description = [{
    An op that lets a per-channel scale pass through it: multiplying channel
    `c` of one operand by `s[c] > 0` multiplies channel `c` of the result by
    the same `s[c]`. Channels are the elements of the last dimension. The up
    operand of a SwiGLU commutes; its gate operand does not.
  }];
  let cppNamespace = "::mlir::transformer";
  let methods = [
    InterfaceMethod<
      "Whether a channel scale on this operand equals the same scale on the only result.",
      "bool", "commutesWithChannelScale", (ins "::mlir::OpOperand &":$operand)>
  ];
}

def AbsorbsChannelScaleOpInterface : OpInterface<"AbsorbsChannelScaleOpInterface"> {
  let description = [{
    An op that can take a per-channel scale into its constants without changing
    the function it computes. The answers name the constant operands and the
    dimension that the scale multiplies; the folding pass does the arithmetic,
    so one implementation serves every op. Channels are the elements of the
    last dimension of the operand or result.
  }];
  let cppNamespace = "::mlir::transformer";
  let methods = [
    InterfaceMethod<[{
        The constants that must be multiplied by `s` so that feeding
        `operand / s` leaves the result as it was; empty when none can.
      }],
      "::llvm::SmallVector<::mlir::transformer::ScaleSink>", "getInputScaleSinks",
      (ins "::mlir::OpOperand &":$operand), [{}], [{ return {}; }]>,
    InterfaceMethod<[{
        The constants that must be multiplied by `s` so that the only result
        comes out multiplied by `s`; empty when none can.
      }],
      "::llvm::SmallVector<::mlir::transformer::ScaleSink>", "getOutputScaleSinks",
      (ins), [{}], [{ return {}; }]>
  ];
}

#endif // IQUANT_TRANSFORMER_INTERFACES_TD
