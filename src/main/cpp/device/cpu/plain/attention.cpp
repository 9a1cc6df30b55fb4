#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "device/cpu/eight_bit_rows.h"
#include "device/cpu/plain/plain_executor.h"

namespace fw {
namespace {

/** Softmax of the scaled scores of one query against n keys, `stride` apart. */
std::vector<double> softmax_scores(const float* query, const float* keys, int64_t stride, int64_t n, int64_t dim) {
  std::vector<double> weights(static_cast<size_t>(n));
  double largest = -std::numeric_limits<double>::infinity();
  for (int64_t j = 0; j < n; ++j) {
    double score = 0.0;
    for (int64_t d = 0; d < dim; ++d) {
      score += static_cast<double>(query[d]) * keys[j * stride + d];
    }
    weights[static_cast<size_t>(j)] = score / std::sqrt(static_cast<double>(dim));
    largest = std::max(largest, weights[static_cast<size_t>(j)]);
  }
  double total = 0.0;
  for (double& w : weights) {
    w = std::exp(w - largest);
    total += w;
  }
  for (double& w : weights) {
    w /= total;
  }
  return weights;
}

void weighted_sum(const std::vector<double>& weights, const float* values, int64_t stride, int64_t dim, float* y) {
  for (int64_t d = 0; d < dim; ++d) {
    double sum = 0.0;
    for (size_t j = 0; j < weights.size(); ++j) {
      sum += weights[j] * values[static_cast<int64_t>(j) * stride + d];
    }
    y[d] = static_cast<float>(sum);
  }
}

}  // namespace

void PlainExecutor::attention(const AttentionArgs& args) {
  const int64_t n = args.qkv.rows / args.n_windows, state = args.y.cols, dim = state / args.n_heads;
  for (int64_t row = 0; row < args.qkv.rows; ++row) {
    const float* window = args.qkv.f32(row / n * n);
    for (int64_t first = 0; first < state; first += dim) {
      const auto weights = softmax_scores(args.qkv.f32(row) + first, window + state + first, args.qkv.stride, n, dim);
      weighted_sum(weights, window + 2 * state + first, args.qkv.stride, dim, args.y.f32(row) + first);
    }
  }
}

void PlainExecutor::store(const StoreArgs& given) {
  const EightBitRows kept(given);
  const StoreArgs& args = kept.args();
  auto& cache = static_cast<PlainCache&>(*args.cache);
  for (int64_t row = 0; row < args.key.rows; ++row) {
    const CachePlace at = args.places[static_cast<size_t>(row)];
    std::copy_n(args.key.f32(row), cache.width(), cache.key(at.slot, args.layer, at.place));
    std::copy_n(args.value.f32(row), cache.width(), cache.value(at.slot, args.layer, at.place));
  }
}

void PlainExecutor::copy_slot(KeyValueCache& cache, int32_t from, int32_t to, int32_t n_places) {
  auto& plain = static_cast<PlainCache&>(cache);
  for (int32_t layer = 0; layer < cache.shape().n_layers && from != to; ++layer) {
    std::copy_n(plain.key(from, layer, 0), n_places * plain.width(), plain.key(to, layer, 0));
    std::copy_n(plain.value(from, layer, 0), n_places * plain.width(), plain.value(to, layer, 0));
  }
}

void PlainExecutor::cached_attention(const CachedAttentionArgs& args) {
  const auto& cache = static_cast<const PlainCache&>(*args.cache);
  const int64_t dim = cache.shape().head_dim;
  for (int64_t row = 0; row < args.query.rows; ++row) {
    const CacheReach reach = args.reach[static_cast<size_t>(row)];
    for (int64_t first = 0; first < cache.width(); first += dim) {
      const auto weights = softmax_scores(args.query.f32(row) + first, cache.key(reach.slot, args.layer, 0) + first,
                                          cache.width(), reach.length, dim);
      weighted_sum(weights, cache.value(reach.slot, args.layer, 0) + first, cache.width(), dim,
                   args.y.f32(row) + first);
    }
  }
}

void PlainExecutor::attention_weights(const AttentionWeightsArgs& args) {
  const auto& cache = static_cast<const PlainCache&>(*args.cache);
  const int64_t dim = cache.shape().head_dim, first = args.head * dim;
  for (int64_t row = 0; row < args.query.rows; ++row) {
    const auto weights = softmax_scores(args.query.f32(row) + first, cache.key(args.reach.slot, args.layer, 0) + first,
                                        cache.width(), args.reach.length, dim);
    for (size_t j = 0; j < weights.size(); ++j) {
      args.weights.f32(row)[j] = static_cast<float>(weights[j]);
    }
  }
}

}  // namespace fw
