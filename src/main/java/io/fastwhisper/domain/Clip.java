package io.fastwhisper.domain;

import java.util.List;

/**
 * One piece of a video that goes into the compilation.
 *
 * @param range what is to be cut, with its padding, inside the video; once it is cut, what its file
 *     holds
 * @param matches what is heard in it, in the order of time; at least one
 */
public record Clip(ClipId id, TimeRange range, List<Match> matches) {
  public Clip {
    InvalidValueException.given("id", id);
    InvalidValueException.given("range", range);
    matches = List.copyOf(matches);
    if (matches.isEmpty()) {
      throw new InvalidValueException("matches", matches, "at least one match");
    }
  }
}
