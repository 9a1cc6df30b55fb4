package io.fastwhisper.media;

import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.FilmFormat.FilmPicture;
import io.fastwhisper.domain.MediaFacts;
import io.fastwhisper.domain.MediaFacts.Picture;
import io.fastwhisper.domain.MediaFacts.Sound;
import java.util.List;

/**
 * Chooses the one format of a film from what its sources are.
 *
 * <ul>
 *   <li>Size: that of the source with the most pixels, made smaller in proportion until it fits into {@value #MAX_WIDTH}x{@value
 *       #MAX_HEIGHT} (or, upright, the other way round), even. The others are scaled to fit and get bars.
 *   <li>Frame rate: the fastest of the sources with a picture, at most 60. A rate close to a usual one becomes that; one below 20
 *       is doubled, tripled ..., so that frames of slow sources still begin at their own times.
 *   <li>Sample rate: the highest of the sources, as far as AAC has it and at most 48 kHz. Two channels if any source has more than one.
 *   <li>No picture if no source has one.
 * </ul>
 */
public final class FilmFormats {
  static final int MAX_WIDTH = 1_920;
  static final int MAX_HEIGHT = 1_080;
  private static final int MIN_FRAMES_PER_SECOND = 20;
  private static final int MAX_FRAMES_PER_SECOND = 60;

  /** Numerator and denominator. */
  private static final int[][] USUAL_FRAME_RATES = {
    {24_000, 1_001}, {24, 1}, {25, 1}, {30_000, 1_001}, {30, 1}, {48, 1}, {50, 1}, {60_000, 1_001}, {60, 1}
  };

  /** Within this share a rate counts as a usual one; the usual ones lie 0.1 % apart where they are closest. */
  private static final double USUAL_RATE_TOLERANCE = 0.000_4;

  /** Sample rates of AAC up to 48 kHz (ISO/IEC 14496-3, table 1.18). */
  private static final int[] AAC_RATES_HZ = {8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000};

  private FilmFormats() {}

  /**
   * The film's format. Depends on which sources there are, not on their order.
   *
   * @param sources at least one
   */
  public static FilmFormat choose(List<MediaFacts> sources) {
    List<Picture> pictures = sources.stream().map(MediaFacts::picture).filter(p -> p != null).toList();
    List<Sound> sounds = sources.stream().map(MediaFacts::sound).filter(s -> s != null).toList();
    int rate = sounds.stream().mapToInt(Sound::sampleRateHz).max().orElse(48_000);
    int channels = sounds.stream().anyMatch(sound -> sound.channels() > 1) ? 2 : 1;
    return new FilmFormat(pictures.isEmpty() ? null : picture(pictures), aacRate(rate), channels);
  }

  private static FilmPicture picture(List<Picture> pictures) {
    Picture largest = pictures.get(0);
    Picture fastest = pictures.get(0);
    for (Picture picture : pictures) {
      if (compareSizes(picture, largest) > 0) {
        largest = picture;
      }
      if (compareRates(picture, fastest) > 0) {
        fastest = picture;
      }
    }
    boolean upright = largest.height() > largest.width();
    double shrink =
        Math.min(
            1,
            Math.min(
                (upright ? MAX_HEIGHT : MAX_WIDTH) / (double) largest.width(),
                (upright ? MAX_WIDTH : MAX_HEIGHT) / (double) largest.height()));
    int[] frameRate = frameRate(fastest.frameRateNumerator(), fastest.frameRateDenominator());
    return new FilmPicture(
        even(largest.width() * shrink), even(largest.height() * shrink), frameRate[0], frameRate[1]);
  }

  private static int compareSizes(Picture a, Picture b) {
    int byPixels = Long.compare((long) a.width() * a.height(), (long) b.width() * b.height());
    return byPixels != 0 ? byPixels : Integer.compare(a.width(), b.width());
  }

  private static int compareRates(Picture a, Picture b) {
    return Long.compare(
        (long) a.frameRateNumerator() * b.frameRateDenominator(),
        (long) b.frameRateNumerator() * a.frameRateDenominator());
  }

  private static int[] frameRate(int numerator, int denominator) {
    double perSecond = numerator / (double) denominator;
    for (int[] usual : USUAL_FRAME_RATES) {
      double rate = usual[0] / (double) usual[1];
      if (Math.abs(perSecond - rate) <= rate * USUAL_RATE_TOLERANCE) {
        return usual;
      }
    }
    if (perSecond > MAX_FRAMES_PER_SECOND) {
      return new int[] {MAX_FRAMES_PER_SECOND, 1};
    }
    // A mean of a rate that varies may be a fraction of large numbers; a thousandth of a frame is exact enough.
    long thousandths = Math.max(1, Math.round(perSecond * 1_000));
    if (perSecond < MIN_FRAMES_PER_SECOND) {
      thousandths *= (MIN_FRAMES_PER_SECOND * 1_000 + thousandths - 1) / thousandths;
    }
    return thousandths % 1_000 == 0 ? new int[] {(int) (thousandths / 1_000), 1} : new int[] {(int) thousandths, 1_000};
  }

  private static int even(double length) {
    return Math.max(2, (int) Math.round(length / 2) * 2);
  }

  private static int aacRate(int rateHz) {
    for (int candidate : AAC_RATES_HZ) {
      if (candidate >= rateHz) {
        return candidate;
      }
    }
    return AAC_RATES_HZ[AAC_RATES_HZ.length - 1];
  }
}
