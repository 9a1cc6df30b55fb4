package io.fastwhisper.domain;

/**
 * What the user gave, in the order given.
 *
 * @param number place among the job's sources, from 0
 * @param location a path, a folder, a pattern or an http(s) URL, as the user wrote it
 */
public record Source(int number, String location) {
  public Source {
    InvalidValueException.inRange("number", number, 0, Integer.MAX_VALUE);
    InvalidValueException.given("location", location);
  }
}
