package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastwhisper.samples.SampleTalk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole jobs through {@code ./fastwhisper}, as a user types them. Only where the program was built
 * by that script, as {@code ./fastwhisper test} does: elsewhere the script would build into the
 * folder that these tests run from.
 */
@EnabledIfSystemProperty(named = "fastwhisper.script", matches = "true")
class ScriptTest {
  private static final Path SCRIPT = Path.of("fastwhisper").toAbsolutePath();

  @TempDir Path folder;

  @Test
  void theDemoMakesItsFilmFromAnyFolderWithoutATerminal() throws Exception {
    Path here = Files.createDirectory(folder.resolve("a folder"));
    Process demo = start(here, "demo", "-o", "my film");
    String out = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, demo.waitFor(), out);
    String progress = Files.readString(folder.resolve("err"));
    assertTrue(progress.lines().anyMatch(line -> line.startsWith("Transcribing: ")), progress);
    assertFalse(progress.contains("\r") || progress.contains("\033"), progress);
    assertTrue(Files.size(here.resolve("my film/compilation.mp4")) > 0);
    JsonNode json = new ObjectMapper().readTree(here.resolve("my film/compilation.json").toFile());
    assertTrue(json.get("clips").size() > 5, json.toString());
    for (JsonNode clip : json.get("clips")) {
      assertTrue(out.contains(clip.get("clipId").asText() + " "), out);
    }
    assertTrue(out.contains("compilation.mp4"), out);
  }

  @Test
  void aLinkToTheScriptAndNamesWithBlanksWork() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("fw"), SCRIPT);
    Path talk = Files.copy(SampleTalk.WATER.video(), folder.resolve("my talk.mp4"));
    Process process =
        new ProcessBuilder(
                link.toString(),
                "transcribe",
                talk.getFileName().toString(),
                "--format",
                "txt",
                "--quiet",
                "--model",
                model())
            .directory(folder.toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), Files.readString(folder.resolve("err")));
    Files.delete(link);
    assertTrue(out.contains("water"), out);
  }

  @Test
  void aNameBeyondAsciiIsFoundWhereNoLocaleIsNamed() throws Exception {
    // By a shell: a JVM that was started in the locale C could not name the file.
    String commands =
        """
        talk=$(printf 'Gespr\\303\\244ch.mp4')
        cp "$1" "$talk" && exec "$0" transcribe "$talk" --format txt --quiet --model "$2"
        """;
    ProcessBuilder builder =
        new ProcessBuilder(
                "sh",
                "-c",
                commands,
                SCRIPT.toString(),
                SampleTalk.WATER.video().toString(),
                model())
            .directory(folder.toFile())
            .redirectError(folder.resolve("err").toFile());
    builder.environment().keySet().removeIf(name -> name.equals("LANG") || name.startsWith("LC_"));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), Files.readString(folder.resolve("err")));
    assertTrue(out.contains("water"), out);
  }

  @Test
  void programsGetOneJsonObjectALine() throws Exception {
    Process process =
        start(
            folder,
            "compile",
            SampleTalk.WATER.video().toString(),
            "--words",
            "rain",
            "--json-lines",
            "--model",
            model());
    List<String> lines = process.inputReader().lines().toList();
    assertEquals(0, process.waitFor());
    List<String> events = new ArrayList<>();
    for (String line : lines) {
      events.add(new ObjectMapper().readTree(line).get("event").asText());
    }
    assertTrue(events.contains("progress"), events.toString());
    assertEquals("done", events.get(events.size() - 1));
    JsonNode done = new ObjectMapper().readTree(lines.get(lines.size() - 1));
    assertEquals("completed", done.get("status").asText());
    assertTrue(done.get("clips").size() > 0, done.toString());
  }

  @Test
  void aTerminalShowsABarThatIsDrawnAgainAndNeverWiderThanIt() throws Exception {
    List<String> commandLine =
        List.of(
            SCRIPT.toString(),
            "compile",
            SampleTalk.WATER.video().toString(),
            "--words=rain",
            "--model",
            model());
    TerminalRun terminal =
        new TerminalRun(TerminalRun.onTerminal(commandLine).directory(folder.toFile()).start());
    terminal.awaitEnd();
    String[] redraws = terminal.text().split("\r\033\\[K", -1);
    assertTrue(redraws.length > 5, terminal.text());
    // How often each stage is drawn depends on how long it takes.
    List<String> bars =
        Stream.of(redraws).filter(redraw -> redraw.matches("[A-Z][a-z]+ *\\[[#.]+.*")).toList();
    assertTrue(bars.size() > 1, terminal.text());
    assertTrue(bars.stream().anyMatch(bar -> bar.startsWith("Transcribing [")), "" + bars);
    assertTrue(bars.stream().anyMatch(bar -> bar.length() == TerminalRun.COLUMNS - 1), "" + bars);
    for (int i = 1; i < redraws.length - 1; i++) {
      // One line: nothing stays of a bar when the next one is drawn.
      assertFalse(redraws[i].contains("\n"), redraws[i]);
      assertTrue(redraws[i].length() < TerminalRun.COLUMNS, redraws[i]);
    }
    assertTrue(redraws[redraws.length - 1].contains("Film: "), terminal.text());
  }

  @Test
  void wrongUsageEndsWith2() throws Exception {
    assertEquals(2, start(folder, "compile").waitFor());
    assertEquals(2, start(folder, "compil").waitFor());
    assertEquals(
        2, start(folder, "compile", "none.mp4", "--words", "a", "--model", model()).waitFor());
    assertEquals(0, start(folder, "help").waitFor());
  }

  @Test
  void aBenchmarkOfGpusThatTheBuildDoesNotHaveEndsWith2AndTheReason() throws Exception {
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(SCRIPT.toString(), "bench", "gpu").redirectError(err.toFile());
    builder.environment().put("FASTWHISPER_CUDA_LIBRARY", folder.resolve("none.so").toString());
    assertEquals(2, builder.start().waitFor());
    String said = Files.readString(err);
    assertTrue(said.contains("there is no " + folder.resolve("none.so")), said);
  }

  private static String model() {
    return Path.of(ProgramRun.BUNDLED_MODEL).toAbsolutePath().toString();
  }

  private Process start(Path where, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(where.toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }
}
