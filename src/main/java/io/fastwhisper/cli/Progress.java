package io.fastwhisper.cli;

import io.fastwhisper.domain.JobSnapshot;

/**
 * How far long work is.
 *
 * @param stage for people
 * @param done of {@code total}; a total of 0 is not known yet
 * @param unit of both
 * @param timesRealTime seconds of media transcribed in a second; 0 where that does not apply yet
 * @param leftMs until this stage is over, as far as can be told; -1 where it cannot
 */
record Progress(
    String stage, long done, long total, String unit, double timesRealTime, long leftMs) {
  /** How a job is: at its earliest stage that is not finished. */
  static Progress of(JobSnapshot job) {
    return switch (job.stage()) {
      case INITIALIZING -> new Progress("Starting", 0, 0, "", 0, -1);
      case ANALYZING ->
          new Progress(
              "Opening", Math.max(0, job.currentVideo() - 1), job.totalVideos(), "videos", 0, -1);
      case TRANSCRIBING -> transcribing(job);
      case DOWNLOADING ->
          new Progress(
              "Cutting",
              job.clipsCut() + job.clipsFailed(),
              job.totalClips(),
              "clips",
              speed(job),
              -1);
      case COMPILING -> new Progress("Joining", 0, 0, "", speed(job), -1);
    };
  }

  private static Progress transcribing(JobSnapshot job) {
    double speed = speed(job);
    long left = speed > 0 ? Math.round((job.mediaMs() - job.transcribedMs()) / speed) : -1;
    return new Progress(
        "Transcribing", job.segmentsCompleted(), job.totalSegments(), "segments", speed, left);
  }

  private static double speed(JobSnapshot job) {
    long tookMs = job.nowMs() - job.transcribingStartedAtMs();
    return job.transcribingStartedAtMs() > 0 && tookMs > 0
        ? (double) job.transcribedMs() / tookMs
        : 0;
  }

  /** 0 to 1. */
  double fraction() {
    return total == 0 ? 0 : Math.min(1, (double) done / total);
  }

  /** "3/8 segments, 35.2 x real time, 0:12 left": what is known of it. */
  String details() {
    StringBuilder text = new StringBuilder();
    if (total > 0) {
      text.append(done).append('/').append(total).append(' ').append(unit);
    }
    if (timesRealTime > 0) {
      text.append(text.isEmpty() ? "" : ", ")
          .append(String.format("%.1f x real time", timesRealTime));
    }
    if (leftMs >= 0) {
      long seconds = (leftMs + 999) / 1000;
      text.append(text.isEmpty() ? "" : ", ")
          .append(String.format("%d:%02d left", seconds / 60, seconds % 60));
    }
    return text.toString();
  }
}
