package io.fastwhisper.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One key: its name, its component in the records, and what a value of it must be.
 *
 * @param name "section.key"
 */
record ConfigurationKey(String name, Class<?> type, Setting setting) {
  /** All keys, in the order of the records. */
  static final List<ConfigurationKey> ALL = all();

  private static final int MAX_NUMBERS = 8;

  private static List<ConfigurationKey> all() {
    List<ConfigurationKey> keys = new ArrayList<>();
    for (RecordComponent section : Configuration.class.getRecordComponents()) {
      for (RecordComponent component : section.getType().getRecordComponents()) {
        String name = written(section) + "." + written(component);
        keys.add(
            new ConfigurationKey(
                name, component.getType(), component.getAnnotation(Setting.class)));
      }
    }
    return List.copyOf(keys);
  }

  /** A component's name as users write it. */
  static String written(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  String section() {
    return name.substring(0, name.indexOf('.'));
  }

  String environment() {
    String own = setting.environment();
    return own.isEmpty() ? "FASTWHISPER_" + name.replace('.', '_').toUpperCase(Locale.ROOT) : own;
  }

  /** What a value may be, for people. */
  String range() {
    if (setting.oneOf().length != 0) {
      return "one of " + String.join(", ", setting.oneOf());
    }
    if (type == boolean.class) {
      return "true or false";
    }
    if (type == String.class) {
      return "a text";
    }
    if (type == List.class) {
      return "1 to "
          + MAX_NUMBERS
          + " numbers from "
          + number(setting.min())
          + " to "
          + number(setting.max());
    }
    String kind = type == double.class ? "a number" : "a whole number";
    String unit = setting.unit().isEmpty() ? "" : " " + setting.unit();
    return kind + " from " + number(setting.min()) + " to " + number(setting.max()) + unit;
  }

  /** The value that the text means. */
  Object parse(String text, String origin) {
    try {
      if (type == String.class) {
        if (setting.oneOf().length != 0 && !Arrays.asList(setting.oneOf()).contains(text)) {
          throw bad(text, origin);
        }
        return text;
      }
      if (type == boolean.class) {
        if (!text.equals("true") && !text.equals("false")) {
          throw bad(text, origin);
        }
        return Boolean.valueOf(text);
      }
      if (type == List.class) {
        String[] numbers = text.trim().split("\\s+");
        if (numbers.length > MAX_NUMBERS) {
          throw bad(text, origin);
        }
        return Arrays.stream(numbers)
            .map(number -> inRange(Double.parseDouble(number), text, origin))
            .toList();
      }
      if (type == double.class) {
        return inRange(Double.parseDouble(text), text, origin);
      }
      long value = Long.parseLong(text.replace("_", ""));
      inRange(value, text, origin);
      return type == int.class ? (Object) Math.toIntExact(value) : (Object) value;
    } catch (NumberFormatException | ArithmeticException e) {
      throw bad(text, origin);
    }
  }

  private double inRange(double value, String text, String origin) {
    if (!(value >= setting.min() && value <= setting.max())) {
      throw bad(text, origin);
    }
    return value;
  }

  private ConfigurationException bad(String text, String origin) {
    return new ConfigurationException(
        name + ": \"" + text + "\" is not " + range() + " (set by " + origin + ")");
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
