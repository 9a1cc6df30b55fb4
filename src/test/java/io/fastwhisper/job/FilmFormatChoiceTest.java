package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.FilmFormat.FilmPicture;
import io.fastwhisper.domain.MediaFacts;
import io.fastwhisper.domain.MediaFacts.Picture;
import io.fastwhisper.domain.MediaFacts.Sound;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilmFormatChoiceTest {
  @Test
  void oneSourceGivesItsOwnFormat() {
    FilmFormat format =
        FilmFormatChoice.of(List.of(film(60, 1_280, 720, 30_000, 1_001, 44_100, 2)));
    assertEquals(new FilmFormat(new FilmPicture(1_280, 720, 30_000, 1_001), 44_100, 2), format);
  }

  @Test
  void sizeAndRateAreThoseOfMostOfTheTime() {
    FilmFormat format =
        FilmFormatChoice.of(
            List.of(
                film(50, 1_920, 1_080, 60, 1, 48_000, 1),
                film(30, 640, 360, 25, 1, 44_100, 1),
                film(30, 640, 360, 25, 1, 44_100, 1)));
    assertEquals(new FilmFormat(new FilmPicture(640, 360, 25, 1), 48_000, 1), format);
  }

  @Test
  void soundAloneGivesAFilmWithoutAPicture() {
    assertTrue(
        FilmFormatChoice.of(List.of(new MediaFacts(1_000, 0, null, new Sound(16_000, 1, "wav"))))
            .audioOnly());
  }

  @ParameterizedTest
  @CsvSource({
    "7680, 4320, 3840, 2160",
    "4320, 7680, 2160, 3840",
    "4000, 4000, 2160, 2160",
    "641, 361, 640, 360",
    "7, 5, 16, 16",
    "16000, 100, 3840, 24"
  })
  void aSizeThatTheEncoderDoesNotTakeIsMadeSmaller(
      int width, int height, int filmWidth, int filmHeight) {
    FilmPicture picture =
        FilmFormatChoice.of(List.of(film(1, width, height, 25, 1, 48_000, 2))).picture();
    assertEquals(filmWidth + "x" + filmHeight, picture.width() + "x" + picture.height());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 20, 1",
    "15, 1, 30, 1",
    "12500, 1000, 25000, 1000",
    "20, 1, 20, 1",
    "24000, 1001, 24000, 1001",
    "120, 1, 60, 1"
  })
  void aRateIsMultipliedWhereItIsTooSlowAndLimitedWhereItIsTooFast(
      int numerator, int denominator, int filmNumerator, int filmDenominator) {
    FilmPicture picture =
        FilmFormatChoice.of(List.of(film(1, 640, 360, numerator, denominator, 48_000, 2)))
            .picture();
    assertEquals(
        filmNumerator + "/" + filmDenominator,
        picture.frameRateNumerator() + "/" + picture.frameRateDenominator());
  }

  private static MediaFacts film(
      long seconds,
      int width,
      int height,
      int numerator,
      int denominator,
      int soundRateHz,
      int channels) {
    return new MediaFacts(
        seconds * 1_000,
        0,
        new Picture(width, height, numerator, denominator, "h264"),
        new Sound(soundRateHz, channels, "aac"));
  }
}
