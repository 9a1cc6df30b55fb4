package io.fastwhisper.web;

import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.FilmClip;
import io.fastwhisper.domain.JobFailure;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.VideoProgress;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * A job in the words of the first FastWhisper. Times are seconds since the epoch, durations
 * seconds, both with fractions; what has not happened yet is null.
 */
final class StatusJson {
  private final PathVeil veil;
  private final int gpuCount;

  StatusJson(PathVeil veil, int gpuCount) {
    this.veil = veil;
    this.gpuCount = gpuCount;
  }

  JsonObject of(JobView job) {
    JobSnapshot at = job.snapshot();
    boolean ended = job.ended();
    long untilMs = ended ? at.endedAtMs() : at.nowMs();
    return new JsonObject()
        .put("task_id", job.id().value())
        .put("status", status(at.status()))
        .put("stage", JobJson.word(at.stage()))
        .put("current_video", at.currentVideo())
        .put("total_videos", at.totalVideos())
        .put("gpu_count", gpuCount)
        .put("current_video_title", at.currentVideoTitle())
        .put("segments_processing", at.segmentsProcessing())
        .put("segments_completed", at.segmentsCompleted())
        .put("total_segments", at.totalSegments())
        .put("clips_downloading", at.clipsCutting())
        .put("clips_downloaded", at.clipsCut())
        .put("transcription_progress", at.transcriptionProgress())
        .put("words_found", JobJson.array(at.matches(), match -> word(match, at)))
        .put("clips_extracted", JobJson.array(at.clips(), clip -> clip(clip, at)))
        .put("compilation_length", seconds(at.compilationLengthMs()))
        .put("word_count", at.matches().size())
        .put("early_termination", at.earlyTermination())
        .put("compilation_path", at.compilation() == null ? null : "/download/" + job.id())
        .put("video_file", at.compilation() == null ? null : at.compilation().getFileName() + "")
        .put("final_duration", ended ? seconds(at.compilationLengthMs()) : null)
        .put("errors", errors(job))
        .put("start_time", moment(at.startedAtMs()))
        .put("request_received_time", moment(at.receivedAtMs()))
        .put("processing_start_time", moment(at.transcribingStartedAtMs()))
        .put("elapsed_time", seconds(untilMs - at.receivedAtMs()))
        .put("total_transcription_time", seconds(at.transcribingMs()))
        .put("total_request_time", ended ? seconds(untilMs - at.receivedAtMs()) : null)
        .put("processing_time", at.startedAtMs() == 0 ? 0 : seconds(untilMs - at.startedAtMs()))
        .put("end_time", moment(at.endedAtMs()));
  }

  private static String status(JobStatus status) {
    return switch (status) {
      case PROCESSING -> "processing";
      case COMPLETED -> "completed";
      case ERROR, CANCELLED -> "error";
    };
  }

  private static JsonObject word(Match match, JobSnapshot at) {
    return new JsonObject()
        .put("word", match.target())
        .put("text", match.text())
        .put("video", match.segment().video())
        .put("video_title", title(match.segment().video(), at))
        .put("segment", match.segment().segment())
        .put("start", seconds(match.startMs()))
        .put("end", seconds(match.endMs()))
        .put("probability", match.probability());
  }

  private static JsonObject clip(FilmClip filmClip, JobSnapshot at) {
    Clip clip = filmClip.clip();
    return new JsonObject()
        .put("clip_id", clip.id().toString())
        .put("video", clip.id().video())
        .put("video_title", title(clip.id().video(), at))
        .put("words", JobJson.array(clip.matches(), Match::text))
        .put("start", seconds(clip.range().startMs()))
        .put("end", seconds(clip.range().endMs()))
        .put("compilation_start", seconds(filmClip.outRange().startMs()))
        .put("compilation_end", seconds(filmClip.outRange().endMs()));
  }

  private static String title(int video, JobSnapshot at) {
    return video < at.videos().size() ? at.videos().get(video).title() : "";
  }

  /** In the sentences of the first FastWhisper; a cancelled job says so in one of its own. */
  private JsonArray errors(JobView job) {
    JobSnapshot at = job.snapshot();
    JsonArray errors = new JsonArray();
    for (JobFailure failed : at.failures()) {
      if (failed.source() == JobFailure.WHOLE_JOB) {
        continue;
      }
      String source = job.request().sources().get(failed.source()).location();
      boolean opened =
          at.videos().stream()
              .anyMatch(
                  video ->
                      video.source() == failed.source()
                          && video.state() == VideoProgress.State.OPEN);
      errors.add(
          opened
              ? "Error processing "
                  + source
                  + ": "
                  + veil.cover(failed.failure().what(), job.request())
              : "Failed to analyze: " + source);
    }
    if (job.ended() && !at.message().isEmpty()) {
      errors.add(veil.cover(at.message(), job.request()));
    }
    return errors;
  }

  private static Double moment(long sinceEpochMs) {
    return sinceEpochMs == 0 ? null : seconds(sinceEpochMs);
  }

  private static double seconds(long ms) {
    return ms / 1_000.0;
  }
}
