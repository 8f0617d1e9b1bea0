// RUN: quant-opt %s --split-input-file -verify-diagnostics --pool-constants=threshold=8 \
// RUN:   --remark-format=emitRemark --remarks-filter=pool-constants

// What stays although it is large says why; small constants and variables are
// no candidates.

// expected-remark@+1 {{[Passed] PoolConstants | Category:pool-constants | PoolBytes=192, PooledConstants=2, Remark="the caller passes in what were constants"}}
module {
  memref.global "private" constant @pooled : memref<17xi32> = dense<[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]>
  memref.global "private" constant @resource : memref<2xi32> = dense_resource<weights>
  memref.global "private" constant @small : memref<7xi8> = dense<[1, 2, 3, 4, 5, 6, 7]>
  memref.global "private" @variable : memref<2xi32> = dense<[1, 2]>
  memref.global "private" constant @elsewhere : memref<2xi32>
  memref.global "private" constant @indices : memref<2xindex> = dense<[1, 2]>
  // expected-remark@+1 {{[Missed] ConstantStays | Category:pool-constants | Remark="constant 'visible' stays in the module: other modules can refer to it"}}
  memref.global constant @visible : memref<2xi32> = dense<[1, 2]>
  // expected-remark@+1 {{Remark="constant 'same' stays in the module: all its elements are the same"}}
  memref.global "private" constant @same : memref<2xi32> = dense<1>
  // expected-remark@+1 {{Remark="constant 'nibbles' stays in the module: its elements are not whole bytes"}}
  memref.global "private" constant @nibbles : memref<16xi4> = dense<[1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0]>
  // expected-remark@+1 {{Remark="constant 'missing' stays in the module: its data is missing"}}
  memref.global "private" constant @missing : memref<2xi32> = dense_resource<nowhere>
}

{-#
  dialect_resources: {
    builtin: {
      weights: "0x040000000100000002000000"
    }
  }
#-}

// -----

// expected-remark@+1 {{[Missed] PoolConstants | Category:pool-constants | Remark="no constant of 8 bytes or more can be pooled"}}
module {
  memref.global "private" constant @small : memref<1xi32> = dense<1>
}
