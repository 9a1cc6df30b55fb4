package io.fastwhisper.media;

import static io.fastwhisper.media.FilmStudio.FORMAT;
import static io.fastwhisper.media.FilmStudio.FRAMES_PER_SECOND;
import static io.fastwhisper.media.FilmStudio.RANGES;
import static io.fastwhisper.media.FilmStudio.RATE_HZ;
import static io.fastwhisper.media.FilmStudio.clip;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.FilmClip;
import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.FilmFormat.FilmPicture;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.media.FilmStudio.Cut;
import io.fastwhisper.media.FilmStudio.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clips show and sound like at each moment, against their sources. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ClipTimesTest {
  private static final double FRAME_S = 1 / FRAMES_PER_SECOND;

  @TempDir static Path folder;
  private static FilmStudio studio;

  @BeforeAll
  static void open() throws Exception {
    studio = new FilmStudio(folder);
  }

  @AfterAll
  static void close() {
    studio.close();
  }

  @Test
  void framesAndSoundOfEveryClipAreTheSourcesOwnAtTheirTimes() throws Exception {
    List<Source> sources = new ArrayList<>();
    List<Clip> clips = new ArrayList<>();
    for (TimeRange range : RANGES) {
      for (Source source :
          List.of(studio.ntsc(), studio.spoken(), studio.pal(), studio.mute(), studio.fast())) {
        sources.add(source);
        clips.add(clip(source, clips.size(), range, "word " + clips.size()));
      }
    }
    List<Cut> cuts = studio.cut(sources, clips, FORMAT);
    JoinedFilm film = studio.join(cuts, FORMAT, "mixed.mp4");

    List<Integer> numbers = studio.maker.frameNumbers(film.file());
    float[] sound = studio.maker.sound(film.file(), RATE_HZ);
    int frame = 0;
    for (int i = 0; i < clips.size(); i++) {
      Cut cut = cuts.get(i);
      TimeRange range = cut.clip().range();
      assertNearestToWhatWasAskedFor(clips.get(i).range(), range);
      int length = (int) Math.round(range.lengthMs() * FRAMES_PER_SECOND / 1_000);
      assertPlace(film.clips().get(i), frame, frame + length);
      if (cut.source().hasPicture()) {
        assertPictures(cut, numbers.subList(frame, frame + length));
      }
      if (cut.source().video().facts().sound() != null) {
        studio.assertSoundInPlace(cut, sound, frame / FRAMES_PER_SECOND);
      }
      frame += length;
    }
    assertEquals(frame, numbers.size());
    assertEquals(film.lengthMs(), film.clips().get(clips.size() - 1).outRange().endMs());
    assertEquals(sound.length / (double) RATE_HZ, film.lengthMs() / 1_000.0, 0.025);
    studio.assertFramesAreEvenlySpaced(film.file());
  }

  /** Half a frame at both ends; a whole one where there is nothing of the source before it. */
  private static void assertNearestToWhatWasAskedFor(TimeRange asked, TimeRange held) {
    double reachMs = (asked.startMs() == 0 ? 1 : 0.5) * FRAME_S * 1_000 + 1;
    assertEquals(asked.startMs(), held.startMs(), reachMs, asked + " " + held);
    assertEquals(asked.endMs(), held.endMs(), 0.5 * FRAME_S * 1_000 + 1, asked + " " + held);
  }

  private static void assertPlace(FilmClip placed, int frame, int next) {
    assertEquals(
        Math.round(frame * FRAME_S * 1_000), placed.outRange().startMs(), placed.toString());
    assertEquals(Math.round(next * FRAME_S * 1_000), placed.outRange().endMs(), placed.toString());
  }

  /**
   * Each frame is what the source shows in its middle, so less than a frame from its sound; where
   * the source's rate is the film's, picture and sound agree to the millisecond in which the range
   * is told.
   */
  private static void assertPictures(Cut cut, List<Integer> numbers) throws Exception {
    Source source = cut.source();
    double start = cut.clip().range().startMs() / 1_000.0 - studio.pictureDelay(source);
    boolean sameRate = source.framesPerSecond() == FRAMES_PER_SECOND;
    for (int k = 0; k < numbers.size(); k++) {
      int number = numbers.get(k);
      double middle = start + (k + 0.5) * FRAME_S;
      assertTrue(
          number >= source.frameAt(middle - 0.001) && number <= source.frameAt(middle + 0.001),
          "frame " + k + " of " + cut + " is " + number);
      double lead = number / source.framesPerSecond() - (start + k * FRAME_S);
      boolean atAnEnd = number == 0 || number == source.frames() - 1;
      if (!atAnEnd) {
        double slack = sameRate ? 0.001 : Math.max(FRAME_S, 1 / source.framesPerSecond());
        assertTrue(Math.abs(lead) <= slack, "frame " + k + " of " + cut + ": " + lead + " s");
      }
    }
    double first = numbers.get(0) / source.framesPerSecond() - start;
    assertTrue(
        numbers.get(0) == 0 || Math.abs(first) <= 0.5 * FRAME_S + 0.001,
        "the first picture of " + cut + ": " + first + " s");
  }

  @Test
  void pictureAndSoundAgreeWhereverARangeBegins() throws Exception {
    // Every place between two pictures.
    FilmFormat format = new FilmFormat(new FilmPicture(320, 64, 25, 1), RATE_HZ, 1);
    Source pal = studio.pal();
    double delay = studio.pictureDelay(pal);
    List<Clip> clips = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      long startMs = 3_000 + 4L * i;
      clips.add(clip(pal, i, new TimeRange(startMs, startMs + 211), "word"));
    }
    List<Cut> cuts = studio.cut(Collections.nCopies(10, pal), clips, format);
    for (Cut cut : cuts) {
      List<Integer> numbers = studio.maker.frameNumbers(cut.file());
      TimeRange range = cut.clip().range();
      for (int k = 0; k < numbers.size(); k++) {
        double pictureMs = (numbers.get(k) / 25.0 + delay) * 1_000;
        assertEquals(pictureMs, range.startMs() + 40.0 * k, 1.01, "frame " + k + " of " + cut);
      }
      assertEquals(range.lengthMs(), 40L * numbers.size());
      studio.assertSoundInPlace(cut, studio.maker.sound(cut.file(), RATE_HZ), 0);
    }
  }

  @Test
  void aPictureThatStandsLongBeforeTheRangeIsSeenInIt() throws Exception {
    Source source = studio.slides("slides", "not(mod(n\\,70))");
    for (long startMs : new long[] {6_000, 6_950, 13_500, 19_000}) {
      Clip clip = clip(source, 0, new TimeRange(startMs, startMs + 300), "slide");
      Cut cut = studio.cut(source, clip, FORMAT);
      List<Integer> numbers = studio.maker.frameNumbers(cut.file());
      for (int k = 0; k < numbers.size(); k++) {
        double seconds = cut.clip().range().startMs() / 1_000.0 + (k + 0.5) * FRAME_S;
        assertEquals((int) (seconds / 7) * 70, numbers.get(k), startMs + " ms, frame " + k);
      }
      long lengthMs = cut.clip().range().lengthMs();
      assertEquals(Math.round(lengthMs * FRAMES_PER_SECOND / 1_000), numbers.size());
      assertEquals(300, lengthMs, FRAME_S * 1_000 + 1);
    }
  }

  @Test
  void whereTheRateVariesTheFirstPictureThatComesAgreesWithItsSound() throws Exception {
    // At 0, 0.1, 0.4, 0.9, 1.6 s ...: squares of tenths.
    Source source = studio.slides("varying", "eq(floor(sqrt(n))\\,sqrt(n))");
    for (long startMs : new long[] {3_011, 3_024, 4_850, 4_861, 7_007}) {
      Clip clip = clip(source, 0, new TimeRange(startMs, startMs + 2_000), "slide");
      Cut cut = studio.cut(source, clip, FORMAT);
      List<Integer> numbers = studio.maker.frameNumbers(cut.file());
      int change = 0;
      while (numbers.get(change).equals(numbers.get(0))) {
        change++;
      }
      double begins = numbers.get(change) / 10.0 - cut.clip().range().startMs() / 1_000.0;
      assertEquals(begins, change * FRAME_S, 0.001, cut.toString());
      studio.assertSoundInPlace(cut, studio.maker.sound(cut.file(), RATE_HZ), 0);
    }
  }
}
