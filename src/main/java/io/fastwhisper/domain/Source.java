package io.fastwhisper.domain;

/**
 * What the user gave, in the order given.
 *
 * @param number place among the job's sources, from 0
 * @param location a path, a folder, a pattern or an http(s) URL, as the user wrote it
 * @param file the file that the server has chosen for the location (an upload, a sample); "" where
 *     the location speaks for itself
 * @param title what to call that file
 */
public record Source(int number, String location, String file, String title) {
  /** A source whose location speaks for itself. */
  public Source(int number, String location) {
    this(number, location, "", "");
  }

  public Source {
    InvalidValueException.inRange("number", number, 0, Integer.MAX_VALUE);
    InvalidValueException.given("location", location);
    InvalidValueException.given("file", file);
    InvalidValueException.given("title", title);
  }
}
