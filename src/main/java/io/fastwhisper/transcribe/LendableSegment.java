package io.fastwhisper.transcribe;

import io.fastwhisper.domain.SegmentId;
import java.util.Comparator;

/**
 * What the {@link LaneDispatcher} knows of a segment that waits for a lane or has one. Lengths are
 * in milliseconds. Not thread-safe.
 */
final class LendableSegment {
  static final Comparator<LendableSegment> EARLIER =
      Comparator.<LendableSegment>comparingInt(work -> work.segment.video())
          .thenComparingInt(work -> work.segment.segment());

  final SegmentId segment;
  final int priority;
  final long jobNumber;
  final long lengthMs;
  int lanesLost;

  LendableSegment(SegmentId segment, int priority, long jobNumber, long lengthMs) {
    this.segment = segment;
    this.priority = priority;
    this.jobNumber = jobNumber;
    this.lengthMs = lengthMs;
  }

  boolean suspect() {
    return lanesLost > 0;
  }
}
