package io.fastwhisper.domain;

/**
 * What failed for good in a job.
 *
 * @param source number of the source that it belongs to; -1 for the job as a whole
 */
public record JobFailure(int source, Failure failure) {
  public static final int WHOLE_JOB = -1;

  public JobFailure {
    InvalidValueException.inRange("source", source, WHOLE_JOB, Integer.MAX_VALUE);
    InvalidValueException.given("failure", failure);
  }
}
