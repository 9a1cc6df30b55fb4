#include "decode/transcript.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "audio/window_plan.h"
#include "decode/prompt.h"

namespace fw {
namespace {

std::string cue_text(const Vocabulary& vocabulary, std::span<const int32_t> tokens) {
  const std::string text = vocabulary.decode(tokens);
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::span<const int32_t> tokens_of(std::span<const int32_t> tokens, const CueRange& cue) {
  return tokens.subspan(static_cast<size_t>(cue.first_token), static_cast<size_t>(cue.n_tokens));
}

/** Gives the cues their words, which come in the order of the cues. */
void share_words(std::span<const Word> words, std::vector<Cue>& cues) {
  size_t w = 0;
  for (size_t c = 0; c != cues.size(); ++c) {
    Cue& cue = cues[c];
    cue.first_word = static_cast<int32_t>(w);
    while (w != words.size() && words[w].cue == static_cast<int32_t>(c)) ++w;
    cue.n_words = static_cast<int32_t>(w) - cue.first_word;
    if (cue.n_words == 0) continue;
    cue.first_sample = words[static_cast<size_t>(cue.first_word)].first_sample;
    cue.end_sample = words[w - 1].end_sample;
  }
}

}  // namespace

std::vector<CueRange> cut_cues(const Vocabulary& vocabulary, std::span<const int32_t> tokens, int64_t n_samples) {
  const SpecialTokens& special = vocabulary.special();
  const size_t n = tokens.size();
  const auto time = [&](size_t i) {
    return std::min<int64_t>((tokens[i] - special.timestamp_begin) * timestamp_samples, n_samples);
  };
  std::vector<CueRange> cues;
  int64_t end_before = 0;
  for (size_t i = 0; i != n;) {
    CueRange cue{.first_token = static_cast<int32_t>(i), .first_sample = end_before, .end_sample = n_samples};
    if (special.is_timestamp(tokens[i])) cue.first_sample = std::max(time(i++), end_before);
    while (i != n && !special.is_timestamp(tokens[i])) ++i;
    if (i != n) cue.end_sample = std::max(time(i++), cue.first_sample);
    cue.n_tokens = static_cast<int32_t>(i) - cue.first_token;
    end_before = cue.end_sample;
    const bool behind_the_end = !cues.empty() && cue.first_sample >= n_samples;
    if (!behind_the_end && !cue_text(vocabulary, tokens_of(tokens, cue)).empty()) cues.push_back(cue);
  }
  return cues;
}

float mean_logprob(const SpecialTokens& special, std::span<const int32_t> tokens, std::span<const float> logprobs,
                   const CueRange& cue) {
  float sum = 0.0f;
  int32_t n = 0;
  for (int32_t t = cue.first_token; t != cue.first_token + cue.n_tokens; ++t) {
    if (!special.is_text(tokens[static_cast<size_t>(t)])) continue;
    sum += logprobs[static_cast<size_t>(t)];
    ++n;
  }
  return n == 0 ? 0.0f : sum / static_cast<float>(n);
}

TranscriptDraft::TranscriptDraft(const Vocabulary& vocabulary, const WindowRequest& request, const DecodedText& text)
    : vocabulary_(vocabulary),
      request_(request),
      text_(text),
      cues_(cut_cues(vocabulary, text.tokens, static_cast<int64_t>(request.samples.size()))) {
  if (!request.options.words) return;
  const SpecialTokens& special = vocabulary.special();
  const int32_t language = special.language_token(text.language).value();
  forced_ = build_prompt(special, {}, language, request.options.task, false).tokens;
  n_prefix_ = static_cast<int32_t>(forced_.size());
  for (size_t c = 0; c != cues_.size(); ++c) {
    for (const int32_t token : tokens_of(text_.tokens, cues_[c])) {
      if (!special.is_text(token)) continue;
      forced_.push_back(token);
      text_tokens_.push_back({vocabulary.bytes(token), static_cast<int32_t>(c)});
    }
  }
  forced_.push_back(special.end);
}

std::optional<AlignRequest> TranscriptDraft::alignment(int32_t window, int32_t sequence) const {
  if (text_tokens_.empty()) return std::nullopt;
  return AlignRequest{.window = window,
                      .sequence = sequence,
                      .tokens = forced_,
                      .first_row = n_prefix_ - 1,
                      .n_rows = static_cast<int32_t>(text_tokens_.size()) + 1,
                      .n_frames = alignment_frames(static_cast<int64_t>(request_.samples.size()))};
}

WindowResult TranscriptDraft::finish(const Alignment* alignment) const {
  WindowResult result;
  result.tag = request_.tag;
  result.text = text_;
  for (const CueRange& range : cues_) {
    result.cues.push_back({.first_sample = source_sample(request_.spans, range.first_sample),
                           .end_sample = source_sample(request_.spans, range.end_sample, true),
                           .text = cue_text(vocabulary_, tokens_of(text_.tokens, range)),
                           .first_token = range.first_token,
                           .n_tokens = range.n_tokens,
                           .avg_logprob = mean_logprob(vocabulary_.special(), text_.tokens, text_.logprobs, range)});
  }
  if (alignment != nullptr) {
    result.words = time_words({.alignment = *alignment,
                               .n_prefix = n_prefix_,
                               .tokens = text_tokens_,
                               .language = text_.language,
                               .samples = request_.samples,
                               .spans = request_.spans});
    share_words(result.words, result.cues);
  }
  return result;
}

}  // namespace fw
