package io.fastwhisper.domain;

/**
 * What all devices together have done since the start.
 *
 * @param soundMs length of the sound that they have transcribed
 * @param busyMs time in which at least one segment was on a device
 * @param gpuBusySum of the shares of {@link GpuUse}, each measured in that time
 * @param gpuBusyCount how many they are
 */
public record DeviceWork(long soundMs, long busyMs, double gpuBusySum, long gpuBusyCount) {
  /** Nothing yet. */
  public static final DeviceWork NONE = new DeviceWork(0, 0, 0, 0);

  /** What was done since they had done {@code earlier}. */
  public DeviceWork since(DeviceWork earlier) {
    return new DeviceWork(
        soundMs - earlier.soundMs,
        busyMs - earlier.busyMs,
        gpuBusySum - earlier.gpuBusySum,
        gpuBusyCount - earlier.gpuBusyCount);
  }
}
