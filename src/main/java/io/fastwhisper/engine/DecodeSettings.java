package io.fastwhisper.engine;

import java.util.List;

/**
 * When a window's text is taken and when it is decoded again; see {@code fw_window_params}.
 *
 * @param temperatures in the order they are tried, at most 8
 * @param maxCompressionRatio a text that compresses better is a loop; 0 switches the gate off
 * @param minAvgLogprob a mean log-probability below this is decoded again
 * @param minCueLogprob a cue with a mean log-probability below this is cut off with what follows,
 *     and heard again by itself
 * @param maxNoSpeechProbability above this, with a mean log-probability below its bound, the window
 *     is silent
 */
public record DecodeSettings(
    List<Float> temperatures,
    float maxCompressionRatio,
    float minAvgLogprob,
    float minCueLogprob,
    float maxNoSpeechProbability) {
  public static final DecodeSettings DEFAULT =
      new DecodeSettings(List.of(0f, 0.2f, 0.4f, 0.6f, 0.8f, 1f), 2.4f, -1f, -1f, 0.6f);

  public DecodeSettings {
    temperatures = List.copyOf(temperatures);
  }
}
