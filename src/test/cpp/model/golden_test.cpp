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

constexpr NetworkLimits kLimits = {1, 1, 2};

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

class GoldenWindow : public testing::TestWithParam<int> {
 protected:
  const Json json_ = golden_json("golden.json");
  const Json& window_ = json_["windows"].array()[static_cast<size_t>(GetParam())];
  const std::string key_ = window_["key"].text();
  const std::vector<float> samples_ = golden_window(key_.substr(0, key_.find('.')) + ".flac", key_.back() - '0');
  DeviceNetwork network_{bundled_model(f32_device()), kLimits};
};

TEST_P(GoldenWindow, HasTheLogMelAndEncoderOutputOfTheOtherImplementation) {
  ASSERT_EQ(static_cast<int32_t>(samples_.size()), window_["samples"].integer());
  expect_within(thinned(network_.encoder().log_mel(samples_), json_["log_mel"]["every"].integer()),
                golden_values(key_ + ".log_mel.f32"), 1e-4f);
  const Tensor out = network_.encoder().encode(samples_);
  EXPECT_LT(relative_difference(chosen_rows(out, json_["encoder"]["rows"].integers()),
                                golden_values(key_ + ".encoder.f32")),
            1e-5);
}

TEST_P(GoldenWindow, HasItsGreedyTokens) {
  const SpecialTokens& special = bundled_model(f32_device())->vocabulary().special();
  network_.encode(0, samples_);
  const int32_t prompt[] = {special.start};
  EXPECT_EQ(greedy_tokens(network_, 0, 0, prompt, 224, special.end), window_["greedy"].integers());
}

INSTANTIATE_TEST_SUITE_P(Bundled, GoldenWindow, testing::Range(0, 6));

class GoldenV3 : public testing::Test {
 protected:
  const Json json_ = golden_json("v3.json");
  const std::vector<int32_t> prompt_ = json_["prompt"].integers();
  const std::vector<float> samples_ = golden_window("bread.flac", 0);
  DeviceNetwork network_{golden_v3_model(f32_device()), kLimits};
};

TEST_F(GoldenV3, HasTheLogMelOf128MelsAndTheEncoderOutput) {
  expect_within(thinned(network_.encoder().log_mel(samples_), json_["log_mel_every"].integer()),
                golden_values("v3.log_mel.f32"), 1e-4f);
  const Tensor out = network_.encoder().encode(samples_);
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
  EXPECT_EQ(greedy_tokens(network_, 0, 0, prompt_, 20, -1), json_["greedy"].integers());
}

}  // namespace
}  // namespace fw
