package io.fastwhisper.engine;

import static io.fastwhisper.engine.abi.FastWhisper.fw_cuda_status;
import static io.fastwhisper.engine.abi.FastWhisper.fw_device_count;
import static io.fastwhisper.engine.abi.FastWhisper.fw_device_describe;
import static io.fastwhisper.engine.abi.FastWhisper.fw_device_measure;
import static io.fastwhisper.engine.abi.FastWhisper.fw_version;

import io.fastwhisper.domain.GpuUse;
import io.fastwhisper.engine.abi.fw_device_info;
import io.fastwhisper.engine.abi.fw_device_use;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;

/** The native core as a whole: its version, and what it can compute on. */
public final class NativeCore {
  private static final String GPU = "cuda:";

  private NativeCore() {}

  /**
   * The core and the devices that this process can use, the CPU first.
   *
   * @param cudaStatus why no GPU can be used; "" where one can
   */
  public record Facts(String version, List<Device> devices, String cudaStatus) {
    public List<Device> gpus() {
      return devices.stream().filter(Device::isGpu).toList();
    }
  }

  /**
   * One device.
   *
   * @param id what {@code --device} takes
   * @param isa the instruction set that products run on, or the compute capability, "sm_90"
   * @param precision what {@link Precision#AUTO} means there
   * @param units hardware threads, or multiprocessors
   */
  public record Device(
      String id, String name, String isa, Precision precision, int units, long memoryBytes) {
    private static final String CAPABILITY = "sm_";

    public boolean isGpu() {
      return NativeCore.isGpu(id);
    }

    /** Number of the GPU. */
    public String gpuIndex() {
      return id.substring(GPU.length());
    }

    /** As NVIDIA writes it: "9.0" of sm_90. */
    public String computeCapability() {
      int minor = isa.length() - 1;
      return isa.startsWith(CAPABILITY) && minor > CAPABILITY.length()
          ? isa.substring(CAPABILITY.length(), minor) + "." + isa.substring(minor)
          : isa;
    }

    /** What it is, in a line for people. */
    public String summary() {
      return isGpu()
          ? String.format(
              Locale.ROOT,
              "%s, %.1f GiB, compute capability %s, %d multiprocessors",
              name,
              memoryBytes / (double) (1 << 30),
              computeCapability(),
              units)
          : name + ", " + isa;
    }
  }

  /**
   * Looks around. The first call loads what GPUs need and asks their driver, which may take a
   * second.
   *
   * @throws LinkageError where the core cannot be loaded
   */
  public static Facts describe() {
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i != fw_device_count(); ++i) {
      devices.add(device(i));
    }
    return new Facts(version(), List.copyOf(devices), text(fw_cuda_status()));
  }

  /** Whether a device of this id, "cuda:0", is a GPU. */
  public static boolean isGpu(String device) {
    return device.startsWith(GPU);
  }

  /**
   * How much of a GPU is in use. The first call may take a tenth of a second, later ones take about
   * a millisecond.
   *
   * @throws EngineException where its driver does not tell
   */
  public static GpuUse use(String gpu) {
    try (PointerScope scope = new PointerScope()) {
      fw_device_use use = new fw_device_use();
      // The CPU has the first number.
      int index = 1 + Integer.parseInt(gpu.substring(GPU.length()));
      EngineException.check(fw_device_measure(index, use));
      return new GpuUse(use.busy(), use.used_bytes());
    }
  }

  /** The CPU. GPUs are not looked for. */
  public static Device cpu() {
    return device(0);
  }

  public static String version() {
    return text(fw_version());
  }

  private static Device device(int index) {
    try (PointerScope scope = new PointerScope()) {
      fw_device_info info = new fw_device_info();
      EngineException.check(fw_device_describe(index, info));
      return new Device(
          text(info.id()),
          text(info.name()),
          text(info.isa()),
          Precision.values()[info.precision()],
          info.n_units(),
          info.memory_bytes());
    }
  }

  private static String text(BytePointer text) {
    return text.getString(StandardCharsets.UTF_8);
  }
}
