package io.fastwhisper.domain;

import java.nio.file.Path;

/**
 * A clip that has been cut.
 *
 * @param file holds the clip in the compilation's format
 * @param lengthMs what it takes up in the film; a frame more or less than the clip's range
 */
public record CutFile(ClipId id, Path file, long lengthMs) {
  public CutFile {
    InvalidValueException.given("id", id);
    InvalidValueException.given("file", file);
    InvalidValueException.inRange("lengthMs", lengthMs, 0, Long.MAX_VALUE);
  }
}
