//===- IQuantTypes.cpp - Syntax, verification, components -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/IQuant/IQuant.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::iquant;

//===----------------------------------------------------------------------===//
// Syntax
//===----------------------------------------------------------------------===//

/// Parses `?x576xi32`.
static ParseResult parseShape(AsmParser &parser,
                              SmallVectorImpl<int64_t> &shape,
                              Type &elementType) {
  return failure(parser.parseDimensionList(shape) ||
                 parser.parseType(elementType));
}

/// A shape as `parseShape` takes it.
static std::string spell(ArrayRef<int64_t> shape, Type elementType) {
  std::string text;
  llvm::raw_string_ostream out(text);
  for (int64_t size : shape) {
    if (ShapedType::isDynamic(size))
      out << '?';
    else
      out << size;
    out << 'x';
  }
  out << elementType;
  return text;
}

/// The element type as an integer type; any other is an error.
static IntegerType asInteger(AsmParser &parser, SMLoc location, Type type) {
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    parser.emitError(location)
        << "expects an integer element type, got " << type;
  return integer;
}

Type FixedType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  Type elementType;
  int64_t exponent;
  if (parser.parseLess() || parseShape(parser, shape, elementType) ||
      parser.parseComma() || parser.parseInteger(exponent) ||
      parser.parseGreater())
    return {};
  return parser.getChecked<FixedType>(
      parser.getContext(), ArrayRef<int64_t>(shape), elementType, exponent);
}

void FixedType::print(AsmPrinter &printer) const {
  printer << '<' << spell(getShape(), getElementType()) << ", " << getExponent()
          << '>';
}

/// Parses `<?x576xui8` or `<?x576xui8, 288`, and a comma if more follows.
static ParseResult parseGrouped(AsmParser &parser,
                                SmallVectorImpl<int64_t> &shape,
                                IntegerType &elementType, int64_t &group,
                                bool &hasMore) {
  Type anyType;
  if (parser.parseLess())
    return failure();
  SMLoc location = parser.getCurrentLocation();
  if (parseShape(parser, shape, anyType))
    return failure();
  elementType = asInteger(parser, location, anyType);
  if (!elementType)
    return failure();
  hasMore = succeeded(parser.parseOptionalComma());
  if (!hasMore)
    return success();
  location = parser.getCurrentLocation();
  OptionalParseResult parsed = parser.parseOptionalInteger(group);
  if (!parsed.has_value())
    return success();
  // In memory 0 stands for a row as a whole, which is written without a group.
  if (succeeded(*parsed) && group == 0)
    return parser.emitError(location)
           << "expects a group size that is positive, got " << group;
  hasMore = succeeded(parser.parseOptionalComma());
  return *parsed;
}

/// Prints what `parseGrouped` takes, without the last comma.
template <typename GroupedType>
static void printGrouped(AsmPrinter &printer, GroupedType type) {
  printer << '<' << spell(type.getShape(), type.getElementType());
  if (type.getGroup())
    printer << ", " << type.getGroup();
}

Type DynType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  IntegerType elementType;
  int64_t group = 0;
  bool hasMore;
  if (parseGrouped(parser, shape, elementType, group, hasMore))
    return {};
  if (hasMore) {
    parser.emitError(parser.getCurrentLocation())
        << "expects a group size, or nothing, after the shape";
    return {};
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<DynType>(
      parser.getContext(), ArrayRef<int64_t>(shape), elementType, group);
}

void DynType::print(AsmPrinter &printer) const {
  printGrouped(printer, *this);
  printer << '>';
}

Type WeightType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  IntegerType elementType;
  int64_t group = 0;
  TilesAttr tiles;
  bool hasMore;
  if (parseGrouped(parser, shape, elementType, group, hasMore) ||
      (hasMore && parser.parseAttribute(tiles)) || parser.parseGreater())
    return {};
  return parser.getChecked<WeightType>(
      parser.getContext(), ArrayRef<int64_t>(shape), elementType, group, tiles);
}

void WeightType::print(AsmPrinter &printer) const {
  printGrouped(printer, *this);
  if (getTiles())
    printer << ", " << getTiles();
  printer << '>';
}

Attribute TilesAttr::parse(AsmParser &parser, Type) {
  SmallVector<int64_t> sizes;
  SMLoc location = parser.getCurrentLocation();
  if (parser.parseLess() ||
      parser.parseDimensionList(sizes, /*allowDynamic=*/false,
                                /*withTrailingX=*/false) ||
      parser.parseGreater())
    return {};
  if (sizes.size() != 2) {
    parser.emitError(location)
        << "expects two tile sizes, got " << sizes.size();
    return {};
  }
  return parser.getChecked<TilesAttr>(parser.getContext(), sizes[0], sizes[1]);
}

void TilesAttr::print(AsmPrinter &printer) const {
  printer << '<' << getOutputs() << 'x' << getInputs() << '>';
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

LogicalResult FixedType::verify(function_ref<InFlightDiagnostic()> emitError,
                                ArrayRef<int64_t> shape, Type elementType,
                                int64_t exponent) {
  if (!elementType.isSignlessInteger(16) && !elementType.isSignlessInteger(32))
    return emitError()
           << "expects fixed-point elements of type i16 or i32, got "
           << elementType;
  if (exponent < 0 || exponent > 30)
    return emitError() << "expects a fixed-point exponent in 0 .. 30, got "
                       << exponent;
  return success();
}

/// Checks the group size of a row of `channels`; 0 is the row as a whole.
static LogicalResult verifyGroup(function_ref<InFlightDiagnostic()> emitError,
                                 int64_t channels, int64_t group) {
  if (group == 0 || (group > 0 && group <= channels && channels % group == 0))
    return success();
  return emitError() << "expects a group size that is positive and divides the "
                     << channels << " channels, got " << group;
}

LogicalResult DynType::verify(function_ref<InFlightDiagnostic()> emitError,
                              ArrayRef<int64_t> shape, IntegerType elementType,
                              int64_t group) {
  if (elementType.getWidth() != 8 || elementType.isSignless())
    return emitError()
           << "expects dynamically quantized elements of type ui8 or si8, got "
           << elementType;
  if (shape.empty() || ShapedType::isDynamic(shape.back()))
    return emitError() << "expects a dynamically quantized type of rank 1 or "
                          "more with a static number of channels, "
                       << "got " << spell(shape, elementType);
  return verifyGroup(emitError, shape.back(), group);
}

LogicalResult WeightType::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> shape,
                                 IntegerType elementType, int64_t group,
                                 TilesAttr tiles) {
  if (!elementType.isSignedInteger(8))
    return emitError() << "expects weight codes of type si8, got "
                       << elementType;
  if (shape.size() != 2 || ShapedType::isDynamicShape(shape) || shape[0] == 0 ||
      shape[1] == 0)
    return emitError() << "expects a weight of two static, positive sizes, got "
                       << spell(shape, elementType);
  if (failed(verifyGroup(emitError, shape[1], group)))
    return failure();
  if (group != 0 && tiles && group % tiles.getInputs() != 0)
    return emitError() << "expects groups of whole tiles, got groups of "
                       << group << " and tiles of " << tiles.getInputs()
                       << " input channels";
  return success();
}

LogicalResult TilesAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                int64_t outputs, int64_t inputs) {
  auto isTileSize = [](int64_t size) { return size >= 1 && size <= 64; };
  if (isTileSize(outputs) && isTileSize(inputs))
    return success();
  return emitError() << "expects tiles of 1 .. 64 output and 1 .. 64 input "
                        "channels, got "
                     << outputs << " and " << inputs;
}

//===----------------------------------------------------------------------===//
// Components
//===----------------------------------------------------------------------===//

SmallVector<Type> FixedType::getComponents() const {
  return {RankedTensorType::get(getShape(), getElementType())};
}

SmallVector<int64_t> DynType::getScaleShape() const {
  SmallVector<int64_t> shape(getShape().drop_back());
  if (getGroup())
    shape.push_back(getNumGroups());
  return shape;
}

SmallVector<int64_t> DynType::getMultiplierShape() const {
  return isAsymmetric() ? SmallVector<int64_t>(getShape().drop_back())
                        : getScaleShape();
}

SmallVector<Type> DynType::getComponents() const {
  Type codes =
      RankedTensorType::get(getShape(), IntegerType::get(getContext(), 8));
  Type i32 = IntegerType::get(getContext(), 32);
  Type multipliers = RankedTensorType::get(getMultiplierShape(), i32);
  Type scales = RankedTensorType::get(getScaleShape(), i32);
  SmallVector<Type> components = {codes, multipliers, scales};
  if (isAsymmetric())
    components.push_back(scales);
  return components;
}

SmallVector<int64_t> TilesAttr::getStorageShape(ArrayRef<int64_t> shape) const {
  return {llvm::divideCeilSigned(shape[0], getOutputs()),
          llvm::divideCeilSigned(shape[1], getInputs()), getOutputs(),
          getInputs()};
}

SmallVector<int64_t> WeightType::getCodeShape() const {
  return getTiles() ? getTiles().getStorageShape(getShape())
                    : SmallVector<int64_t>(getShape());
}

int64_t WeightType::getCodePosition(int64_t n, int64_t k) const {
  TilesAttr tiles = getTiles();
  if (!tiles)
    return n * getShape()[1] + k;
  int64_t outputs = tiles.getOutputs(), inputs = tiles.getInputs();
  int64_t steps = llvm::divideCeilSigned(getShape()[1], inputs);
  int64_t tile = n / outputs * steps + k / inputs;
  return (tile * outputs + n % outputs) * inputs + k % inputs;
}

SmallVector<int64_t> WeightType::getSumShape() const {
  SmallVector<int64_t> shape = {getShape().front()};
  if (getGroup())
    shape.push_back(getNumGroups());
  return shape;
}

SmallVector<Type> WeightType::getComponents() const {
  Type i8 = IntegerType::get(getContext(), 8),
       i32 = IntegerType::get(getContext(), 32);
  Type perChannel = RankedTensorType::get(getShape().front(), i32);
  return {RankedTensorType::get(getCodeShape(), i8), perChannel, perChannel,
          RankedTensorType::get(getSumShape(), i32)};
}

SmallVector<Type> mlir::iquant::getComponents(Type type) {
  return TypeSwitch<Type, SmallVector<Type>>(type)
      .Case<FixedType, DynType, WeightType>(
          [](auto type) { return type.getComponents(); })
      .Default([](Type type) { return SmallVector<Type>{type}; });
}

ArrayRef<int64_t> mlir::iquant::getShape(Type type) {
  return TypeSwitch<Type, ArrayRef<int64_t>>(type)
      .Case<FixedType, DynType, WeightType, RankedTensorType>(
          [](auto type) { return type.getShape(); });
}
