package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What computes. */
final class EngineArguments {
  @Option(
      names = "--model",
      paramLabel = "FILE|NAME",
      description = "A ggml Whisper file, or a name that `model list` shows.")
  private String model;

  @Mixin private DeviceArguments device;

  /** A job on the model and the devices that were asked for. */
  JobRun jobRun(Configuration configuration, OutputOptions output) throws IOException {
    return new JobRun(configuration, model(configuration), devices(configuration), output);
  }

  /** The model that was asked for. */
  ModelChoice model(Configuration configuration) throws IOException {
    return ModelChoice.of(model, configuration);
  }

  /** The devices that were asked for. */
  DeviceChoice devices(Configuration configuration) {
    return device.choice(configuration);
  }
}
