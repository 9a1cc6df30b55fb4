package io.fastwhisper.engine;

import static io.fastwhisper.engine.abi.FastWhisper.*;

import io.fastwhisper.engine.abi.fw_model;
import io.fastwhisper.engine.abi.fw_model_info;
import io.fastwhisper.engine.abi.fw_model_params;
import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/** A model on a device, shared by its lanes. Immutable; close it after them. */
public final class Model implements AutoCloseable {
  private final fw_model handle;
  private final ModelInfo info;

  private Model(fw_model handle, ModelInfo info) {
    this.handle = handle;
    this.info = info;
  }

  /**
   * Loads a model; reads the whole file, so not on an event loop.
   *
   * @throws EngineException where the file is damaged, the device is unknown or memory runs out
   */
  public static Model open(ModelSettings settings) {
    try (PointerScope scope = new PointerScope()) {
      fw_model_params params =
          fw_model_default_params()
              .path(text(settings.file().toString()))
              .device(text(settings.device()))
              .precision(settings.precision().ordinal());
      if (!settings.alignmentHeads().isEmpty()) {
        params.alignment_heads(text(settings.alignmentHeads()));
      }
      fw_model handle = new fw_model((Pointer) null);
      EngineException.check(fw_model_open(params, handle));
      return new Model(handle, describe(handle));
    }
  }

  /** What was loaded. */
  public ModelInfo info() {
    return info;
  }

  /** Opens a lane, which takes all its memory now. */
  public Lane openLane(LaneSettings settings) {
    return Lane.open(handle, settings);
  }

  @Override
  public void close() {
    fw_model_close(handle);
  }

  static BytePointer text(String text) {
    return new BytePointer(text, StandardCharsets.UTF_8);
  }

  private static ModelInfo describe(fw_model handle) {
    fw_model_info info = new fw_model_info();
    EngineException.check(fw_model_describe(handle, info));
    return new ModelInfo(
        info.n_vocab(),
        info.n_mels(),
        info.n_audio_layer(),
        info.n_text_layer(),
        info.n_audio_state(),
        info.multilingual() != 0,
        Precision.values()[info.precision()],
        info.weights_bytes(),
        info.file_type().getString(StandardCharsets.UTF_8),
        info.implementation().getString(StandardCharsets.UTF_8));
  }
}
