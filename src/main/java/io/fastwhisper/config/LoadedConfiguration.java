package io.fastwhisper.config;

import java.util.Map;

/**
 * A configuration and how it came about.
 *
 * @param values by key, in the order of the records
 */
public record LoadedConfiguration(Configuration configuration, Map<String, Value> values) {
  /**
   * A value as it was written.
   *
   * @param origin "default", a file, an environment variable or "--set"
   */
  public record Value(String text, String origin) {}

  /** One line a key: the key, its value and where that came from. */
  public String print() {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (key, value) ->
            text.append(String.format("%-40s  (%s)%n", key + ": " + value.text(), value.origin())));
    return text.toString();
  }
}
