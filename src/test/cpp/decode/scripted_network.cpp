#include "decode/scripted_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "device/cpu/alignment_path.h"
#include "model_maker/model_maker.h"

namespace fw {

const Vocabulary& english_vocabulary() {
  static const Vocabulary vocabulary(51864, made_up_tokens(50256));
  return vocabulary;
}

const Vocabulary& multilingual_vocabulary() {
  static const Vocabulary vocabulary(51865, made_up_tokens(50257));
  return vocabulary;
}

int32_t stamp(int32_t ms) { return english_vocabulary().special().timestamp_begin + ms / 20; }

std::vector<int32_t> words(int32_t first, int32_t n) {
  std::vector<int32_t> tokens(static_cast<size_t>(n));
  std::iota(tokens.begin(), tokens.end(), 1000 + first);
  return tokens;
}

ScriptedNetwork::ScriptedNetwork(std::shared_ptr<NetworkScript> script, const Vocabulary& vocabulary,
                                 const NetworkLimits& limits)
    : script_(std::move(script)),
      special_(vocabulary.special()),
      voices_(static_cast<size_t>(limits.n_windows), -1),
      sequences_(static_cast<size_t>(limits.n_sequences)) {}

void ScriptedNetwork::encode(std::span<const EncodeRequest> windows) {
  for (const EncodeRequest& request : windows) {
    const int32_t voice = static_cast<int32_t>(std::lround(request.samples.front()));
    if (script_->before_encode) script_->before_encode(voice);
    voices_.at(static_cast<size_t>(request.window)) = voice;
    const std::lock_guard lock(script_->mutex);
    ++script_->n_encodes[voice];
  }
}

void ScriptedNetwork::start_step(std::span<const StepRow> rows) {
  if (script_->before_step) script_->before_step(rows);
  std::vector<Pick> picks;
  for (StepRow row : rows) {
    if (row.token < 0) {
      row.token = chosen_.at(static_cast<size_t>(-1 - row.token));
      row.rule = rule_after_token(row.rule, row.token, special_.timestamp_begin);
    }
    if (voices_.at(static_cast<size_t>(row.window)) < 0)
      throw std::logic_error("a row of a window that was not encoded");
    std::vector<int32_t>& sequence = sequences_.at(static_cast<size_t>(row.sequence));
    if (row.place < 0 || static_cast<size_t>(row.place) > sequence.size())
      throw std::logic_error("a row that skips a place");
    if (row.place >= test_text_ctx) throw std::logic_error("a row behind the text context");
    sequence.resize(static_cast<size_t>(row.place));
    sequence.push_back(row.token);
    if (row.pick) picks.push_back(pick(row));
  }
  chosen_.clear();
  for (const Pick& pick : picks) chosen_.push_back(pick.candidates.front().token);
  started_.push_back(std::move(picks));
  const std::lock_guard lock(script_->mutex);
  script_->step_rows.push_back(rows.size());
  script_->most_started = std::max(script_->most_started, started_.size());
}

std::vector<Pick> ScriptedNetwork::finish_step() {
  std::vector<Pick> picks = std::move(started_.front());
  started_.pop_front();
  return picks;
}

void ScriptedNetwork::copy_sequence(int32_t from, int32_t to, int32_t n_places) {
  const std::vector<int32_t>& source = sequences_.at(static_cast<size_t>(from));
  sequences_.at(static_cast<size_t>(to)).assign(source.begin(), source.begin() + n_places);
}

void ScriptedNetwork::start_align(std::span<const AlignRequest> requests) {
  alignments_.clear();
  for (const AlignRequest& request : requests) alignments_.push_back(align_one(request));
}

Alignment ScriptedNetwork::align_one(const AlignRequest& request) {
  const auto [window, sequence, tokens, first_row, n_rows, n_frames] = request;
  const int32_t voice = voices_.at(static_cast<size_t>(window));
  if (script_->before_align) script_->before_align(voice);
  sequences_.at(static_cast<size_t>(sequence)).assign(tokens.begin(), tokens.end());
  {
    const std::lock_guard lock(script_->mutex);
    script_->aligned[voice].emplace_back(tokens.begin(), tokens.end());
  }
  // Each token looks at ten frames of its own, one token after the other.
  const auto n_tokens = static_cast<int32_t>(tokens.size());
  std::vector<float> weights(tokens.size() * 1500, 1e-6f);
  for (size_t t = 0; t != tokens.size(); ++t) {
    for (size_t f = 0; f != 10; ++f) weights[t * 1500 + t * 10 + f] = 0.1f;
  }
  Alignment alignment;
  alignment.first_frames.resize(static_cast<size_t>(n_rows));
  find_alignment_path({Tensor(weights.data(), DataType::f32, n_tokens, 1500), 1, n_tokens, first_row, n_rows,
                       std::min(n_frames, 1500), alignment.first_frames});
  alignment.next_probability.assign(tokens.size() - 1, 0.5f);
  return alignment;
}

bool ScriptedNetwork::permits(const TokenRule& rule, int32_t token) const {
  if (token < rule.first_token || token > rule.last_token) return false;
  if (rule.unrestricted) return true;
  if (token == special_.end) return !rule.first_place && !rule.mask_end;
  const bool is_timestamp = special_.is_timestamp(token);
  if (!rule.timestamps) return !is_timestamp;
  if (rule.first_place) return is_timestamp && token <= rule.max_initial_timestamp;
  if (is_timestamp) {
    return token >= rule.min_timestamp && !(rule.last_was_timestamp && rule.last_but_one_was_timestamp);
  }
  return !rule.last_was_timestamp || rule.last_but_one_was_timestamp;
}

Pick ScriptedNetwork::pick(const StepRow& row) {
  const int32_t voice = voices_[static_cast<size_t>(row.window)];
  const std::vector<int32_t>& sequence = sequences_[static_cast<size_t>(row.sequence)];
  const auto is_prompt = [&](int32_t t) { return t >= special_.start && t <= special_.no_timestamps; };
  const auto last_of_prompt = std::find_if(sequence.rbegin(), sequence.rend(), is_prompt);
  const std::span<const int32_t> sampled(last_of_prompt.base(), sequence.end());
  const Logits logits = script_->speak({.voice = voice, .sampled = sampled, .sequence = sequence});

  Pick pick;
  {
    const std::lock_guard lock(script_->mutex);
    ++script_->n_picks[voice];
    script_->n_best.push_back(row.rule.n_best);
    const auto found = script_->no_speech.find(voice);
    // Only the row of the start token tells; a decoder that looks at another one gets a wrong value.
    const bool at_start = row.token == special_.start;
    pick.no_speech_probability = found == script_->no_speech.end() || !at_start ? 0.0f : found->second;
  }
  double sum = 0.0;
  double sum_at_temperature = 0.0;
  const double temperature = static_cast<double>(row.rule.temperature);
  for (const auto& [token, logit] : logits) {
    if (!permits(row.rule, token)) continue;
    pick.candidates.push_back({token, logit});
    sum += std::exp(static_cast<double>(logit));
    if (temperature > 0.0) sum_at_temperature += std::exp(static_cast<double>(logit) / temperature);
  }
  if (pick.candidates.empty()) {
    pick.candidates.push_back({special_.end, -std::numeric_limits<float>::infinity()});
    return pick;
  }
  if (temperature > 0.0) {
    double rest = row.rule.random * sum_at_temperature;
    size_t chosen = 0;
    for (; chosen + 1 < pick.candidates.size(); ++chosen) {
      rest -= std::exp(static_cast<double>(pick.candidates[chosen].logprob) / temperature);
      if (rest < 0.0) break;
    }
    pick.candidates = {pick.candidates[chosen]};
  } else {
    std::stable_sort(pick.candidates.begin(), pick.candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.logprob > b.logprob; });
    if (pick.candidates.size() > static_cast<size_t>(row.rule.n_best))
      pick.candidates.resize(static_cast<size_t>(row.rule.n_best));
  }
  for (Candidate& candidate : pick.candidates) candidate.logprob -= static_cast<float>(std::log(sum));
  return pick;
}

Logits certain(int32_t token) { return {{token, 0.0f}}; }

std::function<Logits(const Line&)> saying(const Vocabulary& vocabulary, std::map<int32_t, std::vector<int32_t>> texts) {
  return [end = vocabulary.special().end, texts = std::move(texts)](const Line& line) {
    const std::vector<int32_t>& text = texts.at(line.voice);
    return certain(line.sampled.size() < text.size() ? text[line.sampled.size()] : end);
  };
}

DecodeOptions plain_options() {
  DecodeOptions options;
  options.language = "en";
  options.temperatures = {0.0f};
  options.max_compression_ratio = 0.0f;
  options.min_avg_logprob = -std::numeric_limits<float>::infinity();
  options.min_cue_logprob = -std::numeric_limits<float>::infinity();
  options.timestamps = false;
  options.words = false;
  options.max_tokens = test_text_ctx / 2;
  return options;
}

WindowRequest window_of(int32_t voice, DecodeOptions options) {
  WindowRequest request;
  request.tag = voice;
  request.options = std::move(options);
  request.samples.assign(FW_SAMPLE_RATE_HZ, 0.0f);
  request.samples.front() = static_cast<float>(voice);
  request.spans = {{0, FW_SAMPLE_RATE_HZ}};
  return request;
}

void Gate::pass() {
  std::unique_lock lock(mutex_);
  reached_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_; });
}

void Gate::wait_until_reached() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return reached_; });
}

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

LaneCase::LaneCase(const LaneLimits& limits, const Vocabulary& words)
    : vocabulary(words),
      lane(std::make_unique<ScriptedNetwork>(script, words, network_limits(limits, 1)), words, test_text_ctx, limits) {}

std::map<int64_t, WindowResult> LaneCase::take(size_t n_results) {
  std::map<int64_t, WindowResult> results;
  for (size_t r = 0; r != n_results; ++r) {
    std::optional<WindowResult> result = lane.poll(std::chrono::minutes(1));
    EXPECT_TRUE(result) << "no window finished within a minute";
    if (!result) break;
    results[result->tag] = std::move(*result);
  }
  return results;
}

std::map<int64_t, WindowResult> LaneCase::run(std::vector<WindowRequest> requests) {
  std::map<int64_t, WindowResult> results;
  size_t n_inside = 0;
  for (WindowRequest& request : requests) {
    if (lane.free_places() == 0) {
      results.merge(take(1));
      --n_inside;
    }
    EXPECT_TRUE(lane.submit(std::move(request)));
    ++n_inside;
  }
  results.merge(take(n_inside));
  return results;
}

WindowResult LaneCase::run_one(WindowRequest request) {
  const int64_t tag = request.tag;
  std::vector<WindowRequest> requests;
  requests.push_back(std::move(request));
  return run(std::move(requests)).at(tag);
}

}  // namespace fw
