package io.fastwhisper.domain;

/**
 * The one format that all clips of a compilation are cut to.
 *
 * @param picture size and frame rate, or null where every source is audio only
 */
public record FilmFormat(FilmPicture picture, int sampleRateHz, int channels) {
  public FilmFormat {
    InvalidValueException.inRange("sampleRateHz", sampleRateHz, 8_000, 192_000);
    InvalidValueException.inRange("channels", channels, 1, 8);
  }

  /** Width and height in pixels, both even; frames per second as a fraction. */
  public record FilmPicture(
      int width, int height, int frameRateNumerator, int frameRateDenominator) {
    public FilmPicture {
      InvalidValueException.inRange("width", width, 2, 16_384);
      InvalidValueException.inRange("height", height, 2, 16_384);
      if (width % 2 != 0 || height % 2 != 0) {
        throw new InvalidValueException("size", width + "x" + height, "even in both");
      }
      InvalidValueException.inRange("frameRateNumerator", frameRateNumerator, 1, Integer.MAX_VALUE);
      InvalidValueException.inRange(
          "frameRateDenominator", frameRateDenominator, 1, Integer.MAX_VALUE);
    }
  }

  public boolean audioOnly() {
    return picture == null;
  }
}
