// Floor: 1.9 MB of samples in, 0.8 MB (f16) out and the levels twice through the second cache: 1 us; 37 M operations
// in double for 3,000 frames: 3 us. Expected 20 to 30 us a window, bound by shared memory and barriers.
//
// The transform is in double, as on the CPU: a spectrum spans 80 dB below its maximum, where f32 would leave four
// digits. Two frames go through one complex transform of 400 = 4 * 4 * 5 * 5 points.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "device/cuda/kernels.h"
#include "device/cuda/reduce.cuh"

namespace fw::cuda {
namespace {

constexpr int32_t kPoints = 400;
constexpr int32_t kHop = 160;
constexpr int32_t kBins = kPoints / 2 + 1;

/** Frames of a block, two in each transform. */
constexpr int32_t kFrames = 8;
constexpr int32_t kPairs = kFrames / 2;
/** One butterfly of four points a thread: 4 transforms of 100 of them. */
constexpr int32_t kThreads = 416;
constexpr int32_t kWarps = kThreads / 32;
/** Bins, filled up to whole warps. */
constexpr int32_t kBinSteps = (kBins + 31) / 32;

constexpr int32_t kScaleThreads = 256;
/** Values that one thread scales. */
constexpr int32_t kScaleSteps = 8;

__device__ double2 plus(double2 a, double2 b) { return make_double2(a.x + b.x, a.y + b.y); }
__device__ double2 minus(double2 a, double2 b) { return make_double2(a.x - b.x, a.y - b.y); }
__device__ double2 times(double2 a, double2 b) { return make_double2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x); }
/** a - i b and a + i b. */
__device__ double2 minus_i(double2 a, double2 b) { return make_double2(a.x + b.y, a.y - b.x); }
__device__ double2 plus_i(double2 a, double2 b) { return make_double2(a.x - b.y, a.y + b.x); }
__device__ double2 weighted(double a, double2 x, double b, double2 y) {
  return make_double2(a * x.x + b * y.x, a * x.y + b * y.y);
}

/** x[q] = sum over j of x[j] e^(-2 pi i j q / 4). */
__device__ void transform(double2 (&x)[4], const double2*) {
  const double2 even = plus(x[0], x[2]), odd = plus(x[1], x[3]);
  const double2 even_gap = minus(x[0], x[2]), odd_gap = minus(x[1], x[3]);
  x[0] = plus(even, odd);
  x[1] = minus_i(even_gap, odd_gap);
  x[2] = minus(even, odd);
  x[3] = plus_i(even_gap, odd_gap);
}

/** x[q] = sum over j of x[j] e^(-2 pi i j q / 5). */
__device__ void transform(double2 (&x)[5], const double2* roots) {
  const double cos1 = roots[kPoints / 5].x, cos2 = roots[2 * kPoints / 5].x;
  const double sin1 = -roots[kPoints / 5].y, sin2 = -roots[2 * kPoints / 5].y;
  const double2 sum14 = plus(x[1], x[4]), sum23 = plus(x[2], x[3]);
  const double2 gap14 = minus(x[1], x[4]), gap23 = minus(x[2], x[3]);
  const double2 re1 = plus(x[0], weighted(cos1, sum14, cos2, sum23));
  const double2 re2 = plus(x[0], weighted(cos2, sum14, cos1, sum23));
  const double2 im1 = weighted(sin1, gap14, sin2, gap23);
  const double2 im2 = weighted(sin2, gap14, -sin1, gap23);
  x[0] = plus(x[0], plus(sum14, sum23));
  x[1] = minus_i(re1, im1);
  x[2] = minus_i(re2, im2);
  x[3] = plus_i(re2, im2);
  x[4] = plus_i(re1, im1);
}

/**
 * One Stockham step of all transforms of a block, in place: transforms of length kRadix m, kSide of them side by side,
 * become kRadix times as many of length m: z[kSide (kRadix p + q) + k] = root^(p q) * sum over j of
 * z[kSide (p + m j) + k] e^(-2 pi i j q / kRadix). All threads of the block call it.
 */
template <int32_t kRadix, int32_t kSide>
__device__ void radix_step(double2 (&z)[kPairs][kPoints], const double2* roots) {
  constexpr int32_t kButterflies = kPoints / kRadix;
  const int32_t pair = static_cast<int32_t>(threadIdx.x) / kButterflies;
  const int32_t at = static_cast<int32_t>(threadIdx.x) % kButterflies;
  const int32_t p = at / kSide, k = at % kSide;
  double2 x[kRadix];
  if (pair < kPairs) {
#pragma unroll
    for (int32_t j = 0; j < kRadix; ++j) {
      x[j] = z[pair][at + kButterflies * j];
    }
    transform(x, roots);
  }
  __syncthreads();
  if (pair < kPairs) {
#pragma unroll
    for (int32_t q = 0; q < kRadix; ++q) {
      z[pair][kSide * (kRadix * p + q) + k] = times(x[q], roots[p * q * kSide]);
    }
  }
  __syncthreads();
}

/** The sample at a place of the frames' own time line: reflected at both ends, zero behind the last one. */
__device__ double sample_at(const float* samples, int32_t n_samples, int32_t place, int32_t end) {
  int32_t at = place < 0 ? -place : place;
  at = at >= end ? 2 * (end - 1) - at : at;
  return at < n_samples ? static_cast<double>(samples[at]) : 0.0;
}

/**
 * The levels log10(max(energy, 1e-10)) of kFrames frames into levels [n_frames][n_mels], and the largest of them into
 * maxima[block].
 */
__global__ void __launch_bounds__(kThreads) mel_levels(const float* samples, int32_t n_samples, const float* filters,
                                                       int32_t n_frames, int32_t n_mels, float* levels, float* maxima) {
  __shared__ double2 z[kPairs][kPoints];
  __shared__ double2 roots[kPoints];
  __shared__ float power[kFrames][kBinSteps * 32];
  __shared__ float warp_maxima[kWarps];
  const auto thread = static_cast<int32_t>(threadIdx.x);
  const int32_t warp = thread / 32, lane = thread % 32;
  const int32_t first_frame = static_cast<int32_t>(blockIdx.x) * kFrames;

  if (thread < kPoints) {
    double sine, cosine;
    sincospi(static_cast<double>(thread) / (kPoints / 2), &sine, &cosine);
    roots[thread] = make_double2(cosine, -sine);
    const double hann = 0.5 * (1.0 - cosine);
    for (int32_t pair = 0; pair < kPairs; ++pair) {
      const int32_t frame = first_frame + 2 * pair;
      const int32_t place = frame * kHop + thread - kPoints / 2, end = n_frames * kHop;
      z[pair][thread] =
          make_double2(frame < n_frames ? hann * sample_at(samples, n_samples, place, end) : 0.0,
                       frame + 1 < n_frames ? hann * sample_at(samples, n_samples, place + kHop, end) : 0.0);
    }
  }
  __syncthreads();
  radix_step<4, 1>(z, roots);
  radix_step<4, 4>(z, roots);
  radix_step<5, 16>(z, roots);
  radix_step<5, 80>(z, roots);

  for (int32_t i = thread; i < kPairs * kBinSteps * 32; i += kThreads) {
    const int32_t pair = i / (kBinSteps * 32), bin = i % (kBinSteps * 32);
    float first = 0.0f, second = 0.0f;
    if (bin < kBins) {
      // The spectra of two real signals from the one of first + i second: twice their conjugate-even and -odd parts.
      const double2 a = z[pair][bin], b = z[pair][(kPoints - bin) % kPoints];
      const double2 even = make_double2(a.x + b.x, a.y - b.y), odd = make_double2(a.y + b.y, b.x - a.x);
      first = static_cast<float>(0.25 * (even.x * even.x + even.y * even.y));
      second = static_cast<float>(0.25 * (odd.x * odd.x + odd.y * odd.y));
    }
    power[2 * pair][bin] = first;
    power[2 * pair + 1][bin] = second;
  }
  __syncthreads();

  // A warp takes a filter: lanes share its bins, of which few groups of 32 hold weights. Sums of values that are not
  // negative lose nothing in f32.
  float largest = -INFINITY;
  for (int32_t mel = warp; mel < n_mels; mel += kWarps) {
    float weight[kBinSteps], energy[kFrames] = {};
#pragma unroll
    for (int32_t step = 0; step < kBinSteps; ++step) {
      const int32_t bin = step * 32 + lane;
      weight[step] = bin < kBins ? filters[mel * kBins + bin] : 0.0f;
    }
#pragma unroll
    for (int32_t step = 0; step < kBinSteps; ++step) {
      if (__any_sync(kAllLanes, weight[step] != 0.0f)) {
#pragma unroll
        for (int32_t frame = 0; frame < kFrames; ++frame) {
          energy[frame] += weight[step] * power[frame][step * 32 + lane];
        }
      }
    }
    float mine = 0.0f;
#pragma unroll
    for (int32_t frame = 0; frame < kFrames; ++frame) {
      const float sum = warp_sum(energy[frame]);
      mine = lane == frame ? sum : mine;
    }
    if (lane < kFrames && first_frame + lane < n_frames) {
      const double floored = mine < 1e-10 ? 1e-10 : static_cast<double>(mine);
      const auto level = static_cast<float>(log10(floored));
      levels[static_cast<int64_t>(first_frame + lane) * n_mels + mel] = level;
      largest = fmaxf(largest, level);
    }
  }
  largest = warp_max(largest);
  if (lane == 0) {
    warp_maxima[warp] = largest;
  }
  __syncthreads();
  if (thread == 0) {
    for (int32_t i = 1; i < kWarps; ++i) {
      largest = fmaxf(largest, warp_maxima[i]);
    }
    maxima[blockIdx.x] = largest;
  }
}

__device__ void put(const Tensor& y, int64_t at, float value) {
  if (y.type == DataType::f32) {
    static_cast<float*>(y.data)[at] = value;
  } else if (y.type == DataType::f16) {
    static_cast<__half*>(y.data)[at] = __float2half_rn(value);
  } else {
    static_cast<__nv_bfloat16*>(y.data)[at] = __float2bfloat16_rn(value);
  }
}

/** y = (max(level, largest of all - 8) + 4) / 4. */
__global__ void __launch_bounds__(kScaleThreads)
    scale_levels(const float* levels, const float* maxima, int32_t n_maxima, Tensor y) {
  __shared__ float warp_maxima[kScaleThreads / 32];
  const auto thread = static_cast<int32_t>(threadIdx.x);
  float largest = -INFINITY;
  for (int32_t i = thread; i < n_maxima; i += kScaleThreads) {
    largest = fmaxf(largest, maxima[i]);
  }
  largest = warp_max(largest);
  if (thread % 32 == 0) {
    warp_maxima[thread / 32] = largest;
  }
  __syncthreads();
  for (int32_t i = 0; i < kScaleThreads / 32; ++i) {
    largest = fmaxf(largest, warp_maxima[i]);
  }
  const auto n_mels = static_cast<int32_t>(y.cols), n = static_cast<int32_t>(y.rows) * n_mels;
  const int32_t first = static_cast<int32_t>(blockIdx.x) * kScaleThreads * kScaleSteps + thread;
#pragma unroll
  for (int32_t step = 0; step < kScaleSteps; ++step) {
    const int32_t i = first + step * kScaleThreads;
    if (i < n) {
      const float level = levels[i], lowest = largest - 8.0f;
      put(y, i / n_mels * y.stride + i % n_mels, ((level < lowest ? lowest : level) + 4.0f) / 4.0f);
    }
  }
}

int64_t n_blocks(int64_t n_frames) { return (n_frames + kFrames - 1) / kFrames; }

}  // namespace

int64_t log_mel_scratch(int64_t n_frames, int64_t n_mels) { return n_frames * n_mels + n_blocks(n_frames); }

void log_mel(cudaStream_t stream, const float* samples, int64_t n_samples, const float* filters, const Tensor& y,
             float* scratch) {
  const auto n_maxima = static_cast<int32_t>(n_blocks(y.rows));
  float* maxima = scratch + y.rows * y.cols;
  mel_levels<<<static_cast<uint32_t>(n_maxima), kThreads, 0, stream>>>(samples, static_cast<int32_t>(n_samples),
                                                                       filters, static_cast<int32_t>(y.rows),
                                                                       static_cast<int32_t>(y.cols), scratch, maxima);
  constexpr int64_t kStep = kScaleThreads * kScaleSteps;
  scale_levels<<<static_cast<uint32_t>((y.rows * y.cols + kStep - 1) / kStep), kScaleThreads, 0, stream>>>(
      scratch, maxima, n_maxima, y);
}

}  // namespace fw::cuda
