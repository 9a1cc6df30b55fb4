package io.fastwhisper.find;

import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.Searched;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Word;
import io.fastwhisper.find.JoinedSegments.Heard;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Finds the targets in one video whose segments are transcribed in any order.
 *
 * <p>A match is reported as soon as nothing that is still to be heard can change it, each exactly
 * once, also across borders. Where two neighbours are both settled, their words are joined by
 * {@link Seam}; towards a neighbour that is not, the words in the shared stretch, and as many
 * before it as a phrase may take, are kept back. Of a segment that failed, nothing is known; its
 * neighbours are then believed for all that they heard.
 *
 * <p>A pure state: not thread-safe, no clock, no I/O.
 */
public final class VideoSearch {
  private static final long END = Long.MAX_VALUE;

  private final WordFinder finder;
  private final List<Segment> segments;
  private final Heard[] heard;

  /** What has been reported, as ranges that do not touch, in order. */
  private final List<TimeRange> reported = new ArrayList<>();

  /** Rows of settled segments whose neighbours are not, by their first. */
  private final NavigableMap<Integer, JoinedSegments> rows = new TreeMap<>();

  /**
   * Begins a search.
   *
   * @param segments all of the video's, in order
   */
  public VideoSearch(WordFinder finder, List<Segment> segments) {
    this.finder = finder;
    this.segments = List.copyOf(segments);
    this.heard = new Heard[segments.size()];
  }

  /**
   * A segment was transcribed. A second transcript of the same segment changes nothing.
   *
   * @param words in the order of time; what lies outside the segment's range is cut off
   * @param endBorderMs where the segment divides from the next one
   * @return the stretches that are now known, in the order of time
   */
  public List<Searched> transcribed(int segment, List<Word> words, long endBorderMs) {
    Segment plan = segments.get(segment);
    long border = Math.max(plan.endZone().startMs(), Math.min(endBorderMs, plan.endZone().endMs()));
    return settle(segment, new Heard(inside(plan.range(), words), false, border));
  }

  /** A segment has no transcript and will have none. */
  public List<Searched> failed(int segment) {
    return settle(segment, new Heard(List.of(), true, segments.get(segment).endZone().endMs()));
  }

  private List<Searched> settle(int segment, Heard outcome) {
    if (heard[segment] != null) {
      return List.of();
    }
    heard[segment] = outcome;
    Map.Entry<Integer, JoinedSegments> before = rows.floorEntry(segment);
    JoinedSegments row;
    if (before != null && before.getValue().last() == segment - 1) {
      row = before.getValue();
      row.append(outcome);
    } else {
      row = new JoinedSegments(segments, segment, outcome);
      rows.put(segment, row);
    }
    JoinedSegments behind = rows.remove(segment + 1);
    if (behind != null) {
      for (int i = behind.first(); i <= behind.last(); i++) {
        row.append(heard[i]);
      }
    }
    return report(row);
  }

  /** Reports what is now certain in a row. */
  private List<Searched> report(JoinedSegments row) {
    List<HeardWord> words = row.words();
    boolean knownBefore = row.first() == 0;
    long fromMs = knownBefore ? 0 : sharedWithNext(row.first() - 1).endMs();
    long toMs =
        row.last() + 1 == segments.size()
            ? END
            : certainUntil(words, sharedWithNext(row.last()).startMs());
    List<Searched> found = new ArrayList<>();
    for (TimeRange gap : unreported(fromMs, Math.max(fromMs, toMs))) {
      found.add(search(words, gap, knownBefore));
    }
    return found;
  }

  private Searched search(List<HeardWord> words, TimeRange range, boolean knownBefore) {
    int begin = 0;
    while (begin < words.size() && words.get(begin).word().startMs() < range.startMs()) {
      begin++;
    }
    // What begins in the range may end behind it, but by no more words than the longest target has.
    int end = begin;
    while (end < words.size() && words.get(end).word().startMs() < range.endMs()) {
      end++;
    }
    end = Math.min(words.size(), end + finder.longestTarget());
    List<Match> matches =
        finder.find(words.subList(begin, end)).stream()
            .filter(match -> match.startMs() < range.endMs())
            .toList();
    long reachMs = knownBefore ? range.startMs() : reach(words, begin, range.startMs());
    mark(range);
    return new Searched(range, Math.max(range.startMs(), reachMs), matches);
  }

  /** How far into the known words a phrase may reach that begins before them. */
  private long reach(List<HeardWord> words, int begin, long fromMs) {
    long reachMs = fromMs;
    int end = Math.min(words.size(), begin + Math.max(0, finder.longestTarget() - 1));
    for (HeardWord word : words.subList(0, end)) {
      reachMs = Math.max(reachMs, word.word().endMs());
    }
    return reachMs;
  }

  /**
   * From here on a word or phrase may begin that the next segment, not heard yet, has a part in.
   */
  private long certainUntil(List<HeardWord> words, long sharedFromMs) {
    int certain = 0;
    while (certain < words.size() && words.get(certain).word().middleMs() < sharedFromMs) {
      certain++;
    }
    int kept = Math.max(0, certain - (finder.longestTarget() - 1));
    return kept < words.size()
        ? Math.min(sharedFromMs, words.get(kept).word().startMs())
        : sharedFromMs;
  }

  private TimeRange sharedWithNext(int segment) {
    return JoinedSegments.sharedWithNext(segments, segment);
  }

  private static List<Word> inside(TimeRange range, List<Word> words) {
    List<Word> inside = new ArrayList<>(words.size());
    for (Word word : words) {
      boolean outside = word.startMs() >= range.endMs() || word.endMs() < range.startMs();
      if (outside || TextFolding.tokens(word.text()).isEmpty()) {
        continue;
      }
      long startMs = Math.max(word.startMs(), range.startMs());
      inside.add(
          new Word(
              word.text(),
              startMs,
              Math.max(startMs, Math.min(word.endMs(), range.endMs())),
              word.probability()));
    }
    inside.sort(Comparator.comparingLong(Word::startMs));
    return inside;
  }

  private List<TimeRange> unreported(long fromMs, long toMs) {
    List<TimeRange> gaps = new ArrayList<>();
    long atMs = fromMs;
    for (TimeRange done : reported) {
      if (done.startMs() > atMs && atMs < toMs) {
        gaps.add(new TimeRange(atMs, Math.min(done.startMs(), toMs)));
      }
      atMs = Math.max(atMs, done.endMs());
    }
    if (atMs < toMs) {
      gaps.add(new TimeRange(atMs, toMs));
    }
    return gaps;
  }

  private void mark(TimeRange range) {
    reported.add(range);
    reported.sort(Comparator.comparingLong(TimeRange::startMs));
    for (int i = 0; i + 1 < reported.size(); ) {
      if (reported.get(i).endMs() == reported.get(i + 1).startMs()) {
        reported.set(i, new TimeRange(reported.get(i).startMs(), reported.remove(i + 1).endMs()));
      } else {
        i++;
      }
    }
  }
}
