// Attention of a step's rows over cached keys and values. Floor: the keys and values of a slot once from memory for all
// its rows; large-v3's audio is 246 MB a window in f16, 7.9 ms a step of 128 windows at 4 TB/s, and in eight bits 127
// MB with its scales, 4.1 ms. The tensor cores do the arithmetic with one to sixteen of their sixteen rows in use, 0.5
// Tflop a step of 128: under a tenth of that time. Bytes become halves by a permutation and a subtraction for two of
// them, 128 instructions a warp for 4 KB, of some 900 that a multiprocessor can issue while they come.
//
// A block takes one group of rows and one head; its warps take turns at blocks of 64 places and are joined at the end
// in a fixed order. A row's result depends on its slot and length alone.
#include <cmath>
#include <type_traits>

#include "device/cuda/cached_fragments.cuh"
#include "device/cuda/kernels.h"
#include "device/cuda/launch.cuh"

namespace fw::cuda {
namespace {

/** Warps of a block; of a lane of a few rows, whose blocks would leave multiprocessors idle, 12. */
constexpr int kWarps = 4;
/** Places of a cache of text, of which most are empty. */
constexpr int kShortPlaces = 512;

template <typename T, typename S, int kDim, int kWarps, int kHalves>
__global__ void __launch_bounds__(kWarps * 32)
    cached_attention_kernel(CacheView cache, int32_t layer, const T* query, int64_t q_stride, const RowGroup* groups,
                            const CacheReach* reach, float scale, T* y, int64_t y_stride) {
  constexpr int kOut = kDim / 8;
  extern __shared__ float shared[];
  float(*const joined)[rows_of_group][kDim + 1] = reinterpret_cast<float(*)[rows_of_group][kDim + 1]>(shared);
  __shared__ float largest_of[kWarps][rows_of_group];
  __shared__ float total_of[kWarps][rows_of_group];
  allow_next();
  wait_for_inputs();
  const RowGroup group = groups[blockIdx.x];
  if (group.n_rows == 0) return;
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4, head = blockIdx.y;
  const CacheHead<const S> from(cache, group.slot, layer, head);
  const Queries<T, S, kDim> q(query + group.first * q_stride + head * kDim, q_stride, group.n_rows, g, t);
  const int length[2] = {g < group.n_rows ? reach[group.first + g].length : 0,
                         g + 8 < group.n_rows ? reach[group.first + g + 8].length : 0};
  float o[kOut][4] = {};
  float largest[2] = {-INFINITY, -INFINITY}, total[2] = {};
  // Halves of blocks: a warp's first is in block `warp`.
  const auto next_half = [](int half) { return half % 2 == 0 ? half + 1 : half + 2 * kWarps - 1; };
  const int n_halves = (group.longest + places_at_a_time - 1) / places_at_a_time;
  // Bytes are half as much under way: their values too are asked for a turn ahead.
  constexpr bool values_ahead = std::is_same_v<S, uint8_t>;
  Keys<T, S, kDim> keys;
  Values<T, S, kDim> values;
  int half = 2 * warp;
  if (half < n_halves) {
    keys.load(from, half * places_at_a_time, g, t);
    if (values_ahead) values.load(from, half * places_at_a_time, g, t);
  }
  while (half < n_halves) {
    const int first = half * places_at_a_time;
    if (!values_ahead) values.load(from, first, g, t);
    float c[4][4];
    keys.score(q, c);
    half = next_half(half);
    if (half < n_halves) keys.load(from, half * places_at_a_time, g, t);
#pragma unroll
    for (int h = 0; h < kHalves; ++h) {
      float high = largest[h];
#pragma unroll
      for (int i = 0; i < 4; ++i) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          float& score = c[i][2 * h + e];
          score = first + 8 * t + 2 * i + e < length[h] ? score * scale : -INFINITY;
          high = fmaxf(high, score);
        }
      }
      high = fmaxf(high, __shfl_xor_sync(0xffffffffu, high, 1));
      high = fmaxf(high, __shfl_xor_sync(0xffffffffu, high, 2));
      // A row that ends before this block has no largest score yet, or keeps its own.
      const float base = high == -INFINITY ? 0.0f : high;
      const float shrink = exp2_fast(largest[h] - base);
      largest[h] = high;
      float sum = 0.0f;
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        c[i][2 * h] = exp2_fast(c[i][2 * h] - base);
        c[i][2 * h + 1] = exp2_fast(c[i][2 * h + 1] - base);
        sum += c[i][2 * h] + c[i][2 * h + 1];
      }
      total[h] = total[h] * shrink + sum;
#pragma unroll
      for (int d = 0; d < kOut; ++d) {
        o[d][2 * h] *= shrink;
        o[d][2 * h + 1] *= shrink;
      }
    }
    values.template add<kHalves>(c, o);
    if (values_ahead && half < n_halves) values.load(from, half * places_at_a_time, g, t);
  }
#pragma unroll
  for (int h = 0; h < kHalves; ++h) {
    const int row = g + 8 * h;
    total[h] += __shfl_xor_sync(0xffffffffu, total[h], 1);
    total[h] += __shfl_xor_sync(0xffffffffu, total[h], 2);
    if (t == 0) {
      largest_of[warp][row] = largest[h];
      total_of[warp][row] = total[h];
    }
#pragma unroll
    for (int d = 0; d < kOut; ++d) {
      joined[warp][row][8 * d + 2 * t] = o[d][2 * h];
      joined[warp][row][8 * d + 2 * t + 1] = o[d][2 * h + 1];
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < group.n_rows * kDim; i += kWarps * 32) {
    const int row = i / kDim, d = i % kDim;
    float high = -INFINITY;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) high = fmaxf(high, largest_of[w][row]);
    float sum = 0.0f, value = 0.0f;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) {
      const float share = exp2_fast(largest_of[w][row] - high);
      sum += share * total_of[w][row];
      value += share * joined[w][row][d];
    }
    y[(group.first + row) * y_stride + head * kDim + d] =
        from_float<T>(value / sum * (1.0f / Values<T, S, kDim>::raised));
  }
}

/** For checks: a block a row and head, all scores in shared memory. */
template <typename T, typename S>
__global__ void cached_attention_plain_kernel(CacheView cache, int32_t layer, const T* query, int64_t q_stride,
                                              const RowGroup* groups, const CacheReach* reach, float scale, T* y,
                                              int64_t y_stride) {
  extern __shared__ float shared[];
  float* const scores = shared;
  __shared__ float part[32];
  const RowGroup group = groups[blockIdx.x];
  const int dim = cache.shape.head_dim, head = blockIdx.y, n_warps = blockDim.x / 32;
  const CacheHead<const S> from(cache, group.slot, layer, head);
  for (int row = group.first; row < group.first + group.n_rows; ++row) {
    const T* q = query + row * q_stride + head * dim;
    const int n = reach[row].length;
    float high = -INFINITY;
    for (int place = threadIdx.x; place < n; place += blockDim.x) {
      float score = 0.0f;
      for (int d = 0; d < dim; ++d) score = fmaf(to_float(q[d]), from.key(place, d, dim), score);
      scores[place] = score * scale;
      high = fmaxf(high, scores[place]);
    }
    high = warp_max(high);
    if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = high;
    __syncthreads();
    for (int i = 0; i < n_warps; ++i) high = fmaxf(high, part[i]);
    __syncthreads();
    float sum = 0.0f;
    for (int place = threadIdx.x; place < n; place += blockDim.x) {
      scores[place] = exp2f(scores[place] - high);
      sum += scores[place];
    }
    sum = warp_sum(sum);
    if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = sum;
    __syncthreads();
    sum = 0.0f;
    for (int i = 0; i < n_warps; ++i) sum += part[i];
    for (int d = threadIdx.x; d < dim; d += blockDim.x) {
      float value = 0.0f;
      for (int place = 0; place < n; ++place) {
        value = fmaf(scores[place], from.value(place, d, dim), value);
      }
      y[row * y_stride + head * dim + d] = from_float<T>(value / sum);
    }
    __syncthreads();
  }
}

}  // namespace

void cached_attention(cudaStream_t stream, const CacheView& cache, int32_t layer, const Tensor& query,
                      const RowGroups& groups, const CacheReach* reach, bool few, const Tensor& y) {
  const dim3 grid(static_cast<unsigned>(groups.n), static_cast<unsigned>(cache.shape.n_heads));
  const float scale = score_scale(cache);
  with_storage(cache, [&](auto element, auto stored) {
    using T = decltype(element);
    using S = decltype(stored);
    const auto* q = static_cast<const T*>(query.data);
    auto* to = static_cast<T*>(y.data);
    if constexpr (sizeof(T) == 2) {
      const auto start = [&](auto dim, auto warps) {
        constexpr int kDim = decltype(dim)::value, kWarpsOfBlock = decltype(warps)::value;
        constexpr int bytes = kWarpsOfBlock * rows_of_group * (kDim + 1) * static_cast<int>(sizeof(float));
        const auto kernel = groups.most_rows <= rows_of_group / 2
                                ? cached_attention_kernel<T, S, kDim, kWarpsOfBlock, 1>
                                : cached_attention_kernel<T, S, kDim, kWarpsOfBlock, 2>;
        if (bytes > 48 * 1024) cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
        launch_early(stream, grid, kWarpsOfBlock * 32, bytes, kernel, cache, layer, q, query.stride, groups.data, reach,
                     scale, to, y.stride);
      };
      using Few = std::integral_constant<int, 12>;
      using Short = std::integral_constant<int, 2>;
      using Many = std::integral_constant<int, kWarps>;
      using Wide = std::integral_constant<int, 64>;
      using Narrow = std::integral_constant<int, 32>;
      if (begins_at_16(query) && cache.shape.head_dim == 64) {
        // A text of some dozens of tokens is one or two blocks of places: more warps would only be joined.
        if (cache.padded_places <= kShortPlaces) return start(Wide{}, Short{});
        return few ? start(Wide{}, Few{}) : start(Wide{}, Many{});
      }
      if (begins_at_16(query) && cache.shape.head_dim == 32) return start(Narrow{}, Many{});
    }
    const auto bytes = static_cast<unsigned>(cache.padded_places) * static_cast<unsigned>(sizeof(float));
    cached_attention_plain_kernel<T, S>
        <<<grid, 256, bytes, stream>>>(cache, layer, q, query.stride, groups.data, reach, scale, to, y.stride);
  });
}

}  // namespace fw::cuda
