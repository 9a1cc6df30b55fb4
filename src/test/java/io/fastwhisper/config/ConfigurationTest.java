package io.fastwhisper.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
  @TempDir Path folder;

  @Test
  void theFilesShowEveryKeyAtItsDefault() throws IOException {
    assertEquals(
        ConfigurationFile.text(
            "FastWhisper: sources, stages, limits, the server.", ConfigurationFile.PIPELINE),
        Files.readString(Path.of("conf/fastwhisper.yaml")));
    assertEquals(
        ConfigurationFile.text("FastWhisper: the native core.", ConfigurationFile.NATIVE),
        Files.readString(Path.of("conf/native.yaml")));
    List<String> sections = new ArrayList<>(ConfigurationFile.PIPELINE);
    sections.addAll(ConfigurationFile.NATIVE);
    assertEquals(
        ConfigurationKey.ALL.stream().map(ConfigurationKey::section).distinct().toList(), sections);
  }

  @Test
  void theFilesLoadToTheDefaults() {
    Configuration loaded =
        new ConfigurationLoader()
            .file(Path.of("conf/fastwhisper.yaml"))
            .file(Path.of("conf/native.yaml"))
            .load()
            .configuration();
    assertEquals(Configuration.DEFAULT, loaded);
  }

  @Test
  void theDefaultsAreThoseOfTheFirstFastWhisper() {
    assertEquals(6, Configuration.DEFAULT.stages().fetches());
    assertEquals(8, Configuration.DEFAULT.stages().cuts());
    assertEquals(300, Configuration.DEFAULT.stages().transcriptionTimeoutS());
    assertEquals(60, Configuration.DEFAULT.stages().stageTimeoutS());
    assertEquals("medium", Configuration.DEFAULT.model().size());
    assertEquals(false, Configuration.DEFAULT.log().pipeline());
  }

  @Test
  void laterPlacesWinAndAreNamed() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("my.yaml"), "stages:\n  fetches: 2\n  cuts: 3\n  joins: 4\n");
    LoadedConfiguration loaded =
        new ConfigurationLoader()
            .file(file)
            .environment(
                Map.of("MAX_CLIP_DOWNLOADS", "5", "FASTWHISPER_STAGES_JOINS", "6", "HOME", "/"))
            .option("stages.joins=7")
            .load();
    assertEquals(2, loaded.configuration().stages().fetches());
    assertEquals(5, loaded.configuration().stages().cuts());
    assertEquals(7, loaded.configuration().stages().joins());
    assertEquals(file.toString(), loaded.values().get("stages.fetches").origin());
    assertEquals(
        "environment variable MAX_CLIP_DOWNLOADS", loaded.values().get("stages.cuts").origin());
    assertEquals("--set", loaded.values().get("stages.joins").origin());
    assertEquals("default", loaded.values().get("stages.tries").origin());
    assertTrue(loaded.print().contains("stages.joins: 7"), loaded.print());
  }

  @Test
  void anUnknownKeyStopsWithTheNearest() throws IOException {
    Path file = Files.writeString(folder.resolve("my.yaml"), "stages:\n  fetchs: 2\n");
    assertMessage(
        () -> new ConfigurationLoader().file(file),
        "stages.fetchs",
        "stages.fetches",
        file.toString());
    assertMessage(
        () -> new ConfigurationLoader().option("lane.batch=3"), "lane.batch", "lanes.batch");
    assertMessage(
        () -> new ConfigurationLoader().environment(Map.of("FASTWHISPER_LANES_BATCHES", "3")),
        "FASTWHISPER_LANES_BATCH");
    Path flat = Files.writeString(folder.resolve("flat.yaml"), "fetches: 2\n");
    assertMessage(() -> new ConfigurationLoader().file(flat), "fetches", "stages.fetches");
  }

  @Test
  void theVariableOfTheNativeCoreIsNoKeyAndNoSlip() {
    Map<String, String> environment = Map.of("FASTWHISPER_CUDA_LIBRARY", "/opt/lib.so");
    assertEquals(
        Configuration.DEFAULT,
        new ConfigurationLoader().environment(environment).load().configuration());
  }

  @Test
  void anUnknownKeyThatResemblesNoneIsToldWhereTheKeysAre() {
    assertMessage(() -> new ConfigurationLoader().option("foo.bar=3"), "foo.bar", "conf/");
    assertMessage(
        () -> new ConfigurationLoader().environment(Map.of("FASTWHISPER_SOMETHING_ELSE", "3")),
        "FASTWHISPER_SOMETHING_ELSE",
        "conf/");
  }

  @Test
  void aBadValueStopsWithItsRange() {
    assertMessage(
        () -> new ConfigurationLoader().option("stages.cuts=0").load(),
        "stages.cuts",
        "\"0\"",
        "from 1 to 64");
    assertMessage(
        () -> new ConfigurationLoader().option("stages.cuts=many").load(),
        "\"many\"",
        "from 1 to 64");
    assertMessage(
        () -> new ConfigurationLoader().option("speech.threshold=NaN").load(),
        "\"NaN\"",
        "from 0 to 1");
    assertMessage(
        () -> new ConfigurationLoader().option("speech.detect=yes").load(),
        "\"yes\"",
        "true or false");
    assertMessage(
        () -> new ConfigurationLoader().option("lanes.precision=f8").load(),
        "\"f8\"",
        "auto, f32, f16, bf16, int8");
    assertMessage(
        () -> new ConfigurationLoader().option("decoding.temperatures=0 3").load(),
        "\"0 3\"",
        "from 0 to 2");
    assertMessage(
        () -> new ConfigurationLoader().option("stages.cuts").load(), "section.key=value");
    assertMessage(
        () -> new ConfigurationLoader().environment(Map.of("TRANSCRIPTION_TIMEOUT", "-1")).load(),
        "TRANSCRIPTION_TIMEOUT");
  }

  @Test
  void aFileThatIsNoYamlStopsWithItsLine() throws IOException {
    Path file = Files.writeString(folder.resolve("my.yaml"), "stages:\n  - [\n");
    assertMessage(() -> new ConfigurationLoader().file(file), file.toString(), "line");
    assertMessage(
        () -> new ConfigurationLoader().file(folder.resolve("none.yaml")),
        "none.yaml",
        "cannot be read");
    Path empty = Files.writeString(folder.resolve("empty.yaml"), "# nothing\n");
    assertEquals(
        Configuration.DEFAULT, new ConfigurationLoader().file(empty).load().configuration());
  }

  private static void assertMessage(Runnable action, String... parts) {
    String message = assertThrows(ConfigurationException.class, action::run).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }
}
