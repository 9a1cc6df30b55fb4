// Floor: keys and values read once and written once; for the audio of a window of large-v3, 23 MB a layer, 6 us.
#include "device/cuda/cache_layout.cuh"
#include "device/cuda/elements.cuh"
#include "device/cuda/kernels.h"
#include "device/cuda/launch.cuh"

namespace fw::cuda {
namespace {

constexpr int kRows = 64;

/**
 * A block takes 64 rows of one head. The values of rows that lie behind one another go through shared memory, so that
 * they are written along the places.
 */
template <typename T>
__global__ void store_kernel(CacheView cache, int32_t layer, const T* key, int64_t key_stride, const T* value,
                             int64_t value_stride, int32_t n_rows, const CachePlace* places) {
  extern __shared__ __align__(16) unsigned char shared[];
  allow_next();
  wait_for_inputs();
  T* const turned = reinterpret_cast<T*>(shared);
  const int dim = cache.shape.head_dim, head = blockIdx.y, row0 = blockIdx.x * kRows;
  const int n = min(kRows, n_rows - row0), pitch = kRows + 2;
  for (int i = threadIdx.x; i < n * dim; i += blockDim.x) {
    const int row = row0 + i / dim, d = i % dim;
    const CachePlace at = places[row];
    const CacheHead<T> to(cache, at.slot, layer, head);
    to.keys[static_cast<int64_t>(at.place) * dim + d] = key[row * key_stride + head * dim + d];
    turned[d * pitch + i / dim] = value[row * value_stride + head * dim + d];
  }
  __syncthreads();
  for (int i = threadIdx.x; i < dim * kRows; i += blockDim.x) {
    const int row = i % kRows, d = i / kRows;
    if (row >= n) continue;
    const CachePlace at = places[row0 + row];
    const CacheHead<T> to(cache, at.slot, layer, head);
    to.values[value_at(at.place, d, dim)] = turned[d * pitch + row];
  }
}

/** A block copies one head of one layer. Whole blocks of values: what lies behind is not read before it is stored. */
template <typename T>
__global__ void copy_kernel(CacheView cache, const SlotCopy* copies) {
  const SlotCopy copy = copies[blockIdx.z];
  const CacheHead<T> from(cache, copy.from, blockIdx.y, blockIdx.x), to(cache, copy.to, blockIdx.y, blockIdx.x);
  const int64_t n_places = (copy.n_places + block_places - 1) / block_places * block_places;
  const int64_t n = n_places * cache.shape.head_dim * static_cast<int64_t>(sizeof(T)) / 16;
  for (int64_t i = threadIdx.x; i < n; i += blockDim.x) {
    reinterpret_cast<uint4*>(to.keys)[i] = reinterpret_cast<const uint4*>(from.keys)[i];
    reinterpret_cast<uint4*>(to.values)[i] = reinterpret_cast<const uint4*>(from.values)[i];
  }
}

}  // namespace

void store(cudaStream_t stream, const CacheView& cache, int32_t layer, const Tensor& key, const Tensor& value,
           const CachePlace* places) {
  const auto n = static_cast<int32_t>(key.rows);
  const dim3 grid(static_cast<unsigned>((n + kRows - 1) / kRows), static_cast<unsigned>(cache.shape.n_heads));
  with_type(cache.type, [&](auto element) {
    using T = decltype(element);
    const auto bytes = static_cast<unsigned>(cache.shape.head_dim * (kRows + 2)) * sizeof(T);
    launch_early(stream, grid, 256, bytes, store_kernel<T>, cache, layer, static_cast<const T*>(key.data), key.stride,
                 static_cast<const T*>(value.data), value.stride, n, places);
  });
}

void copy_slots(cudaStream_t stream, const CacheView& cache, const SlotCopy* copies, int32_t n_copies) {
  const dim3 grid(static_cast<unsigned>(cache.shape.n_heads), static_cast<unsigned>(cache.shape.n_layers),
                  static_cast<unsigned>(n_copies));
  with_type(cache.type, [&](auto element) {
    copy_kernel<decltype(element)><<<grid, 256, 0, stream>>>(cache, copies);
  });
}

}  // namespace fw::cuda
