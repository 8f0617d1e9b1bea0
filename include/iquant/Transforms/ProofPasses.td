// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes that prove something and change nothing.

#ifndef IQUANT_TRANSFORMS_PROOFPASSES_TD
#define IQUANT_TRANSFORMS_PROOFPASSES_TD

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

def VerifyAccumulatorRange : Pass<"verify-accumulator-range", "::mlir::ModuleOp"> {
  let summary = "Prove that no accumulator of the integer rules can overflow";
  let description = [{
    Bounds every sum that an `iquant` op keeps in 32 bits (64 in norms and means)
    by the largest codes that its types allow and by the number of its terms, and
    fails at each op whose bound does not fit, naming the length up to which it
    would. Changes nothing.

    | op | rule | terms | fits up to |
    | --- | --- | --- | --- |
    | `linear`, `ui8` input | L1 | 255 * 127 per channel | 66311 channels |
    | `linear`, `si8` input | L1 | 127 * 127 per channel | 133144 channels |
    | `attention`, scores | A1 | 127 * 127 per channel of a head | 133144 channels |
    | `attention`, exponentials | A4 | 65025 per key | 32768 keys |
    | `attention`, values | A4 | 255 * 127 per key | 66311 keys |
    | `softmax` | S3, S5 | 65025 per channel | 32768 channels, by its verifier |
    | norms | N0 | 2^44 per channel, 64 bits | 65536 channels, by their verifiers |
    | `mean_pool` | F5 | 2^32 per row, 64 bits | 2^30 rows |

    A `linear` whose bound fails gets a second chance if its weight is composed
    of constants in the same function: the codes themselves bound each channel's sum by 255 times the
    larger one of its positive and negative part (`ui8`), or by 127 times the
    sum of all magnitudes (`si8`). A remark says so.

    Requires nothing of other ops, and says nothing about them: run it before
    `convert-iquant-to-linalg`. Where the number of keys of an attention or of
    rows of a mean is dynamic, it requires a bound: `max-keys`, or else the integer attribute
    `transformer.context_length` of the function or of an op around it.

    Guarantees that a program that the pass accepts gives the same bits for any
    order of its sums. A success is reported as a remark of the category
    `verify-accumulator-range`.

    Declines nothing.
  }];
  let options = [
    Option<"maxKeys", "max-keys", "int64_t", /*default=*/"0",
           "Largest number of keys or rows that a dynamic sequence has; 0 takes it from transformer.context_length">
  ];
}

#endif // IQUANT_TRANSFORMS_PROOFPASSES_TD
