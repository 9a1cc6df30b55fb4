// The bundled model on real audio, through the C functions alone: what the sample talks say, and that sounds say
// nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

#include "abi/engine_case.h"
#include "golden_data/golden_data.h"

namespace fw {
namespace {

constexpr int64_t half_a_minute = 30 * FW_SAMPLE_RATE_HZ;

/** Letters, digits and apostrophes of each word, in small letters. */
std::vector<std::string> folded_words(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream in(text);
  for (std::string word; in >> word;) {
    std::string folded;
    for (const unsigned char c : word) {
      if (std::isalnum(c) != 0 || c == '\'') folded += static_cast<char>(std::tolower(c));
    }
    if (!folded.empty()) words.push_back(folded);
  }
  return words;
}

/** Fewest words to replace, put in and leave out. */
size_t word_errors(const std::vector<std::string>& found, const std::vector<std::string>& expected) {
  std::vector<size_t> costs(found.size() + 1);
  for (size_t f = 0; f <= found.size(); ++f) costs[f] = f;
  for (size_t e = 1; e <= expected.size(); ++e) {
    size_t diagonal = costs[0]++;
    for (size_t f = 1; f <= found.size(); ++f) {
      const size_t replaced = diagonal + (found[f - 1] == expected[e - 1] ? 0 : 1);
      diagonal = costs[f];
      costs[f] = std::min({replaced, costs[f] + 1, costs[f - 1] + 1});
    }
  }
  return costs.back();
}

/** The windows that the plan of pcm has. */
std::vector<WindowCase> planned_windows(const std::vector<float>& pcm) {
  const fw_speech_params params = fw_speech_default_params();
  fw_window_plan* made = nullptr;
  EXPECT_EQ(fw_window_plan_create(pcm.data(), static_cast<int64_t>(pcm.size()), &params, &made), FW_STATUS_OK)
      << fw_last_error();
  const PlanHandle plan(made);
  std::vector<WindowCase> windows;
  for (int32_t i = 0; i != fw_window_plan_count(plan.get()); ++i) {
    int32_t n_spans = 0;
    const fw_span* spans = fw_window_plan_spans(plan.get(), i, &n_spans);
    WindowCase window;
    window.pcm = pcm;
    window.spans.assign(spans, spans + n_spans);
    windows.push_back(std::move(window));
  }
  return windows;
}

class Talk : public testing::TestWithParam<std::string> {
 protected:
  /** The true words that are over before the first minute, which the golden audio is. */
  std::vector<std::string> true_words() const {
    std::vector<std::string> words;
    const Json all = golden_json("../../../samples/" + GetParam() + ".words.json");
    for (const Json& word : all.array()) {
      if (word["end"].number() < 59.0) words.push_back(folded_words(word["word"].text()).at(0));
    }
    return words;
  }

  const std::vector<float> pcm_ = golden_pcm(GetParam() + ".flac");
};

TEST_P(Talk, IsUnderstood) {
  const LaneHandle lane = open_lane(bundled_model_handle(), 8);
  std::vector<std::string> found;
  std::vector<WindowCase> windows = planned_windows(pcm_);
  for (WindowCase& window : windows) window.params.beam_size = 5;
  for (const ResultHandle& result : transcribe(lane.get(), std::move(windows))) {
    const std::vector<std::string> words = folded_words(text_of(result.get()));
    found.insert(found.end(), words.begin(), words.end());
  }
  const std::vector<std::string> expected = true_words();
  // The first minute alone may end inside a sentence, so the bar lies above the 5 % that hold for a whole talk.
  EXPECT_LE(word_errors(found, expected), expected.size() / 12) << testing::PrintToString(found);
}

INSTANTIATE_TEST_SUITE_P(Samples, Talk, testing::Values("bread", "freedom", "water"),
                         [](const auto& talk) { return talk.param; });

class Sound : public testing::TestWithParam<std::pair<std::string, std::vector<float>>> {};

TEST_P(Sound, GivesNoText) {
  const LaneHandle lane = open_lane(bundled_model_handle(), 1);
  // Handed in as a window, past the voice activity detection, which would let none of them through.
  const std::vector<ResultHandle> results = transcribe(lane.get(), {whole_window(GetParam().second)});
  EXPECT_EQ(text_of(results[0].get()), "");
  EXPECT_EQ(describe(results[0].get()).n_words, 0);
}

INSTANTIATE_TEST_SUITE_P(NotSpeech, Sound,
                         testing::Values(std::pair("silence", silence(half_a_minute)),
                                         std::pair("noise", noise(half_a_minute, 0.1)),
                                         std::pair("tone", tone(half_a_minute, 440.0, 0.3))),
                         [](const auto& sound) { return sound.param.first; });

}  // namespace
}  // namespace fw
