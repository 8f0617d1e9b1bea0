//===- OneDnnLinear.cpp - A product of codes by oneDNN --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OneDnnLinear.h"

#include "llvm/Support/FormatVariadic.h"

#include <dlfcn.h>

using namespace mlir;
using namespace mlir::iquant;
using namespace mlir::iquant::reference;
using dnnl::memory;
using Element = memory::data_type;
using Layout = memory::format_tag;

/// This processor; whatever oneDNN makes for it refers to it.
static const dnnl::engine &getProcessor() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

/// The bytes of a tensor in memory of oneDNN, in the order that they have.
static memory makeMemory(const Tensor &tensor,
                         const memory::desc &description) {
  memory result(description, getProcessor());
  llvm::copy(tensor.getRawData(),
             static_cast<char *>(result.get_data_handle()));
  return result;
}

OneDnnLinear::OneDnnLinear(const dnnl::primitive_desc &description,
                           const Tensor &rows, const Tensor &weight,
                           const memory::desc &weightOrder)
    : stream(getProcessor()), primitive(description) {
  memory plain = makeMemory(weight, weightOrder);
  memory ordered(description.query_md(dnnl::query::weights_md), getProcessor());
  dnnl::reorder(plain, ordered).execute(stream, plain, ordered);
  stream.wait();
  arguments = {{DNNL_ARG_SRC,
                makeMemory(rows, description.query_md(dnnl::query::src_md))},
               {DNNL_ARG_WEIGHTS, ordered},
               {DNNL_ARG_DST, memory(description.query_md(dnnl::query::dst_md),
                                     getProcessor())}};
}

OneDnnLinear OneDnnLinear::makeSums(const Tensor &rows, const Tensor &weight) {
  int64_t count = rows.getDim(0), inputs = rows.getDim(1),
          channels = weight.getDim(0);
  memory::desc source({count, inputs}, Element::u8, Layout::ab);
  memory::desc weights({channels, inputs}, Element::s8, Layout::any);
  memory::desc result({count, channels}, Element::s32, Layout::ab);
  dnnl::inner_product_forward::primitive_desc description(
      {dnnl::prop_kind::forward_inference, source, weights, result},
      getProcessor());
  return {description, rows, weight,
          memory::desc({channels, inputs}, Element::s8, Layout::ab)};
}

OneDnnLinear OneDnnLinear::makeScaled(const Tensor &rows, const Tensor &weight,
                                      int32_t zeroPoint,
                                      const std::vector<float> &scales) {
  int64_t count = rows.getDim(0), inputs = rows.getDim(1),
          channels = weight.getDim(0);
  memory::desc source({count, inputs}, Element::u8, Layout::ab);
  memory::desc weights({inputs, channels}, Element::s8, Layout::any);
  memory::desc result({count, channels}, Element::f32, Layout::ab);
  dnnl::primitive_attr attributes;
  attributes.set_output_scales(/*mask=*/1 << 1, scales);
  attributes.set_zero_points(DNNL_ARG_SRC, /*mask=*/0, {zeroPoint});
  dnnl::matmul::primitive_desc description({source, weights, result},
                                           attributes, getProcessor());
  return {description, rows, weight,
          memory::desc({inputs, channels}, Element::s8, Layout::ba)};
}

void OneDnnLinear::run() {
  primitive.execute(stream, arguments);
  stream.wait();
}

static StringRef getName(dnnl::cpu_isa instructions) {
  switch (instructions) {
  case dnnl::cpu_isa::sse41:
    return "SSE4.1";
  case dnnl::cpu_isa::avx:
    return "AVX";
  case dnnl::cpu_isa::avx2:
    return "AVX2";
  case dnnl::cpu_isa::avx2_vnni:
    return "AVX-VNNI";
  case dnnl::cpu_isa::avx512_core:
    return "AVX-512";
  case dnnl::cpu_isa::avx512_core_vnni:
    return "AVX-512 VNNI";
  case dnnl::cpu_isa::avx512_core_bf16:
    return "AVX-512 VNNI and BF16";
  case dnnl::cpu_isa::avx512_core_amx:
    return "AMX";
  default:
    return "other instructions";
  }
}

std::string iquant::describeOneDnn() {
  const dnnl::version_t *version = dnnl::version();
  return llvm::formatv("oneDNN {0}.{1}.{2}, {3}", version->major,
                       version->minor, version->patch,
                       getName(dnnl::get_effective_cpu_isa()));
}

void iquant::restrictOneDnnToOneThread() {
  // Of the OpenMP runtime that oneDNN is linked with, which need not be that of
  // this compiler; a sequential build has none.
  if (void *function = dlsym(RTLD_DEFAULT, "omp_set_num_threads"))
    reinterpret_cast<void (*)(int)>(function)(1);
}
