package io.fastwhisper.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.TimeRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SoundExtractionTest {
  private static final int SECONDS = 12;
  private static final List<TimeRange> RANGES =
      List.of(
          new TimeRange(0, 700),
          new TimeRange(1_501, 2_001),
          new TimeRange(5_333, 6_433),
          new TimeRange(9_120, 12_000));

  @TempDir static Path folder;
  private static Media media;
  private static MediaMaker maker;

  @BeforeAll
  static void open() throws Exception {
    media = Media.open(MediaLimits.DEFAULT);
    maker = new MediaMaker(folder);
    // The encoder's perceptual noise comes from a generator that a seek cannot restore.
    maker.film("film.mp4", "25", SECONDS, 44_100, 2, "-aac_pns", "0", "-g", "100");
    String film = folder.resolve("film.mp4").toString();
    maker.make("film.mkv", "-i", film, "-c", "copy");
    maker.make("film.ts", "-i", film, "-c", "copy");
    maker.make(
        "late.mp4",
        "-i",
        film,
        "-itsoffset",
        "0.73",
        "-i",
        film,
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-c",
        "copy");
    maker.make("sound.wav", "-i", film, "-vn");
    maker.make("sound.flac", "-i", film, "-vn");
    maker.make(
        "sound.mp3", "-i", film, "-vn", "-c:a", "libmp3lame", "-q:a", "4", "-write_xing", "0");
    maker.make("sound.ogg", "-i", film, "-vn", "-c:a", "libopus");
    maker.make("sound.webm", "-i", film, "-vn", "-c:a", "libopus");
    maker.make("sound.aac", "-i", film, "-vn", "-c", "copy");
  }

  @AfterAll
  static void close() {
    media.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "film.mp4",
        "late.mp4",
        "film.ts",
        "sound.wav",
        "sound.flac",
        "sound.mp3",
        "sound.ogg",
        "sound.aac"
      })
  void aRangeIsToTheBitTheSliceOfTheWhole(String name) throws Exception {
    float[] whole = extract(name, new TimeRange(0, SECONDS * 1_000));
    assertEquals(SECONDS * 16_000, whole.length);
    for (TimeRange range : RANGES) {
      float[] slice =
          Arrays.copyOfRange(whole, (int) range.startMs() * 16, (int) range.endMs() * 16);
      assertArrayEquals(slice, extract(name, range), name + " " + range);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"film.mkv", "sound.webm"})
  void whereTimeStampsAreInMillisecondsARangeLiesWithinOne(String name) throws Exception {
    float[] whole = extract(name, new TimeRange(0, SECONDS * 1_000));
    for (TimeRange range : RANGES) {
      float[] piece = extract(name, range);
      Likeness.Place place =
          Likeness.find(piece, 1_000, 6_000, whole, (int) range.startMs() * 16 + 1_000, 400);
      assertTrue(Math.abs(place.lag()) <= 16, name + " " + range + " " + place);
      assertTrue(place.correlation() > 0.95, name + " " + range + " " + place);
    }
  }

  @Test
  void timeZeroIsWhereTheEarliestTrackBegins() throws Exception {
    float[] late = extract("late.mp4", new TimeRange(0, 4_000));
    float[] film = extract("film.mp4", new TimeRange(0, 4_000));
    assertEquals(0, late[11_000]);
    Likeness.Place place = Likeness.find(film, 16_000, 8_000, late, 16_000 + 730 * 16, 800);
    // The copy's edit list counts in milliseconds.
    assertTrue(Math.abs(place.lag()) <= 16 && place.correlation() > 0.95, place.toString());
  }

  @Test
  void aGapInTheTrackIsSilenceAndWhatFollowsStaysInItsPlace() throws Exception {
    String film = folder.resolve("film.mp4").toString();
    maker.make("front.mkv", "-t", "3", "-i", film, "-c", "copy");
    Path list =
        Files.writeString(
            folder.resolve("list.txt"),
            "ffconcat version 1.0\nfile front.mkv\nduration 5\nfile film.mkv\n");
    maker.make("gap.mkv", "-f", "concat", "-safe", "0", "-i", list.toString(), "-c", "copy");
    float[] sound = extract("gap.mkv", new TimeRange(0, 9_000));
    assertEquals(0, sound[4 * 16_000]);
    float[] film2 = extract("film.mkv", new TimeRange(0, 4_000));
    Likeness.Place place = Likeness.find(film2, 16_000, 8_000, sound, 6 * 16_000, 800);
    assertTrue(Math.abs(place.lag()) <= 320 && place.correlation() > 0.95, place.toString());
  }

  @Test
  void behindTheEndOfTheTrackThereIsSilence() throws Exception {
    maker.make(
        "short.mp4",
        "-i",
        folder.resolve("film.mp4").toString(),
        "-t",
        "2",
        "-i",
        folder.resolve("film.mp4").toString(),
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-c",
        "copy");
    float[] within = extract("short.mp4", new TimeRange(1_500, 2_500));
    assertTrue(within[4_000] != 0);
    assertArrayEquals(new float[4_000], Arrays.copyOfRange(within, 12_000, 16_000));
    assertArrayEquals(new float[16_000], extract("short.mp4", new TimeRange(9_000, 10_000)));
  }

  @Test
  void channelsAreMixedWithoutClipping() throws Exception {
    maker.make(
        "loud.wav",
        "-f",
        "lavfi",
        "-i",
        "sine=f=440:d=1:r=16000,volume=7.2,aformat=channel_layouts=stereo:sample_fmts=flt,pan=stereo|c0=c0|c1=c0");
    float[] original = maker.sound(folder.resolve("loud.wav"), 16_000);
    float[] mixed = extract("loud.wav", new TimeRange(0, 1_000));
    float peak = 0;
    for (float sample : mixed) {
      peak = Math.max(peak, Math.abs(sample));
    }
    assertTrue(peak > 0.5 && peak <= 1, "peak " + peak);
    assertArrayEquals(original, mixed);
  }

  private static float[] extract(String name, TimeRange range) throws Exception {
    Path pcm = folder.resolve("out.f32");
    long samples =
        media
            .extractSound(folder.resolve(name), range, pcm)
            .result()
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    float[] sound = MediaMaker.pcm(pcm);
    assertEquals(samples, sound.length);
    assertEquals(range.lengthMs() * 16, sound.length);
    return sound;
  }
}
