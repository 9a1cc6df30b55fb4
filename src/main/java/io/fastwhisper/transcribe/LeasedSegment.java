package io.fastwhisper.transcribe;

import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.domain.Cue;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.domain.Word;
import io.fastwhisper.engine.Pcm;
import io.fastwhisper.engine.SpeechSettings;
import io.fastwhisper.engine.WindowPlan;
import io.fastwhisper.engine.WindowResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One segment on a device: its sound, its windows, and what came out of them. The sound is read
 * when the first window is due, and native memory is held until {@link #close()}. Used by the
 * device's thread alone.
 */
final class LeasedSegment implements AutoCloseable {
  /** The order in which the segments of one job get the device: as in its sources. */
  static final Comparator<LeasedSegment> EARLIER =
      Comparator.<LeasedSegment>comparingInt(s -> s.command.segment().id().video())
          .thenComparingInt(s -> s.command.segment().id().segment())
          .thenComparingLong(s -> s.command.lease());

  /** Heard beyond a border at least, so that a word on it is heard whole. */
  private static final long BEYOND_BORDER_MS = 500;

  private final TranscribeSegment command;
  private final long startNanos;
  private Pcm pcm;
  private WindowPlan plan;
  private WindowResult[] results;
  private int submitted;
  private int finished;
  private long startBorderMs;
  private long endBorderMs;

  LeasedSegment(TranscribeSegment command, long startNanos) {
    this.command = command;
    this.startNanos = startNanos;
  }

  /** Reads the sound, plans its windows and chooses the borders, unless that is done. */
  void open(SpeechSettings speech) throws IOException {
    if (plan != null) {
      return;
    }
    pcm = Pcm.read(command.pcmFile());
    Segment segment = command.segment();
    startBorderMs = border(segment.startZone());
    endBorderMs = border(segment.endZone());
    plan = WindowPlan.of(pcm, firstHeard(segment), endHeard(segment), speech);
    results = new WindowResult[plan.count()];
  }

  /**
   * A segment begins anywhere, mostly inside a word, and a window that begins so is heard badly
   * from its first word to its last. What lies before the border is the neighbour's, so the windows
   * begin with the best pause before it. They have all of it: the model knows speech with silence
   * before it, and half a short pause is too little.
   */
  private long firstHeard(Segment segment) {
    if (segment.startZone().lengthMs() == 0) {
      return 0;
    }
    long begins =
        WindowPlan.findPause(pcm, 0, sample(startBorderMs - BEYOND_BORDER_MS)).firstSample();
    return begins / Pcm.SAMPLES_PER_MS * Pcm.SAMPLES_PER_MS;
  }

  /** The same for the end. */
  private long endHeard(Segment segment) {
    if (segment.endZone().lengthMs() == 0) {
      return pcm.count();
    }
    return WindowPlan.findPause(pcm, sample(endBorderMs + BEYOND_BORDER_MS), pcm.count())
        .endSample();
  }

  /** The sample at a time on the source's time line, held inside the sound. */
  private long sample(long sourceMs) {
    long ms = Math.max(0, sourceMs - command.segment().range().startMs());
    return Math.min(pcm.count(), ms * Pcm.SAMPLES_PER_MS);
  }

  TranscribeSegment command() {
    return command;
  }

  Pcm pcm() {
    return pcm;
  }

  WindowPlan plan() {
    return plan;
  }

  boolean hasUnsubmitted() {
    return plan == null || submitted != plan.count();
  }

  /** The next window to hand in; call {@link #markSubmitted} when the lane has it. */
  int nextWindow() {
    return submitted;
  }

  void markSubmitted() {
    ++submitted;
  }

  void accept(int window, WindowResult result) {
    results[window] = result;
    ++finished;
  }

  boolean isFinished() {
    return plan != null && finished == plan.count();
  }

  long startBorderMs() {
    return startBorderMs;
  }

  long endBorderMs() {
    return endBorderMs;
  }

  long elapsedMs(long nowNanos) {
    return (nowNanos - startNanos) / 1_000_000;
  }

  /** All windows' cues on the source's time line. */
  Transcript transcript() {
    List<Cue> cues = new ArrayList<>();
    Map<String, Integer> wordsByLanguage = new HashMap<>();
    for (WindowResult result : results) {
      for (Cue cue : result.cues()) {
        cues.add(onSourceTimeLine(cue));
        wordsByLanguage.merge(result.language(), Math.max(1, cue.words().size()), Integer::sum);
      }
    }
    String language =
        wordsByLanguage.entrySet().stream()
            .max(
                Map.Entry.<String, Integer>comparingByValue()
                    .thenComparing(Map.Entry.comparingByKey()))
            .map(Map.Entry::getKey)
            .orElse("");
    return new Transcript(language, cues);
  }

  @Override
  public void close() {
    if (plan != null) {
      plan.close();
    }
    if (pcm != null) {
      pcm.close();
    }
  }

  private long border(TimeRange zone) {
    if (zone.lengthMs() == 0) {
      return zone.startMs();
    }
    return command.segment().range().startMs()
        + WindowPlan.findBorder(pcm, sample(zone.startMs()), sample(zone.endMs()))
            / Pcm.SAMPLES_PER_MS;
  }

  private Cue onSourceTimeLine(Cue cue) {
    long originMs = command.segment().range().startMs() + plan.firstSample() / Pcm.SAMPLES_PER_MS;
    List<Word> words =
        cue.words().stream()
            .map(
                w ->
                    new Word(
                        w.text(), w.startMs() + originMs, w.endMs() + originMs, w.probability()))
            .toList();
    return new Cue(
        cue.startMs() + originMs,
        cue.endMs() + originMs,
        cue.text(),
        words,
        cue.tokens(),
        cue.avgLogprob(),
        cue.compressionRatio(),
        cue.noSpeechProbability(),
        cue.temperature());
  }
}
