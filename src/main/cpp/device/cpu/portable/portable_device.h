#pragma once

#include <memory>
#include <span>
#include <string>

#include "device/cpu/host_memory.h"
#include "device/cpu/portable/kernel_sets.h"
#include "device/cpu/portable/panel_weight.h"

namespace fw {

/**
 * Keys and values in panels, so that scores and weighted sums are products over panels:
 * keys [slot][layer][head][place / panel][head_dim][panel], values [slot][layer][head][dim / panel][n_places][panel].
 */
class PanelCache final : public KeyValueCache {
 public:
  PanelCache(const CacheShape& shape, bool bf16, int32_t panel);

  size_t bytes() const override;
  bool bf16() const { return bf16_ != nullptr; }
  int64_t key_panel_stride() const { return static_cast<int64_t>(shape().head_dim) * panel_; }
  int64_t value_panel_stride() const { return places_ * panel_; }
  int64_t value_panels() const { return value_panels_; }
  /** Places, rounded up to whole panels. */
  int64_t padded_places() const { return places_; }
  /** Elements of one slot's layer: all its heads. */
  int64_t key_layer_elements() const { return shape().n_heads * places_ * shape().head_dim; }
  int64_t value_layer_elements() const { return shape().n_heads * value_panels_ * value_panel_stride(); }

  template <typename T>
  T* keys(int32_t slot, int32_t layer, int32_t head) const {
    return elements<T>() + (slot * shape().n_layers + layer) * key_layer_elements() + head * places_ * shape().head_dim;
  }
  template <typename T>
  T* values(int32_t slot, int32_t layer, int32_t head) const {
    return elements<T>() + shape().n_slots * shape().n_layers * key_layer_elements() +
           (slot * shape().n_layers + layer) * value_layer_elements() + head * value_panels_ * value_panel_stride();
  }

 private:
  template <typename T>
  T* elements() const;

  int32_t panel_;
  int64_t places_;
  int64_t value_panels_;
  int64_t n_elements_;
  AlignedArray<float> f32_;
  AlignedArray<bf16_bits> bf16_;
};

/**
 * The processor by this library's own kernels: f32 products and sums, weights in f32 (or as they are stored, where that
 * is narrower) or bf16, caches in f32 or bf16. The base of the tuned path, which overrides what its library does
 * faster.
 */
class PortableDevice : public CpuDevice {
 public:
  /** FW_PRECISION_F32 or FW_PRECISION_BF16 (weights and caches; activations stay f32). */
  explicit PortableDevice(fw_precision precision, const Kernels& set = kernels());

  std::string implementation() const override;
  fw_precision precision() const override { return precision_; }
  std::unique_ptr<Weight> pack(std::span<const float> rows, int64_t n_out, int64_t n_in, bool lookup) const override;
  std::unique_ptr<Weight> pack_stored(const StoredMatrix& matrix, RowCount rows, bool lookup) const override;
  std::unique_ptr<KeyValueCache> make_cache(const CacheShape& shape) const override;
  std::unique_ptr<Executor> open(const ExecutorOptions& options) const override;

  const Kernels& kernel_set() const { return kernels_; }

 private:
  fw_precision precision_;
  const Kernels& kernels_;
};

std::shared_ptr<const Device> make_portable_device(fw_precision precision);

}  // namespace fw
