package io.fastwhisper.cli;

import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;

/** What the program ends with. */
final class ExitCode {
  /** Done, also where nothing was found or some sources failed. */
  static final int DONE = 0;

  /** FastWhisper itself failed. */
  static final int FAILURE = 1;

  /** Wrong usage, or none of the sources can be used. */
  static final int USAGE = 2;

  private ExitCode() {}

  /** Of a job that has ended. */
  static int of(JobSnapshot end) {
    if (end.status() == JobStatus.COMPLETED) {
      return DONE;
    }
    boolean nothingHeard = end.segmentsCompleted() == end.segmentsFailed();
    boolean users =
        end.usableVideos() == 0
            || (nothingHeard
                && end.failures().stream().allMatch(failed -> failed.failure().permanent()));
    return users ? USAGE : FAILURE;
  }
}
