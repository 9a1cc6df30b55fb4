#include "device/cuda/cuda_device.h"

#include <cuda_runtime.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "device/cuda/cuda_check.h"
#include "device/cuda/cuda_executor.h"

namespace fw::cuda {
namespace {

class CudaMemory final : public Memory {
 public:
  CudaMemory(int32_t device, size_t bytes) {
    enter(device);
    const size_t taken = std::max<size_t>(bytes, 1);
    check(cudaMalloc(&data_, taken), ("cudaMalloc of " + std::to_string(taken) + " bytes").c_str());
    bytes_ = bytes;
    check(cudaMemset(data_, 0, taken), "cudaMemset");
    check(cudaDeviceSynchronize(), "cudaMemset");
  }
  // In a lost context there is nothing left to free.
  ~CudaMemory() override { cudaFree(data_); }
};

DataType data_type(fw_precision precision) {
  switch (precision) {
    case FW_PRECISION_AUTO:
    case FW_PRECISION_F16:
      return DataType::f16;
    case FW_PRECISION_BF16:
      return DataType::bf16;
    case FW_PRECISION_F32:
      return DataType::f32;
    default:
      throw Error(FW_STATUS_UNSUPPORTED, "a GPU computes in f16, bf16 or f32; int8 is the CPU's");
  }
}

}  // namespace

CudaCache::CudaCache(const CacheShape& shape, DataType type, const Device& device)
    : KeyValueCache(shape), type_(type), padded_places_((shape.n_places + 63) / 64 * 64) {
  const size_t n_places = static_cast<size_t>(shape.n_slots) * static_cast<size_t>(shape.n_layers) *
                          static_cast<size_t>(shape.n_heads) * static_cast<size_t>(padded_places_);
  half_bytes_ = n_places * static_cast<size_t>(shape.head_dim) * (shape.eight_bit ? 1 : size_of(type));
  scale_bytes_ = shape.eight_bit ? n_places * size_of(DataType::bf16) : 0;
  memory_ = device.allocate(2 * (half_bytes_ + scale_bytes_));
}

CacheView CudaCache::view() const {
  auto* const keys = static_cast<std::byte*>(memory_->data());
  std::byte* const scales = keys + 2 * half_bytes_;
  return {keys, keys + half_bytes_, shape(), type_, padded_places_, scales, scales + scale_bytes_};
}

CudaDevice::CudaDevice(int32_t index, fw_precision precision)
    : index_(index),
      precision_(precision == FW_PRECISION_AUTO ? FW_PRECISION_F16 : precision),
      type_(data_type(precision)) {
  enter(index);
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, index), "cudaGetDeviceProperties");
  const std::string capability = "sm_" + std::to_string(properties.major) + std::to_string(properties.minor);
  if (properties.major < 8) {
    throw Error(FW_STATUS_UNSUPPORTED,
                std::string(properties.name) + " is " + capability + "; compute capability 8.0 or newer is needed");
  }
  implementation_ = "cuda:" + capability;
}

NetworkHabits CudaDevice::habits() const {
  return {.activations = type_,
          .logit_rows = 512,
          .encoded_windows = type_ == DataType::f32 ? 1 : 8,
          .pass_rows = 1024,
          .steps_ahead = true};
}

int64_t CudaDevice::used_bytes() const {
  enter(index_);
  size_t n_free = 0, n_all = 0;
  check(cudaMemGetInfo(&n_free, &n_all), "cudaMemGetInfo");
  return static_cast<int64_t>(n_all - n_free);
}

std::unique_ptr<Memory> CudaDevice::allocate(size_t bytes) const { return std::make_unique<CudaMemory>(index_, bytes); }

void CudaDevice::upload(void* to, const void* from, size_t bytes) const {
  enter(index_);
  check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
  check(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice), "cudaMemcpy to the device");
  check(cudaDeviceSynchronize(), "cudaMemcpy to the device");
}

void CudaDevice::download(void* to, const void* from, size_t bytes) const {
  enter(index_);
  check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
  check(cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToHost), "cudaMemcpy from the device");
}

std::unique_ptr<Weight> CudaDevice::pack_rows(std::span<const float> rows, int64_t n_out, int64_t n_in, RowCount count,
                                              bool lookup) const {
  const int64_t stride = CudaWeight::padded(n_in);
  std::unique_ptr<Memory> memory = allocate(static_cast<size_t>(n_out * stride) * size_of(type_));
  std::vector<float> padded;
  if (stride != n_in) {
    padded.resize(static_cast<size_t>(n_out * stride), 0.0f);
    for (int64_t row = 0; row < n_out; ++row) {
      std::copy_n(rows.data() + row * n_in, n_in, padded.data() + row * stride);
    }
    rows = padded;
  }
  if (type_ == DataType::f32) {
    upload(memory->data(), rows.data(), rows.size_bytes());
  } else {
    const std::unique_ptr<Memory> wide = allocate(rows.size_bytes());
    upload(wide->data(), rows.data(), rows.size_bytes());
    convert(nullptr, static_cast<const float*>(wide->data()), static_cast<int64_t>(rows.size()), type_, memory->data());
    check_launch("convert");
    check(cudaDeviceSynchronize(), "convert");
  }
  return std::make_unique<CudaWeight>(std::move(memory), type_, n_out, n_in, count, lookup);
}

std::unique_ptr<Weight> CudaDevice::pack(std::span<const float> rows, int64_t n_out, int64_t n_in, bool lookup) const {
  return pack_rows(rows, n_out, n_in, lookup ? RowCount::few : RowCount::many, lookup);
}

std::unique_ptr<Weight> CudaDevice::pack_stored(const StoredMatrix& matrix, RowCount count, bool lookup) const {
  if (matrix.type == StoredType::f16 && type_ == DataType::f16 && matrix.n_in == CudaWeight::padded(matrix.n_in)) {
    std::unique_ptr<Memory> memory = allocate(matrix.bytes.size());
    upload(memory->data(), matrix.bytes.data(), matrix.bytes.size());
    return std::make_unique<CudaWeight>(std::move(memory), type_, matrix.n_out, matrix.n_in, count, lookup);
  }
  std::vector<float> rows(static_cast<size_t>(matrix.n_out * matrix.n_in));
  dequantise(matrix.type, matrix.bytes, rows);
  return pack_rows(rows, matrix.n_out, matrix.n_in, count, lookup);
}

std::unique_ptr<KeyValueCache> CudaDevice::make_cache(const CacheShape& shape) const {
  return std::make_unique<CudaCache>(shape, type_, *this);
}

std::unique_ptr<Executor> CudaDevice::open(const ExecutorOptions& options) const {
  return std::make_unique<CudaExecutor>(*this, options);
}

}  // namespace fw::cuda
