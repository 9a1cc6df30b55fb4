package io.fastwhisper.web;

import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.FilmClip;
import io.fastwhisper.domain.JobFailure;
import io.fastwhisper.domain.JobOptions;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.Source;
import io.fastwhisper.domain.Target;
import io.fastwhisper.domain.VideoProgress;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Jobs in the words of {@code openapi.yaml}. */
final class JobJson {
  private final WebSettings.ModelFacts model;
  private final PathVeil veil;

  JobJson(WebSettings.ModelFacts model, PathVeil veil) {
    this.model = model;
    this.veil = veil;
  }

  /** A {@code Job}. */
  JsonObject job(JobView job) {
    JobSnapshot snapshot = job.snapshot();
    return basics(job)
        .put("options", options(job.request().options()))
        .put("videos", array(snapshot.videos(), this::video))
        .put("progress", progress(snapshot))
        .put("matches", array(snapshot.matches(), this::match))
        .put("clips", clips(snapshot))
        .put("failures", array(snapshot.failures(), failed -> failure(failed, job.request())))
        .put("film", film(snapshot))
        .put("model", model.json())
        .put("startedAtMs", snapshot.startedAtMs());
  }

  /** A {@code JobSummary}. */
  JsonObject summary(JobView job) {
    return basics(job)
        .put("clips", job.snapshot().clips().size())
        .put("lengthMs", job.snapshot().compilationLengthMs());
  }

  private JsonObject basics(JobView job) {
    JobSnapshot snapshot = job.snapshot();
    return new JsonObject()
        .put("id", job.id().value())
        .put("number", job.number())
        .put("status", word(snapshot.status()))
        .put("stage", word(snapshot.stage()))
        .put("sources", array(job.request().sources(), Source::location))
        .put("titles", array(job.request().sources(), Source::title))
        .put("targets", array(job.request().targets(), Target::text))
        .put("message", veil.cover(snapshot.message(), job.request()))
        .put("receivedAtMs", snapshot.receivedAtMs())
        .put("endedAtMs", snapshot.endedAtMs());
  }

  private static JsonObject options(JobOptions options) {
    return new JsonObject()
        .put("paddingBeforeMs", options.paddingBeforeMs())
        .put("paddingAfterMs", options.paddingAfterMs())
        .put("mergeGapMs", options.mergeGapMs())
        .put("maxLengthMs", options.maxLengthMs())
        .put("priority", options.priority())
        .put("language", options.transcribe().language())
        .put("prompt", options.transcribe().prompt())
        .put("hotwords", options.transcribe().hotwords())
        .put("beam", options.transcribe().beam());
  }

  JsonObject stage(JobSnapshot snapshot) {
    return new JsonObject()
        .put("stage", word(snapshot.stage()))
        .put("status", word(snapshot.status()));
  }

  JsonObject video(VideoProgress video) {
    return new JsonObject()
        .put("video", video.video())
        .put("source", video.source())
        .put("title", video.title())
        .put("state", word(video.state()))
        .put("durationMs", video.durationMs())
        .put("segments", video.segments())
        .put("segmentsCompleted", video.segmentsCompleted())
        .put("segmentsFailed", video.segmentsFailed())
        .put("matches", video.matches());
  }

  /** A {@code Progress}. */
  JsonObject progress(JobSnapshot snapshot) {
    long transcribingMs =
        snapshot.transcribingStartedAtMs() == 0
            ? 0
            : (snapshot.endedAtMs() == 0 ? snapshot.nowMs() : snapshot.endedAtMs())
                - snapshot.transcribingStartedAtMs();
    double times =
        transcribingMs <= 0
            ? 0
            : Math.round(10.0 * snapshot.transcribedMs() / transcribingMs) / 10.0;
    return new JsonObject()
        .put("segments", snapshot.totalSegments())
        .put("segmentsProcessing", snapshot.segmentsProcessing())
        .put("segmentsCompleted", snapshot.segmentsCompleted())
        .put("segmentsFailed", snapshot.segmentsFailed())
        .put("clips", snapshot.totalClips())
        .put("clipsCutting", snapshot.clipsCutting())
        .put("clipsCut", snapshot.clipsCut())
        .put("clipsFailed", snapshot.clipsFailed())
        .put("mediaMs", snapshot.mediaMs())
        .put("transcribedMs", snapshot.transcribedMs())
        .put("transcription", snapshot.transcriptionProgress())
        .put("timesRealTime", times);
  }

  JsonObject match(Match match) {
    return new JsonObject()
        .put("video", match.segment().video())
        .put("segment", match.segment().segment())
        .put("target", match.target())
        .put("text", match.text())
        .put("startMs", match.startMs())
        .put("endMs", match.endMs())
        .put("probability", match.probability());
  }

  JsonArray clips(JobSnapshot snapshot) {
    return array(snapshot.clips(), clip -> clip(clip, snapshot));
  }

  JsonObject clip(FilmClip filmClip, JobSnapshot snapshot) {
    Clip clip = filmClip.clip();
    int video = clip.id().video();
    String title = video < snapshot.videos().size() ? snapshot.videos().get(video).title() : "";
    return new JsonObject()
        .put("clipId", clip.id().toString())
        .put("video", video)
        .put("title", title)
        .put("startMs", clip.range().startMs())
        .put("endMs", clip.range().endMs())
        .put("outStartMs", filmClip.outRange().startMs())
        .put("outEndMs", filmClip.outRange().endMs())
        .put("matches", array(clip.matches(), this::match));
  }

  JsonObject failure(JobFailure failed, JobRequest request) {
    return new JsonObject()
        .put("source", failed.source())
        .put("where", veil.cover(failed.failure().where(), request))
        .put("what", veil.cover(failed.failure().what(), request))
        .put("remedy", veil.cover(failed.failure().remedy(), request));
  }

  /** What the {@code end} of a feed tells. */
  JsonObject end(JobView job) {
    JobSnapshot snapshot = job.snapshot();
    return new JsonObject()
        .put("status", word(snapshot.status()))
        .put("message", veil.cover(snapshot.message(), job.request()))
        .put("film", film(snapshot))
        .put("endedAtMs", snapshot.endedAtMs());
  }

  /** Null while there is none. */
  private static JsonObject film(JobSnapshot snapshot) {
    if (snapshot.compilation() == null) {
      return null;
    }
    return new JsonObject()
        .put("url", "/api/v1/jobs/" + snapshot.id() + "/compilation.mp4")
        .put("lengthMs", snapshot.compilationLengthMs())
        .put("earlyTermination", snapshot.earlyTermination());
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  static <T> JsonArray array(List<T> values, Function<T, ?> each) {
    JsonArray array = new JsonArray();
    values.forEach(value -> array.add(each.apply(value)));
    return array;
  }
}
