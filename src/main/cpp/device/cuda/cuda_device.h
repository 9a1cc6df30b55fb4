#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "device/cuda/kernels.h"
#include "device/device.h"

namespace fw::cuda {

/** Rows [n_out][stride] of the device's type, each of a multiple of 8 values; zeros behind n_in. */
class CudaWeight final : public Weight {
 public:
  CudaWeight(std::unique_ptr<Memory> memory, DataType type, int64_t n_out, int64_t n_in, RowCount count, bool lookup)
      : Weight(n_out, n_in, lookup), memory_(std::move(memory)), type_(type), count_(count) {}

  size_t bytes() const override { return memory_->bytes(); }
  const void* data() const { return memory_->data(); }
  DataType type() const { return type_; }
  int64_t stride() const { return padded(n_in()); }
  RowCount count() const { return count_; }

  static int64_t padded(int64_t n_in) { return (n_in + 7) / 8 * 8; }

 private:
  std::unique_ptr<Memory> memory_;
  DataType type_;
  RowCount count_;
};

/** Keys and values of the device's type, or in eight bits; see cache_layout.cuh. */
class CudaCache final : public KeyValueCache {
 public:
  CudaCache(const CacheShape& shape, DataType type, const Device& device);

  size_t bytes() const override { return memory_->bytes(); }
  CacheView view() const;

 private:
  DataType type_;
  int32_t padded_places_;
  /** Keys, values, scales of keys, scales of values. */
  std::unique_ptr<Memory> memory_;
  size_t half_bytes_;
  size_t scale_bytes_;
};

/**
 * One GPU at a precision: weights, caches and activations of that type (f16, bf16, or f32 for checks), sums, norms and
 * the residual stream in f32. Uses the device's primary context, which all of the process shares.
 */
class CudaDevice final : public Device {
 public:
  /** Throws FW_STATUS_UNSUPPORTED for int8 and for GPUs below compute capability 8.0. */
  CudaDevice(int32_t index, fw_precision precision);

  std::string implementation() const override { return implementation_; }
  fw_precision precision() const override { return precision_; }
  NetworkHabits habits() const override;
  int64_t used_bytes() const override;
  std::unique_ptr<Memory> allocate(size_t bytes) const override;
  void upload(void* to, const void* from, size_t bytes) const override;
  void download(void* to, const void* from, size_t bytes) const override;
  std::unique_ptr<Weight> pack(std::span<const float> rows, int64_t n_out, int64_t n_in, bool lookup) const override;
  std::unique_ptr<Weight> pack_stored(const StoredMatrix& matrix, RowCount count, bool lookup) const override;
  std::unique_ptr<KeyValueCache> make_cache(const CacheShape& shape) const override;
  std::unique_ptr<Executor> open(const ExecutorOptions& options) const override;

  int32_t index() const { return index_; }
  DataType type() const { return type_; }

 private:
  std::unique_ptr<Weight> pack_rows(std::span<const float> rows, int64_t n_out, int64_t n_in, RowCount count,
                                    bool lookup) const;

  int32_t index_;
  fw_precision precision_;
  DataType type_;
  std::string implementation_;
};

}  // namespace fw::cuda
