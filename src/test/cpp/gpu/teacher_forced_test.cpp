// The bundled model on a GPU against the CPU in f32, token by token: at each place of a text that the CPU has chosen,
// the GPU is asked what comes next.
#include <cstdio>
#include <memory>
#include <span>
#include <vector>

#include "device/open_device.h"
#include "gpu/gpu_case.h"
#include "model/network_case.h"

namespace fw {
namespace {

/** Half of the text context, as a lane has it. */
constexpr int32_t most_tokens = 224;
constexpr size_t least_places = 20'000;

/** What is said after a prompt in each window of a talk: the prompt, the text, and end-of-text where it came. */
struct ForcedTexts {
  size_t n_prompt;
  std::vector<std::vector<int32_t>> tokens;
};

/** The windows of a talk, and their texts with time stamps and without. */
struct ForcedTalk {
  std::vector<std::span<const float>> windows;
  std::vector<ForcedTexts> texts;
};

/** A network that has heard windows. */
class HeardTalk {
 public:
  HeardTalk(std::shared_ptr<const Model> model, std::span<const std::span<const float>> windows)
      : n_(static_cast<int32_t>(windows.size())), network_(std::move(model), {n_, n_, oracle_threads()}) {
    std::vector<EncodeRequest> requests;
    for (const std::span<const float> samples : windows) {
      requests.push_back({static_cast<int32_t>(requests.size()), samples});
    }
    network_.encode(requests);
  }

  ForcedTexts say(const std::vector<int32_t>& prompt, int32_t end) {
    ForcedTexts said{prompt.size(), greedy_tokens(network_, n_, prompt, most_tokens, end)};
    for (std::vector<int32_t>& tokens : said.tokens) {
      if (static_cast<int32_t>(tokens.size()) < most_tokens) tokens.push_back(end);
      tokens.insert(tokens.begin(), prompt.begin(), prompt.end());
    }
    return said;
  }

  /** Puts the texts through, all windows a step; at how many places the most probable token is not the next. */
  size_t differences(const ForcedTexts& texts) {
    size_t n_different = 0;
    std::vector<StepRow> rows;
    std::vector<int32_t> expected;
    for (size_t place = 0;; ++place) {
      rows.clear();
      expected.clear();
      for (int32_t window = 0; window < n_; ++window) {
        const std::vector<int32_t>& tokens = texts.tokens[static_cast<size_t>(window)];
        if (place + 1 >= tokens.size()) continue;
        const bool asked = place + 1 >= texts.n_prompt;
        rows.push_back({window, window, static_cast<int32_t>(place), tokens[place], asked, any_token()});
        if (asked) expected.push_back(tokens[place + 1]);
      }
      if (rows.empty()) return n_different;
      const std::vector<Pick> picks = network_.step(rows);
      for (size_t i = 0; i < expected.size(); ++i) n_different += picks[i].candidates.front().token != expected[i];
    }
  }

 private:
  int32_t n_;
  DeviceNetwork network_;
};

/** What the CPU says in f32; found once for all precisions of the GPU. */
const std::vector<ForcedTalk>& said_by_the_cpu() {
  static const std::vector<ForcedTalk> said = [] {
    const auto model = bundled_model(open_device("cpu", FW_PRECISION_F32));
    const SpecialTokens& special = model->vocabulary().special();
    std::vector<ForcedTalk> all;
    for (const std::vector<float>& talk : talks()) {
      ForcedTalk forced{windows_at_whole_seconds(talk), {}};
      HeardTalk heard(model, forced.windows);
      forced.texts.push_back(heard.say({special.start}, special.end));
      forced.texts.push_back(heard.say({special.start, special.no_timestamps}, special.end));
      all.push_back(std::move(forced));
    }
    return all;
  }();
  return said;
}

class TeacherForced : public GpuPrecisionTest {};

TEST_P(TeacherForced, TokensAreThoseThatTheCpuFindsMostProbable) {
  const auto model = bundled_model(open_device("cuda:0", GetParam()));
  size_t n_places = 0, n_different = 0;
  for (const ForcedTalk& talk : said_by_the_cpu()) {
    HeardTalk heard(model, talk.windows);
    for (const ForcedTexts& texts : talk.texts) {
      for (const std::vector<int32_t>& tokens : texts.tokens) n_places += tokens.size() - texts.n_prompt;
      n_different += heard.differences(texts);
    }
  }
  std::printf("%zu of %zu tokens differ\n", n_different, n_places);
  RecordProperty("places", static_cast<int>(n_places));
  RecordProperty("different_tokens", static_cast<int>(n_different));
  EXPECT_GE(n_places, least_places);
  // One in a thousand in f16, and none in f32; bf16, which has three bits less, changes 1.4 on a GPU and 0.9 on the
  // CPU.
  const size_t in_thousand = GetParam() == FW_PRECISION_F32 ? 0 : GetParam() == FW_PRECISION_F16 ? 1 : 2;
  EXPECT_LE(n_different, n_places * in_thousand / 1000);
}

FW_INSTANTIATE_GPU_TEST(TeacherForced);

}  // namespace
}  // namespace fw
