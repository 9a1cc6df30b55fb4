package io.fastwhisper.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.Cue;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.TranscribeOptions;
import io.fastwhisper.domain.Word;
import io.fastwhisper.samples.SampleSound;
import io.fastwhisper.samples.SampleTalk;
import io.fastwhisper.samples.SpeechScore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every engine does, shown by the CPU's with the bundled model. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EngineTest {
  private static final Path MODEL = Path.of("models/ggml-demo.en-q8_0.bin").toAbsolutePath();
  private static final LaneSettings SMALL_LANE = new LaneSettings(2, 1, 2, 1, true, false);
  private static final TimeRange MINUTE = new TimeRange(0, 60_000);

  /** The lanes of these tests hold no beams. */
  private static final TranscribeOptions GREEDY = new TranscribeOptions("auto", "", "", 1);

  @TempDir static Path folder;
  private static Model model;
  private static Pcm speech;

  @BeforeAll
  static void open() throws Exception {
    model = Model.open(settings(MODEL, ModelSidecar.alignmentHeads(MODEL)));
    speech = Pcm.read(SampleSound.extract(SampleTalk.WATER, MINUTE, folder.resolve("water.pcm")));
  }

  @AfterAll
  static void close() {
    speech.close();
    model.close();
  }

  @Test
  void tellsWhatItLoaded() {
    ModelInfo info = model.info();
    assertEquals(51_864, info.vocabulary());
    assertEquals(80, info.mels());
    assertEquals(6, info.audioLayers());
    assertEquals(3, info.textLayers());
    assertEquals(256, info.width());
    assertFalse(info.multilingual());
    assertEquals("q8_0", info.fileType());
    assertTrue(info.weightsBytes() > 20_000_000, info.toString());
    assertFalse(info.implementation().isEmpty());
  }

  @Test
  void theBundledModelsAlignmentHeadsLieBesideIt() throws Exception {
    assertEquals("2:0,2:1,2:2,2:3", ModelSidecar.alignmentHeads(MODEL));
    assertEquals("", ModelSidecar.alignmentHeads(folder.resolve("ggml-other.bin")));
    Files.writeString(folder.resolve("ggml-bad.json"), "{\"alignmentHeads\": [[1, 2, 3]]}");
    assertThrows(
        IOException.class, () -> ModelSidecar.alignmentHeads(folder.resolve("ggml-bad.bin")));
  }

  @Test
  void refusesAModelFileThatIsMissingCutShortOrSomethingElse() throws Exception {
    byte[] whole = Files.readAllBytes(MODEL);
    Path half = Files.write(folder.resolve("half.bin"), Arrays.copyOf(whole, whole.length / 2));
    Path text = Files.writeString(folder.resolve("text.bin"), "no model at all");
    for (Path file : List.of(folder.resolve("missing.bin"), half, text, folder)) {
      EngineException refused =
          assertThrows(EngineException.class, () -> Model.open(settings(file, "")));
      assertTrue(refused.isCallersFault(), refused.getMessage());
      assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
    }
  }

  @Test
  void refusesHeadsAndDevicesThatAreNotThere() {
    assertTrue(
        assertThrows(EngineException.class, () -> Model.open(settings(MODEL, "3:0")))
            .isCallersFault());
    ModelSettings nowhere = new ModelSettings(MODEL, "abacus:0", Precision.AUTO, "");
    assertTrue(assertThrows(EngineException.class, () -> Model.open(nowhere)).isCallersFault());
  }

  @Test
  void hearsTheTextOfATalk() {
    List<WindowResult> results = transcribe(speech, SMALL_LANE);
    List<Word> text = new ArrayList<>();
    for (WindowResult result : results) {
      assertEquals("en", result.language());
      for (Cue cue : result.cues()) {
        assertTrue(
            0 <= cue.startMs() && cue.startMs() < cue.endMs() && cue.endMs() <= MINUTE.endMs(),
            cue.toString());
        assertFalse(cue.tokens().isEmpty());
        for (String word : cue.text().trim().split(" ")) {
          text.add(new Word(word, cue.startMs(), cue.endMs(), 1));
        }
      }
    }
    SpeechScore score = SpeechScore.of(text, truth());
    assertTrue(score.wordErrorRate() < 0.1, score.toString());
  }

  @Test
  void timesTheWordsOfATalk() {
    List<Word> words =
        transcribe(speech, SMALL_LANE).stream()
            .flatMap(result -> result.cues().stream())
            .flatMap(cue -> cue.words().stream())
            .toList();
    SpeechScore score = SpeechScore.of(words, truth());
    assertTrue(score.wordErrorRate() < 0.1, score.toString());
    assertTrue(SpeechScore.quantile(score.startErrorsMs(), 0.5) < 100, score.toString());
    long before = 0;
    for (Word word : words) {
      assertTrue(before <= word.startMs() && word.startMs() < word.endMs(), word.toString());
      assertTrue(word.endMs() <= MINUTE.endMs(), word.toString());
      assertTrue(word.probability() >= 0 && word.probability() <= 1, word.toString());
      before = word.startMs();
    }
  }

  @Test
  void hearsTheSameInBatchesOfAnySize() {
    List<WindowResult> alone = transcribe(speech, new LaneSettings(1, 1, 1, 1, true, false));
    assertEquals(alone, transcribe(speech, new LaneSettings(3, 1, 2, 0, true, false)));
  }

  @Test
  void aFullLaneTakesNothingUntilItIsPolled() {
    try (Lane lane = model.openLane(SMALL_LANE);
        WindowPlan plan = WindowPlan.of(speech, SpeechSettings.DEFAULT)) {
      int taken = 0;
      while (lane.submit(request(taken), speech, plan, 0)) {
        ++taken;
        assertTrue(taken <= 64, "the lane never filled");
      }
      assertTrue(taken >= SMALL_LANE.batch() + SMALL_LANE.queue(), taken + " windows");
      List<Long> tags = new ArrayList<>();
      for (int i = 0; i != taken; ++i) {
        tags.add(pollOne(lane).tag());
      }
      assertTrue(lane.submit(request(99), speech, plan, 0));
      assertEquals(taken, tags.stream().distinct().count(), "each window comes out once: " + tags);
      assertEquals(99, pollOne(lane).tag());
      assertEquals(Optional.empty(), lane.poll(0), "an empty lane has nothing");
    }
  }

  @Test
  void cancelledWindowsComeOutAsFailedAndTheOthersWithText() {
    try (Lane lane = model.openLane(SMALL_LANE);
        WindowPlan plan = WindowPlan.of(speech, SpeechSettings.DEFAULT)) {
      for (long tag = 0; tag != 3; ++tag) {
        assertTrue(lane.submit(request(tag), speech, plan, 0));
      }
      lane.cancel(2);
      for (int i = 0; i != 3; ++i) {
        WindowResult result = pollOne(lane);
        if (result.tag() == 2) {
          assertNotNull(result.failure());
          assertTrue(result.cues().isEmpty());
          assertFalse(lane.isLost());
        } else {
          assertNull(result.failure());
          assertFalse(result.cues().isEmpty());
        }
      }
    }
  }

  @Test
  void anUnknownLanguageIsRefusedAndTheLaneGoesOn() {
    try (Lane lane = model.openLane(SMALL_LANE);
        WindowPlan plan = WindowPlan.of(speech, SpeechSettings.DEFAULT)) {
      WindowRequest unknown =
          new WindowRequest(1, new TranscribeOptions("xx", "", "", 1), DecodeSettings.DEFAULT);
      assertTrue(
          assertThrows(EngineException.class, () -> lane.submit(unknown, speech, plan, 0))
              .isCallersFault());
      assertTrue(lane.submit(request(2), speech, plan, 0));
      assertNull(pollOne(lane).failure());
    }
  }

  @Test
  void silenceHasNoWindowsAndABorderInsideItsZone() throws Exception {
    Path file =
        Files.write(
            folder.resolve("silence.pcm"), new byte[10_000 * Pcm.SAMPLES_PER_MS * Float.BYTES]);
    try (Pcm silence = Pcm.read(file);
        WindowPlan plan = WindowPlan.of(silence, SpeechSettings.DEFAULT)) {
      assertEquals(0, plan.count());
      long border = WindowPlan.findBorder(silence, 16_000, 32_000);
      assertTrue(border >= 16_000 && border <= 32_000, "border " + border);
    }
  }

  @Test
  void closingALaneWithWindowsInsideEndsAtOnce() {
    Lane lane = model.openLane(SMALL_LANE);
    try (WindowPlan plan = WindowPlan.of(speech, SpeechSettings.DEFAULT)) {
      assertTrue(lane.submit(request(1), speech, plan, 0));
    } finally {
      lane.close();
    }
    lane.close();
  }

  private static ModelSettings settings(Path file, String heads) {
    return new ModelSettings(file, "cpu", Precision.F32, heads);
  }

  private static WindowRequest request(long tag) {
    return new WindowRequest(tag, GREEDY, DecodeSettings.DEFAULT);
  }

  /** All windows of the sound, in their order. */
  private static List<WindowResult> transcribe(Pcm pcm, LaneSettings settings) {
    try (Lane lane = model.openLane(settings);
        WindowPlan plan = WindowPlan.of(pcm, SpeechSettings.DEFAULT)) {
      WindowResult[] results = new WindowResult[plan.count()];
      int taken = 0;
      for (int finished = 0; finished != results.length; ++finished) {
        while (taken != results.length && lane.submit(request(taken), pcm, plan, taken)) {
          ++taken;
        }
        WindowResult result = pollOne(lane);
        assertNull(result.failure());
        results[(int) result.tag()] = result;
      }
      return List.of(results);
    }
  }

  private static WindowResult pollOne(Lane lane) {
    return lane.poll(60_000).orElseThrow(() -> new AssertionError("no window within a minute"));
  }

  /** The words that were spoken in the minute. */
  private static List<SampleTalk.TrueWord> truth() {
    return SampleTalk.WATER.words().stream()
        .filter(word -> word.endMs() <= MINUTE.endMs())
        .toList();
  }
}
