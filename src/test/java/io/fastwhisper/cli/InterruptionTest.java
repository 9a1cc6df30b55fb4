package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.samples.SampleTalk;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code ./fastwhisper} that is told to end while it works: it does, at once, and no child process
 * and no file stays. Only where {@link ScriptTest} runs.
 */
@EnabledIfSystemProperty(named = "fastwhisper.script", matches = "true")
@Timeout(600)
class InterruptionTest {
  private static final Path SCRIPT = Path.of("fastwhisper").toAbsolutePath();

  @TempDir Path folder;
  private Path work;
  private Path temporary;
  private Path films;

  @BeforeEach
  void makeFolders() throws IOException {
    work = Files.createDirectory(folder.resolve("work"));
    temporary = Files.createDirectory(folder.resolve("temporary"));
    films = Files.createDirectory(folder.resolve("films"));
  }

  /** The stages as the progress shows them; cut and join take seconds, for the clip is long. */
  @ParameterizedTest(name = "{0} while {2}")
  @CsvSource({"INT, 130, Transcribing", "TERM, 143, Cutting", "TERM, 143, Joining"})
  void aSignalEndsItCleanly(String signal, int exitCode, String stage) throws Exception {
    List<String> commandLine = new ArrayList<>(commandLine());
    commandLine.add("--json-lines");
    Process process =
        start(new ProcessBuilder(commandLine).redirectError(folder.resolve("err").toFile()));
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      while (line != null && !line.contains("\"stage\":\"" + stage + "\"")) {
        line = lines.readLine();
      }
      assertNotNull(line, said());
      if (!stage.equals("Transcribing")) {
        awaitFileIn(stage.equals("Joining") ? films : filesIn(work).get(0).resolve("clips"));
        assertTrue(process.descendants().findAny().isPresent(), "no child at work");
      }
      List<ProcessHandle> children = process.descendants().toList();
      assertFalse(filesIn(work).isEmpty());
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      assertEquals(exitCode, process.exitValue(), said());
      assertFalse(said().contains("did not end cleanly"), said());
      assertNothingLeft(children);
    }
  }

  /**
   * As a person ends it: the terminal sends the signal to all processes of the group, also to the
   * children.
   */
  @ParameterizedTest(name = "while {0}")
  @CsvSource({"Cutting", "Joining"})
  void theTerminalsInterruptKeyEndsItCleanly(String stage) throws Exception {
    Process process = start(TerminalRun.onTerminal(commandLine()));
    TerminalRun terminal = new TerminalRun(process);
    assertTrue(terminal.awaitText("\r\033[K" + stage), terminal.text());
    List<ProcessHandle> children = process.descendants().toList();
    terminal.type('\003');
    terminal.awaitEnd();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(130, process.exitValue(), terminal.text());
    assertFalse(terminal.text().contains("did not end cleanly"), terminal.text());
    assertNothingLeft(children);
  }

  /** Waits until a child has begun to write. */
  private static void awaitFileIn(Path folder) throws Exception {
    try (WatchService watch = folder.getFileSystem().newWatchService()) {
      folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      if (filesIn(folder).isEmpty()) {
        assertNotNull(watch.poll(60, TimeUnit.SECONDS), "nothing is written into " + folder);
      }
    }
  }

  private void assertNothingLeft(List<ProcessHandle> children) throws IOException {
    assertFalse(children.stream().anyMatch(ProcessHandle::isAlive), children.toString());
    assertEquals(List.of(), filesIn(work));
    assertEquals(List.of(), filesIn(films));
    assertEquals(List.of(), filesIn(temporary));
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  /** One clip of more than a minute. */
  private List<String> commandLine() {
    return List.of(
        SCRIPT.toString(),
        "compile",
        SampleTalk.WATER.video().toString(),
        "--words=water,people,rain",
        "--padding-before=40",
        "--padding-after=40",
        "-o",
        films.resolve("film.mp4").toString(),
        "--set=folders.work=" + work,
        "--model",
        Path.of(ProgramRun.BUNDLED_MODEL).toAbsolutePath().toString());
  }

  private Process start(ProcessBuilder builder) throws IOException {
    builder.environment().put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
    return builder.directory(folder.toFile()).start();
  }

  private String said() throws IOException {
    return Files.readString(folder.resolve("err"));
  }
}
