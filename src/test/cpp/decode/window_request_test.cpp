// What a window may ask for, and how the refusal reads.
#include "decode/window_request.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "base/error.h"
#include "decode/scripted_network.h"

namespace fw {
namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

fw_window_params good_params() {
  fw_window_params params{};
  params.beam_size = 1;
  params.n_temperatures = 1;
  params.max_compression_ratio = 2.4f;
  params.min_avg_logprob = -1.0f;
  params.max_no_speech_probability = 0.6f;
  params.timestamps = 1;
  params.words = 1;
  return params;
}

/** The message of the refusal; "" where nothing is refused. */
std::string refusal(const std::function<void()>& call) {
  try {
    call();
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), FW_STATUS_INVALID_ARGUMENT);
    return error.what();
  }
}

struct BadParameter {
  std::string message;
  std::function<void(fw_window_params&)> spoil;
};

class BadOption : public testing::TestWithParam<BadParameter> {};

TEST_P(BadOption, IsRefusedWithValueAndRange) {
  fw_window_params params = good_params();
  GetParam().spoil(params);
  EXPECT_EQ(refusal([&] { read_options(params, multilingual_vocabulary(), 448, 5); }), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Window, BadOption,
    testing::Values(
        BadParameter{"language is \"xx\"; it must be \"auto\" or one of the model's 99 language codes, such as \"en\"",
                     [](fw_window_params& p) { p.language = "xx"; }},
        BadParameter{"task is 2; it must be from 0 to 1", [](fw_window_params& p) { p.task = 2; }},
        BadParameter{"beam_size is 0; it must be from 1 to 5", [](fw_window_params& p) { p.beam_size = 0; }},
        BadParameter{"beam_size is 6; it must be from 1 to 5", [](fw_window_params& p) { p.beam_size = 6; }},
        BadParameter{"n_temperatures is 9; it must be from 1 to 8", [](fw_window_params& p) { p.n_temperatures = 9; }},
        BadParameter{"temperature is nan; it must be from 0 to 2",
                     [](fw_window_params& p) { p.temperatures[0] = nan_value; }},
        BadParameter{"max_compression_ratio is -1; it must be from 0 to inf",
                     [](fw_window_params& p) { p.max_compression_ratio = -1.0f; }},
        BadParameter{"min_avg_logprob is nan; it must be from -inf to 0",
                     [](fw_window_params& p) { p.min_avg_logprob = nan_value; }},
        BadParameter{"min_cue_logprob is 0.5; it must be from -inf to 0",
                     [](fw_window_params& p) { p.min_cue_logprob = 0.5f; }},
        BadParameter{"max_no_speech_probability is 1.5; it must be from 0 to 1",
                     [](fw_window_params& p) { p.max_no_speech_probability = 1.5f; }},
        BadParameter{"timestamps is 2; it must be from 0 to 1", [](fw_window_params& p) { p.timestamps = 2; }},
        BadParameter{"words is -1; it must be from 0 to 1", [](fw_window_params& p) { p.words = -1; }},
        BadParameter{"max_tokens is 225; it must be from 0 to 224", [](fw_window_params& p) { p.max_tokens = 225; }},
        BadParameter{"force_length is 7; it must be from 0 to 1", [](fw_window_params& p) { p.force_length = 7; }}));

TEST(WindowOptions, OfAnEnglishModelAreEnglish) {
  fw_window_params params = good_params();
  for (const char* language : {static_cast<const char*>(nullptr), "auto", "en"}) {
    params.language = language;
    EXPECT_EQ(read_options(params, english_vocabulary(), 448, 5).language, "en");
  }
  params.language = "de";
  EXPECT_EQ(refusal([&] { read_options(params, english_vocabulary(), 448, 5); }),
            "language is \"de\", but this model knows English (\"en\") only");
  params.language = "en";
  params.task = FW_TASK_TRANSLATE;
  EXPECT_EQ(refusal([&] { read_options(params, english_vocabulary(), 448, 5); }),
            "task is translate, but this model knows English only");
}

TEST(WindowOptions, DetectTheLanguageWhereNoneIsGiven) {
  fw_window_params params = good_params();
  EXPECT_EQ(read_options(params, multilingual_vocabulary(), 448, 5).language, "");
  params.language = "auto";
  EXPECT_EQ(read_options(params, multilingual_vocabulary(), 448, 5).language, "");
  params.language = "yo";
  EXPECT_EQ(read_options(params, multilingual_vocabulary(), 448, 5).language, "yo");
}

TEST(WindowOptions, TakeHalfOfTheTextContextForALength) {
  EXPECT_EQ(read_options(good_params(), english_vocabulary(), 448, 5).max_tokens, 224);
}

TEST(WindowOptions, TurnPromptAndHotwordsIntoTokens) {
  fw_window_params params = good_params();
  params.prompt = "aaad";
  params.hotwords = "aaab,aaac";
  EXPECT_EQ(read_options(params, english_vocabulary(), 448, 5).previous_tokens,
            english_vocabulary().encode(" aaab, aaac aaad"));
}

std::string refused_spans(const std::vector<float>& pcm, const std::vector<fw_span>& spans) {
  return refusal([&] {
    make_request(good_params(), plain_options(), pcm.data(), static_cast<int64_t>(pcm.size()), spans.data(),
                 static_cast<int32_t>(spans.size()));
  });
}

TEST(WindowSamples, AreTheSpansJoined) {
  const std::vector<float> pcm = {0.0f, 0.1f, 0.2f, 0.3f, 0.4f, 0.5f};
  const std::vector<fw_span> spans = {{1, 2}, {4, 1}};
  const WindowRequest request = make_request(good_params(), plain_options(), pcm.data(), 6, spans.data(), 2);
  EXPECT_EQ(request.samples, (std::vector<float>{0.1f, 0.2f, 0.4f}));
}

TEST(WindowSamples, MustBeThere) {
  EXPECT_EQ(refused_spans({}, {{0, 1}}), "n_samples is 0; it must be from 1 to 9223372036854775807");
  EXPECT_EQ(refused_spans({0.0f}, {}), "n_spans is 0; it must be from 1 to 2147483647");
}

TEST(WindowSamples, LieInThePcm) {
  const std::vector<float> pcm(100, 0.0f);
  EXPECT_EQ(refused_spans(pcm, {{90, 11}}), "span 0 is 11 samples from 90; the PCM has 100");
  EXPECT_EQ(refused_spans(pcm, {{-1, 5}}), "span 0 is 5 samples from -1; the PCM has 100");
  EXPECT_EQ(refused_spans(pcm, {{0, 0}}), "span 0 is 0 samples from 0; the PCM has 100");
  EXPECT_EQ(refused_spans(pcm, {{INT64_MAX, INT64_MAX}}),
            "span 0 is 9223372036854775807 samples from 9223372036854775807; the PCM has 100");
  EXPECT_EQ(refused_spans(pcm, {{0, 50}, {49, 2}}), "span 1 begins at 49, before span 0 ends at 50");
}

TEST(WindowSamples, AreAtMostThirtySeconds) {
  const std::vector<float> pcm(FW_WINDOW_MAX_SAMPLES + 1, 0.0f);
  EXPECT_EQ(refused_spans(pcm, {{0, FW_WINDOW_MAX_SAMPLES}}), "");
  EXPECT_EQ(refused_spans(pcm, {{0, FW_WINDOW_MAX_SAMPLES}, {FW_WINDOW_MAX_SAMPLES, 1}}),
            "spans 0 to 1 have 480001 samples; a window holds at most 480000");
}

TEST(WindowSamples, AreFinite) {
  EXPECT_EQ(refused_spans({0.0f, INFINITY}, {{0, 2}}), "sample 1 is inf; samples must be finite numbers");
  EXPECT_EQ(refused_spans({nan_value}, {{0, 1}}), "sample 0 is nan; samples must be finite numbers");
}

}  // namespace
}  // namespace fw
