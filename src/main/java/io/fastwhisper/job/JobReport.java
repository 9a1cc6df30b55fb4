package io.fastwhisper.job;

import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobFailure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStage;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.Match;
import io.fastwhisper.job.JobVideo.SegmentState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a job has to tell about itself. */
final class JobReport {
  private final JobId id;
  private final long receivedAtMs;
  private final List<JobFailure> failures = new ArrayList<>();
  private JobStatus status = JobStatus.PROCESSING;
  private String message = "";
  private Path film;
  private long startedAtMs;
  private long transcribingStartedAtMs;
  private long endedAtMs;
  private long transcribingMs;
  private boolean early;

  JobReport(JobId id, long nowMs) {
    this.id = id;
    this.receivedAtMs = nowMs;
  }

  void started(long nowMs) {
    startedAtMs = nowMs;
  }

  /** A video is ready to be transcribed; the first one counts. */
  void transcribing(long nowMs) {
    if (transcribingStartedAtMs == 0) {
      transcribingStartedAtMs = nowMs;
    }
  }

  void transcribed(long elapsedMs) {
    transcribingMs += elapsedMs;
  }

  void endedEarly() {
    early = true;
  }

  /**
   * Something has failed for good, the job goes on.
   *
   * @param source number of the source that it belongs to, or {@link JobFailure#WHOLE_JOB}
   */
  void failed(int source, Failure failure) {
    failures.add(new JobFailure(source, failure));
  }

  /** The job has failed. */
  void failed(String why, long nowMs) {
    end(JobStatus.ERROR, why, nowMs);
  }

  void cancelled(long nowMs) {
    end(JobStatus.CANCELLED, "Cancelled", nowMs);
  }

  /** The job is finished; without a film where nothing was found. */
  void completed(String why, Path filmOrNull, long nowMs) {
    film = filmOrNull;
    end(JobStatus.COMPLETED, why, nowMs);
  }

  private void end(JobStatus how, String why, long nowMs) {
    status = how;
    message = why;
    endedAtMs = nowMs;
  }

  JobSnapshot snapshot(
      List<JobVideo> videos, boolean videosKnown, JobClips clips, boolean joining, long nowMs) {
    int current = 0;
    while (current < videos.size() && videos.get(current).segmentsSettled()) {
      current++;
    }
    current = Math.min(current, videos.size() - 1);
    List<Match> matches = new ArrayList<>();
    videos.forEach(video -> matches.addAll(video.matches()));
    int transcribed = count(videos, SegmentState.TRANSCRIBED);
    int failed = count(videos, SegmentState.FAILED);
    int segments = videos.stream().mapToInt(video -> video.segments().size()).sum();
    return new JobSnapshot(
        id,
        status,
        stage(videos, videosKnown, joining),
        videos.stream().map(JobVideo::progress).toList(),
        current + 1,
        videos.size(),
        (int) videos.stream().filter(JobVideo::usable).count(),
        current < 0 ? "" : videos.get(current).title(),
        count(videos, SegmentState.LENT),
        transcribed + failed,
        failed,
        segments,
        clips.total() - clips.cut() - clips.failed(),
        clips.cut(),
        clips.failed(),
        clips.total(),
        segments == 0 ? 0 : (double) (transcribed + failed) / segments,
        videos.stream()
            .filter(JobVideo::usable)
            .mapToLong(video -> video.video().durationMs())
            .sum(),
        videos.stream().mapToLong(JobVideo::transcribedMs).sum(),
        matches,
        clips.film(),
        clips.lengthMs(),
        early,
        film,
        failures,
        message,
        receivedAtMs,
        startedAtMs,
        transcribingStartedAtMs,
        endedAtMs,
        transcribingMs,
        nowMs);
  }

  /** The earliest stage that is not finished. */
  private JobStage stage(List<JobVideo> videos, boolean videosKnown, boolean joining) {
    if (startedAtMs == 0) {
      return JobStage.INITIALIZING;
    }
    if (joining) {
      return JobStage.COMPILING;
    }
    if (!videosKnown || !videos.stream().allMatch(JobVideo::settled)) {
      return JobStage.ANALYZING;
    }
    return videos.stream().allMatch(JobVideo::segmentsSettled)
        ? JobStage.DOWNLOADING
        : JobStage.TRANSCRIBING;
  }

  private static int count(List<JobVideo> videos, SegmentState state) {
    return videos.stream().mapToInt(video -> video.count(state)).sum();
  }
}
