package io.fastwhisper.domain;

import java.nio.file.Path;

/**
 * One playable item, opened: it can be read and its facts are known.
 *
 * @param location where it came from, as {@link VideoLocation#location()}
 * @param title for people
 * @param file the local file that segments and clips are taken from; for a URL the copy in the
 *     job's folder
 */
public record Video(VideoId id, String location, String title, Path file, MediaFacts facts) {
  public Video {
    InvalidValueException.given("id", id);
    InvalidValueException.given("location", location);
    InvalidValueException.given("title", title);
    InvalidValueException.given("file", file);
    InvalidValueException.given("facts", facts);
  }

  public long durationMs() {
    return facts.durationMs();
  }
}
