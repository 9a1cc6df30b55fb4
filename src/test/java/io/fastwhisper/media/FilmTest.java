package io.fastwhisper.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.FilmClip;
import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.FilmFormat.FilmPicture;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Video;
import io.fastwhisper.domain.VideoId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Films against their sources, picture by picture and sound by sound. One long file, for all cases
 * share the sources that are made once.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FilmTest {
  private static final int RATE_HZ = 48_000;
  private static final double FRAMES_PER_SECOND = 30_000 / 1_001.0;
  private static final FilmFormat FORMAT =
      new FilmFormat(new FilmPicture(320, 64, 30_000, 1_001), RATE_HZ, 2);
  private static final FilmFormat SOUND_ONLY = new FilmFormat(null, 44_100, 1);
  private static final JobId JOB = new JobId("0123456789abcdef0123456789abcdef");

  /** Chosen so that ranges begin between frames and, in most sources, far behind a key frame. */
  private static final List<TimeRange> RANGES =
      List.of(new TimeRange(0, 500), new TimeRange(1_234, 2_001), new TimeRange(6_017, 6_950));

  private static final Map<Source, float[]> SOUNDS = new HashMap<>();

  @TempDir static Path folder;
  private static Media media;
  private static MediaMaker maker;
  private static Source ntsc;
  private static Source pal;
  private static Source fast;
  private static Source mute;
  private static Source spoken;

  /** A source whose frames are numbered at a rate from its beginning on. */
  private record Source(Video video, double framesPerSecond, int frames) {
    /** What it shows at a time. */
    int frameAt(double seconds) {
      return Math.max(0, Math.min(frames - 1, (int) Math.floor(seconds * framesPerSecond + 1e-6)));
    }

    boolean hasPicture() {
      return video.facts().picture() != null;
    }
  }

  @BeforeAll
  static void open() throws Exception {
    media = Media.open(MediaLimits.DEFAULT);
    maker = new MediaMaker(folder);
    ntsc =
        source(
            0,
            maker.film("ntsc.mp4", "30000/1001", 8, 44_100, 2, "-g", "60"),
            FRAMES_PER_SECOND,
            240);
    Path palFilm =
        maker.make(
            "pal.webm",
            "-f",
            "lavfi",
            "-i",
            MediaMaker.numbered("25", 8, 640, 128),
            "-f",
            "lavfi",
            "-i",
            MediaMaker.noise(48_000, 1, 8, 11),
            "-c:v",
            "libvpx",
            "-deadline",
            "realtime",
            "-cpu-used",
            "8",
            "-b:v",
            "2M",
            "-g",
            "75",
            "-c:a",
            "libopus",
            "-b:a",
            "96k");
    pal = source(1, palFilm, 25, 200);
    fast =
        source(2, maker.film("fast.ts", "50", 8, 22_050, 2, "-g", "100", "-f", "mpegts"), 50, 400);
    Path muteFilm =
        maker.make(
            "mute.mp4",
            "-f",
            "lavfi",
            "-i",
            MediaMaker.numbered("24", 8, 160, 32),
            "-c:v",
            "libopenh264",
            "-b:v",
            "2M");
    mute = source(3, muteFilm, 24, 192);
    Path wav =
        maker.make(
            "spoken.wav",
            "-f",
            "lavfi",
            "-i",
            MediaMaker.noise(16_000, 1, 8, 5),
            "-metadata",
            "title=A talk: it's 50% [all], \\n");
    spoken = source(4, wav, 1, 1);
  }

  @AfterAll
  static void close() {
    media.close();
  }

  @Test
  void framesAndSoundOfEveryClipAreTheSourcesOwnAtTheirTimes() throws Exception {
    List<Source> sources = new ArrayList<>();
    List<Clip> clips = new ArrayList<>();
    for (TimeRange range : RANGES) {
      for (Source source : List.of(ntsc, spoken, pal, mute, fast)) {
        sources.add(source);
        clips.add(clip(source, clips.size(), range, "word " + clips.size()));
      }
    }
    JoinedFilm film = join(clips, cut(sources, clips, FORMAT), FORMAT, "mixed.mp4");

    List<Integer> numbers = maker.frameNumbers(film.file());
    float[] sound = maker.sound(film.file(), RATE_HZ);
    int frame = 0;
    for (int i = 0; i < clips.size(); i++) {
      Source source = sources.get(i);
      FilmClip placed = film.clips().get(i);
      long length = Math.round(clips.get(i).range().lengthMs() * FRAMES_PER_SECOND / 1_000);
      assertEquals(
          Math.round(frame / FRAMES_PER_SECOND * 1_000),
          placed.outRange().startMs(),
          placed.toString());
      if (source.hasPicture()) {
        double delay = pictureDelay(source);
        for (int k = 0; k < length; k++) {
          double seconds =
              clips.get(i).range().startMs() / 1_000.0 + (k + 0.5) / FRAMES_PER_SECOND - delay;
          assertEquals(
              source.frameAt(seconds),
              numbers.get(frame + k),
              "frame " + k + " of clip " + i + " of " + source);
        }
      }
      if (source.video().facts().sound() != null) {
        assertSoundInPlace(source, clips.get(i), sound, frame / FRAMES_PER_SECOND);
      }
      frame += length;
      assertEquals(
          Math.round(frame / FRAMES_PER_SECOND * 1_000),
          placed.outRange().endMs(),
          placed.toString());
    }
    assertEquals(frame, numbers.size());
    assertEquals(film.lengthMs(), film.clips().get(clips.size() - 1).outRange().endMs());
    assertEquals(sound.length / (double) RATE_HZ, film.lengthMs() / 1_000.0, 0.025);
    assertFramesAreEvenlySpaced(film.file());
  }

  @Test
  void fiveHundredClipsDoNotDriftApart() throws Exception {
    // 5 frames last 8,008 samples; 3 last 4,804.8, so that each such clip is 0.2 samples too long.
    Clip clip = clip(ntsc, 0, new TimeRange(3_000, 3_100), "again");
    Path file = cut(List.of(ntsc), List.of(clip), FORMAT).get(0);
    int count = 500;
    JoinedFilm film =
        join(
            Collections.nCopies(count, clip), Collections.nCopies(count, file), FORMAT, "many.mp4");
    assertFramesAreEvenlySpaced(film.file());
    List<Integer> numbers = maker.frameNumbers(film.file());
    assertEquals(3 * count, numbers.size());
    float[] sound = maker.sound(film.file(), RATE_HZ);
    for (int i : new int[] {0, 1, 100, 250, 498}) {
      assertSoundInPlace(ntsc, clip, sound, i * 3 / FRAMES_PER_SECOND);
      assertEquals(numbers.get(0), numbers.get(i * 3));
    }
  }

  @Test
  void theSameClipsGiveTheSameFilmToTheByte() throws Exception {
    List<Clip> clips =
        List.of(clip(ntsc, 0, RANGES.get(1), "a"), clip(spoken, 1, RANGES.get(1), "b"));
    List<Source> sources = List.of(ntsc, spoken);
    byte[] first =
        Files.readAllBytes(join(clips, cut(sources, clips, FORMAT), FORMAT, "first.mp4").file());
    byte[] second =
        Files.readAllBytes(join(clips, cut(sources, clips, FORMAT), FORMAT, "second.mp4").file());
    assertArrayEquals(first, second);
  }

  @Test
  void aPictureThatStandsLongBeforeTheRangeIsSeenInIt() throws Exception {
    Path slides =
        maker.make(
            "slides.mp4",
            "-f",
            "lavfi",
            "-i",
            MediaMaker.numbered("10", 20, 320, 64),
            "-f",
            "lavfi",
            "-i",
            MediaMaker.noise(16_000, 1, 20, 3),
            "-vf",
            "select=not(mod(n\\,70))",
            "-fps_mode",
            "vfr",
            "-c:v",
            "libopenh264",
            "-c:a",
            "aac");
    Source source = source(5, slides, 1, 1);
    for (long startMs : new long[] {6_000, 6_950, 13_500, 19_000}) {
      Clip clip = clip(source, 0, new TimeRange(startMs, startMs + 300), "slide");
      List<Integer> numbers =
          maker.frameNumbers(cut(List.of(source), List.of(clip), FORMAT).get(0));
      for (int k = 0; k < numbers.size(); k++) {
        double seconds = startMs / 1_000.0 + (k + 0.5) / FRAMES_PER_SECOND;
        assertEquals((int) (seconds / 7) * 70, numbers.get(k), startMs + " ms, frame " + k);
      }
      assertEquals(9, numbers.size());
    }
  }

  @Test
  void aSourceWithoutAPictureGetsItsTitleAndOneWithoutSoundSilence() throws Exception {
    FilmFormat large = new FilmFormat(new FilmPicture(640, 360, 25, 1), RATE_HZ, 2);
    List<Clip> clips =
        List.of(clip(spoken, 0, RANGES.get(1), "x"), clip(mute, 1, RANGES.get(1), "y"));
    List<Path> files = cut(List.of(spoken, mute), clips, large);
    List<String> ranges =
        maker.probe(
            files.get(0),
            "-show_entries",
            "stream=codec_type,width,height,nb_frames",
            "-of",
            "csv=p=0",
            "-i");
    assertEquals(List.of("video,640,360,19", "audio,36480"), ranges);
    Path still =
        maker.make(
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
    for (float sample : maker.sound(files.get(1), RATE_HZ)) {
      assertEquals(0, sample);
    }
  }

  @Test
  void chaptersCarryTheWordsWhateverIsInThem() throws Exception {
    String awkward = "it's; 50% = #1 \\ \"so\"";
    List<Clip> clips =
        List.of(clip(ntsc, 0, RANGES.get(0), "people"), clip(ntsc, 1, RANGES.get(1), awkward));
    JoinedFilm film = join(clips, cut(List.of(ntsc, ntsc), clips, FORMAT), FORMAT, "chapters.mp4");
    List<String> chapters =
        maker.probe(
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
    Clip clip = clip(spoken, 0, new TimeRange(1_000, 3_000), "x");
    float[] cut = maker.sound(cut(List.of(spoken), List.of(clip), FORMAT).get(0), 16_000);
    float[] original = maker.sound(spoken.video().file(), 16_000);
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
    for (TimeRange range : RANGES) {
      clips.add(clip(spoken, clips.size(), range, "word"));
    }
    List<Source> sources = List.of(spoken, spoken, spoken);
    JoinedFilm film = join(clips, cut(sources, clips, SOUND_ONLY), SOUND_ONLY, "heard.mp4");
    assertEquals(folder.resolve("heard.m4a"), film.file());
    assertFalse(Files.exists(folder.resolve("heard.mp4")));
    float[] sound = maker.sound(film.file(), RATE_HZ);
    for (int i = 0; i < clips.size(); i++) {
      assertSoundInPlace(
          spoken, clips.get(i), sound, film.clips().get(i).outRange().startMs() / 1_000.0);
    }
    assertEquals(2_200, film.lengthMs());
    assertEquals(3, maker.probe(film.file(), "-show_chapters", "-of", "compact", "-i").size());
  }

  /** Sound of a clip's middle lies within 5 ms of where it belongs, and is the source's. */
  private static void assertSoundInPlace(Source source, Clip clip, float[] film, double outSeconds)
      throws Exception {
    float[] original = SOUNDS.computeIfAbsent(source, FilmTest::sound);
    int length = (int) Math.min(4_800, clip.range().lengthMs() * RATE_HZ / 1_000 - 960);
    int sourceAt = (int) (clip.range().startMs() * RATE_HZ / 1_000) + 480;
    // One AAC priming, the usual thief, is 1,024 samples.
    Likeness.Place place =
        Likeness.find(original, sourceAt, length, film, (int) (outSeconds * RATE_HZ) + 480, 1_100);
    assertTrue(Math.abs(place.lag()) <= 240, clip + " " + place);
    assertTrue(place.correlation() > 0.8, clip + " " + place);
  }

  private static float[] sound(Source source) {
    try {
      return maker.sound(source.video().file(), RATE_HZ);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Decoding times grow by one frame's length each, and are the times of showing. */
  private static void assertFramesAreEvenlySpaced(Path film) throws Exception {
    List<String> packets =
        maker.probe(
            film,
            "-select_streams",
            "v:0",
            "-show_entries",
            "packet=pts,dts",
            "-of",
            "csv=p=0",
            "-i");
    for (int i = 0; i < packets.size(); i++) {
      assertEquals(i * 1_001 + "," + i * 1_001, packets.get(i).replaceAll(",$", ""));
    }
  }

  /**
   * Seconds from the beginning of a file's time line, where its earliest track begins, to its first
   * picture.
   */
  private static double pictureDelay(Source source) throws Exception {
    String format =
        maker
            .probe(
                source.video().file(), "-show_entries", "format=start_time", "-of", "csv=p=0", "-i")
            .get(0);
    String track =
        maker
            .probe(
                source.video().file(),
                "-select_streams",
                "v:0",
                "-show_entries",
                "stream=start_time",
                "-of",
                "csv=p=0",
                "-i")
            .get(0);
    return Double.parseDouble(track.replace(",", "")) - Double.parseDouble(format);
  }

  private static Source source(int number, Path file, double framesPerSecond, int frames)
      throws Exception {
    LookedInto looked = media.look(file).result().toCompletionStage().toCompletableFuture().get();
    String title = looked.title().isBlank() ? file.getFileName().toString() : looked.title();
    Video video = new Video(new VideoId(JOB, number), file.toString(), title, file, looked.facts());
    return new Source(video, framesPerSecond, frames);
  }

  private static Clip clip(Source source, int number, TimeRange range, String words) {
    ClipId id = new ClipId(JOB, source.video().id().video(), 0, number);
    return new Clip(
        id,
        range,
        List.of(new Match("x", id.segmentId(), words, range.startMs(), range.endMs(), 1)));
  }

  private static List<Path> cut(List<Source> sources, List<Clip> clips, FilmFormat format)
      throws Exception {
    List<Path> files = new ArrayList<>();
    List<Work<Long>> cuts = new ArrayList<>();
    for (int i = 0; i < clips.size(); i++) {
      Path file = Files.createTempFile(folder, "clip", "");
      files.add(file);
      cuts.add(media.cut(sources.get(i).video(), clips.get(i).range(), format, file));
    }
    for (Work<Long> cut : cuts) {
      cut.result().toCompletionStage().toCompletableFuture().get();
    }
    return files;
  }

  private static JoinedFilm join(List<Clip> clips, List<Path> files, FilmFormat format, String name)
      throws Exception {
    return media
        .join(clips, files, format, folder.resolve(name))
        .result()
        .toCompletionStage()
        .toCompletableFuture()
        .get();
  }
}
