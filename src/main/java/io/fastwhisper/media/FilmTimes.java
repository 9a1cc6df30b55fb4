package io.fastwhisper.media;

import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.FilmFormat.FilmPicture;
import io.fastwhisper.domain.TimeRange;

/**
 * Times on a film's time line, exact. A clip fills whole frames, its sound as many samples as its
 * frames last; in a film without a picture a "frame" is one sample. Both the cut and the join count
 * with this, so that nothing drifts, however many the clips.
 */
final class FilmTimes {
  private final long framesNumerator;
  private final long framesDenominator;
  private final int sampleRateHz;

  FilmTimes(FilmFormat format) {
    FilmPicture picture = format.picture();
    framesNumerator = picture == null ? format.sampleRateHz() : picture.frameRateNumerator();
    framesDenominator = picture == null ? 1 : picture.frameRateDenominator();
    sampleRateHz = format.sampleRateHz();
  }

  /** Frames of a clip: the nearest whole number, at least one. */
  long frames(TimeRange range) {
    return Math.max(1, nearestFrames(range.lengthMs() * 1_000));
  }

  /** The whole number of frames that comes nearest to a time, which may be negative. */
  long nearestFrames(long microseconds) {
    long frames =
        divideRounded(
            Math.multiplyExact(Math.abs(microseconds), framesNumerator),
            1_000_000 * framesDenominator);
    return microseconds < 0 ? -frames : frames;
  }

  /** Samples that last as long as the frames, to the nearest. */
  long samples(long frames) {
    return divideRounded(frames * framesDenominator * sampleRateHz, framesNumerator);
  }

  long milliseconds(long frames) {
    return divideRounded(frames * framesDenominator * 1_000, framesNumerator);
  }

  /** Also of frames before a time, which are negative. */
  long microseconds(long frames) {
    long micros = divideRounded(Math.abs(frames) * framesDenominator * 1_000_000, framesNumerator);
    return frames < 0 ? -micros : micros;
  }

  /** Samples that come nearest to a time, which is not negative. */
  long samplesIn(long microseconds) {
    return divideRounded(microseconds * sampleRateHz, 1_000_000);
  }

  /** Ticks of a second; a frame lasts {@link #ticksOfFrame} of them. */
  long ticksPerSecond() {
    return framesNumerator;
  }

  long ticksOfFrame() {
    return framesDenominator;
  }

  /** Half up; for values that are not negative. */
  private static long divideRounded(long value, long divisor) {
    return Math.addExact(Math.multiplyExact(value, 2), divisor) / Math.multiplyExact(divisor, 2);
  }
}
