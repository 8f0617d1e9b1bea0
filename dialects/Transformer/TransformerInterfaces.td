// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Op interfaces through which foldings and calibration reach an op, whatever its dialect.

#ifndef IQUANT_TRANSFORMER_INTERFACES_TD
#define IQUANT_TRANSFORMER_INTERFACES_TD

include "mlir/IR/OpBase.td"

def CommutesWithChannelMapOpInterface : OpInterface<"CommutesWithChannelMapOpInterface"> {
  let description = [{
    An op that lets a linear map of the channels pass through it: mapping one
    operand maps the result, or undoes a map of another operand. Channels are
    the elements of the last dimension. The up operand of a SwiGLU lets a scale
    pass to the result; its gate operand does not. Query and key of an attention
    undo each other.
  }];
  let cppNamespace = "::mlir::transformer";
  let methods = [
    InterfaceMethod<[{
        The operands and results whose channels are mapped together. The maps of
        a channel that no tie mentions must be the identity.
      }],
      "::llvm::SmallVector<::mlir::transformer::ChannelTie>", "getChannelTies", (ins)>
  ];
}

def AbsorbsChannelMapOpInterface : OpInterface<"AbsorbsChannelMapOpInterface"> {
  let description = [{
    An op that can take a linear map of the channels, or a shift of them, into
    its constants without changing the function it computes. The answers name
    the constant operands and the dimension that is mapped; the folding pass
    does the arithmetic, so one implementation serves every op. Channels are the
    elements of the last dimension of the operand or result.
  }];
  let cppNamespace = "::mlir::transformer";
  let methods = [
    InterfaceMethod<[{
        The constants that must be mapped by the inverse transpose of `A` so that
        feeding rows `operand * A` leaves the result as it was; empty when none
        can.
      }],
      "::llvm::SmallVector<::mlir::transformer::ChannelSink>", "getInputSinks",
      (ins "::mlir::OpOperand &":$operand), [{}], [{ return {}; }]>,
    InterfaceMethod<[{
        The constants that must be mapped by `A` so that the rows of the only
        result come out as `result * A`; empty when none can.
      }],
      "::llvm::SmallVector<::mlir::transformer::ChannelSink>", "getOutputSinks",
      (ins), [{}], [{ return {}; }]>,
    InterfaceMethod<[{
        The vector that takes a constant shift `b`, so that the op gives for
        `operand` what it gave for `operand + b`; nothing when none can.
      }],
      "::std::optional<::mlir::transformer::ShiftSink>", "getInputShiftSink",
      (ins "::mlir::OpOperand &":$operand), [{}], [{ return ::std::nullopt; }]>
  ];
}

def ScalesChannelsOpInterface : OpInterface<"ScalesChannelsOpInterface"> {
  let description = [{
    An op that multiplies every channel of its only result by a constant, and
    adds another one, as a norm does. Both are optional operands: a scale that
    is absent counts as 1, a shift as 0. So a folding may change, add or remove
    them.
  }];
  let cppNamespace = "::mlir::transformer";
  let methods = [
    InterfaceMethod<"The scale, at most one operand: a vector with an element per channel.",
      "::mlir::MutableOperandRange", "getChannelScale", (ins)>,
    InterfaceMethod<"The shift, at most one operand; nothing when the op never has one.",
      "::std::optional<::mlir::MutableOperandRange>", "getChannelShift",
      (ins), [{}], [{ return ::std::nullopt; }]>
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
