package io.fastwhisper.domain;

/**
 * What a user may choose for a job.
 *
 * @param paddingBeforeMs kept before each match
 * @param paddingAfterMs kept after each match
 * @param mergeGapMs clips that lie closer than this, with their padding, become one
 * @param maxLengthMs the compilation ends with the clip that reaches this length; 0 means no limit
 * @param priority 0 (last) to 9 (first)
 */
public record JobOptions(
    long paddingBeforeMs,
    long paddingAfterMs,
    long mergeGapMs,
    long maxLengthMs,
    int priority,
    TranscribeOptions transcribe) {
  private static final long MINUTE_MS = 60_000;
  private static final long DAY_MS = 24 * 60 * MINUTE_MS;

  public static final JobOptions DEFAULT =
      new JobOptions(1_000, 1_000, 2_000, 0, 5, TranscribeOptions.DEFAULT);

  public JobOptions {
    InvalidValueException.inRange("paddingBeforeMs", paddingBeforeMs, 0, MINUTE_MS);
    InvalidValueException.inRange("paddingAfterMs", paddingAfterMs, 0, MINUTE_MS);
    InvalidValueException.inRange("mergeGapMs", mergeGapMs, 0, MINUTE_MS);
    InvalidValueException.inRange("maxLengthMs", maxLengthMs, 0, DAY_MS);
    InvalidValueException.inRange("priority", priority, 0, 9);
    InvalidValueException.given("transcribe", transcribe);
  }
}
