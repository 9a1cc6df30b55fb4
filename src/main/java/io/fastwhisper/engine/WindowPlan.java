package io.fastwhisper.engine;

import static io.fastwhisper.engine.abi.FastWhisper.*;

import io.fastwhisper.engine.abi.fw_speech_params;
import io.fastwhisper.engine.abi.fw_window_plan;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/** How a stretch of PCM is cut into windows. */
public final class WindowPlan implements AutoCloseable {
  private final fw_window_plan handle;

  private WindowPlan(fw_window_plan handle) {
    this.handle = handle;
  }

  /**
   * Finds the speech in the PCM and packs it into windows; takes about a thousandth of its length
   * in time.
   */
  public static WindowPlan of(Pcm pcm, SpeechSettings settings) {
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
      EngineException.check(fw_window_plan_create(pcm.samples(), pcm.count(), params, handle));
      return new WindowPlan(handle);
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

  /** Number of windows. */
  public int count() {
    return fw_window_plan_count(handle);
  }

  fw_window_plan handle() {
    return handle;
  }

  @Override
  public void close() {
    fw_window_plan_close(handle);
  }
}
