// Models of the published shapes with made-up weights: encoder output and the logits of forced tokens. The CPU in f32
// proves the small shapes and f32 of the largest; f32 on the GPU proves the others in f16.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "base/half.h"
#include "base/random.h"
#include "device/open_device.h"
#include "gpu/gpu_case.h"
#include "model/network_case.h"
#include "model_maker/model_maker.h"

namespace fw {
namespace {

constexpr size_t n_forced = 24;
/** A lane's windows and rows, that are more than what single ones have products of their own for. */
constexpr int32_t many_windows = 8;
constexpr int32_t many_rows = 64;

enum class Company : uint8_t { alone, many };

/** A model file of a published shape, f16 as most users have it, so that weights are the same on every device. */
std::vector<std::byte> made_up_file(const std::string& shape) {
  ModelRecipe recipe;
  recipe.shape = published_shape(shape);
  recipe.type = StoredType::f16;
  // The rule's scales suit a width of 128; a wider sum of as large weights would saturate every softmax.
  recipe.scale = std::sqrt(128.0f / static_cast<float>(recipe.shape.n_audio_state));
  return make_model(recipe).bytes();
}

std::shared_ptr<const Model> load(const std::vector<std::byte>& file, const char* device, fw_precision precision) {
  ModelFile opened = ModelFile::from_bytes(file, "made up");
  std::vector<AlignmentHead> heads = alignment_heads_for(opened.shape());
  return Model::load(std::move(opened), open_device(device, precision), std::move(heads));
}

/** Rows of a device's memory that lie without gaps, as f32. */
std::vector<float> values_of(const Device& device, const Tensor& rows) {
  std::vector<float> values(static_cast<size_t>(rows.rows * rows.cols));
  if (rows.type == DataType::f32) {
    device.download(values.data(), rows.data, values.size() * sizeof(float));
    return values;
  }
  std::vector<uint16_t> narrow(values.size());
  device.download(narrow.data(), rows.data, narrow.size() * sizeof(uint16_t));
  std::transform(narrow.begin(), narrow.end(), values.begin(),
                 rows.type == DataType::f16 ? half_to_float : bf16_to_float);
  return values;
}

/** What a network gives for one window: the encoder's output, and a row of logits after each forced token. */
struct Answers {
  std::vector<float> encoded;
  std::vector<std::vector<float>> logits;
};

std::vector<StepRow> forced_rows(const Model& model) {
  SplitMix64 random(5);
  std::vector<StepRow> rows;
  const SpecialTokens& special = model.vocabulary().special();
  for (size_t i = 0; i != n_forced; ++i) {
    const auto text = static_cast<int32_t>(random.next() % static_cast<uint64_t>(special.end));
    rows.push_back({0, 0, static_cast<int32_t>(i), i == 0 ? special.start : text, true, any_token()});
  }
  return rows;
}

/** The first window of a talk, encoded alone or with as many others as the device encodes together. */
Answers answers_of(const std::shared_ptr<const Model>& model, Company company) {
  const bool alone = company == Company::alone;
  DeviceNetwork network(model, {alone ? 1 : many_windows, alone ? 1 : many_rows, oracle_threads()});
  std::vector<std::span<const float>> windows = windows_at_whole_seconds(talks()[0]);
  windows.resize(static_cast<size_t>(network.encoder().n_windows()));
  std::vector<int32_t> places(windows.size());
  std::iota(places.begin(), places.end(), 0);
  const Tensor out = network.encoder().encode(windows);
  Answers answers{values_of(model->device(), out.rows_from(0, model->shape().n_audio_ctx)), {}};
  network.decoder().set_audio(places, out);
  const std::vector<float> logits = network.decoder().logits(forced_rows(*model));
  const auto n_vocab = static_cast<std::ptrdiff_t>(model->shape().n_vocab);
  for (auto row = logits.begin(); row != logits.end(); row += n_vocab) answers.logits.emplace_back(row, row + n_vocab);
  return answers;
}

/** Largest error over the largest magnitude: of the encoder's output, and of the worst row of logits. */
void expect_within(double bound, const Answers& found, const Answers& expected, const std::string& what) {
  const double encoded = relative_difference(found.encoded, expected.encoded);
  double logits = 0.0;
  ASSERT_EQ(found.logits.size(), expected.logits.size());
  for (size_t i = 0; i != found.logits.size(); ++i) {
    const double row = relative_difference(found.logits[i], expected.logits[i]);
    logits = row <= logits ? logits : row;  // not a number stays
  }
  std::printf("%s: encoder %.1e, logits %.1e; allowed %.0e\n", what.c_str(), encoded, logits, bound);
  EXPECT_LE(encoded, bound) << what;
  EXPECT_LE(logits, bound) << what;
}

void expect_on_gpu(const std::vector<std::byte>& file, fw_precision precision, const Answers& expected) {
  const auto model = load(file, "cuda:0", precision);
  const double bound = precision == FW_PRECISION_F32 ? 1e-4 : precision == FW_PRECISION_F16 ? 1e-2 : 8e-2;
  const std::string name = precision == FW_PRECISION_F32 ? "f32" : precision == FW_PRECISION_F16 ? "f16" : "bf16";
  expect_within(bound, answers_of(model, Company::alone), expected, name + " alone");
  expect_within(bound, answers_of(model, Company::many), expected, name + " among others");
}

class WholeShape : public GpuTest, public testing::WithParamInterface<std::string> {};

std::string shape_name(const testing::TestParamInfo<std::string>& shape) {
  std::string name = shape.param;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == '-'; }, '_');
  return name;
}

class SmallShape : public WholeShape {};

TEST_P(SmallShape, GivesInEveryPrecisionWhatTheCpuGivesInF32) {
  const std::vector<std::byte> file = made_up_file(GetParam());
  const Answers expected = answers_of(load(file, "cpu", FW_PRECISION_F32), Company::alone);
  expect_on_gpu(file, FW_PRECISION_F32, expected);
  expect_on_gpu(file, FW_PRECISION_F16, expected);
  expect_on_gpu(file, FW_PRECISION_BF16, expected);
}

INSTANTIATE_TEST_SUITE_P(Gpu, SmallShape, testing::Values("tiny.en", "base", "small"), shape_name);

class LargeShape : public WholeShape {};

TEST_P(LargeShape, GivesInF16WhatItGivesInF32) {
  const std::vector<std::byte> file = made_up_file(GetParam());
  const Answers expected = answers_of(load(file, "cuda:0", FW_PRECISION_F32), Company::alone);
  expect_on_gpu(file, FW_PRECISION_F16, expected);
}

INSTANTIATE_TEST_SUITE_P(Gpu, LargeShape, testing::Values("medium", "large-v3-turbo", "large-v3"), shape_name);

class LargestShape : public GpuTest {};

TEST_F(LargestShape, GivesInF32WhatTheCpuGives) {
  const std::vector<std::byte> file = made_up_file("large-v3");
  const Answers expected = answers_of(load(file, "cpu", FW_PRECISION_F32), Company::alone);
  expect_on_gpu(file, FW_PRECISION_F32, expected);
}

}  // namespace
}  // namespace fw
