//===- Session.cpp - A text that grows token by token ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Session.h"

#include "iquant/Runtime/LargePages.h"
#include "iquant/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::run;
using namespace mlir::iquant::reference;

/// Whether a function takes ids, a position and caches, and returns logits and
/// the caches, as `transformer-add-cache` makes it.
static bool isStep(func::FuncOp function) {
  FunctionType type = function.getFunctionType();
  unsigned caches = type.getNumResults() - 1;
  if (type.getNumResults() == 0 || type.getNumInputs() != caches + 2)
    return false;
  auto ids = dyn_cast<RankedTensorType>(type.getInput(0));
  if (!ids || ids.getRank() != 2 || !ids.getElementType().isInteger(32) ||
      !type.getInput(1).isIndex())
    return false;
  return llvm::all_of(llvm::seq(caches), [&](unsigned i) {
    Attribute name = function.getArgAttr(i + 2, transformer::kCache);
    return name && name == function.getResultAttr(i + 1, transformer::kCache);
  });
}

/// One text is a batch of one; rows are its tokens if their number is open,
/// else there are as many whatever the number of tokens.
static LinearWork countLinearWork(func::FuncOp function) {
  LinearWork work;
  auto add = [&](Type input, ArrayRef<int64_t> weight, unsigned bits) {
    double size = static_cast<double>(weight[0]) * weight[1];
    int64_t rows = getShape(input).drop_back().back();
    work.bytes += size * bits / 8;
    if (ShapedType::isDynamic(rows))
      work.operationsPerToken += 2 * size;
    else
      work.operationsPerCall += 2 * size * rows;
  };
  function.walk([&](Operation *op) {
    if (auto linear = dyn_cast<LinearOp>(op))
      add(linear.getInput().getType(), linear.getWeight().getType().getShape(),
          /*bits=*/8);
    else if (auto linear = dyn_cast<transformer::LinearOp>(op))
      add(linear.getInput().getType(), linear.getWeight().getType().getShape(),
          linear.getWeight().getType().getElementTypeBitWidth());
  });
  return work;
}

FailureOr<std::unique_ptr<Session>> Session::load(StringRef file,
                                                  MLIRContext &context,
                                                  Engine engine,
                                                  OpTimes *times) {
  LoadedModule loaded = loadModule(file, context);
  ModuleOp module = loaded.module.get();
  if (!module)
    return failure();
  auto session = std::make_unique<Session>();
  llvm::Expected<TokenLimits> limits = getTokenLimits(module);
  if (!limits) {
    fail("'" + file + "': " + toString(limits.takeError()));
    return failure();
  }
  session->limits = *limits;
  PassManager pm(&context);
  pm.addPass(createTransformerAddCache());
  if (failed(pm.run(module)))
    return failure();
  auto step = module.lookupSymbol<func::FuncOp>("step");
  if (!step || !isStep(step)) {
    fail("'" + file +
         "' has no function 'step' that continues from caches; "
         "transformer-add-cache makes one as long as the model is in "
         "floating point");
    return failure();
  }
  if (auto ends =
          step->getAttrOfType<DenseI64ArrayAttr>("transformer.end_tokens"))
    session->endTokens = llvm::to_vector_of<int32_t>(ends.asArrayRef());
  session->work = countLinearWork(step);
  if (times)
    times->instrument(module);
  FailureOr<std::unique_ptr<Program>> program = Program::load(
      std::move(loaded), "step", engine, OpTimes::getHostFunction());
  if (failed(program))
    return failure();
  session->program = std::move(*program);
  return session;
}

/// Copies the rows of a cache to one with more of them. One text is a batch of
/// one, so they are the first bytes.
static void copyRows(const RuntimeValue &from, RuntimeValue &to) {
  for (auto [source, target] :
       llvm::zip_equal(from.getComponents(), to.getMutableComponents()))
    llvm::copy(source.getRawData(), target.getMutableRawData().begin());
}

/// Moves caches to memory that lies side by side in large pages: a token reads
/// all of their rows. Each component owns that memory for itself, since a
/// tensor whose owner others share is copied before it is written to.
static void moveToLargePages(MutableArrayRef<RuntimeValue> caches) {
  const llvm::Align line(64);
  SmallVector<Tensor *> components;
  size_t bytes = 0;
  for (RuntimeValue &value : caches)
    for (Tensor &component : value.getMutableComponents()) {
      components.push_back(&component);
      bytes += llvm::alignTo(component.getRawData().size(), line);
    }
  std::shared_ptr<char[]> memory = allocateLargePages(bytes);
  char *position = memory.get();
  for (Tensor *component : components) {
    ArrayRef<char> elements = component->getRawData();
    llvm::copy(elements, position);
    std::shared_ptr<char[]> owner(position, [memory](char *) {});
    *component =
        Tensor::alias(component->getShape(), component->getElementType(),
                      {position, elements.size()}, std::move(owner));
    position += llvm::alignTo(elements.size(), line);
  }
}

LogicalResult Session::reserve(int64_t wanted) {
  if (wanted <= capacity)
    return success();
  // A text that grows bit by bit moves few times.
  capacity = std::max(wanted, std::min(2 * capacity, limits.contextLength));
  FunctionType type = program->getType();
  // The first two are there for `append` to replace them.
  SmallVector<RuntimeValue> arguments = {
      makeZeros(type.getInput(0), {1, 1}),
      Tensor::integerScalar(0, type.getInput(1))};
  for (Type type : type.getInputs().drop_front(2)) {
    SmallVector<int64_t> shape(getShape(type));
    shape[shape.size() - 2] = capacity;
    if (shape.size() == 3)
      shape.front() = 1;
    arguments.push_back(makeZeros(type, shape));
  }
  moveToLargePages(MutableArrayRef(arguments).drop_front(2));
  SmallVector<RuntimeValue> smaller = program->release();
  for (size_t i = 2; i < smaller.size(); ++i)
    copyRows(smaller[i], arguments[i]);
  return program->bind(std::move(arguments));
}

size_t Session::rewind(ArrayRef<int32_t> ids) {
  // Rows behind the text mean nothing, so there is nothing to erase.
  size_t shared = 0;
  while (shared < text.size() && shared + 1 < ids.size() &&
         text[shared] == ids[shared])
    ++shared;
  text.resize(shared);
  return shared;
}

FailureOr<RuntimeValue> Session::append(ArrayRef<int32_t> ids) {
  MLIRContext *context = program->getType().getContext();
  int64_t count = ids.size(), position = text.size();
  if (failed(program->replace(
          0, Tensor::fromArray<int32_t>({1, count},
                                        IntegerType::get(context, 32), ids))) ||
      failed(program->replace(
          1, Tensor::integerScalar(position, IndexType::get(context)))))
    return failure();
  FailureOr<SmallVector<RuntimeValue>> results = program->run();
  if (failed(results))
    return failure();
  llvm::append_range(text, ids);
  return std::move(results->front());
}
