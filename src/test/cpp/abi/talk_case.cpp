#include "abi/talk_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "golden_data/golden_data.h"

namespace fw {

std::vector<std::string> folded_words(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream in(text);
  for (std::string word; in >> word;) {
    std::string folded;
    for (const unsigned char c : word) {
      if (std::isalnum(c) != 0 || c == '\'') folded += static_cast<char>(std::tolower(c));
    }
    if (!folded.empty()) words.push_back(folded);
  }
  return words;
}

size_t word_errors(const std::vector<std::string>& found, const std::vector<std::string>& expected) {
  std::vector<size_t> costs(found.size() + 1);
  for (size_t f = 0; f <= found.size(); ++f) costs[f] = f;
  for (size_t e = 1; e <= expected.size(); ++e) {
    size_t diagonal = costs[0]++;
    for (size_t f = 1; f <= found.size(); ++f) {
      const size_t replaced = diagonal + (found[f - 1] == expected[e - 1] ? 0 : 1);
      diagonal = costs[f];
      costs[f] = std::min({replaced, costs[f] + 1, costs[f - 1] + 1});
    }
  }
  return costs.back();
}

std::vector<WindowCase> planned_windows(const std::vector<float>& pcm) {
  const fw_speech_params params = fw_speech_default_params();
  fw_window_plan* made = nullptr;
  EXPECT_EQ(fw_window_plan_create(pcm.data(), static_cast<int64_t>(pcm.size()), &params, &made), FW_STATUS_OK)
      << fw_last_error();
  const PlanHandle plan(made);
  std::vector<WindowCase> windows;
  for (int32_t i = 0; i != fw_window_plan_count(plan.get()); ++i) {
    int32_t n_spans = 0;
    const fw_span* spans = fw_window_plan_spans(plan.get(), i, &n_spans);
    WindowCase window;
    window.pcm = pcm;
    window.spans.assign(spans, spans + n_spans);
    windows.push_back(std::move(window));
  }
  return windows;
}

std::vector<std::string> true_words(const std::string& talk) {
  std::vector<std::string> words;
  const Json all = golden_json("../../../samples/" + talk + ".words.json");
  for (const Json& word : all.array()) {
    if (word["end"].number() < 59.0) words.push_back(folded_words(word["word"].text()).at(0));
  }
  return words;
}

}  // namespace fw
