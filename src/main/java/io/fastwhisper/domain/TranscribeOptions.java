package io.fastwhisper.domain;

/**
 * How speech is turned into text.
 *
 * @param language code such as "en", or "auto"
 * @param prompt text that went before, for style and names; "" for none
 * @param hotwords words to expect, comma-separated; "" for none
 * @param beam width of the beam, 1 is greedy
 */
public record TranscribeOptions(String language, String prompt, String hotwords, int beam) {
  public static final TranscribeOptions DEFAULT = new TranscribeOptions("auto", "", "", 5);

  public TranscribeOptions {
    if (language == null || !language.matches("[a-z]{2,4}")) {
      throw new InvalidValueException(
          "language", language, "\"auto\" or a language code such as \"en\"");
    }
    InvalidValueException.given("prompt", prompt);
    InvalidValueException.given("hotwords", hotwords);
    InvalidValueException.inRange("beam", beam, 1, 16);
  }
}
