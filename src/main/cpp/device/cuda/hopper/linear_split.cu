// Products of some more rows than linear_few takes: a decoder's steps of 25 to 128 rows. Floor: the weight once from
// memory, 0.5 us (1024 x 1024 in f16) to 3.3 us (1280 x 5120) at 4 TB/s; arithmetic takes 2 us at most. They take two
// to five times that: each tile of outputs reads all rows again, 25 MB with the weight for 128 x 1024 x 4096, 4 us at
// the 6 TB/s of the L2 cache, and to begin, to join sums and to end takes some 2 us.
//
// A block has 64 outputs, 32 to 128 rows and a part of the inputs: of a narrow weight the tiles alone would leave most
// multiprocessors idle. The blocks of a tile are a cluster, each of which adds up some rows of all blocks' sums, in the
// order of the blocks. One warp brings tiles, those of the weight before the kernel in front has ended, and eight
// multiply. Tile and parts depend on the weight and on the most rows of a lane: a row gives the same bits alone and
// among others.
#include "device/cuda/cluster.cuh"
#include "device/cuda/elements.cuh"
#include "device/cuda/hopper/async.cuh"
#include "device/cuda/hopper/tensor_map.h"
#include "device/cuda/hopper/warpgroup.cuh"
#include "device/cuda/kernels.h"
#include "device/cuda/launch.cuh"

namespace fw::cuda {
namespace {

/** Inputs of a stage: rows of 128 bytes in shared memory. */
constexpr int kSlice = box_columns;
constexpr int kOuts = 64;
/** From so many outputs on, tiles alone are blocks enough, and cuBLAS is faster from 33 rows on. */
constexpr int64_t kWideOutputs = 2048;
/** Of the layers of a decoder; the product of a vocabulary is long enough for cuBLAS. */
constexpr int64_t kMostOutputs = 8192;
constexpr int kGroups = 2;
constexpr int kGroupWarps = 4;
/** Of the warps that multiply; one more brings the tiles. */
constexpr int kThreads = 32 * kGroups * kGroupWarps;

/**
 * A block has kRows rows, kOuts outputs and a part of the inputs; the kParts blocks of a cluster have all. Two groups
 * of four warps take turns at the slices, of which kStages are in shared memory.
 */
template <int kRows_, int kParts_, int kStages_>
struct Plan {
  static constexpr int kRows = kRows_;
  static constexpr int kParts = kParts_;
  static constexpr int kStages = kStages_;
  /** Rows of one product, and how many products make the tile. */
  static constexpr int kRowsAtOnce = kRows < 64 ? kRows : 64;
  static constexpr int kTurns = kRows / kRowsAtOnce;
  /** Rows whose sums a block adds up. */
  static constexpr int kOwnRows = kRows / kParts;
  static constexpr int kStageElements = (kRows + kOuts) * kSlice;
  static constexpr int kStageBytes = kStages * kStageElements * 2;
  /** Sums come where the stages have been. */
  static constexpr int kSumBytes = kRows * kOuts * 4;
  static constexpr int kTileBytes = kStageBytes > kSumBytes ? kStageBytes : kSumBytes;
  static constexpr int kSharedBytes = kTileBytes + 2 * kStages * static_cast<int>(sizeof(SharedBarrier));
  // A group meets every phase of its stages.
  static_assert(kStages % kGroups == 0 && kRows % kParts == 0);
};

/** Waits until all warps that multiply have come so far. */
__device__ inline void wait_for_warps() { asm volatile("bar.sync 1, %0;" ::"n"(kThreads) : "memory"); }

/** Where a sum lies in a row of them: those that a warp writes at once are in different banks. */
__device__ inline int sum_place(int row, int out) { return out ^ (8 * (row / 2 & 3)); }

/** Four values that follow one another, or the first n of them. */
template <typename T>
__device__ inline float4 read_some(const T* from, int64_t n, bool wide) {
  if (wide) {
    if constexpr (sizeof(T) == 4) {
      return *reinterpret_cast<const float4*>(from);
    } else {
      const uint2 packed = *reinterpret_cast<const uint2*>(from);
      const T* const v = reinterpret_cast<const T*>(&packed);
      return {to_float(v[0]), to_float(v[1]), to_float(v[2]), to_float(v[3])};
    }
  }
  return {to_float(from[0]), n > 1 ? to_float(from[1]) : 0.0f, n > 2 ? to_float(from[2]) : 0.0f,
          n > 3 ? to_float(from[3]) : 0.0f};
}
template <typename T>
__device__ inline void write_some(T* to, float4 v, int64_t n, bool wide) {
  if (wide) return write_4(to, v);
  to[0] = from_float<T>(v.x);
  if (n > 1) to[1] = from_float<T>(v.y);
  if (n > 2) to[2] = from_float<T>(v.z);
  if (n > 3) to[3] = from_float<T>(v.w);
}

/**
 * For clusters of kParts blocks. wide: rows of y and residual, and bias, begin where four of their values can be had at
 * once, and n_out is a multiple of 4.
 */
template <typename T, typename Y, typename P>
__global__ void __launch_bounds__(kThreads + 32)
    linear_split_kernel(LinearShape s, const __grid_constant__ CUtensorMap x_map,
                        const __grid_constant__ CUtensorMap w_map, const Y* bias, const float* residual, Y* y,
                        bool wide) {
  extern __shared__ __align__(1024) unsigned char shared[];
  T* const stages = reinterpret_cast<T*>(shared);
  float* const sums = reinterpret_cast<float*>(shared);
  SharedBarrier* const full = reinterpret_cast<SharedBarrier*>(shared + P::kTileBytes);
  SharedBarrier* const empty = full + P::kStages;

  const int part = blockIdx.z, warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const int row0 = blockIdx.y * P::kRows, out0 = blockIdx.x * kOuts;
  const int n_all = (static_cast<int>(s.n_in) + kSlice - 1) / kSlice;
  const int first = n_all * part / P::kParts, n_slices = n_all * (part + 1) / P::kParts - first;

  allow_next();
  if (threadIdx.x == kThreads) {
    for (int i = 0; i < P::kStages; ++i) {
      full[i].init(1);
      empty[i].init(kGroupWarps);
    }
    publish_barriers();
  }
  __syncthreads();
  if (warp == kThreads / 32) {
    if (lane == 0) {
      const int n_ahead = n_slices < P::kStages ? n_slices : P::kStages;
      const auto copy_w = [&](int slice) {
        T* const to = stages + slice % P::kStages * P::kStageElements + P::kRows * kSlice;
        full[slice % P::kStages].arrive_expecting(P::kStageElements * 2);
        copy_box(to, w_map, (first + slice) * kSlice, out0, 0, full[slice % P::kStages]);
      };
      const auto copy_x = [&](int slice) {
        copy_box(stages + slice % P::kStages * P::kStageElements, x_map, (first + slice) * kSlice, row0, 0,
                 full[slice % P::kStages]);
      };
      for (int slice = 0; slice < n_ahead; ++slice) copy_w(slice);
      for (int slice = n_ahead; slice < n_slices; ++slice) fetch_box(w_map, (first + slice) * kSlice, out0, 0);
      wait_for_inputs();
      for (int slice = 0; slice < n_ahead; ++slice) copy_x(slice);
      for (int slice = n_ahead; slice < n_slices; ++slice) {
        empty[slice % P::kStages].wait(slice / P::kStages - 1);
        copy_w(slice);
        copy_x(slice);
      }
    }
    __syncwarp();
    // Once where sums are there, once where they have been read.
    arrive_at_cluster();
    wait_for_cluster();
    arrive_at_cluster();
    wait_for_cluster();
    return;
  }

  wait_for_inputs();
  const int group = warp / kGroupWarps, warp_out = warp % kGroupWarps * 16;
  Sums<P::kRowsAtOnce> c[P::kTurns] = {};
  for (int slice = group; slice < n_slices; slice += kGroups) {
    const T* const x_tile = stages + slice % P::kStages * P::kStageElements;
    const T* const w_tile = x_tile + P::kRows * kSlice;
    full[slice % P::kStages].wait(slice / P::kStages);
    begin_products();
#pragma unroll
    for (int k = 0; k < kSlice / 16; ++k) {
#pragma unroll
      for (int i = 0; i < P::kTurns; ++i) {
        multiply_rows<T, P::kRowsAtOnce>(c[i], swizzled_box(w_tile) + k * next_columns,
                                         swizzled_box(x_tile + i * P::kRowsAtOnce * kSlice) + k * next_columns, true);
      }
    }
    close_products();
    if (slice != group) {
      wait_products<1>();
      if (lane == 0) empty[(slice - kGroups) % P::kStages].arrive();
    }
  }
  wait_products<0>();
#pragma unroll
  for (int i = 0; i < P::kTurns; ++i) read_sums(c[i]);

  // The stages become sums; the groups of a block add up one behind the other.
  wait_for_warps();
#pragma unroll
  for (int turn = 0; turn < kGroups; ++turn) {
    if (turn != 0) wait_for_warps();
    if (turn != group) continue;
#pragma unroll
    for (int i = 0; i < P::kTurns; ++i) {
#pragma unroll
      for (int j = 0; j < P::kRowsAtOnce / 8; ++j) {
#pragma unroll
        for (int e = 0; e < 4; ++e) {
          const int row = i * P::kRowsAtOnce + 8 * j + 2 * t + e % 2;
          float* const sum = sums + row * kOuts + sum_place(row, warp_out + e / 2 * 8 + g);
          *sum = turn == 0 ? c[i][j][e] : *sum + c[i][j][e];
        }
      }
    }
  }
  arrive_at_cluster();

  constexpr int kFours = kOuts / 4;
  constexpr int kEach = (P::kOwnRows * kFours + kThreads - 1) / kThreads;
  float4 added[kEach], beside[kEach];
  const auto each = [&](auto&& work) {
#pragma unroll
    for (int i = 0; i < kEach; ++i) {
      const int place = threadIdx.x + i * kThreads, own = place / kFours, col = place % kFours * 4;
      const int row = part * P::kOwnRows + own;
      if (own < P::kOwnRows && row0 + row < s.n_rows && out0 + col < s.n_out) {
        work(i, row, col, row0 + row, out0 + col);
      }
    }
  };
  each([&](int i, int, int, int64_t row, int64_t out) {
    added[i] = bias != nullptr ? read_some(bias + out, s.n_out - out, wide) : float4{};
    beside[i] =
        residual != nullptr ? read_some(residual + row * s.residual_stride + out, s.n_out - out, wide) : float4{};
  });
  wait_for_cluster();
  each([&](int turn, int place, int col, int64_t row, int64_t out) {
    float4 sum = added[turn];
    const float* const at = sums + place * kOuts + sum_place(place, col);
#pragma unroll
    for (int i = 0; i < P::kParts; ++i) {
      const float4 some = read_from_block(at, i);
      sum = {sum.x + some.x, sum.y + some.y, sum.z + some.z, sum.w + some.w};
    }
    if (s.gelu) sum = {gelu(sum.x), gelu(sum.y), gelu(sum.z), gelu(sum.w)};
    if (residual != nullptr) {
      sum = {sum.x + beside[turn].x, sum.y + beside[turn].y, sum.z + beside[turn].z, sum.w + beside[turn].w};
    }
    write_some(y + row * s.y_stride + out, sum, s.n_out - out, wide);
  });
  // Others may still read sums here.
  arrive_at_cluster();
  wait_for_cluster();
}

template <typename P, typename T, typename Y>
void launch(cudaStream_t stream, const LinearShape& s, const T* x, const T* w, const Y* bias, const float* residual,
            Y* y) {
  const auto at = [](const void* p, int64_t bytes) { return reinterpret_cast<uintptr_t>(p) % bytes == 0; };
  constexpr int64_t kFour = 4 * sizeof(Y);
  const bool wide = s.n_out % 4 == 0 && at(y, kFour) && s.y_stride % 4 == 0 && at(bias, kFour) && at(residual, 16) &&
                    s.residual_stride % 4 == 0;
  const dim3 grid(static_cast<unsigned>((s.n_out + kOuts - 1) / kOuts),
                  static_cast<unsigned>((s.n_rows + P::kRows - 1) / P::kRows), P::kParts);
  const Tensor rows(const_cast<T*>(x), Element<T>::type, s.n_rows, s.n_in, s.x_stride);
  const Tensor outs(const_cast<T*>(w), Element<T>::type, s.n_out, s.n_in, s.w_stride);
  launch_clusters_early(stream, grid, P::kParts, kThreads + 32, P::kSharedBytes, linear_split_kernel<T, Y, P>, s,
                        map_boxes(rows, 1, P::kRows), map_boxes(outs, 1, kOuts), bias, residual, y, wide);
}

/** What was fastest on an H200 for a weight and the most rows of a call. */
template <typename T, typename Y>
void launch_plan(cudaStream_t stream, const LinearShape& s, int64_t most_rows, const T* x, const T* w, const Y* bias,
                 const float* residual, Y* y) {
  const bool deep = s.n_in >= 2048;
  const auto run = [&](auto plan) { launch<decltype(plan)>(stream, s, x, w, bias, residual, y); };
  if (most_rows <= 32) {
    deep ? run(Plan<32, 8, 8>{}) : s.n_out < kWideOutputs ? run(Plan<32, 4, 8>{}) : run(Plan<32, 2, 8>{});
  } else if (most_rows <= 64) {
    run(Plan<64, 4, 8>{});
  } else {
    deep ? run(Plan<128, 4, 8>{}) : run(Plan<64, 2, 8>{});
  }
}

template <typename T>
void launch_type(cudaStream_t stream, const LinearShape& s, int64_t most_rows, const void* x, const void* w,
                 const void* bias, const float* residual, DataType y_type, void* y) {
  const auto* from = static_cast<const T*>(x);
  const auto* weight = static_cast<const T*>(w);
  if (y_type == DataType::f32) {
    launch_plan(stream, s, most_rows, from, weight, static_cast<const float*>(bias), residual, static_cast<float*>(y));
  } else {
    launch_plan(stream, s, most_rows, from, weight, static_cast<const T*>(bias), residual, static_cast<T*>(y));
  }
}

}  // namespace

bool takes_linear_split(const LinearShape& shape, int64_t most_rows) {
  if (shape.n_in > shape.x_stride || shape.n_out > kMostOutputs) return false;
  if (most_rows > (shape.n_out < kWideOutputs ? 128 : 32)) return false;
  return is_hopper();
}

void linear_split(cudaStream_t stream, const LinearShape& shape, int64_t most_rows, DataType type, const void* x,
                  const void* w, const void* bias, const float* residual, DataType y_type, void* y) {
  if (type == DataType::f16) {
    launch_type<half>(stream, shape, most_rows, x, w, bias, residual, y_type, y);
  } else {
    launch_type<bf16>(stream, shape, most_rows, x, w, bias, residual, y_type, y);
  }
}

}  // namespace fw::cuda
