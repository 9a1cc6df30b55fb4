package io.fastwhisper.domain;

import java.util.ArrayList;
import java.util.List;

/**
 * What one job is asked to do: find these targets in these sources.
 *
 * @param sources at least one
 * @param targets none where the sources are to be transcribed and no more
 */
public record JobRequest(List<Source> sources, List<Target> targets, JobOptions options) {
  public static final int MAX_SOURCES = 10_000;
  public static final int MAX_TARGETS = 100_000;

  public JobRequest {
    sources = List.copyOf(InvalidValueException.given("sources", sources));
    targets = List.copyOf(InvalidValueException.given("targets", targets));
    InvalidValueException.given("options", options);
    if (sources.isEmpty() || sources.size() > MAX_SOURCES) {
      throw new InvalidValueException(
          "sources", sources.size() + " sources", "1.." + MAX_SOURCES + " sources");
    }
    if (targets.size() > MAX_TARGETS) {
      throw new InvalidValueException(
          "targets", targets.size() + " targets", "at most " + MAX_TARGETS + " targets");
    }
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i).number() != i) {
        throw new InvalidValueException("sources", sources.get(i), "source number " + i);
      }
    }
  }

  /** Numbers the sources in the order given. There must be a target. */
  public static JobRequest of(List<String> locations, List<String> targets, JobOptions options) {
    InvalidValueException.given("targets", targets);
    if (targets.isEmpty()) {
      throw new InvalidValueException("targets", "no target", "1.." + MAX_TARGETS + " targets");
    }
    return new JobRequest(numbered(locations), targets.stream().map(Target::new).toList(), options);
  }

  /** Asks for no more than transcripts. */
  public static JobRequest transcription(List<String> locations, TranscribeOptions options) {
    JobOptions defaults = JobOptions.DEFAULT;
    return new JobRequest(
        numbered(locations),
        List.of(),
        new JobOptions(
            defaults.paddingBeforeMs(),
            defaults.paddingAfterMs(),
            defaults.mergeGapMs(),
            0,
            defaults.priority(),
            options));
  }

  private static List<Source> numbered(List<String> locations) {
    InvalidValueException.given("sources", locations);
    List<Source> sources = new ArrayList<>();
    for (String location : locations) {
      sources.add(new Source(sources.size(), location));
    }
    return sources;
  }
}
