// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes within one level of IR: proofs, sharing of bodies, vectorisation.

#ifndef IQUANT_TRANSFORMS_PASSES_TD
#define IQUANT_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def VerifyIntegerOnly : Pass<"verify-integer-only", "::mlir::ModuleOp"> {
  let summary = "Prove that no floating-point computation is left";
  let description = [{
    Proves that what the module computes, it computes in integers, or fails at
    every op for which that cannot be shown. Changes nothing.

    Requires nothing: any dialects, registered or not, at any level of lowering
    and in any nesting.

    Guarantees, when it succeeds, that outside of the functions in `allow`

    * no value, block argument, function argument or function result has a type
      with floating point anywhere in it: elements of tensors, vectors and
      memrefs, members of structs and tuples, arguments of function types, the
      expressed type of a `!quant.uniform` (its scale is a float);
    * no attribute that an op computes with holds a float or names a
      floating-point type: constants, type attributes, initial values of
      globals, an enum or number inside an attribute of any dialect;
    * no op is a function of real numbers on integer types (`tosa.exp` on `i8`,
      `linalg.softmax` on `i32`);
    * no code runs that the module does not show: functions that are only
      declared or only known at run time, assembly, C or PTX text, binaries,
      `tosa.custom`, target intrinsics whose name says that they work on floats,
      and ops that are not registered. A declared function that only manages
      memory (`malloc`, `calloc`, `realloc`, `aligned_alloc`, `free`, `memcpy`,
      `memmove`, `memset`, `memrefCopy`, `abort`) is taken on trust, as is an op
      of a registered dialect: it computes in the types that it shows.

    An attribute counts on whatever op it stands, inherent or discardable. It is
    metadata, and does not count, only if its name has a dialect prefix and it
    stands on a module, another symbol table, a function, an argument or a
    result: `transformer.rope_theta = 1.0e5 : f64` on a function describes it,
    `scale = 0.5 : f32` on an op takes part. A type in such an attribute of an
    argument or result counts (`llvm.byval = f32`). Locations never count.

    A failure names the op, the type or attribute and the function, and the name
    that the import gave to the op, if its location has one. Notes follow a
    shortest chain of producers back to where floating point enters: a constant,
    a cast, an argument, a call. A success is reported as a remark of the
    category `verify-integer-only`.

    Declines nothing; what it cannot see through, it does not prove.
  }];
  let options = [
    ListOption<"allow", "allow", "std::string",
               "Names of functions that may be floating point or declared only, and may be called">,
    ListOption<"allowOps", "allow-ops", "std::string",
               "Names of ops to trust although what they run is not in the module; their types and attributes still "
               "count">,
    Option<"maxErrors", "max-errors", "unsigned", /*default=*/"10",
           "Number of offending ops to report one by one; the rest is counted">
  ];
}

#endif // IQUANT_TRANSFORMS_PASSES_TD
