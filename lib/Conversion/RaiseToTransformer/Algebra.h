//===- Algebra.h - Products and sums of terms -------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The forms in which patterns see a formula, however it is written.
//
//===----------------------------------------------------------------------===//

#ifndef IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_ALGEBRA_H
#define IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_ALGEBRA_H

#include "Term.h"

namespace mlir::iquant::raise {

struct Factor {
  Term term;
  double power;
};

/// A number times powers of terms that are no products themselves. Divisions,
/// reciprocals, squares and roots are powers, whatever op writes them.
struct Product {
  double number = 1;
  SmallVector<Factor, 4> factors;

  /// Whether this is one term and nothing else.
  bool isTerm() const {
    return number == 1 && factors.size() == 1 && factors[0].power == 1;
  }
  /// Takes out the only factor that `predicate` accepts; none if it accepts
  /// none or several.
  std::optional<Factor>
  take(llvm::function_ref<bool(const Factor &)> predicate);
};

/// A number plus products.
struct Sum {
  double number = 0;
  SmallVector<Product, 4> products;
};

/// The product that a term is; terms equal to `kept` stay whole.
Product getProduct(Reader &reader, const Term &term, const Term &kept = {});

/// The sum that a term is.
Sum getSum(Reader &reader, const Term &term);

/// The sum over one variable of one term that a product is a multiple of.
std::optional<Node> getScaledSum(Reader &reader, const Product &product);

/// Adds a multiple of another sum, after which products of the same factors are
/// one, and those that cancel, but for rounding, none.
void add(Reader &reader, Sum &sum, const Sum &other, double multiple);

/// Whether two sums are of the same products.
bool equal(Reader &reader, const Sum &lhs, const Sum &rhs);

/// The coefficients of a polynomial of degree 3 or less, the constant first.
using Coefficients = std::array<double, 4>;

/// The polynomial in `variable` that a term is.
std::optional<Coefficients> getPolynomial(Reader &reader, const Term &term,
                                          const Term &variable);

/// Whether a number that was computed in `type` is meant to be `expected`.
bool isNear(double value, double expected, Type type);

/// The only value of a term that is a constant, also one that is computed.
std::optional<double> getNumber(Reader &reader, const Term &term);

/// The terms whose products are summed up.
struct Contraction {
  Indices variables;
  Term lhs, rhs;
  /// What the sum begins with; none for 0.
  Term start;
};

/// Reads `start + sum(lhs * rhs)`; a linear that was raised, as well.
std::optional<Contraction> getContraction(Reader &reader, const Term &term);

} // namespace mlir::iquant::raise

#endif // IQUANT_LIB_CONVERSION_RAISETOTRANSFORMER_ALGEBRA_H
