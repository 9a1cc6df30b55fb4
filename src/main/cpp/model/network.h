#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fw {

/**
 * How the next token of one row is chosen from its logits. Plain data without pointers to host objects, so that a
 * device can keep it beside its logits and choose there. Rules as in Whisper (Radford et al. 2022; openai/whisper,
 * decoding.py): suppressed tokens, blank and end-of-text at the first place, and the time-stamp rules.
 */
struct TokenRule {
  /** Only tokens in [first_token, last_token] can be chosen; language detection and the tests narrow it. */
  int32_t first_token = 0;
  int32_t last_token = INT32_MAX;
  /** The model's suppressed tokens (non-speech and special ones) are masked. */
  bool suppress = true;
  /** First sampled place: blank and end-of-text are masked; with timestamps only time stamps up to initial_max. */
  bool first_place = false;
  /** Time-stamp rules on; off masks every time stamp. */
  bool timestamps = true;
  /** The token before, and the one before it, were time stamps. A first place counts as (false, true). */
  bool last_was_timestamp = false;
  bool last_but_one_was_timestamp = true;
  /** Time stamps below this token are masked (they never go back); 0 where there is none yet. */
  int32_t min_timestamp = 0;
  /** Highest time stamp at the first place: begin + 50 is 1.0 s (openai/whisper max_initial_timestamp). */
  int32_t max_initial_timestamp = INT32_MAX;
  /** End-of-text is masked until a length is reached (benchmarks). */
  bool mask_end = false;
  /** 0 takes the most probable token, the lowest id first among equals; above it samples with random. */
  float temperature = 0.0f;
  /** Uniform in [0, 1): made by the caller from the window's content and the place, never from a clock. */
  double random = 0.0;
  /** How many best tokens to return; 1 for greedy and sampling, the beam's width for a beam. */
  int32_t n_best = 1;
};

struct Candidate {
  int32_t token;
  /** log softmax over the permitted tokens, at temperature 1 (openai/whisper sums these for avg_logprob). */
  float logprob;
};

struct Pick {
  /** n_best entries, best first; the sampled one alone where the temperature is above 0. */
  std::vector<Candidate> candidates;
  /** Softmax probability of no-speech over the unmasked logits of this row. */
  float no_speech_probability = 0.0f;
};

/**
 * One token through the decoder. The rows of one call may hold several places of the same sequence in rising order
 * (a prompt); each sees the cache up to and including its own place.
 */
struct StepRow {
  /** Sequence: whose self-attention cache. */
  int32_t sequence;
  /** Window: whose cross-attention keys and values. */
  int32_t window;
  /** Place in the sequence, from 0. */
  int32_t place;
  int32_t token;
  /** Whether the next token is chosen here. */
  bool pick = false;
  TokenRule rule;
};

/** Cross-attention of the alignment heads for one forced sequence, and how probable its tokens were. */
struct Alignment {
  int32_t n_heads = 0;
  int32_t n_tokens = 0;
  int32_t n_frames = 0;
  /** Softmax over all audio frames of the scaled scores, [n_heads][n_tokens][n_frames], row-major. */
  std::vector<float> weights;
  /** Probability of token i + 1 after token i, softmax over the text tokens below end-of-text; n_tokens - 1 of them. */
  std::vector<float> next_probability;
};

/** Sizes of a lane's memory. */
struct NetworkLimits {
  /** Windows whose keys and values are held at a time. */
  int32_t n_windows = 8;
  /** Sequences whose caches are held at a time. */
  int32_t n_sequences = 8;
  /** Threads of the products on a CPU. */
  int32_t n_threads = 1;
};

/**
 * A model's layers on the memory of one lane: what decode and align are written against. An implementation keeps
 * caches, logits and scratch on its device; only tokens, probabilities and alignment weights come back.
 *
 * What a row or window gives does not depend on what else is in the call: the same bits alone and in any batch.
 * Used by one thread at a time, the lane's. Throws fw::Error.
 */
class Network {
 public:
  virtual ~Network() = default;

  /** Log-mel, encoder, and cross-attention keys and values of one window: samples [n_samples], 16 kHz, at most 30 s. */
  virtual void encode(int32_t window, std::span<const float> samples) = 0;

  /** Puts all rows through the decoder; one Pick for each row with pick set, in their order. */
  virtual std::vector<Pick> step(std::span<const StepRow> rows) = 0;

  /** Copies the first n_places of a sequence's self-attention cache to another's (beams that fork). */
  virtual void copy_sequence(int32_t from, int32_t to, int32_t n_places) = 0;

  /** Puts tokens (prefix, text and end-of-text) through the decoder on a sequence of the lane, overwriting its cache. */
  virtual Alignment align(int32_t window, int32_t sequence, std::span<const int32_t> tokens) = 0;
};

}  // namespace fw
