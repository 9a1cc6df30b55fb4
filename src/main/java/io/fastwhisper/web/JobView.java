package io.fastwhisper.web;

import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStage;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.KeptJob;
import java.util.List;

/**
 * A job as clients see it, running or kept.
 *
 * @param number counts the jobs of this server, from 1
 */
record JobView(JobId id, long number, JobRequest request, JobSnapshot snapshot) {
  /** A job out of the store. */
  static JobView of(KeptJob kept) {
    JobSnapshot end = kept.end() == null ? before(kept.id(), kept.receivedAtMs()) : kept.end();
    return new JobView(kept.id(), kept.number(), kept.request(), end);
  }

  boolean ended() {
    return snapshot.status().ended();
  }

  JobView at(JobSnapshot later) {
    return new JobView(id, number, request, later);
  }

  /** How a job stands of which nothing was heard yet. */
  static JobSnapshot before(JobId id, long receivedAtMs) {
    return new JobSnapshot(
        id,
        JobStatus.PROCESSING,
        JobStage.INITIALIZING,
        List.of(),
        0,
        0,
        0,
        "",
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        List.of(),
        List.of(),
        0,
        false,
        null,
        List.of(),
        "",
        receivedAtMs,
        0,
        0,
        0,
        0,
        receivedAtMs);
  }
}
