package io.fastwhisper.find;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.Searched;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.Target;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Word;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The talk of these tests is known word by word; each segment hears its own part of it, a little
 * off in time.
 */
class VideoSearchTest {
  private static final JobId JOB = new JobId("0".repeat(32));
  private static final long STEP_MS = 20_000;
  private static final long OVERLAP_MS = 6_000;
  private static final long MARGIN_MS = 1_500;

  /** Most that two hearings of one word differ in the tests, in each direction. */
  private static final int JITTER_MS = 60;

  @Test
  void aMatchInsideASegmentIsKnownBeforeItsNeighboursAreHeard() {
    List<Word> talk = List.of(word("freedom", 30_000));
    VideoSearch search = search(3, "freedom");
    assertEquals(List.of("freedom"), targets(hear(search, 1, talk, new Random(1), 0)));
    assertEquals(List.of(), targets(hear(search, 0, talk, new Random(1), 0)));
    assertEquals(List.of(), targets(hear(search, 2, talk, new Random(1), 0)));
  }

  @Test
  void aWordInTheSharedStretchIsKnownOnlyWithBothNeighbours() {
    List<Word> talk = List.of(word("freedom", 22_900));
    VideoSearch search = search(2, "freedom");
    assertEquals(List.of(), targets(hear(search, 1, talk, new Random(1), 0)));
    assertEquals(List.of("freedom"), targets(hear(search, 0, talk, new Random(1), 0)));
  }

  @Test
  void aPhraseAcrossABorderIsFoundOnceAndBelongsToTheSegmentOfItsFirstWord() {
    List<Word> talk = List.of(word("new", 22_500), word("york", 23_000));
    VideoSearch search = search(2, "new york");
    List<Searched> found =
        new ArrayList<>(search.transcribed(0, heardBy(0, 2, talk, new Random(1), 0), 22_900));
    found.addAll(search.transcribed(1, heardBy(1, 2, talk, new Random(1), 0), 0));
    List<Match> matches = matches(found);
    assertEquals(1, matches.size());
    assertEquals(0, matches.get(0).segment().segment());
  }

  @Test
  void aWordThatBothHeardOnTheOtherOnesSideIsNotLost() {
    VideoSearch search = search(2, "freedom");
    List<Searched> found =
        new ArrayList<>(search.transcribed(0, List.of(wordAt("freedom", 22_850, 23_050)), 22_900));
    found.addAll(search.transcribed(1, List.of(wordAt("freedom", 22_740, 22_940)), 22_900));
    assertEquals(1, matches(found).size());
  }

  @Test
  void aWordThatBothHeardOnTheirOwnSideIsNotFoundTwice() {
    VideoSearch search = search(2, "freedom");
    List<Searched> found =
        new ArrayList<>(search.transcribed(0, List.of(wordAt("freedom", 22_700, 23_000)), 22_900));
    found.addAll(search.transcribed(1, List.of(wordAt("freedom", 22_850, 23_150)), 22_900));
    assertEquals(1, matches(found).size());
  }

  @Test
  void aWordThatOnlyOneHeardAndOnTheOtherOnesSideIsNotLost() {
    VideoSearch search = search(2, "freedom");
    List<Searched> found =
        new ArrayList<>(search.transcribed(0, List.of(wordAt("freedom", 22_850, 23_050)), 22_900));
    found.addAll(search.transcribed(1, List.of(), 22_900));
    assertEquals(1, matches(found).size());
  }

  @Test
  void ofTwoWordsHeardInOnePlaceTheSurerOneStays() {
    VideoSearch search = search(2, "there", "their");
    Word there = new Word("there", 22_750, 22_990, 0.5f);
    Word their = new Word("their", 22_820, 23_060, 0.8f);
    List<Searched> found = new ArrayList<>(search.transcribed(0, List.of(there), 22_900));
    found.addAll(search.transcribed(1, List.of(their), 22_900));
    assertEquals(List.of("their"), targets(found));
  }

  @Test
  void aPhraseWaitsForTheNeighbourThatHasItsLastWord() {
    VideoSearch search = search(2, "new york");
    List<Word> left = List.of(word("new", 19_700), word("pork", 22_900));
    List<Searched> found = new ArrayList<>(search.transcribed(0, left, 22_000));
    found.addAll(search.transcribed(1, List.of(word("york", 22_900)), 0));
    assertEquals(List.of("new york"), targets(found));
  }

  @Test
  void aWordSaidTwiceAroundTheBorderIsFoundTwice() {
    List<Word> talk = List.of(word("no", 22_650), word("no", 22_950));
    VideoSearch search = search(2, "no");
    List<Searched> found =
        new ArrayList<>(search.transcribed(0, heardBy(0, 2, talk, new Random(3), 20), 22_900));
    found.addAll(search.transcribed(1, heardBy(1, 2, talk, new Random(4), 20), 22_900));
    assertEquals(2, matches(found).size());
  }

  @Test
  void whatTheNeighboursOfAFailedSegmentHeardOfItIsKept() {
    List<Word> talk =
        List.of(word("freedom", 25_000), word("freedom", 33_000), word("freedom", 41_000));
    VideoSearch search = search(3, "freedom");
    List<Searched> found = new ArrayList<>(hear(search, 0, talk, new Random(1), 0));
    found.addAll(search.failed(1));
    found.addAll(hear(search, 2, talk, new Random(1), 0));
    assertEquals(List.of(25_000L, 41_000L), matches(found).stream().map(Match::startMs).toList());
  }

  @Test
  void aSecondTranscriptOfASegmentChangesNothing() {
    List<Word> talk = List.of(word("freedom", 5_000));
    VideoSearch search = search(2, "freedom");
    assertEquals(1, targets(hear(search, 0, talk, new Random(1), 0)).size());
    assertEquals(List.of(), hear(search, 0, talk, new Random(1), 0));
  }

  /**
   * Random talks, heard in any order, some segments not at all: every match of the talk is reported
   * exactly once, in a stretch that is reported exactly once, and never sooner than its stretch
   * allows.
   */
  @Test
  void everyMatchIsFoundExactlyOnceInAnyOrder() {
    String[] vocabulary = {"red", "blue", "new", "york", "red-blue", "–"};
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      int count = 1 + random.nextInt(6);
      List<Word> talk = new ArrayList<>();
      for (long at = random.nextInt(900);
          at < count * STEP_MS + OVERLAP_MS - 1_000;
          at += 250 + random.nextInt(900)) {
        talk.add(
            wordAt(
                vocabulary[random.nextInt(vocabulary.length)], at, at + 150 + random.nextInt(100)));
      }
      WordFinder finder = finder("red", "new york", "blue new york red", "york new", "red blue");
      List<Segment> segments = segments(count);
      VideoSearch search = new VideoSearch(finder, segments);
      List<Match> expected = finder.find(talk, segments.get(0).id());
      List<Integer> order = new ArrayList<>(IntStream.range(0, count).boxed().toList());
      Collections.shuffle(order, random);
      List<Searched> found = new ArrayList<>();
      for (int segment : order) {
        TimeRange zone = segments.get(segment).endZone();
        long border =
            zone.startMs() + (zone.lengthMs() == 0 ? 0 : random.nextInt((int) zone.lengthMs()));
        List<Searched> news =
            search.transcribed(segment, heardBy(segment, count, talk, random, JITTER_MS), border);
        for (Searched stretch : news) {
          for (Match match : stretch.matches()) {
            assertTrue(
                stretch.range().contains(match.startMs()),
                "seed " + seed + ": " + match + " not in " + stretch.range());
          }
          assertUnknownNeverReachesIn(seed, stretch, expected, found, news);
        }
        found.addAll(news);
      }
      assertCoversAllOnce(seed, found);
      assertEquals(
          expected.stream().map(Match::target).sorted().toList(),
          targets(found).stream().sorted().toList(),
          "seed " + seed + ", order " + order);
      assertNear(seed, expected, matches(found));
    }
  }

  /**
   * Whatever begins before a reported stretch ends no later than its reach, give or take the tests'
   * own jitter.
   */
  private static void assertUnknownNeverReachesIn(
      int seed, Searched stretch, List<Match> all, List<Searched> before, List<Searched> news) {
    for (Match match : all) {
      boolean known =
          Stream.concat(before.stream(), news.stream())
              .anyMatch(
                  s ->
                      s.range().startMs() <= match.startMs() + JITTER_MS
                          && match.startMs() - JITTER_MS < s.range().endMs());
      if (!known && match.startMs() < stretch.range().startMs()) {
        assertTrue(
            match.endMs() <= stretch.reachMs() + 2 * JITTER_MS,
            "seed " + seed + ": " + match + " reaches into " + stretch);
      }
    }
  }

  private static void assertCoversAllOnce(int seed, List<Searched> found) {
    List<TimeRange> ranges =
        found.stream()
            .map(Searched::range)
            .sorted(Comparator.comparingLong(TimeRange::startMs))
            .toList();
    long at = 0;
    for (TimeRange range : ranges) {
      assertEquals(at, range.startMs(), "seed " + seed + ": " + ranges);
      at = range.endMs();
    }
    assertEquals(Long.MAX_VALUE, at, "seed " + seed);
  }

  private static void assertNear(int seed, List<Match> expected, List<Match> found) {
    for (Match match : expected) {
      assertFalse(
          found.stream()
              .noneMatch(
                  f ->
                      f.target().equals(match.target())
                          && Math.abs(f.startMs() - match.startMs()) <= JITTER_MS),
          "seed " + seed + ": " + match);
    }
  }

  private static List<Searched> hear(
      VideoSearch search, int segment, List<Word> talk, Random random, int jitterMs) {
    return search.transcribed(
        segment, heardBy(segment, 3, talk, random, jitterMs), segment * STEP_MS + STEP_MS + 3_000);
  }

  /** What lies wholly in the segment's range, each time a little off. */
  private static List<Word> heardBy(
      int segment, int count, List<Word> talk, Random random, int jitterMs) {
    long fromMs = segment * STEP_MS;
    long toMs = segment + 1 == count ? Long.MAX_VALUE : fromMs + STEP_MS + OVERLAP_MS;
    List<Word> heard = new ArrayList<>();
    for (Word word : talk) {
      if (word.startMs() >= fromMs && word.endMs() <= toMs) {
        long offMs = jitterMs == 0 ? 0 : random.nextInt(2 * jitterMs) - jitterMs;
        long startMs = Math.max(fromMs, word.startMs() + offMs);
        heard.add(wordAt(word.text(), startMs, Math.max(startMs, word.endMs() + offMs)));
      }
    }
    return heard;
  }

  private static VideoSearch search(int count, String... targets) {
    return new VideoSearch(finder(targets), segments(count));
  }

  private static WordFinder finder(String... targets) {
    return new WordFinder(Arrays.stream(targets).map(Target::new).toList());
  }

  private static List<Segment> segments(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              long start = i * STEP_MS;
              long end = start + STEP_MS + OVERLAP_MS;
              TimeRange startZone =
                  i == 0
                      ? new TimeRange(0, 0)
                      : new TimeRange(start + MARGIN_MS, start + OVERLAP_MS - MARGIN_MS);
              TimeRange endZone =
                  i + 1 == count
                      ? new TimeRange(end, end)
                      : new TimeRange(end - OVERLAP_MS + MARGIN_MS, end - MARGIN_MS);
              return new Segment(
                  new SegmentId(JOB, 0, i), new TimeRange(start, end), startZone, endZone);
            })
        .toList();
  }

  private static Word word(String text, long startMs) {
    return wordAt(text, startMs, startMs + 200);
  }

  private static Word wordAt(String text, long startMs, long endMs) {
    return new Word(text, startMs, endMs, 0.9f);
  }

  private static List<Match> matches(List<Searched> found) {
    return found.stream()
        .flatMap(stretch -> stretch.matches().stream())
        .sorted(Comparator.comparingLong(Match::startMs))
        .toList();
  }

  private static List<String> targets(List<Searched> found) {
    return matches(found).stream().map(Match::target).toList();
  }
}
