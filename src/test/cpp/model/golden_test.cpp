// The network against another implementation on the same weights and audio: see src/test/golden/README.md.
#include <gtest/gtest.h>

#include <vector>

#include "device/cpu/portable/portable_device.h"
#include "golden_data/golden_data.h"
#include "model/network_case.h"

namespace fw {
namespace {

const std::shared_ptr<const Device>& f32_device() {
  static const std::shared_ptr<const Device> device = make_portable_device(FW_PRECISION_F32);
  return device;
}

/** Every `every`-th frame of a spectrogram [n_frames][n_mels], as [n_mels][n_frames / every]. */
std::vector<float> thinned(const Tensor& mel, int64_t every) {
  std::vector<float> values;
  for (int64_t m = 0; m < mel.cols; ++m) {
    for (int64_t frame = 0; frame < mel.rows; frame += every) {
      values.push_back(mel.f32(frame)[m]);
    }
  }
  return values;
}

std::vector<float> chosen_rows(const Tensor& x, const std::vector<int32_t>& rows) {
  std::vector<float> values;
  for (const int32_t row : rows) {
    values.insert(values.end(), x.f32(row), x.f32(row) + x.cols);
  }
  return values;
}

void expect_within(const std::vector<float>& found, const std::vector<float>& expected, float bound) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_NEAR(found[i], expected[i], bound) << "value " << i;
  }
}

/** All six windows, in one batch. */
class GoldenWindows : public testing::Test {
 protected:
  static std::string key(const Json& window) { return window["key"].text(); }

  static std::vector<float> samples(const Json& window) {
    const std::string name = key(window);
    return golden_window(name.substr(0, name.find('.')) + ".flac", name.back() - '0');
  }

  const Json json_ = golden_json("golden.json");
  const Json::Array& windows_ = json_["windows"].array();
};

TEST_F(GoldenWindows, HaveTheLogMelEncoderOutputAndGreedyTokensOfTheOtherImplementation) {
  const auto n = static_cast<int32_t>(windows_.size());
  DeviceNetwork network(bundled_model(f32_device()), {n, n, 2});
  for (int32_t i = 0; i < n; ++i) {
    const Json& window = windows_[static_cast<size_t>(i)];
    SCOPED_TRACE(key(window));
    const std::vector<float> pcm = samples(window);
    ASSERT_EQ(static_cast<int32_t>(pcm.size()), window["samples"].integer());
    expect_within(thinned(network.encoder().log_mel(pcm), json_["log_mel"]["every"].integer()),
                  golden_values(key(window) + ".log_mel.f32"), 1e-4f);
    const std::span<const float> windows[] = {pcm};
    const Tensor out = network.encoder().encode(windows);
    EXPECT_LT(relative_difference(chosen_rows(out, json_["encoder"]["rows"].integers()),
                                  golden_values(key(window) + ".encoder.f32")),
              1e-5);
    network.decoder().set_audio({&i, 1}, out);
  }
  const SpecialTokens& special = bundled_model(f32_device())->vocabulary().special();
  const std::vector<std::vector<int32_t>> found = greedy_tokens(network, n, {special.start}, 224, special.end);
  for (size_t i = 0; i < windows_.size(); ++i) {
    EXPECT_EQ(found[i], windows_[i]["greedy"].integers()) << key(windows_[i]);
  }
}

class GoldenV3 : public testing::Test {
 protected:
  const Json json_ = golden_json("v3.json");
  const std::vector<int32_t> prompt_ = json_["prompt"].integers();
  const std::vector<float> samples_ = golden_window("bread.flac", 0);
  DeviceNetwork network_{golden_v3_model(f32_device()), {1, 1, 2}};
};

TEST_F(GoldenV3, HasTheLogMelOf128MelsAndTheEncoderOutput) {
  expect_within(thinned(network_.encoder().log_mel(samples_), json_["log_mel_every"].integer()),
                golden_values("v3.log_mel.f32"), 1e-4f);
  const std::span<const float> windows[] = {samples_};
  const Tensor out = network_.encoder().encode(windows);
  EXPECT_LT(relative_difference(chosen_rows(out, json_["encoder_rows"].integers()), golden_values("v3.encoder.f32")),
            1e-5);
}

TEST_F(GoldenV3, HasTheLogitsAndGreedyTokens) {
  network_.encode(0, samples_);
  std::vector<StepRow> rows;
  for (size_t i = 0; i < prompt_.size(); ++i) {
    TokenRule rule = any_token();
    rule.n_best = 3;
    rows.push_back({0, 0, static_cast<int32_t>(i), prompt_[i], true, rule});
  }
  const std::vector<float> logits = network_.decoder().logits(rows);
  const auto n_vocab = static_cast<size_t>(json_["n_vocab"].integer());
  const auto every = static_cast<size_t>(json_["logits_every"].integer());
  std::vector<float> thin;
  for (size_t row = 0; row < rows.size(); ++row) {
    for (size_t i = 0; i < n_vocab; i += every) {
      thin.push_back(logits[row * n_vocab + i]);
    }
  }
  EXPECT_LT(relative_difference(thin, golden_values("v3.logits.f32")), 1e-5);

  const std::vector<Pick> picks = network_.step(rows);
  for (size_t row = 0; row < rows.size(); ++row) {
    std::vector<int32_t> best;
    for (const Candidate& candidate : picks[row].candidates) {
      best.push_back(candidate.token);
    }
    EXPECT_EQ(best, json_["top"].array()[row]["ids"].integers()) << "row " << row;
  }
  EXPECT_EQ(greedy_tokens(network_, 1, prompt_, 20, -1).front(), json_["greedy"].integers());
}

}  // namespace
}  // namespace fw
