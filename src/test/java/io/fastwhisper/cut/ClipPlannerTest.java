package io.fastwhisper.cut;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.Searched;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.TimeRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClipPlannerTest {
  private static final JobId JOB = new JobId("0".repeat(32));
  private static final long END = Long.MAX_VALUE;

  /** Segments begin every ten seconds and share two with the next. */
  private static final long STEP_MS = 10_000;

  private static final long SHARED_MS = 2_000;

  @Test
  void paddingStaysInsideTheVideo() {
    ClipPlanner planner = new ClipPlanner(segments(2), 12_000, 1_000, 1_000, 0);
    List<Clip> clips = all(planner, match(400, 700), match(11_500, 11_900));
    assertEquals(List.of(new TimeRange(0, 1_700), new TimeRange(10_500, 12_000)), ranges(clips));
  }

  @Test
  void clipsAsFarApartAsTheMergeGapAreOneAndFurtherApartTwo() {
    ClipPlanner planner = new ClipPlanner(segments(1), 100_000, 100, 100, 500);
    List<Clip> clips = all(planner, match(1_000, 1_200), match(1_900, 2_000), match(2_701, 2_800));
    assertEquals(List.of(new TimeRange(900, 2_100), new TimeRange(2_601, 2_900)), ranges(clips));
    assertEquals(2, clips.get(0).matches().size());
  }

  @Test
  void aMatchInsideAnotherOneDoesNotShortenTheClip() {
    ClipPlanner planner = new ClipPlanner(segments(1), 100_000, 0, 0, 0);
    assertEquals(
        List.of(new TimeRange(1_000, 3_000)),
        ranges(all(planner, match(1_000, 3_000), match(1_200, 1_400))));
  }

  @Test
  void aMatchThatEndsBehindTheVideoIsCutOff() {
    ClipPlanner planner = new ClipPlanner(segments(1), 5_000, 0, 1_000, 0);
    assertEquals(List.of(new TimeRange(4_500, 5_000)), ranges(all(planner, match(4_500, 5_200))));
  }

  @Test
  void aSegmentWithoutMatchesIsSettledWithoutClips() {
    ClipPlanner planner = new ClipPlanner(segments(1), 5_000, 0, 0, 0);
    assertEquals(
        Map.of(new SegmentId(JOB, 0, 0), 0),
        planner.searched(List.of(searched(0, END, 0))).clipsOfSegment());
  }

  @Test
  void aClipWaitsForTheSegmentThatItMayGrowInto() {
    ClipPlanner planner = new ClipPlanner(segments(2), 22_000, 0, 0, 500);
    assertEquals(
        List.of(), planner.searched(List.of(searched(0, 10_000, 0, match(9_600, 9_800)))).clips());
    ClipPlanner.Settled settled =
        planner.searched(List.of(searched(10_000, END, 10_000, match(10_100, 10_300))));
    assertEquals(List.of(new TimeRange(9_600, 10_300)), ranges(settled.clips()));
    assertEquals(
        Map.of(new SegmentId(JOB, 0, 0), 1, new SegmentId(JOB, 0, 1), 0), settled.clipsOfSegment());
  }

  @Test
  void aClipThatNothingCanReachDoesNotWait() {
    ClipPlanner planner = new ClipPlanner(segments(2), 22_000, 0, 0, 500);
    ClipPlanner.Settled settled =
        planner.searched(List.of(searched(0, 10_000, 0, match(5_000, 5_200))));
    assertEquals(
        List.of(new ClipId(JOB, 0, 0, 0)), settled.clips().stream().map(Clip::id).toList());
    assertEquals(Map.of(), settled.clipsOfSegment());
  }

  /**
   * Stretches come in any order. In the end there are the clips of the obvious way, each once; and
   * at every moment exactly those are settled that no future can change. The futures tried are the
   * two extremes, for merging only ever grows with more matches: nothing more is found, and
   * everything that is not known is full of matches.
   */
  @Test
  void clipsAreThoseOfTheObviousWayAndSettledAsSoonAsNoFutureCanChangeThem() {
    for (int seed = 0; seed < 1_500; seed++) {
      Random random = new Random(seed);
      int count = 1 + random.nextInt(4);
      long durationMs = count * STEP_MS + SHARED_MS;
      List<Segment> segments = segments(count);
      long before = random.nextInt(3) * 400L;
      long after = random.nextInt(3) * 400L;
      long gap = random.nextInt(3) * 500L;
      List<Match> matches = new ArrayList<>();
      for (long at = random.nextInt(3_000); at < durationMs; at += 1 + random.nextInt(3_000)) {
        matches.add(
            matchIn(segmentOf(at, count), at, Math.min(durationMs, at + 1 + random.nextInt(800))));
      }
      List<Searched> stretches = cutAtRandom(durationMs, matches, random);
      Collections.shuffle(stretches, random);
      ClipPlanner planner = new ClipPlanner(segments, durationMs, before, after, gap);
      Map<ClipId, Clip> settled = new LinkedHashMap<>();
      Set<SegmentId> complete = new HashSet<>();
      for (int i = 0; i < stretches.size(); i++) {
        ClipPlanner.Settled news = planner.searched(List.of(stretches.get(i)));
        for (Clip clip : news.clips()) {
          assertEquals(null, settled.put(clip.id(), clip), "seed " + seed + ": twice " + clip.id());
        }
        complete.addAll(news.clipsOfSegment().keySet());
        List<Searched> known = stretches.subList(0, i + 1);
        Map<ClipId, Clip> least = obvious(matchesOf(known), durationMs, before, after, gap);
        Map<ClipId, Clip> most =
            obvious(withFullGaps(known, count, durationMs), durationMs, before, after, gap);
        Map<ClipId, Clip> certain = new HashMap<>(least);
        certain.entrySet().removeIf(clip -> !clip.getValue().equals(most.get(clip.getKey())));
        certain.entrySet().removeIf(clip -> !bothEndsKnown(clip.getValue(), known));
        assertEquals(certain, settled, "seed " + seed + " after " + known);
      }
      assertEquals(obvious(matches, durationMs, before, after, gap), settled, "seed " + seed);
      assertEquals(count, complete.size(), "seed " + seed);
    }
  }

  /**
   * In a segment whose beginning is not known the number of a clip is not known, whatever the two
   * extremes say.
   */
  private static boolean bothEndsKnown(Clip clip, List<Searched> known) {
    long beginMs = clip.id().segment() * STEP_MS;
    long at = clip.matches().get(0).startMs();
    long reached = beginMs;
    for (Searched stretch :
        known.stream().sorted(Comparator.comparingLong(s -> s.range().startMs())).toList()) {
      if (stretch.range().startMs() <= reached && reached < stretch.range().endMs()) {
        reached = stretch.range().endMs();
      }
    }
    return reached > at;
  }

  /** Sort, pad, merge. */
  private static Map<ClipId, Clip> obvious(
      List<Match> matches, long durationMs, long before, long after, long gap) {
    Map<ClipId, Clip> clips = new LinkedHashMap<>();
    int[] next = new int[100];
    List<Match> open = new ArrayList<>();
    TimeRange range = null;
    List<Match> sorted =
        new ArrayList<>(matches.stream().sorted(Comparator.comparingLong(Match::startMs)).toList());
    sorted.add(null);
    for (Match match : sorted) {
      TimeRange padded =
          match == null
              ? null
              : new TimeRange(
                  Math.max(0, match.startMs() - before),
                  Math.min(durationMs, match.endMs() + after));
      if (range != null && padded != null && padded.startMs() - range.endMs() <= gap) {
        range = new TimeRange(range.startMs(), Math.max(range.endMs(), padded.endMs()));
      } else {
        if (range != null) {
          SegmentId segment = open.get(0).segment();
          ClipId id = segment.clip(next[segment.segment()]++);
          clips.put(id, new Clip(id, range, open));
        }
        open = new ArrayList<>();
        range = padded;
      }
      open.add(match);
    }
    return clips;
  }

  /** The known matches, and a match at every place that is not known, reaching as far as it may. */
  private static List<Match> withFullGaps(List<Searched> known, int count, long durationMs) {
    List<Match> matches = new ArrayList<>(matchesOf(known));
    List<Searched> sorted =
        known.stream().sorted(Comparator.comparingLong(s -> s.range().startMs())).toList();
    long at = 0;
    for (Searched stretch : sorted) {
      fill(matches, at, stretch.range().startMs(), stretch.reachMs(), count);
      at = stretch.range().endMs();
    }
    if (at != END) {
      fill(matches, at, durationMs, durationMs, count);
    }
    return matches;
  }

  private static void fill(List<Match> matches, long fromMs, long toMs, long reachMs, int count) {
    for (long at = fromMs;
        at < toMs;
        at = Math.min(toMs - 1, at + 100) == at ? toMs : Math.min(toMs - 1, at + 100)) {
      matches.add(matchIn(segmentOf(at, count), at, at == toMs - 1 ? Math.max(at, reachMs) : at));
    }
  }

  private static List<Searched> cutAtRandom(long durationMs, List<Match> matches, Random random) {
    List<Searched> stretches = new ArrayList<>();
    long at = 0;
    while (at != END) {
      long next = at + 500 + random.nextInt(8_000);
      long end = next >= durationMs ? END : next;
      long from = at;
      long reach =
          matches.stream().filter(m -> m.startMs() < from).mapToLong(Match::endMs).max().orElse(0);
      stretches.add(
          new Searched(
              new TimeRange(at, end),
              Math.max(at, reach),
              matches.stream().filter(m -> m.startMs() >= from && m.startMs() < end).toList()));
      at = end;
    }
    return stretches;
  }

  private static List<Match> matchesOf(List<Searched> stretches) {
    return stretches.stream().flatMap(stretch -> stretch.matches().stream()).toList();
  }

  /** The border lies in the middle of what two segments share. */
  private static int segmentOf(long atMs, int count) {
    return (int) Math.max(0, Math.min(count - 1, (atMs - SHARED_MS / 2) / STEP_MS));
  }

  private static List<Clip> all(ClipPlanner planner, Match... matches) {
    return planner.searched(List.of(searched(0, END, 0, matches))).clips();
  }

  private static List<TimeRange> ranges(List<Clip> clips) {
    return clips.stream().map(Clip::range).toList();
  }

  private static Searched searched(long fromMs, long toMs, long reachMs, Match... matches) {
    return new Searched(new TimeRange(fromMs, toMs), reachMs, List.of(matches));
  }

  private static Match match(long startMs, long endMs) {
    return matchIn(startMs < 10_000 ? 0 : 1, startMs, endMs);
  }

  private static Match matchIn(int segment, long startMs, long endMs) {
    return new Match("people", new SegmentId(JOB, 0, segment), "people", startMs, endMs, 1);
  }

  private static List<Segment> segments(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              TimeRange range = new TimeRange(i * STEP_MS, i * STEP_MS + STEP_MS + SHARED_MS);
              return new Segment(
                  new SegmentId(JOB, 0, i),
                  range,
                  new TimeRange(range.startMs(), range.startMs()),
                  new TimeRange(range.endMs(), range.endMs()));
            })
        .toList();
  }
}
