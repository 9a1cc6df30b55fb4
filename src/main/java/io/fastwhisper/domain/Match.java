package io.fastwhisper.domain;

/**
 * One place where a target was heard.
 *
 * @param target the target's text as the user wrote it
 * @param segment the segment that its first word belongs to
 * @param text the words as they were heard
 * @param startMs start of its first word on the source's time line
 * @param endMs end of its last word
 * @param probability the lowest of its words
 */
public record Match(
    String target, SegmentId segment, String text, long startMs, long endMs, float probability) {
  public Match {
    InvalidValueException.given("target", target);
    InvalidValueException.given("segment", segment);
    InvalidValueException.given("text", text);
    InvalidValueException.inRange("startMs", startMs, 0, Long.MAX_VALUE);
    InvalidValueException.inRange("endMs", endMs, startMs, Long.MAX_VALUE);
  }
}
