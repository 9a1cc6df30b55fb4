#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "device/device.h"
#include "device/tensor.h"
#include "device/token_rule.h"

namespace fw {

enum class Activation : uint8_t {
  none,
  /** x / 2 (1 + erf(x / sqrt 2)), the exact one. */
  gelu
};

/**
 * y [n][n_out] = activation(x [n][n_in] w^T + bias [1][n_out]) + residual [n][n_out]. residual may be y itself. x is of
 * the device's type of activations; y, and bias with it, of that type or f32; residual is f32, and y then too.
 */
struct LinearArgs {
  Tensor x;
  const Weight* weight = nullptr;
  Tensor bias;
  Activation activation = Activation::none;
  Tensor residual;
  Tensor y;
  /** The most rows that calls of this kind have, where that is not what the weight's RowCount tells; else 0. */
  int64_t most_rows = 0;
};

/** y = (x - mean) / sqrt(variance + 1e-5) * weight + bias, for each row; x f32, weight and bias f32 [1][n]; y f32 or of
 * the device's type of activations. y may be x. */
struct LayerNormArgs {
  Tensor x;
  Tensor weight;
  Tensor bias;
  Tensor y;
};

/**
 * Whisper's log-mel spectrogram: samples (host memory) padded with zeros to y.rows * 160, reflected at both ends,
 * Hann window 400, hop 160, power spectrum, filters [n_mels][201], log10, clamped to 8 below the maximum,
 * (v + 4) / 4. y [n_frames][n_mels], time by rows.
 */
struct LogMelArgs {
  std::span<const float> samples;
  Tensor filters;
  Tensor y;
};

/**
 * Full self-attention, scores scaled by head_dim^-0.5: qkv [n][3 n_state] holds query, key, value side by side. The
 * rows are those of n_windows windows behind one another, all of one length, each for itself.
 */
struct AttentionArgs {
  Tensor qkv;
  int32_t n_heads = 0;
  /** [n][n_state]. */
  Tensor y;
  int32_t n_windows = 1;
};

/** The part of a call that is one of its windows. */
inline AttentionArgs window_of(const AttentionArgs& args, int32_t window) {
  const int64_t n = args.qkv.rows / args.n_windows;
  return {args.qkv.rows_from(window * n, n), args.n_heads, args.y.rows_from(window * n, n), 1};
}

/** Where one row's key and value go. */
struct CachePlace {
  int32_t slot;
  int32_t place;
};

/** Puts keys and values [n][n_heads head_dim] into a layer of a cache. */
struct StoreArgs {
  KeyValueCache* cache = nullptr;
  int32_t layer = 0;
  Tensor key;
  Tensor value;
  /** Host memory, one entry a row. */
  std::span<const CachePlace> places;
};

/** What one row of queries sees: the first `length` places of a slot. */
struct CacheReach {
  int32_t slot;
  int32_t length;
};

/** Attention of queries over a cache, scores scaled by head_dim^-0.5: query and y [n][n_heads head_dim]. */
struct CachedAttentionArgs {
  Tensor query;
  const KeyValueCache* cache = nullptr;
  int32_t layer = 0;
  /** Host memory, one entry a row. Rows of one slot that follow one another read its keys and values once. */
  std::span<const CacheReach> reach;
  Tensor y;
};

/** The softmax weights of one head of cached attention: weights f32 [n][length]. */
struct AttentionWeightsArgs {
  Tensor query;
  const KeyValueCache* cache = nullptr;
  int32_t layer = 0;
  int32_t head = 0;
  CacheReach reach;
  Tensor weights;
};

/**
 * Where the tokens of a forced sequence lie in its audio, from the cross-attention of the alignment heads (the method
 * of openai/whisper, timing.py): every frame of every head is normalised over all n_tokens (mean, population
 * deviation), smoothed along the frames by a median of seven with reflected edges, and the negated mean of the heads is
 * what a frame costs a token. The cheapest path through the rows [first_row, first_row + n_rows) and the first n_frames
 * frames, from the first of both to the last, goes diagonally, down (next token) or right (next frame), preferred in
 * this order among equals.
 */
struct AlignmentPathArgs {
  /** f32 [n_heads n_tokens][n_frames or more]: the tokens of one head behind those of the other. */
  Tensor weights;
  int32_t n_heads = 0;
  int32_t n_tokens = 0;
  int32_t first_row = 0;
  int32_t n_rows = 0;
  int32_t n_frames = 0;
  /** The frame at which the path first touches each row: host memory, n_rows entries. */
  std::span<int32_t> first;
};

/** y [n][n_state] = table row of each token + positions [n_places][n_state] row of its place. */
struct EmbedArgs {
  const Weight* table = nullptr;
  Tensor positions;
  /** Host memory, one entry a row. A token of -1 - i is entry i of chosen. */
  std::span<const int32_t> tokens;
  std::span<const int32_t> places;
  Tensor y;
  /** i32 [1][n], what picks have put there; none where all tokens are given. */
  Tensor chosen = {};
};

/** Chooses the next token of each row of logits [n][n_vocab] by its rule; picks in host memory. */
struct PickArgs {
  Tensor logits;
  const TokenKinds* kinds = nullptr;
  std::span<const TokenRule> rules;
  std::span<Pick> picks;
  /** i32 [1][n]: best tokens in the device's memory, for ops that follow; what a rule reads here, none of the call
   * writes. */
  Tensor chosen = {};
};

/** Softmax of logits [n][n_vocab] over the tokens below `end`, at one target each; 0 where the target is not below. */
struct TokenProbabilityArgs {
  Tensor logits;
  int32_t end = 0;
  /** Host memory, one entry a row. */
  std::span<const int32_t> targets;
  std::span<float> probabilities;
};

/**
 * The op list: what a device implements for one lane, called through ops/, which checks the arguments. The work of one
 * executor happens in the order of the calls; what goes to host memory is there on return. Used by one thread at a
 * time.
 *
 * The result of a row depends on that row alone: never on the other rows of a call, the number of threads, or other
 * lanes.
 */
class Executor {
 public:
  virtual ~Executor() = default;

  /**
   * Runs ops that belong together. They may be gone through more than once and must give the same calls each time, with
   * host arguments that stay as they are; what goes to host memory is there when batch returns.
   */
  virtual void batch(const std::function<void()>& ops) { ops(); }

  /**
   * The same without waiting: what goes to host memory is there when finish returns. Host memory that is read may
   * change when start returns. Two may be started before the first is finished.
   */
  virtual void start(const std::function<void()>& ops) { ops(); }
  /** Waits for the first batch that was started and not finished. */
  virtual void finish() {}

  /** Returns when all work so far is done. */
  virtual void wait() {}

  virtual void linear(const LinearArgs& args) = 0;
  virtual void layer_norm(const LayerNormArgs& args) = 0;
  /**
   * layer_norm, then the product of its y, which is undefined afterwards: a device may do both at once. What the
   * product writes is not what is normed.
   */
  virtual void normed_linear(const LayerNormArgs& norm, const LinearArgs& args) {
    layer_norm(norm);
    linear(args);
  }
  virtual void log_mel(const LogMelArgs& args) = 0;
  virtual void attention(const AttentionArgs& args) = 0;
  virtual void store(const StoreArgs& args) = 0;
  /** Copies the first n_places of one slot to another, all layers. */
  virtual void copy_slot(KeyValueCache& cache, int32_t from, int32_t to, int32_t n_places) = 0;
  virtual void cached_attention(const CachedAttentionArgs& args) = 0;
  virtual void attention_weights(const AttentionWeightsArgs& args) = 0;
  virtual void alignment_path(const AlignmentPathArgs& args) = 0;
  virtual void embed(const EmbedArgs& args) = 0;
  virtual void pick(const PickArgs& args) = 0;
  virtual void token_probability(const TokenProbabilityArgs& args) = 0;
};

}  // namespace fw
