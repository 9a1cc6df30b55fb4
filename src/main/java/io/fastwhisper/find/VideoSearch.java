package io.fastwhisper.find;

import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.Searched;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Word;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

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

  /** What came of one segment; no words where it failed. */
  private record Heard(List<Word> words, boolean failed, long endBorderMs) {}

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
    int first = segment;
    while (first > 0 && heard[first - 1] != null) {
      first--;
    }
    int last = segment;
    while (last + 1 < heard.length && heard[last + 1] != null) {
      last++;
    }
    return report(first, last);
  }

  /** Reports what is now certain in a row of settled segments whose neighbours are not. */
  private List<Searched> report(int first, int last) {
    List<HeardWord> words = joined(first, last);
    long fromMs = first == 0 ? 0 : sharedWithNext(first - 1).endMs();
    long toMs =
        last + 1 == segments.size() ? END : certainUntil(words, sharedWithNext(last).startMs());
    List<Searched> found = new ArrayList<>();
    for (TimeRange gap : unreported(fromMs, Math.max(fromMs, toMs))) {
      found.add(search(words, gap, first == 0));
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

  private List<HeardWord> joined(int first, int last) {
    List<Word> words = new ArrayList<>(heard[first].words());
    long[] borders = new long[last - first];
    for (int i = first; i < last; i++) {
      TimeRange shared = sharedWithNext(i);
      borders[i - first] =
          heard[i].failed()
              ? shared.startMs()
              : heard[i + 1].failed() ? shared.endMs() : heard[i].endBorderMs();
      int alone = 0;
      while (alone < words.size() && words.get(alone).middleMs() < shared.startMs()) {
        alone++;
      }
      List<Word> both = words.subList(alone, words.size());
      List<Word> once = Seam.join(both, heard[i + 1].words(), borders[i - first]);
      both.clear();
      words.addAll(once);
    }
    List<HeardWord> owned = new ArrayList<>(words.size());
    int segment = first;
    for (Word word : words) {
      while (segment < last && word.middleMs() >= borders[segment - first]) {
        segment++;
      }
      owned.add(new HeardWord(word, owner(word, segment)));
    }
    return owned;
  }

  /** A word never belongs to a segment whose audio begins behind the word's start. */
  private SegmentId owner(Word word, int segment) {
    int owner = segment;
    while (owner > 0 && word.startMs() < segments.get(owner).range().startMs()) {
      owner--;
    }
    return segments.get(owner).id();
  }

  private TimeRange sharedWithNext(int segment) {
    return new TimeRange(
        segments.get(segment + 1).range().startMs(), segments.get(segment).range().endMs());
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
