package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.fastwhisper.media.MediaMaker;
import io.fastwhisper.samples.SampleTalk;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each bad input has a clear message and the right exit code; beside a good one, it alone fails.
 */
class BadInputTest {
  private static final String TALK = SampleTalk.WATER.video().toString();
  private static final String[] LOCAL_SERVER = {
    "--set=input.private_addresses=true", "--set=stages.retry_pause_ms=1"
  };

  @TempDir Path folder;

  @Test
  void aMissingFile() {
    assertUnusable("no such", folder.resolve("none.mp4").toString());
  }

  @Test
  void aFileThatIsNoMedia() throws IOException {
    assertUnusable(
        "text.mp4", Files.writeString(folder.resolve("text.mp4"), "Dear diary").toString());
  }

  @Test
  void aFileOfNoLength() throws IOException {
    assertUnusable("empty.mp4", Files.createFile(folder.resolve("empty.mp4")).toString());
  }

  @Test
  void anMp4ThatIsCutOffBeforeItsIndex() throws IOException {
    byte[] whole = Files.readAllBytes(SampleTalk.WATER.video());
    Path file = Files.write(folder.resolve("half.mp4"), Arrays.copyOf(whole, 3_000));
    assertUnusable("half.mp4", file.toString());
  }

  @Test
  void aVideoWithoutSound() throws Exception {
    Path silent =
        new MediaMaker(folder)
            .make(
                "silent.mp4",
                "-f",
                "lavfi",
                "-i",
                "color=black:s=64x64:r=5:d=2",
                "-c:v",
                "libopenh264");
    assertUnusable("no sound", silent.toString());
  }

  @Test
  void aUrlThatNobodyAnswers() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    assertUnusable("127.0.0.1:" + port, "http://127.0.0.1:" + port + "/talk.mp4", LOCAL_SERVER);
  }

  @Test
  void aUrlThatIsNotThere() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    try {
      assertUnusable(
          "404", "http://127.0.0.1:" + server.getAddress().getPort() + "/talk.mp4", LOCAL_SERVER);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aUrlThatHangs() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      List<String> options = new ArrayList<>(List.of(LOCAL_SERVER));
      options.add("--set=stages.stage_timeout_s=1");
      options.add("--set=stages.tries=2");
      assertUnusable(
          "127.0.0.1",
          "http://127.0.0.1:" + silent.getLocalPort() + "/talk.mp4",
          options.toArray(new String[0]));
    }
  }

  @Test
  void aUrlIntoThePrivateNetworkIsNotFollowedUnlessAllowed() throws IOException {
    try (ServerSocket canary = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      canary.setSoTimeout(1);
      assertUnusable("127.0.0.1", "http://127.0.0.1:" + canary.getLocalPort() + "/talk.mp4");
      assertThrows(SocketTimeoutException.class, canary::accept);
    }
  }

  @Test
  void noTarget() {
    ProgramRun run = ProgramRun.withBundledModel("compile", TALK, "--words= , ");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("--words"), run.err());
  }

  @Test
  void anUnknownOption() {
    ProgramRun run =
        ProgramRun.withBundledModel("compile", TALK, "--words=people", "--paddin-before=1");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("--padding-before"), run.err());
  }

  @Test
  void anUnknownModelAndAFileThatIsNone() {
    ProgramRun unknown = ProgramRun.of("compile", TALK, "--words=people", "--model=tinny.en");
    assertEquals(2, unknown.exitCode());
    assertTrue(unknown.err().contains("tiny.en"), unknown.err());
    ProgramRun none = ProgramRun.of("compile", TALK, "--words=people", "--model=pom.xml");
    assertEquals(2, none.exitCode());
    assertTrue(none.err().contains("pom.xml"), none.err());
  }

  @Test
  void theFilmIsNeverPutOverASource() throws IOException {
    Path copy = Files.copy(SampleTalk.WATER.video(), folder.resolve("talk.mp4"));
    ProgramRun run =
        ProgramRun.withBundledModel(
            "compile", copy.toString(), "--words=people", "-o", copy.toString());
    assertEquals(2, run.exitCode());
    assertEquals(Files.size(SampleTalk.WATER.video()), Files.size(copy));
  }

  @Test
  void aBadSourceBesideAGoodOneFailsAlone() throws IOException {
    Path film = folder.resolve("film.mp4");
    Path work = Files.createDirectory(folder.resolve("work"));
    ProgramRun run =
        ProgramRun.withBundledModel(
            "compile",
            folder.resolve("none.mp4").toString(),
            TALK,
            "--words=people",
            "--set=folders.work=" + work,
            "-o",
            film.toString());
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.err().contains("none.mp4"), run.err());
    assertTrue(Files.size(film) > 0);
    try (var left = Files.list(work)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void tenThousandTargets() throws IOException {
    String words =
        IntStream.range(0, 10_000).mapToObj(i -> "word" + i).collect(Collectors.joining(","));
    Path film = folder.resolve("film.mp4");
    ProgramRun run =
        ProgramRun.withBundledModel(
            "compile", TALK, "--words=" + words + ",people", "-o", film.toString());
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(Files.size(film) > 0);
  }

  private void assertUnusable(String part, String source, String... options) {
    Path film = folder.resolve("film.mp4");
    List<String> arguments =
        new ArrayList<>(List.of("compile", source, "--words=people", "-o", film.toString()));
    arguments.addAll(List.of(options));
    ProgramRun run = ProgramRun.withBundledModel(arguments.toArray(new String[0]));
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains(part), run.err());
    assertTrue(
        run.err().contains("No source could be used") || run.err().contains("Nothing could be"),
        run.err());
    assertFalse(run.err().contains("Exception"), run.err());
    assertFalse(Files.exists(film));
  }
}
