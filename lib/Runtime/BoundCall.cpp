//===- BoundCall.cpp - A call that is made again and again ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Runtime/BoundCall.h"

#include "BufferPool.h"
#include "OpenMP.h"

#include "dialects/IQuant/IQuant.h"
#include "dialects/Transformer/Transformer.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;

//===----------------------------------------------------------------------===//
// Signatures
//===----------------------------------------------------------------------===//

Signature::Signature(func::FuncOp function)
    : type(function.getFunctionType()), isCache(type.getNumInputs()),
      caches(type.getNumResults()) {
  for (Type input : type.getInputs())
    inputs.push_back(getComponents(input));
  for (unsigned result = 0; result < type.getNumResults(); ++result) {
    Attribute name = function.getResultAttr(result, transformer::kCache);
    for (unsigned i = 0; name && i < type.getNumInputs(); ++i)
      if (function.getArgAttr(i, transformer::kCache) == name)
        caches[result] = i;
    if (caches[result])
      isCache.set(*caches[result]);
    else
      returned.push_back(getComponents(type.getResult(result)));
  }
}

SmallVector<RuntimeValue>
Signature::mergeResults(SmallVector<RuntimeValue> computed,
                        SmallVector<RuntimeValue> arguments) const {
  SmallVector<RuntimeValue> results;
  auto *next = computed.begin();
  for (std::optional<unsigned> cache : caches)
    results.push_back(std::move(cache ? arguments[*cache] : *next++));
  return results;
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

/// The words of a descriptor.
static size_t countWords(size_t rank) { return 3 + 2 * rank; }

LogicalResult BoundCall::check(unsigned index, const RuntimeValue &argument) {
  const Signature &signature = function->signature;
  Type expected = signature.type.getInput(index);
  if (std::optional<std::string> mismatch =
          signature.isCache[index]
              ? findShapeMismatch(argument, expected, signature.inputs[index])
              : findMismatch(argument, expected))
    return emitError(location)
           << "argument " << index << " of '" << name << "' " << *mismatch;
  return success();
}

void BoundCall::describe(size_t slot, ArrayRef<int64_t> shape,
                         const void *data) {
  int64_t *word = descriptors[slot];
  word[0] = word[1] = reinterpret_cast<int64_t>(data);
  int64_t stride = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    word[3 + i] = shape[i];
    word[3 + shape.size() + i] = stride;
    stride *= shape[i];
  }
}

void BoundCall::describe(unsigned index) {
  bool isCache = function->signature.isCache[index];
  size_t slot = firstSlots[index];
  for (auto [type, tensor] :
       llvm::zip_equal(function->signature.inputs[index],
                       arguments[index].getMutableComponents())) {
    // A cache that somebody else holds, too, is copied here.
    const void *data = isCache ? tensor.getMutableRawData().data()
                               : tensor.getRawData().data();
    if (isa<RankedTensorType>(type))
      describe(slot, tensor.getShape(), data);
    else
      taken[slot] = const_cast<void *>(data);
    ++slot;
  }
}

LogicalResult BoundCall::bind(SmallVector<RuntimeValue> given,
                              ArrayRef<char> constants) {
  const Signature &signature = function->signature;
  unsigned inputs = signature.type.getNumInputs();
  if (given.size() != inputs)
    return emitError(location) << "function '" << name << "' takes " << inputs
                               << " arguments, got " << given.size();
  arguments = std::move(given);

  // The results, then the arguments, the pool of constants last.
  SmallVector<size_t> firstWords;
  auto addDescriptor = [&](size_t count) {
    firstWords.push_back(words.size());
    words.resize(words.size() + count);
  };
  size_t resultWords = 0;
  for (ArrayRef<Type> components : signature.returned)
    for (Type component : components) {
      auto tensor = dyn_cast<RankedTensorType>(component);
      if (!tensor)
        return emitError(location)
               << "function '" << name << "' returns a value that is no tensor";
      resultWords += countWords(tensor.getRank());
    }
  if (resultWords != 0)
    addDescriptor(resultWords);
  for (unsigned index = 0; index < inputs; ++index) {
    if (failed(check(index, arguments[index])))
      return failure();
    firstSlots.push_back(firstWords.size());
    for (Type component : signature.inputs[index]) {
      auto tensor = dyn_cast<RankedTensorType>(component);
      addDescriptor(tensor ? countWords(tensor.getRank()) : 0);
    }
  }
  addDescriptor(countWords(/*rank=*/1));

  // Where words and pointers are from now on.
  for (size_t first : firstWords)
    descriptors.push_back(words.data() + first);
  for (int64_t *&descriptor : descriptors)
    taken.push_back(&descriptor);
  for (unsigned index = 0; index < inputs; ++index)
    describe(index);
  describe(taken.size() - 1, static_cast<int64_t>(constants.size()),
           constants.data());
  return success();
}

LogicalResult BoundCall::replace(unsigned index, RuntimeValue argument) {
  assert(!function->signature.isCache[index] && "caches stay where they are");
  if (failed(check(index, argument)))
    return failure();
  arguments[index] = std::move(argument);
  describe(index);
  return success();
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

namespace {
/// Takes over the buffers that a call returns; two results may share one.
class ResultBuffers {
public:
  /// The row-major tensor that a descriptor describes.
  Tensor take(ArrayRef<int64_t> words, RankedTensorType type) {
    std::shared_ptr<char[]> &owner = owners[words[0]];
    if (!owner)
      owner.reset(reinterpret_cast<char *>(words[0]),
                  [](char *memory) { freeBuffer(memory); });
    ArrayRef<int64_t> shape = words.slice(3, type.getRank());
    size_t width =
        Tensor(/*shape=*/{}, type.getElementType()).getRawData().size();
    auto *first = reinterpret_cast<char *>(words[1]) + words[2] * width;
    return Tensor::alias(shape, type.getElementType(),
                         {first, ShapedType::getNumElements(shape) * width},
                         owner);
  }

private:
  llvm::DenseMap<int64_t, std::shared_ptr<char[]>> owners;
};

} // namespace

SmallVector<RuntimeValue> BoundCall::run() {
  PoolScope scope(pool);
  function->code(taken.data());

  SmallVector<RuntimeValue> results;
  ResultBuffers buffers;
  ArrayRef<int64_t> left = words;
  for (ArrayRef<Type> types : function->signature.returned) {
    SmallVector<Tensor, 1> components;
    for (Type type : types) {
      auto tensor = cast<RankedTensorType>(type);
      size_t size = countWords(tensor.getRank());
      components.push_back(buffers.take(left.take_front(size), tensor));
      left = left.drop_front(size);
    }
    results.push_back(RuntimeValue(std::move(components)));
  }
  return results;
}
