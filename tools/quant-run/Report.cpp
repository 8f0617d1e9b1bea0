//===- Report.cpp - The error of every op, as a page ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;
using llvm::formatv;

/// The colours of the kinds, `--k0` to `--k9`, are Okabe and Ito's, which
/// colour-blind readers can tell apart, and some more, for a light and a dark
/// page.
static const char *const kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Integer against float, op by op</title>
<style>
:root {
  color-scheme: light dark;
  --page: #fff; --text: #1f2328; --quiet: #59636e; --line: #d8dee4; --band: #f4f6f8; --mark: #fff3c4;
  --k0: #0072b2; --k1: #d55e00; --k2: #009e73; --k3: #b0578d; --k4: #b98500;
  --k5: #111; --k6: #79828b; --k7: #8a4b2f; --k8: #5b50c4; --k9: #3d9bd1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --text: #e6e9ec; --quiet: #9aa4ae; --line: #343b43; --band: #1b2026; --mark: #4a3f12;
    --k0: #4aa8e0; --k1: #ff8a3d; --k2: #2fc79b; --k3: #e39bc6; --k4: #f0bf3c;
    --k5: #fff; --k6: #a0a9b2; --k7: #c98b6d; --k8: #a79ff2; --k9: #8fd0f5;
  }
}
* { box-sizing: border-box; }
body {
  font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page);
  margin: 0 auto; padding: 1.5rem clamp(.75rem, 3vw, 2rem) 3rem; max-width: 75rem;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h3 { font-size: .95rem; margin: 1rem 0 0; }
p { margin: .5rem 0; max-width: 46rem; }
.quiet { color: var(--quiet); font-size: .9rem; }
code { font-size: .9em; overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; padding: 0; margin: .5rem 0; list-style: none; max-width: none; }
.dot { display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-right: .4em; }
.plot { padding: 14px 6px 24px 46px; }
.plot svg { display: block; width: 100%; height: 22rem; overflow: visible; }
.plot text { font-size: 12px; fill: var(--quiet); }
.plot line { stroke: var(--line); }
.plot rect { fill: var(--band); }
.plot circle { r: 4px; fill-opacity: .85; }
.plot circle:hover, .plot a:focus circle { r: 7px; fill-opacity: 1; stroke: var(--text); stroke-width: 1.5px; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { padding: .25rem .6rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
th { position: sticky; top: 0; background: var(--page); font-weight: 600; }
td:first-child { overflow-wrap: anywhere; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
td.n { white-space: nowrap; }
.kinds { width: auto; }
tr:target { background: var(--mark); }
summary { cursor: pointer; padding: .2rem 0; }
.scores { display: block; width: 16rem; max-width: 100%; height: 3rem; overflow: visible; }
.scores .bars { fill: var(--k0); fill-opacity: .45; }
.scores .table { fill: none; stroke: var(--k1); stroke-width: 1.5px; vector-effect: non-scaling-stroke; }
.scores .clip { stroke: var(--text); stroke-dasharray: 3 2; vector-effect: non-scaling-stroke; }
@media (max-width: 640px) {
  .plot svg { height: 17rem; }
  .plot circle { r: 3px; }
  th, td { padding: .25rem .35rem; }
  .wide { display: none; }
}
</style></head><body>
)";

static constexpr size_t kColours = 10, kWorst = 10;

static std::string escape(StringRef text) {
  std::string result;
  llvm::raw_string_ostream out(result);
  llvm::printHTMLEscaped(text, out);
  return result;
}

/// A dotted name that may be broken at its dots.
static std::string showName(StringRef name) {
  std::string text;
  for (char c : name) {
    text += escape(StringRef(&c, 1));
    if (c == '.')
      text += "<wbr>";
  }
  return text;
}

namespace {

class ReportWriter {
public:
  ReportWriter(llvm::raw_ostream &out, const Comparison &comparison)
      : out(out), comparison(comparison), kinds(summarizeKinds(comparison)) {
    for (auto [index, kind] : llvm::enumerate(kinds))
      colours[kind.kind] = index % kColours;
    hasManySources = llvm::any_of(comparison.ops, [&](const OpError &op) {
      return op.source != comparison.ops.front().source;
    });
  }

  void write();

private:
  void writeLegend();
  using Ratio = llvm::function_ref<std::optional<double>(const OpError &)>;
  void writePlot(StringRef label, Ratio getRatio);
  void writeLayers();
  void writeScale();
  void writeKinds();
  void beginTable();
  void writeRow(const OpError &op, StringRef attributes);
  void writeHeads();
  void writeScores(const HeadError &head);
  void beginHeads();
  void writeHead(const HeadOf &head, bool isNamed);

  /// A dot in the colour of a kind.
  std::string showDot(StringRef kind) const {
    return formatv("<i class=\"dot\" style=\"background:var(--k{0})\"></i>",
                   colours.lookup(kind));
  }
  /// Where an op stands, in percent of the plot's width and height.
  double getX(double index) const {
    return 100 * index / comparison.ops.size();
  }
  double getY(double snr) const;

  llvm::raw_ostream &out;
  const Comparison &comparison;
  std::vector<KindSummary> kinds;
  llvm::StringMap<unsigned> colours;
  bool hasManySources;
  /// The plot's limits and the distance of its lines, in dB.
  double low = 0, high = 10, step = 10;
};

} // namespace

//===----------------------------------------------------------------------===//
// Plot
//===----------------------------------------------------------------------===//

/// What is exact lies on the upper edge, what is off the scale on the lower.
double ReportWriter::getY(double snr) const {
  if (std::isnan(snr))
    return 100;
  return 100 * (high - std::clamp(snr, low, high)) / (high - low);
}

void ReportWriter::writeScale() {
  for (double line = low; line <= high; line += step)
    out << formatv("<line x1=\"0\" x2=\"100%\" y1=\"{0:f2}%\" y2=\"{0:f2}%\"/>"
                   "<text x=\"-8\" y=\"{0:f2}%\" dy=\"4\" "
                   "text-anchor=\"end\">{1:f0}</text>\n",
                   getY(line), line);
}

/// The number of the layer that an op is of, the first part of its name that is
/// one: 3 of `blk.3.attn_q`.
static StringRef getLayer(StringRef name) {
  for (StringRef part : llvm::split(name, '.'))
    if (!part.empty() && llvm::all_of(part, llvm::isDigit))
      return part;
  return "";
}

/// Every other layer on a darker band, and about eight of their numbers.
void ReportWriter::writeLayers() {
  struct Layer {
    StringRef name;
    size_t first, end;
  };
  std::vector<Layer> layers;
  for (auto [index, op] : llvm::enumerate(comparison.ops)) {
    StringRef name = getLayer(op.name);
    if (layers.empty() || layers.back().name != name)
      layers.push_back({name, index, index});
    layers.back().end = index + 1;
  }
  llvm::erase_if(layers, [](const Layer &layer) { return layer.name.empty(); });
  size_t stride = 1;
  while (layers.size() > 8 * stride)
    stride += stride == 1 ? 1 : stride == 2 ? 3 : 5;
  for (auto [index, layer] : llvm::enumerate(layers)) {
    double from = getX(layer.first), to = getX(layer.end);
    if (index % 2 == 0)
      out << formatv("<rect x=\"{0:f2}%\" width=\"{1:f2}%\" height=\"100%\"/>",
                     from, to - from);
    if (index % stride == 0)
      out << formatv("<text x=\"{0:f2}%\" y=\"100%\" dy=\"18\" "
                     "text-anchor=\"middle\">{1}</text>\n",
                     (from + to) / 2, layer.name);
  }
}

void ReportWriter::writePlot(StringRef label, Ratio getRatio) {
  low = 0;
  high = 10;
  for (const OpError &op : comparison.ops)
    if (std::optional<double> snr = getRatio(op); snr && std::isfinite(*snr)) {
      low = std::min(low, *snr);
      high = std::max(high, *snr);
    }
  // A result that is nothing but noise need not squeeze all others, nor one in
  // which only the last bits of a float differ.
  low = std::max(low, -40.0);
  high = std::min(high, 120.0);
  step = high - low > 80 ? 20 : 10;
  low = std::floor(low / step) * step;
  high = std::ceil(high / step) * step;

  out << formatv("<div class=\"plot\"><svg role=\"img\" aria-label=\"{0}\">\n",
                 label);
  writeLayers();
  writeScale();
  for (auto [index, op] : llvm::enumerate(comparison.ops)) {
    std::optional<double> snr = getRatio(op);
    if (!snr)
      continue;
    out << formatv("<a href=\"#op{0}\"><circle cx=\"{1:f2}%\" cy=\"{2:f2}%\" "
                   "fill=\"var(--k{3})\"><title>{4}\n{5}, {6}{7}\n{8}</title>"
                   "</circle></a>\n",
                   index, getX(index + 0.5), getY(*snr), colours[op.kind],
                   escape(op.name), escape(op.kind), showDecibels(*snr),
                   std::isfinite(*snr) ? " dB" : "", escape(op.source));
  }
  out << "</svg></div>\n";
}

void ReportWriter::writeLegend() {
  out << "<ul class=\"legend\">\n";
  for (const KindSummary &kind : kinds)
    out << "<li>" << showDot(kind.kind) << escape(kind.kind) << "</li>\n";
  out << "</ul>\n";
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

void ReportWriter::writeKinds() {
  out << "<table class=\"kinds\"><tr><th>kind</th><th class=\"n\">ops</th>"
         "<th class=\"n\">own: least</th><th class=\"n\">median</th>"
         "<th class=\"n\">all: least</th><th class=\"n\">median</th></tr>\n";
  for (const KindSummary &kind : kinds)
    out << formatv("<tr><td>{0}{1}</td><td class=\"n\">{2}</td>"
                   "<td class=\"n\">{3}</td><td class=\"n\">{4}</td>"
                   "<td class=\"n\">{5}</td><td class=\"n\">{6}</td></tr>\n",
                   showDot(kind.kind), escape(kind.kind), kind.count,
                   kind.local ? showDecibels(kind.local->least) : "",
                   kind.local ? showDecibels(kind.local->median) : "",
                   showDecibels(kind.all.least), showDecibels(kind.all.median));
  out << "</table>\n";
}

void ReportWriter::beginTable() {
  out << "<table><tr><th>op</th><th class=\"wide\">kind</th>"
         "<th class=\"n\">own</th><th>cause</th>"
         "<th class=\"n wide\">weight</th><th class=\"n wide\">activation</th>"
         "<th class=\"n wide\">approximation</th><th class=\"n\">all</th>"
         "<th class=\"n wide\">largest error</th>"
         "<th class=\"n wide\">cosine</th>";
  if (hasManySources)
    out << "<th class=\"wide\">source</th>";
  out << "</tr>\n";
}

void ReportWriter::writeRow(const OpError &op, StringRef attributes) {
  auto show = [&](double LocalError::*ratio) {
    return op.local ? showDecibels(*op.local.*ratio) : "";
  };
  out << formatv("<tr{0}><td>{1}{2}</td><td class=\"wide\">{3}</td>",
                 attributes, showDot(op.kind), showName(op.name),
                 escape(op.kind))
      << formatv("<td class=\"n\">{0}</td><td>{1}</td>", show(&LocalError::snr),
                 op.local ? op.local->getCause() : "")
      << formatv("<td class=\"n wide\">{0}</td><td class=\"n wide\">{1}</td>"
                 "<td class=\"n wide\">{2}</td>",
                 show(&LocalError::weight), show(&LocalError::activation),
                 show(&LocalError::approximation))
      << formatv("<td class=\"n\">{0}</td><td class=\"n wide\">{1:e2}</td>"
                 "<td class=\"n wide\">{2:f6}</td>",
                 showDecibels(op.snr), op.largestError, op.cosine);
  if (hasManySources)
    out << formatv("<td class=\"wide\">{0}</td>", escape(op.source));
  out << "</tr>\n";
}

//===----------------------------------------------------------------------===//
// Heads
//===----------------------------------------------------------------------===//

/// The histogram of the scores, `kLowestScore` on the left and 0 on the right,
/// with the clip and what codes weigh.
void ReportWriter::writeScores(const HeadError &head) {
  int64_t bins = head.histogram.size();
  double most = *llvm::max_element(head.histogram);
  out << formatv("<svg class=\"scores\" viewBox=\"0 0 {0} 1\" "
                 "preserveAspectRatio=\"none\" role=\"img\" "
                 "aria-label=\"Histogram of scores with clip and table\">"
                 "<path class=\"bars\" d=\"M0 1",
                 bins);
  for (int64_t count : head.histogram)
    out << formatv("V{0:f3}h1", most > 0 ? 1 - count / most : 1);
  out << "V1Z\"/>";
  auto getX = [&](double score) {
    return std::max(bins * (1 - score / HeadError::kLowestScore), 0.0);
  };
  out << formatv("<line class=\"clip\" x1=\"{0:f2}\" x2=\"{0:f2}\" y1=\"0\" "
                 "y2=\"1\"/><path class=\"table\" d=\"M{1}",
                 getX(head.clip), bins);
  // Of many codes a few are a line.
  size_t codes = head.weights.size(), stride = std::max<size_t>(codes / 32, 1);
  for (size_t code = 0; code < codes; code += stride)
    out << formatv(
        "{0}{1:f3}H{2:f2}", code == 0 ? " " : "V", 1 - head.weights[code],
        code + stride < codes ? getX(head.ends[code + stride - 1]) : 0);
  out << "\"/></svg>";
}

void ReportWriter::beginHeads() {
  out << "<table><tr><th>head</th><th class=\"n\">bits</th>"
         "<th class=\"n\">clip</th><th class=\"n\">deviation</th>"
         "<th class=\"n\">lost</th><th class=\"n\">own</th>"
         "<th>scores</th></tr>\n";
}

void ReportWriter::writeHead(const HeadOf &head, bool isNamed) {
  const HeadError &error = head.get();
  out << formatv("<tr><td>{0}{1}</td><td class=\"n\">{2}</td>"
                 "<td class=\"n\">{3:f2}</td><td class=\"n\">{4:f2}</td>"
                 "<td class=\"n\">{5:f2} %</td><td class=\"n\">{6}</td><td>",
                 isNamed ? showName(head.op->name) + ", " : "", head.number,
                 error.bits, error.clip, error.deviation, 100 * error.lostMass,
                 showDecibels(error.snr));
  writeScores(error);
  out << "</td></tr>\n";
}

void ReportWriter::writeHeads() {
  std::vector<HeadOf> heads = findWorstHeads(comparison, kWorst);
  if (heads.empty())
    return;
  out << "<h2>The softmax of the worst heads</h2>\n"
      << formatv(
             "<p class=\"quiet\">Bars are how many scores lie where, below "
             "the largest of their row, from {0} to 0; what is lower is in "
             "the first bar. The dashed line is the clip, and the stepped "
             "line what the code of a score weighs, from 0 to 1. <i>Lost</i> "
             "is the probability that keys beyond the clip have, on average "
             "over the rows; <i>own</i> the ratio of the head's result to "
             "its error.</p>\n",
             HeadError::kLowestScore);
  beginHeads();
  for (const HeadOf &head : heads)
    writeHead(head, /*isNamed=*/true);
  out << "</table>\n";
  for (const OpError &op : comparison.ops) {
    size_t count = op.local ? op.local->heads.size() : 0;
    if (count == 0)
      continue;
    out << formatv("<details><summary>{0}, {1} heads</summary>\n",
                   escape(op.name), count);
    beginHeads();
    for (size_t head = 0; head < count; ++head)
      writeHead({&op, head}, /*isNamed=*/false);
    out << "</table></details>\n";
  }
}

//===----------------------------------------------------------------------===//
// Page
//===----------------------------------------------------------------------===//

void ReportWriter::write() {
  out << kHead << "<h1>Integer against float, op by op</h1>\n"
      << formatv("<p><code>{0}</code> against <code>{1}</code> on {2} tokens: "
                 "{3} ops. Ratios are of signal to noise in dB. <i>Own</i> is "
                 "what an op loses by itself, against its float form on the "
                 "values that it was given, and weight, activation and "
                 "approximation are its causes, each alone. <i>All</i> is how "
                 "far it is from the float model's value, with everything "
                 "before it.</p>\n",
                 escape(comparison.integerModel), escape(comparison.floatModel),
                 comparison.tokens, comparison.ops.size());
  StringRef source = comparison.ops.front().source;
  if (!hasManySources && !source.empty())
    out << "<p>All ops came from <code>" << escape(source) << "</code>.</p>\n";
  out << "<h2>Over the depth of the model</h2>\n"
         "<p class=\"quiet\">Ops in the order of the program; numbers below "
         "are "
         "layers. Exact results, and what is above 120 dB, lie on the upper "
         "edge. A point leads to its row.</p>\n";
  writeLegend();
  out << "<h3>Own error</h3>\n";
  writePlot("What every op loses by itself", [](const OpError &op) {
    return op.local ? std::optional(op.local->snr) : std::nullopt;
  });
  out << "<h3>All errors</h3>\n";
  writePlot("How far every op is from its float value",
            [](const OpError &op) { return std::optional(op.snr); });
  out << "<h2>By kind of op</h2>\n";
  writeKinds();
  out << "<h2>The worst ops, by their own error</h2>\n";
  beginTable();
  for (const OpError *op : findWorstOps(comparison, kWorst))
    writeRow(*op, "");
  out << "</table>\n";
  writeHeads();
  out << "<h2>All ops, in the order of the program</h2>\n";
  beginTable();
  for (auto [index, op] : llvm::enumerate(comparison.ops))
    writeRow(op, formatv(" id=\"op{0}\"", index).str());
  out << "</table>\n</body></html>\n";
}

void run::writeReport(llvm::raw_ostream &out, const Comparison &comparison) {
  ReportWriter(out, comparison).write();
}
