package io.fastwhisper.samples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One of the sample talks, with the true time of each word. Tests run in the project's root. */
public enum SampleTalk {
  BREAD,
  FREEDOM,
  WATER;

  private static final Path FOLDER = Path.of("samples").toAbsolutePath();

  /** A word as it was really spoken. */
  public record TrueWord(String text, double startMs, double endMs) {}

  public String title() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  public Path video() {
    return FOLDER.resolve(title() + ".mp4");
  }

  public List<TrueWord> words() {
    try {
      List<TrueWord> words = new ArrayList<>();
      for (JsonNode word :
          new ObjectMapper().readTree(FOLDER.resolve(title() + ".words.json").toFile())) {
        words.add(
            new TrueWord(
                word.get("word").asText(),
                word.get("start").asDouble() * 1000,
                word.get("end").asDouble() * 1000));
      }
      return words;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
