package io.fastwhisper.job;

import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.Cue;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobOptions;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.MediaFacts;
import io.fastwhisper.domain.MediaFacts.Sound;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.TranscribeOptions;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.domain.Video;
import io.fastwhisper.domain.VideoLocation;
import io.fastwhisper.domain.Word;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What is true in a random world before anything happens in it: what the sources hold, what is said
 * in them, and how often each piece of work fails. Drawn from a seed, so that it does not depend on
 * the order of events; a clip lasts 2,400 ms.
 */
final class SourceTruth {
  static final int TRIES = 3;

  private final int seed;
  private final Random random;

  /** A job as it was asked for, and of each source of it the segments of its videos. */
  record Asked(JobId job, JobRequest request, List<List<Integer>> segmentsOfSource) {}

  SourceTruth(int seed) {
    this.seed = seed;
    this.random = new Random(seed);
  }

  /** Draws the next job. */
  Asked ask(JobId job) {
    List<String> sources = new ArrayList<>();
    List<List<Integer>> segmentsOfSource = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      List<Integer> videos = new ArrayList<>();
      for (int v = random.nextInt(3); v >= 0; v--) {
        videos.add(1 + random.nextInt(4));
      }
      sources.add("source" + sources.size());
      segmentsOfSource.add(videos);
    }
    long maxLengthMs = random.nextInt(4) == 0 ? 2_400L * (1 + random.nextInt(3)) : 0;
    JobOptions options =
        new JobOptions(
            1_000, 1_000, 2_000, maxLengthMs, random.nextInt(10), TranscribeOptions.DEFAULT);
    return new Asked(job, JobRequest.of(sources, List.of("freedom"), options), segmentsOfSource);
  }

  /** The film of a job: what follows from the truth alone, in whatever order things happen. */
  List<String> clips(Asked asked) {
    List<String> clips = new ArrayList<>();
    int video = 0;
    long lengthMs = 0;
    long maxLengthMs = asked.request().options().maxLengthMs();
    for (int source = 0; source < asked.segmentsOfSource().size(); source++) {
      if (!succeeds(List.of("resolve", asked.job(), source))) {
        continue;
      }
      for (int segments : asked.segmentsOfSource().get(source)) {
        boolean opens = succeeds(List.of("open", asked.job(), video));
        for (int segment = 0; opens && segment < segments; segment++) {
          SegmentId id = new SegmentId(asked.job(), video, segment);
          boolean heard =
              succeeds(List.of("fetch", id))
                  && (isKnown(id) || succeeds(List.of("transcribe", id)))
                  && said(id);
          if (heard && succeeds(List.of("cut", id.clip(0)))) {
            lengthMs += 2_400;
            if (maxLengthMs == 0 || clips.isEmpty() || lengthMs <= maxLengthMs) {
              clips.add(id.clip(0).toString());
            } else {
              return clips;
            }
          }
        }
        video++;
      }
    }
    return clips;
  }

  /** How often a piece of work fails. */
  int fails(Object work) {
    return new Random(seed * 1_000_003L + work.hashCode()).nextInt(8) == 0
        ? 1 + Math.abs(work.hashCode() % 4)
        : 0;
  }

  /** Whether a piece of work succeeds by its last try. */
  boolean succeeds(Object work) {
    return fails(work) < TRIES;
  }

  /** Whether another job has had the same sound, so that no device is needed. */
  boolean isKnown(SegmentId segment) {
    return new Random(seed * 104_729L + segment.hashCode()).nextInt(6) == 0;
  }

  /** Whether the target is said in a segment. */
  boolean said(SegmentId segment) {
    return new Random(seed * 7_919L + segment.hashCode()).nextInt(4) != 0;
  }

  /** What a device hears in a segment. */
  Event.SegmentTranscribed transcribed(long lease, Segment segment) {
    long startMs = segment.range().startMs() + 8_000;
    Word word = new Word("Freedom.", startMs, startMs + 400, 0.9f);
    Cue cue = new Cue(startMs, startMs + 400, "Freedom.", List.of(word), List.of(), 0, 1, 0, 0);
    List<Cue> cues = said(segment.id()) ? List.of(cue) : List.of();
    return new Event.SegmentTranscribed(
        lease,
        segment.id(),
        new Transcript("en", cues),
        segment.startZone().startMs(),
        segment.endZone().startMs(),
        1);
  }

  /** What is found in a video, whose title tells how many segments it has. */
  static Event.VideoOpened opened(Command.OpenVideo ask) {
    int segments = Integer.parseInt(ask.location().title());
    MediaFacts facts =
        new MediaFacts(segments * 16_000L + 4_000, 0, null, new Sound(44_100, 2, "aac"));
    return new Event.VideoOpened(
        new Video(ask.video(), "/v", ask.location().title(), Path.of("/v"), facts), ask.attempt());
  }

  /** The videos of a source. */
  static List<VideoLocation> locations(List<Integer> segmentsOfVideos) {
    return segmentsOfVideos.stream()
        .map(segments -> new VideoLocation("/v", segments.toString()))
        .toList();
  }
}
