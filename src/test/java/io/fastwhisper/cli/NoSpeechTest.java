package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no speech gives no words and no clips. */
class NoSpeechTest {
  private static final Random RANDOM = new Random(9);
  private static final Map<String, IntToDoubleFunction> SOUNDS =
      Map.of(
          "silence", i -> 0,
          "white noise", i -> 0.1 * RANDOM.nextGaussian(),
          "tone", i -> 0.1 * Math.sin(2 * Math.PI * 440 * i / WavFile.RATE_HZ));

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"silence", "white noise", "tone"})
  void givesNoWordsAndNoClips(String sound) throws IOException {
    Path file = WavFile.write(folder.resolve(sound + ".wav"), 30, SOUNDS.get(sound));
    ProgramRun transcribed = ProgramRun.withBundledModel("transcribe", file.toString());
    assertEquals(0, transcribed.exitCode(), transcribed.err());
    assertEquals("", transcribed.out());
    Path film = folder.resolve("film.mp4");
    ProgramRun compiled =
        ProgramRun.withBundledModel(
            "compile", file.toString(), "--words=the,a,you,thank you", "-o", film.toString());
    assertEquals(0, compiled.exitCode(), compiled.err());
    assertTrue(compiled.out().contains("No target words found"), compiled.out());
    assertFalse(Files.exists(film));
    assertFalse(Files.exists(folder.resolve("film.m4a")));
    assertTrue(Files.readString(folder.resolve("film.json")).contains("\"clips\" : [ ]"));
  }
}
