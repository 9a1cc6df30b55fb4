package io.fastwhisper.web;

import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.FilmClip;
import io.fastwhisper.domain.JobFailure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStage;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.VideoProgress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A job as a test wants it to stand. */
final class Snapshots {
  private final JobId id;
  private final List<VideoProgress> videos = new ArrayList<>();
  private final List<Match> matches = new ArrayList<>();
  private final List<FilmClip> clips = new ArrayList<>();
  private final List<JobFailure> failures = new ArrayList<>();
  private JobStatus status = JobStatus.PROCESSING;
  private JobStage stage = JobStage.TRANSCRIBING;
  private Path film;

  private Snapshots(JobId id) {
    this.id = id;
  }

  static Snapshots of(JobId id) {
    return new Snapshots(id);
  }

  Snapshots status(JobStatus now) {
    status = now;
    return this;
  }

  Snapshots stage(JobStage now) {
    stage = now;
    return this;
  }

  Snapshots film(Path file) {
    film = file;
    return status(JobStatus.COMPLETED).stage(JobStage.COMPILING);
  }

  /** One more video, or another state of one that there is. */
  Snapshots video(int number, VideoProgress.State state, int segmentsCompleted) {
    VideoProgress video =
        new VideoProgress(
            number, 0, "video " + number, state, 60_000, 10, segmentsCompleted, 0, matches.size());
    if (number < videos.size()) {
      videos.set(number, video);
    } else {
      videos.add(video);
    }
    return this;
  }

  /** A match at this time, put among the others where it belongs. */
  Snapshots match(int video, long startMs) {
    Match match = match(video, "rain", startMs);
    int place = 0;
    while (place < matches.size()
        && (matches.get(place).segment().video() < video
            || matches.get(place).segment().video() == video
                && matches.get(place).startMs() < startMs)) {
      place++;
    }
    matches.add(place, match);
    return this;
  }

  private Match match(int video, String text, long startMs) {
    return new Match("rain", segment(video), text, startMs, startMs + 200, 0.5f);
  }

  private SegmentId segment(int video) {
    return new SegmentId(id, video, 0);
  }

  /** The next clip of the ordered beginning. */
  Snapshots clip() {
    int number = clips.size();
    Clip clip =
        new Clip(
            segment(0).clip(number),
            new TimeRange(number * 1_000L, number * 1_000L + 900),
            List.of(match(0, "rain", number * 1_000L + 100)));
    clips.add(new FilmClip(clip, new TimeRange(number * 900L, number * 900L + 900)));
    return this;
  }

  /** One more thing that failed. */
  Snapshots failure(int source, Failure failure) {
    failures.add(new JobFailure(source, failure));
    return this;
  }

  JobSnapshot build() {
    boolean ended = status.ended();
    return new JobSnapshot(
        id,
        status,
        stage,
        videos,
        1,
        videos.size(),
        videos.size(),
        "video 0",
        0,
        0,
        0,
        10,
        0,
        clips.size(),
        0,
        clips.size(),
        0.5,
        60_000,
        30_000,
        matches,
        clips,
        900L * clips.size(),
        false,
        film,
        failures,
        ended ? "It has ended" : "",
        1_000,
        2_000,
        3_000,
        ended ? 9_000 : 0,
        1_000,
        8_000);
  }
}
