package io.fastwhisper.media;

import io.fastwhisper.domain.TimeRange;
import java.util.OptionalLong;

/**
 * What of a source a clip really holds: whole frames of the film, which lie so that a picture of
 * the source begins where a frame does. Both ends are nearest to what was asked for, half a frame
 * away at most, so that clips which touch still do.
 *
 * <p>Frames that lay anywhere would show each picture up to half a frame before or behind its
 * sound. Where the source's rate is the film's, or divides it, all pictures now begin with a frame;
 * where it is not, or varies, the first one does.
 *
 * @param startMicros on the source's time line; the clip's sound begins here, too
 * @param frames of the film, at least one
 */
record ClipSpan(long startMicros, long frames) {
  /**
   * The span nearest to a range.
   *
   * @param picture where a picture of the source begins; none where nothing is to be aligned with
   */
  static ClipSpan of(TimeRange range, OptionalLong picture, FilmTimes times) {
    long start = range.startMs() * 1_000;
    if (picture.isPresent()) {
      long at = picture.getAsLong();
      long before = times.nearestFrames(at - start);
      // Before the source there is nothing.
      while (at - times.microseconds(before) < 0) {
        before--;
      }
      start = at - times.microseconds(before);
    }
    return new ClipSpan(start, Math.max(1, times.nearestFrames(range.endMs() * 1_000 - start)));
  }

  /** The same on the source's time line, to a millisecond; as long as it is in the film. */
  TimeRange range(FilmTimes times) {
    long startMs = (startMicros + 500) / 1_000;
    return new TimeRange(startMs, startMs + times.milliseconds(frames));
  }
}
