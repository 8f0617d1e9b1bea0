//===- TransformerToLinalg.h - Float lowering to linalg ---------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the patterns that lower transformer ops to floating-point linalg,
// for use in a conversion of one's own.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_CONVERSION_TRANSFORMERTOLINALG_H
#define IQUANT_CONVERSION_TRANSFORMERTOLINALG_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::iquant {

/// Cosines and sines of every angle of a rotary embedding.
struct RotationTable {
  TypedAttr cosine, sine;
};

/// The tables of one conversion; rotations of equal frequencies share them.
class RotationTables {
public:
  /// The table `[positions, frequencies]`; none when the frequencies are not
  /// constant or the table would be too large.
  std::optional<RotationTable> get(Value frequencies, int64_t positions,
                                   Type elementType);

private:
  DenseMap<std::tuple<Attribute, int64_t, Type>, std::optional<RotationTable>>
      tables;
};

/// Adds patterns for all transformer ops. `tables` must outlive the patterns.
void populateTransformerToLinalgPatterns(RewritePatternSet &patterns,
                                         RotationTables &tables);

} // namespace mlir::iquant

#endif // IQUANT_CONVERSION_TRANSFORMERTOLINALG_H
