#include "decode/prompt.h"

#include <gtest/gtest.h>

#include "decode/scripted_network.h"

namespace fw {
namespace {

std::vector<int32_t> text_tokens(const std::string& text) { return english_vocabulary().encode(text); }

TEST(PreviousTokens, AreTheTextWithALeadingBlank) {
  EXPECT_EQ(previous_tokens(english_vocabulary(), "", "  aaab aaac \n", 223), text_tokens(" aaab aaac"));
}

TEST(PreviousTokens, BeginWithTheHotwords) {
  EXPECT_EQ(previous_tokens(english_vocabulary(), "aaab,, aaac ,", "aaad", 223), text_tokens(" aaab, aaac aaad"));
}

TEST(PreviousTokens, KeepTheEndOfALongText) {
  const std::vector<int32_t> all = text_tokens(" aaab aaac aaad aaae");
  EXPECT_EQ(previous_tokens(english_vocabulary(), "", "aaab aaac aaad aaae", 2),
            std::vector<int32_t>(all.end() - 2, all.end()));
}

TEST(PreviousTokens, LeaveATextHalfOfTheRoomAtLeast) {
  const std::vector<int32_t> hotwords = text_tokens(" aaab, aaac, aaad, aaae");
  const std::vector<int32_t> both = previous_tokens(english_vocabulary(), "aaab,aaac,aaad,aaae", "aaaf aaag aaah", 4);
  ASSERT_EQ(both.size(), 4u);
  EXPECT_EQ(std::vector<int32_t>(both.begin(), both.begin() + 2),
            std::vector<int32_t>(hotwords.begin(), hotwords.begin() + 2));
  EXPECT_EQ(std::vector<int32_t>(both.begin() + 2, both.end()), text_tokens(" aaag aaah"));
  EXPECT_EQ(previous_tokens(english_vocabulary(), "aaab,aaac,aaad,aaae", "", 4),
            std::vector<int32_t>(hotwords.begin(), hotwords.begin() + 4));
}

TEST(PreviousTokens, OfNothingAreNone) { EXPECT_TRUE(previous_tokens(english_vocabulary(), " , ", "  ", 223).empty()); }

TEST(Prompt, OfAnEnglishModelIsTheStartToken) {
  const SpecialTokens& special = english_vocabulary().special();
  const Prompt prompt = build_prompt(special, {}, 0, FW_TASK_TRANSCRIBE, true);
  EXPECT_EQ(prompt.tokens, std::vector<int32_t>{special.start});
  EXPECT_EQ(prompt.start_place, 0);
  EXPECT_EQ(build_prompt(special, {}, 0, FW_TASK_TRANSCRIBE, false).tokens,
            (std::vector<int32_t>{special.start, special.no_timestamps}));
}

TEST(Prompt, OfAMultilingualModelNamesLanguageAndTask) {
  const SpecialTokens& special = multilingual_vocabulary().special();
  const int32_t german = *special.language_token("de");
  EXPECT_EQ(build_prompt(special, {}, german, FW_TASK_TRANSLATE, false).tokens,
            (std::vector<int32_t>{special.start, german, special.translate, special.no_timestamps}));
  EXPECT_EQ(build_prompt(special, {}, german, FW_TASK_TRANSCRIBE, true).tokens,
            (std::vector<int32_t>{special.start, german, special.transcribe}));
}

TEST(Prompt, PutsWhatWentBeforeInFrontOfTheStartToken) {
  const SpecialTokens& special = english_vocabulary().special();
  const Prompt prompt = build_prompt(special, std::vector<int32_t>{1000, 1001}, 0, FW_TASK_TRANSCRIBE, true);
  EXPECT_EQ(prompt.tokens, (std::vector<int32_t>{special.start_of_previous, 1000, 1001, special.start}));
  EXPECT_EQ(prompt.start_place, 3);
}

TEST(Prompt, ReachesTheNetworkOnce) {
  LaneCase test;
  const SpecialTokens& special = test.vocabulary.special();
  std::vector<int32_t> seen;
  test.script->speak = [&](const Line& line) {
    if (line.sampled.empty()) seen.assign(line.sequence.begin(), line.sequence.end());
    return certain(line.sampled.empty() ? 3000 : special.end);
  };
  DecodeOptions options = plain_options();
  options.previous_tokens = {1000, 1001, 1002};
  test.run_one(window_of(0, options));
  EXPECT_EQ(seen,
            (std::vector<int32_t>{special.start_of_previous, 1000, 1001, 1002, special.start, special.no_timestamps}));
}

}  // namespace
}  // namespace fw
