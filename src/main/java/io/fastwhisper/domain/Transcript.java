package io.fastwhisper.domain;

import java.util.List;

/**
 * What was heard in a segment or a video.
 *
 * @param language code, given or detected; "" where nothing was heard
 * @param cues in the order of time
 */
public record Transcript(String language, List<Cue> cues) {
  public Transcript {
    InvalidValueException.given("language", language);
    cues = List.copyOf(cues);
  }

  /** All words in the order of time. */
  public List<Word> words() {
    return cues.stream().flatMap(cue -> cue.words().stream()).toList();
  }
}
