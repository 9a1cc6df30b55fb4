// The bundled model on real audio, through the C functions alone: what the sample talks say, and that sounds say
// nothing.
#include <gtest/gtest.h>

#include <utility>

#include "abi/engine_case.h"
#include "abi/talk_case.h"
#include "golden_data/golden_data.h"

namespace fw {
namespace {

constexpr int64_t half_a_minute = 30 * FW_SAMPLE_RATE_HZ;

class Talk : public testing::TestWithParam<std::string> {
 protected:
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
  const std::vector<std::string> expected = true_words(GetParam());
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
