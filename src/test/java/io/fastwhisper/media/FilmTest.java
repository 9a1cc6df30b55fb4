package io.fastwhisper.media;

import static io.fastwhisper.media.FilmStudio.FORMAT;
import static io.fastwhisper.media.FilmStudio.FRAMES_PER_SECOND;
import static io.fastwhisper.media.FilmStudio.RANGES;
import static io.fastwhisper.media.FilmStudio.RATE_HZ;
import static io.fastwhisper.media.FilmStudio.clip;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.FilmFormat.FilmPicture;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.media.FilmStudio.Cut;
import io.fastwhisper.media.FilmStudio.Source;
import java.nio.file.Files;
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

/** What joining makes of clips of all kinds. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FilmTest {
  private static final FilmFormat SOUND_ONLY = new FilmFormat(null, 44_100, 1);

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
  void fiveHundredClipsDoNotDriftApart() throws Exception {
    // 5 frames last 8,008 samples; 3 last 4,804.8, so that each such clip is 0.2 samples too long.
    Source ntsc = studio.ntsc();
    Cut cut = studio.cut(ntsc, clip(ntsc, 0, new TimeRange(3_000, 3_100), "again"), FORMAT);
    int count = 500;
    JoinedFilm film = studio.join(Collections.nCopies(count, cut), FORMAT, "many.mp4");
    studio.assertFramesAreEvenlySpaced(film.file());
    List<Integer> numbers = studio.maker.frameNumbers(film.file());
    assertEquals(3 * count, numbers.size());
    float[] sound = studio.maker.sound(film.file(), RATE_HZ);
    for (int i : new int[] {0, 1, 100, 250, 498}) {
      studio.assertSoundInPlace(cut, sound, i * 3 / FRAMES_PER_SECOND);
      assertEquals(numbers.get(0), numbers.get(i * 3));
    }
  }

  @Test
  void theSameClipsGiveTheSameFilmToTheByte() throws Exception {
    List<Clip> clips =
        List.of(
            clip(studio.ntsc(), 0, RANGES.get(1), "a"),
            clip(studio.spoken(), 1, RANGES.get(1), "b"));
    List<Source> sources = List.of(studio.ntsc(), studio.spoken());
    List<byte[]> films = new ArrayList<>();
    for (String name : List.of("first.mp4", "second.mp4")) {
      JoinedFilm film = studio.join(studio.cut(sources, clips, FORMAT), FORMAT, name);
      films.add(Files.readAllBytes(film.file()));
    }
    assertArrayEquals(films.get(0), films.get(1));
  }

  @Test
  void aSourceWithoutAPictureGetsItsTitleAndOneWithoutSoundSilence() throws Exception {
    FilmFormat large = new FilmFormat(new FilmPicture(640, 360, 25, 1), RATE_HZ, 2);
    List<Clip> clips =
        List.of(
            clip(studio.spoken(), 0, RANGES.get(1), "x"),
            clip(studio.mute(), 1, RANGES.get(1), "y"));
    List<Path> files =
        studio.cut(List.of(studio.spoken(), studio.mute()), clips, large).stream()
            .map(Cut::file)
            .toList();
    List<String> ranges =
        studio.maker.probe(
            files.get(0),
            "-show_entries",
            "stream=codec_type,width,height,nb_frames",
            "-of",
            "csv=p=0",
            "-i");
    assertEquals(List.of("video,640,360,19", "audio,36480"), ranges);
    Path still =
        studio.maker.make(
            "card.gray",
            "-i",
            files.get(0).toString(),
            "-frames:v",
            "1",
            "-pix_fmt",
            "gray",
            "-f",
            "rawvideo");
    byte[] grey = Files.readAllBytes(still);
    int bright = 0;
    for (byte pixel : grey) {
      bright += (pixel & 0xFF) > 180 ? 1 : 0;
    }
    assertTrue(bright > 200 && bright < grey.length / 4, bright + " bright pixels of letters");
    for (float sample : studio.maker.sound(files.get(1), RATE_HZ)) {
      assertEquals(0, sample);
    }
  }

  @Test
  void chaptersCarryTheWordsWhateverIsInThem() throws Exception {
    String awkward = "it's; 50% = #1 \\ \"so\"";
    List<Clip> clips =
        List.of(
            clip(studio.ntsc(), 0, RANGES.get(0), "people"),
            clip(studio.ntsc(), 1, RANGES.get(1), awkward));
    List<Source> sources = List.of(studio.ntsc(), studio.ntsc());
    JoinedFilm film = studio.join(studio.cut(sources, clips, FORMAT), FORMAT, "chapters.mp4");
    List<String> chapters =
        studio.maker.probe(
            film.file(),
            "-show_entries",
            "chapter=start_time,end_time:chapter_tags=title",
            "-of",
            "compact=p=0:nk=1:e=csv",
            "-i");
    // Chapters of MP4 count in milliseconds, fields are quoted as in CSV.
    String quoted = "\"" + awkward.replace("\"", "\"\"") + "\"";
    assertEquals(List.of("0.000000|0.501000|people", "0.501000|1.268000|" + quoted), chapters);
  }

  @Test
  void loudnessIsLeftAlone() throws Exception {
    Source spoken = studio.spoken();
    Clip clip = clip(spoken, 0, new TimeRange(1_000, 3_000), "x");
    float[] cut = studio.maker.sound(studio.cut(spoken, clip, FORMAT).file(), 16_000);
    float[] original = studio.maker.sound(spoken.video().file(), 16_000);
    double power = 0;
    double originalPower = 0;
    for (int i = 0; i < cut.length; i++) {
      power += cut[i] * cut[i];
      originalPower += original[16_000 + i] * original[16_000 + i];
    }
    assertEquals(1, Math.sqrt(power / originalPower), 0.01);
  }

  @Test
  void withoutAnyPictureTheFilmIsAnM4a() throws Exception {
    List<Clip> clips = new ArrayList<>();
    Source spoken = studio.spoken();
    for (TimeRange range : RANGES) {
      clips.add(clip(spoken, clips.size(), range, "word"));
    }
    List<Source> sources = List.of(spoken, spoken, spoken);
    List<Cut> cuts = studio.cut(sources, clips, SOUND_ONLY);
    JoinedFilm film = studio.join(cuts, SOUND_ONLY, "heard.mp4");
    assertEquals(folder.resolve("heard.m4a"), film.file());
    assertFalse(Files.exists(folder.resolve("heard.mp4")));
    float[] sound = studio.maker.sound(film.file(), RATE_HZ);
    for (int i = 0; i < clips.size(); i++) {
      studio.assertSoundInPlace(
          cuts.get(i), sound, film.clips().get(i).outRange().startMs() / 1_000.0);
    }
    assertEquals(2_200, film.lengthMs());
    assertEquals(
        3, studio.maker.probe(film.file(), "-show_chapters", "-of", "compact", "-i").size());
  }
}
