// Floor: the keys and values of a slot once from memory for all rows that follow one another on it.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "base/half.h"
#include "device/cpu/eight_bit_rows.h"
#include "device/cpu/portable/portable_executor.h"

namespace fw {
namespace {

/** Rows of one task: with 1,504 places 144 KiB of scores. */
constexpr int64_t kBlockRows = 24;

/** Multiplications, and values stored, below which waking threads costs more than it gives. */
constexpr int64_t kSerialWork = 1 << 19;
constexpr int64_t kSerialStore = 1 << 15;

/** Rows of one slot that follow one another. */
struct Group {
  int64_t first;
  int64_t rows;
  int32_t slot;
  int32_t longest;
};

template <typename T>
T rounded(float x) {
  if constexpr (std::is_same_v<T, float>) {
    return x;
  } else {
    return float_to_bf16(x);
  }
}

template <typename T>
void multiply(const Kernels& set, const float* a, int64_t lda, int64_t m, int64_t k, const T* panels,
              int64_t panel_stride, int64_t n_panels, float* c, int64_t ldc) {
  if constexpr (std::is_same_v<T, float>) {
    set.product(a, lda, m, k, panels, panel_stride, n_panels, c, ldc);
  } else {
    set.product_bf16(a, lda, m, k, panels, panel_stride, n_panels, c, ldc);
  }
}

std::vector<Group> group_rows(std::span<const CacheReach> reach) {
  std::vector<Group> groups;
  for (size_t i = 0; i < reach.size(); ++i) {
    if (groups.empty() || groups.back().slot != reach[i].slot || groups.back().rows == kBlockRows) {
      groups.push_back({static_cast<int64_t>(i), 0, reach[i].slot, 0});
    }
    ++groups.back().rows;
    groups.back().longest = std::max(groups.back().longest, reach[i].length);
  }
  return groups;
}

/** Puts one head of rows of keys and values into their places. */
template <typename T>
void store_head(const PanelCache& cache, const StoreArgs& args, int32_t head, int32_t panel) {
  const int64_t dim = cache.shape().head_dim;
  for (int64_t row = 0; row < args.key.rows; ++row) {
    const CachePlace at = args.places[static_cast<size_t>(row)];
    T* key = cache.keys<T>(at.slot, args.layer, head) + at.place / panel * cache.key_panel_stride() + at.place % panel;
    T* value = cache.values<T>(at.slot, args.layer, head) + static_cast<int64_t>(at.place) * panel;
    const float* k = args.key.f32(row) + head * dim;
    const float* v = args.value.f32(row) + head * dim;
    for (int64_t d = 0; d < dim; ++d) {
      key[d * panel] = rounded<T>(k[d]);
      value[d / panel * cache.value_panel_stride() + d % panel] = rounded<T>(v[d]);
    }
  }
}

template <typename T>
void copy_layer(const PanelCache& cache, int32_t layer, int32_t from, int32_t to, int64_t n_places, int32_t panel) {
  const CacheShape& shape = cache.shape();
  // Keys in whole panels: places beyond n_places in the last one are not read before they are stored anew.
  const int64_t key_elements = (n_places + panel - 1) / panel * cache.key_panel_stride();
  for (int32_t head = 0; head < shape.n_heads; ++head) {
    std::memcpy(cache.keys<T>(to, layer, head), cache.keys<T>(from, layer, head),
                static_cast<size_t>(key_elements) * sizeof(T));
    for (int64_t p = 0; p < cache.value_panels(); ++p) {
      std::memcpy(cache.values<T>(to, layer, head) + p * cache.value_panel_stride(),
                  cache.values<T>(from, layer, head) + p * cache.value_panel_stride(),
                  static_cast<size_t>(n_places * panel) * sizeof(T));
    }
  }
}

}  // namespace

void PortableExecutor::store(const StoreArgs& given) {
  const EightBitRows kept(given);
  const StoreArgs& args = kept.args();
  const auto& cache = static_cast<const PanelCache&>(*args.cache);
  pool().run_if(args.key.rows * args.key.cols > kSerialStore, cache.shape().n_heads, [&](int64_t head, int32_t) {
    if (cache.bf16()) {
      store_head<bf16_bits>(cache, args, static_cast<int32_t>(head), kernel_set().panel);
    } else {
      store_head<float>(cache, args, static_cast<int32_t>(head), kernel_set().panel);
    }
  });
}

void PortableExecutor::copy_slot(KeyValueCache& cache, int32_t from, int32_t to, int32_t n_places) {
  const auto& panels = static_cast<const PanelCache&>(cache);
  if (from == to) {
    return;
  }
  for (int32_t layer = 0; layer < cache.shape().n_layers; ++layer) {
    if (panels.bf16()) {
      copy_layer<bf16_bits>(panels, layer, from, to, n_places, kernel_set().panel);
    } else {
      copy_layer<float>(panels, layer, from, to, n_places, kernel_set().panel);
    }
  }
}

template <typename T>
void PortableExecutor::attend(const CachedAttentionArgs& args) {
  const auto& cache = static_cast<const PanelCache&>(*args.cache);
  const Kernels& set = kernel_set();
  const int64_t dim = cache.shape().head_dim, panel = set.panel, n_heads = cache.shape().n_heads;
  const int64_t padded = cache.padded_places(), width = cache.value_panels() * panel;
  const float factor = 1.0f / std::sqrt(static_cast<float>(dim));
  const std::vector<Group> groups = group_rows(args.reach);
  int64_t work = 0;
  for (const CacheReach& reach : args.reach) {
    work += 2 * n_heads * dim * reach.length;
  }
  const size_t n_scratch = static_cast<size_t>(kBlockRows * (padded + width + 1));
  const int64_t n_tasks = static_cast<int64_t>(groups.size()) * n_heads;
  pool().run_if(work > kSerialWork, n_tasks, [&](int64_t task, int32_t thread) {
    const Group& group = groups[static_cast<size_t>(task / n_heads)];
    const int32_t head = static_cast<int32_t>(task % n_heads);
    float* scores = thread_scratch(thread).take<float>(n_scratch);
    float* sums = scores + kBlockRows * padded;
    float* out = sums + kBlockRows;
    multiply(set, args.query.f32(group.first) + head * dim, args.query.stride, group.rows, dim,
             cache.keys<T>(group.slot, args.layer, head), cache.key_panel_stride(), (group.longest + panel - 1) / panel,
             scores, padded);
    for (int64_t i = 0; i < group.rows; ++i) {
      sums[i] = set.exponentials(scores + i * padded, args.reach[static_cast<size_t>(group.first + i)].length,
                                 group.longest, factor);
    }
    // A row that reaches less far has zeros there, which leave its sums as they are.
    multiply(set, scores, padded, group.rows, group.longest, cache.values<T>(group.slot, args.layer, head),
             cache.value_panel_stride(), cache.value_panels(), out, width);
    for (int64_t i = 0; i < group.rows; ++i) {
      set.scale(out + i * width, 1.0f / sums[i], args.y.f32(group.first + i) + head * dim, dim);
    }
  });
}

void PortableExecutor::cached_attention(const CachedAttentionArgs& args) {
  if (static_cast<const PanelCache&>(*args.cache).bf16()) {
    attend<bf16_bits>(args);
  } else {
    attend<float>(args);
  }
}

void PortableExecutor::attention_weights(const AttentionWeightsArgs& args) {
  const auto& cache = static_cast<const PanelCache&>(*args.cache);
  const Kernels& set = kernel_set();
  const int64_t dim = cache.shape().head_dim, padded = cache.padded_places();
  const int64_t length = args.reach.length, n_panels = (length + set.panel - 1) / set.panel;
  const float factor = 1.0f / std::sqrt(static_cast<float>(dim));
  const int64_t n_blocks = (args.query.rows + kBlockRows - 1) / kBlockRows;
  const size_t n_scratch = static_cast<size_t>(kBlockRows * padded);
  pool().run(n_blocks, [&](int64_t block, int32_t thread) {
    const int64_t first = block * kBlockRows, rows = std::min(kBlockRows, args.query.rows - first);
    float* scores = thread_scratch(thread).take<float>(n_scratch);
    const float* query = args.query.f32(first) + args.head * dim;
    if (cache.bf16()) {
      multiply(set, query, args.query.stride, rows, dim, cache.keys<bf16_bits>(args.reach.slot, args.layer, args.head),
               cache.key_panel_stride(), n_panels, scores, padded);
    } else {
      multiply(set, query, args.query.stride, rows, dim, cache.keys<float>(args.reach.slot, args.layer, args.head),
               cache.key_panel_stride(), n_panels, scores, padded);
    }
    for (int64_t i = 0; i < rows; ++i) {
      const float total = set.exponentials(scores + i * padded, length, length, factor);
      set.scale(scores + i * padded, 1.0f / total, args.weights.f32(first + i), length);
    }
  });
}

}  // namespace fw
