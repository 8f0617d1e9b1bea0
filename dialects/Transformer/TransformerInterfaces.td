// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Op interfaces through which foldings and calibration reach an op, whatever its dialect.

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

def ObserverOpInterface : OpInterface<"ObserverOpInterface"> {
  let description = [{
    An op that names values of which a calibration run collects statistics, in
    channels that are its own to define: those of the last dimension of
    `transformer.observe`, the heads of `transformer.attention`. The names of a
    module are unique. What was collected comes back to the op as the attribute
    `statistics`.
  }];
  let cppNamespace = "::mlir::transformer";
  let methods = [
    InterfaceMethod<
      "The name under which the op observes, null where it does not.",
      "::mlir::StringAttr", "getObservedName", (ins)>,
    InterfaceMethod<
      "The number of channels that have statistics each, `ShapedType::kDynamic` where it is not known.",
      "int64_t", "getObservedChannels", (ins)>,
    InterfaceMethod<
      "What a calibration run collected, null where there is nothing.",
      "::mlir::transformer::StatisticsAttr", "getStatisticsAttr", (ins)>,
    InterfaceMethod<
      "Replaces what a calibration run collected.",
      "void", "setStatisticsAttr", (ins "::mlir::transformer::StatisticsAttr":$statistics)>
  ];
  let verify = [{ return ::mlir::transformer::detail::verifyObserver($_op); }];
}

#endif // IQUANT_TRANSFORMER_INTERFACES_TD
