// How far the narrower precisions go from the tokens of f32: see src/test/golden/README.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "device_cases/device_case.h"
#include "golden_data/golden_data.h"
#include "model/network_case.h"

namespace fw {
namespace {

/** Tokens to insert, remove or replace to make one list of the other. */
size_t edit_distance(const std::vector<int32_t>& a, const std::vector<int32_t>& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

class PrecisionTest : public testing::TestWithParam<DeviceCase> {};

/** Greedy tokens of the golden windows, all decoded together. */
std::vector<std::vector<int32_t>> decoded_tokens(const DeviceCase& device, bool eight_bit_audio) {
  const Json json = golden_json("golden.json");
  const Json::Array& windows = json["windows"].array();
  const auto n = static_cast<int32_t>(windows.size());
  const auto model = bundled_model(device.open());
  DeviceNetwork network(
      model,
      {.n_windows = n, .n_sequences = n, .n_threads = 2, .use_streams = true, .eight_bit_audio = eight_bit_audio});
  for (int32_t i = 0; i < n; ++i) {
    const std::string key = windows[static_cast<size_t>(i)]["key"].text();
    network.encode(i, golden_window(key.substr(0, key.find('.')) + ".flac", key.back() - '0'));
  }
  const SpecialTokens& special = model->vocabulary().special();
  return greedy_tokens(network, n, {special.start}, 224, special.end);
}

/** As decoded_tokens(), which runs once for each device, whichever test asks first. */
const std::vector<std::vector<int32_t>>& golden_tokens(const DeviceCase& device, bool eight_bit_audio) {
  static std::map<std::pair<std::string, bool>, std::vector<std::vector<int32_t>>> known;
  const std::pair key(device.name, eight_bit_audio);
  const auto found = known.find(key);
  return found != known.end() ? found->second
                              : known.emplace(key, decoded_tokens(device, eight_bit_audio)).first->second;
}

TEST_P(PrecisionTest, ChangesFewGreedyTokensOfTheBundledModel) {
  const Json json = golden_json("golden.json");
  const Json::Array& windows = json["windows"].array();
  const auto& found = golden_tokens(GetParam(), false);
  size_t changed = 0, all = 0;
  for (size_t i = 0; i < windows.size(); ++i) {
    const std::vector<int32_t> expected = windows[i]["greedy"].integers();
    changed += edit_distance(found[i], expected);
    all += expected.size();
  }
  std::printf("%s: %zu of %zu tokens differ\n", GetParam().name.c_str(), changed, all);
  RecordProperty("changed_tokens", static_cast<int>(changed));
  EXPECT_LE(changed * 100, all * (GetParam().precision == FW_PRECISION_F32 ? 0 : 3));
}

INSTANTIATE_TEST_SUITE_P(Devices, PrecisionTest, testing::ValuesIn(network_device_cases()),
                         [](const auto& test) { return test.param.name; });

/** All GPUs' cases, and f32 on the processor, whose caches keep the same values. */
std::vector<DeviceCase> eight_bit_cases() {
  std::vector<DeviceCase> cases = network_device_cases();
  std::erase_if(
      cases, [](const DeviceCase& one) { return !one.name.starts_with("cuda") && one.precision != FW_PRECISION_F32; });
  return cases;
}

class EightBitAudioTest : public testing::TestWithParam<DeviceCase> {};

TEST_P(EightBitAudioTest, ChangesAtMostHalfAPercentOfTheTokens) {
  const auto& expected = golden_tokens(GetParam(), false);
  const auto& found = golden_tokens(GetParam(), true);
  size_t changed = 0, all = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    changed += edit_distance(found[i], expected[i]);
    all += expected[i].size();
  }
  std::printf("%s: %zu of %zu tokens differ in eight bits\n", GetParam().name.c_str(), changed, all);
  RecordProperty("changed_tokens", static_cast<int>(changed));
  EXPECT_LE(changed * 200, all);
}

INSTANTIATE_TEST_SUITE_P(Devices, EightBitAudioTest, testing::ValuesIn(eight_bit_cases()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace fw
