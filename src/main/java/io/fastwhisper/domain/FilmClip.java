package io.fastwhisper.domain;

/**
 * A clip at its place in the compilation.
 *
 * @param outRange where it lies on the compilation's time line
 */
public record FilmClip(Clip clip, TimeRange outRange) {
  public FilmClip {
    InvalidValueException.given("clip", clip);
    InvalidValueException.given("outRange", outRange);
  }
}
