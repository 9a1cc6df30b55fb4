package io.fastwhisper.find;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.InvalidValueException;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.Target;
import io.fastwhisper.domain.Word;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordFinderTest {
  private static final SegmentId SEGMENT = new SegmentId(new JobId("0".repeat(32)), 0, 3);

  @ParameterizedTest(name = "\"{0}\" is heard in \"{1}\" as \"{2}\"")
  @CsvSource(
      delimiter = '|',
      value = {
        "people|The people, of course.|people,",
        "PEOPLE|the people|people",
        "people|“People” said so|“People”",
        "don't|I don’t know|don’t",
        "don’t|I DON'T know|DON'T",
        "people|the people's house|people's",
        "homme|l'homme est né|l'homme",
        "o'clock|at ten o’clock.|o’clock.",
        "well known|a well-known song|well-known",
        "well-known|it is well known here|well known",
        "ice cream|ice-cream|ice-cream",
        "20|twenty years|twenty",
        "twenty|20 years|20",
        "25|twenty-five years|twenty-five",
        "25|twenty five years|twenty five",
        "twenty five|the 25, and|25,",
        "100|one hundred of them|one hundred",
        "1000|1,000 times|1,000",
        "2nd|the second one|second",
        "twenty first|the 21st of May|21st",
        "3.5|three point five|three point five",
        "٢٥|25 in Arabic digits|25",
        "50%|fifty percent of it|fifty percent",
        "Q&A|the Q and A|Q and A",
        "straße|in der STRASSE|STRASSE",
        "ﬁre|a fire|fire",
        "Ｆｒｅｅｄｏｍ|of freedom|freedom",
        "café|the café|café",
        "東京|今日 東京都 へ|東京都",
        "東京|東 京 へ|東 京",
        "नमस्ते|वह नमस्ते कहा|नमस्ते",
        "สวัสดี|สวัสดีครับ|สวัสดีครับ",
        "שלום|אמר שלום.|שלום.",
      })
  void writingDoesNotMatter(String target, String text, String heard) {
    assertEquals(List.of(heard), texts(find(text, target)));
  }

  @ParameterizedTest(name = "\"{0}\" is not in \"{1}\"")
  @CsvSource(
      delimiter = '|',
      value = {
        "free|freedom",
        "can|I can't",
        "its|it's",
        "well|we'll",
        "5|25 years",
        "20|25 years",
        "hundred|100 years",
        "schon|schön",
        "new york|york new",
        "new york|new old york",
      })
  void onlyWholeWordsAreFound(String target, String text) {
    assertEquals(List.of(), texts(find(text, target)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"!!!", "...", "’", "🎉", "-"})
  void aTargetWithoutAWordIsRefused(String target) {
    InvalidValueException refused = assertThrows(InvalidValueException.class, () -> finder(target));
    assertTrue(refused.getMessage().contains(target), refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void aBlankTargetIsRefused(String target) {
    assertThrows(InvalidValueException.class, () -> new Target(target));
  }

  @Test
  void everyNumberUpToAThousandIsTheSameInFiguresAndInWords() {
    for (int number = 0; number <= 1_000; number++) {
      String words = String.join(" ", NumberWords.cardinal(Integer.toString(number)));
      assertEquals(1, find(words, Integer.toString(number)).size(), words);
      assertEquals(1, find("so " + number + " it is", words).size(), words);
    }
    assertEquals(
        List.of("one", "million", "two", "hundred", "three", "thousand", "forty"),
        NumberWords.cardinal("1203040"));
  }

  @Test
  void wordsAndPhrasesThatLieInEachOtherAreAllFound() {
    List<Match> matches =
        find("we love new york city now", "new york city", "york", "new york", "city now");
    assertEquals(
        List.of("new york city", "new york", "york", "city now"),
        matches.stream().map(Match::target).toList());
  }

  @Test
  void aPhraseHasTheTimesOfItsWordsAndTheLowestProbability() {
    List<Word> words =
        List.of(new Word("New", 1_000, 1_200, 0.9f), new Word("York.", 1_250, 1_600, 0.4f));
    assertEquals(
        List.of(new Match("new york", SEGMENT, "New York.", 1_000, 1_600, 0.4f)),
        finder("new york").find(words, SEGMENT));
  }

  @Test
  void aPhraseIsNotFoundAcrossALongPause() {
    List<Word> words =
        List.of(
            new Word("new", 0, 300, 1),
            new Word("york", 300 + WordFinder.MAX_PAUSE_MS + 1, 9_000, 1));
    assertEquals(List.of(), finder("new york").find(words, SEGMENT));
  }

  @Test
  void ofTargetsThatAreTheSameTheFirstIsReported() {
    assertEquals(
        List.of("People"),
        find("the people", "People", "PEOPLE!", "people").stream().map(Match::target).toList());
  }

  @Test
  void aWordInsideOneWrittenWordIsOneMatch() {
    assertEquals(1, find("ha-ha", "ha").size());
  }

  @Test
  void tenThousandTargetsAreFoundInOnePass() {
    List<Target> targets =
        IntStream.range(0, 10_000).mapToObj(i -> new Target("word" + i + " tail" + i % 7)).toList();
    List<String> text = new ArrayList<>();
    for (int i = 0; i < 10_000; i += 10) {
      text.addAll(List.of("word" + i, "tail" + i % 7, "between"));
    }
    List<Match> matches = new WordFinder(targets).find(words(text), SEGMENT);
    assertEquals(1_000, matches.size());
  }

  /** Against the obvious way: every target at every place. */
  @Test
  void findsWhatTheObviousSearchFinds() {
    String[] alphabet = {"a", "b", "c"};
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<String> text =
          IntStream.range(0, 30).mapToObj(i -> alphabet[random.nextInt(3)]).toList();
      Set<List<String>> targets = new HashSet<>();
      for (int i = 0; i < 6; i++) {
        targets.add(
            IntStream.rangeClosed(0, random.nextInt(4))
                .mapToObj(j -> alphabet[random.nextInt(3)])
                .toList());
      }
      Set<String> expected = new HashSet<>();
      for (List<String> target : targets) {
        for (int at = 0; at + target.size() <= text.size(); at++) {
          if (text.subList(at, at + target.size()).equals(target)) {
            expected.add(String.join(" ", target) + "@" + at);
          }
        }
      }
      WordFinder finder =
          new WordFinder(
              targets.stream().map(target -> new Target(String.join(" ", target))).toList());
      List<Match> found = finder.find(words(text), SEGMENT);
      assertEquals(expected.size(), found.size(), "seed " + seed);
      found.forEach(
          match ->
              assertTrue(
                  expected.contains(match.target() + "@" + match.startMs() / 400),
                  match.toString()));
    }
  }

  private static WordFinder finder(String... targets) {
    return new WordFinder(Arrays.stream(targets).map(Target::new).toList());
  }

  private static List<Match> find(String text, String... targets) {
    return finder(targets).find(words(List.of(text.split(" "))), SEGMENT);
  }

  private static List<Word> words(List<String> texts) {
    return IntStream.range(0, texts.size())
        .mapToObj(i -> new Word(texts.get(i), i * 400L, i * 400L + 300, 0.8f))
        .toList();
  }

  private static List<String> texts(List<Match> matches) {
    return matches.stream().map(Match::text).toList();
  }
}
