//===- PoolConstantsTest.cpp - Constants are in memory once ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "iquant/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::iquant;

/// A resource as text begins with four bytes of its alignment.
static const char *const kModule = R"mlir(
memref.global "private" constant @five : memref<5xi8> = dense_resource<five>
memref.global "private" constant @three : memref<3xi8> = dense_resource<three>
{-#
  dialect_resources: {
    builtin: {
      five: "0x040000000102030405",
      three: "0x04000000060708"
    }
  }
#-}
)mlir";

static DenseResourceElementsAttr getResource(ModuleOp module, StringRef name) {
  return cast<DenseResourceElementsAttr>(
      *module.lookupSymbol<memref::GlobalOp>(name).getInitialValue());
}

static ArrayRef<char> getData(DenseResourceElementsAttr resource) {
  return resource.getRawHandle().getBlob()->getData();
}

TEST(PoolConstantsTest, ResourcesReferToThePool) {
  DialectRegistry registry;
  registry.insert<func::FuncDialect, memref::MemRefDialect>();
  MLIRContext context(registry);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(kModule, &context);
  ASSERT_TRUE(module);
  // A module that the pass does not see reads the same resources.
  OwningOpRef<ModuleOp> other = module->clone();

  PassManager pm(&context);
  PoolConstantsOptions options;
  options.threshold = 1;
  pm.addPass(createPoolConstants(options));
  ASSERT_TRUE(succeeded(pm.run(*module)));

  ArrayRef<char> pool = getData(
      (*module)->getAttrOfType<DenseResourceElementsAttr>("iquant.constants"));
  ASSERT_EQ(pool.size(), 128u);
  EXPECT_EQ(pool.take_front(5), ArrayRef<char>({1, 2, 3, 4, 5}));
  EXPECT_EQ(pool.slice(64, 3), ArrayRef<char>({6, 7, 8}));
  // What is between them is the same in every file of weights.
  for (size_t i = 0; i < pool.size(); ++i)
    if ((i >= 5 && i < 64) || i >= 67)
      EXPECT_EQ(pool[i], 0) << "byte " << i;
  EXPECT_EQ(getData(getResource(*other, "five")).data(), pool.data());
  EXPECT_EQ(getData(getResource(*other, "five")).size(), 5u);
  EXPECT_EQ(getData(getResource(*other, "three")).data(), pool.data() + 64);
}
