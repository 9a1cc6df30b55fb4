// Attention of a step's rows over cached keys and values. Floor: the keys and values of a slot once from memory for all
// its rows; large-v3's audio is 246 MB a window in f16, 7.9 ms a step of 128 windows at 4 TB/s, and in eight bits 127
// MB with its scales, 4.1 ms. The tensor cores do the arithmetic with one to sixteen of their sixteen rows in use, 0.5
// Tflop a step of 128: under a tenth of that time. Bytes become halves by a permutation and a subtraction for two of
// them, 128 instructions a warp for 4 KB, of some 900 that a multiprocessor can issue while they come.
//
// A block takes one group of rows and one head; its warps take turns at blocks of 64 places and are joined at the end
// in a fixed order. Of few rows a cluster of blocks shares them out: 20 multiprocessors took 8 us for the 20 heads of a
// window. A row's result depends on its slot and length alone.
#include <cmath>
#include <type_traits>

#include "device/cuda/async_copy.cuh"
#include "device/cuda/cached_fragments.cuh"
#include "device/cuda/cluster.cuh"
#include "device/cuda/kernels.h"
#include "device/cuda/launch.cuh"

namespace fw::cuda {
namespace {

constexpr int kWarps = 4;
/** Of a lane of a few rows, whose blocks would leave multiprocessors idle: blocks of a cluster, and warps without. */
constexpr int kParts = 6;
constexpr int kWarpsAlone = 12;
/** Places of a cache of text, of which most are empty. */
constexpr int kShortPlaces = 512;

/** What a block of a cluster hands to the first for a row: its values, and its largest score and total behind them. */
template <int kDim>
using PartOfRow = float[kDim + 2];

/** Shared memory of a block: what its warps have for each row, and, in a cluster, what each block has. */
template <int kDim>
constexpr int bytes_of_block(int n_warps, int n_parts) {
  const int of_parts = n_parts > 1 ? n_parts * static_cast<int>(sizeof(PartOfRow<kDim>)) : 0;
  return rows_of_group * (n_warps * (kDim + 1) * static_cast<int>(sizeof(float)) + of_parts);
}

/**
 * kFew: of so few rows that the GPU is not filled, and it is the time of a block that counts: what it reads is brought
 * into the second cache before it may be read, and warps take turns at halves of blocks.
 */
template <typename T, typename S, int kDim, int kWarps, int kParts, bool kFew, int kHalves>
__global__ void __launch_bounds__(kWarps * 32)
    cached_attention_kernel(CacheView cache, int32_t layer, const T* query, int64_t q_stride, const RowGroup* groups,
                            const CacheReach* reach, float scale, T* y, int64_t y_stride) {
  constexpr int kOut = kDim / 8;
  extern __shared__ float shared[];
  float(*const joined)[rows_of_group][kDim + 1] = reinterpret_cast<float(*)[rows_of_group][kDim + 1]>(shared);
  __shared__ float largest_of[kWarps][rows_of_group];
  __shared__ float total_of[kWarps][rows_of_group];
  allow_next();
  const RowGroup group = groups[blockIdx.x];
  if (group.n_rows == 0) return;
  if (kParts > 1) arrive_at_cluster();
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4, head = blockIdx.y;
  const int block = kParts > 1 ? static_cast<int>(blockIdx.z) : 0;
  const CacheHead<const S> from(cache, group.slot, layer, head);
  const int length[2] = {g < group.n_rows ? reach[group.first + g].length : 0,
                         g + 8 < group.n_rows ? reach[group.first + g + 8].length : 0};
  float o[kOut][4] = {};
  float largest[2] = {-INFINITY, -INFINITY}, total[2] = {};
  // Halves of blocks: a warp's first is half `warp`, or in block `warp`.
  const auto next_half = [](int half) {
    if (kFew) return half + kWarps * kParts;
    return half % 2 == 0 ? half + 1 : half + 2 * kWarps - 1;
  };
  const int n_halves = (group.longest + places_at_a_time - 1) / places_at_a_time;
  int half = kFew ? kWarps * block + warp : 2 * warp;
  if (kFew && lane == 0) {
    constexpr uint32_t bytes = places_at_a_time * kDim * sizeof(S);
    for (int i = half; i < n_halves; i = next_half(i)) {
      fetch_ahead(from.keys + static_cast<int64_t>(i) * places_at_a_time * kDim, bytes);
      fetch_ahead(from.values + static_cast<int64_t>(i) * places_at_a_time * kDim, bytes);
    }
  }
  wait_for_inputs();
  const Queries<T, S, kDim> q(query + group.first * q_stride + head * kDim, q_stride, group.n_rows, g, t);
  // Bytes are half as much under way: their values too are asked for a turn ahead.
  constexpr bool values_ahead = std::is_same_v<S, uint8_t>;
  Keys<T, S, kDim> keys;
  Values<T, S, kDim> values;
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
  const auto give = [&](int row, int d, float value, float sum) {
    y[(group.first + row) * y_stride + head * kDim + d] =
        from_float<T>(value / sum * (1.0f / Values<T, S, kDim>::raised));
  };
  auto* const parts = reinterpret_cast<PartOfRow<kDim>(*)[rows_of_group]>(shared + kWarps * rows_of_group * (kDim + 1));
  if (kParts > 1) wait_for_cluster();
  for (int i = threadIdx.x; i < group.n_rows * kDim; i += kWarps * 32) {
    const int row = i / kDim, d = i % kDim;
    float high = -INFINITY;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) high = fmaxf(high, largest_of[w][row]);
    // A block of a cluster may have no places.
    const float base = kParts > 1 && high == -INFINITY ? 0.0f : high;
    float sum = 0.0f, value = 0.0f;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) {
      const float share = exp2_fast(largest_of[w][row] - base);
      sum += share * total_of[w][row];
      value += share * joined[w][row][d];
    }
    if constexpr (kParts == 1) {
      give(row, d, value, sum);
    } else {
      write_to_first(&parts[block][row][d], value);
      if (d == 0) {
        write_to_first(&parts[block][row][kDim], high);
        write_to_first(&parts[block][row][kDim + 1], sum);
      }
    }
  }
  if constexpr (kParts > 1) {
    arrive_at_cluster();
    if (block != 0) return;
    wait_for_cluster();
    for (int i = threadIdx.x; i < group.n_rows * kDim; i += kWarps * 32) {
      const int row = i / kDim, d = i % kDim;
      float high = -INFINITY;
#pragma unroll
      for (int p = 0; p < kParts; ++p) high = fmaxf(high, parts[p][row][kDim]);
      float sum = 0.0f, value = 0.0f;
#pragma unroll
      for (int p = 0; p < kParts; ++p) {
        const float share = exp2_fast(parts[p][row][kDim] - high);
        sum += share * parts[p][row][kDim + 1];
        value += share * parts[p][row][d];
      }
      give(row, d, value, sum);
    }
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
      const auto start = [&](auto dim, auto warps, auto parts, auto few_rows) {
        constexpr int kDim = decltype(dim)::value, kWarpsOfBlock = decltype(warps)::value;
        constexpr int kPartsOfHead = decltype(parts)::value;
        constexpr bool kFew = decltype(few_rows)::value;
        const auto kernel = groups.most_rows <= rows_of_group / 2
                                ? cached_attention_kernel<T, S, kDim, kWarpsOfBlock, kPartsOfHead, kFew, 1>
                                : cached_attention_kernel<T, S, kDim, kWarpsOfBlock, kPartsOfHead, kFew, 2>;
        launch_clusters_early(stream, dim3(grid.x, grid.y, kPartsOfHead), kPartsOfHead, kWarpsOfBlock * 32,
                              bytes_of_block<kDim>(kWarpsOfBlock, kPartsOfHead), kernel, cache, layer, q, query.stride,
                              groups.data, reach, scale, to, y.stride);
      };
      using Yes = std::true_type;
      using No = std::false_type;
      using One = std::integral_constant<int, 1>;
      using Short = std::integral_constant<int, 2>;
      using Many = std::integral_constant<int, kWarps>;
      using Alone = std::integral_constant<int, kWarpsAlone>;
      using Cluster = std::integral_constant<int, kParts>;
      using Wide = std::integral_constant<int, 64>;
      using Narrow = std::integral_constant<int, 32>;
      if (begins_at_16(query) && cache.shape.head_dim == 64) {
        // A text of some dozens of tokens is one or two blocks of places: more warps would only be joined.
        if (cache.padded_places <= kShortPlaces) {
          return few ? start(Wide{}, Short{}, One{}, Yes{}) : start(Wide{}, Short{}, One{}, No{});
        }
        if (!few) return start(Wide{}, Many{}, One{}, No{});
        return launches_early() ? start(Wide{}, Many{}, Cluster{}, Yes{}) : start(Wide{}, Alone{}, One{}, Yes{});
      }
      if (begins_at_16(query) && cache.shape.head_dim == 32) return start(Narrow{}, Many{}, One{}, No{});
    }
    const auto bytes = static_cast<unsigned>(cache.padded_places) * static_cast<unsigned>(sizeof(float));
    cached_attention_plain_kernel<T, S>
        <<<grid, 256, bytes, stream>>>(cache, layer, q, query.stride, groups.data, reach, scale, to, y.stride);
  });
}

}  // namespace fw::cuda
