//===- SoftmaxPrograms.cpp - What the softmax benchmark times -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SoftmaxPrograms.h"

#include "iquant/Support/PackedCodes.h"

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using llvm::formatv;

/// Where the input is clipped.
static constexpr double kClip = -6;

/// The exponentials of codes of `bits` in 8 bits.
static SmallVector<int64_t> getEntries(int64_t bits) {
  SmallVector<int64_t> entries;
  for (int64_t code = 0, last = (1 << bits) - 1; code <= last; ++code)
    entries.push_back(std::lround(255 * std::exp(kClip * code / last)));
  return entries;
}

static std::string list(ArrayRef<int64_t> entries) {
  return formatv("[{0:$[, ]}]",
                 llvm::make_range(entries.begin(), entries.end()));
}

/// How far apart two codes are, as `multiplier * 2^-exponent` codes for a unit.
struct Scale {
  int64_t multiplier, exponent;
};
static Scale getScale(int64_t bits) {
  double codesPerUnit = ((1 << bits) - 1) / -kClip;
  int64_t exponent = 15 - std::floor(std::log2(codesPerUnit));
  return {std::lround(std::ldexp(codesPerUnit, exponent)), exponent};
}

static std::string getTable(int64_t bits) {
  Scale scale = getScale(bits);
  return formatv("table = #iquant.table<bits = {0}, multiplier = [{1}], "
                 "exponent = [{2}], entries = {3}>",
                 bits, scale.multiplier, scale.exponent,
                 list(getEntries(bits)));
}

std::string mlir::iquant::getSoftmaxProgram(int64_t bits, int64_t length) {
  return formatv(R"mlir(
func.func @main(%x: !iquant.fixed<?x{0}xi32, 14>) -> !iquant.dyn<?x{0}xui8> {{
  %0 = iquant.softmax %x {{{1}} : (!iquant.fixed<?x{0}xi32, 14>) -> !iquant.dyn<?x{0}xui8>
  return %0 : !iquant.dyn<?x{0}xui8>
}
)mlir",
                 length, bits == 8 ? "" : getTable(bits));
}

std::string mlir::iquant::getNarrowSoftmaxProgram(int64_t bits,
                                                  int64_t length) {
  Scale scale = getScale(bits);
  // Scores have 11 fraction bits; a product of which 16 bits went has this many
  // left. Half a code is added to the difference, up to where it is full.
  int64_t shift = scale.exponent + 11 - 16;
  int64_t half = (int64_t(1) << (shift + 15)) / scale.multiplier;
  // What is past the last code has its entry, in a table that fills a register.
  SmallVector<int64_t> entries = getEntries(bits);
  entries.resize(16, entries.back());
  return formatv(R"mlir(
func.func @main(%x: tensor<?x{0}xi16>, %mosts: tensor<?xi16>) -> (tensor<?x{0}xi8>, tensor<?xi32>) {{
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0 : i32
  %sixteen = arith.constant 16 : i32
  %shift = arith.constant {1} : i16
  %half = arith.constant {2} : i16
  %full = arith.constant {6} : i16
  %last = arith.constant {5} : i16
  %multiplier = arith.constant {3} : i32
  %table = arith.constant dense<{4}> : tensor<16xi8>
  %rows = tensor.dim %x, %c0 : tensor<?x{0}xi16>
  %e = tensor.empty(%rows) : tensor<?x{0}xi8>
  %z = tensor.empty(%rows) : tensor<?xi32>
  %zeros = linalg.fill ins(%zero : i32) outs(%z : tensor<?xi32>) -> tensor<?xi32>
  %0:2 = linalg.generic {{indexing_maps = [affine_map<(r, c) -> (r, c)>, affine_map<(r, c) -> (r)>, affine_map<(r, c) -> (r, c)>, affine_map<(r, c) -> (r)>],
      iterator_types = ["parallel", "reduction"]} ins(%x, %mosts : tensor<?x{0}xi16>, tensor<?xi16>) outs(%e, %zeros : tensor<?x{0}xi8>, tensor<?xi32>) {{
  ^bb0(%score: i16, %most: i16, %out: i8, %sum: i32):
    %difference = arith.subi %most, %score : i16
    %limited = arith.minui %difference, %full : i16
    %rounded = arith.addi %limited, %half : i16
    %wide = arith.extui %rounded : i16 to i32
    %product = arith.muli %wide, %multiplier : i32
    %high = arith.shrui %product, %sixteen : i32
    %upper = arith.trunci %high : i32 to i16
    %inside = arith.minui %upper, %last : i16
    %code = arith.shrui %inside, %shift : i16
    %byte = arith.trunci %code : i16 to i8
    %position = arith.index_castui %byte : i8 to index
    %entry = tensor.extract %table[%position] : tensor<16xi8>
    %added = arith.extui %entry : i8 to i32
    %total = arith.addi %sum, %added : i32
    linalg.yield %entry, %total : i8, i32
  } -> (tensor<?x{0}xi8>, tensor<?xi32>)
  return %0#0, %0#1 : tensor<?x{0}xi8>, tensor<?xi32>
}
)mlir",
                 length, shift, half, scale.multiplier, list(entries),
                 (16 << shift) - 1, UINT16_MAX - half);
}

/// A function that adds up `numSums` numbers of every row of bytes; `body`
/// makes them, `%n0` and on, of `%byte`, of 8 bits.
static std::string getReduction(int64_t length, int64_t numSums,
                                StringRef table, const Twine &body) {
  auto join = [&](StringRef format, StringRef separator = ", ") {
    std::string text;
    for (int64_t i = 0; i < numSums; ++i)
      text +=
          (i ? separator : "").str() + formatv(false, format.data(), i).str();
    return text;
  };
  return formatv(R"mlir(
func.func @main(%x: tensor<?x{0}xi8>) -> ({1}) {{
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0 : i32
  {2}
  %rows = tensor.dim %x, %c0 : tensor<?x{0}xi8>
  {3}
  %0:{4} = linalg.generic {{indexing_maps = [affine_map<(r, c) -> (r, c)>, {5}],
      iterator_types = ["parallel", "reduction"]} ins(%x : tensor<?x{0}xi8>) outs({6} : {1}) {{
  ^bb0(%byte: i8, {7}):
    {8}
    {9}
    linalg.yield {10} : {11}
  } -> ({1})
  return {12} : {1}
}
)mlir",
                 length, join("tensor<?xi32>"), table,
                 join("%e{0} = tensor.empty(%rows) : tensor<?xi32>\n"
                      "  %z{0} = linalg.fill ins(%zero : i32) outs(%e{0} : "
                      "tensor<?xi32>) -> tensor<?xi32>",
                      "\n  "),
                 numSums, join("affine_map<(r, c) -> (r)>"), join("%z{0}"),
                 join("%s{0}: i32"), body.str(),
                 join("%t{0} = arith.addi %s{0}, %n{0} : i32", "\n    "),
                 join("%t{0}"), join("i32"), join("%0#{0}"));
}

/// Entries of a table that a byte chooses from, which are added up. Those of
/// bytes may be added as such, unless they become 32 bits by a cast that is no
/// extension.
static std::string getLookups(int64_t length, ArrayRef<int64_t> entries,
                              bool inLanes = false) {
  bool isNarrow = llvm::all_of(entries, [](int64_t e) { return e < 256; });
  StringRef type = isNarrow ? "i8" : "i32";
  std::string table =
      formatv("%table = arith.constant dense<{0}> : tensor<{1}x{2}>",
              list(entries), entries.size(), type);
  std::string body = formatv(
      "%position = arith.index_castui %byte : i8 to index\n"
      "    %{0} = tensor.extract %table[%position] : tensor<{1}x{2}>{3}",
      isNarrow ? "entry" : "n0", entries.size(), type,
      inLanes    ? "\n    %wide = arith.index_castui %entry : i8 to index"
                   "\n    %n0 = arith.index_castui %wide : index to i32"
      : isNarrow ? "\n    %n0 = arith.extui %entry : i8 to i32"
                 : "");
  return getReduction(length, 1, table, body);
}

/// Counts of the bits of every set but the empty one.
static std::string getCounts(int64_t length, int64_t bits) {
  int64_t fields = 0;
  for (int64_t i = 0; i < 8 / bits; ++i)
    fields |= 1 << (i * bits);
  std::string body = formatv("%fields = arith.constant {0} : i8\n", fields);
  for (uint64_t set = 1; set < uint64_t(1) << bits; ++set) {
    uint64_t rest = set & (set - 1);
    body += formatv("    %by{0} = arith.constant {1} : i8\n"
                    "    %moved{0} = arith.shrui %byte, %by{0} : i8\n"
                    "    %has{0} = arith.andi %moved{0}, %{2} : i8\n"
                    "    %count{0} = math.ctpop %has{0} : i8\n"
                    "    %n{3} = arith.extui %count{0} : i8 to i32\n",
                    set, llvm::countr_zero(set),
                    rest ? "has" + std::to_string(rest) : "fields", set - 1);
  }
  return getReduction(length, (1 << bits) - 1, /*table=*/"", body);
}

std::string mlir::iquant::getSumProgram(SumKind kind, int64_t bits,
                                        int64_t length) {
  SmallVector<int64_t> entries = getEntries(bits);
  int64_t perByte = 8 / bits;
  if (kind == SumKind::Lanes || kind == SumKind::Bytes)
    return getLookups(length, entries, kind == SumKind::Lanes);
  if (kind == SumKind::Counts)
    return getCounts(length / perByte, bits);
  return getLookups(length / perByte, getSumsOfBytes(entries, perByte));
}

std::string mlir::iquant::getAttentionProgram(int64_t bits) {
  std::string scale =
      "scale_multiplier = 43520 : i64, scale_exponent = 14 : i64";
  return formatv(R"mlir(
func.func @main(%q: !iquant.dyn<?x576xsi8, 64>, %k: !iquant.dyn<?x192xsi8, 64>, %v: !iquant.dyn<?x192xsi8, 64>) -> !iquant.fixed<?x576xi32, 16> {{
  %0 = iquant.attention %q, %k, %v {{heads = 9 : i64, kv_heads = 3 : i64, causal, {0}}
    : (!iquant.dyn<?x576xsi8, 64>, !iquant.dyn<?x192xsi8, 64>, !iquant.dyn<?x192xsi8, 64>) -> !iquant.fixed<?x576xi32, 16>
  return %0 : !iquant.fixed<?x576xi32, 16>
}
)mlir",
                 bits == 8 ? scale : getTable(bits));
}
