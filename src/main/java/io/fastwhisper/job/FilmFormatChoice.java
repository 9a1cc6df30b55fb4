package io.fastwhisper.job;

import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.FilmFormat.FilmPicture;
import io.fastwhisper.domain.MediaFacts;
import io.fastwhisper.domain.MediaFacts.Picture;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Chooses the one format of a compilation: the size and the frame rate that most of the material
 * has, so that least of it is scaled; audio that loses nothing up to 48 kHz and stereo. Depends on
 * the sources and their order alone.
 */
final class FilmFormatChoice {
  private static final int MAX_FRAMES_PER_SECOND = 60;

  /**
   * Below this a rate is multiplied, so that a clip need not be a second longer or shorter because
   * its source shows slides.
   */
  private static final int MIN_FRAMES_PER_SECOND = 20;

  /** More than OpenH264 encodes (level 5.2) is scaled down, lying or upright. */
  private static final int MAX_LONG_SIDE = 3_840;

  private static final int MAX_SHORT_SIDE = 2_160;

  /** One block of H.264. */
  private static final int MIN_SIDE = 16;

  private static final int CD_RATE_HZ = 44_100;
  private static final int FILM_RATE_HZ = 48_000;

  private FilmFormatChoice() {}

  /** The format for these sources, at least one, in their order. */
  static FilmFormat of(List<MediaFacts> sources) {
    boolean cdRate =
        sources.stream()
            .allMatch(facts -> facts.sound() == null || facts.sound().sampleRateHz() == CD_RATE_HZ);
    boolean stereo =
        sources.stream().anyMatch(facts -> facts.sound() != null && facts.sound().channels() > 1);
    return new FilmFormat(picture(sources), cdRate ? CD_RATE_HZ : FILM_RATE_HZ, stereo ? 2 : 1);
  }

  private static FilmPicture picture(List<MediaFacts> sources) {
    Picture size = most(sources, picture -> picture.width() + "x" + picture.height());
    if (size == null) {
      return null;
    }
    Picture rate =
        most(
            sources,
            picture -> picture.frameRateNumerator() + "/" + picture.frameRateDenominator());
    double shrink =
        Math.min(
            1,
            Math.min(
                MAX_LONG_SIDE / (double) Math.max(size.width(), size.height()),
                MAX_SHORT_SIDE / (double) Math.min(size.width(), size.height())));
    boolean tooFast =
        rate.frameRateNumerator() > (long) MAX_FRAMES_PER_SECOND * rate.frameRateDenominator();
    return new FilmPicture(
        even(size.width() * shrink),
        even(size.height() * shrink),
        tooFast
            ? MAX_FRAMES_PER_SECOND
            : atLeastSlowest(rate.frameRateNumerator(), rate.frameRateDenominator()),
        tooFast ? 1 : rate.frameRateDenominator());
  }

  /**
   * The smallest multiple of a rate that is fast enough: the source's frames still begin at their
   * own times.
   */
  private static int atLeastSlowest(int numerator, int denominator) {
    long slowest = (long) MIN_FRAMES_PER_SECOND * denominator;
    return Math.toIntExact(
        numerator * ((Math.max(slowest, numerator) + numerator - 1) / numerator));
  }

  /**
   * A picture with the trait that most milliseconds have; the first of equals; null where there is
   * no picture.
   */
  private static Picture most(List<MediaFacts> sources, Function<Picture, String> trait) {
    Map<String, Long> lengths = new LinkedHashMap<>();
    for (MediaFacts facts : sources) {
      if (facts.picture() != null) {
        lengths.merge(trait.apply(facts.picture()), facts.durationMs(), Long::sum);
      }
    }
    // max() gives the last of equals, so the order is turned round.
    List<String> traits = lengths.keySet().stream().toList();
    String best =
        traits.stream()
            .max(
                Comparator.<String>comparingLong(lengths::get)
                    .thenComparing(t -> -traits.indexOf(t)))
            .orElse(null);
    return sources.stream()
        .map(MediaFacts::picture)
        .filter(Objects::nonNull)
        .filter(picture -> trait.apply(picture).equals(best))
        .findFirst()
        .orElse(null);
  }

  /** The codecs take even sizes only. */
  private static int even(double pixels) {
    return Math.max(MIN_SIDE, (int) pixels / 2 * 2);
  }
}
