package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.samples.SampleSound;
import io.fastwhisper.samples.SampleTalk;
import io.fastwhisper.samples.SampleTalk.TrueWord;
import io.fastwhisper.samples.SpeechScore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Talks joined to one file: segments then begin in the middle of sentences and words, other ones in
 * each order, and must be heard as well as the talks alone.
 */
class JoinedTalksTest {
  private static final int SAMPLES_PER_MS = WavFile.RATE_HZ / 1_000;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"BREAD,WATER,FREEDOM", "FREEDOM,BREAD,WATER", "WATER,FREEDOM,BREAD"})
  void areHeardAsWellAsAlone(SampleTalk first, SampleTalk second, SampleTalk third)
      throws Exception {
    float[] joined = new float[0];
    List<TrueWord> truth = new ArrayList<>();
    for (SampleTalk talk : List.of(first, second, third)) {
      double offsetMs = (double) joined.length / SAMPLES_PER_MS;
      for (TrueWord word : talk.words()) {
        truth.add(new TrueWord(word.text(), word.startMs() + offsetMs, word.endMs() + offsetMs));
      }
      float[] samples = SampleSound.samples(talk, folder);
      int end = joined.length;
      joined = Arrays.copyOf(joined, end + samples.length);
      System.arraycopy(samples, 0, joined, end, samples.length);
    }
    Path file = WavFile.write(folder.resolve("joined.wav"), joined);
    SpeechScore score = SampleTranscriptsTest.heard(file, truth);
    String what = first + ", " + second + ", " + third + ": " + score;
    assertTrue(score.wordErrorRate() <= 0.03, what);
    assertEquals(List.of(), score.inPauses(), what);
  }
}
