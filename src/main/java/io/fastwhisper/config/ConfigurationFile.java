package io.fastwhisper.config;

import java.util.List;

/**
 * Writes the keys of some sections as YAML, each at its default under a comment: the text of the
 * files in {@code conf/}.
 */
final class ConfigurationFile {
  /** Sections of {@code conf/fastwhisper.yaml}. */
  static final List<String> PIPELINE =
      List.of("model", "segments", "stages", "input", "folders", "log", "server", "gpu");

  /** Sections of {@code conf/native.yaml}. */
  static final List<String> NATIVE = List.of("lanes", "decoding", "speech");

  private ConfigurationFile() {}

  static String text(String title, List<String> sections) {
    StringBuilder text = new StringBuilder("# " + title + "\n");
    text.append(
        "# Every key is shown at its default. What wins: --set section.key=value, then the environment variable in\n");
    text.append("# brackets, then this file.\n");
    for (String section : sections) {
      text.append("\n").append(section).append(":\n");
      for (ConfigurationKey key : ConfigurationKey.ALL) {
        if (key.section().equals(section)) {
          append(text, key);
        }
      }
    }
    return text.toString();
  }

  private static void append(StringBuilder text, ConfigurationKey key) {
    key.setting().effect().lines().forEach(line -> text.append("  # ").append(line).append("\n"));
    text.append("  # ").append(key.range()).append(" [").append(key.environment()).append("]\n");
    String value = key.setting().value();
    boolean quoted = value.isEmpty() || value.indexOf(' ') >= 0;
    text.append("  ").append(key.name().substring(key.section().length() + 1)).append(": ");
    text.append(quoted ? "\"" + value + "\"" : value).append("\n");
  }
}
