package io.fastwhisper.job;

import io.fastwhisper.domain.JobFailure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each job that begins, fails in a part, or ends; its id is a field of each. */
final class JobLog {
  private static final Logger LOG = LoggerFactory.getLogger(JobLog.class);

  private JobLog() {}

  static void begun(JobId id, JobRequest request) {
    LOG.atInfo()
        .addKeyValue("job", id)
        .log(
            "begins: {} sources, {} targets, priority {}",
            request.sources().size(),
            request.targets().size(),
            request.options().priority());
  }

  static void ended(JobSnapshot end) {
    for (JobFailure failed : end.failures()) {
      LOG.atInfo()
          .addKeyValue("job", end.id())
          .log("source {} failed in a part: {}", failed.source(), failed.failure());
    }
    LOG.atInfo()
        .addKeyValue("job", end.id())
        .log(
            "ended, {}: {} clips of {} ms from {} ms of media in {} ms{}",
            end.status().name().toLowerCase(Locale.ROOT),
            end.clips().size(),
            end.compilationLengthMs(),
            end.mediaMs(),
            end.endedAtMs() - end.receivedAtMs(),
            end.message().isEmpty() ? "" : "; " + end.message());
  }
}
