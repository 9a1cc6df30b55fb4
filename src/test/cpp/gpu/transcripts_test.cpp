// The sample talks through the C functions, on a GPU and on the CPU in f32.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "abi/talk_case.h"
#include "gpu/gpu_case.h"

namespace fw {
namespace {

/** A frame of the encoder. */
constexpr int64_t frame_ms = 20;
constexpr int32_t beams[] = {1, 5};

struct HeardWord {
  std::string text;
  int64_t start_ms;
  int64_t end_ms;
};

struct HeardWindow {
  std::vector<int32_t> tokens;
  std::string text;
  std::vector<HeardWord> words;
};

/** The windows of each talk. */
using Transcripts = std::vector<std::vector<HeardWindow>>;

HeardWindow heard_window(const fw_result* result) {
  const fw_result_info info = describe(result);
  EXPECT_EQ(info.status, FW_STATUS_OK) << fw_result_message(result);
  HeardWindow heard{{fw_result_tokens(result), fw_result_tokens(result) + info.n_tokens}, text_of(result), {}};
  for (int32_t w = 0; w != info.n_words; ++w) {
    const fw_word& word = fw_result_words(result)[w];
    heard.words.push_back({word.text, word.start_ms, word.end_ms});
  }
  return heard;
}

Transcripts hear_talks(fw_model* model, int32_t beam_size) {
  fw_lane_params params = fw_lane_default_params();
  params.n_threads = oracle_threads();
  const LaneHandle lane = open_lane(model, params);
  Transcripts heard;
  for (const std::vector<float>& pcm : talks()) {
    std::vector<WindowCase> windows = planned_windows(pcm);
    for (WindowCase& window : windows) window.params.beam_size = beam_size;
    std::vector<HeardWindow>& talk = heard.emplace_back();
    for (const ResultHandle& result : transcribe(lane.get(), std::move(windows))) {
      talk.push_back(heard_window(result.get()));
    }
  }
  return heard;
}

/** What the CPU hears in f32; once for all precisions of the GPU. */
const Transcripts& heard_by_the_cpu(int32_t beam_size) {
  static const ModelHandle model = open_bundled_model("cpu", FW_PRECISION_F32);
  static std::map<int32_t, Transcripts> heard;
  const auto [found, is_new] = heard.try_emplace(beam_size);
  if (is_new) found->second = hear_talks(model.get(), beam_size);
  return found->second;
}

/** Words to replace, put in and leave out in all talks. */
size_t errors_of(const Transcripts& heard) {
  size_t n_errors = 0;
  for (size_t t = 0; t != heard.size(); ++t) {
    std::string text;
    for (const HeardWindow& window : heard[t]) text += window.text + ' ';
    n_errors += word_errors(folded_words(text), true_words(talk_names[t]));
  }
  return n_errors;
}

/** The words that are in both lists, in their order: as many as can be. */
std::vector<std::pair<HeardWord, HeardWord>> words_in_both(const std::vector<HeardWord>& a,
                                                           const std::vector<HeardWord>& b) {
  // most[i][j]: of a from i on and b from j on.
  std::vector<std::vector<size_t>> most(a.size() + 1, std::vector<size_t>(b.size() + 1, 0));
  for (size_t i = a.size(); i-- != 0;) {
    for (size_t j = b.size(); j-- != 0;) {
      most[i][j] = a[i].text == b[j].text ? 1 + most[i + 1][j + 1] : std::max(most[i + 1][j], most[i][j + 1]);
    }
  }
  std::vector<std::pair<HeardWord, HeardWord>> pairs;
  for (size_t i = 0, j = 0; i != a.size() && j != b.size();) {
    if (a[i].text == b[j].text) {
      pairs.emplace_back(a[i++], b[j++]);
    } else {
      ++(most[i + 1][j] >= most[i][j + 1] ? i : j);
    }
  }
  return pairs;
}

class TalksOnAGpu : public GpuPrecisionTest {};

TEST_P(TalksOnAGpu, HaveTheWordErrorsOfTheCpuAndWordsWithinAFrameOfItsOwn) {
  const ModelHandle model = open_bundled_model("cuda:0", GetParam());
  size_t n_true = 0;
  for (const std::string& name : talk_names) n_true += true_words(name).size();
  for (const int32_t beam_size : beams) {
    SCOPED_TRACE("beam " + std::to_string(beam_size));
    const Transcripts& expected = heard_by_the_cpu(beam_size);
    const Transcripts found = hear_talks(model.get(), beam_size);
    // Half a point more; with bf16, whose tokens and so word times are not all the CPU's, a point.
    const bool close = GetParam() != FW_PRECISION_BF16;
    EXPECT_LE(errors_of(found), errors_of(expected) + n_true / (close ? 200 : 100)) << "of " << n_true << " words";
    int64_t farthest = 0;
    size_t n_words = 0;
    for (size_t t = 0; t != found.size(); ++t) {
      for (size_t w = 0; w != found[t].size(); ++w) {
        for (const auto& [ours, theirs] : words_in_both(found[t][w].words, expected[t][w].words)) {
          const int64_t distance =
              std::max(std::abs(ours.start_ms - theirs.start_ms), std::abs(ours.end_ms - theirs.end_ms));
          if (close) {
            EXPECT_LE(distance, frame_ms)
                << talk_names[t] << ", window " << w << ", '" << ours.text << "': " << ours.start_ms << " to "
                << ours.end_ms << " ms; the CPU has " << theirs.start_ms << " to " << theirs.end_ms;
          }
          farthest = std::max(farthest, distance);
          ++n_words;
        }
      }
    }
    std::printf("beam %d: %zu errors, the CPU's %zu, of %zu words; %zu words in both, at most %lld ms apart\n",
                beam_size, errors_of(found), errors_of(expected), n_true, n_words, static_cast<long long>(farthest));
    EXPECT_GE(n_words, n_true * 9 / 10);
  }
}

FW_INSTANTIATE_GPU_TEST(TalksOnAGpu);

class TalksOnAGpuInF32 : public GpuTest {};

TEST_F(TalksOnAGpuInF32, AreTheCpusToTheToken) {
  const ModelHandle model = open_bundled_model("cuda:0", FW_PRECISION_F32);
  for (const int32_t beam_size : beams) {
    SCOPED_TRACE("beam " + std::to_string(beam_size));
    const Transcripts& expected = heard_by_the_cpu(beam_size);
    const Transcripts found = hear_talks(model.get(), beam_size);
    for (size_t t = 0; t != found.size(); ++t) {
      ASSERT_EQ(found[t].size(), expected[t].size());
      for (size_t w = 0; w != found[t].size(); ++w) {
        EXPECT_EQ(found[t][w].tokens, expected[t][w].tokens) << talk_names[t] << ", window " << w;
        EXPECT_EQ(found[t][w].text, expected[t][w].text) << talk_names[t] << ", window " << w;
      }
    }
  }
}

}  // namespace
}  // namespace fw
