#include "model/network_case.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "golden_data/golden_data.h"
#include "model_maker/model_maker.h"

namespace fw {

std::shared_ptr<const Model> bundled_model(const std::shared_ptr<const Device>& device) {
  static std::map<const Device*, std::shared_ptr<const Model>> models;
  std::shared_ptr<const Model>& model = models[device.get()];
  if (model == nullptr) {
    ModelFile file = ModelFile::open(repository_path("models/ggml-demo.en-q8_0.bin"));
    const std::vector<AlignmentHead> heads = parse_alignment_heads("2:0,2:1,2:2,2:3", file.shape());
    model = Model::load(std::move(file), device, heads);
  }
  return model;
}

std::shared_ptr<const Model> golden_v3_model(const std::shared_ptr<const Device>& device) {
  static std::map<const Device*, std::shared_ptr<const Model>> models;
  std::shared_ptr<const Model>& model = models[device.get()];
  if (model == nullptr) {
    ModelRecipe recipe;
    recipe.shape = golden_v3_shape();
    ModelFile file = ModelFile::from_bytes(make_model(recipe).bytes(), "v3");
    const std::vector<AlignmentHead> heads = alignment_heads_for(file.shape());
    model = Model::load(std::move(file), device, heads);
  }
  return model;
}

TokenRule any_token() {
  TokenRule rule;
  rule.unrestricted = true;
  return rule;
}

double relative_difference(std::span<const float> found, std::span<const float> expected) {
  double largest = 0.0, difference = 0.0;
  for (size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
    const double d = std::abs(static_cast<double>(found[i]) - expected[i]);
    difference = d <= difference ? difference : d;  // not a number stays
  }
  return found.size() == expected.size() ? difference / largest : INFINITY;
}

std::vector<std::vector<int32_t>> greedy_tokens(Network& network, int32_t n_windows, const std::vector<int32_t>& prompt,
                                                int32_t limit, int32_t end) {
  const auto last = static_cast<int32_t>(prompt.size()) - 1;
  std::vector<StepRow> rows;
  for (int32_t window = 0; window < n_windows; ++window) {
    for (int32_t i = 0; i <= last; ++i) {
      rows.push_back({window, window, i, prompt[static_cast<size_t>(i)], i == last, any_token()});
    }
  }
  std::vector<std::vector<int32_t>> tokens(static_cast<size_t>(n_windows));
  std::vector<int32_t> open(static_cast<size_t>(n_windows));
  std::iota(open.begin(), open.end(), 0);
  for (int32_t n = 1; n <= limit && !open.empty(); ++n) {
    const std::vector<Pick> picks = network.step(rows);
    rows.clear();
    std::vector<int32_t> still_open;
    for (size_t i = 0; i < open.size(); ++i) {
      const int32_t token = picks[i].candidates.front().token;
      if (token != end) {
        tokens[static_cast<size_t>(open[i])].push_back(token);
        rows.push_back({open[i], open[i], last + n, token, true, any_token()});
        still_open.push_back(open[i]);
      }
    }
    open = still_open;
  }
  return tokens;
}

}  // namespace fw
