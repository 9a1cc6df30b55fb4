package io.fastwhisper.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fastwhisper.cli.JavaProcess;
import io.fastwhisper.domain.TimeRange;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A machine without the libraries of sound and screen, played by this one: in a mount name space of
 * its own they are hidden. So are libva and libdrm, which came with the build but were once taken
 * from the host: on a machine without them nothing started.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StandInsTest {
  private static final List<String> LIBRARIES =
      List.of(
          "libpulse.so.0",
          "libasound.so.2",
          "libxcb.so.1",
          "libxcb-shm.so.0",
          "libva.so.2",
          "libva-drm.so.2",
          "libdrm.so.2");

  @TempDir Path folder;

  @Test
  void withoutTheLibrariesOfSoundAndScreenTheBundledProgramsWork() throws Exception {
    assumeTrue(
        run(List.of("unshare", "-m", "true")).isEmpty(), "mount name spaces are not allowed here");
    StringBuilder script = new StringBuilder("set -e\n");
    Path empty = Files.createFile(folder.resolve("empty"));
    for (Path library : hostLibraries()) {
      script.append("mount --bind ").append(empty).append(' ').append(library).append('\n');
    }
    Path film = new MediaMaker(folder).film("film.mp4", "25", 1, 44_100, 2);
    script.append("exec \"$@\"\n");
    List<String> command =
        new ArrayList<>(List.of("unshare", "-m", "sh", "-c", script.toString(), "sh"));
    command.addAll(JavaProcess.command());
    command.addAll(List.of(Host.class.getName(), film.toString()));
    assertEquals("stand-ins, 16000 samples\n", run(command));
  }

  /** Says whether stand-ins are used, and takes a second of sound. */
  public static final class Host {
    public static void main(String[] arguments) throws Exception {
      Path film = Path.of(arguments[0]);
      try (Media media = Media.open(MediaLimits.DEFAULT)) {
        long samples =
            media
                .extractSound(film, new TimeRange(0, 1_000), film.resolveSibling("out.f32"))
                .result()
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        System.out.println(
            (media.usesStandIns() ? "stand-ins, " : "the host's libraries, ")
                + samples
                + " samples");
      }
    }
  }

  /** Those of the libraries that this machine has. */
  private List<Path> hostLibraries() throws Exception {
    List<Path> found = new ArrayList<>();
    for (String line : run(List.of("/sbin/ldconfig", "-p")).lines().toList()) {
      String[] entry = line.strip().split(" ");
      if (LIBRARIES.contains(entry[0])) {
        found.add(Path.of(entry[entry.length - 1]).toRealPath());
      }
    }
    return found;
  }

  /** What a program says on both outputs. */
  private static String run(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }
}
