#include "decode/window_pieces.h"

#include <algorithm>
#include <utility>

namespace fw {
namespace {

/** Each costs an encoder pass; a window of 30 s has rarely more than one place where the thread is lost. */
constexpr int32_t most_divisions = 4;

double n_rated(const DecodedText& text) { return static_cast<double>(text.tokens.size() + 1); }

/** Means over both texts; of what gates look at, the worse. */
void join(DecodedText& text, const DecodedText& more) {
  const double sum = text.avg_logprob * n_rated(text) + more.avg_logprob * n_rated(more);
  text.avg_logprob = static_cast<float>(sum / (n_rated(text) + n_rated(more)));
  text.compression_ratio = std::max(text.compression_ratio, more.compression_ratio);
  text.temperature = std::max(text.temperature, more.temperature);
  text.no_speech_probability = std::min(text.no_speech_probability, more.no_speech_probability);
  text.tokens.insert(text.tokens.end(), more.tokens.begin(), more.tokens.end());
  text.logprobs.insert(text.logprobs.end(), more.logprobs.begin(), more.logprobs.end());
}

}  // namespace

WindowPieces::WindowPieces(WindowRequest&& window) : tag_(window.tag), piece_{.request = std::move(window)} {}

bool WindowPieces::may_divide() const { return n_divisions_ != most_divisions && !piece_.is_head; }

WindowPieces::Piece WindowPieces::part(int64_t from, int64_t to, const DecodedText& text) const {
  const WindowRequest& whole = piece_.request;
  Piece part{.request = {.tag = tag_, .options = whole.options, .samples = {}, .spans = {}},
             .first_sample = piece_.first_sample + from};
  part.request.options.language = text.language;
  part.request.samples.assign(whole.samples.begin() + from, whole.samples.begin() + to);
  int64_t at = 0;
  for (const fw_span& span : whole.spans) {
    const int64_t begin = std::max(from, at);
    const int64_t end = std::min(to, at + span.n_samples);
    if (begin < end) part.request.spans.push_back({span.first_sample + begin - at, end - begin});
    at += span.n_samples;
  }
  return part;
}

void WindowPieces::take(const WindowDecoder& decoder, const Vocabulary& vocabulary) {
  const DecodedText& text = decoder.text();
  if (!decoder.division()) {
    if (!piece_.is_head || decoder.passed()) draft_.emplace(vocabulary, piece_.request, text);
    return;
  }
  ++n_divisions_;
  const int64_t at = decoder.division()->sample;
  following_.push_back(part(at, static_cast<int64_t>(piece_.request.samples.size()), text));
  Piece before = part(0, at, text);
  if (text.tokens.empty()) {
    before.is_head = true;
    before.request.options.temperatures.resize(1);
    following_.push_back(std::move(before));
  } else {
    before_division_ = std::move(before.request);
    draft_.emplace(vocabulary, before_division_, text);
  }
}

std::optional<AlignRequest> WindowPieces::alignment(int32_t window, int32_t sequence) const {
  return draft_ ? draft_->alignment(window, sequence) : std::nullopt;
}

void WindowPieces::finish(const SpecialTokens& special, const Alignment* alignment) {
  if (draft_) append(special, draft_->finish(alignment));
  draft_.reset();
}

bool WindowPieces::next() {
  if (following_.empty()) return false;
  piece_ = std::move(following_.back());
  following_.pop_back();
  return true;
}

void WindowPieces::append(const SpecialTokens& special, WindowResult&& part) {
  // On the time line of the whole window, as if it had been decoded in one.
  const auto n_steps = static_cast<int32_t>(piece_.first_sample / timestamp_samples);
  for (int32_t& token : part.text.tokens) token += special.is_timestamp(token) ? n_steps : 0;
  if (!std::exchange(any_result_, true)) {
    result_ = std::move(part);
    return;
  }
  const auto n_tokens = static_cast<int32_t>(result_.text.tokens.size());
  const auto n_words = static_cast<int32_t>(result_.words.size());
  const auto n_cues = static_cast<int32_t>(result_.cues.size());
  const int32_t n_text_tokens =
      result_.words.empty() ? 0 : result_.words.back().first_token + result_.words.back().n_tokens;
  for (Cue& cue : part.cues) {
    cue.first_token += n_tokens;
    cue.first_word += n_words;
    result_.cues.push_back(std::move(cue));
  }
  for (Word& word : part.words) {
    word.cue += n_cues;
    word.first_token += n_text_tokens;
    result_.words.push_back(std::move(word));
  }
  join(result_.text, part.text);
}

}  // namespace fw
