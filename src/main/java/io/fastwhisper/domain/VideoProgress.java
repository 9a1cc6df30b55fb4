package io.fastwhisper.domain;

/**
 * How far one video of a job is.
 *
 * @param video its number in the job, from 0
 * @param source number of the source that it came from
 * @param durationMs 0 until it is opened
 * @param segments 0 until it is opened
 * @param segmentsCompleted transcribed or failed for good
 * @param segmentsFailed of them, those that failed
 * @param matches found so far
 */
public record VideoProgress(
    int video,
    int source,
    String title,
    State state,
    long durationMs,
    int segments,
    int segmentsCompleted,
    int segmentsFailed,
    int matches) {
  /** Whether it can be read. */
  public enum State {
    OPENING,
    OPEN,
    FAILED
  }

  public VideoProgress {
    InvalidValueException.given("title", title);
    InvalidValueException.given("state", state);
  }
}
