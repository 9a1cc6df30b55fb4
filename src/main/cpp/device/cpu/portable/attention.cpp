// Floor: 4 n^2 n_state operations and n^2 n_heads exponentials; scores never leave the second cache.
#include <algorithm>
#include <cmath>

#include "device/cpu/portable/portable_executor.h"

namespace fw {
namespace {

/** Rows of queries at a time: 24 x 1504 scores are 144 KiB. */
constexpr int64_t kBlockRows = 24;

}  // namespace

void PortableExecutor::attention(const AttentionArgs& args) {
  if (args.n_windows > 1) {
    for (int32_t i = 0; i < args.n_windows; ++i) attention(window_of(args, i));
    return;
  }
  const Kernels& set = kernel_set();
  const int64_t n = args.qkv.rows, state = args.y.cols, dim = state / args.n_heads, panel = set.panel;
  const int64_t places = (n + panel - 1) / panel * panel, value_panels = (dim + panel - 1) / panel;
  const int64_t key_size = places * dim, value_size = value_panels * n * panel;
  float* packed = shared_scratch().take<float>(static_cast<size_t>(args.n_heads * (key_size + value_size)));
  const float factor = 1.0f / std::sqrt(static_cast<float>(dim));

  // Keys and values of each head in panels. Padding keys are zero: their scores are cut off by the softmax.
  pool().run(args.n_heads, [&](int64_t head, int32_t) {
    for (int64_t first = 0; first < places; first += panel) {
      float* keys = packed + head * (key_size + value_size) + first * dim;
      float* values = packed + head * (key_size + value_size) + key_size;
      for (int64_t lane = 0; lane < panel; ++lane) {
        const int64_t place = first + lane;
        const float* key = place < n ? args.qkv.f32(place) + state + head * dim : nullptr;
        for (int64_t d = 0; d < dim; ++d) {
          keys[d * panel + lane] = key != nullptr ? key[d] : 0.0f;
        }
        if (place < n) {
          const float* value = args.qkv.f32(place) + 2 * state + head * dim;
          for (int64_t d = 0; d < value_panels * panel; ++d) {
            values[(d / panel * n + place) * panel + d % panel] = d < dim ? value[d] : 0.0f;
          }
        }
      }
    }
  });

  const int64_t n_blocks = (n + kBlockRows - 1) / kBlockRows;
  const size_t n_scratch = static_cast<size_t>(kBlockRows * (places + value_panels * panel + 1));
  pool().run(args.n_heads * n_blocks, [&](int64_t task, int32_t thread) {
    const int64_t head = task / n_blocks, row = task % n_blocks * kBlockRows;
    const int64_t rows = std::min(kBlockRows, n - row);
    const float* keys = packed + head * (key_size + value_size);
    const float* values = keys + key_size;
    float* scores = thread_scratch(thread).take<float>(n_scratch);
    float* sums = scores + kBlockRows * places;
    float* out = sums + kBlockRows;
    set.product(args.qkv.f32(row) + head * dim, args.qkv.stride, rows, dim, keys, dim * panel, places / panel, scores,
                places);
    for (int64_t i = 0; i < rows; ++i) {
      sums[i] = set.exponentials(scores + i * places, n, places, factor);
    }
    set.product(scores, places, rows, n, values, n * panel, value_panels, out, value_panels * panel);
    for (int64_t i = 0; i < rows; ++i) {
      set.scale(out + i * value_panels * panel, 1.0f / sums[i], args.y.f32(row + i) + head * dim, dim);
    }
  });
}

}  // namespace fw
