#include "align/dtw.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "base/error.h"
#include "device/cpu/portable/portable_device.h"
#include "golden_data/golden_data.h"
#include "model/device_network.h"
#include "model/model.h"

namespace fw {
namespace {

/** The cheapest path by the definition: double sums, all three predecessors looked at in their order. */
std::vector<int32_t> first_columns_by_definition(const CostMatrix& cost) {
  const auto n = static_cast<size_t>(cost.n_rows);
  const auto m = static_cast<size_t>(cost.n_columns);
  std::vector<std::vector<double>> sum(n + 1, std::vector<double>(m + 1, std::numeric_limits<double>::infinity()));
  sum[0][0] = 0.0;
  for (size_t i = 1; i <= n; ++i) {
    for (size_t j = 1; j <= m; ++j) {
      sum[i][j] = cost.values[(i - 1) * m + j - 1] + std::min({sum[i - 1][j - 1], sum[i - 1][j], sum[i][j - 1]});
    }
  }
  std::vector<int32_t> first(n);
  for (size_t i = n, j = m; i > 0 && j > 0;) {
    first[i - 1] = static_cast<int32_t>(j) - 1;
    const double diagonal = sum[i - 1][j - 1];
    const double down = sum[i - 1][j];
    const double right = sum[i][j - 1];
    if (diagonal <= down && diagonal <= right) {
      --i;
      --j;
    } else if (down <= right) {
      --i;
    } else {
      --j;
    }
  }
  return first;
}

TEST(DtwTest, TakesTheCheapestPathOnMatricesOfEverySmallShape) {
  std::mt19937 random(7);
  for (int32_t rows = 1; rows <= 9; ++rows) {
    for (const int32_t columns : {1, 2, 3, 7, 8, 40, 151}) {
      CostMatrix cost{rows, columns, {}};
      // Few distinct values, so that ties are common; sums of them are exact in f32 and in double.
      for (int32_t i = 0; i < rows * columns; ++i) cost.values.push_back(static_cast<float>(random() % 5) * 0.25f - 0.5f);
      EXPECT_EQ(dtw_first_columns(cost), first_columns_by_definition(cost)) << rows << " x " << columns;
    }
  }
}

TEST(DtwTest, FollowsADiagonal) {
  CostMatrix cost{3, 6, std::vector<float>(18, 1.0f)};
  for (size_t i = 0; i < 3; ++i) cost.values[i * 6 + 2 * i] = cost.values[i * 6 + 2 * i + 1] = -1.0f;
  EXPECT_EQ(dtw_first_columns(cost), (std::vector<int32_t>{0, 2, 4}));
}

TEST(DtwTest, RefusesRowsAndFramesThatTheAlignmentDoesNotHave) {
  const Alignment alignment{.n_heads = 1, .n_tokens = 2, .n_frames = 5, .weights = std::vector<float>(10, 0.2f), .next_probability = {1}};
  EXPECT_THROW(attention_cost(alignment, 1, 2, 5), Error);
  EXPECT_THROW(attention_cost(alignment, 0, 2, 6), Error);
}

// One to six frames: the median of seven reaches over both edges at once.
TEST(DtwTest, SmoothsAxesThatAreShorterThanTheFilter) {
  for (int32_t frames = 1; frames <= 8; ++frames) {
    Alignment alignment{.n_heads = 1, .n_tokens = 3, .n_frames = frames, .weights = {}, .next_probability = {1, 1}};
    for (int32_t i = 0; i < 3 * frames; ++i) alignment.weights.push_back(static_cast<float>((i * 37) % 11) / 11.0f);
    const CostMatrix cost = attention_cost(alignment, 0, 3, frames);
    ASSERT_EQ(cost.values.size(), static_cast<size_t>(3 * frames));
    for (const float value : cost.values) EXPECT_TRUE(std::isfinite(value)) << frames << " frames";
  }
}

TEST(DtwTest, BeginsTheTrueWordsWhereTheOtherImplementationDoes) {
  const auto device = make_portable_device(FW_PRECISION_F32);
  ModelFile file = ModelFile::open(repository_path("models/ggml-demo.en-q8_0.bin"));
  const std::vector<AlignmentHead> heads = parse_alignment_heads("2:0,2:1,2:2,2:3", file.shape());
  const std::shared_ptr<const Model> model = Model::load(std::move(file), device, heads);
  DeviceNetwork network(model, {1, 1, 2});
  const Json golden = golden_json("golden.json");
  for (const Json& window : golden["windows"].array()) {
    const std::string key = window["key"].text();
    network.encode(0, golden_window(key.substr(0, key.find('.')) + ".flac", key.back() - '0'));
    const SpecialTokens& special = model->vocabulary().special();
    std::vector<int32_t> forced = {special.start, special.no_timestamps};
    std::vector<size_t> first_row;
    for (const Json& word : window["forced_words"].array()) {
      first_row.push_back(forced.size() - 2);
      for (const int32_t token : word["tokens"].integers()) forced.push_back(token);
    }
    forced.push_back(special.end);
    const Alignment alignment = network.align(0, 0, forced);
    const auto starts =
        dtw_first_columns(attention_cost(alignment, 1, static_cast<int32_t>(forced.size()) - 2, alignment.n_frames));
    for (size_t w = 0; w != first_row.size(); ++w) {
      const Json& word = window["forced_words"].array()[w];
      EXPECT_NEAR(starts[first_row[w]] * 0.02, word["start_s"].number(), 0.0201) << key << " " << word["word"].text();
    }
  }
}

}  // namespace
}  // namespace fw
