package io.fastwhisper.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.FilmClip;
import io.fastwhisper.domain.JobFailure;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.Video;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a finished job has to show: the sidecar, the table and the last line for programs. */
record CompilationReport(JobRequest request, JobSnapshot end, JobFeed feed, ModelChoice model) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The text of {@code out.json}. */
  String sidecar() {
    try {
      return JSON.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(tree())
          + "\n";
    } catch (JsonProcessingException e) {
      throw new LinkageError("a JSON tree can always be written", e);
    }
  }

  /** The same for {@code --json-lines}, with the event's name first. */
  String line() {
    ObjectNode line = JSON.createObjectNode().put("event", "done");
    line.setAll(tree());
    return line.toString();
  }

  private ObjectNode tree() {
    ObjectNode root = JSON.createObjectNode();
    root.put("status", end.status().name().toLowerCase(Locale.ROOT));
    root.put("message", end.message());
    Path film = end.compilation();
    root.put("film", film == null ? null : film.toString());
    root.put("lengthMs", end.compilationLengthMs());
    root.put("model", model.name());
    ArrayNode targets = root.putArray("targets");
    request.targets().forEach(target -> targets.add(target.text()));
    ArrayNode videos = root.putArray("videos");
    feed.videos()
        .forEach(
            (number, video) ->
                videos
                    .addObject()
                    .put("video", number)
                    .put("source", video.location())
                    .put("title", video.title())
                    .put("lengthMs", video.durationMs()));
    ArrayNode clips = root.putArray("clips");
    end.clips().forEach(clip -> add(clip, clips.addObject()));
    ArrayNode failures = root.putArray("failures");
    for (JobFailure failed : end.failures()) {
      Failure failure = failed.failure();
      failures
          .addObject()
          .put("where", failure.where())
          .put("what", failure.what())
          .put("remedy", failure.remedy());
    }
    root.put("earlyTermination", end.earlyTermination());
    timings(root.putObject("timings"));
    return root;
  }

  private void add(FilmClip filmClip, ObjectNode node) {
    Clip clip = filmClip.clip();
    node.put("clipId", clip.id().toString());
    node.put("video", clip.id().video())
        .put("segment", clip.id().segment())
        .put("clip", clip.id().clip());
    node.put("source", source(clip));
    ArrayNode matches = node.putArray("matches");
    for (Match match : clip.matches()) {
      ObjectNode found =
          matches.addObject().put("target", match.target()).put("text", match.text());
      found
          .put("startMs", match.startMs())
          .put("endMs", match.endMs())
          .put("probability", match.probability());
    }
    node.put("startMs", clip.range().startMs()).put("endMs", clip.range().endMs());
    node.put("outStartMs", filmClip.outRange().startMs())
        .put("outEndMs", filmClip.outRange().endMs());
  }

  private void timings(ObjectNode node) {
    long totalMs = end.endedAtMs() - end.receivedAtMs();
    node.put("mediaMs", end.mediaMs()).put("transcribedMs", end.transcribedMs());
    node.put("transcribingMs", end.transcribingMs()).put("totalMs", totalMs);
    node.put("timesRealTime", totalMs == 0 ? 0 : (double) end.mediaMs() / totalMs);
  }

  private String source(Clip clip) {
    Video video = feed.videos().get(clip.id().video());
    return video == null ? "" : video.location();
  }

  /** One line a clip. */
  String table() {
    StringBuilder text =
        new StringBuilder(
            String.format(
                "%-8s %-24s %-19s %-24s %s%n", "clip", "source", "time", "words", "probability"));
    for (FilmClip filmClip : end.clips()) {
      Clip clip = filmClip.clip();
      String time = time(clip.range().startMs()) + "-" + time(clip.range().endMs());
      String words = clip.matches().stream().map(Match::text).collect(Collectors.joining(", "));
      String probabilities =
          clip.matches().stream()
              .map(match -> String.format("%.2f", match.probability()))
              .collect(Collectors.joining(", "));
      Video video = feed.videos().get(clip.id().video());
      text.append(
          String.format(
              "%-8s %-24s %-19s %-24s %s%n",
              clip.id(), video == null ? "" : video.title(), time, words, probabilities));
    }
    return text.toString();
  }

  /** "7 clips, 21.3 s; 243 s of media in 6.2 s (39 x real time)". */
  String summary() {
    double tookS = Math.max(1, end.endedAtMs() - end.receivedAtMs()) / 1000.0;
    return String.format(
        "%d clips, %.1f s; %.0f s of media in %.1f s (%.0f x real time)%s",
        end.clips().size(),
        end.compilationLengthMs() / 1000.0,
        end.mediaMs() / 1000.0,
        tookS,
        end.mediaMs() / 1000.0 / tookS,
        end.earlyTermination() ? "; ended early, the greatest length is reached" : "");
  }

  private static String time(long ms) {
    return String.format("%d:%02d.%03d", ms / 60_000, ms / 1_000 % 60, ms % 1_000);
  }
}
