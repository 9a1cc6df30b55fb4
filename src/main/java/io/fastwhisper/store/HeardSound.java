package io.fastwhisper.store;

import io.fastwhisper.domain.Cue;
import io.fastwhisper.domain.HeardSegment;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.domain.Word;
import java.util.List;

/**
 * What was heard in a sound, wherever it lies: times count from its beginning.
 *
 * @param startBorderMs where it divides from what is before
 * @param endBorderMs where it divides from what follows
 */
record HeardSound(Transcript transcript, long startBorderMs, long endBorderMs) {

  static HeardSound of(HeardSegment heard) {
    long startMs = heard.segment().range().startMs();
    return new HeardSound(
        moved(heard.transcript(), -startMs),
        heard.startBorderMs() - startMs,
        heard.endBorderMs() - startMs);
  }

  /** The same, heard in this segment. */
  HeardSegment in(Segment segment) {
    long startMs = segment.range().startMs();
    return new HeardSegment(
        segment, moved(transcript, startMs), startBorderMs + startMs, endBorderMs + startMs);
  }

  private static Transcript moved(Transcript transcript, long byMs) {
    List<Cue> cues = transcript.cues().stream().map(cue -> moved(cue, byMs)).toList();
    return new Transcript(transcript.language(), cues);
  }

  private static Cue moved(Cue cue, long byMs) {
    List<Word> words =
        cue.words().stream()
            .map(
                word ->
                    new Word(
                        word.text(),
                        word.startMs() + byMs,
                        word.endMs() + byMs,
                        word.probability()))
            .toList();
    return new Cue(
        cue.startMs() + byMs,
        cue.endMs() + byMs,
        cue.text(),
        words,
        cue.tokens(),
        cue.avgLogprob(),
        cue.compressionRatio(),
        cue.noSpeechProbability(),
        cue.temperature());
  }
}
