package io.fastwhisper.domain;

/**
 * One spoken word.
 *
 * @param text with its punctuation and without surrounding blanks
 * @param startMs start of its sound on the source's time line
 * @param endMs end of its sound
 * @param probability mean probability of its tokens, 0 to 1
 */
public record Word(String text, long startMs, long endMs, float probability) {
  public Word {
    InvalidValueException.given("text", text);
    InvalidValueException.inRange("startMs", startMs, 0, Long.MAX_VALUE);
    InvalidValueException.inRange("endMs", endMs, startMs, Long.MAX_VALUE);
  }

  public long middleMs() {
    return startMs + (endMs - startMs) / 2;
  }
}
