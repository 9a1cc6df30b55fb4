#pragma once

#include "device/executor.h"

namespace fw::ops {

/** StoreArgs, checked. */
void store(Executor& executor, const StoreArgs& args);

/** Copies the first n_places of one slot to another, all layers. */
void copy_slot(Executor& executor, KeyValueCache& cache, int32_t from, int32_t to, int32_t n_places);

/** CachedAttentionArgs, checked. */
void cached_attention(Executor& executor, const CachedAttentionArgs& args);

/** AttentionWeightsArgs, checked. */
void attention_weights(Executor& executor, const AttentionWeightsArgs& args);

}  // namespace fw::ops
