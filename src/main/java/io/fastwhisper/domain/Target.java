package io.fastwhisper.domain;

/**
 * A word or phrase that is searched for.
 *
 * @param text as the user wrote it, not blank
 */
public record Target(String text) {
  /** Longest target, characters. */
  public static final int MAX_LENGTH = 500;

  public Target {
    InvalidValueException.given("target", text);
    if (text.isBlank()) {
      throw new InvalidValueException("target", "\"" + text + "\"", "a word or phrase");
    }
    if (text.length() > MAX_LENGTH) {
      throw new InvalidValueException(
          "target", text.substring(0, 40) + "...", "at most " + MAX_LENGTH + " characters long");
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
