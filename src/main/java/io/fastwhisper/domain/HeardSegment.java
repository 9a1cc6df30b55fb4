package io.fastwhisper.domain;

/**
 * What was heard in one segment.
 *
 * @param transcript on the source's time line
 * @param startBorderMs where it divides from the segment before
 * @param endBorderMs where it divides from the next one
 */
public record HeardSegment(
    Segment segment, Transcript transcript, long startBorderMs, long endBorderMs) {
  public HeardSegment {
    InvalidValueException.given("segment", segment);
    InvalidValueException.given("transcript", transcript);
  }
}
