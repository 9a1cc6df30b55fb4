package io.fastwhisper.engine;

import io.fastwhisper.domain.Cue;
import java.util.List;

/**
 * One finished window.
 *
 * @param tag of its request
 * @param cues with words, on the time line of the PCM that was handed in; empty where it failed
 * @param language given or detected; "" where it failed
 * @param failure why it has no text, or null; cancelled windows have one
 */
public record WindowResult(long tag, List<Cue> cues, String language, EngineException failure) {
  public WindowResult {
    cues = List.copyOf(cues);
  }
}
