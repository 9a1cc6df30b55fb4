package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.engine.ModelFolder;
import io.fastwhisper.engine.ModelFolder.Entry;
import io.fastwhisper.engine.NativeCore;
import io.fastwhisper.media.Media;
import io.fastwhisper.media.MediaException;
import io.fastwhisper.media.MediaLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says what is here, what is missing and what follows. */
@Command(
    name = "doctor",
    description = "What is here, what is missing, what follows.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  /** Instruction sets that matter to the native core, as Linux writes them. */
  private static final List<String> FEATURES =
      List.of(
          "avx2",
          "fma",
          "f16c",
          "avx_vnni",
          "avx512f",
          "avx512_vnni",
          "avx512_bf16",
          "amx_int8",
          "amx_bf16");

  @Mixin private ConfigurationOptions options;

  private final List<String> follows = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    if (options.printed()) {
      return ExitCode.DONE;
    }
    Configuration configuration = options.load();
    processor();
    java();
    boolean works = nativeCore();
    works &= ffmpeg();
    models(configuration);
    System.out.println();
    if (follows.isEmpty()) {
      System.out.println("Nothing is missing.");
    }
    follows.forEach(line -> System.out.println("- " + line));
    return works ? ExitCode.DONE : ExitCode.FAILURE;
  }

  private static void line(String what, String is) {
    System.out.printf("%-14s %s%n", what, is);
  }

  private static void processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    String text = Files.isReadable(info) ? Files.readString(info, StandardCharsets.ISO_8859_1) : "";
    String name = value(text, "model name");
    Set<String> flags = new TreeSet<>(List.of(value(text, "flags").split(" ")));
    List<String> here = FEATURES.stream().filter(flags::contains).toList();
    line(
        "Processor",
        (name.isEmpty() ? System.getProperty("os.arch") : name)
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " threads");
    line(
        "",
        here.isEmpty()
            ? "no vector instructions that the native core knows"
            : String.join(" ", here));
  }

  private static String value(String text, String key) {
    return text.lines()
        .filter(line -> line.startsWith(key) && line.contains(":"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }

  private static void java() {
    line(
        "Java",
        System.getProperty("java.vm.name")
            + " "
            + Runtime.version()
            + " in "
            + System.getProperty("java.home"));
  }

  private boolean nativeCore() {
    try {
      NativeCore.Facts facts = NativeCore.describe();
      line("Native core", facts.version());
      for (NativeCore.Device device : facts.devices()) {
        line("", device.id() + ": " + device.summary() + ", " + device.precision() + " by default");
      }
      gpu(facts);
      return true;
    } catch (LinkageError | RuntimeException e) {
      line("Native core", "does not load: " + e);
      follows.add(
          "Nothing can be transcribed. Remove the folder target/ and start again, to build anew.");
      return false;
    }
  }

  private boolean ffmpeg() {
    try (Media media = Media.open(MediaLimits.DEFAULT)) {
      line("ffmpeg", media.version() + ", bundled");
      if (media.usesStandIns()) {
        line(
            "",
            "with stand-ins for sound and screen libraries that are not on this machine, nor needed");
      }
      return true;
    } catch (MediaException | LinkageError e) {
      line("ffmpeg", "does not start: " + e.getMessage());
      follows.add(
          "No media can be opened. Please type: apt-get install -y libpulse0 libasound2 libxcb1 libxcb-shm0");
      return false;
    }
  }

  private void gpu(NativeCore.Facts facts) {
    String driver =
        firstLine(
            "nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader");
    line("GPU driver", driver.isEmpty() ? "none" : driver);
    line("GPUs", facts.gpus().isEmpty() ? "none: " + facts.cudaStatus() : names(facts));
    if (!driver.isEmpty() && facts.gpus().isEmpty()) {
      follows.add(
          "There is a GPU, but it is not used: "
              + facts.cudaStatus()
              + ". See docs/operations.md.");
    }
  }

  private static String names(NativeCore.Facts facts) {
    return facts.gpus().stream().map(NativeCore.Device::id).collect(Collectors.joining(", "));
  }

  private void models(Configuration configuration) throws IOException {
    ModelFolder folder =
        ModelFolder.of(configuration.model().folder(), ConfigurationOptions.home());
    List<Entry> entries = folder.list();
    String what = "Models";
    for (Entry entry : entries) {
      line(what, entry.name() + (entry.isBundled() ? " (bundled)" : ""));
      what = "";
    }
    if (entries.isEmpty()) {
      line(what, "none");
    }
    if (entries.stream().allMatch(Entry::isBundled)) {
      follows.add(
          "There is no model for human speech: the bundled one knows synthetic voices only.");
      follows.add("For human speech, type: ./fastwhisper model download base.en");
    }
  }

  /** What a program says first; "" where there is no such program. */
  private static String firstLine(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "";
      }
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.exitValue() == 0 ? text.lines().findFirst().orElse("") : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
