// The starts of tokens against the golden values of an independent implementation.
#include <gtest/gtest.h>

#include "device/cpu/portable/portable_device.h"
#include "golden_data/golden_data.h"
#include "model/device_network.h"
#include "model/model_file.h"

namespace fw {
namespace {

class GoldenStarts : public testing::TestWithParam<int> {};

TEST_P(GoldenStarts, LieWithinOneFrameOfTheOtherImplementation) {
  const Json json = golden_json("golden.json");
  const Json& window = json["windows"].array()[static_cast<size_t>(GetParam())];
  const std::string key = window["key"].text();
  const std::shared_ptr<const Model> model =
      Model::load(ModelFile::open(repository_path("models/ggml-demo.en-q8_0.bin")),
                  make_portable_device(FW_PRECISION_F32), {{2, 0}, {2, 1}, {2, 2}, {2, 3}});
  DeviceNetwork network(model, {1, 1, 2});
  const SpecialTokens& special = model->vocabulary().special();
  std::vector<int32_t> tokens = {special.start, special.no_timestamps};
  for (const Json& word : window["forced_words"].array()) {
    const std::vector<int32_t> ids = word["tokens"].integers();
    tokens.insert(tokens.end(), ids.begin(), ids.end());
  }
  tokens.push_back(special.end);
  network.encode(0, golden_window(key.substr(0, key.find('.')) + ".flac", key.back() - '0'));
  const auto n_rows = static_cast<int32_t>(tokens.size()) - 2;
  const std::vector<int32_t> first = network.align({0, 0, tokens, 1, n_rows, 1500}).first_frames;
  size_t row = 0;
  for (const Json& word : window["forced_words"].array()) {
    EXPECT_NEAR(first[row] * 0.02, word["start_s"].number(), 0.0201) << word["word"].text();
    row += word["tokens"].integers().size();
  }
}

INSTANTIATE_TEST_SUITE_P(Windows, GoldenStarts, testing::Range(0, 6));

}  // namespace
}  // namespace fw
