package io.fastwhisper.find;

import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Word;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The words of neighbouring segments of a video, each once. Grows at its end, where a further
 * segment changes nothing before the stretch that it shares with its neighbour: so it costs the
 * same however many there are.
 *
 * <p>A pure state; not thread-safe.
 */
final class JoinedSegments {
  private final List<Segment> segments;
  private final int first;
  private final List<Long> bordersMs = new ArrayList<>();
  private final List<HeardWord> words = new ArrayList<>();

  /** Words whose middle lies before the last stretch that two of the segments share. */
  private int settled;

  /** On which segment's side of the borders the last of them lies. */
  private int settledSide;

  private int last;
  private Heard lastHeard;

  /** What came of one segment; no words where it failed. */
  record Heard(List<Word> words, boolean failed, long endBorderMs) {}

  /**
   * Begins with one segment.
   *
   * @param segments all of the video's, in order
   */
  JoinedSegments(List<Segment> segments, int first, Heard heard) {
    this.segments = segments;
    this.first = first;
    this.last = first;
    this.settledSide = first;
    this.lastHeard = heard;
    add(heard.words());
  }

  int first() {
    return first;
  }

  int last() {
    return last;
  }

  /** In the order of time; a view. */
  List<HeardWord> words() {
    return Collections.unmodifiableList(words);
  }

  /** Joins the segment behind the last. */
  void append(Heard next) {
    TimeRange shared = sharedWithNext(segments, last);
    long borderMs =
        lastHeard.failed()
            ? shared.startMs()
            : next.failed() ? shared.endMs() : lastHeard.endBorderMs();
    while (settled < words.size() && words.get(settled).word().middleMs() < shared.startMs()) {
      settledSide = side(settledSide, words.get(settled).word());
      settled++;
    }
    List<HeardWord> open = words.subList(settled, words.size());
    List<Word> once =
        Seam.join(open.stream().map(HeardWord::word).toList(), next.words(), borderMs);
    open.clear();
    bordersMs.add(borderMs);
    last++;
    lastHeard = next;
    add(once);
  }

  private void add(List<Word> more) {
    int side = settledSide;
    for (Word word : more) {
      side = side(side, word);
      words.add(new HeardWord(word, owner(word, side)));
    }
  }

  /** On whose side of the borders a word lies that follows one on the side {@code from}. */
  private int side(int from, Word word) {
    int side = from;
    while (side < last && word.middleMs() >= bordersMs.get(side - first)) {
      side++;
    }
    return side;
  }

  /** A word never belongs to a segment whose audio begins behind the word's start. */
  private SegmentId owner(Word word, int side) {
    int owner = side;
    while (owner > 0 && word.startMs() < segments.get(owner).range().startMs()) {
      owner--;
    }
    return segments.get(owner).id();
  }

  /** What a segment and the next one both hear. */
  static TimeRange sharedWithNext(List<Segment> segments, int segment) {
    return new TimeRange(
        segments.get(segment + 1).range().startMs(), segments.get(segment).range().endMs());
  }
}
