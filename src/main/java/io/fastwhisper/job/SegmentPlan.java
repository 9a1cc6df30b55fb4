package io.fastwhisper.job;

import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.VideoId;
import java.util.ArrayList;
import java.util.List;

/**
 * Divides videos into segments of equal length that overlap.
 *
 * @param lengthMs longest segment, overlap included
 * @param overlapMs what neighbours share; the border lies in it, {@link #MARGIN_MS} away from both
 *     ends
 */
record SegmentPlan(long lengthMs, long overlapMs) {
  /**
   * Both neighbours hold at least this much around every possible border, so that each finds a
   * pause to begin and end at and words on the border are heard whole.
   */
  static final long MARGIN_MS = 1_500;

  SegmentPlan {
    if (overlapMs <= 2 * MARGIN_MS) {
      throw new IllegalArgumentException(
          "overlapMs = " + overlapMs + ", expected more than " + 2 * MARGIN_MS);
    }
    if (lengthMs < 2 * overlapMs) {
      throw new IllegalArgumentException(
          "lengthMs = " + lengthMs + ", expected at least twice overlapMs = " + overlapMs);
    }
  }

  /** The segments of a video; together they cover it. */
  List<Segment> divide(VideoId video, long durationMs) {
    long stepMs = lengthMs - overlapMs;
    int count = (int) Math.max(1, (durationMs - overlapMs + stepMs - 1) / stepMs);
    List<Segment> segments = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long startMs = start(i, count, durationMs);
      long endMs = i + 1 == count ? durationMs : start(i + 1, count, durationMs) + overlapMs;
      TimeRange startZone = i == 0 ? new TimeRange(startMs, startMs) : zone(startMs);
      TimeRange endZone = i + 1 == count ? new TimeRange(endMs, endMs) : zone(endMs - overlapMs);
      segments.add(
          new Segment(video.segment(i), new TimeRange(startMs, endMs), startZone, endZone));
    }
    return segments;
  }

  private long start(int number, int count, long durationMs) {
    return (durationMs - overlapMs) * number / count;
  }

  private TimeRange zone(long sharedFromMs) {
    return new TimeRange(sharedFromMs + MARGIN_MS, sharedFromMs + overlapMs - MARGIN_MS);
  }
}
