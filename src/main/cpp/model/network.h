#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "device/token_rule.h"

namespace fw {

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
  /**
   * The token, or -1 - i: the best one of pick i of the step that was started before this one; i is below n_sequences +
   * n_windows.
   */
  int32_t token;
  /** Whether the next token is chosen here. */
  bool pick = false;
  TokenRule rule;
};

/** The sound of a window: samples [n_samples], 16 kHz, at most 30 s. */
struct EncodeRequest {
  int32_t window;
  std::span<const float> samples;
};

/**
 * Tokens (prefix, text and end-of-text) to put through the decoder on a sequence of the lane, overwriting its cache,
 * and the path to find: of the rows [first_row, first_row + n_rows) through the first n_frames frames, or all where the
 * window has fewer. Row i is that of token i, which predicts token i + 1.
 */
struct AlignRequest {
  int32_t window;
  int32_t sequence;
  std::span<const int32_t> tokens;
  int32_t first_row;
  int32_t n_rows;
  int32_t n_frames;
};

/** Where the tokens of a forced sequence lie in its window, and how probable they were. */
struct Alignment {
  /** Frame of 20 ms at which the path (AlignmentPathArgs) first touches each of the rows that were asked for. */
  std::vector<int32_t> first_frames;
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
  /** Whether a GPU overlaps copies and computing on streams of its own; false does all on one, in order. */
  bool use_streams = true;
  /** Whether keys and values of the windows' sound are kept in eight bits: half the memory, and half of what a step
   * reads. */
  bool eight_bit_audio = false;
};

/**
 * A model's layers on the memory of one lane: what decode and align are written against. An implementation keeps
 * caches, logits and scratch on its device; only tokens, probabilities and frames come back.
 *
 * What a row or window gives does not depend on what else is in the call: the same bits alone and in any batch.
 * Used by one thread at a time, the lane's. Throws fw::Error.
 */
class Network {
 public:
  virtual ~Network() = default;

  /**
   * Log-mel, encoder, and cross-attention keys and values of windows. They go through the encoder together as far as
   * the device gains by it.
   */
  virtual void encode(std::span<const EncodeRequest> windows) = 0;
  void encode(int32_t window, std::span<const float> samples) {
    const EncodeRequest one{window, samples};
    encode({&one, 1});
  }

  /**
   * Puts all rows through the decoder; finish_step then gives one Pick for each row with pick set, in their order. The
   * rule of a row whose token is a pick's is the one that follows a text token; what the pick was is put in.
   */
  virtual void start_step(std::span<const StepRow> rows) = 0;
  /** The picks of the first step that was started and not finished. */
  virtual std::vector<Pick> finish_step() = 0;
  std::vector<Pick> step(std::span<const StepRow> rows) {
    start_step(rows);
    return finish_step();
  }
  /** Whether a second step is worth starting before the first is finished; where not, it may do all its work at once.
   */
  virtual bool steps_ahead() const { return false; }

  /** Copies the first n_places of a sequence's self-attention cache to another's (beams that fork). */
  virtual void copy_sequence(int32_t from, int32_t to, int32_t n_places) = 0;

  /**
   * Aligns forced sequences, each on a window and sequence that no other of them has; finish_align then gives the
   * alignments in their order. What is called between the two comes behind: the windows may be encoded anew, and there
   * is no step under way. The tokens are read during the call only.
   */
  virtual void start_align(std::span<const AlignRequest> requests) = 0;
  virtual std::vector<Alignment> finish_align() = 0;
  std::vector<Alignment> align(std::span<const AlignRequest> requests) {
    start_align(requests);
    return finish_align();
  }
  Alignment align(const AlignRequest& request) { return std::move(align({&request, 1}).front()); }

  /** How many windows are worth waiting for before they are encoded, or aligned, together; 1 on a processor. */
  virtual int32_t group() const { return 1; }
};

}  // namespace fw
