package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.engine.DecodeSettings;
import io.fastwhisper.engine.LaneSettings;
import io.fastwhisper.engine.ModelSettings;
import io.fastwhisper.engine.ModelSidecar;
import io.fastwhisper.engine.Precision;
import io.fastwhisper.engine.SpeechSettings;
import io.fastwhisper.transcribe.DeviceSettings;
import java.io.IOException;
import java.util.Locale;

/** What the configuration says to a device's worker. */
final class EngineSettings {
  private static final long HEARTBEAT_MS = 1_000;

  private EngineSettings() {}

  static DeviceSettings of(Configuration configuration, ModelChoice model, String device)
      throws IOException {
    Configuration.Lanes lanes = configuration.lanes();
    Configuration.Decoding decoding = configuration.decoding();
    Configuration.Speech speech = configuration.speech();
    Precision precision = Precision.valueOf(lanes.precision().toUpperCase(Locale.ROOT));
    int threads = lanes.threads();
    if (threads == 0 && lanes.lanes() > 1) {
      threads = Math.max(1, Runtime.getRuntime().availableProcessors() / lanes.lanes());
    }
    return new DeviceSettings(
        new ModelSettings(
            model.file(), device, precision, ModelSidecar.alignmentHeads(model.file())),
        lanes.lanes(),
        new LaneSettings(lanes.batch(), lanes.maxBeam(), threads, lanes.queue()),
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
}
