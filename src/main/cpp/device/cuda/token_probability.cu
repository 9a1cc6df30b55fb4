// Floor: each logit read once from the second cache; see pick.cu.
#include "device/cuda/kernels.h"
#include "device/cuda/logit_sums.cuh"

namespace fw::cuda {
namespace {

__global__ void __launch_bounds__(kThreads)
    target_probability(const float* logits, int64_t stride, int32_t end, const int32_t* targets, float* probabilities) {
  const int32_t target = targets[blockIdx.x];
  if (target < 0 || target >= end) {
    if (threadIdx.x == 0) {
      probabilities[blockIdx.x] = 0.0f;
    }
    return;
  }
  const Row row(logits + blockIdx.x * stride, end);
  const Sums total = block_total(sum_logits(row, {0, end - 1, 0, -1, -1, -1, -1, nullptr}));
  if (threadIdx.x == 0) {
    const float weight = expf(row.logits[target] - total.largest);
    probabilities[blockIdx.x] = isfinite(total.largest) ? weight / total.all : weight;
  }
}

}  // namespace

void token_probability(cudaStream_t stream, const float* logits, int64_t stride, int32_t n, int32_t end,
                       const int32_t* targets, float* probabilities) {
  if (n > 0) {
    target_probability<<<static_cast<uint32_t>(n), kThreads, 0, stream>>>(logits, stride, end, targets, probabilities);
  }
}

}  // namespace fw::cuda
