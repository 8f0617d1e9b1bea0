//===- Recorder.cpp - The host's side of a calibration run ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Calibration/Recorder.h"

#include "iquant/Support/Json.h"
#include "iquant/Support/Observers.h"

#include "mlir/ExecutionEngine/CRunnerUtils.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// Recorder
//===----------------------------------------------------------------------===//

/// Whether one of the ops that read what `op` observes is of this kind.
static bool isReadBy(Operation *op,
                     function_ref<bool(OpOperand &reader)> kind) {
  auto observe = dyn_cast<transformer::ObserveOp>(op);
  return observe &&
         llvm::any_of(getReaders(observe.getResult()),
                      [&](OpOperand *reader) { return kind(*reader); });
}

/// Whether a product of codes reads a value: a linear, or the scores of an
/// attention.
static bool isFactor(OpOperand &reader) {
  Operation *user = reader.getOwner();
  if (auto linear = dyn_cast<transformer::LinearOp>(user))
    return &reader == &linear.getInputMutable();
  auto attention = dyn_cast<transformer::AttentionOp>(user);
  return attention && (&reader == &attention.getQueryMutable() ||
                       &reader == &attention.getKeyMutable());
}

/// Whether a value is query, key or value of an attention.
static bool isAttended(OpOperand &reader) {
  return isa<transformer::AttentionOp>(reader.getOwner());
}

FailureOr<std::unique_ptr<Recorder>>
Recorder::create(ModuleOp module, size_t sampleSize,
                 const Sequences &sequences) {
  auto recorder = std::make_unique<Recorder>();
  llvm::StringSet<> names;
  for (transformer::ObserverOpInterface op : collectObservers(module)) {
    StringRef name = op.getObservedName();
    if (!names.insert(name).second)
      return op->emitOpError() << "expects a name of its own, got "
                               << quoted(name) << " as another observer has";
    int64_t channels = op.getObservedChannels();
    if (ShapedType::isDynamic(channels))
      return op->emitOpError(
          "expects a static number of channels to collect statistics of");
    recorder->values.push_back(
        {name.str(),
         ValueStatistics(channels, isReadBy(op, isFactor) ? sampleSize : 0,
                         isReadBy(op, isAttended) ? sequences : Sequences())});
  }
  return recorder;
}

void Recorder::addRow(size_t number, ArrayRef<float> row) {
  if (!values[number].statistics.addRow(row) && broken.empty())
    broken = values[number].name;
}

void Recorder::addScores(size_t number, size_t head, ArrayRef<float> scores) {
  if (!values[number].statistics.addScores(head, scores) && broken.empty())
    broken = values[number].name;
}

llvm::Expected<std::vector<NamedStatistics>> Recorder::getValues() const {
  if (!broken.empty())
    return llvm::createStringError("value " + quoted(broken) +
                                   " is not finite everywhere");
  std::vector<NamedStatistics> result;
  for (const Value &value : values) {
    if (value.statistics.getTotal().count == 0)
      return llvm::createStringError("value " + quoted(value.name) +
                                     " was never computed");
    result.emplace_back(value.name, &value.statistics);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// What compiled code calls
//===----------------------------------------------------------------------===//

using Rows = StridedMemRefType<float, 2>;

static ArrayRef<float> getRow(const Rows &rows, int64_t row) {
  return {rows.data + rows.offset + row * rows.strides[0],
          static_cast<size_t>(rows.sizes[1])};
}

static void observeRows(Recorder *recorder, int64_t number, const Rows *rows) {
  for (int64_t row = 0; row < rows->sizes[0]; ++row)
    recorder->addRow(number, getRow(*rows, row));
}

static void observeScores(Recorder *recorder, int64_t number, int64_t head,
                          const Rows *rows) {
  for (int64_t row = 0; row < rows->sizes[0]; ++row)
    recorder->addScores(number, head, getRow(*rows, row));
}

SmallVector<std::pair<StringRef, void *>, 2> Recorder::getHostFunctions() {
  return {{"_mlir_ciface_iquant_observe_rows",
           reinterpret_cast<void *>(observeRows)},
          {"_mlir_ciface_iquant_observe_scores",
           reinterpret_cast<void *>(observeScores)}};
}
