package io.fastwhisper.domain;

import java.nio.file.Path;

/**
 * A clip that has been cut.
 *
 * @param file holds the clip in the compilation's format
 * @param range what of the source it holds: at most a frame from the clip's planned range at both
 *     ends; as long as it is in the film
 */
public record CutFile(ClipId id, Path file, TimeRange range) {
  public CutFile {
    InvalidValueException.given("id", id);
    InvalidValueException.given("file", file);
    InvalidValueException.given("range", range);
  }

  /** What it takes up in the film. */
  public long lengthMs() {
    return range.lengthMs();
  }
}
