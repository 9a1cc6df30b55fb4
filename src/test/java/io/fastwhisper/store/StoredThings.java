package io.fastwhisper.store;

import io.fastwhisper.bus.StoreCommand.KeepJob;
import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.Cue;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.FilmClip;
import io.fastwhisper.domain.HeardSegment;
import io.fastwhisper.domain.JobFailure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobOptions;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStage;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.MediaFacts;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.domain.Video;
import io.fastwhisper.domain.VideoId;
import io.fastwhisper.domain.VideoProgress;
import io.fastwhisper.domain.Word;
import java.nio.file.Path;
import java.util.List;

/** Things to be stored, with every field filled. */
final class StoredThings {
  private StoredThings() {}

  static JobId job(int number) {
    return new JobId(String.format("%032x", number));
  }

  static KeepJob keepJob(JobId job) {
    JobRequest request =
        JobRequest.of(
            List.of("talk.mp4", "https://example.org/\u00fcber?a=b"),
            List.of("freedom", "don't \"quote\""),
            JobOptions.DEFAULT);
    return new KeepJob(job, request, Path.of("/data/jobs/" + job + "/compilation.mp4"), 1_700);
  }

  static Video video(JobId job, int video) {
    MediaFacts facts =
        new MediaFacts(
            60_000,
            0,
            new MediaFacts.Picture(640, 360, 30_000, 1_001, "h264"),
            new MediaFacts.Sound(44_100, 2, "aac"));
    return new Video(
        new VideoId(job, video), "/talks/talk.mp4", "talk " + video, Path.of("/talk.mp4"), facts);
  }

  /** Twenty seconds of the first video; where it lies changes nothing of what is heard. */
  static Segment segment(JobId job, int segment, long startMs) {
    return new Segment(
        new SegmentId(job, 0, segment),
        new TimeRange(startMs, startMs + 20_000),
        new TimeRange(startMs, startMs),
        new TimeRange(startMs + 17_500, startMs + 18_500));
  }

  static HeardSegment heard(Segment segment) {
    long startMs = segment.range().startMs() + 8_000;
    Word word = new Word("Freedom,", startMs, startMs + 400, 0.123456789f);
    Word second = new Word("\u00fcber \"all\"", startMs + 500, startMs + 900, 0.9f);
    Cue cue =
        new Cue(
            startMs,
            startMs + 900,
            "Freedom, \u00fcber \"all\"",
            List.of(word, second),
            List.of(7, 50_000),
            -0.1f,
            1.7f,
            1e-9f,
            0.2f);
    return new HeardSegment(
        segment,
        new Transcript("en", List.of(cue)),
        segment.range().startMs(),
        segment.range().startMs() + 18_000);
  }

  static JobSnapshot end(JobId job) {
    Match match = new Match("freedom", new SegmentId(job, 0, 0), "Freedom,", 8_000, 8_400, 0.5f);
    Clip clip = new Clip(match.segment().clip(0), new TimeRange(7_000, 9_400), List.of(match));
    return new JobSnapshot(
        job,
        JobStatus.COMPLETED,
        JobStage.COMPILING,
        List.of(new VideoProgress(0, 0, "talk 0", VideoProgress.State.OPEN, 60_000, 3, 3, 1, 1)),
        1,
        1,
        1,
        "talk 0",
        0,
        3,
        1,
        3,
        0,
        1,
        0,
        1,
        1.0,
        60_000,
        40_000,
        List.of(match),
        List.of(new FilmClip(clip, new TimeRange(0, 2_400))),
        2_400,
        false,
        Path.of("/data/jobs/" + job + "/compilation.mp4"),
        List.of(new JobFailure(0, Failure.permanent("no luck", "0-1", "none"))),
        "",
        1_700,
        1_701,
        1_702,
        1_900,
        150,
        1_901);
  }
}
