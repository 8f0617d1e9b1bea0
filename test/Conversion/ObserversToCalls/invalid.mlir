// RUN: quant-opt %s --convert-observers-to-calls -verify-diagnostics

// expected-error @+1 {{has the name of the function 'iquant_observe_rows' that the host provides}}
func.func private @iquant_observe_rows(index)
