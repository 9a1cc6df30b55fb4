package io.fastwhisper.domain;

/**
 * A stretch of a source's time line.
 *
 * @param startMs first millisecond, 0 or more
 * @param endMs first millisecond behind it, at least {@code startMs}
 */
public record TimeRange(long startMs, long endMs) {
  public TimeRange {
    InvalidValueException.inRange("startMs", startMs, 0, Long.MAX_VALUE);
    InvalidValueException.inRange("endMs", endMs, startMs, Long.MAX_VALUE);
  }

  public long lengthMs() {
    return endMs - startMs;
  }

  public boolean contains(long timeMs) {
    return startMs <= timeMs && timeMs < endMs;
  }

  /** True where the other range lies inside this one. */
  public boolean covers(TimeRange other) {
    return startMs <= other.startMs && other.endMs <= endMs;
  }
}
