#include "ops/cached_attention.h"

#include "ops/check.h"

namespace fw::ops {
namespace {

bool has_slot(const KeyValueCache& cache, int32_t slot) { return slot >= 0 && slot < cache.shape().n_slots; }

bool has_layer(const KeyValueCache& cache, int32_t layer) { return layer >= 0 && layer < cache.shape().n_layers; }

bool has_reach(const KeyValueCache& cache, CacheReach reach) {
  return has_slot(cache, reach.slot) && reach.length > 0 && reach.length <= cache.shape().n_places;
}

int64_t width(const KeyValueCache& cache) {
  return static_cast<int64_t>(cache.shape().n_heads) * cache.shape().head_dim;
}

}  // namespace

void store(Executor& executor, const StoreArgs& args) {
  check(args.cache != nullptr, "store", "a cache");
  if (args.key.rows == 0) {
    return;
  }
  check(has_layer(*args.cache, args.layer), "store", "a layer of the cache");
  check_sizes("store", "key", args.key, args.key.rows, width(*args.cache));
  check_sizes("store", "value", args.value, args.key.rows, width(*args.cache));
  check(static_cast<int64_t>(args.places.size()) == args.key.rows, "store", "one place a row");
  for (const CachePlace& at : args.places) {
    check(has_slot(*args.cache, at.slot) && at.place >= 0 && at.place < args.cache->shape().n_places, "store",
          "places inside the cache");
  }
  executor.store(args);
}

void copy_slot(Executor& executor, KeyValueCache& cache, int32_t from, int32_t to, int32_t n_places) {
  check(has_slot(cache, from) && has_slot(cache, to), "copy_slot", "slots of the cache");
  check(n_places >= 0 && n_places <= cache.shape().n_places, "copy_slot", "no more places than the cache has");
  executor.copy_slot(cache, from, to, n_places);
}

void cached_attention(Executor& executor, const CachedAttentionArgs& args) {
  check(args.cache != nullptr, "cached_attention", "a cache");
  if (args.query.rows == 0) {
    return;
  }
  check(has_layer(*args.cache, args.layer), "cached_attention", "a layer of the cache");
  check_sizes("cached_attention", "query", args.query, args.query.rows, width(*args.cache));
  check_output("cached_attention", "y", args.y, args.query.rows, width(*args.cache));
  check(static_cast<int64_t>(args.reach.size()) == args.query.rows, "cached_attention", "one reach a row");
  for (const CacheReach& reach : args.reach) {
    check(has_reach(*args.cache, reach), "cached_attention", "reaches inside the cache");
  }
  executor.cached_attention(args);
}

void attention_weights(Executor& executor, const AttentionWeightsArgs& args) {
  check(args.cache != nullptr, "attention_weights", "a cache");
  if (args.query.rows == 0) {
    return;
  }
  check(has_layer(*args.cache, args.layer), "attention_weights", "a layer of the cache");
  check(args.head >= 0 && args.head < args.cache->shape().n_heads, "attention_weights", "a head of the cache");
  check(has_reach(*args.cache, args.reach), "attention_weights", "a reach inside the cache");
  check_sizes("attention_weights", "query", args.query, args.query.rows, width(*args.cache));
  check_output("attention_weights", "weights", args.weights, args.query.rows, args.reach.length);
  check(args.weights.type == DataType::f32, "attention_weights", "weights in f32");
  executor.attention_weights(args);
}

}  // namespace fw::ops
