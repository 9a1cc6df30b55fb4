package io.fastwhisper.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.FilmFormat.FilmPicture;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Video;
import io.fastwhisper.domain.VideoId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that are not what they say, or mean harm: refused by their content, with a file and a
 * listener that nothing may touch.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ForeignFilesTest {
  @TempDir static Path folder;
  private static Media media;
  private static MediaMaker maker;
  private static Path film;
  private static Path canary;
  private static ServerSocket listener;
  private static final AtomicInteger VISITS = new AtomicInteger();

  @BeforeAll
  static void open() throws Exception {
    media = Media.open(MediaLimits.DEFAULT);
    maker = new MediaMaker(folder);
    film = maker.film("film.mp4", "25", 2, 44_100, 2);
    canary = maker.make("canary.ts", "-i", film.toString(), "-c", "copy");
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread visits =
        new Thread(
            () -> {
              while (true) {
                try {
                  listener.accept().close();
                  VISITS.incrementAndGet();
                } catch (IOException e) {
                  return;
                }
              }
            });
    visits.setDaemon(true);
    visits.start();
  }

  @AfterAll
  static void close() throws Exception {
    media.close();
    listener.close();
  }

  /**
   * Each playlist names the canary file and the canary listener; under every name that may tempt a
   * reader.
   */
  @ParameterizedTest
  @CsvSource({
    "hls, mp4",
    "hls, m3u8",
    "hls, avi",
    "hls, ts",
    "dash, mp4",
    "ffconcat, mp4",
    "ffconcat, txt",
    "imf, mkv",
    "sdp, mp4",
    "smil, mp4",
    "id3-hls, mp3"
  })
  void aPlaylistIsRefusedByItsContentAndNothingItNamesIsTouched(String kind, String ending)
      throws Exception {
    String url = "http://127.0.0.1:" + listener.getLocalPort() + "/canary.ts";
    String hls =
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n"
            + canary
            + "\n#EXTINF:2,\n"
            + url
            + "\n#EXT-X-ENDLIST\n";
    String text =
        switch (kind) {
          case "hls" -> "\uFEFF" + hls;
          case "dash" ->
              "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\"><Period><AdaptationSet>"
                  + "<Representation id=\"1\" bandwidth=\"1\"><BaseURL>"
                  + url
                  + "</BaseURL></Representation></AdaptationSet></Period></MPD>";
          case "ffconcat" -> "ffconcat version 1.0\nfile '" + canary + "'\nfile '" + url + "'\n";
          case "imf" ->
              "<CompositionPlaylist xmlns=\"http://www.smpte-ra.org/schemas/2067-3/2016\"></CompositionPlaylist>";
          case "sdp" ->
              "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video "
                  + listener.getLocalPort()
                  + " RTP/AVP 96\n";
          case "smil" -> "<smil><body><video src=\"" + url + "\"/></body></smil>";
          default -> "ID3\3\0\0\0\0\0\0" + hls;
        };
    Path file = Files.writeString(folder.resolve(kind + "." + ending), text);
    int visits = VISITS.get();
    FileTimes before = FileTimes.of(canary);
    Failure failure = refusal(file);
    assertTrue(failure.permanent(), failure.toString());
    assertTrue(
        failure.what().contains("playlist") || failure.what().contains("not a media file"),
        failure.what());
    assertThrows(ExecutionException.class, () -> extract(file));
    assertEquals(before, FileTimes.of(canary));
    assertEquals(visits, VISITS.get());
  }

  /**
   * The other tests say something only if this one holds: a reader that follows the playlist does
   * touch both.
   */
  @Test
  void theCanariesTellOfAReaderThatFollows() throws Exception {
    Path own = Files.copy(canary, folder.resolve("own-canary.ts"));
    int visits = VISITS.get();
    FileTimes before = FileTimes.of(own);
    String url = "http://127.0.0.1:" + listener.getLocalPort() + "/canary.ts";
    Path file =
        Files.writeString(
            folder.resolve("followed.mp4"),
            "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n"
                + own
                + "\n#EXTINF:2,\n"
                + url
                + "\n#EXT-X-ENDLIST\n");
    maker.probe(
        file,
        "-protocol_whitelist",
        "file,http,tcp",
        "-allowed_extensions",
        "ALL",
        "-extension_picky",
        "0",
        "-show_packets",
        "-f",
        "hls",
        "-i");
    assertTrue(VISITS.get() > visits);
    assertNotEquals(before, FileTimes.of(own));
  }

  /** An AVI may hold a subtitle file of any format (CVE-2017-9993). */
  @Test
  void anAviWithASubtitleTrackIsRefused() throws Exception {
    byte[] avi =
        Files.readAllBytes(
            maker.make("plain.avi", "-i", film.toString(), "-c:v", "mpeg4", "-c:a", "libmp3lame"));
    assertTrue(look(folder.resolve("plain.avi")).facts().durationMs() > 1_900);
    int track = new String(avi, StandardCharsets.ISO_8859_1).indexOf("auds");
    avi[track] = 't';
    avi[track + 1] = 'x';
    avi[track + 2] = 't';
    Failure failure = refusal(Files.write(folder.resolve("gab2.avi"), avi));
    assertTrue(failure.what().contains("not a media file"), failure.what());
  }

  /** A QuickTime file may name another file as the place of its data. */
  @Test
  void aReferenceInAFileIsNotFollowed() throws Exception {
    byte[] mov = Files.readAllBytes(maker.make("refers.mov", "-i", film.toString(), "-c", "copy"));
    String text = new String(mov, StandardCharsets.ISO_8859_1);
    int selfContained = text.indexOf("url \0\0\0\1");
    assertTrue(selfContained > 0);
    mov[selfContained + 7] = 0;
    Path file = Files.write(folder.resolve("refers.mov"), mov);
    int visits = VISITS.get();
    FileTimes before = FileTimes.of(canary);
    media
        .look(file)
        .result()
        .toCompletionStage()
        .toCompletableFuture()
        .handle((looked, error) -> null)
        .get();
    assertEquals(before, FileTimes.of(canary));
    assertEquals(visits, VISITS.get());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-i.mp4",
        "--help",
        "concat:a|b.mp4",
        "subfile,,start,0,end,9,,:x.mp4",
        "data:video,x.mp4",
        "http:x.mp4",
        "pipe:0",
        "line\nbreak.mp4",
        "'quotes\" and $(touch x).mp4",
        "%d.mp4",
        "a:b\\c[d];e=f,g.mp4",
        "\u00e4\u4e2d\uD83D\uDE00.mp4"
      })
  void anOddNameIsTheNameOfAFileAndNothingElse(String name) throws Exception {
    Path file = Files.copy(film, folder.resolve(name));
    assertEquals(2_000, look(file).facts().durationMs(), 60);
    extract(file);
    Files.delete(file);
  }

  @Test
  void aMissingFileIsSaidToBeMissing() throws Exception {
    Failure failure = refusal(folder.resolve("nowhere.mp4"));
    assertEquals("no such file", failure.what());
    assertTrue(failure.permanent());
  }

  @Test
  void aFolderIsNoMediaFile() throws Exception {
    assertEquals("not a regular file", refusal(folder).what());
  }

  @Test
  void anEmptyFileIsSaidToBeEmpty() throws Exception {
    assertEquals(
        "the file is empty", refusal(Files.createFile(folder.resolve("empty.mp4"))).what());
  }

  @Test
  void whatIsNotMediaIsSaidNotToBe() throws Exception {
    Failure failure =
        refusal(Files.writeString(folder.resolve("notes.mp4"), "Dear diary, ".repeat(1_000)));
    assertTrue(failure.what().contains("not a media file"), failure.what());
    assertTrue(failure.remedy().contains("mp4"), failure.remedy());
  }

  @Test
  void anMp4WithoutItsIndexIsSaidNotToBeWhole() throws Exception {
    byte[] whole = Files.readAllBytes(film);
    Failure failure =
        refusal(Files.write(folder.resolve("cut.mp4"), Arrays.copyOf(whole, whole.length / 2)));
    assertTrue(failure.what().contains("not whole"), failure.what());
    assertTrue(failure.permanent());
  }

  @ParameterizedTest
  @ValueSource(strings = {"mp4", "mkv", "ts", "wav", "flac", "ogg", "mp3", "flv", "avi"})
  void aDamagedFileEndsInAnAnswerOrAFailureAndNeverInAHang(String ending) throws Exception {
    Path whole =
        switch (ending) {
          case "mp4" -> film;
          case "avi" ->
              maker.make("d.avi", "-i", film.toString(), "-c:v", "mpeg4", "-c:a", "libmp3lame");
          case "wav", "flac", "ogg", "mp3" ->
              maker.make("d." + ending, "-i", film.toString(), "-vn");
          default -> maker.make("d." + ending, "-i", film.toString(), "-c", "copy");
        };
    byte[] bytes = Files.readAllBytes(whole);
    Random random = new Random(4);
    for (int i = 0; i < 200; i++) {
      bytes[300 + random.nextInt(bytes.length - 300)] = (byte) random.nextInt();
    }
    Path damaged =
        Files.write(
            folder.resolve("damaged." + ending), Arrays.copyOf(bytes, bytes.length * 2 / 3));
    media
        .extractSound(damaged, new TimeRange(0, 2_000), folder.resolve("d.f32"))
        .result()
        .toCompletionStage()
        .toCompletableFuture()
        .handle(
            (samples, error) -> {
              assertTrue(error == null || error instanceof MediaException, String.valueOf(error));
              return null;
            })
        .get();
  }

  @Test
  void aHugePictureEndsInAFailureNotInThisProcess() throws Exception {
    Path file =
        maker.make(
            "huge.mkv",
            "-f",
            "lavfi",
            "-i",
            "color=s=8000x8000:d=0.2:r=5",
            "-frames:v",
            "1",
            "-c:v",
            "mjpeg");
    try (Media small =
        Media.open(
            new MediaLimits(
                MediaLimits.DEFAULT.stall(), MediaLimits.DEFAULT.wallClock(), 90_000_000))) {
      LookedInto looked = small.look(file).result().toCompletionStage().toCompletableFuture().get();
      assertEquals(8_000, looked.facts().picture().width());
      Video video =
          new Video(
              new VideoId(new JobId("0".repeat(32)), 0), "huge", "huge", file, looked.facts());
      FilmFormat format = new FilmFormat(new FilmPicture(320, 180, 25, 1), 48_000, 1);
      Path clip = folder.resolve("huge.clip");
      ExecutionException thrown =
          assertThrows(
              ExecutionException.class,
              () ->
                  small
                      .cut(video, new TimeRange(0, 400), format, clip)
                      .result()
                      .toCompletionStage()
                      .toCompletableFuture()
                      .get());
      assertTrue(thrown.getCause() instanceof MediaException, thrown.toString());
      assertFalse(Files.exists(clip));
    }
  }

  /** When a file was last read. */
  private record FileTimes(Object read) {
    static FileTimes of(Path file) throws IOException {
      return new FileTimes(Files.getAttribute(file, "lastAccessTime"));
    }
  }

  private static LookedInto look(Path file) throws Exception {
    return media.look(file).result().toCompletionStage().toCompletableFuture().get();
  }

  private static Failure refusal(Path file) {
    ExecutionException thrown = assertThrows(ExecutionException.class, () -> look(file));
    return ((MediaException) thrown.getCause()).failure();
  }

  private static void extract(Path file) throws Exception {
    media
        .extractSound(file, new TimeRange(0, 1_000), folder.resolve("out.f32"))
        .result()
        .toCompletionStage()
        .toCompletableFuture()
        .get();
  }
}
