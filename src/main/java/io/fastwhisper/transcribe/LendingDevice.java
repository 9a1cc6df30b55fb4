package io.fastwhisper.transcribe;

import io.fastwhisper.domain.DeviceLoad;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;

/**
 * What the {@link LaneDispatcher} knows of one life of a device. Times are in milliseconds of the
 * dispatcher's clock. Not thread-safe.
 */
final class LendingDevice {
  final String name;
  final String worker;
  final Set<Long> leases = new HashSet<>();
  int places;
  long heardAtMs;
  long windowsDone;

  /** When a window was last finished, or work came to a device that had none. */
  long movedAtMs;

  /** Said nothing for too long; nothing is lent to it until it is heard again. */
  boolean silent;

  LendingDevice(String name, String worker, long nowMs) {
    this.name = name;
    this.worker = worker;
    this.heardAtMs = nowMs;
    this.movedAtMs = nowMs;
  }

  /** What it has in hand. */
  DeviceLoad load() {
    return new DeviceLoad(name, leases.size(), places, windowsDone, silent);
  }

  /** The one with the most free places; null of none. */
  static LendingDevice freest(Collection<LendingDevice> devices) {
    return devices.stream().max(Comparator.comparingInt(device -> device.places)).orElse(null);
  }

  /** The one that has, or will soonest have, nothing else to do; null of none. */
  static LendingDevice emptiest(Collection<LendingDevice> devices) {
    return devices.stream()
        .min(Comparator.comparingInt(device -> device.leases.size()))
        .orElse(null);
  }
}
