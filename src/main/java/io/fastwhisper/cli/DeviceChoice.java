package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.engine.NativeCore;
import io.fastwhisper.engine.NativeCore.Device;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Which devices compute; each has a worker of its own.
 *
 * @param devices at least one
 * @param notice why the CPU computes although nobody chose it; "" where somebody did, or GPUs do
 */
record DeviceChoice(List<Device> devices, String notice) {
  private static final String CPU = "cpu";
  private static final String AUTO = "auto";

  DeviceChoice {
    devices = List.copyOf(devices);
  }

  /**
   * Takes the devices that were asked for: {@code cpu}, {@code cuda:N}, or {@code auto}, which is
   * all GPUs, or GPU 0 alone where {@code gpu.force_single} is set, or the CPU where there is no
   * GPU.
   *
   * @param asked null takes the configured one
   * @throws UsageException where there is no such device, with what there is
   */
  static DeviceChoice of(String asked, Configuration configuration) {
    return of(asked, configuration, NativeCore::describe);
  }

  /**
   * As {@link #of(String, Configuration)}.
   *
   * @param facts asked only where GPUs matter, for that takes their driver some time
   */
  static DeviceChoice of(
      String asked, Configuration configuration, Supplier<NativeCore.Facts> facts) {
    String id = asked == null ? configuration.lanes().device() : asked;
    if (id.equals(CPU)) {
      return new DeviceChoice(List.of(NativeCore.cpu()), "");
    }
    NativeCore.Facts core = facts.get();
    List<Device> gpus = core.gpus();
    if (!id.equals(AUTO)) {
      String key = asked == null ? "lanes.device" : "--device";
      return new DeviceChoice(List.of(named(id, key, core)), "");
    }
    if (gpus.isEmpty()) {
      return new DeviceChoice(core.devices(), core.cudaStatus());
    }
    return new DeviceChoice(configuration.gpu().forceSingle() ? gpus.subList(0, 1) : gpus, "");
  }

  private static Device named(String id, String key, NativeCore.Facts core) {
    return core.devices().stream()
        .filter(device -> device.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new UsageException(key + " " + id + ": " + refusal(id, core)));
  }

  private static String refusal(String id, NativeCore.Facts core) {
    boolean gpu = id.matches("cuda:[0-9]+");
    if (gpu && core.gpus().isEmpty()) {
      return core.cudaStatus();
    }
    String here = "there is " + names(core.devices());
    return gpu ? here : "expected cpu, cuda:N or auto; " + here;
  }

  /** GPUs among them. */
  List<Device> gpus() {
    return devices.stream().filter(Device::isGpu).toList();
  }

  /** Their ids, for people. */
  String names() {
    return names(devices);
  }

  private static String names(List<Device> devices) {
    return devices.stream().map(Device::id).collect(Collectors.joining(", "));
  }
}
