package io.fastwhisper.engine;

import static io.fastwhisper.engine.abi.FastWhisper.fw_device_count;
import static io.fastwhisper.engine.abi.FastWhisper.fw_device_describe;
import static io.fastwhisper.engine.abi.FastWhisper.fw_version;

import io.fastwhisper.engine.abi.fw_device_info;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;

/** The native core as a whole: its version, and what it can compute on. */
public final class NativeCore {
  private NativeCore() {}

  /** The core and the devices that this process can use, the CPU first. */
  public record Facts(String version, List<Device> devices) {}

  /**
   * One device.
   *
   * @param id what {@code --device} takes
   * @param isa the instruction set that products run on, or the compute capability
   * @param precision what {@link Precision#AUTO} means there
   */
  public record Device(
      String id, String name, String isa, Precision precision, int units, long memoryBytes) {}

  /**
   * Looks around.
   *
   * @throws LinkageError where the core cannot be loaded
   */
  public static Facts describe() {
    try (PointerScope scope = new PointerScope()) {
      List<Device> devices = new ArrayList<>();
      for (int i = 0; i != fw_device_count(); ++i) {
        fw_device_info info = new fw_device_info();
        EngineException.check(fw_device_describe(i, info));
        devices.add(
            new Device(
                text(info.id()),
                text(info.name()),
                text(info.isa()),
                Precision.values()[info.precision()],
                info.n_units(),
                info.memory_bytes()));
      }
      return new Facts(text(fw_version()), List.copyOf(devices));
    }
  }

  private static String text(BytePointer text) {
    return text.getString(StandardCharsets.UTF_8);
  }
}
