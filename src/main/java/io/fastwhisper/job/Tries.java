package io.fastwhisper.job;

import io.fastwhisper.domain.Failure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Counts how often each piece of work has failed. */
final class Tries {
  private final int most;
  private final long pauseMs;
  private final Map<Object, Integer> failures = new HashMap<>();

  /**
   * Counts from nothing.
   *
   * @param most tries that each piece of work has
   * @param pauseMs before the second try; it doubles before each further one
   */
  Tries(int most, long pauseMs) {
    this.most = most;
    this.pauseMs = pauseMs;
  }

  /** The try that is due or under way, counted from 1. */
  int attempt(Object work) {
    return failures.getOrDefault(work, 0) + 1;
  }

  /**
   * A try has failed.
   *
   * @param work names the piece of work
   * @param again gives what has to be done to try again
   * @return that, later; or nothing where this was the last try, or trying again cannot help
   */
  List<Effect> failed(Object work, Failure failure, Supplier<Effect> again) {
    int count = failures.merge(work, 1, Integer::sum);
    if (failure.permanent() || count >= most) {
      return List.of();
    }
    return List.of(new Effect.Later(pauseMs << (count - 1), again.get()));
  }
}
