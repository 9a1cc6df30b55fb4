package io.fastwhisper.web;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.config.Server;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What the HTTP server goes by.
 *
 * @param data where films and uploads are kept; exists, absolute
 * @param home the program's own folder: the page, the samples
 * @param sources folders below which jobs may name files
 * @param work where jobs keep their files while they run
 * @param beam where a job asks for none
 * @param maxBeam widest that may be asked for
 * @param gpus that the server uses
 * @param trial by which the server shows that it is ready
 * @param generation larger than that of any server before on the same data; from 0
 */
public record WebSettings(
    Server server,
    Path data,
    Path home,
    List<Path> sources,
    Path work,
    int beam,
    int maxBeam,
    ModelFacts model,
    List<GpuFacts> gpus,
    Readiness.Trial trial,
    long generation) {
  /** An inference may take so many times as long as its result is believed. */
  private static final int TRIAL_LIMIT = 4;

  /** 2024-01-01, so that a generation stays small. */
  private static final long FIRST_SECOND = 1_704_067_200;

  /**
   * What clients are told of the model.
   *
   * @param notice what its user must know; "" where it is what was asked for
   */
  public record ModelFacts(String name, boolean bundled, String notice) {
    /** A {@code Model} of {@code openapi.yaml}. */
    JsonObject json() {
      return new JsonObject().put("name", name).put("bundled", bundled).put("notice", notice);
    }
  }

  /**
   * What clients are told of a GPU that the server uses.
   *
   * @param device its id, "cuda:0"
   * @param index the number in its id
   * @param computeCapability "9.0"
   * @param lanes on it
   */
  public record GpuFacts(
      String device,
      String index,
      String name,
      long memoryBytes,
      String computeCapability,
      int multiprocessors,
      int lanes) {}

  public WebSettings {
    gpus = List.copyOf(gpus);
    sources = List.copyOf(sources);
  }

  /**
   * Of the configuration.
   *
   * @param devices that are tried where the server is asked whether it is ready
   * @param gpus those among them
   * @param sound some seconds of speech for that
   * @param soundMs their length
   * @param startedAtMs the generation is the second in which the server starts
   */
  public static WebSettings of(
      Configuration configuration,
      Path data,
      Path home,
      ModelFacts model,
      List<String> devices,
      List<GpuFacts> gpus,
      Path sound,
      long soundMs,
      long startedAtMs) {
    long freshMs = configuration.server().readyCheckS() * 1_000L;
    String work = configuration.folders().work();
    return new WebSettings(
        configuration.server(),
        data,
        home,
        Arrays.stream(configuration.folders().sources().split(":"))
            .filter(folder -> !folder.isBlank())
            .map(folder -> Path.of(folder.strip()).toAbsolutePath().normalize())
            .toList(),
        Path.of(work.isEmpty() ? System.getProperty("java.io.tmpdir") : work).toAbsolutePath(),
        configuration.decoding().beam(),
        configuration.lanes().maxBeam(),
        model,
        gpus,
        new Readiness.Trial(devices, sound, soundMs, freshMs, TRIAL_LIMIT * freshMs),
        Math.max(0, startedAtMs / 1_000 - FIRST_SECOND));
  }

  Path uploads() {
    return data.resolve("uploads");
  }

  Path jobs() {
    return data.resolve("jobs");
  }

  Path webroot() {
    return home.resolve("webroot");
  }

  Path samples() {
    return home.resolve("samples");
  }
}
