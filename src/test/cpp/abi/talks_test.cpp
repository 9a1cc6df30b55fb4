// The bundled model on real audio, through the C functions alone: what the sample talks say, and that sounds say
// nothing.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "abi/engine_case.h"
#include "abi/talk_case.h"
#include "golden_data/golden_data.h"

namespace fw {
namespace {

constexpr int64_t half_a_minute = 30 * FW_SAMPLE_RATE_HZ;

/** The words of a talk as a lane hears them with the default beam; once for all tests. */
const std::vector<std::string>& heard_words(const std::string& talk, bool eight_bit_audio) {
  static std::map<std::pair<std::string, bool>, std::vector<std::string>> heard;
  const auto [found, is_new] = heard.try_emplace({talk, eight_bit_audio});
  if (!is_new) return found->second;
  fw_lane_params params = fw_lane_default_params();
  params.eight_bit_audio = eight_bit_audio ? 1 : 0;
  const LaneHandle lane = open_lane(bundled_model_handle(), params);
  std::vector<WindowCase> windows = planned_windows(golden_pcm(talk + ".flac"));
  for (WindowCase& window : windows) window.params.beam_size = 5;
  for (const ResultHandle& result : transcribe(lane.get(), std::move(windows))) {
    const std::vector<std::string> words = folded_words(text_of(result.get()));
    found->second.insert(found->second.end(), words.begin(), words.end());
  }
  return found->second;
}

class Talk : public testing::TestWithParam<std::string> {};

TEST_P(Talk, IsUnderstood) {
  const std::vector<std::string>& found = heard_words(GetParam(), false);
  const std::vector<std::string> expected = true_words(GetParam());
  // The first minute alone may end inside a sentence, so the bar lies above the 5 % that hold for a whole talk.
  EXPECT_LE(word_errors(found, expected), expected.size() / 12) << testing::PrintToString(found);
}

INSTANTIATE_TEST_SUITE_P(Samples, Talk, testing::ValuesIn(talk_names), [](const auto& talk) { return talk.param; });

// The processor keeps the values that a GPU's lane would keep.
TEST(EightBitAudioTest, CostsTheTalksAtMostHalfAPointOfWordErrors) {
  size_t n_true = 0, n_errors = 0, n_errors_in_eight_bits = 0;
  for (const std::string& talk : talk_names) {
    const std::vector<std::string> expected = true_words(talk);
    n_true += expected.size();
    n_errors += word_errors(heard_words(talk, false), expected);
    n_errors_in_eight_bits += word_errors(heard_words(talk, true), expected);
  }
  std::printf("%zu word errors with the sound in eight bits, %zu without, of %zu words\n", n_errors_in_eight_bits,
              n_errors, n_true);
  EXPECT_LE(n_errors_in_eight_bits, n_errors + n_true / 200);
}

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
