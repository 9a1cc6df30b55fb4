package io.fastwhisper.transcribe;

import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.domain.Cue;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.domain.Word;
import io.fastwhisper.engine.Pcm;
import io.fastwhisper.engine.WindowResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One segment on a device: its sound, its windows, and what came out of them. It owns its sound
 * from {@link #open} to {@link #close()}. Used by the device's thread alone.
 */
final class LeasedSegment implements AutoCloseable {
  /** The order in which the segments of one job get the device: as in its sources. */
  static final Comparator<LeasedSegment> EARLIER =
      Comparator.<LeasedSegment>comparingInt(s -> s.command.segment().id().video())
          .thenComparingInt(s -> s.command.segment().id().segment())
          .thenComparingLong(s -> s.command.lease());

  private final TranscribeSegment command;
  private final long startNanos;
  private boolean asked;
  private boolean closed;
  private SegmentSound sound;
  private WindowResult[] results;
  private int submitted;
  private int finished;

  LeasedSegment(TranscribeSegment command, long startNanos) {
    this.command = command;
    this.startNanos = startNanos;
  }

  /** Whether nobody has asked for its sound yet. */
  boolean isNew() {
    return !asked;
  }

  void markAsked() {
    asked = true;
  }

  /** Its sound is there and belongs to this from now on. False where that is too late. */
  boolean open(SegmentSound read) {
    if (closed) {
      read.close();
      return false;
    }
    sound = read;
    results = new WindowResult[read.plan().count()];
    return true;
  }

  boolean isOpen() {
    return sound != null;
  }

  TranscribeSegment command() {
    return command;
  }

  SegmentSound sound() {
    return sound;
  }

  /** Whether a window of it has been handed in. */
  boolean isBegun() {
    return submitted > 0;
  }

  /** Of an open one: whether a window of it has yet to be handed in. */
  boolean hasUnsubmitted() {
    return submitted != results.length;
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

  /** Of an open one: whether all its windows are back. */
  boolean isFinished() {
    return finished == results.length;
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

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    if (sound != null) {
      sound.close();
    }
  }

  private Cue onSourceTimeLine(Cue cue) {
    long originMs =
        command.segment().range().startMs() + sound.plan().firstSample() / Pcm.SAMPLES_PER_MS;
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
