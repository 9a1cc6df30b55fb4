package io.fastwhisper.domain;

/**
 * A stretch of a video that is fetched and transcribed as a unit.
 *
 * <p>Neighbours overlap. The border between them is looked for in silence inside the middle of the
 * overlap, its <em>zone</em>, which both hold with some audio around it. A word belongs to the
 * segment on whose side of the border it lies; the words of the whole range are transcribed all the
 * same, so that a word on the border is heard whole by both.
 *
 * @param range what is fetched and transcribed
 * @param startZone where the border to the segment before may lie; the empty range at the start of
 *     a first segment
 * @param endZone where the border to the next segment may lie; the empty range at the end of a last
 *     segment
 */
public record Segment(SegmentId id, TimeRange range, TimeRange startZone, TimeRange endZone) {
  public Segment {
    InvalidValueException.given("id", id);
    if (!range.covers(startZone)) {
      throw new InvalidValueException("startZone", startZone, "inside " + range);
    }
    if (!range.covers(endZone)) {
      throw new InvalidValueException("endZone", endZone, "inside " + range);
    }
  }
}
