// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The iquant dialect: how integers compute a transformer.

#ifndef IQUANT_DIALECT_TD
#define IQUANT_DIALECT_TD

include "mlir/IR/DialectBase.td"

def IQuant_Dialect : Dialect {
  let name = "iquant";
  let cppNamespace = "::mlir::iquant";
  let summary = "Integer-only transformer operators with scales as integer values.";
  let description = [{
    The operators of the transformer dialect in integer arithmetic. No value of
    this dialect is floating point, and no op hides floating-point arithmetic:
    a scale is a pair of integers, a multiplier and an exponent, that travels
    as an SSA value beside the codes. Every op means one numbered rule of
    `docs/Numerics.md`, to the last bit, on every target. `RATIONALE.md` beside
    the definitions says why these ops and types and what was left out.

    The conventions on rows, channels and heads are those of the transformer
    dialect.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
}

#endif // IQUANT_DIALECT_TD
