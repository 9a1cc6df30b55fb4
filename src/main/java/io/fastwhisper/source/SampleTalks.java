package io.fastwhisper.source;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The talks that come with the program.
 *
 * @param folder where they lie
 */
public record SampleTalks(Path folder) {
  /** In the order in which they are shown and cut. */
  public static final List<String> NAMES = List.of("water", "freedom", "bread");

  /** Words and phrases that are said in them. */
  public static final List<String> TARGETS = List.of("people", "freedom", "rain", "the oven");

  /** All of them. */
  public List<Path> files() {
    return NAMES.stream().map(this::file).toList();
  }

  /** The one of this name, if it is here. */
  public Optional<Path> named(String name) {
    return NAMES.contains(name)
        ? Optional.of(file(name)).filter(Files::isRegularFile)
        : Optional.empty();
  }

  private Path file(String name) {
    return folder.resolve(name + ".mp4");
  }
}
