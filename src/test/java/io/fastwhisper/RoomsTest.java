package io.fastwhisper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may know whom, read from the sources' imports. */
class RoomsTest {
  private static final Path ROOT = Path.of("src/main/java/io/fastwhisper");
  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import (?:static )?([\\w.]+(?:\\.\\*)?);");

  /**
   * What a room may use beside itself. The engine is the face of the native core, below the rooms.
   */
  private static final Set<String> EVERY_ROOM = Set.of("domain", "bus", "config", "media");

  private static final Map<String, Set<String>> OTHERS =
      Map.of(
          "domain", Set.of(),
          "config", Set.of("domain"),
          "bus", Set.of("domain"),
          "engine", Set.of("domain", "config"),
          "media", Set.of("domain", "bus", "config"),
          "transcribe", Set.of("domain", "bus", "config", "media", "engine"));

  /** They put the rooms together, and so know them all. */
  private static final Set<String> DOORS = Set.of("cli", "web");

  /** Decisions: no Vert.x, no files, no clock, so that any order of events can be tried. */
  private static final List<String> PURE =
      List.of(
          "domain/*",
          "find/*",
          "cut/ClipPlanner",
          "compile/ClipLedger",
          "transcribe/FairQueue",
          "transcribe/LaneDispatcher",
          "job/WorkDone",
          "job/Effect",
          "job/Job",
          "job/JobClips",
          "job/JobReport",
          "job/JobSources",
          "job/JobVideo",
          "job/SegmentPlan",
          "job/Tries",
          "job/WorkQueue");

  private static final Pattern IMPURE =
      Pattern.compile(
          "io\\.vertx|java\\.nio\\.file\\.Files|java\\.io\\.|java\\.net\\.|java\\.time\\.|org\\.slf4j|currentTimeMillis|nanoTime");

  @Test
  void aRoomKnowsTheSharedWordsAndItself() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path source : sources()) {
      String room = room(source);
      Set<String> allowed = OTHERS.getOrDefault(room, EVERY_ROOM);
      for (String imported : imports(source)) {
        String other = imported.substring("io.fastwhisper.".length()).split("\\.")[0];
        boolean fine = other.equals(room) || allowed.contains(other) || DOORS.contains(room);
        if (!fine && !(room.equals("job") && isPure(imported))) {
          broken.add(ROOT.relativize(source) + " uses " + imported);
        }
      }
    }
    assertEquals(List.of(), broken);
  }

  @Test
  void decisionsUseNoVertxNoFilesAndNoClock() throws IOException {
    List<String> broken = new ArrayList<>();
    Set<String> seen = new TreeSet<>();
    for (Path source : sources()) {
      PURE.stream().filter(rule -> matches(rule, source)).forEach(seen::add);
      if (PURE.stream().anyMatch(rule -> matches(rule, source))) {
        Matcher impure = IMPURE.matcher(Files.readString(source));
        if (impure.find()) {
          broken.add(ROOT.relativize(source) + " uses " + impure.group());
        }
      }
    }
    assertEquals(List.of(), broken);
    assertEquals(new TreeSet<>(PURE), seen, "a rule names a class that is not there");
  }

  @Test
  void theSourcesAreFound() throws IOException {
    assertTrue(sources().size() > 50);
  }

  private static boolean isPure(String imported) {
    Path source =
        ROOT.resolve(imported.substring("io.fastwhisper.".length()).replace('.', '/') + ".java");
    return PURE.stream().anyMatch(rule -> matches(rule, source));
  }

  private static boolean matches(String rule, Path source) {
    String path = ROOT.relativize(source).toString().replace(".java", "");
    return rule.endsWith("/*")
        ? path.startsWith(rule.substring(0, rule.length() - 1))
        : path.equals(rule);
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  private static String room(Path source) {
    return ROOT.relativize(source).getName(0).toString();
  }

  private static List<String> imports(Path source) throws IOException {
    return IMPORT
        .matcher(Files.readString(source))
        .results()
        .map(found -> found.group(1))
        .filter(name -> name.startsWith("io.fastwhisper."))
        .toList();
  }
}
