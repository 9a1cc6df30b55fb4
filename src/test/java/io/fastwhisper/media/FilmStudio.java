package io.fastwhisper.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.ClipId;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sources of many kinds, made when they are asked for, and films of them. */
final class FilmStudio implements AutoCloseable {
  static final int RATE_HZ = 48_000;
  static final double FRAMES_PER_SECOND = 30_000 / 1_001.0;
  static final FilmFormat FORMAT =
      new FilmFormat(new FilmPicture(320, 64, 30_000, 1_001), RATE_HZ, 2);

  /** Chosen so that ranges begin between frames and, in most sources, far behind a key frame. */
  static final List<TimeRange> RANGES =
      List.of(new TimeRange(0, 500), new TimeRange(1_234, 2_001), new TimeRange(6_017, 6_950));

  private static final JobId JOB = new JobId("0123456789abcdef0123456789abcdef");

  final Path folder;
  final Media media;
  final MediaMaker maker;
  private final Map<String, Source> sources = new HashMap<>();
  private final Map<Source, float[]> sounds = new HashMap<>();

  /** A source whose frames are numbered at a rate from its beginning on. */
  record Source(Video video, double framesPerSecond, int frames) {
    /** What it shows at a time. */
    int frameAt(double seconds) {
      return Math.max(0, Math.min(frames - 1, (int) Math.floor(seconds * framesPerSecond + 1e-6)));
    }

    boolean hasPicture() {
      return video.facts().picture() != null;
    }
  }

  /** What makes a source's file. */
  private interface Making {
    Path file() throws Exception;
  }

  FilmStudio(Path folder) throws Exception {
    this.folder = folder;
    media = Media.open(MediaLimits.DEFAULT);
    maker = new MediaMaker(folder);
  }

  @Override
  public void close() {
    media.close();
  }

  Source ntsc() throws Exception {
    return source(
        "ntsc",
        () -> maker.film("ntsc.mp4", "30000/1001", 8, 44_100, 2, "-g", "60"),
        FRAMES_PER_SECOND,
        240);
  }

  Source pal() throws Exception {
    return source(
        "pal",
        () ->
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
                "96k"),
        25,
        200);
  }

  /** Its time stamps do not begin at 0. */
  Source fast() throws Exception {
    return source(
        "fast",
        () -> maker.film("fast.ts", "50", 8, 22_050, 2, "-g", "100", "-f", "mpegts"),
        50,
        400);
  }

  Source mute() throws Exception {
    return source(
        "mute",
        () ->
            maker.make(
                "mute.mp4",
                "-f",
                "lavfi",
                "-i",
                MediaMaker.numbered("24", 8, 160, 32),
                "-c:v",
                "libopenh264",
                "-b:v",
                "2M"),
        24,
        192);
  }

  Source spoken() throws Exception {
    return source(
        "spoken",
        () ->
            maker.make(
                "spoken.wav",
                "-f",
                "lavfi",
                "-i",
                MediaMaker.noise(16_000, 1, 8, 5),
                "-metadata",
                "title=A talk: it's 50% [all], \\n"),
        1,
        1);
  }

  /** 20 s of pictures at tenths of a second, of which only those that a filter keeps are there. */
  Source slides(String name, String kept) throws Exception {
    return source(
        name,
        () ->
            maker.make(
                name + ".mp4",
                "-f",
                "lavfi",
                "-i",
                MediaMaker.numbered("10", 20, 320, 64),
                "-f",
                "lavfi",
                "-i",
                MediaMaker.noise(16_000, 1, 20, 3),
                "-vf",
                "select=" + kept,
                "-fps_mode",
                "vfr",
                "-c:v",
                "libopenh264",
                "-c:a",
                "aac"),
        1,
        1);
  }

  private Source source(String name, Making making, double framesPerSecond, int frames)
      throws Exception {
    Source known = sources.get(name);
    if (known != null) {
      return known;
    }
    Path file = making.file();
    LookedInto looked = get(media.look(file));
    String title = looked.title().isBlank() ? file.getFileName().toString() : looked.title();
    VideoId id = new VideoId(JOB, sources.size());
    Source source =
        new Source(
            new Video(id, file.toString(), title, file, looked.facts()), framesPerSecond, frames);
    sources.put(name, source);
    return source;
  }

  static Clip clip(Source source, int number, TimeRange range, String words) {
    ClipId id = new ClipId(JOB, source.video().id().video(), 0, number);
    return new Clip(
        id,
        range,
        List.of(new Match("x", id.segmentId(), words, range.startMs(), range.endMs(), 1)));
  }

  /**
   * A clip that was cut.
   *
   * @param clip with the range that it really holds
   */
  record Cut(Source source, Clip clip, Path file) {}

  Cut cut(Source source, Clip clip, FilmFormat format) throws Exception {
    return cut(List.of(source), List.of(clip), format).get(0);
  }

  List<Cut> cut(List<Source> from, List<Clip> clips, FilmFormat format) throws Exception {
    List<Path> files = new ArrayList<>();
    List<Work<TimeRange>> cutting = new ArrayList<>();
    for (int i = 0; i < clips.size(); i++) {
      Path file = Files.createTempFile(folder, "clip", "");
      files.add(file);
      cutting.add(media.cut(from.get(i).video(), clips.get(i).range(), format, file));
    }
    List<Cut> cuts = new ArrayList<>();
    for (int i = 0; i < clips.size(); i++) {
      Clip clip = clips.get(i);
      Clip held = new Clip(clip.id(), get(cutting.get(i)), clip.matches());
      cuts.add(new Cut(from.get(i), held, files.get(i)));
    }
    return cuts;
  }

  JoinedFilm join(List<Cut> cuts, FilmFormat format, String name) throws Exception {
    return get(
        media.join(
            cuts.stream().map(Cut::clip).toList(),
            cuts.stream().map(Cut::file).toList(),
            format,
            folder.resolve(name)));
  }

  /** Sound of a clip's middle lies within 5 ms of where it belongs, and is the source's. */
  void assertSoundInPlace(Cut cut, float[] film, double outSeconds) throws Exception {
    Source source = cut.source();
    if (!sounds.containsKey(source)) {
      sounds.put(source, maker.sound(source.video().file(), RATE_HZ));
    }
    TimeRange range = cut.clip().range();
    int length = (int) Math.min(4_800, range.lengthMs() * RATE_HZ / 1_000 - 960);
    int sourceAt = (int) (range.startMs() * RATE_HZ / 1_000) + 480;
    // One AAC priming, the usual thief, is 1,024 samples.
    Likeness.Place place =
        Likeness.find(
            sounds.get(source), sourceAt, length, film, (int) (outSeconds * RATE_HZ) + 480, 1_100);
    assertTrue(Math.abs(place.lag()) <= 240, cut + " " + place);
    assertTrue(place.correlation() > 0.8, cut + " " + place);
  }

  /** Decoding times grow by one frame's length each, and are the times of showing. */
  void assertFramesAreEvenlySpaced(Path film) throws Exception {
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
  double pictureDelay(Source source) throws Exception {
    Path file = source.video().file();
    String format =
        maker.probe(file, "-show_entries", "format=start_time", "-of", "csv=p=0", "-i").get(0);
    String track =
        maker
            .probe(
                file,
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

  private static <T> T get(Work<T> work) throws Exception {
    return work.result().toCompletionStage().toCompletableFuture().get();
  }
}
