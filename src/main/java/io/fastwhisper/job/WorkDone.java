package io.fastwhisper.job;

import io.fastwhisper.domain.DeviceWork;
import io.fastwhisper.domain.GpuUse;

/**
 * Counts what devices have done since the start, and how long they were busy with it.
 *
 * <p>A pure state; not thread-safe.
 */
final class WorkDone {
  private long segments;
  private long soundMs;
  private long busyMs;
  private double gpuBusySum;
  private long gpuBusyCount;
  private long atMs;
  private boolean busy;

  /**
   * Says how it is from now on.
   *
   * @param nowBusy whether at least one segment is on a device
   * @param nowMs of a clock that never goes back
   */
  void at(boolean nowBusy, long nowMs) {
    if (busy) {
      busyMs += nowMs - atMs;
    }
    atMs = nowMs;
    busy = nowBusy;
  }

  /** A segment of this length was transcribed. */
  void transcribed(long lengthMs) {
    segments++;
    soundMs += lengthMs;
  }

  /** A GPU was measured; counts while a segment is on a device. */
  void measured(GpuUse gpu) {
    if (busy && gpu.tellsBusy()) {
      gpuBusySum += gpu.busy();
      gpuBusyCount++;
    }
  }

  long segments() {
    return segments;
  }

  DeviceWork work() {
    return new DeviceWork(soundMs, busyMs, gpuBusySum, gpuBusyCount);
  }
}
