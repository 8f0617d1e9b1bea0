// RUN: quant-opt %s --convert-iquant-to-linalg --split-input-file --verify-diagnostics --allow-unregistered-dialect

// Nobody knows what an op of another dialect makes of components.
func.func @unknown(%x: !iquant.fixed<4xi32, 14>) {
  // expected-error @below {{failed to legalize operation 'test.use'}}
  "test.use"(%x) : (!iquant.fixed<4xi32, 14>) -> ()
  return
}
