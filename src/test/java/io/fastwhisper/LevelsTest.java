package io.fastwhisper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each level of the native core includes only lower ones; nothing anywhere has a name that says
 * nothing.
 */
class LevelsTest {
  private static final Path CPP = Path.of("src/main/cpp");

  /** From the lowest to the highest; levels of one line do not know each other. */
  private static final List<Set<String>> LEVELS =
      List.of(
          Set.of("base"),
          Set.of("device"),
          Set.of("ops", "audio"),
          Set.of("model"),
          Set.of("align"),
          Set.of("decode"),
          Set.of("abi"));

  private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"([a-z]+)/");

  @Test
  void levelsIncludeLowerOnes() throws IOException {
    List<String> broken = new ArrayList<>();
    for (int height = 0; height < LEVELS.size(); height++) {
      for (String level : LEVELS.get(height)) {
        Set<String> allowed = new TreeSet<>(Set.of(level));
        LEVELS.subList(0, height).forEach(allowed::addAll);
        for (Path source : sources(CPP.resolve(level))) {
          Matcher include = INCLUDE.matcher(Files.readString(source));
          while (include.find()) {
            if (!allowed.contains(include.group(1))) {
              broken.add(CPP.relativize(source) + " includes " + include.group(1));
            }
          }
        }
      }
    }
    assertEquals(List.of(), broken);
  }

  @Test
  void namesSaySomething() throws IOException {
    List<Path> all = sources(Path.of("src"));
    assertTrue(all.size() > 100);
    assertEquals(
        List.of(),
        all.stream()
            .filter(
                file ->
                    file.toString()
                        .toLowerCase(Locale.ROOT)
                        .matches(".*(util|helper|manager|common).*"))
            .toList());
  }

  private static List<Path> sources(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().matches(".*\\.(java|cpp|h)")).toList();
    }
  }
}
