package io.fastwhisper.domain;

import java.util.List;

/**
 * A stretch of a video whose matches are all known, whatever else will still be heard.
 *
 * @param range every match that starts in it is in {@code matches} or came with an earlier stretch
 *     that it adjoins; the end of the last stretch of a video is {@link Long#MAX_VALUE}
 * @param reachMs a match that is not known yet and starts before the range ends here at the latest
 * @param matches in the order of time; they may end behind the range
 */
public record Searched(TimeRange range, long reachMs, List<Match> matches) {
  public Searched {
    InvalidValueException.given("range", range);
    InvalidValueException.inRange("reachMs", reachMs, 0, Long.MAX_VALUE);
    matches = List.copyOf(matches);
  }
}
