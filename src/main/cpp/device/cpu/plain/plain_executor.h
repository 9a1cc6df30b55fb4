#pragma once

#include <vector>

#include "device/cpu/host_memory.h"
#include "device/executor.h"

namespace fw {

/** A weight matrix as it came: f32 rows. */
class PlainWeight final : public Weight {
 public:
  PlainWeight(std::span<const float> rows, int64_t n_out, int64_t n_in, bool lookup)
      : Weight(n_out, n_in, lookup), rows_(rows.begin(), rows.end()) {}

  size_t bytes() const override { return rows_.size() * sizeof(float); }
  const float* row(int64_t i) const { return rows_.data() + i * n_in(); }

 private:
  std::vector<float> rows_;
};

/** Keys and values as [slot][layer][place][head][head_dim]. */
class PlainCache final : public KeyValueCache {
 public:
  explicit PlainCache(const CacheShape& shape);

  size_t bytes() const override { return (keys_.size() + values_.size()) * sizeof(float); }
  float* key(int32_t slot, int32_t layer, int32_t place) { return keys_.data() + at(slot, layer, place); }
  float* value(int32_t slot, int32_t layer, int32_t place) { return values_.data() + at(slot, layer, place); }
  const float* key(int32_t slot, int32_t layer, int32_t place) const { return keys_.data() + at(slot, layer, place); }
  const float* value(int32_t slot, int32_t layer, int32_t place) const {
    return values_.data() + at(slot, layer, place);
  }
  int64_t width() const { return static_cast<int64_t>(shape().n_heads) * shape().head_dim; }

 private:
  int64_t at(int32_t slot, int32_t layer, int32_t place) const {
    return ((static_cast<int64_t>(slot) * shape().n_layers + layer) * shape().n_places + place) * width();
  }

  std::vector<float> keys_;
  std::vector<float> values_;
};

/** The oracle of every op; see make_plain_device. */
class PlainExecutor final : public Executor {
 public:
  void linear(const LinearArgs& args) override;
  void layer_norm(const LayerNormArgs& args) override;
  void log_mel(const LogMelArgs& args) override;
  void attention(const AttentionArgs& args) override;
  void store(const StoreArgs& args) override;
  void copy_slot(KeyValueCache& cache, int32_t from, int32_t to, int32_t n_places) override;
  void cached_attention(const CachedAttentionArgs& args) override;
  void attention_weights(const AttentionWeightsArgs& args) override;
  void alignment_path(const AlignmentPathArgs& args) override;
  void embed(const EmbedArgs& args) override;
  void pick(const PickArgs& args) override;
  void token_probability(const TokenProbabilityArgs& args) override;
};

}  // namespace fw
