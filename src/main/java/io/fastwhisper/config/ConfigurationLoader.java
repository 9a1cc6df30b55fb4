package io.fastwhisper.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Gathers the configuration: defaults, then files, then the environment, then the command line;
 * what comes later wins. An unknown key or a bad value ends it with a {@link
 * ConfigurationException}.
 */
public final class ConfigurationLoader {
  /** Variables of these names that are not keys are a slip of the pen, not somebody else's. */
  private static final String OUR_PREFIX = "FASTWHISPER_";

  /** Where the GPUs' library is; of the native core, see {@code fastwhisper.h}. */
  private static final String CUDA_LIBRARY = "FASTWHISPER_CUDA_LIBRARY";

  private static final String NEAREST = "the nearest is ";
  private static final String ALL_KEYS = "conf/fastwhisper.yaml and conf/native.yaml show all keys";

  private record Assigned(String text, String origin) {}

  private final Map<String, ConfigurationKey> keys = new LinkedHashMap<>();
  private final Map<String, Assigned> values = new HashMap<>();

  /** Begins with the defaults. */
  public ConfigurationLoader() {
    for (ConfigurationKey key : ConfigurationKey.ALL) {
      keys.put(key.name(), key);
      values.put(key.name(), new Assigned(key.setting().value(), "default"));
    }
  }

  /**
   * Takes a file of sections and keys.
   *
   * @throws ConfigurationException where it cannot be read
   */
  public ConfigurationLoader file(Path file) {
    JsonNode root;
    try {
      root =
          new YAMLMapper()
              .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
              .readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new ConfigurationException(
          file + ", line " + line + ": not YAML: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new ConfigurationException(file + ": cannot be read: " + e.getMessage());
    }
    if (root.isMissingNode() || root.isNull()) {
      return this;
    }
    if (!root.isObject()) {
      throw new ConfigurationException(
          file + ": expected sections such as \"stages:\", found " + root);
    }
    for (Iterator<Map.Entry<String, JsonNode>> sections = root.fields(); sections.hasNext(); ) {
      Map.Entry<String, JsonNode> section = sections.next();
      if (!section.getValue().isObject()) {
        throw unknown(section.getKey(), file.toString());
      }
      for (Iterator<Map.Entry<String, JsonNode>> entries = section.getValue().fields();
          entries.hasNext(); ) {
        Map.Entry<String, JsonNode> entry = entries.next();
        String text = entry.getValue().isNull() ? "" : entry.getValue().asText();
        set(section.getKey() + "." + entry.getKey(), text, file.toString());
      }
    }
    return this;
  }

  /**
   * Takes the variables that are keys. A variable that begins as ours do and is no key is an error,
   * but for the one that the native core reads.
   */
  public ConfigurationLoader environment(Map<String, String> environment) {
    Map<String, String> names = new HashMap<>();
    keys.values().forEach(key -> names.put(key.environment(), key.name()));
    environment.forEach(
        (name, text) -> {
          if (names.containsKey(name)) {
            set(names.get(name), text, "environment variable " + name);
          } else if (name.startsWith(OUR_PREFIX) && !name.equals(CUDA_LIBRARY)) {
            throw new ConfigurationException(
                "environment variable "
                    + name
                    + ": no such key; "
                    + Nearest.of(name, names.keySet()).map(NEAREST::concat).orElse(ALL_KEYS));
          }
        });
    return this;
  }

  /** Takes one "section.key=value" of the command line. */
  public ConfigurationLoader option(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals < 1) {
      throw new ConfigurationException("--set " + assignment + ": expected section.key=value");
    }
    return set(assignment.substring(0, equals), assignment.substring(equals + 1), "--set");
  }

  /** The configuration, and where each value came from. */
  public LoadedConfiguration load() {
    Map<String, Object> parsed = new HashMap<>();
    Map<String, LoadedConfiguration.Value> shown = new LinkedHashMap<>();
    keys.forEach(
        (name, key) -> {
          Assigned assigned = values.get(name);
          parsed.put(name, key.parse(assigned.text(), assigned.origin()));
          boolean hidden = key.setting().secret() && !assigned.text().isEmpty();
          shown.put(
              name,
              new LoadedConfiguration.Value(
                  hidden ? "(hidden)" : assigned.text(), assigned.origin()));
        });
    return new LoadedConfiguration(build(parsed), shown);
  }

  private ConfigurationLoader set(String name, String text, String origin) {
    if (!keys.containsKey(name)) {
      throw unknown(name, origin);
    }
    values.put(name, new Assigned(text, origin));
    return this;
  }

  private ConfigurationException unknown(String name, String origin) {
    String hint =
        keys.keySet().stream()
            .filter(key -> key.endsWith("." + name)) // its section is missing
            .findFirst()
            .or(() -> Nearest.of(name, keys.keySet()))
            .map(NEAREST::concat)
            .orElse(ALL_KEYS);
    return new ConfigurationException(name + ": no such key; " + hint + " (set by " + origin + ")");
  }

  private static Configuration build(Map<String, Object> parsed) {
    RecordComponent[] sections = Configuration.class.getRecordComponents();
    Object[] built = new Object[sections.length];
    for (int i = 0; i < sections.length; i++) {
      String prefix = ConfigurationKey.written(sections[i]) + ".";
      RecordComponent[] components = sections[i].getType().getRecordComponents();
      Object[] arguments = new Object[components.length];
      for (int j = 0; j < components.length; j++) {
        arguments[j] = parsed.get(prefix + ConfigurationKey.written(components[j]));
      }
      built[i] = construct(sections[i].getType(), components, arguments);
    }
    return (Configuration) construct(Configuration.class, sections, built);
  }

  private static Object construct(Class<?> type, RecordComponent[] components, Object[] arguments) {
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
    }
    try {
      return type.getDeclaredConstructor(types).newInstance(arguments);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("record " + type + " cannot be made", e);
    }
  }
}
