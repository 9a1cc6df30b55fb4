package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCommandTest {
  @TempDir Path folder;

  @Test
  void theListShowsWhatIsHereAndWhatIsToBeHad() {
    ProgramRun run = ProgramRun.of("model", "list", set());
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(
        run.out().contains("demo.en") && run.out().contains("synthetic voices only"), run.out());
    assertTrue(run.out().contains("large-v3-turbo"), run.out());
  }

  @Test
  void anAddedModelHasItsNameAndItsAlignmentHeads() throws IOException {
    Path file = folder.resolve("ggml-mine.en.bin");
    Files.copy(Path.of(ProgramRun.BUNDLED_MODEL), file);
    Files.copy(Path.of("models/ggml-demo.en-q8_0.json"), folder.resolve("ggml-mine.en.json"));
    ProgramRun added = ProgramRun.of("model", "add", file.toString(), set());
    assertEquals(0, added.exitCode(), added.err());
    assertTrue(ProgramRun.of("model", "list", set()).out().contains("mine.en "));
    assertTrue(Files.exists(folder.resolve("models/ggml-mine.en.json")));
    ProgramRun used =
        ProgramRun.of("transcribe", "samples/water.mp4", "--model=mine.en", "--quiet", set());
    assertEquals(0, used.exitCode(), used.err());
    assertTrue(used.out().contains("water"), used.out());
  }

  @Test
  void whatIsNoModelIsNotAdded() {
    ProgramRun run = ProgramRun.of("model", "add", "pom.xml", set());
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("not a ggml model file"), run.err());
    assertFalse(Files.exists(folder.resolve("models")));
    assertEquals(2, ProgramRun.of("model", "add", "none.bin", set()).exitCode());
  }

  @Test
  void aDownloadOfAWrongFileFailsWithItsSums() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] other = "lmggnot the model".getBytes();
          exchange.sendResponseHeaders(200, other.length);
          exchange.getResponseBody().write(other);
          exchange.close();
        });
    server.start();
    try {
      String url = "--set=model.base_url=http://127.0.0.1:" + server.getAddress().getPort();
      ProgramRun run = ProgramRun.of("model", "download", "tiny.en", url, set());
      assertEquals(1, run.exitCode());
      assertTrue(run.err().contains("c78c86eb1a8faa21b369bcd33207cc90d64ae9df"), run.err());
      assertFalse(run.out().contains("Downloaded"), run.out());
      assertEquals(2, ProgramRun.of("model", "download", "tinny.en", url, set()).exitCode());
    } finally {
      server.stop(0);
    }
  }

  @Test
  void printConfigShowsValuesAndTheirOrigin() {
    ProgramRun run = ProgramRun.of("model", "list", "--print-config", set());
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("model.folder: " + folder.resolve("models")), run.out());
    assertTrue(run.out().contains("(--set)"), run.out());
    assertTrue(
        run.out()
            .lines()
            .anyMatch(
                line -> line.startsWith("stages.cuts: 8") && line.contains("fastwhisper.yaml")),
        run.out());
  }

  private String set() {
    return "--set=model.folder=" + folder.resolve("models");
  }
}
