package io.fastwhisper.transcribe;

import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.engine.Pcm;
import io.fastwhisper.engine.SpeechSettings;
import io.fastwhisper.engine.WindowPlan;
import java.io.IOException;

/**
 * A segment's sound, its borders on the source's time line in milliseconds, and how it is cut into
 * windows. Owns native memory until {@link #close()}; may be made on one thread and used on
 * another.
 */
record SegmentSound(Pcm pcm, long startBorderMs, long endBorderMs, WindowPlan plan)
    implements AutoCloseable {

  /** Heard beyond a border at least, so that a word on it is heard whole. */
  private static final long BEYOND_BORDER_MS = 500;

  /**
   * Reads the sound, chooses the borders and plans the windows.
   *
   * @throws IOException where the file cannot be read
   */
  static SegmentSound read(TranscribeSegment command, SpeechSettings speech) throws IOException {
    Segment segment = command.segment();
    Pcm pcm = Pcm.read(command.pcmFile());
    try {
      long startBorderMs = border(pcm, segment, segment.startZone());
      long endBorderMs = border(pcm, segment, segment.endZone());
      long first = firstHeard(pcm, segment, startBorderMs);
      long end = endHeard(pcm, segment, endBorderMs);
      return new SegmentSound(
          pcm, startBorderMs, endBorderMs, WindowPlan.of(pcm, first, end, speech));
    } catch (RuntimeException e) {
      pcm.close();
      throw e;
    }
  }

  @Override
  public void close() {
    plan.close();
    pcm.close();
  }

  private static long border(Pcm pcm, Segment segment, TimeRange zone) {
    if (zone.lengthMs() == 0) {
      return zone.startMs();
    }
    long from = sample(pcm, segment, zone.startMs());
    long to = sample(pcm, segment, zone.endMs());
    return segment.range().startMs() + WindowPlan.findBorder(pcm, from, to) / Pcm.SAMPLES_PER_MS;
  }

  /**
   * A segment begins anywhere, mostly inside a word, and a window that begins so is heard badly
   * from its first word to its last. What lies before the border is the neighbour's, so the windows
   * begin with the best pause before it. They have all of it: the model knows speech with silence
   * before it, and half a short pause is too little.
   */
  private static long firstHeard(Pcm pcm, Segment segment, long startBorderMs) {
    if (segment.startZone().lengthMs() == 0) {
      return 0;
    }
    long to = sample(pcm, segment, startBorderMs - BEYOND_BORDER_MS);
    long begins = WindowPlan.findPause(pcm, 0, to).firstSample();
    return begins / Pcm.SAMPLES_PER_MS * Pcm.SAMPLES_PER_MS;
  }

  /** The same for the end. */
  private static long endHeard(Pcm pcm, Segment segment, long endBorderMs) {
    if (segment.endZone().lengthMs() == 0) {
      return pcm.count();
    }
    long from = sample(pcm, segment, endBorderMs + BEYOND_BORDER_MS);
    return WindowPlan.findPause(pcm, from, pcm.count()).endSample();
  }

  /** The sample at a time on the source's time line, held inside the sound. */
  private static long sample(Pcm pcm, Segment segment, long sourceMs) {
    long ms = Math.max(0, sourceMs - segment.range().startMs());
    return Math.min(pcm.count(), ms * Pcm.SAMPLES_PER_MS);
  }
}
