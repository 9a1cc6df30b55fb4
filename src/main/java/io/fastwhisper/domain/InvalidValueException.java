package io.fastwhisper.domain;

/**
 * A value that a user or a caller gave is out of its range. Names the field, the value and what
 * would be right.
 */
public final class InvalidValueException extends IllegalArgumentException {
  private final String field;

  public InvalidValueException(String field, Object value, String expected) {
    super(field + ": " + value + " is not " + expected);
    this.field = field;
  }

  /** Name of the field as the user wrote it. */
  public String field() {
    return field;
  }

  static long inRange(String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw new InvalidValueException(field, value, "in " + min + ".." + max);
    }
    return value;
  }

  static <T> T given(String field, T value) {
    if (value == null) {
      throw new InvalidValueException(field, "nothing", "a value");
    }
    return value;
  }
}
