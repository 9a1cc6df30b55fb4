package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import java.io.IOException;
import picocli.CommandLine.Option;

/** What computes. */
final class EngineArguments {
  @Option(
      names = "--model",
      paramLabel = "FILE|NAME",
      description = "A ggml Whisper file, or a name that `model list` shows.")
  private String model;

  @Option(
      names = "--device",
      paramLabel = "ID",
      defaultValue = "cpu",
      description = "What to compute on (${DEFAULT-VALUE}).")
  private String device;

  /** A job on the model and the device that were asked for. */
  JobRun jobRun(Configuration configuration, OutputOptions output) throws IOException {
    return new JobRun(configuration, model(configuration), device(), output);
  }

  /** The model that was asked for. */
  ModelChoice model(Configuration configuration) throws IOException {
    return ModelChoice.of(model, configuration);
  }

  /** A device of this version. */
  String device() {
    if (!device.equals("cpu")) {
      throw new UsageException("--device " + device + ": this version has cpu alone");
    }
    return device;
  }
}
