#include "model/vocabulary.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "golden_data/golden_data.h"
#include "model/model_file.h"
#include "model/text_pieces.h"
#include "model/unicode.h"
#include "model_maker/model_maker.h"

namespace fw {
namespace {

using Tokens = std::vector<int32_t>;

class BundledVocabulary : public testing::Test {
 protected:
  static const Vocabulary& vocabulary() {
    static const ModelFile file = ModelFile::open(repository_path("models/ggml-demo.en-q8_0.bin"));
    return file.vocabulary();
  }
};

TEST_F(BundledVocabulary, encodesEachGoldenWordIntoItsTokens) {
  const Json golden = golden_json("golden.json");
  int n_words = 0;
  for (const Json& window : golden["windows"].array()) {
    for (const Json& word : window["forced_words"].array()) {
      EXPECT_EQ(vocabulary().encode(" " + word["word"].text()), word["tokens"].integers()) << word["word"].text();
      ++n_words;
    }
  }
  EXPECT_GT(n_words, 300);
}

TEST_F(BundledVocabulary, decodesGoldenTokensToTheirText) {
  const Json golden = golden_json("golden.json");
  for (const Json& window : golden["windows"].array()) {
    EXPECT_EQ(vocabulary().decode(window["greedy"].integers()), window["text"].text());
  }
}

TEST_F(BundledVocabulary, encodesAsTheReferencePatternCuts) {
  // Expected: Python's regex module with the pattern of openai/whisper, and merges by rank over the same tokens.
  const std::pair<std::string, Tokens> cases[] = {
      {"", {}},
      {"Hello, world's 42nd  test\n\n ok", {15496, 11, 995, 338, 5433, 358, 220, 1332, 628, 12876}},
      {"naïve café — Ünïcödé 日本語",
       {2616, 38776, 40304, 851, 49363, 77, 26884, 66, 9101, 67, 2634, 10545, 245, 98, 17312, 105, 45739, 252}},
      {"don't I'LL we'll they've o'clock", {9099, 470, 314, 6, 3069, 356, 1183, 484, 1053, 267, 6, 15750}},
      {"   x", {220, 220, 2124}},
      {"tab\tend  ", {8658, 197, 437, 220, 220}},
      {"1½ ٣ days", {16, 23141, 18923, 96, 1528}},
      {"a\u00a0\u3000b", {64, 1849, 5099, 222, 65}},
      {"Straße\u2028Ωmega 😀😀 ‘quoted’ it’s", {41347, 39683, 68,  447, 101,  138, 102, 13731, 30325, 222, 47249,
                                              222,   564,   246, 421, 5191, 447, 247, 340,   447,   247, 82}},
      {"...   ", {986, 220, 220, 220}},
      {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", {24794, 24794, 24794, 24794, 24794, 24794, 24794, 24794, 46071}},
  };
  for (const auto& [text, tokens] : cases) {
    EXPECT_EQ(vocabulary().encode(text), tokens) << text;
    EXPECT_EQ(vocabulary().decode(tokens), text);
  }
}

TEST_F(BundledVocabulary, encodesAMegabyteWithoutBlanksInOneGo) {
  const std::string text(1 << 20, 'x');
  const Tokens tokens = vocabulary().encode(text);
  EXPECT_EQ(vocabulary().decode(tokens), text);
}

TEST_F(BundledVocabulary, keepsBytesThatAreNoUtf8AndShowsThemAsReplacements) {
  const Tokens tokens = vocabulary().encode("a\xff\xc3");
  std::string bytes;
  for (const int32_t token : tokens) bytes += vocabulary().bytes(token);
  EXPECT_EQ(bytes, "a\xff\xc3");
  EXPECT_EQ(vocabulary().decode(tokens), "a\uFFFD\uFFFD");
}

TEST_F(BundledVocabulary, suppressesTheTokensThatOpenAiSuppresses) {
  // suppress_tokens of the English models' generation_config.json, which whisper's non_speech_tokens gives too.
  Tokens expected = {1,     2,     7,     8,     9,     10,    14,    25,    26,    27,    28,    29,    31,    58,
                     59,    60,    61,    62,    63,    90,    91,    92,    93,    357,   366,   438,   532,   685,
                     705,   796,   930,   1058,  1220,  1267,  1279,  1303,  1343,  1377,  1391,  1635,  1782,  1875,
                     2162,  2361,  2488,  3467,  4008,  4211,  4600,  4808,  5299,  5855,  6329,  7203,  9609,  9959,
                     10563, 10786, 11420, 11709, 11907, 13163, 13697, 13700, 14808, 15306, 16410, 16791, 17992, 19203,
                     19510, 20724, 22305, 22935, 27007, 30109, 30420, 33409, 34949, 40283, 40493, 40549, 47282, 49146};
  for (int32_t token = 50257; token <= 50361; ++token) expected.push_back(token);
  EXPECT_EQ(vocabulary().suppressed(), expected);
}

TEST_F(BundledVocabulary, knowsTheBlankAndNoBytesOfSpecialTokens) {
  EXPECT_EQ(vocabulary().blank(), 220);
  EXPECT_EQ(vocabulary().bytes(220), " ");
  for (const int32_t token : {-1, INT32_MIN, 50256, 50257, 50363, 51863, 51864, INT32_MAX}) {
    EXPECT_EQ(vocabulary().bytes(token), "") << token;
  }
}

TEST(Vocabulary, sparseAndDoubleEntriesAreHarmless) {
  const Vocabulary vocabulary(51865, {"a", "b", "a", "", "ab"});
  EXPECT_EQ(vocabulary.encode("abcab"), (Tokens{4, 4})) << "bytes that the vocabulary does not have are left out";
  EXPECT_EQ(vocabulary.blank(), std::nullopt);
  EXPECT_EQ(vocabulary.bytes(50000), "");
  EXPECT_THROW(Vocabulary(50000, {}), Error);
}

TEST(Vocabulary, madeUpWordsAreOneTokenEach) {
  const Vocabulary vocabulary(51865, made_up_tokens(50257));
  EXPECT_EQ(vocabulary.encode(" aaaa aaab zzzz").size(), 2u + 5u);
  EXPECT_EQ(vocabulary.encode(" aaab"), (Tokens{257}));
}

TEST(SpecialTokens, layoutOfEnglishModels) {
  const SpecialTokens tokens = *SpecialTokens::for_vocabulary(51864);
  EXPECT_FALSE(tokens.multilingual);
  EXPECT_EQ(tokens.end, 50256);
  EXPECT_EQ(tokens.start, 50257);
  EXPECT_EQ(tokens.first_language, 50258);
  EXPECT_EQ(tokens.translate, 50357);
  EXPECT_EQ(tokens.transcribe, 50358);
  EXPECT_EQ(tokens.start_of_lm, 50359);
  EXPECT_EQ(tokens.start_of_previous, 50360);
  EXPECT_EQ(tokens.no_speech, 50361);
  EXPECT_EQ(tokens.no_timestamps, 50362);
  EXPECT_EQ(tokens.timestamp_begin, 50363);
}

TEST(SpecialTokens, layoutOfMultilingualModels) {
  const SpecialTokens tokens = *SpecialTokens::for_vocabulary(51865);
  EXPECT_TRUE(tokens.multilingual);
  EXPECT_EQ(tokens.end, 50257);
  EXPECT_EQ(tokens.start, 50258);
  EXPECT_EQ(tokens.language_token("en"), 50259);
  EXPECT_EQ(tokens.language_token("su"), 50357);
  EXPECT_EQ(tokens.language_token("yue"), std::nullopt);
  EXPECT_EQ(tokens.translate, 50358);
  EXPECT_EQ(tokens.transcribe, 50359);
  EXPECT_EQ(tokens.start_of_lm, 50360);
  EXPECT_EQ(tokens.start_of_previous, 50361);
  EXPECT_EQ(tokens.no_speech, 50362);
  EXPECT_EQ(tokens.no_timestamps, 50363);
  EXPECT_EQ(tokens.timestamp_begin, 50364);
}

TEST(SpecialTokens, layoutOfLargeV3) {
  const SpecialTokens tokens = *SpecialTokens::for_vocabulary(51866);
  EXPECT_EQ(tokens.n_languages, 100);
  EXPECT_EQ(tokens.end, 50257);
  EXPECT_EQ(tokens.start, 50258);
  EXPECT_EQ(tokens.language_token("de"), 50261);
  EXPECT_EQ(tokens.language_token("yue"), 50358);
  EXPECT_EQ(tokens.translate, 50359);
  // The prompt of v3.json: start, English, transcribe, 0.00 s.
  EXPECT_EQ(tokens.transcribe, 50360);
  EXPECT_EQ(tokens.start_of_previous, 50362);
  EXPECT_EQ(tokens.no_speech, 50363);
  EXPECT_EQ(tokens.no_timestamps, 50364);
  EXPECT_EQ(tokens.timestamp_begin, 50365);
}

TEST(SpecialTokens, vocabulariesAreFullToTheLastTimestamp) {
  for (const int32_t n_vocab : {51864, 51865, 51866}) {
    const SpecialTokens tokens = *SpecialTokens::for_vocabulary(n_vocab);
    EXPECT_EQ(tokens.n_vocab, n_vocab);
    EXPECT_TRUE(tokens.is_timestamp(n_vocab - 1));
    EXPECT_FALSE(tokens.is_timestamp(n_vocab));
    EXPECT_FALSE(tokens.is_timestamp(tokens.no_timestamps));
    EXPECT_FALSE(tokens.is_text(tokens.end));
    EXPECT_FALSE(tokens.is_text(-1));
  }
  for (const int32_t n_vocab : {0, -1, 256, 51863, 51867, INT32_MAX}) {
    EXPECT_FALSE(SpecialTokens::for_vocabulary(n_vocab)) << n_vocab;
  }
}

TEST(SpecialTokens, eachLanguageTokenGivesItsCodeAndBack) {
  const SpecialTokens tokens = *SpecialTokens::for_vocabulary(51866);
  for (int32_t i = 0; i != tokens.n_languages; ++i) {
    const std::string_view code = tokens.language_code(tokens.first_language + i);
    EXPECT_GE(code.size(), 2u);
    EXPECT_EQ(tokens.language_token(code), tokens.first_language + i) << code;
  }
  EXPECT_EQ(tokens.language_code(tokens.start), "");
  EXPECT_EQ(tokens.language_code(tokens.translate), "");
  EXPECT_EQ(tokens.language_token("xx"), std::nullopt);
  EXPECT_EQ(tokens.language_token(""), std::nullopt);
}

TEST(TextPieces, joinedGiveTheTextAgain) {
  for (const std::string text : {"", " ", "  ", "a  b", "'s's 's", "\xff\xfe a", "\n\n\nx y\n", "9 9a"}) {
    std::string joined;
    for (const std::string_view piece : split_pieces(text)) {
      EXPECT_FALSE(piece.empty());
      joined += piece;
    }
    EXPECT_EQ(joined, text);
  }
}

TEST(Unicode, invalidUtf8IsReplacedByteByByte) {
  EXPECT_EQ(make_valid_utf8("ok \u00e9 \u20ac \U0001F600"), "ok \u00e9 \u20ac \U0001F600");
  EXPECT_EQ(make_valid_utf8("\xc0\xaf"), "\uFFFD\uFFFD") << "overlong";
  EXPECT_EQ(make_valid_utf8("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD") << "surrogate";
  EXPECT_EQ(make_valid_utf8("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD") << "above U+10FFFF";
  EXPECT_EQ(make_valid_utf8("\xe2\x82"), "\uFFFD\uFFFD") << "cut off";
  EXPECT_EQ(make_valid_utf8("\x80x"), "\uFFFDx");
}

}  // namespace
}  // namespace fw
