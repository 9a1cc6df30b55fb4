#include "decode/prompt.h"

#include <algorithm>
#include <string>

namespace fw {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/** "a,b , c" as running text: " a, b, c". */
std::string join_hotwords(std::string_view hotwords) {
  std::string joined;
  while (!hotwords.empty()) {
    const size_t comma = std::min(hotwords.find(','), hotwords.size());
    const std::string_view word = trim(hotwords.substr(0, comma));
    if (!word.empty()) joined.append(joined.empty() ? " " : ", ").append(word);
    hotwords.remove_prefix(std::min(comma + 1, hotwords.size()));
  }
  return joined;
}

}  // namespace

std::vector<int32_t> previous_tokens(const Vocabulary& vocabulary, std::string_view hotwords, std::string_view text,
                                     int32_t n_max) {
  const size_t room = static_cast<size_t>(std::max(n_max, 0));
  text = trim(text);
  std::vector<int32_t> before;
  if (!text.empty()) before = vocabulary.encode(" " + std::string(text));
  std::vector<int32_t> tokens = vocabulary.encode(join_hotwords(hotwords));
  tokens.resize(std::min(tokens.size(), before.empty() ? room : room / 2));
  const size_t n_kept = std::min(before.size(), room - tokens.size());
  tokens.insert(tokens.end(), before.end() - static_cast<std::ptrdiff_t>(n_kept), before.end());
  return tokens;
}

Prompt build_prompt(const SpecialTokens& special, std::span<const int32_t> previous, int32_t language_token,
                    fw_task task, bool timestamps) {
  Prompt prompt;
  if (!previous.empty()) {
    prompt.tokens.push_back(special.start_of_previous);
    prompt.tokens.insert(prompt.tokens.end(), previous.begin(), previous.end());
  }
  prompt.start_place = prompt.n_tokens();
  prompt.tokens.push_back(special.start);
  if (special.multilingual) {
    prompt.tokens.push_back(language_token);
    prompt.tokens.push_back(task == FW_TASK_TRANSLATE ? special.translate : special.transcribe);
  }
  if (!timestamps) prompt.tokens.push_back(special.no_timestamps);
  return prompt;
}

}  // namespace fw
