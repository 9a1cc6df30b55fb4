package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.fastwhisper.samples.SampleTalk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server that is told to end, by the system or by a terminal, in the middle of a job. */
class ServerEndTest {
  private static final Pattern TRANSCRIBING = Pattern.compile("(\\d-\\d): transcribing");
  private static final Pattern TRANSCRIBED = Pattern.compile("(\\d-\\d): transcribed");

  @TempDir static Path films;
  private static Path film;

  @TempDir Path folder;

  @BeforeAll
  static void undisturbed() {
    film = films.resolve("film.mp4");
    ProgramRun run =
        ProgramRun.withBundledModel(
            "compile",
            SampleTalk.WATER.video().toString(),
            SampleTalk.BREAD.video().toString(),
            "--words=rain,oven",
            "--quiet",
            "-o",
            film.toString());
    assertEquals(0, run.exitCode(), run.err());
  }

  @ParameterizedTest
  @CsvSource({"TERM, false", "INT, true"})
  void itEndsWhatDevicesHaveInHandAndTheNextOneGoesOn(String signal, boolean group)
      throws Exception {
    String job;
    Path log = folder.resolve("first.log");
    try (ServerProcess server = ServerProcess.start(start(log))) {
      assertTrue(server.ready(), () -> text(log));
      job =
          server.submit(
              "{\"sources\":[\"sample:water\",\"sample:bread\"],\"targets\":[\"rain\",\"oven\"]}");
      server.logged("transcribing");
      List<ProcessHandle> children = server.children();
      server.signal(signal, group);
      assertEquals(0, server.exitCode(), () -> text(log));
      assertTrue(children.stream().noneMatch(ProcessHandle::isAlive));
    }
    assertEquals(List.of(), left());
    // What had begun was ended.
    assertEquals(segments(TRANSCRIBING, log), segments(TRANSCRIBED, log), () -> text(log));

    Path secondLog = folder.resolve("second.log");
    try (ServerProcess server = ServerProcess.start(start(secondLog))) {
      assertTrue(server.ready(), () -> text(secondLog));
      JsonNode end = server.end(job);
      assertEquals("completed", end.get("status").asText(), end.toString());
      assertEquals(0, end.get("failures").size(), end.toString());
      server.signal("TERM", false);
      assertEquals(0, server.exitCode(), () -> text(secondLog));
    }
    assertArrayEquals(
        Files.readAllBytes(film),
        Files.readAllBytes(folder.resolve("data/jobs/" + job + "/compilation.mp4")));
    TreeSet<String> all = segments(TRANSCRIBED, log);
    all.addAll(segments(TRANSCRIBED, secondLog));
    assertEquals(new TreeSet<>(List.of("0-0", "1-0")), all);
    assertEquals(
        2, segments(TRANSCRIBED, log).size() + segments(TRANSCRIBED, secondLog).size(), "twice");
    assertEquals(List.of(), left());
  }

  private ServerProcess.Start start(Path log) throws Exception {
    return new ServerProcess.Start(
        folder.resolve("data"),
        Files.createDirectories(folder.resolve("temporary")),
        log,
        Main.class.getName(),
        List.of(),
        // One segment at a time, so that the other one waits; and as long as a busy machine takes.
        List.of("lanes.batch=1", "server.drain_s=300"));
  }

  private List<Path> left() throws Exception {
    try (Stream<Path> files = Files.list(folder.resolve("temporary"))) {
      return files.toList();
    }
  }

  private static TreeSet<String> segments(Pattern line, Path log) {
    return line.matcher(text(log))
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
