package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import picocli.CommandLine.Option;

/** What to compute on. */
final class DeviceArguments {
  @Option(
      names = "--device",
      paramLabel = "ID",
      description =
          "What to compute on: cpu, cuda:N, or auto: all GPUs, else the CPU. Default: lanes.device.")
  private String device;

  /** The devices that were asked for. */
  DeviceChoice choice(Configuration configuration) {
    return DeviceChoice.of(device, configuration);
  }
}
