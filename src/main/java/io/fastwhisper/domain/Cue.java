package io.fastwhisper.domain;

import java.util.List;

/**
 * One timed line of text.
 *
 * @param tokens vocabulary ids that were sampled for it, time stamps included
 * @param avgLogprob mean log-probability of its tokens
 * @param compressionRatio of the text of the window that it comes from
 * @param noSpeechProbability of that window, 0 to 1
 * @param temperature at which that window's text was accepted
 */
public record Cue(
    long startMs,
    long endMs,
    String text,
    List<Word> words,
    List<Integer> tokens,
    float avgLogprob,
    float compressionRatio,
    float noSpeechProbability,
    float temperature) {
  public Cue {
    InvalidValueException.inRange("startMs", startMs, 0, Long.MAX_VALUE);
    InvalidValueException.inRange("endMs", endMs, startMs, Long.MAX_VALUE);
    InvalidValueException.given("text", text);
    words = List.copyOf(words);
    tokens = List.copyOf(tokens);
  }
}
