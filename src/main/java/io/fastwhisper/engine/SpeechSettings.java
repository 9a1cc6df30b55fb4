package io.fastwhisper.engine;

/**
 * How speech is found and packed into windows; see {@code fw_speech_params}.
 *
 * @param detect false cuts windows at the quietest places instead of leaving silence out
 * @param minSilenceMs silence shorter than this does not end a stretch of speech
 * @param minSpeechMs speech shorter than this is taken as noise
 * @param padMs audio kept on each side of a stretch of speech
 * @param maxWindowMs longest window, at most 30,000
 * @param threshold 0 (everything is speech) to 1 (only clear speech)
 */
public record SpeechSettings(
    boolean detect,
    int minSilenceMs,
    int minSpeechMs,
    int padMs,
    int maxWindowMs,
    float threshold) {
  public static final SpeechSettings DEFAULT = new SpeechSettings(true, 500, 60, 400, 30_000, 0.5f);
}
