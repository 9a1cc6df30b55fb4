package io.fastwhisper.domain;

/**
 * What a media file holds, as far as cutting and joining must know it.
 *
 * @param durationMs length of the longest track
 * @param startMicros time stamp in the file, microseconds, at which its earliest track begins: time
 *     0 of the source's time line
 * @param picture the first video track, or null where the file is audio only (cover pictures do not
 *     count)
 * @param sound the first audio track, or null where there is none
 */
public record MediaFacts(long durationMs, long startMicros, Picture picture, Sound sound) {
  public MediaFacts {
    InvalidValueException.inRange("durationMs", durationMs, 0, Long.MAX_VALUE);
  }

  /**
   * A video track.
   *
   * @param width in pixels, as shown: after rotation and with square pixels
   * @param height in pixels, as shown
   * @param frameRateNumerator frames per second as a fraction; the mean where the rate varies
   */
  public record Picture(
      int width, int height, int frameRateNumerator, int frameRateDenominator, String codec) {
    public Picture {
      InvalidValueException.inRange("width", width, 1, 65_535);
      InvalidValueException.inRange("height", height, 1, 65_535);
      InvalidValueException.inRange("frameRateNumerator", frameRateNumerator, 1, Integer.MAX_VALUE);
      InvalidValueException.inRange(
          "frameRateDenominator", frameRateDenominator, 1, Integer.MAX_VALUE);
    }
  }

  /** An audio track. */
  public record Sound(int sampleRateHz, int channels, String codec) {
    public Sound {
      InvalidValueException.inRange("sampleRateHz", sampleRateHz, 1, Integer.MAX_VALUE);
      InvalidValueException.inRange("channels", channels, 1, 255);
    }
  }
}
