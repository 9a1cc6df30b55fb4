package io.fastwhisper.media;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;

/**
 * The bundled programs, unpacked and found to start here.
 *
 * <p>They are linked against libpulse, libasound, libxcb and libxcb-shm, for devices that are never
 * opened. Where the machine lacks one of them, empty stand-ins of ours take their place, for the
 * child alone. Other libraries (libva, libdrm) come beside the programs, whose own libraries do not
 * say that they are to be looked for there: the child is told.
 *
 * @param launcher arguments that go before the program: a child dies with us, but not of a
 *     terminal's interrupt, which is ours to answer; it dumps no core and has a memory limit. Empty
 *     where the system has no such tools
 * @param standIns folder of the stand-ins, or null where they are not needed
 */
record Ffmpeg(Path ffmpeg, Path ffprobe, List<String> launcher, Path standIns, String version) {
  private static final String FFMPEG_RESOURCE =
      "/org/bytedeco/ffmpeg/" + Loader.getPlatform() + "/";
  private static final List<String> STAND_INS =
      List.of("libpulse.so.0", "libasound.so.2", "libxcb.so.1", "libxcb-shm.so.0");
  private static final Pattern VERSION = Pattern.compile("ffmpeg version (\\S+)");
  private static final long START_LIMIT_SECONDS = 30;

  Ffmpeg {
    launcher = List.copyOf(launcher);
  }

  boolean usesStandIns() {
    return standIns != null;
  }

  /**
   * Unpacks the programs and starts one, at first as the machine is, then with the stand-ins.
   *
   * @param memoryBytes limit for each child
   * @param folder where the stand-ins go, if they are needed
   */
  static Ffmpeg bundled(long memoryBytes, Path folder) throws MediaException {
    Path programs = unpacked();
    Path ffmpeg = executable(programs.resolve("ffmpeg"));
    Path ffprobe = executable(programs.resolve("ffprobe"));
    String said = "";
    // A limit that is already lower cannot be raised; then the program starts without a launcher
    // only.
    for (List<String> launcher : List.of(launcher(memoryBytes), List.<String>of())) {
      for (boolean withStandIns : new boolean[] {false, true}) {
        if (withStandIns) {
          placeStandIns(folder);
        }
        Path standIns = withStandIns ? folder : null;
        said = said(launcher, ffmpeg, standIns);
        Matcher version = VERSION.matcher(said);
        if (version.find()) {
          return new Ffmpeg(ffmpeg, ffprobe, launcher, standIns, version.group(1));
        }
      }
    }
    throw MediaException.permanent(
        "the bundled ffmpeg does not start: " + said.strip(), ffmpeg, "");
  }

  /** The environment of a child: nothing of ours but what the programs need. */
  void prepare(ProcessBuilder builder) {
    prepare(builder, ffmpeg, standIns);
  }

  private static void prepare(ProcessBuilder builder, Path program, Path standIns) {
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("LC_ALL", "C");
    String bundled = program.getParent().toString();
    environment.put(
        "LD_LIBRARY_PATH", standIns == null ? bundled : bundled + File.pathSeparator + standIns);
  }

  private static Path unpacked() throws MediaException {
    try {
      return Loader.cacheResources(FFMPEG_RESOURCE)[0].toPath();
    } catch (IOException e) {
      throw MediaException.permanent(
          "the bundled ffmpeg cannot be unpacked: " + e.getMessage(),
          "~/.javacpp/cache",
          "Make room there, or name another folder with -Dorg.bytedeco.javacpp.cachedir.");
    }
  }

  private static void placeStandIns(Path folder) throws MediaException {
    for (String name : STAND_INS) {
      try (InputStream resource = Ffmpeg.class.getResourceAsStream("standins/" + name)) {
        if (resource == null) {
          throw MediaException.permanent("not among our files", name, "Build again.");
        }
        Files.copy(resource, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        throw MediaException.permanent(
            "cannot be written: " + e.getMessage(), folder.resolve(name), "");
      }
    }
  }

  private static Path executable(Path program) throws MediaException {
    if (!Files.isExecutable(program) && !program.toFile().setExecutable(true)) {
      throw MediaException.permanent(
          "cannot be made executable", program, "Check the permissions of its folder.");
    }
    return program;
  }

  /**
   * The tools of util-linux that are here; all run the program in their own place, so that it is
   * our direct child.
   */
  private static List<String> launcher(long memoryBytes) {
    List<String> launcher = new ArrayList<>();
    Path setsid = Path.of("/usr/bin/setsid");
    if (Files.isExecutable(setsid)) {
      launcher.add(setsid.toString());
    }
    Path setpriv = Path.of("/usr/bin/setpriv");
    if (Files.isExecutable(setpriv)) {
      launcher.addAll(List.of(setpriv.toString(), "--pdeathsig", "KILL", "--no-new-privs"));
    }
    Path prlimit = Path.of("/usr/bin/prlimit");
    if (Files.isExecutable(prlimit)) {
      launcher.addAll(List.of(prlimit.toString(), "--data=" + memoryBytes, "--core=0"));
    }
    return launcher;
  }

  /** What the program says to {@code -version}, or why it does not start. */
  private static String said(List<String> launcher, Path program, Path standIns)
      throws MediaException {
    List<String> command = new ArrayList<>(launcher);
    command.addAll(List.of(program.toString(), "-version"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    prepare(builder, program, standIns);
    Process process = null;
    try {
      process = builder.start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor(START_LIMIT_SECONDS, TimeUnit.SECONDS);
      return said;
    } catch (IOException e) {
      throw MediaException.permanent("cannot be started: " + e.getMessage(), program, "");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw MediaException.passing("interrupted", program);
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
    }
  }
}
