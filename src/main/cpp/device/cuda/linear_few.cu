// Products of few rows: the steps of the decoder. Floor: the weight once from memory; large-v3's decoder has 1.7 GB of
// them in f16, 0.43 ms a step at 4 TB/s, and the 132 multiprocessors have to keep 40 KB each under way for that.
//
// A block takes 16 outputs; its warps take turns at slices of 32 inputs, and add up in a fixed order at the end. All
// weights of a block are on their way to shared memory before it waits for its inputs, so that few registers are taken
// and blocks of this kernel are on a multiprocessor beside those of the one before. Inputs of more than 1,280 are
// shared out among the blocks of a cluster, by the weight's shape alone. Which lane multiplies what does not depend on
// the number of rows: a row gives the same bits alone and among others.
#include <algorithm>

#include "device/cuda/async_copy.cuh"
#include "device/cuda/cluster.cuh"
#include "device/cuda/elements.cuh"
#include "device/cuda/kernels.h"
#include "device/cuda/launch.cuh"
#include "device/cuda/row_norm.cuh"

namespace fw::cuda {
namespace {

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * 32;
constexpr int kOutputs = 16;
constexpr int kSlice = 32;
/** Rows of x in one product of the tensor cores. */
constexpr int kRows = 8;
/** Slices of a warp whose weights are under way at once. */
constexpr int kAhead = 5;
/** Inputs of a block whose weights are under way at once. */
constexpr int kInputs = kWarps * kAhead * kSlice;
static_assert(kInputs == most_normed_inputs && kRows == most_normed_rows);
/** Most blocks of a cluster that have inputs of their own; of still longer rows each takes several turns. */
constexpr int kMostParts = 4;

/** A warp's weights: of each slice 16 bytes a lane of the outputs g, and of the outputs g + 8. */
using Weights = uint4[kAhead][2][32];
/** A warp's sums, where its weights were. */
template <int kTiles>
using Sums = float[kTiles * kRows][kOutputs + 1];

/** Normed rows in shared memory are so far apart that two of them, read together, are in different banks. */
__host__ __device__ constexpr int64_t normed_pitch(int64_t n_in) { return n_in + 32; }

/** What a block finds behind its weights: normed rows, or, in a cluster's first, the sums of the other parts. */
template <typename T>
size_t bytes_behind(const LinearShape& s, int tiles, int parts, bool norms) {
  if (norms) return static_cast<size_t>(s.n_rows * normed_pitch(s.n_in)) * sizeof(T);
  return static_cast<size_t>(parts - 1) * static_cast<size_t>(tiles * kRows * kOutputs) * sizeof(float);
}

/** Norms up to eight rows into shared memory, two at a time by 128 threads each. */
template <typename T>
__device__ void norm_rows(const RowNorm& norm, const RowOfLanes<norm_places>& weight,
                          const RowOfLanes<norm_places>& bias, int n_rows, int n, T* to) {
  __shared__ float part[kThreads / norm_places][2][norm_places / 32];
  const int half = threadIdx.x / norm_places, lane = threadIdx.x % norm_places;
  for (int first = 0; first < n_rows; first += kThreads / norm_places) {
    const int row = min(first + half, n_rows - 1);
    RowOfLanes<norm_places> values;
    values.load(norm.x + row * norm.x_stride, lane, n);
    const float scale = values.center(lane, n, part[half]);
#pragma unroll
    for (int i = 0; i < RowOfLanes<norm_places>::pieces; ++i) {
      const int at = lane + norm_places * i;
      if (at >= n / 4 || first + half >= n_rows) continue;
      write_4(to + row * normed_pitch(n) + 4 * at, normed(values.piece[i], scale, weight.piece[i], bias.piece[i]));
    }
  }
  __syncthreads();
}

template <typename T, typename Y, int kTiles, bool kNorms>
__global__ void __launch_bounds__(kThreads, kTiles <= 2 ? 3 : 2)
    linear_few_kernel(LinearShape s, const T* x, RowNorm norm, const T* w, const Y* bias, const float* residual, Y* y) {
  extern __shared__ __align__(16) unsigned char shared[];
  Weights* const weights = reinterpret_cast<Weights*>(shared);
  unsigned char* const behind = shared + kWarps * sizeof(Weights);
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const int64_t out0 = static_cast<int64_t>(blockIdx.x) * kOutputs;
  const int64_t row0 = static_cast<int64_t>(blockIdx.y) * (kTiles * kRows);
  const int block = static_cast<int>(blockIdx.z), n_parts = static_cast<int>(gridDim.z);
  const int n_slices = static_cast<int>((s.n_in + kSlice - 1) / kSlice);
  const int slices_of_part = (n_slices + n_parts - 1) / n_parts;
  const int begin = block * slices_of_part + warp, end = min(n_slices, (block + 1) * slices_of_part);
  // n_in is a multiple of 8: a lane's 8 inputs are all there or none.
  const auto input = [&](int first, int j) { return static_cast<int64_t>(first + j * kWarps) * kSlice + 8 * t; };
  const auto is_there = [&](int first, int j) { return first + j * kWarps < end && input(first, j) < s.n_in; };
  const auto fetch_weights = [&](int first) {
    const T* const low = w + (out0 + g < s.n_out ? out0 + g : s.n_out - 1) * s.w_stride;
    const T* const high = w + (out0 + g + 8 < s.n_out ? out0 + g + 8 : s.n_out - 1) * s.w_stride;
#pragma unroll
    for (int j = 0; j < kAhead; ++j) {
      const bool there = is_there(first, j);
      copy_16(&weights[warp][j][0][lane], there ? low + input(first, j) : low, there);
      copy_16(&weights[warp][j][1][lane], there ? high + input(first, j) : high, there);
    }
    close_stage();
  };
  allow_next();
  fetch_weights(begin);
  if (n_parts > 1) arrive_at_cluster();

  // What a thread of the first block gives: the values threadIdx.x + kThreads i of the tiles.
  constexpr int kValues = kTiles * kRows * kOutputs;
  constexpr int kEach = (kValues + kThreads - 1) / kThreads;
  const auto row_of = [&](int i) { return row0 + i / kOutputs; };
  const auto out_of = [&](int i) { return out0 + i % kOutputs; };
  const auto gives = [&](int i) { return block == 0 && i < kValues && row_of(i) < s.n_rows && out_of(i) < s.n_out; };
  const auto bias_of = [&](int i) { return bias != nullptr && gives(i) ? to_float(bias[out_of(i)]) : 0.0f; };
  const auto residual_of = [&](int i) {
    return residual != nullptr && gives(i) ? residual[row_of(i) * s.residual_stride + out_of(i)] : 0.0f;
  };
  // Of few rows read before they are needed.
  constexpr bool kEarly = kEach == 1;
  const float early_bias = kEarly ? bias_of(threadIdx.x) : 0.0f;
  RowOfLanes<norm_places> norm_weight, norm_bias;
  if constexpr (kNorms) {
    norm_weight.load(norm.weight, threadIdx.x % norm_places, static_cast<int>(s.n_in));
    norm_bias.load(norm.bias, threadIdx.x % norm_places, static_cast<int>(s.n_in));
  }
  wait_for_inputs();
  const float early_residual = kEarly ? residual_of(threadIdx.x) : 0.0f;
  // Rows behind the last are the last.
  const int last = static_cast<int>(min(s.n_rows - row0, int64_t{kTiles * kRows})) - 1;
  const T* rows = x + row0 * s.x_stride;
  int from[kTiles];
  if constexpr (kNorms) {
    T* const normed_rows = reinterpret_cast<T*>(behind);
    norm_rows(norm, norm_weight, norm_bias, last + 1, static_cast<int>(s.n_in), normed_rows);
    rows = normed_rows;
    from[0] = min(g, last) * static_cast<int>(normed_pitch(s.n_in));
  } else {
#pragma unroll
    for (int i = 0; i < kTiles; ++i) from[i] = min(i * kRows + g, last) * static_cast<int>(s.x_stride);
  }
  const auto inputs = [&](int tile, int first, int j) {
    return is_there(first, j) ? *reinterpret_cast<const uint4*>(rows + from[tile] + input(first, j)) : uint4{};
  };
  // Two sums, so that a product need not wait for the one before.
  float c[kTiles][2][4] = {};
  for (int first = begin; first < end; first += kWarps * kAhead) {
    if (first != begin) fetch_weights(first);
    // Inputs that are not in shared memory come with the last of the weights.
    constexpr bool kInputsAhead = kTiles == 1 && !kNorms;
    uint4 ahead[kInputsAhead ? kAhead : 1];
    if constexpr (kInputsAhead) {
#pragma unroll
      for (int j = 0; j < kAhead; ++j) ahead[j] = inputs(0, first, j);
    }
    wait_stages<0>();
    // Of many rows one at a time, for want of registers.
    constexpr int kUnrolled = kTiles == 8 ? 1 : kAhead;
#pragma unroll kUnrolled
    for (int j = 0; j < kAhead; ++j) {
      const uint4 low = weights[warp][j][0][lane], high = weights[warp][j][1][lane];
#pragma unroll
      for (int i = 0; i < kTiles; ++i) {
        const uint4 v = kInputsAhead ? ahead[j] : inputs(i, first, j);
        multiply_add<T>(c[i][0], low.x, high.x, low.y, high.y, v.x, v.y);
        multiply_add<T>(c[i][1], low.z, high.z, low.w, high.w, v.z, v.w);
      }
    }
  }
  wait_stages<0>();
  __syncwarp();
  static_assert(sizeof(Sums<kTiles>) <= sizeof(Weights));
  Sums<kTiles>& sums = *reinterpret_cast<Sums<kTiles>*>(&weights[warp]);
#pragma unroll
  for (int i = 0; i < kTiles; ++i) {
    sums[i * kRows + 2 * t][g] = c[i][0][0] + c[i][1][0];
    sums[i * kRows + 2 * t + 1][g] = c[i][0][1] + c[i][1][1];
    sums[i * kRows + 2 * t][g + 8] = c[i][0][2] + c[i][1][2];
    sums[i * kRows + 2 * t + 1][g + 8] = c[i][0][3] + c[i][1][3];
  }
  __syncthreads();
  float* const of_parts = reinterpret_cast<float*>(behind);
  if (n_parts > 1) wait_for_cluster();
  float value[kEach];
#pragma unroll
  for (int e = 0; e < kEach; ++e) {
    const int i = threadIdx.x + e * kThreads;
    if (i >= kValues || row_of(i) >= s.n_rows) continue;
    float sum = kEarly ? early_bias : bias_of(i);
#pragma unroll
    for (int j = 0; j < kWarps; ++j) {
      sum += reinterpret_cast<const Sums<kTiles>&>(weights[j])[i / kOutputs][i % kOutputs];
    }
    value[e] = sum;
    if (block != 0) write_to_first(of_parts + (block - 1) * kValues + i, sum);
  }
  if (n_parts > 1) {
    arrive_at_cluster();
    if (block != 0) return;
    wait_for_cluster();
  }
#pragma unroll
  for (int e = 0; e < kEach; ++e) {
    const int i = threadIdx.x + e * kThreads;
    if (!gives(i)) continue;
    float sum = value[e];
    for (int j = 1; j < n_parts; ++j) sum += of_parts[(j - 1) * kValues + i];
    if (s.gelu) sum = gelu(sum);
    y[row_of(i) * s.y_stride + out_of(i)] = from_float<Y>(sum + (kEarly ? early_residual : residual_of(i)));
  }
}

/** Blocks that share out the inputs of a weight. */
int parts_of(int64_t n_in) {
  if (!launches_early()) return 1;
  return static_cast<int>(std::min<int64_t>((n_in + kInputs - 1) / kInputs, kMostParts));
}

/** x may be null where rows are normed. */
template <typename T, typename Y>
void launch(cudaStream_t stream, const LinearShape& s, const T* x, const RowNorm& norm, const T* w, const Y* bias,
            const float* residual, Y* y) {
  const int parts = parts_of(s.n_in);
  const auto start = [&](auto kernel, int tiles) {
    const dim3 grid(static_cast<unsigned>((s.n_out + kOutputs - 1) / kOutputs),
                    static_cast<unsigned>((s.n_rows + tiles * kRows - 1) / (tiles * kRows)),
                    static_cast<unsigned>(parts));
    const size_t bytes = kWarps * sizeof(Weights) + bytes_behind<T>(s, tiles, parts, norm.x != nullptr);
    launch_clusters_early(stream, grid, grid.z, kThreads, bytes, kernel, s, x, norm, w, bias, residual, y);
  };
  if (norm.x != nullptr) {
    start(linear_few_kernel<T, Y, 1, true>, 1);
  } else if (s.n_rows <= 8 || s.n_out <= kOutputs) {
    // Also the last outputs of a product of many rows, whose blocks would be two.
    start(linear_few_kernel<T, Y, 1, false>, 1);
  } else if (s.n_rows <= 16) {
    start(linear_few_kernel<T, Y, 2, false>, 2);
  } else if (s.n_rows <= 32) {
    start(linear_few_kernel<T, Y, 4, false>, 4);
  } else {
    start(linear_few_kernel<T, Y, 8, false>, 8);
  }
}

template <typename T>
void launch_type(cudaStream_t stream, const LinearShape& s, const void* x, const RowNorm& norm, const void* w,
                 const void* bias, const float* residual, DataType y_type, void* y) {
  if (y_type == DataType::f32) {
    launch<T, float>(stream, s, static_cast<const T*>(x), norm, static_cast<const T*>(w),
                     static_cast<const float*>(bias), residual, static_cast<float*>(y));
  } else {
    launch<T, T>(stream, s, static_cast<const T*>(x), norm, static_cast<const T*>(w), static_cast<const T*>(bias),
                 residual, static_cast<T*>(y));
  }
}

}  // namespace

void linear_few(cudaStream_t stream, const LinearShape& shape, DataType type, const void* x, const void* w,
                const void* bias, const float* residual, DataType y_type, void* y, const RowNorm& norm) {
  if (type == DataType::f16) {
    launch_type<half>(stream, shape, x, norm, w, bias, residual, y_type, y);
  } else {
    launch_type<bf16>(stream, shape, x, norm, w, bias, residual, y_type, y);
  }
}

}  // namespace fw::cuda
