package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Runs a job with everything that it needs and shows its progress.
 *
 * @param devices what computes
 * @param output how progress is shown
 */
record JobRun(
    Configuration configuration, ModelChoice model, DeviceChoice devices, OutputOptions output) {

  /** Tells how a job has ended. */
  interface Ending {
    /** Gives the exit code. */
    int tell(JobSnapshot end, JobFeed feed, ProgressDisplay display) throws IOException;
  }

  /**
   * Runs the job to its end, and tells of it unless it was cancelled.
   *
   * @return the exit code
   */
  int run(JobRequest request, Path film, Ending ending) throws IOException, InterruptedException {
    try (ProgressDisplay display = output.display()) {
      if (!model.notice().isEmpty()) {
        display.note(model.notice());
      }
      JobFeed feed = new JobFeed();
      JobSnapshot end;
      try (JobRunner runner = JobRunner.start(configuration, model, devices)) {
        end = runner.run(request, film, feed, display);
      }
      display.close();
      return end.status() == JobStatus.CANCELLED
          ? ExitCode.FAILURE
          : ending.tell(end, feed, display);
    }
  }
}
