package io.fastwhisper.engine;

import static io.fastwhisper.engine.abi.FastWhisper.*;

import io.fastwhisper.engine.abi.fw_speech_params;
import io.fastwhisper.engine.abi.fw_window_plan;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/** How a stretch of PCM is cut into windows. */
public final class WindowPlan implements AutoCloseable {
  /** Samples [first, end) of the PCM. */
  public record Pause(long firstSample, long endSample) {}

  private final fw_window_plan handle;
  private final long firstSample;
  private final long sampleCount;

  private WindowPlan(fw_window_plan handle, long firstSample, long sampleCount) {
    this.handle = handle;
    this.firstSample = firstSample;
    this.sampleCount = sampleCount;
  }

  /** Plans the whole of the PCM. */
  public static WindowPlan of(Pcm pcm, SpeechSettings settings) {
    return of(pcm, 0, pcm.count(), settings);
  }

  /**
   * Finds the speech in the samples [firstSample, endSample) of the PCM and packs it into windows;
   * takes about a thousandth of its length in time. Times of what is heard in them count from
   * firstSample.
   */
  public static WindowPlan of(Pcm pcm, long firstSample, long endSample, SpeechSettings settings) {
    long sampleCount = endSample - firstSample;
    try (PointerScope scope = new PointerScope()) {
      fw_speech_params params =
          fw_speech_default_params()
              .detect(settings.detect() ? 1 : 0)
              .min_silence_ms(settings.minSilenceMs())
              .min_speech_ms(settings.minSpeechMs())
              .pad_ms(settings.padMs())
              .max_window_ms(settings.maxWindowMs())
              .threshold(settings.threshold());
      fw_window_plan handle = new fw_window_plan((Pointer) null);
      EngineException.check(
          fw_window_plan_create(pcm.samplesFrom(firstSample), sampleCount, params, handle));
      return new WindowPlan(handle, firstSample, sampleCount);
    }
  }

  /**
   * The best sample in [from, to] to divide the PCM at; depends on the samples between them alone.
   */
  public static long findBorder(Pcm pcm, long fromSample, long toSample) {
    try (PointerScope scope = new PointerScope()) {
      LongPointer at = new LongPointer(1);
      EngineException.check(fw_border_find(pcm.samples(), pcm.count(), fromSample, toSample, at));
      return at.get();
    }
  }

  /** The longest silence in [from, to], else its quietest 100 ms. */
  public static Pause findPause(Pcm pcm, long fromSample, long toSample) {
    try (PointerScope scope = new PointerScope()) {
      LongPointer first = new LongPointer(1);
      LongPointer end = new LongPointer(1);
      EngineException.check(
          fw_pause_find(pcm.samples(), pcm.count(), fromSample, toSample, first, end));
      return new Pause(first.get(), end.get());
    }
  }

  /** Number of windows. */
  public int count() {
    return fw_window_plan_count(handle);
  }

  /** The first sample of the PCM that was planned. */
  public long firstSample() {
    return firstSample;
  }

  long sampleCount() {
    return sampleCount;
  }

  fw_window_plan handle() {
    return handle;
  }

  @Override
  public void close() {
    fw_window_plan_close(handle);
  }
}
