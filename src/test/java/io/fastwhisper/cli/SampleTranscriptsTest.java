package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastwhisper.domain.Word;
import io.fastwhisper.samples.SampleTalk;
import io.fastwhisper.samples.SpeechScore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The bars of {@code samples/README.md}, for the whole path: segments, voice activity, windows,
 * words.
 */
class SampleTranscriptsTest {
  @TempDir Path folder;

  @ParameterizedTest(name = "segments of {0} ms")
  @ValueSource(ints = {120_000, 60_000})
  void theSampleTalksAreHeardAsWellAsTheirReadmeAsks(int segmentMs) throws IOException {
    String how = "segments of " + segmentMs + " ms, ";
    List<SpeechScore> scores =
        new ArrayList<>(transcribed("--set=segments.length_ms=" + segmentMs).values());
    for (SpeechScore score : scores) {
      assertTrue(score.wordErrorRate() <= 0.05, how + score);
      assertEquals(List.of(), score.inPauses(), how + score);
    }
    SpeechScore all = SpeechScore.sum(scores);
    assertTrue(all.wordErrorRate() <= 0.03, how + all);
    assertTrue(SpeechScore.quantile(all.startErrorsMs(), 0.5) <= 40, how + all);
    assertTrue(SpeechScore.quantile(all.startErrorsMs(), 0.9) <= 150, how + all);
    assertTrue(SpeechScore.quantile(all.endErrorsMs(), 0.5) <= 60, how + all);
    assertTrue(SpeechScore.quantile(all.endErrorsMs(), 0.9) <= 250, how + all);
  }

  @Test
  void greedyDecodingHearsAndTimesTheWordsAsWell() throws IOException {
    List<SpeechScore> scores = new ArrayList<>(transcribed("--beam=1").values());
    for (SpeechScore score : scores) {
      assertTrue(score.wordErrorRate() <= 0.05, score.toString());
    }
    SpeechScore all = SpeechScore.sum(scores);
    assertTrue(SpeechScore.quantile(all.startErrorsMs(), 0.5) <= 40, all.toString());
    assertTrue(SpeechScore.quantile(all.endErrorsMs(), 0.5) <= 60, all.toString());
  }

  private Map<SampleTalk, SpeechScore> transcribed(String option) throws IOException {
    ProgramRun run =
        ProgramRun.withBundledModel(
            "transcribe",
            SampleTalk.WATER.video().toString(),
            SampleTalk.FREEDOM.video().toString(),
            SampleTalk.BREAD.video().toString(),
            "--format=json",
            option,
            "-o",
            folder.toString());
    assertEquals(0, run.exitCode(), run.err());
    Map<SampleTalk, SpeechScore> scores = new TreeMap<>();
    for (SampleTalk talk : SampleTalk.values()) {
      SpeechScore score =
          SpeechScore.of(words(folder.resolve(talk.title() + ".json")), talk.words());
      System.out.println(option + ", " + talk.title() + ": " + score);
      scores.put(talk, score);
    }
    System.out.println(
        option + ", all talks: " + SpeechScore.sum(new ArrayList<>(scores.values())));
    return scores;
  }

  @Test
  void oneSourceGoesToStandardOutputAndSaysOnceThatTheModelIsADemo() {
    ProgramRun run =
        ProgramRun.withBundledModel(
            "transcribe", SampleTalk.WATER.video().toString(), "--format=srt");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().startsWith("1\n00:00:0"), run.out());
    assertEquals(1, run.err().split("synthetic voices only", -1).length - 1, run.err());
  }

  /** How well a file is heard by default. Writes the transcript beside it. */
  static SpeechScore heard(Path file, List<SampleTalk.TrueWord> truth) throws IOException {
    Path json = file.resolveSibling("heard.json");
    ProgramRun run =
        ProgramRun.withBundledModel(
            "transcribe", file.toString(), "--format=json", "-o", json.toString());
    assertEquals(0, run.exitCode(), run.err());
    SpeechScore score = SpeechScore.of(words(json), truth);
    System.out.println(file.getFileName() + ": " + score);
    return score;
  }

  static List<Word> words(Path json) throws IOException {
    JsonNode root = new ObjectMapper().readTree(Files.readString(json));
    List<Word> words = new ArrayList<>();
    for (JsonNode word : root.get("words")) {
      words.add(
          new Word(
              word.get("word").asText(),
              Math.round(word.get("start").asDouble() * 1_000),
              Math.round(word.get("end").asDouble() * 1_000),
              (float) word.get("probability").asDouble()));
    }
    return words;
  }
}
