package io.fastwhisper.job;

/**
 * Counts what devices have done since the start, and how long they were busy with it.
 *
 * <p>A pure state; not thread-safe.
 */
final class DeviceUse {
  private long segments;
  private long soundMs;
  private long busyMs;
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

  long segments() {
    return segments;
  }

  long soundMs() {
    return soundMs;
  }

  /** Milliseconds in which at least one segment was on a device. */
  long busyMs() {
    return busyMs;
  }
}
