// Which characters make a word, which tokens have a part in it, and what of it is spoken.
#include "align/word_groups.h"

#include <gtest/gtest.h>

namespace fw {
namespace {

using Texts = std::vector<std::string>;

std::vector<WordGroup> groups(const Texts& tokens, std::string_view language = "en") {
  std::vector<TextToken> text;
  for (const std::string& token : tokens) text.push_back({token, 0});
  return group_words(text, language);
}

Texts words(const Texts& tokens, std::string_view language = "en") {
  Texts texts;
  for (const WordGroup& group : groups(tokens, language)) texts.push_back(group.text);
  return texts;
}

void expect_place(const TextPlace& place, int32_t token, int32_t byte) {
  EXPECT_EQ(place.token, token);
  EXPECT_EQ(place.byte, byte);
}

void expect_tokens(const WordGroup& group, int32_t first, int32_t n) {
  EXPECT_EQ(group.first_token, first) << group.text;
  EXPECT_EQ(group.n_tokens, n) << group.text;
}

TEST(WordGroups, StandBetweenBlanksWithTheirPunctuation) {
  const std::vector<WordGroup> found = groups({" Hello", ",", " don", "'t", " go", "."});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].text, "Hello,");
  EXPECT_EQ(found[1].text, "don't");
  EXPECT_EQ(found[2].text, "go.");
  expect_tokens(found[0], 0, 2);
  expect_tokens(found[1], 2, 2);
  expect_tokens(found[2], 4, 2);
}

TEST(WordGroups, SoundFromTheBlankOfTheirFirstTokenToTheirLastLetter) {
  const std::vector<WordGroup> found = groups({" Hello", ",", " you", "ng", "!\""});
  ASSERT_EQ(found.size(), 2u);
  expect_place(found[0].sound_begin, 0, 0);
  expect_place(found[0].sound_end, 0, 6);
  expect_place(found[1].sound_begin, 2, 0);
  expect_place(found[1].sound_end, 3, 2);
  expect_place(groups({"  one"})[0].sound_begin, 0, 0);
  expect_place(groups({" ", "one"})[0].sound_begin, 1, 0);
  const std::vector<WordGroup> in_one_token = groups({" one two"});
  ASSERT_EQ(in_one_token.size(), 2u);
  expect_place(in_one_token[0].sound_end, 0, 4);
  expect_place(in_one_token[1].sound_begin, 0, 4);
  expect_place(groups({" (", "one"})[0].sound_begin, 1, 0);
}

TEST(WordGroups, TakeOpeningMarksFromBeforeAndAllOthersFromBehind) {
  EXPECT_EQ(words({" he", " \"", "said", "\""}), Texts({"he", "\"said\""}));
  EXPECT_EQ(words({" yes", " ...", " no"}), Texts({"yes...", "no"}));
  const std::vector<WordGroup> bracketed = groups({" so", " (", " well", " )", " then"});
  ASSERT_EQ(bracketed.size(), 3u);
  EXPECT_EQ(bracketed[1].text, "(well)");
  expect_tokens(bracketed[1], 1, 3);
  expect_place(bracketed[1].sound_begin, 2, 0);
  expect_place(bracketed[1].sound_end, 2, 5);
}

TEST(WordGroups, TakeMarksThatNothingStandsBefore) {
  const std::vector<WordGroup> found = groups({"...", " well"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].text, "...well");
  expect_tokens(found[0], 0, 2);
}

TEST(WordGroups, EndBehindADashOrDotsThatNoBlankFollows) {
  EXPECT_EQ(words({" one", "\u2014", "two"}), Texts({"one\u2014", "two"}));
  EXPECT_EQ(words({" so", "...", "and"}), Texts({"so...", "and"}));
  EXPECT_EQ(words({" 3", ".", "5"}), Texts({"3.5"}));
  EXPECT_EQ(words({" well", "-", "known"}), Texts({"well-known"}));
}

TEST(WordGroups, AreSpokenSymbolsTooAndNotMarksAlone) {
  EXPECT_EQ(words({" 50", " %", " +", " 5"}), Texts({"50", "%", "+", "5"}));
  EXPECT_EQ(words({" ...", " -", " !"}), Texts());
  EXPECT_EQ(words({" ", "  "}), Texts());
  EXPECT_EQ(words({}), Texts());
}

TEST(WordGroups, NeverReachOverTheBorderOfTwoCues) {
  const std::vector<TextToken> tokens = {{" one", 0}, {"two", 1}, {".", 1}, {" ...", 2}, {" three", 3}};
  const std::vector<WordGroup> found = group_words(tokens, "en");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].text, "one");
  EXPECT_EQ(found[1].text, "two.");
  EXPECT_EQ(found[2].text, "three");
  EXPECT_EQ(found[0].cue, 0);
  EXPECT_EQ(found[1].cue, 1);
  EXPECT_EQ(found[2].cue, 3);
  expect_tokens(found[1], 1, 2);
  expect_tokens(found[2], 4, 1);
}

TEST(WordGroups, JoinACharacterThatTokensDivideAndReplaceBrokenBytes) {
  const std::vector<WordGroup> found = groups({" caf\xC3", "\xA9", " t\xE9"});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].text, "caf\u00e9");
  EXPECT_EQ(found[1].text, "t\uFFFD");
  expect_tokens(found[0], 0, 2);
  expect_place(found[0].sound_end, 1, 1);
}

TEST(WordGroups, AreCharactersWhereALanguageHasNoBlanks) {
  for (const char* language : {"zh", "yue", "ja", "th", "lo", "my", "km"}) {
    EXPECT_TRUE(is_written_without_blanks(language)) << language;
  }
  EXPECT_FALSE(is_written_without_blanks("ko"));
  EXPECT_EQ(words({"你好", "，", "世界", "。"}, "zh"), Texts({"你", "好，", "世", "界。"}));
  EXPECT_EQ(words({"你好"}, "en"), Texts({"你好"}));
  EXPECT_EQ(words({"他说", "「", "好", "」"}, "zh"), Texts({"他", "说", "「好」"}));
}

TEST(WordGroups, KeepLatinWordsAndNumbersWholeInATextWithoutBlanks) {
  EXPECT_EQ(words({"用", "GPT", "-", "4", "吧"}, "zh"), Texts({"用", "GPT-4", "吧"}));
  EXPECT_EQ(words({"GPT", "、", "AI"}, "ja"), Texts({"GPT、", "AI"}));
  EXPECT_EQ(words({"１２", "月"}, "ja"), Texts({"１２", "月"}));
}

}  // namespace
}  // namespace fw
