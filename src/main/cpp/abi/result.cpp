#include <algorithm>

#include "abi/guard.h"
#include "abi/handles.h"
#include "fastwhisper.h"

namespace {

/** The nearest millisecond. */
int64_t milliseconds(int64_t sample) { return (sample * 1000 + FW_SAMPLE_RATE_HZ / 2) / FW_SAMPLE_RATE_HZ; }

}  // namespace

void fw::fill_views(fw_result& result) {
  result.words.reserve(result.result.words.size());
  for (const Word& word : result.result.words) {
    const int64_t start_ms = milliseconds(word.first_sample);
    result.words.push_back({.start_ms = start_ms,
                            .end_ms = std::max(milliseconds(word.end_sample), start_ms + 1),
                            .probability = word.probability,
                            .cue = word.cue,
                            .text = word.text.c_str()});
  }
  result.cues.reserve(result.result.cues.size());
  for (const Cue& cue : result.result.cues) {
    result.cues.push_back({.start_ms = milliseconds(cue.first_sample),
                           .end_ms = milliseconds(cue.end_sample),
                           .text = cue.text.c_str(),
                           .first_token = cue.first_token,
                           .n_tokens = cue.n_tokens,
                           .first_word = cue.first_word,
                           .n_words = cue.n_words,
                           .avg_logprob = cue.avg_logprob});
  }
}

void fw::drop_views(fw_result& result) noexcept {
  result.words.clear();
  result.cues.clear();
  result.result.words.clear();
  result.result.cues.clear();
  result.result.text.tokens.clear();
  result.result.status = FW_STATUS_OUT_OF_MEMORY;
}

extern "C" fw_status fw_result_describe(const fw_result* result, fw_result_info* info) {
  return fw::guard([&] {
    const fw::WindowResult& described = fw::required(result, "result").result;
    fw_result_info& out = fw::required(info, "info");
    fw_result_info filled{};
    filled.tag = described.tag;
    filled.status = described.status;
    filled.n_cues = static_cast<int32_t>(described.cues.size());
    filled.n_words = static_cast<int32_t>(described.words.size());
    filled.n_tokens = static_cast<int32_t>(described.text.tokens.size());
    fw::copy_text(described.text.language, filled.language);
    filled.language_probability = described.text.language_probability;
    filled.avg_logprob = described.text.avg_logprob;
    filled.compression_ratio = described.text.compression_ratio;
    filled.no_speech_probability = described.text.no_speech_probability;
    filled.temperature = described.text.temperature;
    filled.elapsed_ms = described.elapsed_ms;
    out = filled;
  });
}

extern "C" const char* fw_result_message(const fw_result* result) {
  return result == nullptr ? "" : result->result.message.c_str();
}

extern "C" const fw_cue* fw_result_cues(const fw_result* result) {
  return result == nullptr ? nullptr : result->cues.data();
}

extern "C" const fw_word* fw_result_words(const fw_result* result) {
  return result == nullptr ? nullptr : result->words.data();
}

extern "C" const int32_t* fw_result_tokens(const fw_result* result) {
  return result == nullptr ? nullptr : result->result.text.tokens.data();
}

extern "C" void fw_result_close(fw_result** result) { fw::close_handle(result); }
