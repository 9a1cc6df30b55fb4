package io.fastwhisper.cli;

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

  /** What was asked for; null where nothing was. */
  String model() {
    return model;
  }

  /** A device of this version. */
  String device() {
    if (!device.equals("cpu")) {
      throw new UsageException("--device " + device + ": this version has cpu alone");
    }
    return device;
  }
}
