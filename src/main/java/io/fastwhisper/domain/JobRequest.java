package io.fastwhisper.domain;

import java.util.ArrayList;
import java.util.List;

/** What one job is asked to do: find these targets in these sources. Sources and targets are at least one each. */
public record JobRequest(List<Source> sources, List<Target> targets, JobOptions options) {
  public static final int MAX_SOURCES = 10_000;
  public static final int MAX_TARGETS = 100_000;

  public JobRequest {
    sources = List.copyOf(InvalidValueException.given("sources", sources));
    targets = List.copyOf(InvalidValueException.given("targets", targets));
    InvalidValueException.given("options", options);
    if (sources.isEmpty() || sources.size() > MAX_SOURCES) {
      throw new InvalidValueException("sources", sources.size() + " sources", "1.." + MAX_SOURCES + " sources");
    }
    if (targets.isEmpty() || targets.size() > MAX_TARGETS) {
      throw new InvalidValueException("targets", targets.size() + " targets", "1.." + MAX_TARGETS + " targets");
    }
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i).number() != i) {
        throw new InvalidValueException("sources", sources.get(i), "source number " + i);
      }
    }
  }

  /** Numbers the sources in the order given. */
  public static JobRequest of(List<String> locations, List<String> targets, JobOptions options) {
    InvalidValueException.given("sources", locations);
    InvalidValueException.given("targets", targets);
    List<Source> sources = new ArrayList<>();
    for (String location : locations) {
      sources.add(new Source(sources.size(), location));
    }
    return new JobRequest(sources, targets.stream().map(Target::new).toList(), options);
  }
}
