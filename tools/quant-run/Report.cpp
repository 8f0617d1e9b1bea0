//===- Report.cpp - The error of every op, as a page ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;

static constexpr int kWidth = 1080, kHeight = 420, kMargin = 48;
static const char *const kColours[] = {
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00",
    "#56b4e9", "#7f7f7f", "#8c564b", "#17becf", "#bcbd22"};

static const char *const kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<title>Integer against float, op by op</title>
<style>
body { font: 14px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 1120px; color: #222; }
svg { width: 100%; height: auto; background: #fafafa; border: 1px solid #ddd; }
svg text { font: 12px system-ui, sans-serif; fill: #555; }
circle:hover { stroke: #000; stroke-width: 2; }
table { border-collapse: collapse; width: 100%; margin-top: 1em; }
th, td { padding: .2em .7em; text-align: left; border-bottom: 1px solid #eee; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.key { display: inline-block; margin-right: 1.2em; }
.key i { display: inline-block; width: .8em; height: .8em; border-radius: 50%; margin-right: .35em; }
code { background: #f3f3f3; padding: 0 .25em; }
</style></head><body>
)";

static std::string escape(StringRef text) {
  std::string result;
  llvm::raw_string_ostream out(result);
  llvm::printHTMLEscaped(text, out);
  return result;
}

std::string run::showDecibels(double snr) {
  return std::isinf(snr) ? "exact" : llvm::formatv("{0:f1}", snr).str();
}

/// A colour per kind of op, in the order in which the kinds appear.
static llvm::MapVector<StringRef, const char *>
chooseColours(const Comparison &comparison) {
  llvm::MapVector<StringRef, const char *> colours;
  for (const OpError &op : comparison.ops)
    colours.try_emplace(op.kind,
                        kColours[colours.size() % std::size(kColours)]);
  return colours;
}

static void writePlot(llvm::raw_ostream &out, const Comparison &comparison,
                      llvm::MapVector<StringRef, const char *> &colours) {
  double low = 0, high = 10;
  for (const OpError &op : comparison.ops)
    if (std::isfinite(op.snr)) {
      low = std::min(low, op.snr);
      high = std::max(high, op.snr);
    }
  high = std::ceil(high / 10) * 10;
  low = std::floor(low / 10) * 10;
  auto y = [&](double snr) {
    double share = (std::min(snr, high) - low) / (high - low);
    return kHeight - kMargin - share * (kHeight - 2 * kMargin);
  };
  double step =
      (kWidth - 2.0 * kMargin) / std::max<size_t>(1, comparison.ops.size());

  out << llvm::formatv("<svg viewBox=\"0 0 {0} {1}\" role=\"img\">\n", kWidth,
                       kHeight);
  for (double line = low; line <= high; line += 10)
    out << llvm::formatv("<line x1=\"{0}\" x2=\"{1}\" y1=\"{2:f1}\" "
                         "y2=\"{2:f1}\" stroke=\"#e3e3e3\"/><text x=\"{3}\" "
                         "y=\"{4:f1}\" text-anchor=\"end\">{5:f0}</text>\n",
                         kMargin, kWidth - kMargin, y(line), kMargin - 6,
                         y(line) + 4, line);
  out << llvm::formatv("<text x=\"{0}\" y=\"20\">signal to noise, dB</text>"
                       "<text x=\"{1}\" y=\"{2}\" text-anchor=\"end\">ops in "
                       "the order of the program</text>\n",
                       kMargin, kWidth - kMargin, kHeight - 14);
  for (auto [index, op] : llvm::enumerate(comparison.ops))
    out << llvm::formatv("<circle cx=\"{0:f1}\" cy=\"{1:f1}\" r=\"4\" "
                         "fill=\"{2}\"><title>{3}: {4} dB</title></circle>\n",
                         kMargin + (index + 0.5) * step, y(op.snr),
                         colours[op.kind], escape(op.name),
                         showDecibels(op.snr));
  out << "</svg>\n<p>";
  for (auto [kind, colour] : colours)
    out << llvm::formatv("<span class=\"key\"><i style=\"background:{0}\"></i>"
                         "{1}</span>",
                         colour, escape(kind));
  out << "</p>\n";
}

void run::writeReport(llvm::raw_ostream &out, const Comparison &comparison) {
  auto colours = chooseColours(comparison);
  out << kHead << "<h1>Integer against float, op by op</h1>\n"
      << llvm::formatv(
             "<p><code>{0}</code> against <code>{1}</code> on {2} "
             "tokens, {3} ops. Every op is compared with the value "
             "that the float model has at the same place, so an "
             "op's error includes that of everything before it.</p>\n",
             escape(comparison.integerModel), escape(comparison.floatModel),
             comparison.tokens, comparison.ops.size());
  writePlot(out, comparison, colours);
  out << "<table><tr><th>op</th><th>kind</th><th class=\"n\">SNR, dB</th>"
         "<th class=\"n\">largest error</th><th class=\"n\">cosine</th>"
         "<th>source</th></tr>\n";
  for (const OpError &op : comparison.ops)
    out << llvm::formatv("<tr><td>{0}</td><td>{1}</td><td class=\"n\">{2}</td>"
                         "<td class=\"n\">{3}</td><td class=\"n\">{4:f6}</td>"
                         "<td>{5}</td></tr>\n",
                         escape(op.name), escape(op.kind), showDecibels(op.snr),
                         llvm::formatv("{0:e2}", op.largestError).str(),
                         op.cosine, escape(op.source));
  out << "</table></body></html>\n";
}
