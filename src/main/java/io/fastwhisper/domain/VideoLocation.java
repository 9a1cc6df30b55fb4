package io.fastwhisper.domain;

/**
 * A video that a source turned out to hold, not opened yet.
 *
 * @param location an absolute path, or an http(s) URL
 * @param title what to call it until it has been opened
 */
public record VideoLocation(String location, String title) {
  public VideoLocation {
    InvalidValueException.given("location", location);
    InvalidValueException.given("title", title);
  }
}
