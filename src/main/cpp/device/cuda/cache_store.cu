// Floor: keys and values read once and written once; for the audio of a window of large-v3, 23 MB a layer, 6 us.
#include <type_traits>

#include "device/cuda/cache_layout.cuh"
#include "device/cuda/elements.cuh"
#include "device/cuda/kernels.h"
#include "device/cuda/launch.cuh"

namespace fw::cuda {
namespace {

/** Rows of a block: of a sound, whose values are then written along its places, and of a step, which has few. */
constexpr int kManyRows = 64;
constexpr int kFewRows = 4;
/** Up to so many rows, blocks of many would leave most multiprocessors idle: 128 rows of 16 heads took 19 us. */
constexpr int32_t kStepRows = 512;

/** Turned values are two apart from what would be in the same banks. */
template <typename S, int kRows>
constexpr int pitch = kRows + 4 / static_cast<int>(sizeof(S));

/** Places that values are written along together. */
constexpr int kInLine = 4;
template <typename S>
struct alignas(kInLine * sizeof(S)) InLine {
  S values[kInLine];
};

/** Whether rows go to places that follow one another from a multiple of kInLine on. */
__device__ inline bool in_line(const CachePlace* at) {
  bool follow = at[0].place % kInLine == 0;
#pragma unroll
  for (int e = 1; e < kInLine; ++e) follow = follow && at[e].slot == at[0].slot && at[e].place == at[0].place + e;
  return follow;
}

/** Writes values [head_dim][pitch] of n rows along the places of one head. */
template <typename S, int kRows>
__device__ void store_turned(const CacheView& cache, int32_t layer, int head, const S* turned, int n,
                             const CachePlace* at) {
  // Of a block of places, the threads behind one another write what lies behind one another.
  constexpr int kLines = (kRows < block_places ? kRows : block_places) / kInLine;
  const int dim = cache.shape.head_dim;
  for (int i = threadIdx.x; i < dim * (kRows / kInLine); i += blockDim.x) {
    const int d = i / kLines % dim, row = (i / (kLines * dim) * kLines + i % kLines) * kInLine;
    if (row >= n) continue;
    const S* const from = turned + d * pitch<S, kRows> + row;
    if (row + kInLine <= n && in_line(at + row)) {
      InLine<S> line;
#pragma unroll
      for (int e = 0; e < kInLine; ++e) line.values[e] = from[e];
      const CacheHead<S> to(cache, at[row].slot, layer, head);
      *reinterpret_cast<InLine<S>*>(to.values + value_at(at[row].place, d, dim)) = line;
    } else {
      for (int e = 0; e < kInLine && row + e < n; ++e) {
        const CacheHead<S> to(cache, at[row + e].slot, layer, head);
        to.values[value_at(at[row + e].place, d, dim)] = from[e];
      }
    }
  }
}

/** Where the rows of a block go, to shared memory. */
__device__ inline void load_places(const CachePlace* places, int row0, int n, CachePlace* at) {
  for (int i = threadIdx.x; i < n; i += blockDim.x) at[i] = places[row0 + i];
  __syncthreads();
}

/**
 * A block takes kRows rows of one head. The values of rows that lie behind one another go through shared memory, so
 * that they are written along the places. kWide: rows and heads begin at 16 bytes.
 */
template <typename T, int kRows, bool kWide>
__global__ void store_kernel(CacheView cache, int32_t layer, const T* key, int64_t key_stride, const T* value,
                             int64_t value_stride, int32_t n_rows, const CachePlace* places) {
  using Piece = std::conditional_t<kWide, uint4, T>;
  constexpr int kEach = sizeof(Piece) / sizeof(T);
  extern __shared__ __align__(16) unsigned char shared[];
  __shared__ CachePlace at[kRows];
  allow_next();
  wait_for_inputs();
  T* const turned = reinterpret_cast<T*>(shared);
  const int dim = cache.shape.head_dim, head = blockIdx.y, row0 = blockIdx.x * kRows, n_pieces = dim / kEach;
  const int n = min(kRows, n_rows - row0);
  load_places(places, row0, n, at);
  for (int i = threadIdx.x; i < n * n_pieces; i += blockDim.x) {
    const int row = i / n_pieces, d = i % n_pieces * kEach;
    const CacheHead<T> to(cache, at[row].slot, layer, head);
    const Piece k = *reinterpret_cast<const Piece*>(key + (row0 + row) * key_stride + head * dim + d);
    const Piece v = *reinterpret_cast<const Piece*>(value + (row0 + row) * value_stride + head * dim + d);
    *reinterpret_cast<Piece*>(to.keys + static_cast<int64_t>(at[row].place) * dim + d) = k;
#pragma unroll
    for (int e = 0; e < kEach; ++e) turned[(d + e) * pitch<T, kRows> + row] = reinterpret_cast<const T*>(&v)[e];
  }
  __syncthreads();
  store_turned<T, kRows>(cache, layer, head, turned, n, at);
}

/** device/eight_bit.h, eight_bit_scale. */
__device__ inline float scale_of_largest(float largest) {
  const uint32_t bits = __float_as_uint(__fdiv_rn(largest, largest_multiple));
  return __uint_as_float((bits + 0xffffu) & 0xffff0000u);
}

__device__ inline uint8_t byte_of(float value, float scale) {
  const float multiple = scale == 0.0f ? 0.0f : rintf(__fdiv_rn(value, scale));
  return static_cast<uint8_t>(zero_byte + static_cast<int>(multiple));
}

/** The same in eight bits: a warp takes a row at a time, for its scales; of a wide one, a lane a pair. */
template <typename T, int kRows, bool kWide>
__global__ void store_bytes_kernel(CacheView cache, int32_t layer, const T* key, int64_t key_stride, const T* value,
                                   int64_t value_stride, int32_t n_rows, const CachePlace* places) {
  constexpr int kEach = kWide ? 2 : 1;
  struct alignas(kEach * sizeof(T)) Piece {
    T values[kEach];
  };
  struct alignas(kEach) Bytes {
    uint8_t values[kEach];
  };
  extern __shared__ __align__(16) unsigned char shared[];
  __shared__ CachePlace at[kRows];
  allow_next();
  wait_for_inputs();
  const int dim = cache.shape.head_dim, head = blockIdx.y, row0 = blockIdx.x * kRows;
  const int n = min(kRows, n_rows - row0), lane = threadIdx.x % 32, n_warps = blockDim.x / 32;
  load_places(places, row0, n, at);
  for (int i = threadIdx.x / 32; i < n; i += n_warps) {
    const CacheHead<uint8_t> to(cache, at[i].slot, layer, head);
    const T* const k = key + (row0 + i) * key_stride + head * dim;
    const T* const v = value + (row0 + i) * value_stride + head * dim;
    float largest_key = 0.0f, largest_value = 0.0f;
    for (int d = lane * kEach; d < dim; d += 32 * kEach) {
      const Piece keys = *reinterpret_cast<const Piece*>(k + d), values = *reinterpret_cast<const Piece*>(v + d);
#pragma unroll
      for (int e = 0; e < kEach; ++e) {
        largest_key = fmaxf(largest_key, fabsf(to_float(keys.values[e])));
        largest_value = fmaxf(largest_value, fabsf(to_float(values.values[e])));
      }
    }
    const float key_scale = scale_of_largest(warp_max(largest_key));
    const float value_scale = scale_of_largest(warp_max(largest_value));
    for (int d = lane * kEach; d < dim; d += 32 * kEach) {
      const Piece keys = *reinterpret_cast<const Piece*>(k + d), values = *reinterpret_cast<const Piece*>(v + d);
      Bytes bytes;
#pragma unroll
      for (int e = 0; e < kEach; ++e) {
        bytes.values[e] = byte_of(to_float(keys.values[e]), key_scale);
        shared[(d + e) * pitch<uint8_t, kRows> + i] = byte_of(to_float(values.values[e]), value_scale);
      }
      *reinterpret_cast<Bytes*>(to.keys + static_cast<int64_t>(at[i].place) * dim + d) = bytes;
    }
    if (lane == 0) {
      to.key_scales[at[i].place] = __float2bfloat16_rn(key_scale);
      to.value_scales[at[i].place] = __float2bfloat16_rn(value_scale);
    }
  }
  __syncthreads();
  store_turned<uint8_t, kRows>(cache, layer, head, shared, n, at);
}

/** Bytes by 16, the threads of a block together. */
__device__ inline void copy_bytes(void* to, const void* from, int64_t bytes) {
  for (int64_t i = threadIdx.x; i < bytes / 16; i += blockDim.x) {
    static_cast<uint4*>(to)[i] = static_cast<const uint4*>(from)[i];
  }
}

/** A block copies one head of one layer. Whole blocks of values: what lies behind is not read before it is stored. */
template <typename S>
__global__ void copy_kernel(CacheView cache, const SlotCopy* copies) {
  const SlotCopy copy = copies[blockIdx.z];
  const CacheHead<S> from(cache, copy.from, blockIdx.y, blockIdx.x), to(cache, copy.to, blockIdx.y, blockIdx.x);
  const int64_t n_places = (copy.n_places + block_places - 1) / block_places * block_places;
  const int64_t bytes = n_places * cache.shape.head_dim * static_cast<int64_t>(sizeof(S));
  copy_bytes(to.keys, from.keys, bytes);
  copy_bytes(to.values, from.values, bytes);
  if constexpr (sizeof(S) == 1) {
    copy_bytes(to.key_scales, from.key_scales, n_places * static_cast<int64_t>(sizeof(bf16)));
    copy_bytes(to.value_scales, from.value_scales, n_places * static_cast<int64_t>(sizeof(bf16)));
  }
}

}  // namespace

void store(cudaStream_t stream, const CacheView& cache, int32_t layer, const Tensor& key, const Tensor& value,
           const CachePlace* places) {
  const auto n = static_cast<int32_t>(key.rows);
  const bool wide = begins_at_16(key) && begins_at_16(value) && cache.shape.head_dim % 8 == 0;
  with_storage(cache, [&](auto element, auto stored) {
    using T = decltype(element);
    using S = decltype(stored);
    const auto start = [&](auto rows, auto whole) {
      constexpr int kRows = decltype(rows)::value;
      constexpr bool kWide = decltype(whole)::value;
      const dim3 grid(static_cast<unsigned>((n + kRows - 1) / kRows), static_cast<unsigned>(cache.shape.n_heads));
      const auto kernel = std::is_same_v<T, S> ? store_kernel<T, kRows, kWide> : store_bytes_kernel<T, kRows, kWide>;
      const int bytes = cache.shape.head_dim * pitch<S, kRows> * static_cast<int>(sizeof(S));
      launch_early(stream, grid, kRows == kFewRows ? 128 : 256, static_cast<size_t>(bytes), kernel, cache, layer,
                   static_cast<const T*>(key.data), key.stride, static_cast<const T*>(value.data), value.stride, n,
                   places);
    };
    using Few = std::integral_constant<int, kFewRows>;
    using Many = std::integral_constant<int, kManyRows>;
    if (!wide) {
      start(Many{}, std::false_type{});
    } else if (n <= kStepRows) {
      start(Few{}, std::true_type{});
    } else {
      start(Many{}, std::true_type{});
    }
  });
}

void copy_slots(cudaStream_t stream, const CacheView& cache, const SlotCopy* copies, int32_t n_copies) {
  const dim3 grid(static_cast<unsigned>(cache.shape.n_heads), static_cast<unsigned>(cache.shape.n_layers),
                  static_cast<unsigned>(n_copies));
  with_storage(cache,
               [&](auto, auto stored) { copy_kernel<decltype(stored)><<<grid, 256, 0, stream>>>(cache, copies); });
}

}  // namespace fw::cuda
