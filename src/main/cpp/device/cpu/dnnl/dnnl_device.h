#pragma once

#include <dnnl.hpp>
#include <memory>
#include <string>

#include "device/cpu/dnnl/product.h"
#include "device/cpu/portable/portable_device.h"

namespace fw {

/**
 * The processor with products by oneDNN: f32, bf16 or int8 (activations quantised row by row, weights column by
 * column); what lies between the products is the portable path's. Caches are f32 in f32, else bf16.
 *
 * In f32 a stored matrix whose products have few rows is the portable path's too: it stays as narrow as it is stored,
 * and one row is one row.
 */
class DnnlDevice final : public PortableDevice {
 public:
  /** Throws FW_STATUS_UNSUPPORTED where this processor has no product for it. */
  explicit DnnlDevice(fw_precision precision);

  std::string implementation() const override;
  fw_precision precision() const override { return precision_; }
  std::unique_ptr<Weight> pack(std::span<const float> rows, int64_t n_out, int64_t n_in, bool lookup) const override;
  std::unique_ptr<Weight> pack_stored(const StoredMatrix& matrix, RowCount rows, bool lookup) const override;
  std::unique_ptr<Executor> open(const ExecutorOptions& options) const override;

  const dnnl::engine& engine() const { return engine_; }
  Products& products() const { return *products_; }
  /** Largest quantised activation, and what is added to make it unsigned; int8 only. */
  int32_t activation_max() const { return activation_max_; }
  int32_t activation_offset() const { return activation_max_ + 1; }
  /** Whether the encoder's attention is computed in bf16. */
  bool attention_bf16() const { return attention_bf16_; }

 private:
  fw_precision precision_;
  ProductType type_;
  int32_t activation_max_;
  bool attention_bf16_;
  dnnl::engine engine_;
  std::unique_ptr<Products> products_;
};

/**
 * The device at a precision; FW_PRECISION_AUTO takes the fastest that the processor runs well (see InstructionSet), and
 * f32 where oneDNN refuses that. Throws FW_STATUS_UNSUPPORTED: then the portable path is what remains.
 */
std::shared_ptr<const Device> make_dnnl_device(fw_precision precision);

}  // namespace fw
