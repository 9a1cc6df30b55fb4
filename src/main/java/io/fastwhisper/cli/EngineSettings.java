package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.engine.DecodeSettings;
import io.fastwhisper.engine.LaneSettings;
import io.fastwhisper.engine.ModelSettings;
import io.fastwhisper.engine.ModelSidecar;
import io.fastwhisper.engine.NativeCore;
import io.fastwhisper.engine.Precision;
import io.fastwhisper.engine.SpeechSettings;
import io.fastwhisper.transcribe.DeviceSettings;
import java.io.IOException;
import java.util.Locale;

/** What the configuration says to the worker of a device: the CPU or a GPU. */
final class EngineSettings {
  private static final long HEARTBEAT_MS = 1_000;

  /** The lane's own, which keeps the GPU at work. */
  private static final int GPU_LANE_THREADS = 1;

  private EngineSettings() {}

  /** Of one device. */
  static DeviceSettings of(Configuration configuration, ModelChoice model, NativeCore.Device device)
      throws IOException {
    Configuration.Decoding decoding = configuration.decoding();
    Configuration.Speech speech = configuration.speech();
    Precision precision =
        Precision.valueOf(configuration.lanes().precision().toUpperCase(Locale.ROOT));
    return new DeviceSettings(
        new ModelSettings(
            model.file(), device.id(), precision, ModelSidecar.alignmentHeads(model.file())),
        lanes(configuration, device),
        lane(configuration, device),
        new SpeechSettings(
            speech.detect(),
            speech.minSilenceMs(),
            speech.minSpeechMs(),
            speech.padMs(),
            speech.maxWindowMs(),
            (float) speech.threshold()),
        new DecodeSettings(
            decoding.temperatures().stream().map(Double::floatValue).toList(),
            (float) decoding.maxCompressionRatio(),
            (float) decoding.minAvgLogprob(),
            (float) decoding.minCueLogprob(),
            (float) decoding.maxNoSpeechProbability()),
        HEARTBEAT_MS);
  }

  /** Lanes on the device. */
  static int lanes(Configuration configuration, NativeCore.Device device) {
    Configuration.Lanes lanes = configuration.lanes();
    if (!device.isGpu()) {
      return lanes.lanes();
    }
    return configuration.gpu().forceSingle()
        ? 1
        : Math.min(lanes.gpuLanes(), configuration.gpu().maxLanes());
  }

  private static LaneSettings lane(Configuration configuration, NativeCore.Device device) {
    Configuration.Lanes lanes = configuration.lanes();
    if (!device.isGpu()) {
      int threads = lanes.threads();
      if (threads == 0) {
        // Asked here and not left to the core, which knows no limits of a container.
        threads = Math.max(1, Runtime.getRuntime().availableProcessors() / lanes.lanes());
      }
      return new LaneSettings(lanes.batch(), lanes.maxBeam(), threads, lanes.queue(), true, false);
    }
    boolean single = configuration.gpu().forceSingle();
    return new LaneSettings(
        single ? 1 : lanes.gpuBatch(),
        lanes.maxBeam(),
        GPU_LANE_THREADS,
        single ? 0 : lanes.queue(),
        configuration.gpu().streams(),
        lanes.eightBitAudio());
  }
}
