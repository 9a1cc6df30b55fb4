package io.fastwhisper.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastwhisper.domain.Word;
import io.fastwhisper.samples.SampleTalk.TrueWord;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpeechScoreTest {
  private static final List<TrueWord> TRUTH =
      List.of(
          new TrueWord("Water", 0, 500),
          new TrueWord("is", 500, 700),
          new TrueWord("life", 2000, 2400));

  @Test
  void caseAndPunctuationDoNotCount() {
    SpeechScore score =
        SpeechScore.of(
            List.of(word("water", 0, 500), word("is", 500, 700), word("life.", 2000, 2400)), TRUTH);
    assertEquals(0, score.errors());
    assertEquals(List.of(0.0, 0.0, 0.0), score.startErrorsMs());
  }

  @Test
  void substitutedMissingAndInventedWordsAreErrors() {
    assertEquals(
        1,
        SpeechScore.of(
                List.of(word("Walter", 0, 500), word("is", 500, 700), word("life", 2000, 2400)),
                TRUTH)
            .errors());
    assertEquals(
        1,
        SpeechScore.of(List.of(word("water", 0, 500), word("life", 2000, 2400)), TRUTH).errors());
    assertEquals(
        4,
        SpeechScore.of(
                List.of(word("a", 0, 1), word("b", 1, 2), word("c", 2, 3), word("d", 3, 4)), TRUTH)
            .errors());
  }

  @Test
  void timesCountForRecognisedWordsOnly() {
    SpeechScore score =
        SpeechScore.of(
            List.of(word("Walter", 100, 500), word("is", 530, 690), word("life", 1900, 2500)),
            TRUTH);
    assertEquals(List.of(30.0, 100.0), score.startErrorsMs());
    assertEquals(List.of(10.0, 100.0), score.endErrorsMs());
    assertEquals(30, SpeechScore.quantile(score.startErrorsMs(), 0.5));
    assertEquals(100, SpeechScore.quantile(score.startErrorsMs(), 0.9));
  }

  @Test
  void aWordInALongPauseIsNamed() {
    Word ghost = word("you", 900, 1500);
    assertEquals(
        List.of(ghost),
        SpeechScore.of(List.of(word("water", 0, 500), ghost, word("life", 1990, 2400)), TRUTH)
            .inPauses());
  }

  private static Word word(String text, long startMs, long endMs) {
    return new Word(text, startMs, endMs, 1);
  }
}
