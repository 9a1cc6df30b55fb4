#include "device/cpu/portable/portable_device.h"

#include "base/error.h"
#include "device/cpu/portable/portable_executor.h"

namespace fw {
namespace {

int64_t whole_panels(int64_t n, int32_t panel) { return (n + panel - 1) / panel; }

}  // namespace

PanelCache::PanelCache(const CacheShape& shape, bool bf16, int32_t panel)
    : KeyValueCache(shape),
      panel_(panel),
      places_(whole_panels(shape.n_places, panel) * panel),
      value_panels_(whole_panels(shape.head_dim, panel)),
      n_elements_(static_cast<int64_t>(shape.n_slots) * shape.n_layers *
                  (key_layer_elements() + value_layer_elements())) {
  if (bf16) {
    bf16_ = make_aligned<bf16_bits>(static_cast<size_t>(n_elements_));
  } else {
    f32_ = make_aligned<float>(static_cast<size_t>(n_elements_));
  }
}

size_t PanelCache::bytes() const {
  return static_cast<size_t>(n_elements_) * (bf16() ? sizeof(bf16_bits) : sizeof(float));
}

template <>
float* PanelCache::elements<float>() const {
  return f32_.get();
}

template <>
bf16_bits* PanelCache::elements<bf16_bits>() const {
  return bf16_.get();
}

PortableDevice::PortableDevice(fw_precision precision, const Kernels& set) : precision_(precision), kernels_(set) {}

std::string PortableDevice::implementation() const { return std::string("portable:") + kernels_.name; }

std::unique_ptr<Weight> PortableDevice::pack(std::span<const float> rows, int64_t n_out, int64_t n_in,
                                             bool lookup) const {
  return std::make_unique<PanelWeight>(rows, n_out, n_in, lookup, precision_ == FW_PRECISION_BF16, kernels_.panel);
}

std::unique_ptr<Weight> PortableDevice::pack_stored(const StoredMatrix& matrix, RowCount rows, bool lookup) const {
  if (precision_ != FW_PRECISION_F32) return Device::pack_stored(matrix, rows, lookup);
  return std::make_unique<PanelWeight>(matrix, lookup, kernels_.panel);
}

std::unique_ptr<KeyValueCache> PortableDevice::make_cache(const CacheShape& shape) const {
  return std::make_unique<PanelCache>(shape, precision_ == FW_PRECISION_BF16, kernels_.panel);
}

std::unique_ptr<Executor> PortableDevice::open(const ExecutorOptions& options) const {
  return std::make_unique<PortableExecutor>(kernels_, options.n_threads);
}

std::shared_ptr<const Device> make_portable_device(fw_precision precision) {
  if (precision == FW_PRECISION_AUTO) {
    precision = FW_PRECISION_F32;
  }
  if (precision != FW_PRECISION_F32 && precision != FW_PRECISION_BF16) {
    throw Error(FW_STATUS_UNSUPPORTED,
                "the portable path of the CPU computes in f32 or bf16, not in precision " + std::to_string(precision));
  }
  return std::make_shared<PortableDevice>(precision);
}

}  // namespace fw
