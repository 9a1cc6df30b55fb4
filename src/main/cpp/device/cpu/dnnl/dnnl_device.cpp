#include "device/cpu/dnnl/dnnl_device.h"

#include "base/error.h"
#include "device/cpu/dnnl/dnnl_executor.h"
#include "device/cpu/dnnl/instruction_set.h"
#include "device/cpu/dnnl/packed_weight.h"

namespace fw {
namespace {

fw_precision usable(fw_precision precision) {
  if (!instruction_set().usable) {
    throw Error(FW_STATUS_UNSUPPORTED, "oneDNN's path needs a processor with AVX2 and FMA");
  }
  if (precision != FW_PRECISION_F32 && precision != FW_PRECISION_BF16 && precision != FW_PRECISION_INT8) {
    throw Error(FW_STATUS_UNSUPPORTED,
                "the CPU computes in f32, bf16 or int8, not in precision " + std::to_string(precision));
  }
  if (precision == FW_PRECISION_BF16 && !instruction_set().bf16) {
    throw Error(FW_STATUS_UNSUPPORTED, "this processor (" + instruction_set().name + ") has no products in bf16");
  }
  return precision;
}

ProductType product_type(fw_precision precision) {
  switch (precision) {
    case FW_PRECISION_BF16:
      return ProductType::bf16;
    case FW_PRECISION_INT8:
      return ProductType::u8_by_s8;
    default:
      return ProductType::f32;
  }
}

/** 7 bits where pairs of products are added in 16 bits: 2 x 127 x 127 does not saturate there, 2 x 255 x 127 would. */
int32_t largest_activation() { return instruction_set().vnni ? 127 : 63; }

}  // namespace

DnnlDevice::DnnlDevice(fw_precision precision)
    : PortableDevice(usable(precision) == FW_PRECISION_F32 ? FW_PRECISION_F32 : FW_PRECISION_BF16,
                     instruction_set().avx512 ? kernels_avx512() : kernels_avx2()),
      precision_(precision),
      type_(product_type(precision)),
      activation_max_(largest_activation()),
      attention_bf16_(precision != FW_PRECISION_F32 && instruction_set().bf16),
      engine_(dnnl::engine::kind::cpu, 0),
      products_(std::make_unique<Products>(engine_)) {
  // Tries what packing and decoding will ask for, so that a processor that has it not is known now.
  products_->find({type_, kBlockRows, 384, 384});
  products_->find({type_, 2, 384, 384});
}

std::string DnnlDevice::implementation() const {
  static constexpr const char* kNames[] = {"f32", "bf16", "int8"};
  const std::string chosen = products_->find({type_, kBlockRows, 384, 384}).implementation();
  // "brg_matmul:avx512_core_vnni"; "gemm:jit" does not say which instruction set it generates for.
  const size_t colon = chosen.find(':');
  const std::string isa = chosen.substr(colon + 1);
  return std::string("onednn ") + kNames[static_cast<size_t>(type_)] + " " + chosen.substr(0, colon) + ":" +
         (isa.starts_with("avx") ? isa : instruction_set().name);
}

std::unique_ptr<Weight> DnnlDevice::pack(std::span<const float> rows, int64_t n_out, int64_t n_in, bool lookup) const {
  return std::make_unique<PackedWeight>(engine_, *products_, type_, activation_offset(), rows, n_out, n_in, lookup);
}

std::unique_ptr<Weight> DnnlDevice::pack_stored(const StoredMatrix& matrix, RowCount rows, bool lookup) const {
  if (precision_ == FW_PRECISION_F32 && rows == RowCount::few) {
    return PortableDevice::pack_stored(matrix, rows, lookup);
  }
  return Device::pack_stored(matrix, rows, lookup);
}

std::unique_ptr<Executor> DnnlDevice::open(const ExecutorOptions& options) const {
  return std::make_unique<DnnlExecutor>(*this, options.n_threads);
}

std::shared_ptr<const Device> make_dnnl_device(fw_precision precision) {
  if (precision != FW_PRECISION_AUTO) return std::make_shared<DnnlDevice>(precision);
  const fw_precision fastest = instruction_set().fastest();
  if (fastest != FW_PRECISION_F32) {
    try {
      return std::make_shared<DnnlDevice>(fastest);
    } catch (const Error& error) {
      if (error.status() != FW_STATUS_UNSUPPORTED) throw;
    }
  }
  return std::make_shared<DnnlDevice>(FW_PRECISION_F32);
}

}  // namespace fw
