// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes on the way from the iquant dialect to LLVM for a CPU: sharing of bodies, targets, vectors, buffers.

#ifndef IQUANT_TRANSFORMS_CPUPASSES_TD
#define IQUANT_TRANSFORMS_CPUPASSES_TD

include "mlir/Pass/PassBase.td"

def OutlineRepeatedBodies : Pass<"outline-repeated-bodies", "::mlir::ModuleOp"> {
  let summary = "Turn equal layers of an unrolled function into calls of one function";
  let description = [{
    Finds, in each block of each `func.func`, the longest row of ops that is one
    body repeated, makes a private function of the body and calls it once for
    each repetition; and again, until nothing repeats. So what comes later in a
    pipeline compiles one layer, not thirty.

    Requires nothing of the ops: they may be of any dialect, registered or not,
    and at any level on values; on tensors is best, since what a body allocates
    it must also free. Run `canonicalize` before, which moves constants out of
    regions and makes equal ones one value; and `cse` after, not before, as it
    would take from all layers but the first what they share with it. Types are
    compared too: two `iquant` layers whose parameters have different exponents
    are equal only after `convert-iquant-to-linalg`, which makes of an exponent
    a constant, and so an argument.

    Bodies are equal when their ops are, with all attributes and regions, up to
    locations and to the values that they take from outside:

    * values that differ between repetitions, as weights do and the result of
      the repetition before, become arguments; so do equal ones, except that a
      constant that all repetitions share is copied into the body;
    * constants, and pure ops on nothing but constants such as the
      `iquant.compose` of a weight, are not part of a body, and move before the
      first call;
    * values that an op behind a repetition uses become results.

    Guarantees that the module computes the same, op for op. The functions are
    named `<function>_body_<n>`, are `no_inline`, and take over
    `transformer.context_length`. Their ops keep the locations of the first
    repetition; a call has the part that the names of its ops share, `blk.3` of
    `blk.3.attn_q` and `blk.3.ffn_up`, or else all their locations, fused.

    Declines a function in which nothing repeats, by a remark. Never takes into
    a body what allocates on the stack or ends a block, and does not look into
    regions of ops for bodies. Ops with different discardable attributes differ.
    A row of equal ops, or of equal groups below `min-ops`, is left as it is, and
    so the pass changes nothing when it runs again.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
  let options = [
    Option<"minRepetitions", "min-repetitions", "unsigned", /*default=*/"2",
           "Least number of repetitions worth a function; at least 2">,
    Option<"minOps", "min-ops", "unsigned", /*default=*/"8",
           "Least number of ops in a body, constants not counted; at least 2">
  ];
}

def SetTarget : Pass<"iquant-set-target", "::mlir::ModuleOp"> {
  let summary = "Describe the processor that a module is compiled for";
  let description = [{
    Requires nothing of the module. Guarantees that it has the attribute
    `llvm.target` of upstream's LLVM dialect: triple, processor and the full list
    of features that the processor and `features` give. Passes that choose by
    target read it there.

    Without options, a module that has the attribute keeps it, and another is for
    the machine that runs the pass. Declines a triple, processor or feature that
    LLVM does not know.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
  let options = [
    Option<"triple", "triple", "std::string", "", "Target triple; empty for the machine that runs this.">,
    Option<"cpu", "cpu", "std::string", "",
           "Processor, as LLVM names it, perhaps with features, `generic+dotprod`; empty for this machine's, or for a generic one of another triple.">,
    Option<"features", "features", "std::string", "", "Features to add or remove, as `+avx2,-fma`.">
  ];
}

def CloneForTargets : Pass<"clone-for-targets", "::mlir::ModuleOp"> {
  let summary = "Make a module of its own for each processor that a library has code for";
  let description = [{
    Requires a list of processors with one triple, the best one first. Moves all
    that the module holds into a module for each of them, with its name and
    `llvm.target` (see `iquant-set-target`); the module around them gets the
    target that every processor of the architecture can run. So passes for one
    target run on each, nested and perhaps at the same time, and need not know
    of the others; `dispatch-to-targets` makes one module of them again.

    Guarantees that the copies are equal but for their targets; resources are
    shared. Declines a processor that would never be chosen, as one before it
    runs wherever it does; and architectures whose programs cannot ask what
    their processor has, which are all but x86-64 and AArch64 on Linux.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
  let options = [
    Option<"triple", "triple", "std::string", "", "Target triple; empty for that of the machine that runs this.">,
    Option<"cpu", "cpu", "std::string", "",
           "Processors, as `iquant-set-target` takes them, with commas between.">,
    Option<"features", "features", "std::string", "", "Features to add to all of them or to remove, as `+avx2,-fma`.">
  ];
}

def DispatchToTargets : Pass<"dispatch-to-targets", "::mlir::ModuleOp"> {
  let summary = "Join the modules of several targets by functions that call the chosen one's";
  let description = [{
    Requires bufferized modules for targets, side by side, as `clone-for-targets`
    makes them and passes for one target leave them. Everything in them moves to
    the module around them: names get that of the processor behind them, and
    functions become private, to be compiled for it (`target_cpu` and
    `target_features` of `llvm.func`). Each public function of theirs gets one of
    its name that takes an `index` as its last argument, calls that target's
    function, and hands back the results. The last target stands for all numbers
    from its own on.

    Guarantees that buffers which callers pass in have one layout for all
    targets: fails if types differ. Sets the module attribute `iquant.targets`,
    in the order of the numbers. Does nothing without modules for targets.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect", "::mlir::scf::SCFDialect"];
}

def PackContractions : Pass<"pack-contractions", "::mlir::func::FuncOp"> {
  let summary = "Let products of many rows read tiles of the matrix instruction";
  let description = [{
    Splits every `linalg.generic` on memrefs that computes a product of rows or a
    weighted sum of them (see `vectorize-contractions`) from codes of 8 bits: where
    there are 24 rows or more, full tiles are computed by loops over vectors, which
    pack a part of `b` to the tiles that the best matrix instruction of the
    `llvm.target` reads, and multiply 48 rows with it while it is in the first-level
    cache. What is left, of rows and of `b`, and all of it where rows are few, stays
    a `linalg.generic` of subviews. The steps of the loops are what
    `select-matrix-instructions` knows.

    Requires that `b` is signed, that the length of its rows is known and divides
    into tiles, and integer sums that do not overflow. Guarantees the same
    integers. Says by a remark why a contraction stays whole.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def PackWeights : Pass<"iquant-pack-weights", "::mlir::ModuleOp"> {
  let summary = "Put the codes of weights in the order in which the target reads them";
  let description = [{
    Rewrites every constant weight of an `iquant.linear`, an `iquant.compose` of
    constants, to the tiles of the best matrix instruction that the module's
    `llvm.target` has (see `iquant-set-target`), or to those of `tiles`. An
    `iquant.embedding` that shares the weight reads the new one.

    Guarantees the same integers: tiles are the order of codes in memory and
    nothing else. Declines, by a remark, weights that are not constant, and
    leaves those of embeddings alone that no linear reads.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::iquant::IQuantDialect"];
  let options = [
    Option<"tiles", "tiles", "std::string", "",
           "Output by input channels of a tile, `16x4`; `none` for rows; empty for those of the target.">
  ];
}

def PackAccumulators : Pass<"iquant-pack-accumulators", "::mlir::ModuleOp"> {
  let summary = "Add up the exponentials of a softmax from its packed codes";
  let description = [{
    Sets `packed_sum` of every `iquant.softmax` and `iquant.attention` that has a
    `table`: the codes of a row are packed, four to a byte if they have 2 bits
    and two if they have 3 or 4, and the sum of the exponentials comes from the
    bytes (rule S6).

    | form | sum |
    | --- | --- |
    | `elements` | exponentials one by one: nothing is packed |
    | `table` | one entry for each byte of a table of the 256, or 64, sums that a byte can stand for, as EXAQ does (arXiv 2410.03185) |
    | `counts` | how many codes have a bit, or several of them, times what that adds to an entry |

    Guarantees the same integers. Declines, by a remark, ops without a table of
    few entries, and codes of 5 bits, of which a byte has one.
  }];
  let options = [
    Option<"form", "form", "AccumulatorForm", /*default=*/"AccumulatorForm::Elements",
           "How exponentials are added up",
           [{::llvm::cl::values(
             clEnumValN(::mlir::iquant::AccumulatorForm::Elements, "elements", "one by one"),
             clEnumValN(::mlir::iquant::AccumulatorForm::Table, "table", "by a table of sums"),
             clEnumValN(::mlir::iquant::AccumulatorForm::Counts, "counts", "by counts of bits"))}]>
  ];
}

def ConvertStridedCopyToLinalg : Pass<"convert-strided-copy-to-linalg", "::mlir::func::FuncOp"> {
  let summary = "Turn copies of parts of buffers into linalg, so that they need no runtime";
  let description = [{
    Requires bufferized functions. A `memref.copy` from or to memory that is not
    one block becomes a `linalg.copy`, and so a loop nest: upstream's lowering
    to LLVM calls `memrefCopy` of MLIR's runtime library for it, which compiled
    code here must do without. Copies of whole blocks stay, as they become
    `memcpy`.

    Guarantees the same memory. Declines buffers without a rank.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def SimplifyParallelRegions : Pass<"simplify-parallel-regions", "::mlir::func::FuncOp"> {
  let summary = "Share only loops of several steps, and let their threads meet once";
  let description = [{
    Requires loops as `convert-scf-to-openmp` leaves them: an `omp.parallel` that
    holds an `omp.wsloop` and nothing else. Such a region runs on the thread that
    meets it when its loops have a single step, as all loops over rows have for
    one row, and threads wait for each other at the end of the region only, not
    at the end of the loop as well. The scope of stack memory around the body of
    the loop goes away if nothing in it asks for such memory, so that the body
    may become control flow of several blocks.

    Guarantees the same memory behind the region. Leaves alone a region that
    holds more than its loop, and a condition that is there.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def MergeAllocations : Pass<"merge-allocations", "::mlir::func::FuncOp"> {
  let summary = "Put buffers of a block in the place of others, and allocate small ones together";
  let description = [{
    A step of decode has thousands of buffers, from the scale of a row to the
    sums of a linear; the allocator would take longer than some of the ops.

    Buffers of a block that are never there at the same time share a place if
    their sizes have the same unknown factors, such as the number of tokens: one
    that is large enough for each of them, and no comparison at run time decides.
    Places of at most `most-bytes`, unknown factors counted as 1, become parts of
    one allocation, each at a multiple of 64 bytes. Larger ones have an allocation
    of their own, by which LLVM knows that they do not overlap.

    Requires `memref.dealloc` behind the last use (see upstream's
    `optimize-allocation-liveness`), and guarantees that as much is freed, where
    the last of the parts was. Leaves alone buffers that leave the block, and
    those whose size is not known where the first of them is made.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
  let options = [
    Option<"mostBytes", "most-bytes", "int64_t", /*default=*/"512",
           "Bytes of a place, unknown factors counted as 1, that are small.">
  ];
}

def PrefetchStreams : Pass<"prefetch-streams", "::mlir::func::FuncOp"> {
  let summary = "Ask for the memory of a weight some time before it is read";
  let description = [{
    A loop that reads a large buffer of bytes from its beginning to its end, and
    nothing else as large, waits for memory most of the time: so does the product
    of a single row with a weight. The loop gets a `memref.prefetch` of what it
    reads `distance` bytes later, one for every 64 bytes; where a step is shorter,
    it is unrolled until it is not.

    Requires buffers that vectors are read from by `vector.transfer_read`.
    Guarantees the same memory and values. Leaves alone loops of several such
    streams, which compute more for each byte, steps of less than 8 bytes, and
    buffers of less than 64 kB, which a cache holds.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
  let options = [
    Option<"distance", "distance", "int64_t", /*default=*/"1536",
           "Bytes between what is read and what is asked for.">
  ];
}

def SelectByteShuffles : Pass<"select-byte-shuffles", "::mlir::func::FuncOp"> {
  let summary = "Look up small constant tables in vector registers";
  let description = [{
    Rewrites every `vector.gather` from a constant of at most 16 integers, or
    from a row of at most 16 of a larger one, into shuffles of bytes, one for
    each byte of the elements that is not 0 in all of them: entries below 256
    take one, whatever their type. Gathers are loads one by one on most
    processors; a table in a register takes no load at all.

    Requires bufferized functions, an `llvm.target` on the module, and positions
    inside of the table, as a gather does. Guarantees the same values. Leaves
    alone gathers with a mask, and those of a target or width that has no such
    instruction (`pshufb`, `vpshufb`, `tbl`).
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::vector::VectorDialect"];
}

def SelectMatrixInstructions : Pass<"select-matrix-instructions", "::mlir::func::FuncOp"> {
  let summary = "Turn small integer vector contractions into the target's matrix instruction";
  let description = [{
    Rewrites every `vector.contract` that computes
    `sums[n] + sum_k ext(row[k]) * ext(tile[n, k])` in `i32`, `row` of 8 or 16 bits
    and `tile` of 8. If the module's `llvm.target` has an instruction for these
    sizes and this signedness, it becomes the intrinsic of it; else arithmetic on
    vectors of products, from which LLVM makes what any target has.

    Requires bufferized functions: an intrinsic may do anything to memory, as far
    as bufferization knows. Guarantees the same integers, if no sum overflows
    (`verify-accumulator-range`). Leaves every other contraction as it is.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::vector::VectorDialect"];
}

def SelectPacks : Pass<"select-packs", "::mlir::func::FuncOp"> {
  let summary = "Narrow and widen vectors of integers without crossing lanes of 128 bits";
  let description = [{
    Vector units of x86 halve the width of elements with saturation, two registers
    at a time, and double it by interleaving, but in lanes of 128 bits each for
    itself. Elements in their order take a permutation behind every such step.
    This pass takes the steps without, lets elements keep the order that comes of
    them, and permutes bytes once, of which a register holds most:

    ```
    trunci(clamp(x))          -->  shuffle(pack(x))
    extui(x)                  -->  shuffle(interleave(x, 0))
    f(shuffle(x), splat)      -->  shuffle(f(x, splat))
    shuffle(shuffle(x))       -->  shuffle(x), or x
    sum += shuffle(x)         -->  sum += x
    ```

    A `trunci` is a pack where its operand is clamped to what the result holds, as
    signed or unsigned integers, or, for bytes, shifted right by 8 or more; an
    `extui` is taken from 8 to 16 bits. `f` are elementwise ops; a sum is one that a
    loop carries and that a `vector.reduction` ends.

    Requires bufferized functions and an `llvm.target` on the module. Guarantees
    the same values. Leaves everything as it is where registers are not of 32 or 64
    bytes (AVX2, AVX-512BW): what has one lane alone needs no other order.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::vector::VectorDialect"];
}

def VectorizeContractions : Pass<"vectorize-contractions", "::mlir::func::FuncOp"> {
  let summary = "Turn matrix products on buffers into register-tiled vector loops";
  let description = [{
    Rewrites every `linalg.generic` on memrefs that computes a product of rows,
    `c[m, n] += ext(a[m, k]) * ext(b[n, k])`, or a weighted sum of rows,
    `c[m, n] += ext(a[m, k]) * ext(b[k, n])`, into loops over tiles of
    accumulators that stay in vector registers over the whole of `k`. The
    product of 8-bit codes is written so that LLVM selects the widening
    multiply-add of pairs that most targets have (`pmaddwd`, `smlal`).

    Requires that the last dimension of `a` and `b` is contiguous, and integer
    sums that do not overflow (`verify-accumulator-range`). Guarantees the same
    bits for integers; float sums are reassociated. Leaves every other generic
    as it is, and says by a remark why, if it is a contraction all the same.
    Sizes may be dynamic; remainders have loops of their own, and the end of a
    row that is no multiple of the vector is read through a mask.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", "0",
           "Width of a vector register, in bits: 128, 256 or 512; 0 for that of the module's `llvm.target`.">
  ];
}

def VectorizeRows : Pass<"vectorize-rows", "::mlir::func::FuncOp"> {
  let summary = "Turn elementwise integer ops and reductions of rows on buffers into vector loops";
  let description = [{
    Rewrites every `linalg.generic` on memrefs of integers whose innermost loop
    is elementwise, or a sum, minimum or maximum, into loops of which the
    innermost runs over whole vectors, as many elements as a register holds of the
    narrowest, and if they divide a row, as many as four registers hold of the
    widest, which have no need to wait for each other. Values that it does not
    move along stay scalars. An element of a table or of a row of it, `memref.load` at a computed
    position, becomes a `vector.gather`. Of elements of 8 or 16 bits that are
    added up in 32, neighbours are added first, so that a register holds the
    sums of one, and bytes by the instruction that x86-64 has for it. Elements that fill no vector have a scalar loop. Outer
    loops whose steps come in any order become one `scf.parallel`, without those
    inside of it that are known to cover few elements; in an `scf.forall`, which
    is shared already, they stay plain loops.

    Requires that the iterations of parallel loops are independent, as `linalg`
    does, where LLVM's vectoriser would have to prove it. Guarantees the same
    bits. Leaves every other generic as it is: floats, operands that are not
    contiguous along the innermost loop, bodies with ops that have no vector
    form, and rows that are known to be shorter than a vector.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", "0",
           "Width of a vector register, in bits: 128, 256 or 512; 0 for that of the module's `llvm.target`.">
  ];
}

def DropCacheResults : Pass<"drop-cache-results", "::mlir::ModuleOp"> {
  let summary = "Drop results that are a function's own arguments, updated in place";
  let description = [{
    Requires bufferized functions. After bufferization a cache that is updated
    in place is an argument that the function also returns. Such a result is
    dropped, and at calls the operand takes its place: of a private function
    every result that is an argument, of a public one those that are named as a
    cache, by the same `transformer.cache` on the result and on the argument.
    Callees come before their callers, so that a cache may pass through any
    number of calls. Run it before buffers are deallocated, as a function that
    returns what it does not own would return a copy.

    Guarantees that no function returns a cache, and so that no call copies one:
    it fails where a result that is named as a cache is not the argument of that
    name, which means that bufferization found a reader of the old cache.
    Declines nothing.
  }];
}

def PoolConstants : Pass<"pool-constants", "::mlir::ModuleOp"> {
  let summary = "Move large constants into one buffer that the caller passes in";
  let description = [{
    Requires bufferized functions (`memref.global`, `memref.get_global`).
    Collects the data of every constant global of at least `threshold` bytes in
    one byte array, the module attribute `iquant.constants`, each at a multiple
    of 64 bytes with zeros up to the next, and equal ones once. Resources refer to the array from then
    on, so that no data is in memory twice. Every public function, and every
    private one that needs it, takes the array as one more, last argument of type `memref<?xi8>`; an access
    to a pooled global becomes a `memref.view` of it. So the weights are neither
    copied into generated code nor global state: a tool can map them from a
    file, and two models can live in one process.

    Guarantees that no function refers to a pooled global, and removes those
    globals. Declines, by a remark at each, large globals that other modules can
    refer to, that repeat one element, or whose elements are not whole bytes; a
    remark at the module says how much was pooled. Does nothing but add the
    argument when no constant is large enough.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
  let options = [
    Option<"threshold", "threshold", "int64_t", "4096", "Size from which a constant is pooled, in bytes.">
  ];
}

def PoolState : Pass<"pool-state", "::mlir::ModuleOp"> {
  let summary = "Put all caches into one buffer that the caller passes in";
  let description = [{
    Requires bufferized functions that return no cache (see
    `drop-cache-results`). Every public function whose arguments include caches,
    named by `transformer.cache`, takes three arguments at its end instead: a
    byte buffer `memref<?xi8>`, the batch, and the capacity in positions. Each cache becomes
    a `memref.view` of the buffer, in the order of the arguments, each at
    a multiple of 64 bytes; the buffer must be aligned so. A function
    `<function>_state_size` of batch and capacity gives the bytes that it
    needs. What they hold before the first position does not matter.

    Guarantees that no public function takes a cache. Fails on a cache whose
    size depends on more than batch and capacity, and on a call of such a
    function. Does nothing without caches.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def AddCInterface : Pass<"add-c-interface", "::mlir::ModuleOp"> {
  let summary = "Give the public functions of a module a C interface, and write its header";
  let description = [{
    Requires bufferized functions behind `pool-constants` and `pool-state`, whose
    other arguments and results are row-major buffers.
    Adds functions that take pointers and 64-bit sizes, check them, and return a
    status; the functions that they call become private.

    * A function with a state is the step of a language model (see
      `transformer-add-cache`). It becomes
      `<prefix>_state_size`, `_init`, `_position`, `_rewind`, `_prefill` and
      `_decode`: all caches of a text stand in one state that the caller owns.
    * Any other public function `f` becomes `<prefix>_f`, with the sizes of the
      open dimensions behind each pointer.

    Guarantees that no function keeps global state, but for what the processor
    can do, and that a null pointer, a token outside of the vocabulary, a text
    longer than its state, weights or a state of another module are a status,
    not a crash. So is a processor without what the module's `llvm.target` has,
    on x86-64 and on Linux for AArch64: the functions themselves are compiled
    for the whole architecture, and those that need no state, or make one, call
    the module only if the processor has it, which the first of them asks.
    With several targets (see `dispatch-to-targets`) they call the code of the
    first that it can run; a state keeps its number.

    Sets the module attributes `iquant.c_header`, the text of the header, and
    `iquant.build_id`, a hash of constants and code, which stands in every state
    and in the file of weights: 8 bytes `IQWEIGHT`, 8 bytes of the id, zeros up to
    64 bytes, and the pool.

    Declines nothing: fails at a public function that C cannot call.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::cf::ControlFlowDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
  let options = [
    Option<"prefix", "prefix", "std::string", /*default=*/"\"model\"", "What the names of all functions begin with">
  ];
}

#endif // IQUANT_TRANSFORMS_CPUPASSES_TD
