#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "device/executor.h"
#include "model/model.h"
#include "model/network.h"

namespace fw {

/** The decoder with its caches: rows of tokens in, normed states and logits out. */
class TextDecoder {
 public:
  TextDecoder(const Model& model, Executor& executor, const NetworkLimits& limits);

  /** Computes the cross-attention keys and values of windows from the encoder's output, one behind the other. */
  void set_audio(std::span<const int32_t> windows, const Tensor& audio);

  /** Network::start_step and finish_step. */
  void start_step(std::span<const StepRow> rows);
  std::vector<Pick> finish_step();
  void copy_sequence(int32_t from, int32_t to, int32_t n_places);
  /** Network::start_align and finish_align. */
  void start_align(std::span<const AlignRequest> requests);
  std::vector<Alignment> finish_align();

  /** The logits of all rows [n][n_vocab] in host memory, for tests. */
  std::vector<float> logits(std::span<const StepRow> rows);

  /** Memory of the caches. */
  size_t cache_bytes() const { return self_cache_->bytes() + cross_cache_->bytes(); }

 private:
  /** A forced sequence in a pass: where its rows begin. */
  struct Forced {
    const AlignRequest* request;
    Alignment* alignment;
    int32_t first_row;
  };
  /** Sequences that go through the decoder together, and the probabilities of their rows. */
  struct Pass {
    std::vector<Forced> forced;
    std::vector<float> probabilities;
    int64_t n_rows = 0;

    /** Hands the probabilities out, once they are there. */
    void finish();
  };
  /** Alignments whose last pass may be under way. */
  struct Aligning {
    std::vector<Alignment> alignments;
    Pass last;
  };

  /** Calls run (of the executor) with the ops of a pass of at most max_rows_ rows. */
  void align_pass(Pass& pass, void (Executor::*run)(const std::function<void()>&));

  /** Sees the queries of a layer's cross-attention, for the rows now in work. */
  using QueryWatch = std::function<void(int32_t layer, const Tensor& query)>;

  /** What the picks of a part of a step are chosen by; their tokens go behind first_pick in the half of this step. */
  std::vector<TokenRule> rules_of(std::span<const StepRow> rows, size_t first_pick) const;
  /** The index in chosen_ of a pick of the step before this one. */
  int32_t chosen_before(int32_t pick) const { return (1 - chosen_half_) * max_picks() + pick; }
  int32_t max_picks() const { return static_cast<int32_t>(chosen_.cols / 2); }

  /** Puts at most max_rows rows through all blocks; the states are in x_ then. */
  void run_blocks(std::span<const StepRow> rows, const QueryWatch& watch);
  void run_block(int32_t index, const QueryWatch& watch);
  /** Norms some rows of x_ and computes their logits; at most logit_rows_ of them. */
  Tensor compute_logits(std::span<const int32_t> rows);

  const Model& model_;
  Executor& executor_;
  /** Rows that go through the blocks together: at least a whole text. */
  int64_t max_rows_;
  int64_t logit_rows_;
  std::unique_ptr<KeyValueCache> self_cache_;
  std::unique_ptr<KeyValueCache> cross_cache_;
  std::unique_ptr<Memory> memory_;
  Tensor audio_key_value_;
  Tensor x_;
  Tensor normed_;
  Tensor attended_;
  /** Queries, keys and values, or the inner values of the MLP: [max_rows][4 n_text_state]. */
  Tensor wide_;
  Tensor logits_;
  /** Of the alignment heads, the tokens of one head behind those of the other: [n_heads n_text_ctx][n_audio_ctx]. */
  Tensor alignment_weights_;
  /** Tokens that picks have chosen, of the step that was started last and of the one before: i32, two halves. */
  Tensor chosen_;
  int32_t chosen_half_ = 0;
  /** Picks of the steps that were started, the oldest first. */
  std::deque<std::vector<Pick>> picks_;
  std::deque<Aligning> aligning_;
  /** Of the rows now in work. */
  std::vector<int32_t> tokens_;
  std::vector<int32_t> positions_;
  std::vector<CachePlace> places_;
  std::vector<CachePlace> audio_places_;
  std::vector<CacheReach> self_reach_;
  std::vector<CacheReach> cross_reach_;
  int64_t n_rows_ = 0;
  /** LinearArgs::most_rows of the pass in work. */
  int64_t most_rows_ = 0;
};

}  // namespace fw
