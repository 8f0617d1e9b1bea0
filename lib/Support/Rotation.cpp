//===- Rotation.cpp - Orthogonal matrices with flat entries ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Support/Rotation.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

#include <Eigen/Core>
#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using Eigen::MatrixXd;

uint64_t SplitMix64::operator()() {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

//===----------------------------------------------------------------------===//
// Bases
//===----------------------------------------------------------------------===//

static bool isPrime(int64_t number) {
  for (int64_t divisor = 2; divisor * divisor <= number; ++divisor)
    if (number % divisor == 0)
      return false;
  return number >= 2;
}

/// Whether Paley's first construction gives a Hadamard matrix of this order,
/// and whether his second one does; `order` is a multiple of 4.
static bool hasPaley1(int64_t order) { return isPrime(order - 1); }
static bool hasPaley2(int64_t order) {
  return order / 2 % 4 == 2 && isPrime(order / 2 - 1);
}

/// The matrix of Paley's constructions over the field of `p` elements:
/// `[0, 1; +-1, Q]`, `Q[i, j]` being 1 if `i - j` is a square, -1 if it is none
/// and 0 on the diagonal. It is symmetric for p = 1 mod 4, else
/// antisymmetric, and its rows are orthogonal.
static MatrixXd makeConference(int64_t p) {
  std::vector<bool> isSquare(p);
  for (int64_t i = 1; i < p; ++i)
    isSquare[i * i % p] = true;
  MatrixXd result = MatrixXd::Zero(p + 1, p + 1);
  result.row(0).tail(p).setOnes();
  result.col(0).tail(p).setConstant(p % 4 == 1 ? 1 : -1);
  for (int64_t i = 0; i < p; ++i)
    for (int64_t j = 0; j < p; ++j)
      if (i != j)
        result(i + 1, j + 1) = isSquare[(i - j + p) % p] ? 1 : -1;
  return result;
}

static MatrixXd makePaley1(int64_t order) {
  return makeConference(order - 1) + MatrixXd::Identity(order, order);
}

static MatrixXd makePaley2(int64_t order) {
  int64_t half = order / 2;
  MatrixXd conference = makeConference(half - 1), result(order, order);
  MatrixXd one = MatrixXd::Identity(half, half);
  result << conference + one, conference - one, conference - one,
      -conference - one;
  return result;
}

/// The transform that is its own inverse up to a factor: `cos + sin` of all
/// products of row and column.
static MatrixXd makeHartley(int64_t size) {
  return MatrixXd::NullaryExpr(size, size, [&](int64_t i, int64_t j) {
    double angle = 2 * llvm::numbers::pi * static_cast<double>(i * j % size) /
                   static_cast<double>(size);
    return std::cos(angle) + std::sin(angle);
  });
}

static MatrixXd makeBase(int64_t size) {
  int64_t powers = llvm::countr_zero(static_cast<uint64_t>(size));
  int64_t odd = size >> powers;
  if (odd == 1)
    return MatrixXd::Ones(1, 1);
  for (int64_t order = 4 * odd; order <= size; order *= 2) {
    if (hasPaley1(order))
      return makePaley1(order);
    if (hasPaley2(order))
      return makePaley2(order);
  }
  return makeHartley(odd);
}

//===----------------------------------------------------------------------===//
// Rotation
//===----------------------------------------------------------------------===//

/// Rows side by side: a row of such an array is one channel of all of them.
using Lanes =
    Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Rotation::Rotation(int64_t size, SplitMix64 &random, bool keepsMean)
    : signs(size) {
  for (double &sign : signs)
    sign = random() >> 63 ? -1 : 1;
  MatrixXd matrix = makeBase(size);
  baseSize = matrix.rows();
  for (int64_t i = 0; i < baseSize; ++i)
    for (int64_t j = 0; j < baseSize; ++j)
      base.push_back(matrix(i, j));
  if (!keepsMean)
    return;
  // The reflection that maps one vector to another of its length has their
  // difference as its normal.
  std::vector<double> image(size, 1);
  apply(image.data(), /*rows=*/1, /*stride=*/1);
  double length = 0;
  for (double &element : image) {
    element -= 1;
    length += element * element;
  }
  // A difference at rounding level is none.
  if (length < 1e-20 * static_cast<double>(size))
    return;
  normal = std::move(image);
  for (double &element : normal)
    element *= std::sqrt(2 / length);
}

void Rotation::apply(double *data, int64_t rows, int64_t stride) const {
  int64_t size = getSize();
  Eigen::Map<Lanes, 0, Eigen::OuterStride<>> lanes(
      data, size, rows, Eigen::OuterStride<>(stride));
  double factor = 1 / std::sqrt(static_cast<double>(size));
  for (int64_t channel = 0; channel < size; ++channel)
    lanes.row(channel) *= signs[channel] * factor;

  // The Sylvester matrix, by butterflies in each of the base's blocks.
  int64_t block = size / baseSize;
  Lanes upper;
  for (int64_t half = 1; half < block; half *= 2)
    for (int64_t first = 0; first < size; first += 2 * half) {
      auto a = lanes.middleRows(first, half);
      auto b = lanes.middleRows(first + half, half);
      upper = a;
      a += b;
      b = upper - b;
    }

  if (baseSize > 1) {
    Lanes from = lanes;
    lanes.setZero();
    for (int64_t i = 0; i < baseSize; ++i)
      for (int64_t j = 0; j < baseSize; ++j)
        lanes.middleRows(j * block, block) +=
            base[i * baseSize + j] * from.middleRows(i * block, block);
  }

  if (normal.empty())
    return;
  Lanes product = Lanes::Zero(1, rows);
  for (int64_t channel = 0; channel < size; ++channel)
    product += normal[channel] * lanes.row(channel);
  for (int64_t channel = 0; channel < size; ++channel)
    lanes.row(channel) -= normal[channel] * product;
}
