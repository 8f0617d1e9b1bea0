//===- TransformerDialect.cpp - Registration and interfaces ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Transformer/Transformer.h"

#include "mlir/Bytecode/BytecodeImplementation.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::transformer;

#include "dialects/Transformer/TransformerDialect.cpp.inc"
#include "dialects/Transformer/TransformerEnums.cpp.inc"
#include "dialects/Transformer/TransformerInterfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Transformer/TransformerAttributes.cpp.inc"

/// What stands in front of an attribute.
enum class AttributeCode : uint64_t { Statistics };

namespace {
/// An attribute without an encoding of its own is text inside of bytecode, and
/// text loses the data of the resources that it names.
struct TransformerBytecode : public BytecodeDialectInterface {
  explicit TransformerBytecode(Dialect *dialect)
      : BytecodeDialectInterface(dialect) {}

  LogicalResult writeAttribute(Attribute attribute,
                               DialectBytecodeWriter &writer) const override {
    auto statistics = dyn_cast<StatisticsAttr>(attribute);
    if (!statistics)
      return failure();
    writer.writeVarInt(static_cast<uint64_t>(AttributeCode::Statistics));
    writer.writeVarInt(statistics.getCount());
    for (ElementsAttr vector :
         {statistics.getMin(), statistics.getMax(), statistics.getMean(),
          statistics.getDeviation(), statistics.getAbsmax()})
      writer.writeAttribute(vector);
    writer.writeOptionalAttribute(statistics.getRows());
    writer.writeOptionalAttribute(statistics.getSequences());
    return success();
  }

  Attribute readAttribute(DialectBytecodeReader &reader) const override {
    uint64_t code, count;
    if (failed(reader.readVarInt(code)))
      return {};
    if (code != static_cast<uint64_t>(AttributeCode::Statistics)) {
      reader.emitError("unknown attribute of the transformer dialect: ")
          << code;
      return {};
    }
    ElementsAttr min, max, mean, deviation, absmax, rows, sequences;
    if (failed(reader.readVarInt(count)) || failed(reader.readAttribute(min)) ||
        failed(reader.readAttribute(max)) ||
        failed(reader.readAttribute(mean)) ||
        failed(reader.readAttribute(deviation)) ||
        failed(reader.readAttribute(absmax)) ||
        failed(reader.readOptionalAttribute(rows)) ||
        failed(reader.readOptionalAttribute(sequences)))
      return {};
    return StatisticsAttr::getChecked([&] { return reader.emitError(); },
                                      reader.getContext(), count, min, max,
                                      mean, deviation, absmax, rows, sequences);
  }
};
} // namespace

void TransformerDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/Transformer/TransformerOps.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Transformer/TransformerAttributes.cpp.inc"
      >();
  addInterfaces<TransformerBytecode>();
}
