package io.fastwhisper.domain;

import java.nio.file.Path;

/**
 * A job as it is kept.
 *
 * @param number counts the jobs of the store, from 1
 * @param film where its film lies, or is going to lie
 * @param end how it ended; null while it has not
 */
public record KeptJob(
    JobId id, long number, JobRequest request, Path film, long receivedAtMs, JobSnapshot end) {
  public KeptJob {
    InvalidValueException.given("id", id);
    InvalidValueException.given("request", request);
    InvalidValueException.given("film", film);
  }
}
