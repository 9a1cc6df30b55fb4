package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.config.ConfigurationLoader;
import io.fastwhisper.config.LoadedConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options by which every command is configured. */
final class ConfigurationOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A configuration file; may be given again, the last wins.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One key of the configuration, such as stages.cuts=4.")
  private List<String> assignments = new ArrayList<>();

  @Option(
      names = "--print-config",
      description = "Show every key, its value and where that came from, and end.")
  private boolean print;

  /** The program's own folder: models, samples, conf. */
  static Path home() {
    return Path.of(System.getProperty("fastwhisper.home", ".")).toAbsolutePath().normalize();
  }

  /** As {@code --set}, for a key that a command has an option of its own for. */
  void set(String key, String value) {
    assignments.add(key + "=" + value);
  }

  Configuration load() {
    return load(System.getenv()).configuration();
  }

  /** True where the configuration was to be shown, and was. */
  boolean printed() {
    if (print) {
      System.out.print(load(System.getenv()).print());
    }
    return print;
  }

  private LoadedConfiguration load(Map<String, String> environment) {
    ConfigurationLoader loader = new ConfigurationLoader();
    for (String name : List.of("fastwhisper.yaml", "native.yaml")) {
      Path file = home().resolve("conf").resolve(name);
      if (Files.exists(file)) {
        loader.file(file);
      }
    }
    files.forEach(loader::file);
    loader.environment(environment);
    assignments.forEach(loader::option);
    return loader.load();
  }
}
