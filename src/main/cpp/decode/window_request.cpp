#include "decode/window_request.h"

#include <cmath>
#include <sstream>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "decode/prompt.h"
#include "model/vocabulary.h"

namespace fw {
namespace {

template <typename... Parts>
[[noreturn]] void refuse(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw Error(FW_STATUS_INVALID_ARGUMENT, text.str());
}

template <typename Value>
void check_range(std::string_view what, Value value, std::type_identity_t<Value> least,
                 std::type_identity_t<Value> most) {
  // Written so that NaN, which compares false with everything, is refused too.
  if (!(value >= least && value <= most)) refuse(what, " is ", value, "; it must be from ", least, " to ", most);
}

std::string read_language(const char* given, const SpecialTokens& special) {
  const std::string_view code = given == nullptr ? "auto" : given;
  if (!special.multilingual) {
    if (code != "auto" && code != "en")
      refuse("language is \"", code, "\", but this model knows English (\"en\") only");
    return "en";
  }
  if (code == "auto") return "";
  if (!special.language_token(code)) {
    refuse("language is \"", code, "\"; it must be \"auto\" or one of the model's ", special.n_languages,
           " language codes, such as \"en\"");
  }
  return std::string(code);
}

}  // namespace

DecodeOptions read_options(const fw_window_params& params, const Vocabulary& vocabulary, int32_t n_text_ctx,
                           int32_t max_beam) {
  const SpecialTokens& special = vocabulary.special();
  DecodeOptions options;
  options.language = read_language(params.language, special);
  check_range("task", params.task, FW_TASK_TRANSCRIBE, FW_TASK_TRANSLATE);
  if (params.task == FW_TASK_TRANSLATE && !special.multilingual)
    refuse("task is translate, but this model knows English only");
  options.task = params.task;
  check_range("beam_size", params.beam_size, 1, max_beam);
  options.beam_size = params.beam_size;
  check_range("n_temperatures", params.n_temperatures, 1, FW_TEMPERATURES_MAX);
  options.temperatures.assign(params.temperatures, params.temperatures + params.n_temperatures);
  for (const float temperature : options.temperatures) check_range("temperature", temperature, 0.0f, 2.0f);
  check_range("max_compression_ratio", params.max_compression_ratio, 0.0f, HUGE_VALF);
  options.max_compression_ratio = params.max_compression_ratio;
  check_range("min_avg_logprob", params.min_avg_logprob, -HUGE_VALF, 0.0f);
  options.min_avg_logprob = params.min_avg_logprob;
  check_range("min_cue_logprob", params.min_cue_logprob, -HUGE_VALF, 0.0f);
  options.min_cue_logprob = params.min_cue_logprob;
  check_range("max_no_speech_probability", params.max_no_speech_probability, 0.0f, 1.0f);
  options.max_no_speech_probability = params.max_no_speech_probability;
  check_range("timestamps", params.timestamps, 0, 1);
  options.timestamps = params.timestamps != 0;
  check_range("words", params.words, 0, 1);
  options.words = params.words != 0;
  check_range("max_tokens", params.max_tokens, 0, n_text_ctx / 2);
  options.max_tokens = params.max_tokens == 0 ? n_text_ctx / 2 : params.max_tokens;
  check_range("force_length", params.force_length, 0, 1);
  options.force_length = params.force_length != 0;
  options.previous_tokens = previous_tokens(vocabulary, params.hotwords == nullptr ? "" : params.hotwords,
                                            params.prompt == nullptr ? "" : params.prompt, n_text_ctx / 2 - 1);
  return options;
}

WindowRequest make_request(const fw_window_params& params, DecodeOptions options, const float* pcm, int64_t n_samples,
                           const fw_span* spans, int32_t n_spans) {
  check_range("n_samples", n_samples, 1, INT64_MAX);
  check_range("n_spans", n_spans, 1, INT32_MAX);
  WindowRequest request;
  request.tag = params.tag;
  request.options = std::move(options);
  request.spans.assign(spans, spans + n_spans);

  int64_t total = 0;
  int64_t end_before = 0;
  for (int32_t i = 0; i != n_spans; ++i) {
    const fw_span& span = request.spans[i];
    if (span.first_sample < 0 || span.n_samples < 1 || span.n_samples > n_samples ||
        span.first_sample > n_samples - span.n_samples) {
      refuse("span ", i, " is ", span.n_samples, " samples from ", span.first_sample, "; the PCM has ", n_samples);
    }
    if (span.first_sample < end_before) {
      refuse("span ", i, " begins at ", span.first_sample, ", before span ", i - 1, " ends at ", end_before);
    }
    end_before = span.first_sample + span.n_samples;
    total += span.n_samples;
    if (total > FW_WINDOW_MAX_SAMPLES) {
      refuse("spans 0 to ", i, " have ", total, " samples; a window holds at most ", FW_WINDOW_MAX_SAMPLES);
    }
  }
  request.samples.reserve(static_cast<size_t>(total));
  for (const fw_span& span : request.spans) {
    for (int64_t s = span.first_sample; s != span.first_sample + span.n_samples; ++s) {
      if (!std::isfinite(pcm[s])) refuse("sample ", s, " is ", pcm[s], "; samples must be finite numbers");
      request.samples.push_back(pcm[s]);
    }
  }
  return request;
}

}  // namespace fw
