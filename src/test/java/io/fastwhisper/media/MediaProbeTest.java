package io.fastwhisper.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.MediaFacts;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is learned of a file. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MediaProbeTest {
  @TempDir static Path folder;
  private static Media media;
  private static MediaMaker maker;
  private static Path film;

  @BeforeAll
  static void open() throws Exception {
    media = Media.open(MediaLimits.DEFAULT);
    maker = new MediaMaker(folder);
    film = maker.film("film.mp4", "25", 2, 44_100, 2);
  }

  @AfterAll
  static void close() {
    media.close();
  }

  @Test
  void factsAreThoseOfTheFile() throws Exception {
    Path file =
        maker.make(
            "facts.mp4",
            "-display_rotation",
            "90",
            "-i",
            film.toString(),
            "-c:v",
            "copy",
            "-c:a",
            "aac",
            "-ac",
            "1",
            "-ar",
            "48000",
            "-metadata",
            "title= A talk\nof two lines");
    LookedInto looked = look(file);
    assertEquals("A talk of two lines", looked.title());
    assertEquals(new MediaFacts.Picture(64, 320, 25, 1, "h264"), looked.facts().picture());
    assertEquals(new MediaFacts.Sound(48_000, 1, "aac"), looked.facts().sound());
    assertEquals(2_000, looked.facts().durationMs(), 30);
  }

  @Test
  void pixelsThatAreNotSquareCountInTheWidth() throws Exception {
    Path file =
        maker.make(
            "anamorphic.mp4",
            "-i",
            film.toString(),
            "-vf",
            "setsar=2",
            "-c:v",
            "libopenh264",
            "-an");
    assertEquals(640, look(file).facts().picture().width());
    assertNull(look(file).facts().sound());
  }

  @Test
  void aCoverIsNoPicture() throws Exception {
    Path cover = maker.make("cover.png", "-i", film.toString(), "-frames:v", "1");
    Path file =
        maker.make(
            "covered.mp3",
            "-i",
            film.toString(),
            "-i",
            cover.toString(),
            "-map",
            "0:a",
            "-map",
            "1:v",
            "-c:a",
            "libmp3lame",
            "-c:v",
            "copy",
            "-disposition:v",
            "attached_pic");
    assertNull(look(file).facts().picture());
  }

  @ParameterizedTest
  @ValueSource(strings = {"length.mp3", "length.aac"})
  void aLengthThatNobodyWroteDownIsCounted(String name) throws Exception {
    Path file =
        maker.make(
            name,
            "-f",
            "lavfi",
            "-i",
            "anoisesrc=d=10:a=0.01,volume='if(lt(t,5),0,20)':eval=frame",
            "-write_xing",
            "0",
            "-q:a",
            "4");
    assertEquals(10_000, look(file).facts().durationMs(), 80);
  }

  @Test
  void timeStampsThatDoNotBeginAtZeroAreKnown() throws Exception {
    Path file = maker.make("late.ts", "-i", film.toString(), "-c", "copy");
    String start =
        maker.probe(file, "-show_entries", "format=start_time", "-of", "csv=p=0", "-i").get(0);
    long micros = Math.round(Double.parseDouble(start) * 1_000_000);
    assertTrue(micros > 1_000_000, start);
    assertEquals(micros, look(file).facts().startMicros());
    assertEquals(2_000, look(file).facts().durationMs(), 60);
  }

  private static LookedInto look(Path file) throws Exception {
    return media.look(file).result().toCompletionStage().toCompletableFuture().get();
  }
}
