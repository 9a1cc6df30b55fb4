#include "decode/window_decoder.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "decode/compression_ratio.h"

namespace fw {
namespace {

std::string_view without_blanks_around(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

WindowDecoder::WindowDecoder(const Vocabulary& vocabulary, int32_t n_text_ctx, const WindowRequest& request,
                             int32_t window, int32_t first_sequence, bool may_divide)
    : vocabulary_(vocabulary),
      special_(vocabulary.special()),
      request_(request),
      n_text_ctx_(n_text_ctx),
      window_(window),
      first_sequence_(first_sequence),
      may_divide_(may_divide) {
  accepted_.language = request.options.language;
  if (!accepted_.language.empty()) start_search();
}

void WindowDecoder::start_search() {
  const DecodeOptions& options = request_.options;
  if (prompt_.tokens.empty()) {
    const int32_t language = special_.language_token(accepted_.language).value();
    prompt_ = build_prompt(special_, options.previous_tokens, language, options.task, options.timestamps);
  }
  const float temperature = options.temperatures[attempt_];
  const SearchOptions search{.width = temperature > 0.0f ? 1 : options.beam_size,
                             .temperature = temperature,
                             .seed = temperature > 0.0f ? seed() : 0,
                             .timestamps = options.timestamps,
                             .force_length = options.force_length,
                             .max_tokens = std::min(options.max_tokens, n_text_ctx_ - prompt_.n_tokens())};
  search_.emplace(special_, search,
                  SearchPlace{.window = window_,
                              .first_sequence = first_sequence_,
                              .n_prompt = prompt_.n_tokens(),
                              .last_prompt_token = prompt_.tokens.back()});
}

uint64_t WindowDecoder::seed() {
  if (!samples_hash_) {
    const std::vector<float>& samples = request_.samples;
    samples_hash_ = fnv1a64({reinterpret_cast<const char*>(samples.data()), samples.size() * sizeof(float)});
  }
  return splitmix64(*samples_hash_ + attempt_ * splitmix64_step);
}

AppendedRows WindowDecoder::append_rows(std::vector<StepRow>& rows, int32_t n_prompt_rows) {
  if (!search_) {
    // Language detection: one row at the start token, only languages permitted (openai/whisper, decoding.py
    // detect_language).
    const TokenRule rule{.first_token = special_.first_language,
                         .last_token = special_.first_language + special_.n_languages - 1,
                         .unrestricted = true};
    rows.push_back({.sequence = first_sequence_,
                    .window = window_,
                    .place = 0,
                    .token = special_.start,
                    .pick = true,
                    .rule = rule});
    return {.n_prompt = 0, .n_picks = 1};
  }
  // The search feeds the last token of the prompt itself.
  const int32_t n_to_feed = prompt_.n_tokens() - 1;
  n_feeding_ = std::min(n_to_feed - n_fed_, n_prompt_rows);
  n_prompt_picks_ = 0;
  for (int32_t place = n_fed_; place != n_fed_ + n_feeding_; ++place) {
    const bool at_start = place == prompt_.start_place;
    n_prompt_picks_ += at_start;
    rows.push_back({.sequence = first_sequence_,
                    .window = window_,
                    .place = place,
                    .token = prompt_.tokens[static_cast<size_t>(place)],
                    .pick = at_start,
                    .rule = {.unrestricted = true}});
  }
  searching_ = n_fed_ + n_feeding_ == n_to_feed;
  const size_t n_before = rows.size();
  if (searching_) search_->append_rows(rows);
  return {.n_prompt = n_feeding_, .n_picks = n_prompt_picks_ + static_cast<int32_t>(rows.size() - n_before)};
}

bool WindowDecoder::take(std::span<const Pick> picks, Network& network) {
  if (!search_) {
    take_language(picks.front());
    start_search();
    return false;
  }
  n_fed_ += std::exchange(n_feeding_, 0);
  // The first pick of a prompt is the one at the start token, whether the prompt's rows hold it or the search's.
  if (!no_speech_probability_ && !picks.empty()) no_speech_probability_ = picks.front().no_speech_probability;
  if (!searching_) return false;
  search_->take(picks.subspan(static_cast<size_t>(std::exchange(n_prompt_picks_, 0))), network);
  if (!search_->done()) return true;
  judge();
  return false;
}

void WindowDecoder::take_language(const Pick& pick) {
  const Candidate& best = pick.candidates.front();
  accepted_.language = special_.language_code(best.token);
  if (accepted_.language.empty()) {
    throw Error(FW_STATUS_INTERNAL, "language detection: the model gives no finite probability to any language");
  }
  accepted_.language_probability = std::exp(best.logprob);
}

void WindowDecoder::judge() {
  const DecodeOptions& options = request_.options;
  const Hypothesis& best = search_->best();
  const std::string text = vocabulary_.decode(best.tokens);
  const float ratio = compression_ratio(without_blanks_around(text));
  const float avg_logprob = static_cast<float>(best.avg_logprob());
  const bool unlikely = avg_logprob < options.min_avg_logprob;
  const bool loops = options.max_compression_ratio > 0.0f && ratio > options.max_compression_ratio;
  const bool silent = unlikely && *no_speech_probability_ > options.max_no_speech_probability;

  const bool doubtful = first_unlikely_cue(vocabulary_, best.tokens, best.logprobs,
                                           static_cast<int64_t>(request_.samples.size()), options.min_cue_logprob)
                            .has_value();
  if (doubtful && !silent && may_divide_ && attempt_ == 0 && options.timestamps) {
    division_ = place_division(vocabulary_, best.tokens, best.logprobs, request_.samples, options.min_cue_logprob);
  }

  const bool better =
      !any_text_ || (accepted_loops_ && !loops) || (accepted_loops_ == loops && avg_logprob > accepted_.avg_logprob);
  passed_ = silent || (!unlikely && !loops && !doubtful);
  if (better || passed_) {
    any_text_ = true;
    accepted_loops_ = loops;
    const size_t n_kept = silent ? 0 : division_ ? static_cast<size_t>(division_->n_tokens) : best.tokens.size();
    accepted_.tokens.assign(best.tokens.begin(), best.tokens.begin() + static_cast<std::ptrdiff_t>(n_kept));
    accepted_.logprobs.assign(best.logprobs.begin(), best.logprobs.begin() + static_cast<std::ptrdiff_t>(n_kept));
    accepted_.avg_logprob = avg_logprob;
    accepted_.compression_ratio = ratio;
    accepted_.no_speech_probability = *no_speech_probability_;
    accepted_.temperature = options.temperatures[attempt_];
  }
  ++attempt_;
  done_ = passed_ || division_ || attempt_ == options.temperatures.size();
  if (!done_) start_search();
}

}  // namespace fw
