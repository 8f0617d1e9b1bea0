//===- IQuantToLinalg.h - Patterns of the lowering to linalg ----*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares the type converter and the patterns that lower iquant ops to
// integer linalg, for use in a conversion of one's own.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_CONVERSION_IQUANTTOLINALG_H
#define IQUANT_CONVERSION_IQUANTTOLINALG_H

#include "mlir/Transforms/DialectConversion.h"

namespace mlir::iquant {

/// The name of the argument and result attribute that keeps the iquant type of
/// a function's value on the first of its components.
inline constexpr StringLiteral kTypeAttrName = "iquant.type";

/// Converts every iquant type to its components, any other type to itself.
class ComponentTypeConverter : public TypeConverter {
public:
  ComponentTypeConverter();
};

/// Adds the patterns for all iquant ops.
void populateIQuantToLinalgPatterns(const TypeConverter &converter,
                                    RewritePatternSet &patterns);

/// Adds the patterns that pass components through functions, calls, returns
/// and structured control flow, and makes such ops legal in `target` when no
/// iquant type is left in them.
void populateComponentSignaturePatterns(const TypeConverter &converter,
                                        RewritePatternSet &patterns,
                                        ConversionTarget &target);

} // namespace mlir::iquant

#endif // IQUANT_CONVERSION_IQUANTTOLINALG_H
