#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "decode/lane.h"
#include "decode/window_request.h"
#include "model/network.h"
#include "model/vocabulary.h"

namespace fw {

/** English-only and multilingual (99 languages), with made-up words; made once for a test program. */
const Vocabulary& english_vocabulary();
const Vocabulary& multilingual_vocabulary();
inline constexpr int32_t test_text_ctx = 448;
/** Token of english_vocabulary() for the time stamp `ms`. */
int32_t stamp(int32_t ms);
/** Words of the made-up vocabularies, all different. */
std::vector<int32_t> words(int32_t first, int32_t n);
/** In samples. */
inline constexpr int64_t second = FW_SAMPLE_RATE_HZ;

/** Logits of the tokens that count; all others are out of the question. */
using Logits = std::map<int32_t, float>;

/**
 * What a network says: the logits that follow the sampled tokens of a window's voice, given the whole sequence with its
 * prompt too.
 */
struct Line {
  int32_t voice;
  std::span<const int32_t> sampled;
  std::span<const int32_t> sequence;
};

/** What a scripted network does and what it was asked; shared with the test. */
struct NetworkScript {
  std::function<Logits(const Line&)> speak;
  /** Probability of no-speech of a voice; 0 where none is named. */
  std::map<int32_t, float> no_speech;
  /** Called before each step and encode, on the lane's thread; may wait, and may throw for a failing device. */
  std::function<void(std::span<const StepRow>)> before_step;
  std::function<void(int32_t voice)> before_encode;
  std::function<void(int32_t voice)> before_align;
  /** Whether the lane may start a step before it has the picks of the one before. */
  bool steps_ahead = false;

  /** What happened, by voice. */
  std::map<int32_t, int32_t> n_encodes;
  std::map<int32_t, int32_t> n_picks;
  std::map<int32_t, std::vector<std::vector<int32_t>>> aligned;
  /** Rows of each step, and how many steps at most were started and not finished. */
  std::vector<size_t> step_rows;
  size_t most_started = 0;
  /** Picks that were asked for with a beam's width. */
  std::vector<int32_t> n_best;
  std::mutex mutex;
};

/**
 * A network whose logits are planted and whose caches are checked: a row must follow the places that its sequence holds
 * and use a window that was encoded. The first sample of a window is its voice.
 */
class ScriptedNetwork final : public Network {
 public:
  ScriptedNetwork(std::shared_ptr<NetworkScript> script, const Vocabulary& vocabulary, const NetworkLimits& limits);

  using Network::encode;
  void encode(std::span<const EncodeRequest> windows) override;
  void start_step(std::span<const StepRow> rows) override;
  std::vector<Pick> finish_step() override;
  bool steps_ahead() const override { return script_->steps_ahead; }
  void copy_sequence(int32_t from, int32_t to, int32_t n_places) override;
  void start_align(std::span<const AlignRequest> requests) override;
  std::vector<Alignment> finish_align() override { return std::exchange(alignments_, {}); }

 private:
  Pick pick(const StepRow& row);
  Alignment align_one(const AlignRequest& request);
  bool permits(const TokenRule& rule, int32_t token) const;

  std::shared_ptr<NetworkScript> script_;
  const SpecialTokens& special_;
  /** Voice of each window; -1 before it is encoded. */
  std::vector<int32_t> voices_;
  std::vector<std::vector<int32_t>> sequences_;
  /** Of steps that were started and not finished, and the best tokens of the last one that was started. */
  std::deque<std::vector<Pick>> started_;
  std::vector<int32_t> chosen_;
  std::vector<Alignment> alignments_;
};

/** Logits that make one token certain. */
Logits certain(int32_t token);
/** Says the text of each voice and then end-of-text, surely. */
std::function<Logits(const Line&)> saying(const Vocabulary& vocabulary, std::map<int32_t, std::vector<int32_t>> texts);

/** Greedy at temperature 0 without any gate, without words: tests switch on what they are about. */
DecodeOptions plain_options();
/** A second of sound that a scripted network takes for this voice; one span. */
WindowRequest window_of(int32_t voice, DecodeOptions options = plain_options());

/** Holds the lane's thread at a place until the test lets it go on; open from then on. */
class Gate {
 public:
  void pass();
  void wait_until_reached();
  void open();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false;
  bool open_ = false;
};

/** A lane on a scripted network. */
struct LaneCase {
  explicit LaneCase(const LaneLimits& limits = {.batch = 3, .max_beam = 5, .queue = 8},
                    const Vocabulary& words = english_vocabulary());

  /** Hands the windows in as places become free, and gives their results by tag once all have finished. */
  std::map<int64_t, WindowResult> run(std::vector<WindowRequest> requests);
  WindowResult run_one(WindowRequest request);
  /** The results of windows that were submitted; fewer, and a failed test, where one does not come within a minute. */
  std::map<int64_t, WindowResult> take(size_t n_results);

  const Vocabulary& vocabulary;
  std::shared_ptr<NetworkScript> script = std::make_shared<NetworkScript>();
  Lane lane;
};

}  // namespace fw
